"""Submissions a minute on two cores: stock `nbgrader autograde` and `course assignment grade`, on the same notebooks.

Stock runs the cells of each notebook; ours runs them too, and then the hidden checks. Each run grades a fresh copy of a
class from the start, and its marks are read from its gradebook afterwards.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from benchmarks.grading import stock
from benchmarks.grading.mixed_submissions import mixed_submissions
from course_utils.grading.assignment import load_questions
from course_utils.grading.classroom import CONFIGURATION, Classroom
from course_utils.grading.gradebook import open_gradebook
from course_utils.lessons.catalogue import ROOT

ASSIGNMENT = "ps1"
INSTRUCTOR = Classroom(ROOT / "instructor")
HALVES = ("s*[02468]-*", "s*[13579]-*")  # nbgrader takes patterns of students


class WrongMarksError(Exception):
    """A run whose gradebook does not hold the marks that it should; the message says whose."""


@dataclass(frozen=True)
class Contender:
    """A way of grading a class.

    Attributes
    ----------
    name : what it is called in the results.
    build : writes a class that is ready to be graded into a folder.
    grade : grades all of it, or raises.
    points : reads everybody's automatic points from its gradebook.
    """

    name: str
    build: Callable[[Path, Mapping[str, dict]], None]
    grade: Callable[[Classroom], None]
    points: Callable[[Classroom], dict[str, float | None]]


@dataclass(frozen=True)
class Measured:
    """What one contender did.

    Attributes
    ----------
    seconds : list of float
        For the whole class, a run each.
    per_minute : float
        Submissions, in the median run; `slowest` and `fastest` in the others.
    mean_points : float
        Of all submissions, in the last run.
    failed : str
        Why it could not be measured.
    """

    name: str
    seconds: list[float]
    per_minute: float
    slowest: float
    fastest: float
    mean_points: float
    failed: str = ""


def release(source_room: Classroom = INSTRUCTOR) -> tuple[dict, dict, tuple]:
    """Return the assignment's source, its release and its questions."""
    source = json.loads(source_room.source(ASSIGNMENT).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        room = Classroom(Path(folder))
        _build_ours(room.root, {})
        released = json.loads(room.release(ASSIGNMENT).read_text(encoding="utf-8"))
    return source, released, load_questions(source_room.checks(ASSIGNMENT))


def _copy_source(folder: Path) -> Classroom:
    room = Classroom(folder)
    room.source(ASSIGNMENT).parent.mkdir(parents=True)
    shutil.copy(INSTRUCTOR.source(ASSIGNMENT), room.source(ASSIGNMENT))
    return room


def _hand_in(room: Classroom, handed_in: Mapping[str, dict]) -> None:
    for student, notebook in handed_in.items():
        path = room.submitted(student, ASSIGNMENT)
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")


def _build_stock(folder: Path, handed_in: Mapping[str, dict]) -> None:
    room = _copy_source(folder)
    stock.configure(room, timeout=30)
    stock.must(stock.nbgrader(room, "generate_assignment", ASSIGNMENT))
    _hand_in(room, handed_in)


def _build_ours(folder: Path, handed_in: Mapping[str, dict]) -> None:
    room = _copy_source(folder)
    room.checks(ASSIGNMENT).parent.mkdir()
    shutil.copy(INSTRUCTOR.checks(ASSIGNMENT), room.checks(ASSIGNMENT))
    shutil.copy(INSTRUCTOR.root / CONFIGURATION, folder)
    with open_gradebook(room) as book:
        book.release(ASSIGNMENT)
    _hand_in(room, handed_in)


def _autograde(room: Classroom) -> None:
    stock.must(stock.nbgrader(room, "autograde", ASSIGNMENT))


def _autograde_twice(room: Classroom) -> None:
    """Let two nbgraders share the students and the gradebook; it is for nbgrader to keep them apart."""
    environment = stock.environment(room.root)
    running = [
        subprocess.Popen(
            stock.command("autograde", ASSIGNMENT, "--student", half),
            cwd=room.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for half in HALVES
    ]
    said = [process.communicate()[0] for process in running]
    for process, text in zip(running, said, strict=True):
        stock.must(stock.Ended(process.returncode, 0.0, text))


def _grade_with(jobs: int) -> Callable[[Classroom], None]:
    def grade(room: Classroom) -> None:
        words = ["assignment", "grade", ASSIGNMENT, "--folder", str(room.root), "--jobs", str(jobs)]
        done = subprocess.run(
            [sys.executable, "-m", "course_utils", *words],
            cwd=ROOT,
            env=stock.environment(room.root),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise WrongMarksError(
                f"course assignment grade ended with {done.returncode}: {done.stderr[-500:]}"
            )

    return grade


def _our_points(room: Classroom) -> dict[str, float | None]:
    with open_gradebook(room) as book:
        return dict(book.recorded(ASSIGNMENT))


CONTENDERS = (
    Contender("nbgrader autograde", _build_stock, _autograde, stock.points),
    Contender("nbgrader autograde, two processes", _build_stock, _autograde_twice, stock.points),
    Contender("course assignment grade --jobs 1", _build_ours, _grade_with(1), _our_points),
    Contender("course assignment grade --jobs 2", _build_ours, _grade_with(2), _our_points),
)


def measure(n_students: int, n_runs: int, rng: np.random.Generator) -> list[Measured]:
    """Let the contenders grade the same class in turns, so that a busy minute of the machine hits all of them.

    Parameters
    ----------
    n_students, n_runs : int
    rng : numpy Generator
        Where the mistakes in the submissions are drawn from.

    Returns
    -------
    list of Measured

    Lesson: notebooks/00_start_here.ipynb
    """
    source, released, questions = release()
    handed_in = mixed_submissions(source, released, questions, n_students, rng)
    full = sum(question.points for question in questions)
    runs: dict[str, list] = {contender.name: [] for contender in CONTENDERS}
    with tempfile.TemporaryDirectory() as folder:
        for contender in CONTENDERS:
            contender.build(Path(folder, contender.name), handed_in)
        turns = list(_turns(n_runs))
        for contender in tqdm(turns, unit="run", desc=f"{n_students} submissions"):
            runs[contender.name].append(_run(contender, Path(folder, contender.name), handed_in, full))
    return [_measured(name, n_students, outcomes) for name, outcomes in runs.items()]


def _turns(n_runs: int) -> Iterator[Contender]:
    for number in range(n_runs):
        begin = number % len(CONTENDERS)
        yield from CONTENDERS[begin:] + CONTENDERS[:begin]


def _run(contender: Contender, template: Path, handed_in: Mapping[str, dict], full: float):
    """Return the seconds and the mean of the points, or why there are none."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(template, Path(folder, "class"))
        room = Classroom(Path(folder, "class"))
        began = time.monotonic()
        try:
            contender.grade(room)
            seconds = time.monotonic() - began
            points = contender.points(room)
            must_be_right(points, handed_in, full)
        except (stock.StockFailedError, WrongMarksError) as error:
            return str(error)
        return seconds, statistics.mean(points.values())


def must_be_right(points: Mapping[str, float | None], handed_in: Mapping[str, dict], full: float) -> None:
    """Raise WrongMarksError unless everybody has marks, the worked solutions all, and who did nothing none."""
    if missing := sorted(student for student in handed_in if points.get(student) is None):
        raise WrongMarksError(f"no marks in the gradebook for {', '.join(missing)}")
    for student, got in points.items():
        due = {"worked": full, "nothing": 0.0}.get(student.partition("-")[2], got)
        if got != due:
            raise WrongMarksError(f"{student} has {got:g} points in the gradebook and is due {due:g}")


def _measured(name: str, n_students: int, outcomes: list) -> Measured:
    if failures := [outcome for outcome in outcomes if isinstance(outcome, str)]:
        why = f"{len(failures)} of {len(outcomes)} runs failed: {failures[0][-300:]}"
        return Measured(name, [], 0.0, 0.0, 0.0, 0.0, why)
    seconds = [round(outcome[0], 2) for outcome in outcomes]
    rates = sorted(60 * n_students / value for value in seconds)
    return Measured(name, seconds, statistics.median(rates), rates[0], rates[-1], round(outcomes[-1][1], 2))
