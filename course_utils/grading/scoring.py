"""Score a submission: every question by its checks, on inputs drawn anew, in words that give nothing away.

What a student is told of a failed check is its label, its hint if it is the first, and the kind of an error; never an
input, an expected value, or a text that their own code could have filled with either.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
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
from course_utils.grading.student import (
    KNOWN_ERRORS,
    CallFailedError,
    CellOutput,
    Pace,
    Student,
    WorkerLostError,
)
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
        Where the inputs of the checks are drawn from. Each question has a child of its own, so that whoever leaves one
        out meets the same inputs in the next.
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
    return scores_of_draws(cells, questions, rng, n_draws=1, pace=pace, trusted=trusted)[0]


def scores_of_draws(
    cells: Sequence[Cell],
    questions: Sequence[Question],
    rng: np.random.Generator,
    *,
    n_draws: int,
    pace: Pace | None = None,
    trusted: bool = False,
) -> list[Score]:
    """Run a submission once and judge it several times, on inputs drawn anew: what an audit asks for.

    Parameters
    ----------
    n_draws : int
        How often to judge.
    cells, questions, rng, pace, trusted :
        As in `score`.

    Returns
    -------
    list of Score

    Lesson: notebooks/00_start_here.ipynb
    """
    code = [cell for cell in cells if cell.is_code]
    place = {cell.grade_id: number for number, cell in enumerate(code)}
    launcher = sandbox.trusted if trusted else sandbox.sandboxed
    with Student([cell.source for cell in code], pace=pace, launcher=launcher) as student:
        drawn = [
            tuple(
                _score_question(student, question, own, place.get(question.grade_id))
                for question, own in zip(questions, rng.spawn(len(questions)), strict=True)
            )
            for _ in range(n_draws)
        ]
        return [Score(scores, tuple(student.outputs)) for scores in drawn]


def _score_question(
    student: Student, question: Question, rng: np.random.Generator, number: int | None
) -> QuestionScore:
    """Judge one question of a running submission; `number` is that of its cell."""
    name = question.name
    try:
        if not student.defines(name):
            return _all_failed(question, *_why_undefined(student, name, number))
    except WorkerLostError as error:
        return _all_failed(question, str(error), Failure.ENDED)
    answer = _Careful(student.function(name)) if question.wants_function else _value(student, name)
    verdict = judge_answer(question, answer, rng)
    if verdict.outcome is Outcome.NOT_ATTEMPTED:
        return _all_failed(question, NOT_ATTEMPTED, Failure.NOT_ATTEMPTED)
    return QuestionScore(question.grade_id, tuple(_check_scores(verdict.results)))


def _why_undefined(student: Student, name: str, number: int | None) -> tuple[str, Failure]:
    """Return why a name is not there, as far as the cell that should define it tells."""
    missing = f"your notebook defines no {name}"
    if number in student.ended:
        return f"{missing}: {student.ended[number]}", Failure.ENDED
    raised = student.outputs[number].raised if number is not None else ""
    kind = raised.partition(":")[0]
    if kind == NotImplementedError.__name__:  # the stub of a question that asks for a value
        return NOT_ATTEMPTED, Failure.NOT_ATTEMPTED
    if kind in KNOWN_ERRORS:
        return f"{missing}: its cell raised {kind}", Failure.RAISED
    return missing, Failure.UNDEFINED


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


def _check_scores(results: Sequence[CheckResult]) -> Iterator[CheckScore]:
    """Yield how each check went, with the hint of the first wrong answer alone.

    It names the misconception. The checks after it mostly fail because of it, and their hints speak of another.
    """
    hinted = False
    for result in results:
        label, of = result.check.label, result.check.points
        if result.passed:
            yield CheckScore(label, of, of)
        elif isinstance(result.error, CallFailedError | WorkerLostError):
            failure = Failure.RAISED if isinstance(result.error, CallFailedError) else Failure.ENDED
            yield CheckScore(label, 0, of, str(result.error), failure)
        else:
            yield CheckScore(label, 0, of, result.message or ("" if hinted else result.hint), Failure.WRONG)
            hinted = True


def _all_failed(question: Question, why: str, failure: Failure) -> QuestionScore:
    def failed(check: Check) -> CheckScore:
        return CheckScore(check.label, 0, check.points, why, failure)

    return QuestionScore(question.grade_id, tuple(map(failed, question.checks)))
