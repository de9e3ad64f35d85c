"""course_utils.fast.by_products: few columns are solved for in one compiled call, and the proof is nobody's favour."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from course_utils.fast import lasso as lasso_module
from course_utils.fast.by_products import has_few_columns, path_by_products, solution_by_products
from course_utils.fast.lasso import lasso
from course_utils.fast.problem import Problem
from course_utils.objective import duality_gap, lam_max, lasso_objective


def drawn(n_samples=60, n_features=8, seed=0, mean=3.0):
    """Correlated columns far from zero, and y from two of them."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_samples, n_features)) + mean
    X[:, 1:] += 0.7 * X[:, :-1]
    return np.asfortranarray(X), X[:, 0] - X[:, -1] + rng.standard_normal(n_samples)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("share", [0.5, 0.1, 0.001])
def test_the_solution_is_proven_and_told_as_it_is(share, fit_intercept):
    X, y = drawn()
    lam = share * lam_max(X, y, fit_intercept=fit_intercept)
    found = solution_by_products(Problem.of(X, y, fit_intercept=fit_intercept), lam, 1e-9)
    gap = duality_gap(X, y, found.beta, found.intercept, lam, fit_intercept=fit_intercept)
    assert max(gap, found.gap) <= 1e-9
    objective = lasso_objective(X, y, found.beta, found.intercept, lam)
    assert found.history.objective[-1] == pytest.approx(objective, rel=1e-9)
    assert (found.history.gap[-1], len(found.history.gap), found.n_iter) == (found.gap, 2, 1)


@settings(max_examples=60)
@given(
    n_samples=st.integers(2, 40),
    n_features=st.integers(1, 60),
    share=st.sampled_from([1.0, 0.3, 0.01, 1e-4]),
    seed=st.integers(0, 1000),
    fit_intercept=st.booleans(),
    twins=st.booleans(),
)
def test_its_gap_is_that_of_the_rows(n_samples, n_features, share, seed, fit_intercept, twins):
    X, y = drawn(n_samples, n_features, seed, mean=0.5)
    X[:, -1] = X[:, 0] if twins else X[:, -1]
    problem = Problem.of(X, y, fit_intercept=fit_intercept)
    lams = share * max(problem.lam_max, 1e-3) * np.array([1.0, 0.5])
    found = path_by_products(problem, lams, 1e-6)
    for lam, beta, intercept, told in zip(lams, found.betas, found.intercepts, found.gaps, strict=True):
        gap = duality_gap(X, y, beta, intercept, lam, fit_intercept=fit_intercept) if problem.tt else 0.0
        assert told == np.inf or abs(gap - told) <= 1e-9


def test_a_path_holds_the_solutions():
    X, y = drawn()
    problem = Problem.of(X, y)
    lams = problem.lam_max * np.array([2.0, 1.0, 0.3, 0.01])
    path = path_by_products(problem, lams, 1e-6)
    for lam, beta, intercept in zip(lams, path.betas, path.intercepts, strict=True):
        alone = solution_by_products(problem, lam, 1e-6)
        np.testing.assert_allclose(beta, alone.beta, atol=1e-12)
        assert intercept == pytest.approx(alone.intercept)
    assert not path.betas[:2].any()


def test_both_ways_lead_to_the_same_solution(monkeypatch):
    X, y = drawn(120, 30)
    lam = 0.05 * lam_max(X, y)
    followed = lasso(X, y, lam, tol=1e-9)
    monkeypatch.setattr(lasso_module, "_end_of_a_path", lambda *_: None)
    swept = lasso(X, y, lam, tol=1e-9)
    np.testing.assert_allclose(followed.beta, swept.beta, atol=1e-7)
    np.testing.assert_allclose(followed.intercept, swept.intercept, atol=1e-7)


@pytest.mark.parametrize("mean", [1e5, 1e8])
def test_where_centring_would_cancel_digits_it_says_so_and_another_way_is_taken(mean):
    X, y = drawn(mean=mean)
    lam = 0.1 * lam_max(X, y)
    assert solution_by_products(Problem.of(X, y), lam, 1e-6).gap == np.inf
    found = lasso(X, y, lam)
    assert found.converged
    assert duality_gap(X, y, found.beta, found.intercept, lam) <= 1e-6


@pytest.mark.parametrize(
    "asked", [{"sample_weight": np.ones(60)}, {"feature_weights": 2.0}, {"l2": 0.1}, {"positive": True}]
)
def test_who_asks_for_more_is_served_in_another_way(asked):
    X, y = drawn()
    assert has_few_columns(Problem.of(X, y), (0.1,), 1e-6)
    assert not has_few_columns(Problem.of(X, y, **asked), (0.1,), 1e-6)
    assert not has_few_columns(Problem.of(sparse.csc_matrix(X), y), (0.1,), 1e-6)
    assert not has_few_columns(Problem.of(X.astype(np.float32), y), (0.1,), 1e-6)
    assert not has_few_columns(Problem.of(X, y), (0.1,), 1e-12)  # which products cannot prove


def test_a_penalty_that_nothing_exceeds_leaves_the_mean():
    X, y = drawn()
    found = solution_by_products(Problem.of(X, y), 2 * lam_max(X, y), 1e-6)
    assert (found.n_iter, found.gap, found.intercept) == (0, 0.0, pytest.approx(y.mean()))
    assert not found.beta.any()


@pytest.mark.parametrize(("bad", "story"), [(np.nan, "X has"), (-np.inf, "X has"), (1e200, "too large")])
def test_what_is_not_finite_or_too_large_is_refused(bad, story):
    X, y = drawn()
    X[3, 5] = bad
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=story):
        lasso(X, y, 0.1)


def test_products_with_the_target_must_be_finite_too():
    X, y = drawn()
    with np.errstate(all="ignore"), pytest.raises(ValueError, match="too large"):
        solution_by_products(Problem.of(1e150 * X, 1e170 * y), 0.1, 1e-6)
