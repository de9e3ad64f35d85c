"""Problem set 4: its story is so, its memo quotes what its cells print, and the program to repair earns nothing."""

from __future__ import annotations

import contextlib
import io
import json
import re

import numpy as np
import pytest

from course_utils import evaluation, tuning
from course_utils.exercises.types import judge_answer
from course_utils.grading.assignment import load_questions
from course_utils.grading.submission import nbgrader_metadata
from course_utils.lessons.catalogue import ROOT

SOURCE = ROOT / "instructor" / "source" / "ps4" / "ps4.ipynb"
CELLS = {
    nbgrader_metadata(cell)["grade_id"]: "".join(cell["source"])
    for cell in json.loads(SOURCE.read_text(encoding="utf-8"))["cells"]
}
GIVEN = ("setup", "model", "report", "q4-colleague", "q7-numbers")


@pytest.fixture(scope="module")
def given():
    """What the cells that students are given define, and what they print: no answer is needed for them."""
    names, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        for grade_id in GIVEN:
            exec(CELLS[grade_id], names)
    return names, printed.getvalue()


def test_the_memo_quotes_numbers_that_the_cells_print(given):
    printed = re.findall(r"-?\d+\.\d+(?:e-\d+)?", given[1])
    quoted = re.findall(r"-?\d+\.\d+(?:e-\d+)?", CELLS["q7"])
    assert len(quoted) > 10
    for number in quoted:
        step = 10.0 ** -len(number.partition("e")[0].partition(".")[2]) * (1e-6 if "e" in number else 1)
        assert any(abs(float(number) - float(found)) <= step / 2 for found in printed), number


def test_the_penalty_is_the_one_that_the_story_says(given):
    names, _ = given
    X, y, early, later = names["X"], names["y"], names["early"], names["later_years"]

    def error(lam):
        model = tuning.refit(X[early], y[early], lam)
        return evaluation.root_mean_squared_error(y[later], model.intercept + X[later] @ model.beta)

    grid = np.geomspace(0.5, 0.005, 40)
    best = grid[np.argmin([error(lam) for lam in grid])]
    assert f"{best:.2f}" == "0.12"
    assert CELLS["model"].count("0.12)") == 1


def test_the_office_used_no_outcome_that_was_not_known(given):
    names, _ = given
    assert names["made"][names["study"]].max() + 1.25 <= 1990
    assert names["made"][names["early"]].max() + 1.25 <= names["made"][names["later_years"]].min()


def test_the_alarms_of_the_nineties_come_with_errors_no_worse(given):
    names, _ = given
    assert len(names["report"].alarms) == 6
    assert [window.start for window in names["windows"].worse] == [2006.25]
    assert names["rivals"].low < 0 < names["rivals"].high


@pytest.mark.parametrize(
    ("grade_id", "right", "wrong", "points"),
    [
        ("q2", "wrong.append(sorted(faults))", "wrong += [sorted(faults)] if faults else []", 1),
        ("q2", "record.get(name)", 'float(record.get(name, "nan"))', 3),
        ("q3", "np.arange(len(order), 0, -1)", "len(order)", 3),
    ],
    ids=["lists for bad records alone", "texts in digits are numbers", "Bonferroni for Holm"],
)
def test_one_misunderstanding_costs_what_it_touches(given, rng, grade_id, right, wrong, points):
    questions = {q.grade_id: q for q in load_questions(ROOT / "instructor" / "checks" / "ps4.py")}
    names = dict(given[0])
    assert CELLS[grade_id].count(right) == 1
    exec(CELLS[grade_id].replace(right, wrong), names)
    assert judge_answer(questions[grade_id], names[questions[grade_id].name], rng).points == points


def test_the_colleagues_limit_is_too_low_and_earns_nothing(given, rng):
    names, _ = given
    questions = {q.grade_id: q for q in load_questions(ROOT / "instructor" / "checks" / "ps4.py")}
    exec(CELLS["q4"], names)
    counts = [names[name] for name in ("then", "now", "drawn_then", "drawn_now")]
    assert names["colleagues_limit"](*counts, 0.05)[1] < 0.9 * names["against_chance"](*counts, 0.05)[1]
    assert judge_answer(questions["q4"], names["colleagues_limit"], rng).points == 0
