"""What an assignment is: its questions, and the checks that no student sees.

The notebook holds texts, stubs and worked solutions between nbgrader's markers; `instructor/checks/NAME.py` holds
QUESTIONS. A question's answer stands in the cell of its grade_id, and its points on the cell `<grade_id>-points`.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from course_utils.exercises.types import Check
from course_utils.grading.errors import GradingError

SOLUTION = re.compile(
    r"^[ \t]*### BEGIN SOLUTION\n(.*?)^[ \t]*### END SOLUTION[ \t]*\n?", re.DOTALL | re.MULTILINE
)
MODULE_OF_CHECKS = "checks_of_"  # begins the name of a file of checks as a module
POINTS = "-points"  # ends the grade_id of the cell on which a question's points stand


class BadAssignmentError(GradingError):
    """An assignment that cannot be released or graded as it stands; the message says why."""


@dataclass(frozen=True)
class WrongSolution:
    """A misconception that we foresee: one edit of the worked solution, which must cost points.

    Attributes
    ----------
    name : what is wrong with it.
    old, new : the edit; `old` occurs once in the solution.
    hint : the hint that it must meet, or an empty text where any will do.
    """

    name: str
    old: str
    new: str
    hint: str = ""


@dataclass(frozen=True)
class Question:
    """A question that is graded by machine.

    Attributes
    ----------
    grade_id : the cell that the student fills in.
    name : what it defines: a function to call, or a value.
    checks : what is checked, each with its points, its label and its hint.
    wrong_solutions : the misconceptions foreseen, at least two.
    wants_function : whether `name` is a function to call.
    """

    grade_id: str
    name: str
    checks: tuple[Check, ...]
    wrong_solutions: tuple[WrongSolution, ...]
    wants_function: bool = True

    @property
    def points(self) -> float:
        """The points of all checks."""
        return sum(check.points for check in self.checks)


def load_questions(path: Path) -> tuple[Question, ...]:
    """Return the QUESTIONS of a file of checks; BadAssignmentError if it has none or does not run."""
    if not path.is_file():
        raise BadAssignmentError(f"{path} is missing: the checks of an assignment stand there")
    spec = importlib.util.spec_from_file_location(f"{MODULE_OF_CHECKS}{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where a dataclass in it looks its annotations up
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # an instructor's slip, told in a sentence
        raise BadAssignmentError(f"{path} cannot be read: {type(error).__name__}: {error}") from error
    questions = getattr(module, "QUESTIONS", None)
    if not questions or not all(isinstance(question, Question) for question in questions):
        raise BadAssignmentError(f"{path} defines no QUESTIONS, a tuple of Question")
    return tuple(questions)


def without_solution(source: str, *, is_code: bool = True) -> str:
    """Return a cell as it is released: a worked solution gives way to a stub that signals itself, or to nothing."""
    return SOLUTION.sub(
        lambda found: f"{_indent(found[1])}raise NotImplementedError\n" if is_code else "", source
    )


def _indent(block: str) -> str:
    return re.match(r"[ \t]*", block)[0]
