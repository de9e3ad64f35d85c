"""Folds of wide data: each is a LASSO of all rows, in which those that are left out weigh nothing.

    (1/2n) sum_i s_i (y_i - intercept - x_i beta)^2 + lam sum_j v_j |beta_j|      s_i is 0 or 1,  n = sum_i s_i

With the standard deviations on the training rows for prices v, these are the scaled columns; so no column is scaled
and no row is copied, unless fewer rows train than are left out.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from course_utils.fast.path import solve_path
from course_utils.fast.problem import Problem
from course_utils.tuning import Fold

PIECE = 2**18  # numbers of a few columns, in the training rows
PROHIBITIVE = 1e150  # the price of a column that is constant


def errors_and_gaps(
    numbered_fold, X, y, lams, tol, standardize, fit_intercept
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean squared error on the test rows, and the relative duality gap, of every lam on one fold.

    Parameters
    ----------
    numbered_fold : (int, Fold)
    X : (n_samples, n_features), array of floats or CSC matrix
    y : (n_samples,)
    lams : (n_lams,), falling
    tol : float
    standardize, fit_intercept : bool
        As in `course_utils.fast.cross_validation.lasso_cv`.

    Returns
    -------
    (n_lams,) array, (n_lams,) array

    Raises
    ------
    ValueError
        Every column is constant on the training rows.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    k, fold = numbered_fold
    prices = prices_on(X, fold.train, standardize=standardize)
    if prices.min() == PROHIBITIVE:
        raise ValueError(f"every column of X is constant on the training rows of fold {k}")
    problem = _problem_on(X, y, fold, fit_intercept=fit_intercept, feature_weights=prices)
    path = solve_path(problem, lams, tol)
    support = np.flatnonzero(path.betas.any(axis=0))
    predicted = X[:, support][fold.test] @ path.betas[:, support].T + path.intercepts
    return np.mean((y[fold.test, None] - predicted) ** 2, axis=0), path.gaps


def prices_on(X, rows: np.ndarray, *, standardize: bool) -> np.ndarray:
    """Return the standard deviations of the columns in some rows, or ones; what is constant there, no one can afford.

    Parameters
    ----------
    X : (n_samples, n_features), array of floats or CSC matrix
    rows : (n_rows,) integers
    standardize : bool

    Returns
    -------
    (n_features,) array

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    prices = np.ones(X.shape[1])
    width = max(1, PIECE // len(rows))
    for start in range(0, len(prices), width):
        some = X[:, start : start + width]
        x = some[rows].toarray() if sparse.issparse(X) else some.T.take(rows, axis=1).T
        if standardize:
            prices[start : start + width] = x.std(axis=0, dtype=np.float64)
        prices[start : start + width][x.min(axis=0) == x.max(axis=0)] = PROHIBITIVE
    return prices


def _problem_on(X, y, fold: Fold, **options) -> Problem:
    if 2 * len(fold.train) <= len(y):
        return Problem.of(X[fold.train], y[fold.train], **options)
    weights = np.zeros(len(y))
    weights[fold.train] = 1.0
    return Problem.of(X, y, sample_weight=weights, **options)
