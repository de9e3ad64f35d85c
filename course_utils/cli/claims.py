"""`course claims`: what is commonly said about the LASSO, and what the checks in tests/claims/ show about it.

`course map` writes the same ledger as a page for learners, notebooks/common_claims.md.
"""

from __future__ import annotations

import argparse
import importlib
import json
import shutil
import sys
import textwrap

from course_utils.cli import command
from course_utils.lessons.catalogue import ROOT, Lesson

HELP = "Show what is commonly said about the LASSO, and the verdict of a check on each sentence."

TESTS = ROOT / "tests"
FIELDS = ("id", "statement", "verdict", "right", "lesson", "section")
NARROWEST = 60
VERDICTS = {"true": "True.", "imprecise": "Imprecise.", "wrong": "Wrong.", "convention": "A convention."}
OPENING = """# Common claims

Whoever learns about the LASSO from more than one text meets the same sentences again and again. Many are true. Some
are true with an addition that was left out, some are agreements that other people make differently, and some are wrong.
This page collects those that the lessons deal with, in the order of the lessons. None was judged by its looks: behind
each verdict stands a check that runs whenever the course is tested. A lesson shows the most instructive ones with their
numbers, in a box that opens with "You will read that". The number of a claim is only its name.
"""


class LedgerNotFoundError(Exception):
    """The folder of the ledger is not there, or a library that it needs is not."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course claims`."""
    parser.add_argument("--json", action="store_true", help="print a list of objects: " + ", ".join(FIELDS))


def run(args: argparse.Namespace) -> int:
    """Print the ledger; return the exit code."""
    try:
        claims = read_ledger()
    except LedgerNotFoundError as error:
        print(f"course claims: {error}", file=sys.stderr)
        return 1
    print(as_json(claims) if args.json else table(claims, width=shutil.get_terminal_size().columns))
    return 0


def read_ledger() -> tuple:
    """Return every claim of the ledger, in the order of the course."""
    if not (TESTS / "claims").is_dir():
        raise LedgerNotFoundError(
            f"the ledger is read from {TESTS / 'claims'}, which is not there. "
            "It comes with the folder of the course, and not with an installed course_utils alone."
        )
    if str(TESTS) not in sys.path:  # pytest has put it there already
        sys.path.append(str(TESTS))
    try:
        return importlib.import_module("claims").load_claims()
    except ModuleNotFoundError as error:
        raise LedgerNotFoundError(
            f"the ledger needs {error.name}, which is not installed here. "
            f"Run {command('claims')} instead: it installs what the tests need."
        ) from error


def as_json(claims) -> str:
    """The ledger as a JSON list, one object a claim."""
    records = [{name: getattr(claim, name) for name in FIELDS} for claim in claims]
    return json.dumps(records, indent=1, ensure_ascii=False)


def table(claims, *, width: int) -> str:
    """The ledger as a table that fits the width: each statement takes as many lines as it needs."""
    columns = "{:<7}{:<12}{:<8}"
    heading = columns.format("claim", "verdict", "lesson") + "statement"
    beside = " " * len(columns.format("", "", ""))
    rows = [
        textwrap.fill(
            claim.statement,
            max(width, NARROWEST),
            break_on_hyphens=False,
            initial_indent=columns.format(claim.id, claim.verdict, claim.lesson),
            subsequent_indent=beside,
        )
        for claim in claims
    ]
    return "\n".join([heading, *rows, "", f"{len(claims)} claims; `course claims --json` has what is right."])


def page(claims, lessons: tuple[Lesson, ...]) -> str:
    """The page of all claims of ready lessons, lesson by lesson, for learners."""
    parts = [OPENING]
    for lesson in lessons:
        own = [claim for claim in claims if claim.lesson == lesson.number]
        if own and lesson.is_ready:
            number = lesson.number.removeprefix("0") or "0"
            parts += [f"## Lesson {number} · {lesson.title}\n", *(entry(claim, lesson) for claim in own)]
    return "\n".join(parts)


def entry(claim, lesson: Lesson) -> str:
    """One claim of the page.

    Its heading is in lower case because GitHub and JupyterLab then make the same anchor of it, #claim-28.
    """
    return (
        f"### claim {claim.id}\n\n"
        f"> {claim.statement}\n\n"
        f"**{VERDICTS[claim.verdict]}** {claim.right}\n\n"
        f"[{lesson.title}]({lesson.file}), under “{claim.section}”.\n"
    )
