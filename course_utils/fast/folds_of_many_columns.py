"""Folds of wide data: each is a LASSO of all rows, in which those that are left out weigh nothing.

    (1/2n) sum_i s_i (y_i - intercept - x_i beta)^2 + lam sum_j v_j |beta_j|,      n = sum_i s_i

With s_i = 0 for the rows that are left out, and the standard deviations on the training rows for prices v, that is the
problem in scaled columns; so no column is scaled and no row is copied. Dense rows that weigh the same are copied all
the same, and scaled, one fold at a time: what is plain is solved four times as fast (wide_homotopy).
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from scipy import sparse

from course_utils.fast.chunks import in_chunks
from course_utils.fast.cv_task import CrossValidation
from course_utils.fast.look import refuse
from course_utils.fast.path import solve_path
from course_utils.fast.problem import Problem
from course_utils.tuning import Fold

PIECE = 2**18  # numbers of a few columns, in the training rows
PROHIBITIVE = 1e150  # the price of a column that is constant


class ManyColumns:
    """The fits of all folds, and the smallest lam whose solution on all rows is zero."""

    def __init__(self, task: CrossValidation):
        task.require_varying()
        self.task = task
        self.weights = np.ones(len(task.y)) if task.sample_weight is None else task.sample_weight
        with np.errstate(over="ignore", invalid="ignore"):
            prices = prices_on(task.X, np.arange(len(task.y)), self.weights, standardize=task.standardize)
            if not np.isfinite(prices).all():
                refuse(task.X)
            options = {"fit_intercept": task.fit_intercept, "sample_weight": task.sample_weight}
            self.lam_max = Problem.of(task.X, task.y, feature_weights=prices, **options).lam_max
        if not np.isfinite(self.lam_max):
            refuse(task.X)

    def errors_and_gaps(
        self, lams: np.ndarray, tol: float, n_jobs=1
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the errors and the gaps of all lams, fold by fold."""
        task = self.task
        how = {"standardize": task.standardize, "fit_intercept": task.fit_intercept}
        work = partial(_errors_and_gaps, lams=lams, tol=tol, **how)
        return in_chunks(work, list(enumerate(task.folds)), (task.X, task.y, self.weights), n_jobs=n_jobs)


def _errors_and_gaps(numbered_fold, X, y, weights, *, lams, tol, standardize, fit_intercept):
    """Return the mean squared error on the test rows, and the relative duality gap, of every lam on one fold."""
    k, fold = numbered_fold
    prices = prices_on(X, fold.train, weights, standardize=standardize)
    if prices.min() == PROHIBITIVE:
        raise ValueError(f"every column of X is constant on the training rows of fold {k}")
    if sparse.issparse(X) or np.ptp(weights[fold.train]):
        problem = _problem_on(X, y, fold, weights, fit_intercept=fit_intercept, feature_weights=prices)
        scales = 1.0
    else:
        x, scales = X.T.take(fold.train, axis=1) / prices[:, None], prices
        problem = Problem.of(x.T, y[fold.train], fit_intercept=fit_intercept)
    path = solve_path(problem, lams, tol)
    betas = path.betas / scales
    support = np.flatnonzero(betas.any(axis=0))
    predicted = X[:, support][fold.test] @ betas[:, support].T + path.intercepts
    squares = (y[fold.test, None] - predicted) ** 2
    return np.average(squares, axis=0, weights=weights[fold.test]), path.gaps


def prices_on(X, rows: np.ndarray, weights: np.ndarray, *, standardize: bool) -> np.ndarray:
    """Return the standard deviations of the columns in some rows, or ones; what is constant there, no one can afford.

    Parameters
    ----------
    X : (n_samples, n_features), array of floats or CSC matrix
    rows : (n_rows,) integers
    weights : (n_samples,)
    standardize : bool

    Returns
    -------
    (n_features,) array

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    rows = rows[weights[rows] > 0.0]
    shares = weights[rows] / weights[rows].sum()
    prices = np.ones(X.shape[1])
    width = max(1, PIECE // len(rows))
    for start in range(0, len(prices), width):
        some, here = X[:, start : start + width], prices[start : start + width]
        x = some[rows].toarray() if sparse.issparse(X) else some.T.take(rows, axis=1).T
        if standardize:
            here[:] = np.sqrt(shares @ (x - shares @ x) ** 2)
        here[x.min(axis=0) == x.max(axis=0)] = PROHIBITIVE
    return prices


def _problem_on(X, y, fold: Fold, weights: np.ndarray, **options) -> Problem:
    if 2 * len(fold.train) <= len(y):
        rows = fold.train
        return Problem.of(X[rows], y[rows], sample_weight=weights[rows], **options)
    of_training = np.zeros(len(y))
    of_training[fold.train] = weights[fold.train]
    return Problem.of(X, y, sample_weight=of_training, **options)
