"""course_utils.fast.by_columns: small problems and wide paths are followed from kink to kink."""

import numpy as np
import pytest
from scipy import sparse

from course_utils.fast import lasso as lasso_module
from course_utils.fast.by_columns import follows, path_by_columns, solution_by_columns
from course_utils.fast.lasso import lasso
from course_utils.fast.problem import Problem
from course_utils.objective import duality_gap, lam_max, lasso_objective


def drawn(n_samples=40, n_features=150, seed=0):
    """Correlated columns far from zero, and y from every tenth of them."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_samples, n_features)) + 3
    X[:, 1:] += 0.7 * X[:, :-1]
    return np.asfortranarray(X), X[:, ::10].sum(axis=1) + rng.standard_normal(n_samples)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("share", [0.5, 0.1, 0.01])
def test_the_end_of_the_path_is_proven_and_told_as_it_is(share, fit_intercept):
    X, y = drawn()
    lam = share * lam_max(X, y, fit_intercept=fit_intercept)
    found = solution_by_columns(Problem.of(X, y, fit_intercept=fit_intercept), lam, 1e-9)
    gap = duality_gap(X, y, found.beta, found.intercept, lam, fit_intercept=fit_intercept)
    assert max(gap, found.gap) <= 1e-9
    objective = lasso_objective(X, y, found.beta, found.intercept, lam)
    assert found.history.objective[-1] == pytest.approx(objective, rel=1e-9)
    assert (found.history.gap[-1], len(found.history.gap)) == (found.gap, found.n_iter + 1)


def test_both_ways_lead_to_the_same_solution(monkeypatch):
    X, y = drawn(120, 600)
    lam = 0.05 * lam_max(X, y)
    followed = lasso(X, y, lam, tol=1e-9)
    monkeypatch.setattr(lasso_module, "follows", lambda *_: False)
    gathered = lasso(X, y, lam, tol=1e-9)
    np.testing.assert_allclose(followed.beta, gathered.beta, atol=1e-7)
    assert followed.n_iter == 1 < gathered.n_iter


def test_a_row_order_is_copied_only_while_small():
    X, y = drawn()
    assert follows(Problem.of(np.ascontiguousarray(X), y), (1e-3,))
    X, y = drawn(100, 4000)
    assert follows(Problem.of(X, y), np.geomspace(1, 0.1, 50))
    assert not follows(Problem.of(np.ascontiguousarray(X), y), np.geomspace(1, 0.1, 50))


@pytest.mark.parametrize(
    "asked", [{"sample_weight": np.ones(40)}, {"feature_weights": 2.0}, {"l2": 0.1}, {"positive": True}]
)
def test_who_asks_for_more_is_served_in_another_way(asked):
    X, y = drawn()
    assert not follows(Problem.of(X, y, **asked), (1e-3,))
    assert not follows(Problem.of(sparse.csc_matrix(X), y), (1e-3,))
    assert not follows(Problem.of(X.astype(np.float32), y), (1e-3,))


def test_a_penalty_that_nothing_exceeds_leaves_the_mean():
    X, y = drawn()
    found = solution_by_columns(Problem.of(X, y), 2 * lam_max(X, y), 1e-6)
    assert (found.n_iter, found.gap, found.intercept) == (0, 0.0, pytest.approx(y.mean()))
    assert not found.beta.any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(bad):
    X, y = drawn()
    X[3, 5] = bad
    with pytest.raises(ValueError, match="X has"):
        path_by_columns(Problem.of(X, y), np.array([1.0]), 1e-6)
