"""Problem set 3: what its texts say of the patients is so, and the program to repair earns nothing as it is."""

from __future__ import annotations

import contextlib
import io
import json
import re

import numpy as np
import pytest

from course_utils import tuning
from course_utils.exercises.types import judge_answer
from course_utils.grading.assignment import load_questions
from course_utils.grading.submission import nbgrader_metadata
from course_utils.lessons.catalogue import ROOT

SOURCE = ROOT / "instructor" / "source" / "ps3" / "ps3.ipynb"
CELLS = {
    nbgrader_metadata(cell)["grade_id"]: "".join(cell["source"])
    for cell in json.loads(SOURCE.read_text(encoding="utf-8"))["cells"]
}
GIVEN = ("setup", "curve", "q3-colleague", "q4-recipes", "q6-votes", "q7-numbers")


@pytest.fixture(scope="module")
def given():
    """What the cells that students are given define, and what they print."""
    names, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        for grade_id in GIVEN:
            exec(CELLS[grade_id], names)
    return names, printed.getvalue()


@pytest.mark.parametrize("grade_id", ["q7", "q7-text"])
def test_the_memo_quotes_numbers_that_the_cells_print(given, grade_id):
    quoted = re.findall(r"\d+\.\d", CELLS[grade_id])
    assert quoted
    assert not [number for number in quoted if number not in given[1]]


def test_each_recipe_has_the_penalty_that_its_own_folds_choose(given):
    names, _ = given
    X, y = names["X"][names["study"]], names["y"][names["study"]]
    grid = names["lam_grid"](names["Z"][:, names["room"]], y, n_lams=30, ratio=0.01)
    of_room = tuning.cross_validate_path(X[:, names["room"]], y, grid, folds=names["folds"], tol=1e-4)
    assert f"X[study], y[study], {tuning.best_lam(names['curve']):.2f})" in CELLS["q4-recipes"]
    assert f"room], y[study], {tuning.best_lam(of_room):.2f})" in CELLS["q4-recipes"]


def test_the_colleagues_program_is_flattered_by_dice_and_earns_nothing(given, rng):
    names, _ = given
    flattered = names["colleagues_error"](
        names["dice"], names["y"][names["study"]], names["fold_of"], 10, 2.0
    )
    assert flattered < names["y"][names["study"]].std()
    question = next(
        q for q in load_questions(ROOT / "instructor" / "checks" / "ps3.py") if q.grade_id == "q3"
    )
    assert judge_answer(question, names["colleagues_error"], rng).points == 0


def test_the_checks_know_the_patients_of_the_study(given):
    module = load_questions(ROOT / "instructor" / "checks" / "ps3.py")[1].checks[0].judge.__globals__
    np.testing.assert_allclose(module["study"]()[0], given[0]["Z"], atol=1e-12)
