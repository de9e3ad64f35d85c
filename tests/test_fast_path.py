"""course_utils.fast.path: every solution of a path is proven, however many share a pass."""

import numpy as np
import pandas as pd
import pytest
from certificate import certificate
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import path as readable
from course_utils.datasets import load_ames, load_diabetes
from course_utils.fast import lasso as solving
from course_utils.fast import path
from course_utils.fast.path import lasso_path
from course_utils.objective import duality_gap
from course_utils.path import lam_grid
from course_utils.solvers import ConvergenceWarning

DIABETES, AMES = load_diabetes(), load_ames()


def problem(n_samples, n_features, seed=0):
    """Columns that resemble their neighbours, y from every tenth of them, and thirty penalties."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_samples, n_features))
    X[:, 1:] += 0.7 * X[:, :-1]
    y = X[:, ::10].sum(axis=1) + rng.standard_normal(n_samples) + 3
    return X, y, lam_grid(X, y, n_lams=30, ratio=0.02)


def gaps_of(X, y, found, **options):
    """The gaps of all solutions, computed afresh by the package that teaches."""
    solutions = zip(found.betas, found.intercepts, found.lams, strict=True)
    return [duality_gap(X, y, *solution, **options) for solution in solutions]


@pytest.mark.parametrize("order", ["C", "F"])  # columns in one piece are followed from kink to kink
@pytest.mark.parametrize("shape", [(60, 500), (400, 60), (40, 8), (30, 1)])
def test_every_solution_is_proven(shape, order):
    X, y, lams = problem(*shape)
    found = lasso_path(np.array(X, order=order), y, lams, tol=1e-8)
    gaps = gaps_of(X, y, found)
    assert max(gaps) <= 1e-8
    np.testing.assert_allclose(gaps, found.gaps, rtol=1e-4, atol=1e-13)
    np.testing.assert_array_equal(found.lams, lams)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(2, 30),
    st.integers(1, 80),
    st.integers(1, 80),
    st.booleans(),
    st.sampled_from("CF"),
    st.integers(0, 2**32 - 1),
)
def test_every_solution_is_proven_whatever_the_rank(n_samples, n_features, rank, fit_intercept, order, seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_samples, rank)) @ rng.standard_normal((rank, n_features)) + rng.integers(9)
    X, y = np.array(X, order=order), rng.standard_normal(n_samples)
    lams = lam_grid(X, y, n_lams=25, ratio=0.05, fit_intercept=fit_intercept)
    found = lasso_path(X, y, lams, fit_intercept=fit_intercept)
    assert max(gaps_of(X, y, found, fit_intercept=fit_intercept)) <= 1e-6


def test_it_is_the_path_of_the_readable_solver():
    found = lasso_path(DIABETES.X, DIABETES.y, tol=1e-11)
    expected = readable.lasso_path(DIABETES.X, DIABETES.y, tol=1e-11)
    np.testing.assert_allclose(found.lams, expected.lams, rtol=1e-14)
    np.testing.assert_allclose(found.betas, expected.betas, atol=1e-2)  # of coefficients of several hundred
    np.testing.assert_allclose(found.intercepts, expected.intercepts, rtol=1e-9)


def test_wide_data_share_passes_and_small_data_take_two():
    X, y, lams = problem(100, 3000)
    assert lasso_path(X, y, lams).n_iters[-1] < len(lams) / 2
    assert lasso_path(DIABETES.X, DIABETES.y).n_iters[-1] == 2


def test_how_many_penalties_share_a_pass_changes_nothing(monkeypatch):
    X, y, lams = problem(60, 4000)
    together = lasso_path(X, y, lams, tol=1e-10)
    monkeypatch.setattr(path, "MOST_AHEAD", 1)
    alone = lasso_path(X, y, lams, tol=1e-10)
    np.testing.assert_allclose(together.betas, alone.betas, atol=1e-4)
    assert alone.n_iters[-1] > together.n_iters[-1]


def test_a_frame_keeps_its_names_and_the_order_of_entry():
    frame = pd.DataFrame(AMES.X, columns=AMES.feature_names)
    found = lasso_path(frame, AMES.y, lam_grid(AMES.X, AMES.y, n_lams=20))
    assert found.feature_names == AMES.feature_names
    assert found.entry_order()[0].name in AMES.feature_names


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_order_in_memory_and_single_precision_are_solved_as_well(dtype):
    X, y, lams = problem(80, 1500)
    X = np.ascontiguousarray(X, dtype=dtype)
    assert max(gaps_of(X, y, lasso_path(X, y, lams[3:], tol=1e-7))) <= 1e-7


def test_one_penalty_and_one_above_the_largest_are_paths_too():
    X, y, lams = problem(50, 200)
    found = lasso_path(X, y, [2 * lams[0], lams[10]])
    assert not found.betas[0].any()
    assert found.betas[1].any()
    assert lasso_path(X, y, [lams[10]]).gaps[0] <= 1e-6


def test_what_rounding_keeps_above_tol_is_told_once():
    X, y, lams = problem(60, 400)
    with pytest.warns(ConvergenceWarning, match=r"\d+ of 30 lams stopped above tol = 1.0e-30") as told:
        found = lasso_path(X, y, lams, tol=1e-30)
    assert len(told) == 1
    assert max(gaps_of(X, y, found)) < 1e-12


@pytest.mark.parametrize(
    ("lams", "message"), [([0.1, 0.2], "do not fall"), ([], "one penalty or more"), ([0.0], "lam is 0")]
)
def test_penalties_that_do_not_fall_are_refused(lams, message):
    X, y, _ = problem(30, 10)
    with pytest.raises(ValueError, match=message):
        lasso_path(X, y, lams)


def test_a_number_that_is_not_finite_is_refused():
    X, y, lams = problem(30, 400)
    X[3, 7] = np.nan
    with pytest.raises(ValueError, match="NaN or infinite"):
        lasso_path(X, y, lams)


@settings(max_examples=40)
@given(
    shape=st.sampled_from([(1, 3), (9, 40), (30, 30), (40, 6)]),
    with_all=st.booleans(),
    parts=st.sets(st.sampled_from(["rows", "prices", "l2", "positive", "no intercept", "twins"])),
    tol=st.sampled_from([1e-4, 1e-8, 1e-11]),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_combination_is_proven_by_definition(shape, with_all, parts, tol, seed):
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal(shape), rng.standard_normal(shape[0])
    X = X[:, rng.integers(0, shape[1], shape[1])] if "twins" in parts else X
    options = {"fit_intercept": "no intercept" not in parts, "positive": "positive" in parts}
    options["sample_weight"] = 0.5 + rng.integers(0, 3, shape[0]) if "rows" in parts else None
    options["feature_weights"] = rng.uniform(0.2, 4, shape[1]) if "prices" in parts else None
    options["l2"] = 0.05 if "l2" in parts else 0.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solving, "takes_all_columns", lambda *_: with_all)
        found = lasso_path(X, y, [2.0, 0.5, 0.1, 0.05, 0.01], tol=tol, **options)
    solutions = zip(found.betas, found.intercepts, found.lams, strict=True)
    assert max(certificate(X, y, *solution, **options) for solution in solutions) <= tol + 1e-12


@pytest.mark.parametrize("shape", [(60, 500), (400, 60)])
def test_a_solution_of_a_path_is_the_solution_alone(shape):
    X, y, lams = problem(*shape)
    options = {"sample_weight": np.arange(shape[0]), "l2": 0.01, "tol": 1e-12}
    found = lasso_path(X, y, lams, **options)
    for k in (0, 15, 29):
        alone = solving.lasso(X, y, lams[k], **options)
        np.testing.assert_allclose(found.betas[k], alone.beta, atol=1e-5)
        assert found.intercepts[k] == pytest.approx(alone.intercept, abs=1e-5)
