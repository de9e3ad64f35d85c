"""Score a submission: every question by its checks, on inputs drawn anew, in words that give nothing away.

What a student is told of a failed check is its label, its hint and the kind of an error; never an input, an expected
value, or a text that their own code could have filled with either.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from course_utils.exercises.types import (
    Check,
    CheckResult,
    NotAttemptedError,
    NotPlainError,
    Outcome,
    judge_answer,
)
from course_utils.grading import sandbox
from course_utils.grading.assignment import Question
from course_utils.grading.student import CallFailedError, CellOutput, Pace, Student, WorkerLostError
from course_utils.grading.submission import Cell

NOT_ATTEMPTED = "not attempted"
LOST_CALLS = 2  # after so many crashes or time-outs in one question its other checks fail unseen


class Failure(enum.StrEnum):
    """Why a check gave no points; as text in a record of marks, where none means that the answer was wrong."""

    WRONG = "wrong"
    NOT_ATTEMPTED = "not attempted"
    UNDEFINED = "undefined"
    RAISED = "raised"
    ENDED = "ended"  # the worker: by leaving, by using up its time or its memory, or by disturbing the grader


@dataclass(frozen=True)
class CheckScore:
    """How one check went: its points if it passed, and what to say, and a Failure, if it did not."""

    label: str
    points: float
    of: float
    say: str = ""
    failure: str = ""

    def __str__(self) -> str:
        """Return the line of the feedback."""
        if self.points:
            return f"PASS  {self.label} (+{self.points:g})"
        return f"FAIL  {self.label} (0 of {self.of:g}){': ' + self.say if self.say else ''}"


@dataclass(frozen=True)
class QuestionScore:
    """The checks of one question, in order."""

    grade_id: str
    checks: tuple[CheckScore, ...]

    @property
    def points(self) -> float:
        """The points reached."""
        return sum(check.points for check in self.checks)

    @property
    def lines(self) -> list[str]:
        """The feedback."""
        return [str(check) for check in self.checks]


@dataclass(frozen=True)
class Score:
    """What a submission reached by machine, and what its cells printed before any check ran."""

    questions: tuple[QuestionScore, ...]
    outputs: tuple[CellOutput, ...] = field(default=())

    @property
    def points(self) -> float:
        """The points reached."""
        return sum(question.points for question in self.questions)


def score(
    cells: Sequence[Cell],
    questions: Sequence[Question],
    rng: np.random.Generator,
    *,
    pace: Pace | None = None,
    trusted: bool = False,
) -> Score:
    """Run a submission in the sandbox and judge every question.

    Parameters
    ----------
    cells : sequence of Cell
        The rebuilt notebook; its code is run in order.
    questions : sequence of Question
    rng : numpy Generator
        Where the inputs of the checks are drawn from.
    pace : Pace, optional
        How long cells and calls may take.
    trusted : bool
        Run it without the sandbox, with all that you may do: for notebooks of your own.

    Returns
    -------
    Score

    Raises
    ------
    SandboxUnavailableError
        Nothing is run without limits unless it is trusted.

    Lesson: notebooks/00_start_here.ipynb
    """
    launcher = sandbox.trusted if trusted else sandbox.sandboxed
    sources = [cell.source for cell in cells if cell.is_code]
    with Student(sources, pace=pace, launcher=launcher) as student:
        scores = tuple(score_question(student, question, rng) for question in questions)
        return Score(scores, tuple(student.outputs))


def score_question(student: Student, question: Question, rng: np.random.Generator) -> QuestionScore:
    """Judge one question of a running submission."""
    name = question.name
    if not student.defines(name):
        return _all_failed(question, f"your notebook defines no {name}", Failure.UNDEFINED)
    answer = _Careful(student.function(name)) if question.wants_function else _value(student, name)
    verdict = judge_answer(question, answer, rng)
    if verdict.outcome is Outcome.NOT_ATTEMPTED:
        return _all_failed(question, NOT_ATTEMPTED, Failure.NOT_ATTEMPTED)
    return QuestionScore(question.grade_id, tuple(map(_check_score, verdict.results)))


class _Careful:
    """A function of the submission that is not called again once it has ended its worker twice."""

    def __init__(self, function):
        self.function, self.lost = function, 0

    def __call__(self, *args, **kwargs):
        if self.lost >= LOST_CALLS:
            raise WorkerLostError("your code was not called again after it had ended twice")
        try:
            return self.function(*args, **kwargs)
        except WorkerLostError:
            self.lost += 1
            raise


def _value(student: Student, name: str):
    """Return a value, or what judges as its absence does."""
    try:
        return student.value(name)
    except NotAttemptedError:
        return ...
    except (NotPlainError, WorkerLostError):
        return object()


def _check_score(result: CheckResult) -> CheckScore:
    label, of = result.check.label, result.check.points
    if result.passed:
        return CheckScore(label, of, of)
    match result.error:
        case CallFailedError():
            return CheckScore(label, 0, of, str(result.error), Failure.RAISED)
        case WorkerLostError():
            return CheckScore(label, 0, of, str(result.error), Failure.ENDED)
    return CheckScore(label, 0, of, result.hint or result.message, Failure.WRONG)


def _all_failed(question: Question, why: str, failure: Failure) -> QuestionScore:
    def failed(check: Check) -> CheckScore:
        return CheckScore(check.label, 0, check.points, why, failure)

    return QuestionScore(question.grade_id, tuple(map(failed, question.checks)))
