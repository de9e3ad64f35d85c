"""The products of the columns in the training rows of every fold, from one reading of all rows.

What is left out of a fold is mostly less than what stays. So the products of all rows are summed once, and those of
the rows that are left out are taken off. With z = [x - shift, y - shift, 1],

    sum of zz' over the training rows  =  sum over all rows  -  sum over the rows left out

In its last column are the sums, so the means of the fold come off as a product of two vectors, and on the diagonal of
what remains are the squares of its standard deviations. The shift, something near the mean, keeps digits that the
means would take with them.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from course_utils.tuning import Fold
from course_utils.validation import as_design, constant_columns

PIECE = 2**18  # numbers that are read at a time: what the cache holds
NEAR = 500  # rows whose mean is near enough
LOST = 1e-4  # of the squares: a column that keeps less lost too many digits with what was taken off


@dataclass(frozen=True, eq=False)
class Reading:
    """X, an array of floats or a CSC matrix, and y, read in pieces of rows z = [x - shift, y - shift, 1]."""

    X: np.ndarray | sparse.csc_matrix
    y: np.ndarray
    shift: np.ndarray

    @classmethod
    def of(cls, X, y: np.ndarray) -> Reading:
        """Read with a shift near the means, those of some rows; ValueError if X holds what is not finite."""
        some = np.arange(0, len(y), -(-len(y) // NEAR))
        raw = cls(X, y, np.zeros(X.shape[1] + 1))
        shift = raw.mean(some)
        if not np.isfinite(shift).all():
            refuse(X)
        return cls(X, y, shift)

    def pieces(self, rows: np.ndarray) -> Iterator[np.ndarray]:
        """Yield z of some rows, (a few rows, n_features + 2), in the order in memory of X."""
        p, columnwise = self.X.shape[1], sparse.issparse(self.X) or self.X.flags.f_contiguous
        for piece in _pieces(rows, max(1, PIECE // (p + 2))):
            z = np.empty((len(piece), p + 2), order="F" if columnwise else "C")
            np.subtract(self._take(piece), self.shift[:-1], out=z[:, :-2])
            np.subtract(self.y[piece], self.shift[-1], out=z[:, -2])
            z[:, -1] = 1.0
            yield z

    def _take(self, rows: np.ndarray) -> np.ndarray:
        if sparse.issparse(self.X):
            return self.X[rows].toarray()
        if self.X.flags.c_contiguous:
            return self.X.take(rows, axis=0)
        return self.X.T.take(rows, axis=1).T  # a choice of rows in Fortran order would copy all of X first

    def mean(self, rows: np.ndarray) -> np.ndarray:
        """Return the means of the columns and of y, above the shift."""
        with np.errstate(over="ignore", invalid="ignore"):
            return sum(z[:, :-1].sum(axis=0) for z in self.pieces(rows)) / len(rows)

    def sums(self, rows: np.ndarray) -> np.ndarray:
        """Return the sum of zz' over some rows, (n_features + 2, n_features + 2)."""
        with np.errstate(over="ignore", invalid="ignore"):
            return sum(z.T @ z for z in self.pieces(rows))


@dataclass(frozen=True, eq=False)
class FoldProducts:
    """What the lasso needs to know of the training rows of several folds.

    Attributes
    ----------
    Gs : (n_folds, n_features, n_features), products of columns, centred and scaled if that was asked for
        Zero in the columns that are constant in these rows.
    qs : (n_folds, n_features), products with y
    yys : (n_folds,), of y with itself
    n : (n_folds,), how many rows
    scales : (n_folds, n_features), by what the columns were divided
    through : (n_folds, n_features + 1), a point of x and y, above the shift, through which every fit goes
        With an intercept that of the means, without the origin.
    """

    Gs: np.ndarray
    qs: np.ndarray
    yys: np.ndarray
    n: np.ndarray
    scales: np.ndarray
    through: np.ndarray


