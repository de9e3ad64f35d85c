"""course_utils.fast.lasso: the compiled tier proves what it returns, on whatever it is given."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.datasets import load_ames, load_diabetes
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
