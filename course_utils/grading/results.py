"""What a student has reached in one assignment, by machine and by hand, and the table of it for an LMS."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

ABOUT = ("student", "first name", "last name", "e-mail")
FORMULA = ("=", "+", "-", "@")  # a spreadsheet computes what begins with one of these


@dataclass(frozen=True)
class QuestionResult:
    """The points of one question.

    Attributes
    ----------
    grade_id : of the cell that the student fills in.
    points, of : what was reached, by machine or by hand, and what could be.
    waiting : whether a person still has to mark it, or to look at it again.
    by_hand : whether a person gave the points.
    """

    grade_id: str
    points: float
    of: float
    waiting: bool
    by_hand: bool


@dataclass(frozen=True)
class Result:
    """What one student has reached: every question in the order of the assignment, and the penalty for being late."""

    student: str
    first_name: str
    last_name: str
    email: str
    questions: tuple[QuestionResult, ...]
    penalty: float

    @property
    def points(self) -> float:
        """The points of all questions, before the penalty."""
        return math.fsum(question.points for question in self.questions)

    @property
    def total(self) -> float:
        """The points that count."""
        return max(0.0, self.points - self.penalty)

    @property
    def of(self) -> float:
        """The most that can be reached."""
        return math.fsum(question.of for question in self.questions)

    @property
    def waiting(self) -> bool:
        """Whether any question waits for a person."""
        return any(question.waiting for question in self.questions)


@dataclass(frozen=True)
class Exported:
    """How many students a table holds, and how many of them still wait for a person."""

    n_students: int
    n_waiting: int


def to_csv(results: Sequence[Result]) -> str:
    """Return the table: a row a student; the points of every question, penalty, total and maximum."""
    questions = [question.grade_id for question in results[0].questions] if results else []
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    names = [*ABOUT, *questions, "penalty", "total", "maximum", "waits for a person"]
    writer.writerow([_harmless(name) for name in names])
    for result in results:
        about = (result.student, result.first_name, result.last_name, result.email)
        points = [question.points for question in result.questions]
        numbers = [f"{number:g}" for number in (*points, result.penalty, result.total, result.of)]
        writer.writerow([*map(_harmless, about), *numbers, "yes" if result.waiting else "no"])
    return table.getvalue()


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: on one line, and quoted if it begins like one."""
    line = " ".join(text.split())
    return f"'{line}" if line.startswith(FORMULA) else line
