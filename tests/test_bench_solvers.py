"""Tests of `course bench solvers|path|cv|bootstrap`: how libraries are calibrated, compared, and what is said."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from benchmarks.solvers import (
    at_best,
    calling,
    cells,
    command,
    environment,
    figure,
    folds,
    problems,
    report,
    resamples,
    tasks,
)
from benchmarks.solvers.calibrating import Calibration, MissedError
from benchmarks.solvers.comparing import compare, worst
from benchmarks.solvers.libraries import ONE_LAM, OURS, Way, by_library, few_dense_columns
from benchmarks.solvers.measuring import Measured, is_far_behind, take_turns, timed
from benchmarks.solvers.verifying import verified_gap
from course_utils import cli
from course_utils.objective import duality_gap
from course_utils.tuning import k_folds

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((30, 6)) + 1.0, RNG.standard_normal(30) + 2.0
BETA = np.array([0.3, 0.0, -0.2, 0.0, 0.0, 0.1])


def contender(name, *seconds, gap=1e-7, missed="", at_least=None):
    """What was measured of one."""
    return asdict(Measured(name, "tol 1.0e-06", gap, list(seconds), missed, at_least))


def cell(ours=1.0, goal=1.3, against="", our_gap=1e-9, **others):
    """A cell of the results."""
    about = {
        "date": "2026-11-21",
        "load": 0.5,
        "scene": "20 x 5",
        "divisor": 10,
        "gap": 1e-6,
        "listed": True,
        "goal": goal,
        "against": against,
    }
    rows = [contender(name.replace("_", "-"), seconds) for name, seconds in others.items()]
    return about | {"contenders": [contender(OURS, ours, gap=our_gap), *rows]}


def results(*some):
    """The results of one table."""
    about = {
        "command": "course bench solvers",
        "python": "3.11.7",
        "cores": 2,
        "rounds": 5,
    }
    about |= {"versions": {"celer": "0.7.4"}, "minutes": 2.0}
    return about | {"cells": list(some)}


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("kind", [np.asfortranarray, sparse.csc_matrix])
def test_the_gap_of_a_few_lines_is_that_of_the_course(kind, fit_intercept):
    intercept = (Y - X @ BETA).mean() if fit_intercept else 0.0
    expected = duality_gap(X, Y, BETA, intercept, 0.1, fit_intercept=fit_intercept)
    assert verified_gap(kind(X), Y, BETA, 0.1, fit_intercept=fit_intercept) == pytest.approx(
        expected, rel=1e-9
    )


def test_coefficients_that_are_no_numbers_have_no_gap():
    assert math.isnan(verified_gap(X, Y, np.full(6, np.nan), 0.1, fit_intercept=False))


def library(power=1.0, floor=0.0):
    """A library whose gap is a power of its tolerance; and the tolerances that it was called with."""
    called = []

    def attempt(tol):
        called.append(tol)
        return 0.001, max(tol**power, floor)

    return attempt, called


@pytest.mark.parametrize("start", [1e-1, 1e-4, 1e-9])
@pytest.mark.parametrize(("power", "tol"), [(1.0, 1e-6), (0.8, 10**-7.5), (0.5, 1e-12), (2.0, 1e-3)])
def test_a_library_gets_the_loosest_tolerance_that_reaches_the_gap(start, power, tol):
    attempt, _ = library(power)
    found = Calibration(attempt, start=start).find(1.000001e-6)
    assert found.tol == pytest.approx(tol)


def test_the_loosest_tolerance_of_all_is_enough_for_who_always_solves_well():
    attempt, _ = library(power=20.0)
    assert Calibration(attempt).find(1e-6).tol == pytest.approx(0.1)


def test_no_tolerance_is_tried_twice():
    attempt, called = library()
    calibration = Calibration(attempt)
    assert [calibration.find(gap).gap <= gap for gap in (1e-4, 1e-6, 1e-8, 1e-4)] == [True] * 4
    assert len(called) == len(set(called))


def test_a_library_that_misses_the_gap_says_how_near_it_came():
    attempt, _ = library(floor=3e-5)
    with pytest.raises(MissedError, match=r"at best gap 3\.0e-05"):
        Calibration(attempt).find(1e-6)


def test_a_library_whose_answers_are_no_numbers_misses_every_gap():
    with pytest.raises(MissedError, match="gap nan"):
        Calibration(lambda tol: (0.1, math.nan)).find(1e-6)


def test_a_library_is_given_up_once_a_trial_that_misses_takes_too_long():
    called = []
    calibration = Calibration(lambda tol: (called.append(tol) or 9.0, tol))
    with pytest.raises(MissedError, match=r"still at gap 1\.0e-04 after 9 s") as given_up:
        calibration.find(1e-6, hopeless=5.0)
    assert (given_up.value.at_least, len(called)) == (9.0, 1)


@pytest.mark.parametrize(("seconds", "n_trials"), [(9.0, 2), (0.1, 6)])
def test_for_the_slow_something_near_is_fine_enough(seconds, n_trials):
    called = []
    trial = Calibration(lambda tol: (called.append(tol) or seconds, tol * 1.5)).find(1e-6, coarse=5.0)
    assert trial.gap <= 1e-6
    assert len(called) == n_trials


def ways_of_two_libraries():
    """A library with a slow way and a quick one, which miss the gap by nothing."""
    slow, quick = Way("a", "slow", None), Way("a", "quick", None)
    return (slow, quick), {slow: 3.0, quick: 1.0}


def test_of_the_ways_of_a_library_the_quickest_is_measured():
    ways, seconds = ways_of_two_libraries()
    way, trial = at_best.Library("a", ways, lambda way, tol: (seconds[way], tol)).best(1e-6, 1.0)
    assert (way.how, trial.tol) == ("quick", pytest.approx(1e-6))


def test_what_a_library_raises_ends_that_library_alone():
    def attempt(way, tol):
        raise TypeError("no such option")

    with pytest.raises(MissedError, match="slow TypeError: no such option; quick TypeError"):
        at_best.Library("a", ways_of_two_libraries()[0], attempt).best(1e-6, 1.0)


def test_products_of_all_columns_are_offered_where_they_can_pay():
    assert few_dense_columns(1000, 50, False)
    assert not few_dense_columns(1000, 50, True)
    assert not few_dense_columns(50, 1000, False)
    assert {way.how for way in by_library(ONE_LAM, 50, 1000, False)["scikit-learn"]} == {""}


def test_contenders_take_turns_and_another_one_begins_each_round():
    order = []
    calls = {name: lambda name=name: (order.append(name), sum(range(300_000))) for name in "abc"}
    seconds = take_turns(calls, rounds=3)
    begins = [name for before, name in zip(["", *order[3:]], order[3:], strict=False) if name != before]
    assert begins[:9] == ["a", "b", "c", "b", "c", "a", "c", "a", "b"]
    assert {len(took) for took in seconds.values()} == {3}


def test_time_is_the_processors_and_waiting_costs_none():
    assert timed(lambda: __import__("time").sleep(0.05))[0] < 0.03


def test_who_is_far_behind_runs_once():
    assert is_far_behind(9.0, 1.0)
    assert not is_far_behind(0.5, 0.001)


@pytest.mark.parametrize(
    ("times", "verdict"),
    [
        ({"celer": 1.4, "scikit_learn": 2.0}, "win"),
        ({"celer": 1.2, "scikit_learn": 2.0}, "short of 1.3"),
        ({"celer": 0.9, "scikit_learn": 2.0}, "LOSS"),
        ({"celer": 0.9, "scikit_learn": 0.8}, "LOSS, also against scikit-learn"),
        ({}, "no library reaches the gap"),
    ],
)
def test_a_loss_is_told_as_plainly_as_a_win(times, verdict):
    one = compare(cell(**times))
    assert one.verdict == verdict
    assert one.verdict in report.every_cell([cell(**times)])


def test_who_is_fast_because_the_gap_is_too_wide_loses():
    assert compare(cell(our_gap=1e-5, celer=9.0)).verdict.startswith("LOSS: our own gap")
    assert compare(cell(our_gap=math.nan, celer=9.0)).verdict.startswith("LOSS: our own gap")


def test_a_goal_about_one_rival_is_compared_with_that_one():
    one = compare(cell(goal=5.0, against="LassoCV", LassoCV=6.0, celer=2.0))
    assert (one.rival, one.ratio, one.best, one.best_ratio, one.verdict) == (
        "LassoCV",
        6.0,
        "celer",
        2.0,
        "win",
    )


def test_a_goal_about_one_rival_hides_no_loss_to_another():
    one = compare(cell(goal=5.0, against="LassoCV", LassoCV=6.0, celer=0.5))
    assert one.verdict == "LOSS to celer"


def test_a_library_that_missed_the_gap_is_named_and_not_compared():
    one = cell(celer=2.0)
    one["contenders"].append(contender("adelie", missed="at best gap 3e-04, in 2 s"))
    text = "\n".join(report.lines("solvers", results(one)))
    assert "adelie: missed, at best gap 3e-04, in 2 s" in text
    assert "| missed: at best gap 3e-04, in 2 s |" in report.section("solvers", results(one))
    assert compare(one).best == "celer"


def test_a_library_that_was_given_up_bounds_the_ratio():
    one = cell(celer=9.0)
    one["contenders"].append(contender("adelie", missed="still at gap 3e-04 after 4 s", at_least=4.0))
    assert (compare(one).rival, compare(one).ratio, compare(one).bounded) == ("adelie", 4.0, True)
    assert "| > 4.00 | win |" in report.every_cell([one])
    one["contenders"].append(contender("skglm", 2.0))
    assert (compare(one).rival, compare(one).bounded) == ("skglm", False)


def test_the_sentence_counts_losses_and_names_each():
    said = report.verdict([compare(cell(celer=0.5)), compare(cell(celer=1.1)), compare(cell(celer=3.0))])
    assert "Of 3 cells 1 are wins, 1 are short of the goal, and 1 are losses." in said
    assert "Losses: 20 x 5, 1/10, gap 1e-06 0.50 (celer)." in said


def test_the_short_table_has_the_worst_cell_of_each_problem():
    (one,) = worst([compare(cell(celer=3.0)), compare(cell(celer=1.1)), compare(cell(celer=2.0))])
    assert one.ratio == pytest.approx(1.1)


def test_results_survive_json():
    stored = results(cell(celer=2.0, scikit_learn=3.0))
    assert report.section("solvers", json.loads(json.dumps(stored))) == report.section("solvers", stored)


def test_the_figure_says_how_many_cells_are_lost(tmp_path):
    some = results(cell(celer=0.5), cell(celer=3.0, scikit_learn=4.0))
    assert figure.title(some["cells"]) == "Celer: 1.75 times our time in the median cell, 1 of 2 lost"
    figure.save(tmp_path / "solvers.png", "solvers", some)
    assert (tmp_path / "solvers.png").stat().st_size > 1000


def test_a_curve_of_errors_is_compared_with_the_exact_one():
    lams, exact = np.array([2.0, 1.0, 0.5]), np.array([3.0, 1.0, 2.0])
    assert folds.agreement(exact * 1.001, exact, lams) == "same lam, curve within 1e-03"
    assert folds.agreement(np.array([3.0, 2.0, 1.0]), exact, lams).startswith(
        "another lam, 0.500 of the right"
    )


def test_a_loop_over_folds_measures_the_errors_on_the_other_rows():
    chosen = k_folds(len(Y), 3)
    curve = folds.looped_curve(lambda rows, target: np.zeros((1, rows.shape[1])), X, Y, chosen)
    expected = np.mean([np.mean((Y[fold.test] - Y[fold.train].mean()) ** 2) for fold in chosen])
    assert curve == pytest.approx([expected])


def test_a_loop_over_resamples_solves_each_of_them():
    seen = []
    way = Way("a", "", lambda rows, target, lams, tol, fit_intercept: seen.append(target))
    resamples.looped(way, X, Y, np.array([[0, 0, 1], [2, 3, 4]]), np.array([0.1]), 1e-6)
    assert [target.tolist() for target in seen] == [Y[[0, 0, 1]].tolist(), Y[[2, 3, 4]].tolist()]


@pytest.mark.parametrize(
    "scene", [one for one in problems.SCENES if "20 x 5" in one.name or "degree 1" in one.name]
)
def test_a_problem_is_the_same_each_time_it_is_made(scene):
    first, again = scene.problem(), scene.problem()
    assert first.X.flags.f_contiguous
    np.testing.assert_array_equal(first.X, again.X)
    np.testing.assert_array_equal(first.y, again.y)


def test_ours_is_called_as_the_libraries_are_and_reaches_the_gap():
    problem = problems.Problem(np.asfortranarray(X), Y, True)
    seconds, gap = calling.Caller(problem).attempt(tasks.ONE.ours, np.array([problem.lam_max / 10]), 1e-8)
    assert seconds > 0
    assert 0 <= gap <= 1e-8 or gap == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize(
    ("only", "quick", "count"), [(None, True, 2), (["degree"], False, 3), (None, False, 17)]
)
def test_a_run_measures_what_it_is_told_to(only, quick, count):
    assert len(tasks.chosen(problems.SCENES, only, quick)) == count


ARGS = SimpleNamespace(name="solvers", setup=False, lock=False, quick=False, only=None, merge=False, rounds=5)


@pytest.fixture
def written(monkeypatch):
    """What is stored, where nothing is measured and nothing written."""
    files = {}
    monkeypatch.setattr(command, "measure", lambda args: results(cell(celer=2.0)))
    monkeypatch.setattr(command, "write", lambda path, text: files.update({path.name: text}))
    monkeypatch.setattr(command, "stored", lambda: {"path": results(cell(celer=1.5))})
    monkeypatch.setattr(figure, "save", lambda path, name, results: files.update({path.name: results}))
    return files


@pytest.mark.parametrize("option", [{"quick": True}, {"only": ["20 x 5"]}, {"rounds": 2}])
def test_a_part_of_a_run_prints_and_stores_nothing(written, capsys, option):
    assert (command.run(SimpleNamespace(**vars(ARGS) | option)), written) == (0, {})
    assert "1 are wins" in capsys.readouterr().out


def test_a_whole_run_stores_its_table_beside_the_others(written):
    assert command.run(ARGS) == 0
    assert set(written) == {"results.json", "README.md", "solvers.png"}
    assert set(json.loads(written["results.json"])) == {"path", "solvers"}
    assert "## A path" in written["README.md"]


def test_cells_measured_again_take_the_place_of_the_stored_ones(written, monkeypatch):
    before = results(cell(celer=1.5) | {"scene": "50 x 20"}, cell(celer=0.5))
    monkeypatch.setattr(command, "stored", lambda: {"solvers": before})
    assert command.run(SimpleNamespace(**vars(ARGS) | {"only": ["500"], "merge": True})) == 0
    stored = json.loads(written["results.json"])["solvers"]
    assert [compare(one).ratio for one in stored["cells"]] == [2.0, 1.5]
    assert stored["minutes"] == 4.0


def test_without_the_libraries_the_verb_says_how_to_get_them(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(environment, "ENVIRONMENT", tmp_path / ".venv-bench-solvers")
    assert cli.main(["bench", "path"]) == 1
    assert "`course bench solvers --setup` makes it" in capsys.readouterr().err


def test_the_child_has_one_thread_before_numpy_is_imported():
    told = environment.one_thread()
    assert {told[f"{name}_NUM_THREADS"] for name in ("OPENBLAS", "OMP", "MKL", "NUMBA", "RAYON")} == {"1"}


def test_of_two_packages_of_one_name_one_is_installed_apart():
    together, apart = environment.divided(environment.LOCK.read_text(encoding="utf-8"))
    assert re.findall(r"^[\w-]+(?===)", apart, re.MULTILINE) == ["glmstar"]
    assert "python-glmnet==" in together
    assert "\nglmstar==" not in together


def test_the_lock_has_every_library_with_hashes_and_an_old_numpy():
    pins = dict(command.PIN.findall(text := environment.LOCK.read_text(encoding="utf-8")))
    assert set(command.NAMED) <= set(pins)
    assert pins["numpy"].startswith("1.26.")
    assert text.count("--hash=sha256:") > len(pins)


def test_the_stored_page_is_what_the_stored_results_make():
    assert command.README.read_text(encoding="utf-8") == report.readme(command.stored())


@pytest.mark.parametrize("name", sorted(command.stored()))
def test_each_table_is_stored_in_the_order_of_its_problems_with_a_figure(name):
    stored = command.stored()[name]
    scenes = [scene.name for scene in tasks.SCENES_OF[name]]
    found = list(dict.fromkeys(one["scene"] for one in stored["cells"]))
    assert found == [scene for scene in scenes if scene in found]
    assert stored["rounds"] >= 5
    assert (command.FOLDER / f"{name}.png").is_file()


def test_problems_that_were_not_measured_are_named():
    assert report.not_yet("bootstrap", [{"scene": one.name} for one in problems.BOOTSTRAP_SCENES]) == []
    (said,) = report.not_yet("bootstrap", [{"scene": one.name} for one in problems.BOOTSTRAP_SCENES[1:]])
    assert said == "Not measured yet: diabetes, degree 1."


def test_who_is_hopeless_at_one_penalty_is_not_run_at_a_weaker_one():
    some = cell(celer=30.0, skglm=2.0, scikit_learn=90.0)
    some["contenders"].append(contender("adelie", missed="at best gap 3e-04, in 2 s"))
    assert cells._far_behind([some]) == {"celer": "30 times our time", "adelie": "missed"}
    assert cells._far_behind([some, cell(celer=2.0, adelie=1.0)]) == {}


def test_of_several_problems_the_seconds_are_added_and_the_largest_gap_counts(monkeypatch):
    answers = iter([(1.0, 1e-9), (2.0, 1e-5), (3.0, 1e-7)])
    several = calling.Several([problems.Problem(X, Y, True)] * 3)
    monkeypatch.setattr(calling.Caller, "attempt", lambda self, way, lams, tol: next(answers))
    assert several.attempt(None, None, 1e-6) == (6.0, 1e-5)
