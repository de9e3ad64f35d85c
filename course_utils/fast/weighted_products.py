"""The products of the columns in many resamples at once, by one product of matrices.

A resample is a count for each row: how often it was drawn. With those counts as weights c,

    (X'diag(c)X)_ij = sum_rows c x_i x_j      so all of them are      counts @ (pairwise products of columns)

(n_resamples, n_samples) times (n_samples, pairs), and no row is copied. With many columns that wastes the half of
the rows that were not drawn, and BLAS multiplies the rows of one resample faster than their pairs.

A resample has means m of its own; taking them off, and dividing by its own standard deviations, costs nothing then:
with n draws in all,

    sum c (x_i - m_i)(x_j - m_j)  =  sum c x_i x_j - n m_i m_j,      scale_j^2 = the diagonal / n
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit
from scipy.linalg.blas import dsyrk

from course_utils.fast.strategy import shares_one_product
from course_utils.validation import constant_columns

PAIRS = 2**19  # numbers: so many products of two columns are in memory at a time; the cache still holds them
LOST = 1e-4  # of the squares: when the means took more than the rest, too many digits went with them


@dataclass(frozen=True, eq=False)
class WeightedProducts:
    """What the LASSO needs to know of each resample: products of its centred and scaled columns.

    Attributes
    ----------
    G : (n_resamples, n_features, n_features), symmetric; a column that is constant in a resample has zeros there
    q : (n_resamples, n_features), the products with y
    yy : (n_resamples,), of y with itself; 0 where y is constant
    n : (n_resamples,), how many rows were drawn
    means, y_means : (n_resamples, n_features), (n_resamples,), what was taken off
    scales : (n_resamples, n_features), by what was divided; 1 for a column that is constant
    """

    G: np.ndarray
    q: np.ndarray
    yy: np.ndarray
    n: np.ndarray
    means: np.ndarray
    y_means: np.ndarray
    scales: np.ndarray


def counts_of(rows: np.ndarray, n_samples: int) -> np.ndarray:
    """Return how often each row is in each resample, (n_resamples, n_samples), from (n_resamples, n_drawn)."""
    counts = np.zeros((len(rows), n_samples))
    _count(np.require(rows, np.int64, ("C", "W")), counts)  # other kinds of array would be compiled for anew
    return counts


@njit(cache=True)
def _count(rows, counts):
    for b in range(rows.shape[0]):
        for i in range(rows.shape[1]):
            counts[b, rows[b, i]] += 1.0


def weighted_products(X, y, counts, *, standardize=True) -> WeightedProducts:
    """Return the products of the centred columns of every resample.

    Parameters
    ----------
    X : (n_samples, n_features), Fortran order
        Best with means near zero, those of the whole sample taken off: then those of a resample take few digits.
    y : (n_samples,), likewise
    counts : (n_resamples, n_samples), floats
        How often each row was drawn.
    standardize : bool
        Divide each column by its standard deviation in the resample.

    Returns
    -------
    WeightedProducts

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    n, n_features = counts.sum(axis=1), X.shape[1]
    sums = counts @ np.column_stack([X, y[:, None] * X, y, y**2])  # one product of matrices for all of them
    means, y_means = sums[:, :n_features] / n[:, None], sums[:, -2] / n
    q = sums[:, n_features:-2] - sums[:, -2:-1] * means
    raw_yy, yy = sums[:, -1], sums[:, -1] - n * y_means**2
    G, scales = np.empty((len(n), X.shape[1], X.shape[1])), np.ones(q.shape)
    multiply = _by_pairs if shares_one_product(X.shape[1]) else _one_by_one
    multiply(X, counts, G)
    lost = _centre(G, n, means, standardize, scales) | (yy <= LOST * raw_yy)
    if standardize:
        q /= scales
    products = WeightedProducts(G, q, yy, n, means, y_means, scales)
    for b in np.flatnonzero(lost):
        _do_directly(products, b, X, y, counts[b], standardize)
    return products


def _by_pairs(X: np.ndarray, counts: np.ndarray, G: np.ndarray) -> None:
    """Write sum c x_i x_j, i <= j, of all resamples into G: counts times the pairwise products of columns."""
    n_samples, n_features = X.shape
    columns = X.T
    for first, last, n_pairs in _blocks(n_samples, n_features):
        pairs, filled = np.empty((n_pairs, n_samples)), 0
        for i in range(first, last):
            np.multiply(columns[i], columns[i:], out=pairs[filled : filled + n_features - i])
            filled += n_features - i
        sums, taken = counts @ pairs.T, 0
        for i in range(first, last):
            G[:, i, i:] = sums[:, taken : taken + n_features - i]
            taken += n_features - i


def _one_by_one(X: np.ndarray, counts: np.ndarray, G: np.ndarray) -> None:
    """Write the same into G, a resample at a time: the rows that were drawn, times the roots of their counts."""
    table = np.ascontiguousarray(X)
    for c, its_G in zip(counts, G, strict=True):
        drawn = np.flatnonzero(c)
        rows = table.take(drawn, axis=0)
        rows *= np.sqrt(c[drawn])[:, None]
        dsyrk(1.0, rows.T, lower=1, c=its_G.T, overwrite_c=1)  # half of the products; the others mirror them


def _blocks(n_samples: int, n_features: int) -> Iterator[tuple[int, int, int]]:
    """Yield (first, last, number of pairs) of blocks of columns whose pairs fit into the memory they may have."""
    first = 0
    while first < n_features:
        last, n_pairs = first, 0
        while last < n_features and (n_pairs == 0 or (n_pairs + n_features - last) * n_samples <= PAIRS):
            n_pairs += n_features - last
            last += 1
        yield first, last, n_pairs
        first = last


@njit(cache=True)
def _centre(G, n, means, standardize, scales):
    """Take the means off the upper half of G, divide by the scales, mirror; return where too many digits went."""
    p, lost = means.shape[1], np.zeros(len(n), np.bool_)
    for b in range(len(n)):
        for j in range(p):
            squares = G[b, j, j] - n[b] * means[b, j] ** 2
            lost[b] |= squares <= LOST * G[b, j, j]
            if standardize and squares > 0.0:
                scales[b, j] = np.sqrt(squares / n[b])
        for i in range(p):
            shift, scale = n[b] * means[b, i], scales[b, i]
            for j in range(i, p):
                G[b, i, j] = (G[b, i, j] - shift * means[b, j]) / (scale * scales[b, j])
                G[b, j, i] = G[b, i, j]
    return lost


def _do_directly(products: WeightedProducts, b: int, X, y, counts, standardize: bool) -> None:
    """Do one resample again, from centred columns: one of them is constant there, or far from its mean."""
    drawn = np.flatnonzero(counts)
    c, Z, v = counts[drawn], X[drawn], y[drawn]
    constant = constant_columns(Z)
    Z -= c @ Z / c.sum()
    Z[:, constant] = 0.0
    v = v - c @ v / c.sum() if np.ptp(v) else np.zeros(len(v))
    squares = c @ Z**2
    scale = np.sqrt(squares / c.sum()) if standardize else np.ones(len(squares))
    scale[constant] = 1.0
    Z /= scale
    products.G[b], products.q[b], products.yy[b] = (Z.T * c) @ Z, (c * v) @ Z, c @ v**2
    products.scales[b] = scale
