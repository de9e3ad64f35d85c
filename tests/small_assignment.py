"""A small assignment of two questions and a text, for tests of grading to answer, to break and to attack."""

from __future__ import annotations

import copy
import json
import os
import shutil

import numpy as np
import pytest
import small_checks
from small_checks import NORM, QUESTIONS, SIGN, VALUE, draw, is_norm  # noqa: F401  (for the tests of grading)

from course_utils.cli.assignment import OWN_CLASS
from course_utils.grading import sandbox
from course_utils.grading.classroom import CONFIGURATION, Classroom
from course_utils.grading.scoring import score
from course_utils.grading.student import Pace
from course_utils.grading.submission import rebuild

QUICK = Pace(cell=3, call=2, total=30)


def cell(source, kind="code", **marks):
    """A cell of a source notebook."""
    metadata = {"nbgrader": marks} if marks else {}
    data = {"cell_type": kind, "metadata": metadata, "source": source.splitlines(keepends=True)}
    return data | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def solved(body):
    """A worked solution between its markers."""
    return f"    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION\n"


TEXT = """# A small assignment

## Norm (3 points, about 5 minutes)

## Penalty

*(2 points, about 3 minutes)*

## Reason (4 points, about 6 minutes, read by a person)

| points | for |
| --- | --- |
| 3 | a reason |
| 1 | an example |
"""
WORKED_TEXT = "### BEGIN SOLUTION\nBecause both are far from zero.\n### END SOLUTION\n"


def source_notebook():
    """A source notebook with both questions and a text that is read by a person."""
    return {
        "cells": [
            cell(TEXT, "markdown", grade_id="title", locked=True),
            cell("import numpy as np", grade_id="setup", locked=True),
            cell(f"def l1_norm(b):\n{solved('    return np.abs(b).sum()')}", grade_id="q1", solution=True),
            cell("l1_norm([2, -3])", grade_id="q1-points", grade=True, points=3, locked=True),
            cell("### BEGIN SOLUTION\npenalty = 2.5\n### END SOLUTION\n", grade_id="q2", solution=True),
            cell("penalty", grade_id="q2-points", grade=True, points=2, locked=True),
            cell(f"{WORKED_TEXT}Say why.", "markdown", grade_id="q3", solution=True, grade=True, points=4),
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


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


def small_class(folder):
    """A class folder with the small assignment, not yet released."""
    room = Classroom(folder)
    room.source("small").parent.mkdir(parents=True)
    room.source("small").write_text(json.dumps(full_source()))
    room.checks("small").parent.mkdir()
    shutil.copy(small_checks.__file__, room.checks("small"))
    shutil.copy(OWN_CLASS / CONFIGURATION, folder)
    return room


def full_source():
    """The source notebook with all that nbgrader wants to find: its metadata, identifiers and a kernel."""
    notebook = source_notebook()
    for data in notebook["cells"]:
        marks = data["metadata"]["nbgrader"]
        data["id"] = marks["grade_id"]
        defaults = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
        data["metadata"]["nbgrader"] = defaults | marks
    notebook["metadata"] = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
    }
    return notebook


def hand_in(room, student, **answers):
    """Let a student of the small class hand in these answers."""
    release = json.loads(room.release("small").read_text())
    path = room.submitted(student, "small")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(answered(release, **answers)))
