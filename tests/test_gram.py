"""course_utils.fast.gram: from products of columns alone to any gap that rounding allows, from wherever it starts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.fast.gram import minimise


def solved(Z, t, penalty, *, start=None, target=1e-10, positive=False):
    """Coefficients, the correlations that were kept up to date, and the gap relative to t't / 2, from the rows."""
    G, q = Z.T @ Z, Z.T @ t
    w = np.zeros(len(q)) if start is None else start.astype(float)
    g = q - G @ w
    minimise(G, len(q), q, w, g, penalty, t @ t, target * t @ t / 2, positive)
    r = t - Z @ w
    largest = np.max(Z.T @ r if positive else np.abs(Z.T @ r))
    shrunk = penalty / max(penalty, largest)
    primal = r @ r / 2 + penalty * np.abs(w).sum()
    return w, g, (primal - shrunk * r @ t + shrunk**2 * r @ r / 2) / (t @ t / 2)


def drawn(n_samples, n_features, rank, seed):
    """Columns of a rank, and a target."""
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((n_samples, rank)) @ rng.standard_normal((rank, n_features))
    return Z, rng.standard_normal(n_samples)


SHAPES = {
    "n_samples": st.integers(2, 30),
    "n_features": st.integers(1, 40),
    "rank": st.integers(1, 40),
    "share": st.floats(0.001, 1.1),
    "positive": st.booleans(),
    "seed": st.integers(0, 2**32 - 1),
}


@settings(max_examples=60)
@given(**SHAPES)
def test_the_gap_is_reached_whatever_the_rank_and_the_correlations_are_those_of_the_answer(
    n_samples, n_features, rank, share, positive, seed
):
    Z, t = drawn(n_samples, n_features, rank, seed)
    w, g, gap = solved(Z, t, share * np.abs(Z.T @ t).max(), positive=positive)
    assert gap <= 1.1e-10
    assert not positive or w.min() >= 0
    np.testing.assert_allclose(g, Z.T @ (t - Z @ w), atol=1e-9 * np.abs(Z.T @ t).max())


def test_a_start_on_a_column_of_zeros_is_given_up():
    Z, t = drawn(20, 3, 3, 0)
    Z[:, 1] = 0.0
    w, _, gap = solved(Z, t, 0.5, start=np.array([1.0, 5.0, 1.0]))
    assert w[1] == 0.0
    assert gap <= 1.1e-10


def test_twins_share_or_not_but_the_gap_is_reached():
    Z, t = drawn(20, 4, 4, 1)
    assert solved(np.hstack([Z, Z, Z]), t, 0.1)[2] <= 1.1e-10


def test_what_lies_beyond_the_columns_in_use_is_neither_read_nor_written():
    Z, t = drawn(20, 4, 4, 2)
    G, q, w = np.full((9, 9), np.nan), np.full(9, np.nan), np.full(9, np.nan)
    G[:4, :4], q[:4], w[:4] = Z.T @ Z, Z.T @ t, 0.0
    minimise(G, 4, q, w, q[:4].copy(), 0.5, t @ t, 1e-10)
    np.testing.assert_allclose(w[:4], solved(Z, t, 0.5)[0], atol=1e-6)
    assert np.isnan(w[4:]).all()


def test_a_gap_that_rounding_forbids_ends_all_the_same():
    Z, t = drawn(30, 50, 50, 3)
    assert solved(Z, t, 0.01, target=0.0)[2] == pytest.approx(0.0, abs=1e-11)
