"""Tests of course_utils.grading: assignment, submission, scoring and audit, on a small assignment of two questions."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import small_checks
from small_assignment import (
    NORM,
    QUESTIONS,
    QUICK,
    RIGHT,
    SIGN,
    answered,
    cell,
    points_of,
    require_sandbox,
    source_notebook,
)

from course_utils.exercises.types import Case
from course_utils.grading import sandbox
from course_utils.grading.assignment import (
    BadAssignmentError,
    load_questions,
    without_solution,
)
from course_utils.grading.audit import release_of
from course_utils.grading.scoring import Failure, score, scores_of_draws
from course_utils.grading.student import Pace
from course_utils.grading.submission import BadSubmissionError, read_notebook, rebuild


@pytest.fixture
def source():
    """The source notebook, to be changed."""
    return source_notebook()


@pytest.fixture
def release(source):
    """What students get."""
    return release_of(source)


@pytest.fixture(autouse=True)
def a_sandbox(request):
    """Skip what needs a sandbox where there is none."""
    if request.node.get_closest_marker("sandbox"):
        require_sandbox()


needs_sandbox = pytest.mark.sandbox


def text_of(notebook, grade_id):
    """The source of a cell."""
    return next(
        "".join(c["source"]) for c in notebook["cells"] if c["metadata"]["nbgrader"]["grade_id"] == grade_id
    )


def test_a_solution_gives_way_to_a_stub_that_signals_itself(source):
    assert without_solution(text_of(source, "q1")) == "def l1_norm(b):\n    raise NotImplementedError\n"
    assert without_solution(text_of(source, "q2")) == "raise NotImplementedError\n"


def test_in_a_text_a_solution_gives_way_to_nothing():
    text = "Your answer here.\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION\n"
    assert without_solution(text, is_code=False) == "Your answer here.\n"


def test_a_release_keeps_all_but_the_solutions(source, release):
    assert [c["metadata"] for c in release["cells"]] == [c["metadata"] for c in source["cells"]]
    assert text_of(release, "q3") == "Say why."


@needs_sandbox
def test_right_answers_get_all_points_and_the_stub_none(release):
    assert points_of(release, answered(release, **RIGHT)) == [3, 2]
    assert points_of(release, release) == [0, 0]


@needs_sandbox
def test_a_partly_right_answer_gets_part_of_the_points_and_its_hint(release):
    submitted = answered(release, q1="def l1_norm(b):\n    return np.sum(b)")
    result = score(rebuild(release, submitted), QUESTIONS, np.random.default_rng(0), pace=QUICK)
    assert result.questions[0].lines == [
        "PASS  of numbers of one sign (+1)",
        f"FAIL  of numbers of both signs (0 of 2): {SIGN}",
    ]
    assert result.questions[1].lines == ["FAIL  the penalty of (2, -3) at a half (0 of 2): not attempted"]


@needs_sandbox
def test_only_the_first_wrong_answer_is_told_its_hint(release):
    submitted = answered(release, q1="def l1_norm(b):\n    return -1.0")
    result = score(rebuild(release, submitted), QUESTIONS, np.random.default_rng(0), pace=QUICK)
    assert result.questions[0].lines == [
        "FAIL  of numbers of one sign (0 of 1): Add them up.",
        "FAIL  of numbers of both signs (0 of 2)",
    ]


@needs_sandbox
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("while True: pass", "defines no penalty: your code did not finish within 3 seconds"),
        ("import os; os._exit(0)", "defines no penalty: your code ended the Python process"),
        ("penalty = [0] * 10**11", "defines no penalty: its cell raised MemoryError"),
        ("penalty = 1 / 0", "defines no penalty: its cell raised ZeroDivisionError"),
        ("class Odd(Exception): pass\nraise Odd", "defines no penalty"),
        ("result = 2.5", "defines no penalty"),
    ],
)
def test_a_question_without_its_name_is_told_what_became_of_its_cell(release, answer, said):
    cells = rebuild(release, answered(release, q2=answer))
    result = score(cells, QUESTIONS, np.random.default_rng(0), pace=QUICK)
    assert result.questions[1].checks[0].say == f"your notebook {said}"


@needs_sandbox
def test_a_submission_that_has_used_up_its_time_is_told_so(release):
    slow = "import time\ndef l1_norm(b):\n    time.sleep(1.5)\n    return -1.0"
    cells = rebuild(release, answered(release, q1=slow, q2="penalty = 2.5"))
    result = score(cells, QUESTIONS, np.random.default_rng(0), pace=Pace(cell=3, call=3, total=3.3))
    check = result.questions[1].checks[0]
    assert (check.say, check.failure) == ("your code took more than 3.3 seconds in all", Failure.ENDED)


@needs_sandbox
def test_every_draw_of_several_judges_anew(release):
    half = "calls = []\ndef l1_norm(b):\n    calls.append(1)\n    return sum(map(abs, b)) if len(calls) < 4 else 0"
    cells = rebuild(release, answered(release, q1=half))
    drawn = scores_of_draws(cells, [NORM], np.random.default_rng(0), n_draws=3, pace=QUICK)
    assert [result.points for result in drawn] == [3, 0, 0]


@needs_sandbox
def test_a_question_left_out_changes_no_input_of_the_next(release):
    drawn = []

    def noted(rng):
        drawn.append(rng.normal())
        return Case((drawn[-1:],))

    second = replace(NORM, checks=(replace(NORM.checks[0], make_case=noted),))
    for answers in (RIGHT, {}):
        cells = rebuild(release, answered(release, **answers))
        score(cells, (NORM, second), np.random.default_rng(1), pace=QUICK)
    assert drawn[0] == drawn[1]


@needs_sandbox
def test_a_warning_costs_nothing(release):
    noisy = "import warnings\ndef l1_norm(b):\n    warnings.warn('slow')\n    return np.abs(b).sum()"
    assert points_of(release, answered(release, q1=noisy)) == [3, 0]


@needs_sandbox
def test_one_question_that_never_ends_costs_that_question_only(release):
    endless = "def l1_norm(b):\n    while True: pass"
    assert points_of(release, answered(release, **RIGHT | {"q1": endless})) == [0, 2]


@needs_sandbox
def test_deleted_doubled_or_edited_test_cells_change_nothing(release):
    submitted = answered(release, **RIGHT, q1_points="l1_norm = lambda b: 0", setup="raise SystemExit")
    doubled = {**submitted, "cells": [*submitted["cells"], submitted["cells"][3]]}
    deleted = {
        **submitted,
        "cells": [c for c in submitted["cells"] if "points" not in c["metadata"]["nbgrader"]],
    }
    for notebook in (submitted, doubled, deleted):
        assert points_of(release, notebook) == [3, 2]


def untrusting(monkeypatch):
    """A machine without the sandbox, on which whoever trusts says so."""

    def unavailable():
        raise sandbox.SandboxUnavailableError("no bubblewrap")

    monkeypatch.setattr(sandbox, "_limiter", unavailable)


def test_without_the_sandbox_nothing_is_run_unless_it_is_trusted(release, monkeypatch):
    untrusting(monkeypatch)
    cells = rebuild(release, answered(release, **RIGHT))
    with pytest.raises(sandbox.SandboxUnavailableError, match="no bubblewrap"):
        score(cells, QUESTIONS, np.random.default_rng(0), pace=QUICK)
    assert score(cells, QUESTIONS, np.random.default_rng(0), pace=QUICK, trusted=True).points == 5


@needs_sandbox
def test_nothing_is_trusted_that_nobody_asked_to_trust(release, monkeypatch):
    monkeypatch.setattr(sandbox, "trusted", None)
    assert points_of(release, answered(release, **RIGHT)) == [3, 2]
    with pytest.raises(TypeError):
        score([], QUESTIONS, np.random.default_rng(0), trusted=True)


def rebuilt(release, cells):
    """The sources of the code cells of a rebuilt notebook."""
    return [c.source for c in rebuild(release, {"cells": cells}) if c.is_code]


def test_what_the_student_has_added_runs_where_it_stood(release):
    cells = answered(release, **RIGHT)["cells"]
    cells.insert(2, cell("helper = 1"))
    assert rebuilt(release, cells)[1:3] == ["helper = 1", RIGHT["q1"]]


def test_the_halves_of_a_split_cell_are_joined(release):
    cells = answered(release, q1="first = 1")["cells"]
    cells.insert(3, cell("second = 2", grade_id="q1", solution=True))
    assert rebuilt(release, cells)[1] == "first = 1\n\nsecond = 2"


@pytest.mark.parametrize(
    "marks", [{"grade_id": 7}, {"grade_id": ["q1"]}, {"grade_id": "q1", "points": 1000}, 5]
)
def test_metadata_that_a_student_has_edited_count_for_nothing(release, marks):
    odd = {"cell_type": "code", "metadata": {"nbgrader": marks}, "source": "x = 1"}
    found = rebuild(release, {"cells": [odd]})
    assert [c.grade_id for c in found if c.grade_id] == [
        c["metadata"]["nbgrader"]["grade_id"] for c in release["cells"]
    ]


def test_a_file_of_checks_without_questions_is_refused(tmp_path):
    (tmp_path / "ps1.py").write_text("QUESTIONS = []")
    with pytest.raises(BadAssignmentError, match="defines no QUESTIONS"):
        load_questions(tmp_path / "ps1.py")
    with pytest.raises(BadAssignmentError, match="is missing"):
        load_questions(tmp_path / "ps2.py")


def test_checks_may_hold_a_dataclass(tmp_path):
    head = "from __future__ import annotations\nfrom dataclasses import dataclass\n"
    case = "@dataclass\nclass Truth:\n    value: float\n"
    text = Path(small_checks.__file__).read_text(encoding="utf-8")
    path = tmp_path / "small.py"
    path.write_text(text.replace("from __future__ import annotations\n", head, 1) + case)
    assert len(load_questions(path)) == len(small_checks.QUESTIONS)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_ordinary_file_is_not_read(make, tmp_path):
    make(tmp_path / "ps1.ipynb")
    with pytest.raises(BadSubmissionError, match=r"ps1\.ipynb is no ordinary file"):
        read_notebook(tmp_path / "ps1.ipynb")


@pytest.mark.parametrize("depth", [98, 99, 100, 900])
def test_a_notebook_nested_too_deep_to_be_sent_on_is_refused(depth, tmp_path):
    """Nested 900 deep it can be read, and the run ended when it was sent to another process."""
    (tmp_path / "ps1.ipynb").write_text('{"cells": [], "deep": ' + "[" * depth + "]" * depth + "}")
    if depth < 100:
        assert read_notebook(tmp_path / "ps1.ipynb")["cells"] == []
    else:
        with pytest.raises(BadSubmissionError, match="more than 100 lists stand within one another"):
            read_notebook(tmp_path / "ps1.ipynb")