def fold_products(reading, total, folds, left_out, *, standardize=True, fit_intercept=True) -> FoldProducts:
    """Return the products of the training rows of each fold.

    Parameters
    ----------
    reading : Reading
    total : (n_features + 2, n_features + 2), `reading.sums` of all rows
    folds : sequence of Fold
    left_out : sequence of (n_features + 2, n_features + 2), `reading.sums` of the test rows of each fold
    standardize : bool
        Divide each column by its standard deviation in the training rows.
    fit_intercept : bool
        Centre the columns and y.

    Returns
    -------
    FoldProducts

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    sums = np.array([_training_sums(reading, total, *each) for each in zip(folds, left_out, strict=True)])
    n, means, C = _centred(sums)
    constant = np.zeros((len(folds), len(total) - 2), dtype=bool)
    for k in np.flatnonzero((_diagonals(C) <= LOST * np.diag(total)[:-1]).any(axis=1)):
        means[k], C[k] = _directly(reading, folds[k].train)
        constant[k, constant_columns(reading.X[folds[k].train])] = True
    return _scaled(reading, n, means, C, constant, standardize, fit_intercept)


def products_of_all(
    reading: Reading, total: np.ndarray, *, standardize=True, fit_intercept=True
) -> FoldProducts:
    """Return the products of all rows, as those of a single fold that trains on them.

    Parameters
    ----------
    reading, total, standardize, fit_intercept
        As in `fold_products`.

    Returns
    -------
    FoldProducts

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    n, means, C = _centred(total[None])
    return _scaled(
        reading, n, means, C, np.zeros((1, len(total) - 2), dtype=bool), standardize, fit_intercept
    )


def _scaled(reading, n, means, C, constant, standardize, fit_intercept) -> FoldProducts:
    """Scale centred products, or take the centring back; columns that are constant have none."""
    scales = np.ones(constant.shape)
    if standardize:
        scales = np.where(constant, 1.0, np.sqrt(_diagonals(C)[:, :-1] / n[:, None]))
    if not fit_intercept:
        C = C + _outer(n, means + reading.shift)
    Gs, qs = C[:, :-1, :-1] / (scales[:, :, None] * scales[:, None, :]), C[:, :-1, -1] / scales
    for k in np.flatnonzero(constant.any(axis=1)):
        Gs[k, constant[k]] = Gs[k, :, constant[k]] = qs[k, constant[k]] = 0.0
    through = means if fit_intercept else np.broadcast_to(-reading.shift, means.shape)
    return FoldProducts(Gs, qs, C[:, -1, -1].copy(), n, scales, through)


def _training_sums(reading: Reading, total: np.ndarray, fold: Fold, of_test: np.ndarray) -> np.ndarray:
    """Return the sum of zz' over the training rows, by the shorter way."""
    n_samples = len(reading.y)
    if len(fold.train) + len(fold.test) == n_samples:
        return total - of_test
    if 2 * len(fold.train) <= n_samples:
        return reading.sums(fold.train)
    left_out = np.ones(n_samples, dtype=bool)
    left_out[fold.train] = False
    return total - reading.sums(np.flatnonzero(left_out))


def _directly(reading: Reading, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return means above the shift, and centred products, from rows that are read twice: means first."""
    shift = reading.shift + reading.mean(rows)
    _, means, C = _centred(Reading(reading.X, reading.y, shift).sums(rows)[None])
    return means[0] + shift - reading.shift, C[0]


def _centred(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the numbers of rows, the means, and the products with the means taken off."""
    n = sums[:, -1, -1]
    means = sums[:, -1, :-1] / n[:, None]
    return n, means, sums[:, :-1, :-1] - _outer(n, means)


def _outer(n: np.ndarray, means: np.ndarray) -> np.ndarray:
    return (n[:, None] * means)[:, :, None] * means[:, None, :]


def _diagonals(matrices: np.ndarray) -> np.ndarray:
    return np.diagonal(matrices, axis1=1, axis2=2)


def _pieces(rows: np.ndarray, length: int) -> Iterator[np.ndarray]:
    return (rows[start : start + length] for start in range(0, len(rows), length))


def refuse(X) -> None:
    """Raise ValueError for X or y with products that are not finite; it says why."""
    as_design(X, accept_sparse=True)
    raise ValueError("X and y hold numbers whose products are too large for float64")
