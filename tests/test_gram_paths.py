"""course_utils.fast.gram_paths: every solution has its proof, and the proof from products is that from the rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import PolynomialFeatures

from course_utils.datasets import load_diabetes
from course_utils.fast import gram_paths, homotopy
from course_utils.fast.gram_paths import proven_paths, relative_gaps
from course_utils.objective import duality_gap

DIABETES = load_diabetes()


def products(X, y, n_penalties=20, ratio=0.01):
    """G, q, y'y of centred columns, and penalties n lam from the largest that matters downwards."""
    X, y = X - X.mean(axis=0), y - y.mean()
    q = X.T @ y
    return X.T @ X, q, y @ y, np.geomspace(1, ratio, n_penalties) * np.abs(q).max()


def from_the_rows(X, y, betas, penalties):
    """The gaps computed by the package that teaches."""
    intercepts = y.mean() - betas @ X.mean(axis=0)
    solutions = zip(betas, intercepts, penalties / len(y), strict=True)
    return np.array([duality_gap(X, y, *solution) for solution in solutions])


def drawn(seed, n_samples=40, n_features=12):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_samples, n_features)) + 3
    return X, X[:, 0] + rng.standard_normal(n_samples)


@given(st.integers(3, 40), st.integers(1, 30), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_gaps_from_products_are_those_from_the_rows_at_any_coefficients(n_samples, n_features, size, seed):
    X, y = drawn(seed, n_samples, n_features)
    G, q, yy, penalties = products(X, y)
    W = size * np.random.default_rng(seed + 1).standard_normal((20, n_features))
    expected = from_the_rows(X, y, W, penalties)
    np.testing.assert_allclose(relative_gaps(G, q, yy, penalties, W), expected, rtol=1e-9, atol=1e-12)


def test_what_homotopy_solves_is_proven_and_nothing_is_swept_for():
    G, q, yy, penalties = products(DIABETES.X, DIABETES.y)
    found = proven_paths(G[None], q[None], [yy], penalties, tol=1e-12)
    gaps = from_the_rows(DIABETES.X, DIABETES.y, found.coefficients[0], penalties)
    np.testing.assert_allclose(found.gaps[0], gaps, atol=1e-14)
    assert (found.gaps.max() <= 1e-12, found.n_swept.tolist()) == (True, [0])


def test_where_homotopy_stops_sweeps_go_on(monkeypatch):
    X, y = drawn(0)
    G, q, yy, penalties = products(X, y)
    exact = proven_paths(G[None], q[None], [yy], penalties)
    monkeypatch.setattr(homotopy, "MOST_KINKS", 0.4)
    found = proven_paths(G[None], q[None], [yy], penalties, tol=1e-12)
    assert 0 < found.n_swept[0] < 20
    assert found.gaps.max() <= 1e-12
    np.testing.assert_allclose(found.coefficients, exact.coefficients, atol=1e-6)


def test_a_solution_that_went_wrong_is_swept_for_where_it_stands_and_no_other(monkeypatch):
    G, q, yy, penalties = products(*drawn(0))
    Gs, qs = np.array([G, G]), np.array([q, q])
    wrong = homotopy.homotopy_paths(Gs, qs, penalties)
    wrong.coefficients[1, 7] += 0.1
    monkeypatch.setattr(gram_paths, "homotopy_paths", lambda *_: wrong)
    found = proven_paths(Gs, qs, [yy, yy], penalties)
    assert found.n_swept.tolist() == [0, 1]
    assert found.gaps.max() <= 1e-6


def test_columns_that_almost_depend_on_each_other_are_solved_as_well():
    X, y = PolynomialFeatures(4).fit_transform(DIABETES.X[:30, :4]), DIABETES.y[:30]
    G, q, yy, penalties = products(X, y, ratio=1e-6)
    found = proven_paths(G[None], q[None], [yy], penalties, tol=1e-9)
    assert found.gaps.max() <= 1e-9
    assert from_the_rows(X, y, found.coefficients[0], penalties).max() <= 1e-9


def test_a_y_that_is_zero_has_no_gap_at_zero_and_an_infinite_one_elsewhere():
    W = np.array([[0.0, 0.0], [1.0, 0.0]])
    gaps = relative_gaps(np.eye(2), np.zeros(2), 0.0, np.array([1.0, 1.0]), W)
    assert gaps.tolist() == [0.0, np.inf]


@pytest.mark.parametrize("n_problems", [1, 3])
def test_each_problem_may_have_penalties_of_its_own(n_problems):
    draws = [products(*drawn(seed)) for seed in range(n_problems)]
    Gs, qs, yys, penalties = (np.array(parts) for parts in zip(*draws, strict=True))
    found = proven_paths(Gs, qs, yys, penalties)
    assert found.gaps.shape == (n_problems, 20)
    for b in range(n_problems):
        alone = proven_paths(Gs[b : b + 1], qs[b : b + 1], yys[b : b + 1], penalties[b])
        np.testing.assert_array_equal(found.coefficients[b], alone.coefficients[0])
