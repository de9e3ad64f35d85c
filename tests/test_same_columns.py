"""course_utils.fast.same_columns: every target is solved and proven, whatever the one before has left."""

import numpy as np
import pytest
from scipy import sparse

from course_utils.fast import same_columns
from course_utils.fast.lasso import solve_problem, work_on
from course_utils.fast.problem import Problem
from course_utils.fast.same_columns import solve_each
from course_utils.objective import duality_gap, lam_max

SHAPES = [(300, 20), (40, 2000)]  # all columns at once, and a working set


def problem(n_samples, n_features, n_targets=4):
    """Columns that resemble their neighbours, targets that need different ones, and a penalty."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_samples, n_features))
    X[:, 1:] += 0.7 * X[:, :-1]
    targets = [
        (1 + k) * (X[:, k::9].sum(axis=1) + rng.standard_normal(n_samples) + 3) for k in range(n_targets)
    ]
    return X, targets, 0.1 * lam_max(X, targets[0])


@pytest.mark.parametrize("kind", [np.array, np.float32, sparse.csc_array])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_target_is_proven(shape, kind):
    X, targets, lam = problem(*shape)
    X = kind(X)
    found = list(solve_each([Problem.of(X, y) for y in targets], lam, tol=1e-8, beta_starts=[None] * 4))
    gaps = [duality_gap(X, y, each.beta, each.intercept, lam) for y, each in zip(targets, found, strict=True)]
    assert max(gaps) <= 1e-8
    np.testing.assert_allclose([each.gap for each in found], gaps, atol=1e-12)


@pytest.mark.parametrize(
    "options", [{"l2": 0.1}, {"positive": True}, {"fit_intercept": False}, {"weigh": True}]
)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", [np.array, sparse.csc_array])
def test_the_solutions_are_those_of_one_target_at_a_time(kind, shape, options):
    X, targets, lam = problem(*shape)
    options = dict(options)
    weights = np.arange(1.0, len(X) + 1) if options.pop("weigh", False) else None
    problems = [Problem.of(kind(X), y, sample_weight=weights, **options) for y in targets]
    together = solve_each(problems, lam, tol=1e-12, beta_starts=[None] * 4)
    for each, alone in zip(together, problems, strict=True):
        expected = solve_problem(alone, lam, tol=1e-12)
        np.testing.assert_allclose(each.beta, expected.beta, atol=1e-5)
        assert each.intercept == pytest.approx(expected.intercept, abs=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_solution_to_start_from_leaves_nothing_to_do(shape):
    X, targets, lam = problem(*shape)
    problems = [Problem.of(X, y) for y in targets]
    starts = [each.beta for each in solve_each(problems, lam, tol=1e-8, beta_starts=[None] * 4)]
    again = list(solve_each(problems, lam, tol=2e-8, beta_starts=starts))
    assert [each.n_iter for each in again] == [0] * 4
    np.testing.assert_allclose([each.beta for each in again], starts, atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_left_is_relative_to_its_own_target_and_begins_with_no_feature(shape):
    X, targets, lam = problem(*shape)
    how = {"tol": 0.2, "max_iter": 3, "beta_starts": [None] * 4}
    found = list(solve_each([Problem.of(X, y) for y in targets], lam, **how))
    gaps = [duality_gap(X, y, each.beta, each.intercept, lam) for y, each in zip(targets, found, strict=True)]
    np.testing.assert_allclose([each.gap for each in found], gaps, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose([each.history.objective[0] for each in found], np.var(targets, axis=1) / 2)
    assert max(gaps) > 1e-3


def test_the_columns_are_multiplied_once_for_all_targets(monkeypatch):
    begun = []
    monkeypatch.setattr(same_columns, "work_on", lambda *args: begun.append(args) or work_on(*args))
    X, targets, lam = problem(300, 20)
    list(solve_each([Problem.of(X, y) for y in targets], lam, beta_starts=[None] * 4))
    assert len(begun) == 1
