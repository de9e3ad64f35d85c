"""Every assignment that ships can be released: its audit is clean, and its worked solutions run without a warning."""

from __future__ import annotations

import json

import nbformat
import numpy as np
import pytest
from small_assignment import require_sandbox

from course_utils.grading.assignment import load_questions
from course_utils.grading.audit import audit, release_of
from course_utils.grading.submission import nbgrader_metadata
from course_utils.lessons.catalogue import ROOT
from course_utils.lessons.execution import run_notebook

INSTRUCTOR = ROOT / "instructor"
NAMES = sorted(path.name for path in (INSTRUCTOR / "source").iterdir() if path.is_dir())
every_assignment = pytest.mark.parametrize("name", NAMES)


def source_of(name):
    """The source notebook of an assignment as JSON holds it."""
    return json.loads((INSTRUCTOR / "source" / name / f"{name}.ipynb").read_text(encoding="utf-8"))


def questions_of(name):
    """The questions of an assignment that are graded by machine."""
    return load_questions(INSTRUCTOR / "checks" / f"{name}.py")


@pytest.mark.sandbox
@every_assignment
def test_the_audit_of_an_assignment_is_clean(name, rng):
    require_sandbox()
    assert audit(source_of(name), questions_of(name), rng) == []


@pytest.mark.notebook
@every_assignment
def test_the_worked_solutions_run_without_a_complaint(name):
    notebook = nbformat.read(INSTRUCTOR / "source" / name / f"{name}.ipynb", as_version=4)
    assert run_notebook(notebook, folder=INSTRUCTOR / "source" / name, name=name).cells


@every_assignment
def test_an_assignment_is_a_valid_notebook_without_outputs(name):
    source = source_of(name)
    nbformat.validate(nbformat.from_dict(source))
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in source["cells"])


@every_assignment
def test_an_assignment_has_five_to_eight_questions_and_one_that_a_person_reads(name):
    by_hand = [
        cell
        for cell in release_of(source_of(name))["cells"]
        if nbgrader_metadata(cell).get("solution") and nbgrader_metadata(cell).get("grade")
    ]
    assert 5 <= len(questions_of(name)) + len(by_hand) <= 8
    assert by_hand
    assert all(nbgrader_metadata(cell)["points"] > 0 for cell in by_hand)


@every_assignment
def test_the_checks_draw_new_inputs_in_every_run(name):
    drawn = [
        [c.make_case(np.random.default_rng(seed)) for q in questions_of(name) for c in q.checks]
        for seed in (1, 2)
    ]
    changed = [repr(one.args) != repr(other.args) for one, other in zip(*drawn, strict=True) if one.args]
    assert all(changed)
