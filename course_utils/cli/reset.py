"""`course reset 04`: a fresh copy of a lesson, with the learner's own kept beside it."""

from __future__ import annotations

import sys

from course_utils.lessons import catalogue, copies

HELP = "Give me a fresh copy of a lesson, and keep my own copy beside it."


def add_arguments(parser) -> None:
    """Declare the lessons to reset."""
    parser.add_argument("lessons", nargs="+", metavar="LESSON", help="the number of a lesson, such as 04")


def run(args) -> int:
    """Reset the lessons; nothing is touched if one of the numbers is wrong."""
    try:
        sources = [_source(number) for number in args.lessons]
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    folder = copies.learner_folder()
    for source in sources:
        result = copies.reset(folder, source)
        print(f"{result.fresh} is fresh." + (f" Yours is now {result.kept.name}." if result.kept else ""))
    copies.trust(folder, sources)
    return 0


def _source(number: str):
    ready = [lesson.number for lesson in catalogue.ready_lessons()]
    try:
        lesson = catalogue.find_lesson(number)
    except catalogue.UnknownLessonError:
        lesson = None
    if lesson is None or not lesson.is_ready:
        raise ValueError(f"There is no lesson {number!r} to reset; the lessons are {', '.join(ready)}.")
    return lesson.path
