"""course_utils.fast.problem: weights, prices and a second penalty make a LASSO of other columns; bad ones are named."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from course_utils.fast.problem import Problem, as_columns

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((12, 5)) + 2, RNG.standard_normal(12) + 3
COUNTS, PRICES = RNG.integers(0, 4, 12), RNG.uniform(0.2, 4, 5)


def written_out(problem):
    """All columns of Z, as rows."""
    Z = np.empty((5, problem.n_samples))
    problem.gather(np.arange(5), Z)
    return Z


def test_columns_are_what_the_formula_says():
    problem = Problem.of(X, Y, sample_weight=COUNTS, feature_weights=PRICES, l2=0.3)
    s = COUNTS * 12 / COUNTS.sum()
    Z = np.sqrt(s)[:, None] * (X - s @ X / 12) / PRICES
    np.testing.assert_allclose(written_out(problem), Z.T, atol=1e-14)
    np.testing.assert_allclose(problem.t, np.sqrt(s) * (Y - s @ Y / 12), atol=1e-14)
    np.testing.assert_allclose(problem.ridge, 12 * 0.3 / PRICES**2)
    np.testing.assert_allclose(problem.Zt, Z.T @ problem.t, atol=1e-12)
    np.testing.assert_allclose(problem.means(), s @ X / 12 / PRICES)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_counts_are_repeated_rows(fit_intercept):
    weighted = Problem.of(X, Y, sample_weight=COUNTS, fit_intercept=fit_intercept)
    rows = np.repeat(np.arange(12), COUNTS)
    repeated = Problem.of(X[rows], Y[rows], fit_intercept=fit_intercept)
    assert weighted.lam_max == pytest.approx(repeated.lam_max, rel=1e-12)
    assert weighted.tt / 12 == pytest.approx(repeated.tt / len(rows), rel=1e-12)
    assert weighted.mean == pytest.approx(repeated.mean, rel=1e-12)


def test_only_ratios_of_weights_matter_however_large_or_small():
    expected = Problem.of(X, Y, sample_weight=COUNTS).Zt
    for scale in (1e-300, 7.0, 5e307):
        found = Problem.of(X, Y, sample_weight=scale * COUNTS).Zt
        np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_the_largest_useful_penalty_of_coefficients_that_are_not_negative_counts_positive_products_only():
    column = (Y - Y.mean())[:, None]
    assert Problem.of(-column, Y).lam_max == pytest.approx(Y.var())
    assert Problem.of(-column, Y, positive=True).lam_max == 0.0


@pytest.mark.parametrize("weights", [None, [0.0] + [1.0] * 11, np.full(12, 0.3)])
def test_a_constant_target_is_zero_when_centred_to_the_last_bit(weights):
    y = np.full(12, 0.1)
    y[0] = 0.1 if weights is None or weights[0] else 5.0
    assert Problem.of(X, y, sample_weight=weights).tt == 0.0


def test_large_means_do_not_multiply_what_rounding_has_left_of_a_residual():
    problem = Problem.of(X + 1e6, Y)
    residual = problem.t + 1e-9  # a little along the intercept
    expected = (X - X.mean(axis=0)).T @ problem.t
    np.testing.assert_allclose(problem.products(residual), expected, atol=1e-7)
    several = problem.products(np.column_stack([residual, 2 * residual]))
    np.testing.assert_allclose(several, np.column_stack([expected, 2 * expected]), atol=1e-7)


def test_products_of_several_weighted_residuals_are_those_of_each():
    problem = Problem.of(X, Y, sample_weight=COUNTS, feature_weights=PRICES)
    residuals = np.column_stack([problem.t, problem.t**2, problem.t - 1])
    alone = np.column_stack([problem.products(r) for r in residuals.T])
    np.testing.assert_allclose(problem.products(residuals), alone, atol=1e-12)


@pytest.mark.parametrize("order", ["C", "F"])
def test_products_of_single_precision_are_double_and_need_no_copy(order):
    single = np.asarray(RNG.standard_normal((200, 10_000)), dtype=np.float32, order=order)
    problem = Problem.of(single, RNG.standard_normal(200))
    tracemalloc.start()
    products = problem.products(problem.t)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 200 * 10_000 / 2
    np.testing.assert_allclose(products, single.astype(np.float64).T @ problem.t, rtol=1e-9, atol=1e-9)


def test_sparse_columns_are_read_where_they_lie_unless_unsorted_or_doubled():
    sound = sparse.csc_array(X)
    unsorted = sparse.csc_array((sound.data[::-1], np.tile(np.arange(12)[::-1], 5), sound.indptr), X.shape)
    assert as_columns(sound) is sound
    assert as_columns(unsorted) is not unsorted
    assert as_columns(unsorted).has_sorted_indices
    assert not unsorted.has_sorted_indices  # what was given is as it was


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sample_weight": np.ones(11)}, r"sample_weight has shape \(11,\); \(12,\) is needed"),
        ({"sample_weight": np.ones((12, 1))}, r"sample_weight has shape \(12, 1\); \(12,\)"),
        ({"sample_weight": -np.ones(12)}, "sample_weight has the value -1.0 at position 0; .* not negative"),
        ({"sample_weight": [1] * 11 + [np.nan]}, "sample_weight has the value nan at position 11"),
        ({"sample_weight": np.full(12, np.inf)}, "the value inf"),
        ({"sample_weight": np.zeros(12)}, "sample_weight is zero everywhere; at least one positive"),
        ({"feature_weights": np.ones(6)}, r"feature_weights has shape \(6,\); \(5,\) is needed"),
        ({"feature_weights": [1, 1, 0, 1, 1]}, "feature_weights has the value 0.0 at position 2; positive"),
        *[({"l2": bad}, f"l2 is {bad!r}; a finite number") for bad in (-1, np.nan, np.inf, True, False, "")],
    ],
)
def test_bad_weights_and_a_bad_second_penalty_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        Problem.of(X, Y, **options)


@pytest.mark.parametrize("bad", [["a"] * 12, np.ones(12) * 1j, [None] * 12])
def test_weights_that_are_no_real_numbers_are_refused_with_their_type(bad):
    with pytest.raises(TypeError, match=r"sample_weight has dtype .*; real numbers are needed"):
        Problem.of(X, Y, sample_weight=bad)
