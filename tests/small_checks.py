"""The hidden checks of the small assignment, as they would stand in a class's checks/small.py."""

from __future__ import annotations

import numpy as np

from course_utils.exercises.types import Case, Check, close
from course_utils.grading.assignment import Question, WrongSolution

SIGN = "What becomes of a negative number?"


def draw(rng):
    """A vector with numbers of both signs."""
    return Case((np.concatenate([rng.normal(size=4), [-3.0, 4.0]]),))


def is_norm(case, answer):
    """Whether the answer is the L1 norm."""
    return close(answer, np.abs(case.args[0]).sum())


NORM = Question(
    "q1",
    "l1_norm",
    (
        Check(
            "of numbers of one sign",
            1,
            lambda rng: Case((rng.uniform(1, 2, size=5),)),
            is_norm,
            "Add them up.",
        ),
        Check("of numbers of both signs", 2, draw, is_norm, SIGN),
    ),
    (
        WrongSolution("signed", "np.abs(b)", "b", SIGN),
        WrongSolution("squared", "np.abs(b)", "b**2"),
    ),
)
VALUE = Question(
    "q2",
    "penalty",
    (
        Check(
            "the penalty of (2, -3) at a half",
            2,
            lambda rng: Case(),
            lambda _, a: close(a, 2.5),
            "Half of five.",
        ),
    ),
    (WrongSolution("signed", "2.5", "-0.5"), WrongSolution("unscaled", "2.5", "5")),
    wants_function=False,
)

QUESTIONS = (NORM, VALUE)
