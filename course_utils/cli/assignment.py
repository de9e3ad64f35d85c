"""`course assignment`: release an assignment, collect and grade what was handed in, give feedback, export marks.

Each step has arguments(parser) and a function of the parsed arguments; what they do stands in course_utils.grading.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from course_utils.lessons.catalogue import ROOT

HELP = "Prove, release, collect, grade and give back an assignment; instructor/guide.md tells the whole way."
OWN_CLASS = ROOT / "instructor"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the steps, each with its arguments."""
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    for name, step in STEPS.items():
        arguments = steps.add_parser(name, help=step.help, description=step.help)
        arguments.add_argument("name", metavar="NAME", help="the assignment, for example ps1")
        step.arguments(arguments)


def run(args: argparse.Namespace) -> int:
    """Take one step; what keeps it from being taken is told in a sentence."""
    from course_utils.grading.errors import GradingError

    try:
        return STEPS[args.step].take(args)
    except GradingError as error:
        return _refused(args.step, str(error))
    except OSError as error:  # a full disk, a folder where a file was to be: never a traceback
        return _refused(
            args.step, f"{error.filename2 or error.filename or 'the class'}: {error.strerror or error}"
        )


def new(args: argparse.Namespace) -> int:
    """Make a private assignment from one of the course's."""
    from course_utils.grading import variants

    options = {"seed": args.seed, "trusted": args.trusted, "progress": print}
    made = variants.new_assignment(args.original, args.into, name=args.name, **options)
    print("\n".join(variants.lines(made)))
    print(f"Next, in {args.into}: course assignment release {args.name}")
    return 0


def audit(args: argparse.Namespace) -> int:
    """Prove an assignment; 1 if anything is wrong with it."""
    room, name = classroom(args), args.name
    complaints = _complaints(room, name, seeds=args.seeds, trusted=args.trusted)
    for complaint in complaints:
        print(complaint)
    print(f"{name}: {_count(len(complaints), 'complaint')}" if complaints else f"{name} can be released.")
    return int(bool(complaints))


def release(args: argparse.Namespace) -> int:
    """Prove an assignment and make what students get; 1 if the proof fails."""
    from course_utils.grading.gradebook import open_gradebook

    room, name = classroom(args), args.name
    if complaints := _complaints(room, name, seeds=1, trusted=args.trusted):
        print("\n".join(complaints))
        print(f"{name} was not released: {_count(len(complaints), 'complaint')}.", file=sys.stderr)
        return 1
    with open_gradebook(room) as book:
        path = book.release(name)
    print(f"Released: hand out {path}")
    return 0


def collect(args: argparse.Namespace) -> int:
    """Lay what was handed in into the class."""
    from course_utils.grading import collecting

    room = classroom(args)
    _require_assignment(room, args.name)
    collected = collecting.collect(room, args.name, args.origin, pattern=args.pattern)
    print("\n".join(collecting.lines(collected)))
    return 0


def grade(args: argparse.Namespace) -> int:
    """Grade what has no current marks, and say what to teach again; 1 if somebody could not be graded."""
    from course_utils.grading.marking import grade as grade_class

    room = classroom(args)
    options = {key: getattr(args, key) for key in ("scheduler", "trusted", "again", "students", "seed")}
    try:
        graded = grade_class(room, args.name, jobs=args.jobs, **options)
    except KeyboardInterrupt:
        print("\nStopped. What was graded is kept; the same command does the rest.", file=sys.stderr)
        return 130
    print("\n".join(_told_of_grading(room, args, graded)))
    for student, why in graded.failed.items():
        print(f"  {student} could not be graded: {why}", file=sys.stderr)
    return int(bool(graded.failed))


def feedback(args: argparse.Namespace) -> int:
    """Write a page for each student who has marks."""
    from course_utils.grading.feedback import write_feedback
    from course_utils.grading.gradebook import open_gradebook

    room, name = classroom(args), args.name
    n_pages = write_feedback(room, name)
    if not n_pages:
        return _refused("feedback", f"nobody has marks: run `course assignment grade {name}` first")
    print(f"{_count(n_pages, 'page')} in {room.root / 'feedback'}: STUDENT/{name}/{name}.html")
    with open_gradebook(room) as book:
        n_waiting = sum(result.waiting for result in book.results(name))
    _tell_of_waiting(n_waiting, ", and their pages say so")
    return 0


def export(args: argparse.Namespace) -> int:
    """Write the marks of a class as a table for an LMS."""
    from course_utils.grading.gradebook import open_gradebook

    room = classroom(args)
    path = args.to or room.root / f"{args.name}.csv"
    with open_gradebook(room) as book:
        exported = book.export(args.name, path)
    print(f"{_count(exported.n_students, 'student')} in {path}")
    _tell_of_waiting(exported.n_waiting)
    return 0


def classroom(args: argparse.Namespace):
    """Return the class that is meant: the one named, the one we stand in, or the course's own."""
    from course_utils.grading.classroom import CONFIGURATION, find_classroom, require_name

    require_name(args.name)
    if args.folder is not None:
        return find_classroom(args.folder)
    here = Path.cwd()
    return find_classroom(here if (here / CONFIGURATION).is_file() else OWN_CLASS)


