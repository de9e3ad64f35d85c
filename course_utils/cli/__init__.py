"""The verbs of `course`, one file each. This dispatcher loads a verb only when it is used.

A verb's module has HELP, add_arguments(parser) and run(args) -> exit code.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from typing import NamedTuple


class Verb(NamedTuple):
    """A line of the help, and which lock the verb needs: "learner" or "developer"."""

    help: str
    needs: str


VERBS = {
    "start": Verb("open the lessons in JupyterLab; the first time, install what they need", "learner"),
    "test": Verb("check the whole course: package, exercises, lessons, house rules", "developer"),
    "doctor": Verb("say what is wrong with this installation and how to mend it", "learner"),
    "reset": Verb("give me a fresh copy of a lesson and keep mine beside it", "learner"),
    "progress": Verb("show which exercises are done", "learner"),
    "execute": Verb("run lessons again and store their outputs", "developer"),
    "lock": Verb("remake the lock files", "developer"),
    "map": Verb("write the generated parts of the README and the page of claims again", "developer"),
    "claims": Verb("show what is commonly said about the LASSO, and the verdict of a check", "developer"),
    "assignment": Verb("release, collect, grade and give back the work of a class", "developer"),
    "models": Verb("show the models that can serve, promote one, roll back, make the first", "learner"),
    "serve": Verb("let the promoted model answer over HTTP", "learner"),
    "predict": Verb("predict all rows of a file, however large, or one record", "learner"),
    "monitor": Verb("say whether the rows have moved, and whether the model is still good", "learner"),
    "retrain": Verb("make the model again from newer rows; it serves if it is better", "learner"),
    "bench": Verb("measure the course's code beside what one would use instead", "developer"),
}


def main(argv: list[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    argv = sys.argv[1:] if argv is None else argv
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(overview())
        return 0
    verb, arguments = argv[0], argv[1:]
    if verb not in VERBS:
        print(f"There is no verb {verb!r}; the verbs are {', '.join(VERBS)}.", file=sys.stderr)
        return 2
    try:
        module = importlib.import_module(f"course_utils.cli.{verb}")
        code = module.run(_parse(verb, module, arguments))
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever reads the output, `head` perhaps, has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def overview() -> str:
    """Return the help: the two commands that most people need, then every verb."""
    rest = "\n".join(f"  course {name:<10} {verb.help}" for name, verb in VERBS.items())
    return (
        "Regularised linear regression: a course in notebooks.\n\n"
        f"  {command('start'):<24} {VERBS['start'].help}\n"
        f"  {command('test'):<24} {VERBS['test'].help}\n\n"
        f"Every verb, as it is called inside the environment (outside: {command('VERB')}):\n\n{rest}\n\n"
        "`course VERB --help` tells more about one of them."
    )


def command(arguments: str) -> str:
    """Return how one calls the front door on this system, to be shown in a message."""
    return f"{'python' if sys.platform == 'win32' else 'python3'} course.py {arguments}"


def _parse(verb: str, module, arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"course {verb}", description=module.HELP)
    module.add_arguments(parser)
    if "--" not in arguments:
        return parser.parse_args(arguments)
    # What follows `--` belongs to the program that the verb runs, so argparse must not read it.
    end = arguments.index("--")
    args = parser.parse_args(arguments[:end])
    if not hasattr(args, "targets"):
        parser.error(f"`course {verb}` takes nothing after --")
    args.targets = [*args.targets, *arguments[end + 1 :]]
    return args
