#!/usr/bin/env python3
"""The front door: `python3 course.py start` opens the lessons, `python3 course.py test` checks the course.

This file must be readable by any Python, so that an old one gets a sentence and not a syntax error.
"""
# ruff: noqa: UP032

import sys

MINIMUM = (3, 11)


def main():
    if sys.version_info < MINIMUM:
        sys.exit(
            "This course needs Python {}.{} or newer, and this is Python {}. Install one from "
            "https://www.python.org/downloads/ and call it by its name, for example: "
            "python3.13 course.py start".format(MINIMUM[0], MINIMUM[1], sys.version.split()[0])
        )
    from course_utils.cli import bootstrap

    return bootstrap.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
