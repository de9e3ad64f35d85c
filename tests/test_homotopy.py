"""course_utils.fast.homotopy: the path is exact at every penalty that it says it reached, whatever the columns are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Lasso, lars_path_gram

from course_utils.datasets import load_diabetes
from course_utils.fast import homotopy
from course_utils.fast.homotopy import follow_on, homotopy_paths
from course_utils.objective import duality_gap

DIABETES = load_diabetes()


def products(X, y):
    """G, q of centred columns, and thirty penalties n lam from the largest that matters to a hundredth of it."""
    X, y = X - X.mean(axis=0), y - y.mean()
    q = X.T @ y
    return X.T @ X, q, np.geomspace(1.1, 0.01, 30) * np.abs(q).max()


def gaps_of(X, y, found, penalties, b=0):
    """The gaps of all solutions, computed afresh from the rows by the package that teaches."""
    betas, n = found.coefficients[b], len(y)
    intercepts = y.mean() - betas @ X.mean(axis=0)
    solutions = zip(betas, intercepts, penalties / n, strict=True)
    return np.array([duality_gap(X, y, *solution) for solution in solutions])


def assert_exact(X, y, accuracy=1e-12):
    G, q, penalties = products(X, y)
    found = homotopy_paths(G[None], q[None], penalties)
    assert found.n_reached[0] == len(penalties)
    assert gaps_of(X, y, found, penalties).max() <= accuracy
    return found


def drawn(seed, n_samples, n_features, rank):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_samples, rank)) @ rng.standard_normal((rank, n_features))
    return X, rng.standard_normal(n_samples)


def test_the_kinks_of_diabetes_are_those_of_lars():
    G, q, _ = products(DIABETES.X, DIABETES.y)
    kinks, _, betas = lars_path_gram(q, G, n_samples=442, method="lasso")
    just_before = 442 * kinks[1:-1] * (1 + 1e-12)
    found = homotopy_paths(G[None], q[None], just_before)
    np.testing.assert_allclose(found.coefficients[0], betas.T[1:-1], rtol=1e-8, atol=1e-8)
    assert found.n_kinks[0] == len(kinks) - 2  # without the last but one, and the last at zero


def test_between_two_kinks_the_path_is_straight():
    G, q, _ = products(DIABETES.X, DIABETES.y)
    kinks, _, _ = lars_path_gram(q, G, n_samples=442, method="lasso")
    penalties = 442 * np.linspace(kinks[3], kinks[4], 5)
    betas = homotopy_paths(G[None], q[None], penalties).coefficients[0]
    np.testing.assert_allclose(np.diff(betas, n=2, axis=0), 0, atol=1e-9)
    assert (np.diff(betas, axis=0) != 0).any()


@pytest.mark.parametrize("shape", [(60, 5), (200, 60), (40, 100), (30, 1), (2, 3)])
def test_every_solution_is_proven(shape):
    X, y = drawn(0, *shape, rank=shape[1])
    assert assert_exact(X, y).coefficients.any()


@given(st.integers(2, 30), st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_every_solution_is_proven_whatever_the_rank(n_samples, n_features, rank, seed):
    assert_exact(*drawn(seed, n_samples, n_features, rank), accuracy=1e-9)


@given(st.integers(4, 20), st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_columns_of_small_whole_numbers_tie_and_are_solved_or_left_unreached(n_samples, n_features, seed):
    rng = np.random.default_rng(seed)
    X, y = rng.integers(-1, 2, (n_samples, n_features)), rng.integers(-2, 3, n_samples)
    G, q, penalties = products(X.astype(float), y.astype(float))
    penalties = np.maximum(penalties, np.geomspace(1e-6, 1e-9, 30))
    found = homotopy_paths(G[None], q[None], penalties)
    reached = found.n_reached[0]
    assert (gaps_of(X, y, found, penalties)[:reached] <= 1e-9).all()


def test_orthogonal_columns_that_join_together_are_shrunk_together():
    G, q = np.eye(4), np.array([2.0, -2.0, 2.0, 1.0])
    found = homotopy_paths(G[None], q[None], [2.0, 1.5, 0.5])
    expected = [[0, 0, 0, 0], [0.5, -0.5, 0.5, 0], [1.5, -1.5, 1.5, 0.5]]
    np.testing.assert_allclose(found.coefficients[0], expected, atol=1e-15)


def test_copies_of_columns_zeros_and_constants_are_left_at_zero():
    X, y = drawn(1, 50, 6, 6)
    found = assert_exact(np.hstack([X, X, -X, np.zeros((50, 1)), np.ones((50, 1))]), y)
    assert np.count_nonzero(found.coefficients[0, -1]) == 6
    assert not found.coefficients[..., -2:].any()


def test_a_column_that_the_active_ones_span_but_for_rounding_stays_out():
    X, y = drawn(0, 30, 6, 6)
    almost = X + 1e-6 * np.random.default_rng(1).standard_normal(X.shape)
    G, q, _ = products(np.hstack([X, almost]), y)
    weak = np.abs(q).max() * np.geomspace(1, 1e-9, 10)
    found = homotopy_paths(G[None], q[None], weak)
    assert np.count_nonzero(found.coefficients[0, -1]) == 6
    assert found.n_reached[0] == 10


def test_a_coefficient_that_leaves_is_exactly_zero():
    X, y = drawn(3, 40, 30, 30)
    betas = assert_exact(X, y).coefficients[0]
    left = (betas[:-1] != 0) & (betas[1:] == 0)
    assert left.any()


def test_each_of_many_problems_is_solved_as_if_it_were_alone():
    draws = [products(*drawn(seed, 40, 8, 8)) for seed in range(5)]
    Gs, qs, penalties = (np.array(parts) for parts in zip(*draws, strict=True))
    together = homotopy_paths(Gs, qs, penalties)
    alone = [homotopy_paths(G[None], q[None], p).coefficients[0] for G, q, p in draws]
    np.testing.assert_array_equal(together.coefficients, alone)
    assert together.n_reached.tolist() == [30] * 5


def test_one_row_of_penalties_serves_all_problems():
    G, q, penalties = products(*drawn(0, 40, 8, 8))
    found = homotopy_paths(np.array([G, 2 * G]), np.array([q, 2 * q]), penalties)
    np.testing.assert_allclose(found.coefficients[0, 0], 0)
    assert found.n_kinks[1] > 0


def test_a_path_of_too_many_kinks_stops_and_says_how_far_it_came():
    X, y = drawn(0, 60, 20, 20)
    G, q, penalties = products(X, y)
    whole = homotopy_paths(G[None], q[None], penalties)
    found = homotopy_paths(G[None], q[None], penalties, most_kinks=4)
    reached = found.n_reached[0]
    assert (found.n_kinks[0], 0 < reached < 30) == (4, True)
    np.testing.assert_array_equal(found.coefficients[0, :reached], whole.coefficients[0, :reached])
    assert not found.coefficients[0, reached:].any()


def test_without_any_correlation_the_path_is_zero():
    found = homotopy_paths(np.eye(3)[None], np.zeros((1, 3)), [1.0, 0.5])
    assert (found.n_reached[0], found.n_kinks[0]) == (2, 0)
    assert not found.coefficients.any()


def test_arrays_in_any_order_are_read():
    G, q, penalties = products(*drawn(0, 40, 8, 8))
    expected = homotopy_paths(G[None], q[None], penalties).coefficients
    twice = np.repeat(np.asfortranarray(G)[None], 2, axis=0)[::2]
    twice.flags.writeable = False
    found = homotopy_paths(twice, [q.tolist()], penalties.tolist())
    np.testing.assert_array_equal(found.coefficients, expected)
    assert len(homotopy._follow_each.signatures) == 1, "compiled once, for one kind of array"


def test_from_any_solution_on_the_way_the_path_goes_on():
    X, y = drawn(3, 40, 30, 30)
    G, q, penalties = products(X, y)
    whole = homotopy_paths(G[None], q[None], penalties).coefficients[0]
    for start in (0, 7, 20):
        rest = np.zeros((30 - start, 30))
        assert follow_on(G, 30, q, whole[start], penalties[start:], rest) == 30 - start
        np.testing.assert_allclose(rest, whole[start:], atol=1e-10)


def test_to_go_on_signs_are_enough_and_others_than_the_solutions_are_refused():
    X, y = drawn(3, 40, 30, 30)
    G, q, penalties = products(X, y)
    whole = homotopy_paths(G[None], q[None], penalties).coefficients[0]
    rest = np.zeros((20, 30))
    assert follow_on(G, 30, q, np.sign(whole[10]), penalties[10:], rest) == 20
    np.testing.assert_allclose(rest, whole[10:], atol=1e-10)
    assert follow_on(G, 30, q, -whole[10], penalties[10:], rest) == 0


def test_what_has_no_inverse_is_no_place_to_go_on_from():
    assert follow_on(np.ones((2, 2)), 2, np.ones(2), np.ones(2), np.array([0.5, 0.1]), np.zeros((2, 2))) == 0


def test_arrays_may_have_more_room_than_columns():
    X, y = drawn(0, 40, 8, 8)
    G, q, penalties = products(X, y)
    room, longer = np.full((12, 12), np.nan), np.full(12, np.nan)
    room[:8, :8], longer[:8] = G, q
    solutions = np.zeros((30, 8))
    assert follow_on(room, 8, longer, np.zeros(12), penalties, solutions) == 30
    np.testing.assert_allclose(
        solutions, homotopy_paths(G[None], q[None], penalties).coefficients[0], atol=1e-12
    )


def test_without_negative_coefficients_the_path_is_that_of_scikit_learn():
    X, y = drawn(3, 40, 12, 12)
    G, q, penalties = products(X, y)
    solutions = np.zeros((30, 12))
    penalties = np.append(q.max(), penalties[penalties < q.max()])
    solutions = np.zeros((len(penalties), 12))
    assert follow_on(G, 12, q, np.zeros(12), penalties, solutions, positive=True) == len(penalties)
    for lam, beta in zip(penalties / 40, solutions, strict=True):
        theirs = Lasso(alpha=lam, positive=True, tol=1e-12, max_iter=100_000).fit(X, y).coef_
        np.testing.assert_allclose(beta, theirs, atol=1e-5)
