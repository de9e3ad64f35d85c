"""A small assignment of two questions and a text, for tests of grading to answer, to break and to attack."""

from __future__ import annotations

import copy
import os

import numpy as np
import pytest

from course_utils.exercises.types import Case, Check, close
from course_utils.grading import sandbox
from course_utils.grading.assignment import Question, WrongSolution
from course_utils.grading.scoring import score
from course_utils.grading.student import Pace
from course_utils.grading.submission import rebuild

QUICK = Pace(cell=3, call=2, total=30)
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


def cell(source, kind="code", **marks):
    """A cell of a source notebook."""
    metadata = {"nbgrader": marks} if marks else {}
    data = {"cell_type": kind, "metadata": metadata, "source": source.splitlines(keepends=True)}
    return data | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def solved(body):
    """A worked solution between its markers."""
    return f"    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION\n"


def source_notebook():
    """A source notebook with both questions and a text that is read by a person."""
    return {
        "cells": [
            cell("# A small assignment", "markdown", grade_id="title", locked=True),
            cell("import numpy as np", grade_id="setup", locked=True),
            cell(f"def l1_norm(b):\n{solved('    return np.abs(b).sum()')}", grade_id="q1", solution=True),
            cell("l1_norm([2, -3])", grade_id="q1-points", grade=True, points=3, locked=True),
            cell("### BEGIN SOLUTION\npenalty = 2.5\n### END SOLUTION\n", grade_id="q2", solution=True),
            cell("penalty", grade_id="q2-points", grade=True, points=2, locked=True),
            cell("Say why.", "markdown", grade_id="q3", solution=True, grade=True, points=4),
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


QUESTIONS = (NORM, VALUE)


def answered(notebook, **answers):
    """The notebook with other sources in the cells of these grade_ids."""
    notebook = copy.deepcopy(notebook)
    for data in notebook["cells"]:
        grade_id = data["metadata"]["nbgrader"]["grade_id"].replace("-", "_")
        data["source"] = answers.get(grade_id, "".join(data["source"]))
    return notebook


def points_of(release, submitted):
    """The points of each question."""
    result = score(rebuild(release, submitted), QUESTIONS, np.random.default_rng(0), pace=QUICK)
    return [question.points for question in result.questions]


RIGHT = {"q1": "def l1_norm(b):\n    return sum(abs(x) for x in b)", "q2": "penalty = 5 / 2"}


def require_sandbox():
    """Skip where there is no sandbox; under CI that is a failure."""
    try:
        sandbox.require_sandbox()
    except sandbox.SandboxUnavailableError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
