"""Errors on rows that a fit has not seen, for all that scikit-learn allows: weights, signs, repeated rows, no price."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from course_utils.estimators.unpenalised import fit_without_l1
from course_utils.estimators.varying import only, varying_columns
from course_utils.fast.chunks import in_chunks
from course_utils.fast.cross_validation import solve_cv
from course_utils.fast.cv_task import CrossValidation
from course_utils.fast.path import solve_path
from course_utils.fast.problem import Problem
from course_utils.path import PathResult
from course_utils.tuning import CVPath, Fold


def fold_errors(X, y, alphas, folds, *, sample_weight=None, n_jobs=None, tol=1e-4, **options) -> CVPath:
    """Return the mean squared error of every alpha on every fold, weighted if there are weights.

    Parameters
    ----------
    X : (n_samples, n_features), dense or CSC
    y : (n_samples,)
    alphas : (n_alphas,), not negative, strong to weak
        Equal ones, and zero, are allowed.
    folds : sequence of pairs (train, test)
        Numbers of rows, or masks.
    sample_weight : (n_samples,), optional
    n_jobs : int, optional
    tol : float, relative duality gap
    options : fit_intercept, positive

    Returns
    -------
    tuning.CVPath

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    prices, places = np.unique(-np.asarray(alphas), return_inverse=True)
    folds = [Fold(*(np.arange(len(y))[rows] for rows in fold)) for fold in folds]  # masks are allowed
    weighing = X if sample_weight is None else X[sample_weight > 0]
    varying = varying_columns(weighing)
    if len(varying) and _is_plain(y, -prices, folds, **options):
        how = {"sample_weight": sample_weight, "standardize": False}
        task = CrossValidation.of(only(X, varying), y, folds, **how)
        cv = solve_cv(task, -prices, tol, n_jobs=n_jobs)
    else:
        cv = _from_weights(X, y, -prices, folds, sample_weight, n_jobs, tol, options)
    return replace(cv, lams=alphas, fold_errors=cv.fold_errors[:, places], fold_gaps=cv.fold_gaps[:, places])


def _is_plain(y, prices, folds, *, fit_intercept: bool, positive: bool) -> bool:
    """Return whether `fast.cross_validation` does it: an intercept, any sign, positive prices, no row repeated."""
    most = max(np.bincount(np.concatenate([fold.train, fold.test]), minlength=len(y)).max() for fold in folds)
    return fit_intercept and not positive and prices[-1] > 0 and len(folds) > 1 and most == 1


def _from_weights(X, y, prices, folds, sample_weight, n_jobs, tol, options) -> CVPath:
    """Solve each fold as a problem of all rows, with weights."""
    shared = (X, y, prices, sample_weight, tol, options)
    errors, gaps = zip(*in_chunks(_errors_and_gaps, folds, shared, n_jobs=n_jobs), strict=True)
    top = Problem.of(X, y, sample_weight=sample_weight, **options).lam_max
    return CVPath(prices, np.array(errors), np.array([len(fold.test) for fold in folds]), np.array(gaps), top)


def _errors_and_gaps(fold, X, y, prices, sample_weight, tol, options):
    """Return the errors and relative gaps of one fold; its training rows are counted, not copied."""
    test, counts = fold.test, np.bincount(fold.train, minlength=len(y))
    weights = counts if sample_weight is None else counts * sample_weight
    test_weights = None if sample_weight is None else sample_weight[test]
    errors, gaps = [], []
    for path in _paths(X, y, prices, tol, {"sample_weight": weights, **options}):
        residuals = y[test, None] - path.intercepts - X[test] @ path.betas.T
        errors.append(np.average(residuals**2, axis=0, weights=test_weights))
        gaps.append(path.gaps)
    return np.concatenate(errors), np.concatenate(gaps)


def _paths(X, y, prices, tol, options) -> Iterator[PathResult]:
    """Yield the path of the prices, and the solution without a price as a path of its own."""
    priced = prices[prices > 0]
    if len(priced):
        yield solve_path(Problem.of(X, y, **options), priced, tol)
    if len(priced) < len(prices):
        free = fit_without_l1(X, y, 0.0, **options)
        solved_directly = np.zeros(1)  # its gap, and its number of passes
        yield PathResult(
            np.zeros(1), free.beta[None], np.array([free.intercept]), solved_directly, solved_directly
        )
