"""The products of the columns in the training rows of every fold, from one reading of all rows.

What is left out of a fold is mostly less than what stays. So the products of all rows are summed once, and those of
the rows that are left out are taken off. With z = [x - shift, y - shift, 1], times the root of the row's weight,

    sum of zz' over the training rows  =  sum over all rows  -  sum over the rows left out

In its last column are the sums, so the means of the fold come off as a product of two vectors, and on the diagonal of
what remains are the squares of its standard deviations. The shift, something near the mean, keeps digits that the
means would take with them.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from course_utils.fast.reading import Reading
from course_utils.tuning import Fold
from course_utils.validation import constant_columns

LOST = 1e-4  # of the squares: a column that keeps less lost too many digits with what was taken off


@dataclass(frozen=True, eq=False)
class FoldProducts:
    """What the lasso needs to know of the training rows of several folds.

    Attributes
    ----------
    Gs : (n_folds, n_features, n_features), products of columns, centred and scaled if that was asked for
        Zero in the columns that are constant in these rows.
    qs : (n_folds, n_features), products with y
    yys : (n_folds,), of y with itself
    n : (n_folds,), how many rows, or what they weigh
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
        constant[k, constant_columns(reading.X[reading.that_weigh(folds[k].train)])] = True
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
    _, means, C = _centred(replace(reading, shift=shift).sums(rows)[None])
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
