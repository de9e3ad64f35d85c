"""course_utils.fast.working_set: few columns are gathered, X is never copied, and a look speaks of all columns."""

import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest

from course_utils.fast.lasso import lasso
from course_utils.fast.path import lasso_path
from course_utils.fast.problem import Problem
from course_utils.fast.working_set import CLOSER, ROOM_AT_FIRST, WorkingSet
from course_utils.objective import duality_gap, lam_max
from course_utils.path import lam_grid


def drawn(n_samples=40, n_features=300, dtype=np.float64, order="F", **options):
    """A problem whose target is a sum of a few of its columns, and noise."""
    rng = np.random.default_rng(0)
    X = np.asarray(rng.standard_normal((n_samples, n_features)), dtype=dtype, order=order)
    return Problem.of(X, X[:, :5].sum(axis=1) + rng.standard_normal(n_samples), **options)


def test_columns_that_join_bring_their_products_and_those_that_are_here_stay():
    work = WorkingSet(drawn())
    work.add(np.array([7, 3]))
    work.w[:2] = 0.5, -0.5
    work.add(np.arange(100, 100 + 2 * ROOM_AT_FIRST))  # more than there is room for
    Z = (work.problem.X - work.problem.X.mean(axis=0)).T[work.index[: work.m]]
    np.testing.assert_allclose(work.G[: work.m, : work.m], Z @ Z.T, atol=1e-12)
    np.testing.assert_allclose(work.q[: work.m], Z @ work.problem.t, atol=1e-12)
    assert list(work.index[:2]) == [7, 3]
    assert list(work.w[:2]) == [0.5, -0.5]


def test_a_start_from_columns_that_are_here_gathers_only_the_others():
    work, beta = WorkingSet(drawn()), np.zeros(300)
    work.add(np.array([7, 3]))
    beta[[3, 50]] = 0.5, -0.5
    work.start_from(beta)
    assert list(work.index[: work.m]) == [7, 3, 50]
    np.testing.assert_array_equal(work.solution()[0], beta)


def test_of_the_columns_that_are_not_here_the_most_correlated_are_found():
    work, correlations = WorkingSet(drawn()), np.zeros(300)
    work.add(np.array([7]))
    correlations[[7, 8, 9, 10]] = 4.0, 1.0, 3.0, 2.0
    assert sorted(work.absent(correlations, 0.5, 2)) == [9, 10]
    assert sorted(work.absent(correlations, 1.5, 4)) == [9, 10]


def joined(n_here, n_features):
    """How many columns join the first n_here, all of them in the solution, if all others violate."""
    work = WorkingSet(drawn(n_features=n_features))
    work.add(np.arange(n_here))
    work.w[:n_here] = 1.0
    work.improve(SimpleNamespace(correlations=np.full(n_features, 2.0)), 1.0, np.inf)
    return work.m - n_here


def test_more_columns_join_at_once_where_a_pass_is_dear():
    assert joined(30, 9000) == ROOM_AT_FIRST
    assert joined(100, 9000) == 100  # twice as many, while that costs no more than a pass
    assert joined(200, 9000) == 180
    assert joined(200, 2000) == ROOM_AT_FIRST


@pytest.mark.parametrize(
    ("n_features", "n_new", "times"),
    [(3000, 50, 1.0), (3000, 3, CLOSER), (300, 3, 1.0)],  # in the last a Newton step takes longer than a pass
)
def test_a_set_that_is_nearly_complete_is_solved_for_closer(monkeypatch, n_features, n_new, times):
    work, targets = WorkingSet(drawn(n_features=n_features)), []
    monkeypatch.setattr(WorkingSet, "solve", lambda self, penalty, target: targets.append(target))
    work.add(np.arange(100))
    correlations = np.zeros(n_features)
    correlations[100 : 100 + n_new] = 2.0
    work.improve(SimpleNamespace(correlations=correlations), 1.0, 1.0)
    assert targets == [times]


@pytest.mark.parametrize(
    "options", [{}, {"l2": 0.2}, {"positive": True}, {"feature_weights": np.arange(1, 301)}]
)
def test_the_gap_of_a_look_is_that_of_all_columns(options):
    work = WorkingSet(drawn(**options))
    work.add(np.arange(10))
    work.solve(20.0, 1e-12)
    Z = np.empty((300, 40))
    work.problem.gather(np.arange(300), Z)
    ridge, w = (
        np.zeros(300) if work.problem.ridge is None else work.problem.ridge,
        work.spread_out(work.w[:10]),
    )
    w = w if work.problem.prices is None else w * work.problem.prices
    r = work.problem.t - w @ Z
    products, rr = Z @ r - ridge * w, r @ r + ridge @ w**2
    shrunk = min(1, 20 / np.max(products if options.get("positive") else np.abs(products)))
    gap = rr / 2 + 20 * np.abs(w).sum() - shrunk * r @ work.problem.t + shrunk**2 * rr / 2
    assert work.look(20.0).gap == pytest.approx(gap / work.null, rel=1e-9)


def test_several_solutions_are_looked_at_in_one_pass_with_the_same_result():
    work = WorkingSet(drawn())
    work.add(np.arange(6))
    W = np.array([[0.5, 0, 0, 0, 0.1, 0], [0.9, 0.2, 0, 0, 0.3, -0.1]])
    together = work.look_at_all([9.0, 4.0], W)
    for seen, w in zip(together, W, strict=True):
        work.w[:6] = w
        assert seen.gap == pytest.approx(work.look(seen.penalty).gap, rel=1e-9)


def peak_of(call):
    """What a call has in memory at most, beyond what was there."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_memory_is_a_small_multiple_of_the_working_set(order, dtype):
    problem = drawn(500, 10_000, dtype, order)
    lam, options = 0.3 * problem.lam_max, {"sample_weight": np.ones(500), "l2": 1e-3}
    working_set = 8 * 500 * 2 * ROOM_AT_FIRST
    per_column = 10 * 8 * 10_000  # vectors
    most = 4 * working_set + per_column + 3 * 4 * 2**20  # and three chunks of single precision
    assert most < problem.X.nbytes
    assert peak_of(lambda: lasso(problem.X, problem.t, lam, **options)) < most
    assert peak_of(lambda: lasso_path(problem.X, problem.t, [2 * lam, lam])) < most


def test_a_wide_path_is_proven_column_by_column():
    problem = drawn(60, 1000)
    lams = lam_grid(problem.X, problem.t, n_lams=8, ratio=0.05)
    found = lasso_path(problem.X, problem.t, lams, tol=1e-8)
    solutions = zip(found.betas, found.intercepts, lams, strict=True)
    assert max(duality_gap(problem.X, problem.t, *solution) for solution in solutions) <= 1e-8


def test_a_penalty_that_nothing_exceeds_gathers_nothing():
    problem = drawn()
    found = lasso(problem.X, problem.t, 2 * lam_max(problem.X, problem.t))
    assert (found.n_iter, found.gap) == (0, 0.0)