def _complaints(room, name: str, *, seeds: int, trusted: bool) -> list[str]:
    """Return what is wrong with an assignment, a sentence each."""
    import numpy as np
    from tqdm.auto import tqdm

    from course_utils.grading.assignment import BadAssignmentError, load_questions
    from course_utils.grading.audit import audit as complaints_of

    _require_assignment(room, name)
    try:
        source = json.loads(room.source(name).read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadAssignmentError(f"{room.source(name)} is no notebook: {error}") from None
    questions = load_questions(room.checks(name))
    with tqdm(desc=f"proving {name}", unit=" notebooks", total=0) as bar:

        def progress(done: int, total: int) -> None:
            bar.total, bar.n = total, done
            bar.refresh()

        options = {"seeds": seeds, "trusted": trusted, "progress": progress}
        return complaints_of(source, questions, np.random.default_rng(), **options)


def _require_assignment(room, name: str) -> None:
    """Refuse a name that is none of the class's assignments, a slip of the finger perhaps."""
    from course_utils.grading.assignment import BadAssignmentError

    if not room.source(name).is_file():
        there = ", ".join(room.assignments()) or "none"
        raise BadAssignmentError(f"{room.root} has no assignment {name}; it has {there}")


def _told_of_grading(room, args: argparse.Namespace, graded) -> list[str]:
    """Return how many were graded, whose work could not be read, and what was found in the class or the chosen."""
    from course_utils.grading import summary
    from course_utils.grading.assignment import load_questions

    n_chosen, n_fresh = len(graded.marks) + len(graded.failed), len(graded.fresh)
    if not n_chosen:
        return [f"Nobody has handed in yet: `course assignment collect {args.name} FILE.zip`"]
    n_before = len(graded.marks) - n_fresh
    already = f"; {n_before} had their marks already" if n_before else ""
    lines = [f"{args.name}: graded {n_fresh} of {n_chosen}{already}."]
    lines += [f"  {marks.student}: {marks.problem}" for marks in graded.marks if marks.problem]
    if args.students:  # an appeal, perhaps: each check, and not what the class has to be taught
        return lines + [line for marks in graded.marks for line in _each_check(marks)]
    return lines + summary.lines(graded.marks, load_questions(room.checks(args.name)))


def _each_check(marks) -> list[str]:
    """Return what each check has found in one student's work, and what was drawn from."""
    lines = [f"{marks.student}: {marks.points:g} points by machine, inputs drawn from seed {marks.seed}"]
    for question in marks.questions:
        lines += [f"{question.grade_id}: {question.points:g}", *(f"  {line}" for line in question.lines)]
    return lines


def _tell_of_waiting(number: int, and_so: str = "") -> None:
    if number:
        print(f"{_count(number, 'submission')} still to be read by a person{and_so}.")


def _refused(step: str, why: str) -> int:
    print(f"course assignment {step}: {why}", file=sys.stderr)
    return 1


def _at_least(smallest: int) -> Callable[[str], int]:
    """Return what reads a whole number for argparse, which then says what was wanted."""

    def read(text: str) -> int:
        if not text.removeprefix("-").isdigit() or int(text) < smallest:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number of {smallest} or more")
        return int(text)

    return read


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _arguments_of_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="original", default="ps1", help="the course's assignment to begin with"
    )
    parser.add_argument("--into", type=Path, required=True, help="the class, outside the course's repository")
    parser.add_argument(
        "--seed", type=_at_least(0), help="what the variants are drawn from; drawn anew without it"
    )
    _trusted(parser)


def _folder(parser: argparse.ArgumentParser) -> None:
    help = "the class; without it this folder, if it is one, else the course's own, instructor/"
    parser.add_argument("--folder", type=Path, help=help)


def _trusted(parser: argparse.ArgumentParser) -> None:
    help = "run without the sandbox, with all your rights: for notebooks of your own"
    parser.add_argument("--trusted", action="store_true", help=help)


def _arguments_of_audit(parser: argparse.ArgumentParser) -> None:
    _folder(parser)
    _trusted(parser)
    parser.add_argument(
        "--seeds", type=_at_least(1), default=1, help="how often to draw the inputs of all checks"
    )


def _arguments_of_release(parser: argparse.ArgumentParser) -> None:
    _folder(parser)
    _trusted(parser)


def _arguments_of_collect(parser: argparse.ArgumentParser) -> None:
    _folder(parser)
    parser.add_argument("origin", type=Path, help="a folder or a .zip from the LMS")
    parser.add_argument("--pattern", help="a regular expression with a group `student`, for other file names")


def _arguments_of_grade(parser: argparse.ArgumentParser) -> None:
    _folder(parser)
    _trusted(parser)
    parser.add_argument(
        "--jobs", type=_at_least(1), default=os.cpu_count() or 1, help="submissions at a time"
    )
    parser.add_argument("--scheduler", help="the address of a Dask scheduler whose workers grade")
    parser.add_argument("--again", action="store_true", help="grade everything, current or not")
    parser.add_argument("--student", dest="students", action="append", default=[], help="only this one")
    parser.add_argument(
        "--seed", type=_at_least(0), help="draw the same inputs as in an earlier run (see marks/)"
    )


def _arguments_of_export(parser: argparse.ArgumentParser) -> None:
    _folder(parser)
    parser.add_argument("--to", type=Path, help="the file; without it NAME.csv in the class")


class Step(NamedTuple):
    """What can be done with an assignment: a line of the help, its arguments, and what does it."""

    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    take: Callable[[argparse.Namespace], int]


STEPS = {
    "new": Step("make a private assignment from one of the course's", _arguments_of_new, new),
    "audit": Step("prove that an assignment can be released", _arguments_of_audit, audit),
    "release": Step("prove an assignment and make what students get", _arguments_of_release, release),
    "collect": Step("lay what was handed in into the class", _arguments_of_collect, collect),
    "grade": Step("grade what was handed in, in a sandbox", _arguments_of_grade, grade),
    "feedback": Step("write a page for each student", _folder, feedback),
    "export": Step("write the marks as a table for an LMS", _arguments_of_export, export),
}
