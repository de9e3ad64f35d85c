"""Tests of `course bench` and of benchmarks/grading: what a measurement needs, checks and says."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from dataclasses import asdict
from types import SimpleNamespace

import numpy as np
import pytest
from attack_table import Row
from attacks import ATTACKS
from small_assignment import QUESTIONS, full_source, source_notebook

from benchmarks.grading import command, report, speed, stock
from benchmarks.grading.mixed_submissions import KINDS, MARKER, mixed_submissions
from course_utils import cli
from course_utils.cli import bench
from course_utils.grading.assignment import SOLUTION
from course_utils.grading.audit import release_of
from course_utils.grading.submission import nbgrader_metadata, rebuild
from course_utils.lessons.catalogue import ROOT

QUICK = SimpleNamespace(quick=True, only=None, submissions=20, runs=3)


@pytest.fixture(autouse=True)
def no_measurement(monkeypatch):
    """Measurements that return at once, in place of the real ones, and nothing stored."""
    measures = {"speed": lambda args: SPEED, "attacks": lambda args: ATTACKED}
    monkeypatch.setattr(command, "MEASURES", measures)
    written = {}
    monkeypatch.setattr(command, "write", lambda path, text: written.update({path.name: text}))
    return written


@pytest.fixture
def all_there(monkeypatch):
    """A machine that has all that a measurement needs."""
    monkeypatch.setattr(command, "require_everything", lambda: None)


def contender(name, per_minute, failed=""):
    """What was measured of one."""
    return asdict(speed.Measured(name, [1.0], per_minute, per_minute - 1, per_minute + 1, 12.5, failed))


ABOUT = {"date": "2026-11-21", "nbgrader": "0.9.6", "python": "3.11.7"}
SPEED = ABOUT | {"submissions": 5, "runs": 1, "cores": 2, "load afterwards": 0.1}
SPEED |= {"contenders": [contender("nbgrader autograde", 10.0), contender("course assignment grade", 25.0)]}
ATTACKED = ABOUT | {"seconds for a cell": 10, "seconds for all": 90}
ATTACKED |= {"rows": [asdict(Row("forges", 2, 5, 4.0, forged=True)), asdict(Row("ends it", 2, None, 9.0))]}


def test_an_unknown_measurement_is_answered_with_those_there_are(capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["bench", "gradign"])
    assert "choose from grading" in capsys.readouterr().err.replace("'", "")


def test_without_the_folder_of_measurements_the_verb_says_where_they_come_from(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(bench, "BENCHMARKS", tmp_path / "none")
    assert cli.main(["bench", "grading"]) == 1
    assert "come with the folder of the course" in capsys.readouterr().err


def test_without_nbgrader_the_verb_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setattr(command, "require_sandbox", lambda: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert cli.main(["bench", "grading"]) == 1
    assert "nbgrader is not installed; run `python3 course.py test` once" in capsys.readouterr().err


def test_without_a_sandbox_nothing_is_measured(monkeypatch, capsys):
    def refuse():
        raise command.CannotMeasureError("no bubblewrap here")

    monkeypatch.setattr(command, "require_sandbox", refuse)
    assert cli.main(["bench", "grading"]) == 1
    assert capsys.readouterr().err == "course bench grading: no bubblewrap here\n"


def test_a_quick_run_stores_nothing(all_there, no_measurement, capsys):
    assert command.run(QUICK) == 0
    assert "2.5 times as fast as" in capsys.readouterr().out
    assert no_measurement == {}


def test_a_whole_run_stores_the_results_and_the_page(all_there, no_measurement):
    assert command.run(SimpleNamespace(**vars(QUICK) | {"quick": False})) == 0
    assert set(no_measurement) == {"results.json", "stock_nbgrader.json", "README.md"}
    assert json.loads(no_measurement["results.json"]) == SPEED


@pytest.mark.parametrize("slower", [4.0, 25.0])
def test_a_loss_is_told_as_plainly_as_a_win(slower):
    lines = report.verdict(
        SPEED | {"contenders": [contender("nbgrader x", 10.0), contender("course x", slower)]}
    )
    assert ("2.5 times slower than `nbgrader x`" in lines) == (slower == 4.0)
    assert ("2.5 times as fast as `nbgrader x`" in lines) == (slower == 25.0)


def test_a_contender_that_failed_is_named_with_the_reason_and_not_compared():
    rows = [contender("nbgrader x", 0.0, "database is locked"), contender("course x", 9.0)]
    page = report.readme(SPEED | {"contenders": rows}, None)
    assert "| `nbgrader x` | failed | database is locked | |" in page
    assert "there is no comparison" in page


def test_the_page_counts_what_the_attacks_got():
    page = report.readme(None, ATTACKED)
    assert "| forges | 2 | 5 | 4 | forged |" in page
    assert "| ends it | 2 | lost | 9 | - |" in page
    assert "Of 2 attacks on stock nbgrader 1 got more points" in page


@pytest.mark.parametrize("name", ["results.json", "stock_nbgrader.json"])
def test_the_stored_results_say_when_and_with_what_they_were_measured(name):
    results = json.loads((ROOT / "benchmarks" / "grading" / name).read_text(encoding="utf-8"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", results["date"])
    assert results["command"].startswith("course bench grading")
    assert re.match(r"0\.9\.", results["nbgrader"])


def test_the_stored_page_is_what_the_stored_results_make():
    results, attacks = command.stored(command.RESULTS), command.stored(command.STOCK)
    assert command.README.read_text(encoding="utf-8") == report.readme(results, attacks)


def test_what_was_measured_of_nbgrader_are_attacks_of_the_tests():
    rows = command.stored(command.STOCK)["rows"]
    assert [row["name"] for row in rows if row["name"] not in ATTACKS] == []
    assert len(rows) > 100


def mixed(n_students):
    """A class that has handed in the small assignment."""
    source = source_notebook()
    return mixed_submissions(source, release_of(source), QUESTIONS, n_students, np.random.default_rng(0))


def test_a_mixed_class_has_as_many_of_every_kind():
    names = [name.partition("-")[2] for name in mixed(10)]
    assert names == [kind.replace(" ", "-") for kind in KINDS] * 2


def test_a_worked_submission_holds_the_solution_without_its_markers():
    source, worked = source_notebook(), mixed(1)["s000-worked"]
    answers = {cell.grade_id: cell.source for cell in rebuild(release_of(source), worked)}
    assert answers["q1"] == "def l1_norm(b):\n    return np.abs(b).sum()\n"
    assert not any(MARKER.search(text) for text in answers.values())


def test_mistakes_are_edits_that_the_questions_foresee():
    source, wrong = source_notebook(), mixed(3)["s002-mistakes"]
    answers = {cell.grade_id: cell.source for cell in rebuild(release_of(source), wrong)}
    right = {nbgrader_metadata(cell)["grade_id"]: cell["source"] for cell in source["cells"]}
    edits = [
        (SOLUTION.search("".join(right[q.grade_id]))[1].replace(w.old, w.new).strip() in answers[q.grade_id])
        for q in QUESTIONS
        for w in q.wrong_solutions
    ]
    assert any(edits)
    assert answers["q2"] != "penalty = 2.5\n"


HANDED_IN = dict.fromkeys(("s000-worked", "s004-nothing", "s003-half"))


@pytest.mark.parametrize(
    ("points", "complaint"),
    [
        ({"s000-worked": 5, "s004-nothing": 0}, "no marks in the gradebook for s003-half"),
        ({"s000-worked": 4, "s004-nothing": 0, "s003-half": 2}, "s000-worked has 4 points .* due 5"),
        ({"s000-worked": 5, "s004-nothing": 1, "s003-half": 2}, "s004-nothing has 1 points .* due 0"),
    ],
)
def test_a_run_with_wrong_marks_is_no_measurement(points, complaint):
    with pytest.raises(speed.WrongMarksError, match=complaint):
        speed.must_be_right(points, HANDED_IN, 5)


def test_a_run_with_right_marks_counts():
    points = {"s000-worked": 5, "s004-nothing": 0, "s003-half": 2}
    assert speed.must_be_right(points, HANDED_IN, 5) is None


def test_the_contenders_take_turns_in_going_first():
    names = [one.name for one in speed._turns(2)]
    assert len(names) == 2 * len(speed.CONTENDERS)
    assert names[0] == names[-1] == speed.CONTENDERS[0].name


def test_the_stock_assignment_pays_the_same_points_for_the_same_questions():
    ours, theirs = (
        [nbgrader_metadata(cell) for cell in notebook["cells"]]
        for notebook in (full_source(), stock.stock_source(full_source()))
    )
    for question in ("q1", "q2", "q3"):
        paid = [
            sum(marks.get("points", 0) for marks in cells if marks["grade_id"].startswith(question))
            for cells in (ours, theirs)
        ]
        assert paid[0] == paid[1]


def test_the_stock_gradebook_is_read_without_the_settings_of_whoever_runs_it(monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", "/somewhere")
    environment = stock.environment(tmp_path)
    assert "JUPYTER_CONFIG_DIR" not in environment
    assert environment["HOME"] == str(tmp_path)
    assert environment["PATH"].startswith(str(ROOT.joinpath(sys.executable).parent))
