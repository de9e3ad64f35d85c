"""course_utils.fast.lasso: the compiled tier proves what it returns, on whatever it is given."""

import numpy as np
import pandas as pd
import pytest
from certificate import certificate
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import ElasticNet, Lasso

from course_utils.datasets import load_ames, load_diabetes
from course_utils.fast import lasso as solving
from course_utils.fast.lasso import lasso
from course_utils.fast.problem import as_columns
from course_utils.objective import duality_gap, lam_max, lasso_objective
from course_utils.solvers import ConvergenceWarning, coordinate_descent

AMES = load_ames()
DIABETES = load_diabetes()


def problem(n_samples, n_features, *, rho=0.5, seed=0):
    """Columns that resemble their neighbours, and y from every fifth of them."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_samples, n_features))
    for j in range(1, n_features):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1 - rho**2) * X[:, j]
    return X, X[:, ::5].sum(axis=1) + rng.standard_normal(n_samples)


def proven(X, y, share, **options):
    """The solution at a share of lam_max, its gap computed afresh by the package that teaches."""
    with_intercept = options.get("fit_intercept", True)
    lam = share * lam_max(X, y, fit_intercept=with_intercept)
    found = lasso(X, y, lam, **options)
    gap = duality_gap(X, y, found.beta, found.intercept, lam, fit_intercept=with_intercept)
    assert gap == pytest.approx(found.gap, rel=1e-6, abs=1e-12)  # what rounding leaves in raw units
    assert found.converged == (found.gap <= options.get("tol", 1e-6))
    return found


@pytest.mark.parametrize("share", [0.5, 0.1, 0.01])
@pytest.mark.parametrize("shape", [(40, 300), (300, 40), (150, 150), (20, 5)])
def test_it_proves_its_answer_on_wide_tall_and_square_data(shape, share):
    X, y = problem(*shape)
    assert proven(X, y + 7, share, tol=1e-9).converged


@settings(max_examples=60, deadline=None)
@given(
    n_samples=st.integers(2, 40),
    n_features=st.integers(1, 60),
    rank=st.integers(1, 60),
    spread=st.integers(0, 3),
    share=st.floats(0.01, 1.2),
    fit_intercept=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_it_proves_its_answer_whatever_the_rank_and_the_scales(
    n_samples, n_features, rank, spread, share, fit_intercept, seed
):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_samples, rank)) @ rng.standard_normal((rank, n_features))
    X = X * 10.0 ** rng.integers(-spread, spread + 1, n_features) + rng.integers(0, 2)
    y = rng.standard_normal(n_samples)
    assert proven(X, y, share, fit_intercept=fit_intercept).converged


def test_it_finds_what_the_readable_solver_finds():
    X, y = DIABETES.X, DIABETES.y
    found, expected = proven(X, y, 0.05, tol=1e-12), coordinate_descent(X, y, 0.05 * lam_max(X, y), tol=1e-12)
    np.testing.assert_allclose(found.beta, expected.beta, rtol=1e-6, atol=1e-6)
    assert found.intercept == pytest.approx(expected.intercept, rel=1e-10)


def test_raw_units_of_houses_are_solved_as_well():
    assert proven(AMES.X, AMES.y, 0.001, tol=1e-8).converged


def test_the_history_has_the_objective_and_the_gap_of_every_pass():
    X, y = problem(60, 400)
    found = lasso(X, y, 0.1)
    assert len(found.history.gap) == len(found.history.objective) == found.n_iter + 1
    assert found.history.gap[-1] == found.gap
    assert found.history.objective[-1] == pytest.approx(
        lasso_objective(X, y, found.beta, found.intercept, 0.1), rel=1e-12
    )
    assert found.history.objective[0] == pytest.approx(y.var() / 2, rel=1e-12)


@pytest.mark.parametrize("tol", [1e-4, 1e-6, 1e-10])
def test_the_gap_that_was_asked_for_is_reached(tol):
    X, y = problem(60, 400, rho=0.95)
    assert proven(X, y, 0.02, tol=tol).gap <= tol


@pytest.mark.parametrize(
    "lay_out", [np.ascontiguousarray, np.asfortranarray, lambda X: np.repeat(X, 2, 1)[:, ::2]]
)
def test_the_order_in_memory_changes_nothing(lay_out):
    X, y = problem(80, 500)
    reference = lasso(np.asfortranarray(X), y, 0.1, tol=1e-10).beta
    np.testing.assert_allclose(lasso(lay_out(X), y, 0.1, tol=1e-10).beta, reference, atol=1e-5)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_an_ordinary_array_is_read_where_it_lies(order, dtype):
    X = np.asarray(problem(30, 20)[0], dtype=dtype, order=order)
    X.setflags(write=False)
    assert as_columns(X) is X
    assert lasso(X, X[:, 0] * 2.0, 0.1).converged


def test_single_precision_is_solved_in_double():
    X, y = problem(2000, 300)
    single = X.astype(np.float32)
    assert proven(single, y, 0.02, tol=1e-9).converged


def test_integers_and_frames_are_read_and_names_are_kept():
    X = np.arange(12).reshape(6, 2) ** 2
    frame = pd.DataFrame(X, columns=["a", "b"])
    found = lasso(frame, X[:, 0], 1.0)
    assert found.feature_names == ("a", "b")
    np.testing.assert_array_equal(found.beta, lasso(X, X[:, 0], 1.0).beta)


def test_a_penalty_of_lam_max_leaves_nothing_and_one_below_leaves_one():
    X, y = problem(50, 200)
    top = lam_max(X, y)
    assert not lasso(X, y, 1.0000001 * top).beta.any()
    assert np.count_nonzero(lasso(X, y, 0.999 * top, tol=1e-12).beta) == 1


def test_twins_constant_and_empty_columns_are_no_obstacle():
    X, y = problem(50, 8)
    X = np.column_stack([X, X[:, 0], np.full(50, 3.0), np.zeros(50)])
    found = proven(X, y, 0.01, tol=1e-10)
    assert found.converged
    assert not found.beta[-2:].any()


def test_a_single_row_and_a_constant_y_have_the_mean_for_an_answer():
    assert lasso(np.array([[1.0, 2.0]]), [5.0], 0.1).intercept == 5.0
    found = lasso(problem(20, 5)[0], np.full(20, 4.0), 0.1)
    assert (found.intercept, found.gap, found.converged) == (4.0, 0.0, True)


def test_without_an_intercept_nothing_is_centred():
    X, y = problem(60, 30)
    found = proven(X + 1, y + 3, 0.05, fit_intercept=False, tol=1e-10)
    assert found.intercept == 0.0
    assert found.converged


def test_a_gap_that_rounding_cannot_reach_ends_with_a_warning_that_names_it():
    X, y = problem(60, 400)
    with pytest.warns(ConvergenceWarning, match=r"relative gap \S+ after \d+ passes"):
        found = lasso(X, y, 0.05, tol=1e-30)
    assert not found.converged
    assert found.n_iter < 50


def test_passes_can_be_limited():
    X, y = problem(60, 4000)
    with pytest.warns(ConvergenceWarning, match="after 3 passes"):
        assert proven(X, y, 0.01, max_iter=3).n_iter == 3


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_number_that_is_not_finite_is_refused(bad, order):
    X, y = problem(30, 200)
    X = np.asarray(X, order=order)
    X[7, 150] = bad
    with pytest.raises(ValueError, match="NaN or infinite"):
        lasso(X, y, 0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones((3, 2)), [1.0, 2.0], 0.1), "y has shape"),
        ((np.eye(3), [1.0, 2.0, 3.0], 0.0), "lam is 0"),
        ((np.ones(3), [1.0, 2.0, 3.0], 0.1), "two dimensions"),
        ((np.eye(3) * 1e200, np.array([1.0, 2.0, 3.0]) * 1e200, 0.1), "too large"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with np.errstate(over="ignore"), pytest.raises(ValueError, match=message):
        lasso(*arguments)


def test_a_bad_tolerance_is_refused():
    with pytest.raises(ValueError, match="tol is 0"):
        lasso(np.eye(3), [1.0, 2.0, 3.0], 0.1, tol=0)


FORMS = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "strided": lambda X: np.repeat(X, 2, axis=1)[:, ::2],
    "single": lambda X: X.astype(np.float32),
    "csc": sparse.csc_array,
}


def spoilt(X, kind, rng):
    """Columns as they come: in odd units, far from zero, doubled, almost doubled, constant or empty."""
    if kind == "units":
        return X * 10.0 ** rng.integers(-3, 4, X.shape[1])
    if kind == "far":
        return X + 100
    if kind == "doubled":
        return X[:, rng.integers(0, X.shape[1], X.shape[1])]
    if kind in ("constant", "empty"):
        X[:, 0] = 3.1 if kind == "constant" else 0.0
    return X


@settings(max_examples=60)
@given(
    shape=st.sampled_from([(1, 1), (1, 5), (2, 1), (9, 40), (30, 30), (40, 6)]),
    kind=st.sampled_from(["plain", "units", "far", "doubled", "constant", "empty"]),
    form=st.sampled_from(sorted(FORMS)),
    with_all=st.booleans(),
    parts=st.sets(st.sampled_from(["rows", "prices", "l2", "positive", "no intercept", "start"])),
    share=st.sampled_from([1.1, 0.3, 0.03, 0.003]),
    tol=st.sampled_from([1e-4, 1e-8, 1e-11]),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_combination_is_proven_by_definition(shape, kind, form, with_all, parts, share, tol, seed):
    rng = np.random.default_rng(seed)
    X, y = FORMS[form](spoilt(rng.standard_normal(shape), kind, rng)), rng.standard_normal(shape[0])
    options = {"fit_intercept": "no intercept" not in parts, "positive": "positive" in parts}
    options["sample_weight"] = 0.5 + rng.integers(0, 3, shape[0]) if "rows" in parts else None
    options["feature_weights"] = rng.uniform(0.2, 4, shape[1]) if "prices" in parts else None
    options["l2"] = 0.05 if "l2" in parts else 0.0
    start = 10 * rng.standard_normal(shape[1]) if "start" in parts else None
    lam = max(share * np.abs(X.T @ y).max() / shape[0], 1e-3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solving, "takes_all_columns", lambda *_: with_all)
        found = lasso(X, y, lam, tol=tol, beta_start=start, **options)
    assert found.converged
    assert certificate(X, y, found.beta, found.intercept, lam, **options) <= tol + 1e-12


FEW, FEW_Y = problem(40, 5)
COUNTS = np.random.default_rng(1).integers(0, 4, 40)


@pytest.mark.parametrize("form", ["C", "csc"])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("with_all", [True, False])
def test_whole_weights_are_repeated_rows_and_a_weight_of_zero_is_no_row(
    monkeypatch, form, fit_intercept, with_all
):
    monkeypatch.setattr(solving, "takes_all_columns", lambda *_: with_all)
    rows, options = np.repeat(np.arange(40), COUNTS), {"tol": 1e-13, "fit_intercept": fit_intercept}
    expected = lasso(FEW[rows], FEW_Y[rows], 0.1, **options)
    for weights in (COUNTS, 0.37 * COUNTS):
        found = lasso(FORMS[form](FEW), FEW_Y, 0.1, sample_weight=weights, **options)
        np.testing.assert_allclose(found.beta, expected.beta, atol=1e-6)
        assert found.intercept == pytest.approx(expected.intercept, abs=1e-6)


@pytest.mark.parametrize("form", ["C", "csc"])
def test_prices_are_columns_divided_by_them(form):
    prices = np.array([0.5, 1.0, 2.0, 4.0, 0.1])
    found = lasso(FORMS[form](FEW), FEW_Y, 0.1, feature_weights=prices, tol=1e-13)
    expected = lasso(FEW / prices, FEW_Y, 0.1, tol=1e-13)
    np.testing.assert_allclose(prices * found.beta, expected.beta, atol=1e-6)


@pytest.mark.parametrize("form", ["C", "csc"])
def test_a_second_penalty_is_a_row_more_for_each_column(form):
    found = lasso(FORMS[form](FEW), FEW_Y, 0.1, l2=0.4, fit_intercept=False, tol=1e-13)
    rows = np.vstack([FEW, np.sqrt(40 * 0.4) * np.eye(5)])
    expected = lasso(rows, np.append(FEW_Y, np.zeros(5)), 0.1 * 40 / 45, fit_intercept=False, tol=1e-13)
    np.testing.assert_allclose(found.beta, expected.beta, atol=1e-6)


@pytest.mark.parametrize("form", ["C", "csc"])
@pytest.mark.parametrize("positive", [True, False])
@pytest.mark.parametrize("weights", [None, COUNTS])
def test_it_is_the_elastic_net_of_scikit_learn(form, positive, weights):
    X, share = FORMS[form](FEW), 0.1 / (0.1 + 0.4)
    found = lasso(X, FEW_Y - FEW[:, 1] * 3, 0.1, l2=0.4, positive=positive, sample_weight=weights, tol=1e-12)
    net = ElasticNet(alpha=0.1 + 0.4, l1_ratio=share, positive=positive, tol=1e-12, max_iter=10_000)
    net.fit(X, FEW_Y - FEW[:, 1] * 3, sample_weight=weights)
    np.testing.assert_allclose(found.beta, net.coef_, atol=1e-6)
    assert found.intercept == pytest.approx(net.intercept_, abs=1e-6)


def test_coefficients_that_may_not_be_negative_satisfy_the_optimality_conditions():
    X, y = problem(40, 100)
    found = lasso(X, y - X[:, 1], 0.05, positive=True, tol=1e-14)
    correlations = (X - X.mean(axis=0)).T @ (y - X[:, 1] - X @ found.beta - found.intercept) / 40
    assert found.beta.min() == 0.0
    np.testing.assert_allclose(correlations[found.beta > 0], 0.05, atol=1e-6)
    assert correlations.max() <= 0.05 + 1e-6
    theirs = Lasso(0.05, positive=True, tol=1e-12, max_iter=100_000).fit(X, y - X[:, 1])
    np.testing.assert_allclose(found.beta, theirs.coef_, atol=1e-5)


@pytest.mark.parametrize("with_all", [True, False])
@pytest.mark.parametrize("size", [0.1, 1e3, 1e9])
def test_a_start_may_be_bad_negative_or_on_a_constant_column(monkeypatch, with_all, size):
    monkeypatch.setattr(solving, "takes_all_columns", lambda *_: with_all)
    X, y = problem(12, 30)
    X[:, 3], X[:, 4] = 2.0, X[:, 5]
    for options in ({}, {"positive": True}, {"sample_weight": np.arange(12)}):
        found = lasso(X, y, 0.01, beta_start=size * (-1.0) ** np.arange(30), tol=1e-10, **options)
        assert found.beta[3] == 0.0
        assert certificate(X, y, found.beta, found.intercept, 0.01, **options) <= 1.1e-10


@pytest.mark.parametrize("with_all", [True, False])
def test_a_start_at_the_solution_needs_no_further_pass(monkeypatch, with_all):
    monkeypatch.setattr(solving, "takes_all_columns", lambda *_: with_all)
    X, y = problem(60, 30)
    found = lasso(X, y, 0.05, tol=1e-8, feature_weights=np.arange(1, 31))
    again = lasso(X, y, 0.05, tol=1e-7, feature_weights=np.arange(1, 31), beta_start=found.beta)
    assert again.n_iter == 0
    np.testing.assert_allclose(again.beta, found.beta, rtol=1e-12)


@pytest.mark.parametrize("with_all", [True, False])
def test_columns_with_a_mean_of_a_million_are_solved_as_if_they_were_centred(monkeypatch, with_all):
    monkeypatch.setattr(solving, "takes_all_columns", lambda *_: with_all)
    X, y = problem(60, 30)
    found = lasso(X + 1e6, y + 5, 0.02, tol=1e-7, sample_weight=np.arange(60))
    assert found.converged
    assert certificate(X + 1e6, y + 5, found.beta, found.intercept, 0.02, sample_weight=np.arange(60)) <= 2e-7


def test_a_tiny_penalty_with_more_columns_than_rows_is_proven():
    X, y = problem(20, 60)
    assert proven(X, y, 1e-5, tol=1e-8).converged


@pytest.mark.parametrize("positive", [True, False])
@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("form", sorted(FORMS))
def test_what_is_not_finite_is_refused_with_signs_too(form, bad, positive):
    X, y = problem(30, 8)
    X[3, 5] = bad
    with pytest.raises(ValueError, match=r"X has 1 value.* NaN or infinite, the first is"):
        lasso(FORMS[form](X), y, 0.1, positive=positive)


@pytest.mark.parametrize("with_all", [True, False])
@pytest.mark.parametrize("form", ["C", "F", "csc"])
def test_numbers_near_the_largest_are_refused_in_words(monkeypatch, form, with_all):
    monkeypatch.setattr(solving, "takes_all_columns", lambda *_: with_all)
    X, y = problem(30, 8)
    X[3, 5] = 1e308
    with np.errstate(all="ignore"), pytest.raises(ValueError, match="too large for float64"):
        lasso(FORMS[form](X), y, 0.1)
