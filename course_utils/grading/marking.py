"""Grade a class: every submission in the sandbox, several at a time, and nothing twice after a crash.

A submission's record in marks/ is written last, once its graded notebook and its line in the gradebook are there. So
whatever ends a run, the next one grades what has no current record, and recording again changes nothing.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import math
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from tqdm.auto import tqdm

from course_utils.grading.assignment import Question, load_questions
from course_utils.grading.classroom import Classroom, require_name, require_student, write_whole
from course_utils.grading.errors import GradingError
from course_utils.grading.gradebook import open_gradebook
from course_utils.grading.graded_notebook import graded_notebook
from course_utils.grading.marks import Marks, of_score, read_marks, to_json
from course_utils.grading.sandbox import require_sandbox
from course_utils.grading.scoring import score
from course_utils.grading.submission import BadSubmissionError, read_notebook, rebuild

SCHEDULER_TIMEOUT = 10  # seconds
VERSION = 1  # of the grader: marks by another version are not current


@dataclass(frozen=True)
class Job:
    """All that grading one submission takes, as plain data that can travel to another machine.

    Attributes
    ----------
    student, assignment, fingerprint, seed, problem, trusted : as in Marks.
    checks : the text of the file of hidden checks.
    release : the released notebook.
    submitted : the notebook handed in, or None if it could not be read.
    """

    student: str
    assignment: str
    fingerprint: str
    seed: int
    checks: str
    release: dict[str, Any]
    submitted: dict[str, Any] | None
    problem: str = ""
    trusted: bool = False


@dataclass(frozen=True)
class Graded:
    """What a run did.

    Attributes
    ----------
    marks : tuple of Marks
        Of everybody chosen, those of earlier runs included, by student.
    fresh : tuple of str
        Who was graded in this run.
    failed : mapping
        Whom the grader could not grade, and why. They have no marks, and the next run tries again.
    """

    marks: tuple[Marks, ...]
    fresh: tuple[str, ...]
    failed: Mapping[str, str]


def grade(
    room: Classroom,
    name: str,
    *,
    jobs: int = 2,
    scheduler: str | None = None,
    trusted: bool = False,
    again: bool = False,
    students: Sequence[str] = (),
    seed: int | None = None,
) -> Graded:
    """Grade what was handed in for an assignment and has no current marks.

    Parameters
    ----------
    room : Classroom
    name : str
        The assignment.
    jobs : int
        How many submissions are graded at a time on this machine.
    scheduler : str, optional
        The address of a Dask scheduler, whose workers grade in place of this machine.
    trusted : bool
        Run submissions without the sandbox: for notebooks of one's own.
    again : bool
        Grade everything, current or not.
    students : sequence of str
        Only these; without any, all.
    seed : int, optional
        What the inputs of the checks are drawn from, to find earlier marks again. Without it they are drawn anew, the
        same for everybody in this run.

    Returns
    -------
    Graded

    Raises
    ------
    GradingError
        The assignment was not released, a student has handed in nothing, or no scheduler answers.
    SandboxUnavailableError
        Nothing is run without limits.

    Lesson: notebooks/00_start_here.ipynb
    """
    if not (trusted or scheduler):
        require_sandbox()
    prepared = _Preparation(room, require_name(name), trusted, secrets.randbits(64) if seed is None else seed)
    every = [prepared.job(student) for student in _chosen(room, name, students)]
    with open_gradebook(room) as book:
        marks = {} if again else _current_marks(room, book, every)
        waiting = [job for job in every if job.student not in marks]
        failed = {}
        for job, outcome in _outcomes(waiting, jobs, scheduler):
            if isinstance(outcome, Marks):
                _keep(room, book, job, outcome)
                marks[job.student] = outcome
            else:
                failed[job.student] = outcome
    fresh = tuple(job.student for job in waiting if job.student in marks)
    return Graded(tuple(marks[student] for student in sorted(marks)), fresh, failed)


def marks_that_hold(room: Classroom, name: str) -> list[Marks]:
    """Return the current marks of everybody who has handed in, by student; nothing is run or recorded."""
    prepared = {trusted: _Preparation(room, require_name(name), trusted, 0) for trusted in (False, True)}
    found = {student: read_marks(room.marks(student, name)) for student in room.students(name)}
    return [
        marks
        for student, marks in found.items()
        if marks is not None
        and marks.student == student
        and marks.fingerprint == prepared[marks.trusted].job(student).fingerprint
    ]


class _Preparation:
    """What all jobs of a run share."""

    def __init__(self, room: Classroom, name: str, trusted: bool, seed: int):
        self.room, self.name = room, name
        if not room.release(name).is_file():
            raise GradingError(f"{name} was not released here: run `course assignment release {name}` first")
        load_questions(room.checks(name))  # a mistake in the checks is told before anything runs
        self.common = {
            "assignment": name,
            "seed": seed,
            "trusted": trusted,
            "checks": room.checks(name).read_text(encoding="utf-8"),
            "release": read_notebook(room.release(name)),
        }
        self.fixed = [f"{VERSION} {trusted}".encode(), self.common["checks"].encode()]
        self.fixed.append(room.release(name).read_bytes())

    def job(self, student: str) -> Job:
        """Read what a student has handed in."""
        try:
            submitted, problem = read_notebook(self.room.submitted(student, self.name)), ""
        except BadSubmissionError as error:
            submitted, problem = None, str(error)
        parts = [*self.fixed, problem.encode(), repr(submitted).encode("utf-8", "replace")]
        digests = b"".join(hashlib.sha256(part).digest() for part in parts)
        return Job(
            student=student,
            fingerprint=hashlib.sha256(digests).hexdigest(),
            submitted=submitted,
            problem=problem,
            **self.common,
        )


def _chosen(room: Classroom, name: str, students: Sequence[str]) -> list[str]:
    everybody = room.students(name)
    if missing := sorted({require_student(student) for student in students} - set(everybody)):
        raise GradingError(f"nothing was handed in for {name} by {', '.join(missing)}")
    return [student for student in everybody if student in students] if students else everybody


def _current_marks(room: Classroom, book, jobs: Sequence[Job]) -> dict[str, Marks]:
    """Return the marks that still hold; where a crash or a hand has undone their record, record them again."""
    recorded, current = book.recorded(jobs[0].assignment) if jobs else {}, {}
    for job in jobs:
        marks = read_marks(room.marks(job.student, job.assignment))
        if marks is None or marks.fingerprint != job.fingerprint:
            continue
        in_gradebook = math.isclose(recorded.get(job.student, math.nan), marks.points)
        if not (in_gradebook and room.autograded(job.student, job.assignment).is_file()):
            _keep(room, book, job, marks)
        current[job.student] = marks
    return current


def _keep(room: Classroom, book, job: Job, marks: Marks) -> None:
    """Store a graded submission, its record last: what has no record is graded again.

    The gradebook comes before the graded notebook, so that whoever was stopped between them still finds that the
    answers are others than those that a person has read.
    """
    notebook, place = (
        graded_notebook(job.release, job.submitted, marks),
        room.autograded(job.student, job.assignment),
    )
    before = _sources(place)
    book.record(marks, changed=before not in (None, [cell["source"] for cell in notebook["cells"]]))
    write_whole(place, json.dumps(notebook, indent=1))
    write_whole(room.marks(job.student, job.assignment), to_json(marks))


def _sources(path: Path) -> list[str] | None:
    """Return what stands in the cells of a graded notebook, or None where there is none that can be read."""
    try:
        return [cell["source"] for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _outcomes(waiting: Sequence[Job], jobs: int, scheduler: str | None) -> Iterator[tuple[Job, Marks | str]]:
    """Grade, and yield each job with its marks, or with why the grader failed, as they come."""
    if not waiting:
        return
    with _workers(jobs, scheduler) as parallel:
        grader = os.getpid() if scheduler is None else None
        outcomes = parallel(
            joblib.delayed(_attempt)(number, job, grader) for number, job in enumerate(waiting)
        )
        for number, outcome in tqdm(
            outcomes, total=len(waiting), unit="submission", desc=waiting[0].assignment
        ):
            yield waiting[number], outcome


@contextlib.contextmanager
def _workers(jobs: int, scheduler: str | None) -> Iterator[joblib.Parallel]:
    """Yield what calls a function many times: on this machine, or on the workers of a Dask scheduler."""
    if scheduler is None:
        yield joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")
        return
    with _dask_client(scheduler) as client, joblib.parallel_config(backend="dask", client=client):
        yield joblib.Parallel(return_as="generator_unordered")


def _dask_client(address: str):
    try:
        from distributed import Client
    except ImportError:
        raise GradingError(
            "--scheduler needs Dask, the extra `cluster` of this package; `python3 course.py test` installs it"
        ) from None
    try:
        return Client(address, timeout=SCHEDULER_TIMEOUT)
    except (OSError, ValueError) as error:
        raise GradingError(f"no Dask scheduler answers at {address}: {error}") from error


def _attempt(number: int, job: Job, grader: int | None) -> tuple[int, Marks | str]:
    """Grade one submission; a fault of the grader is one student's, not the run's."""
    if grader not in (None, os.getpid()):  # in a process of the grader's own, and not here or on a cluster
        _end_with(grader)
    try:
        return number, grade_one(job)
    except Exception as error:
        return number, f"{type(error).__name__}: {error}"


@functools.cache
def _end_with(grader: int) -> None:
    """Let this process end, and its sandbox with it, once the grader that began it is killed: nobody else tells it."""

    def watch() -> None:
        while os.getppid() == grader:
            time.sleep(1)
        os._exit(1)

    if os.getppid() != grader:  # killed before this process had begun
        os._exit(1)
    threading.Thread(target=watch, daemon=True).start()


def grade_one(job: Job) -> Marks:
    """Grade one submission, on whatever machine this runs: it takes the job, the course and a sandbox."""
    questions, problem = _questions(job.checks), job.problem
    cells = rebuild(job.release, job.release)
    if job.submitted is not None:
        try:
            cells = rebuild(job.release, job.submitted)
        except BadSubmissionError as error:
            problem = str(error)
    result = score(cells, questions, np.random.default_rng(job.seed), trusted=job.trusted)
    about = {key: getattr(job, key) for key in ("student", "assignment", "fingerprint", "seed", "trusted")}
    sources = tuple(cell.source for cell in cells if cell.is_code)
    return of_score(result, **about, sources=sources, problem=problem)


@functools.lru_cache(maxsize=4)
def _questions(checks: str) -> tuple[Question, ...]:
    """Return the questions behind the text of a file of checks."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "checks.py")
        path.write_text(checks, encoding="utf-8")
        return load_questions(path)
