"""course_utils.fast.weighted_products: the products of each resample, as if its rows had been copied."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.fast import weighted_products as module
from course_utils.fast.weighted_products import counts_of, weighted_products
from course_utils.fast.weighted_rows import weight_rows
from course_utils.scaling import fit_standardizer

ways = pytest.mark.parametrize("at_once", [True, False])


def sample(n_samples, n_features, seed=0):
    """Columns of several spreads with means near zero, in Fortran order, y, and ten resamples."""
    rng = np.random.default_rng(seed)
    X = np.asfortranarray(rng.standard_normal((n_samples, n_features)) * rng.uniform(0.5, 5, n_features))
    return X, X[:, 0] + rng.standard_normal(n_samples), rng.integers(n_samples, size=(10, n_samples))


def check_all(X, y, rows, found, **tolerance):
    """Compare every resample with its copied rows, standardised by the package that teaches."""
    for b, chosen in enumerate(rows):
        ruler = fit_standardizer(X[chosen])
        Z, v = ruler.transform(X[chosen]), y[chosen] - y[chosen].mean()
        np.testing.assert_allclose(found.G[b], Z.T @ Z, **tolerance)
        np.testing.assert_allclose(found.q[b], Z.T @ v, **tolerance)
        np.testing.assert_allclose(found.yy[b], v @ v, **tolerance)
        np.testing.assert_allclose(found.means[b], ruler.mean, **tolerance)
        np.testing.assert_allclose(found.scales[b], ruler.scale, **tolerance)


def test_a_count_is_how_often_a_row_was_drawn():
    counts = counts_of(np.array([[0, 2, 2], [1, 1, 1]]), 4)
    np.testing.assert_array_equal(counts, [[1, 0, 2, 0], [0, 3, 0, 0]])
    assert counts.dtype == np.float64


@ways
@pytest.mark.parametrize("shape", [(40, 1), (40, 7), (25, 60), (300, 50)])
def test_they_are_the_products_of_copied_and_standardised_rows(shape, at_once, monkeypatch):
    monkeypatch.setattr(module, "shares_one_product", lambda n_features: at_once)
    X, y, rows = sample(*shape)
    found = weighted_products(X, y, counts_of(rows, len(y)))
    check_all(X, y, rows, found, rtol=1e-10, atol=1e-9)
    np.testing.assert_array_equal(found.n, len(y))


def test_few_columns_share_one_product_and_many_do_not():
    assert module.shares_one_product(10)
    assert not module.shares_one_product(100)


@settings(max_examples=15)
@given(st.integers(3, 30), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_without_standardising_only_the_means_are_taken_off(n_samples, n_features, seed):
    X, y, rows = sample(n_samples, n_features, seed)
    found = weighted_products(X, y, counts_of(rows, n_samples), standardize=False)
    for b, chosen in enumerate(rows):
        Z = X[chosen] - X[chosen].mean(axis=0)
        np.testing.assert_allclose(found.G[b], Z.T @ Z, atol=1e-9)
        np.testing.assert_allclose(found.q[b], Z.T @ y[chosen], atol=1e-9)
    np.testing.assert_array_equal(found.scales, 1.0)


@pytest.mark.parametrize("pairs", [1, 500, 2**19])
def test_how_many_pairs_are_in_memory_changes_nothing(pairs, monkeypatch):
    X, y, rows = sample(50, 20)
    monkeypatch.setattr(module, "PAIRS", pairs)
    found = weighted_products(X, y, counts_of(rows, 50))
    check_all(X, y, rows, found, rtol=1e-10, atol=1e-9)


def test_the_blocks_hold_every_pair_once():
    blocks = list(module._blocks(1000, 60))
    assert [first for first, _, _ in blocks] == [0, *(last for _, last, _ in blocks[:-1])]
    assert blocks[-1][1] == 60
    assert sum(n_pairs for *_, n_pairs in blocks) == 60 * 61 // 2
    assert max(n_pairs for *_, n_pairs in blocks) * 1000 <= module.PAIRS


def test_subsamples_of_half_the_rows_are_weights_of_one_and_zero():
    X, y, _ = sample(60, 5)
    rows = np.random.default_rng(1).permuted(np.tile(np.arange(60), (4, 1)), axis=1)[:, :30]
    found = weighted_products(X, y, counts_of(rows, 60))
    check_all(X, y, rows, found, rtol=1e-10, atol=1e-9)
    np.testing.assert_array_equal(found.n, 30)


# What resampling can do to a column


@ways
def test_a_column_that_is_constant_in_a_resample_is_zero_there(at_once, monkeypatch):
    monkeypatch.setattr(module, "shares_one_product", lambda n_features: at_once)
    X, y, rows = sample(20, 3)
    X[:, 1] = np.arange(20) == 7
    found = weighted_products(X - X.mean(axis=0), y, counts_of(rows, 20))
    absent = ~(rows == 7).any(axis=1)
    assert 0 < absent.sum() < 10
    np.testing.assert_array_equal((found.G[:, 1] == 0).all(axis=1) & (found.q[:, 1] == 0), absent)
    np.testing.assert_array_equal(found.scales[absent, 1], 1.0)


def test_a_constant_target_has_no_square_left():
    X, _, rows = sample(20, 3)
    y = (np.arange(20) == 7) - 1 / 20
    found = weighted_products(X, y, counts_of(rows, 20))
    np.testing.assert_array_equal(found.yy == 0, ~(rows == 7).any(axis=1))
    assert not found.q[found.yy == 0].any()


def test_a_column_far_from_its_mean_in_a_resample_loses_no_digits():
    X, y, rows = sample(20, 3)
    X[7, 1] = 1e9  # in resamples without it the others lie far from the mean of all, and close to each other
    X -= X.mean(axis=0)
    rows = rows[~(rows == 7).any(axis=1)]
    assert len(rows) > 0
    check_all(X, y, rows, weighted_products(X, y, counts_of(rows, 20)), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("standardize", [True, False])
def test_weighted_rows_have_the_products_of_copied_rows(standardize):
    X, y, rows = sample(30, 50)
    X[:, 4] = np.where(np.arange(30) == 7, 5.0, 0.1)
    products = weighted_products(X, y, counts := counts_of(rows, 30), standardize=standardize)
    for b, c in enumerate(counts):
        Z = X.T[:, c > 0]
        means, scales = weight_rows(Z, c[c > 0], standardize=standardize)
        np.testing.assert_allclose(Z @ Z.T, products.G[b], atol=1e-9)
        np.testing.assert_allclose(means, products.means[b], atol=1e-12)
        np.testing.assert_allclose(scales, products.scales[b], rtol=1e-12)
        assert Z[4].any() == (c[7] > 0)  # exactly zero where it is constant, though its mean is rounded
    assert 0 < (counts[:, 7] > 0).sum() < 10
