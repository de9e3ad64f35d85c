"""How strong a penalty, at the speed of a few products: `tuning.cross_validate_path`, fold by fold from products.

On the training rows of each fold   (1/2n) ||y - intercept - Z beta||^2 + lam ||beta||_1   with scaled columns Z

The products of the training rows are what is left of all products when those of the test rows are taken off; a path
needs nothing else, and neither does its proof. And since the squared errors on the test rows are a sum of products too,
no row need be read twice.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import warnings
from functools import partial

import numpy as np

from course_utils.fast.chunks import in_chunks
from course_utils.fast.fold_products import FoldProducts, Reading, fold_products, products_of_all, refuse
from course_utils.fast.fold_rows import errors_and_gaps, prices_on
from course_utils.fast.gram_paths import proven_paths
from course_utils.fast.problem import Problem, as_columns
from course_utils.fast.strategy import goes_from_kink_to_kink
from course_utils.path import as_falling, falling_from, watched
from course_utils.solvers import ConvergenceWarning
from course_utils.tuning import CVPath, sound_folds
from course_utils.validation import as_target, as_tolerance, names_of, require_varying_columns

ROOM = 2**22  # numbers: so many products of folds are in memory at a time
ALMOST_CONSTANT = 1e-8  # of the squares of its mean: so little about it calls for a closer look
RESOLVED = 1e-6  # of the squares of y: an error smaller than that is no difference of products


def lasso_cv(
    X,
    y,
    lams=None,
    *,
    folds,
    standardize=True,
    tol=1e-6,
    fit_intercept=True,
    n_jobs=1,
    progress=False,
) -> CVPath:
    """Measure every lam on rows that its fit has not seen, fold by fold: `tuning.cross_validate_path`, faster.

    Parameters
    ----------
    X : (n_samples, n_features)
        As in `course_utils.fast.lasso.lasso`.
    y : (n_samples,)
    lams : (n_lams,) positive and strictly falling, optional
        If not given, `lam_grid` of all rows, with the columns scaled if `standardize`.
    folds : sequence of Fold
        At least two. Rows may be missing, and may be tested more than once.
    standardize : bool
        Divide each column by its standard deviation on the training rows (ddof=0).
    tol : float, positive
        The relative duality gap of every fit.
    fit_intercept : bool
    n_jobs : int
        Folds worked on at the same time, where there are more columns than rows. Where there are fewer, the folds
        share their products, and it takes longer to start a process than to use them.
    progress : bool
        Show a progress bar.

    Returns
    -------
    tuning.CVPath

    Raises
    ------
    TypeError, ValueError
        Bad X, y, lams or tol; a column of X that is constant; a fold that is empty, out of range, repeats a row or
        trains on a row that it tests. A column that is constant on the training rows of one fold alone has
        coefficient 0 there.

    Warns
    -----
    ConvergenceWarning
        Once, with the number of fits whose gap rounding kept above tol.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    names, X = names_of(X), as_columns(X)
    y, folds, tol = as_target(y, X.shape[0]), sound_folds(folds, X.shape[0]), as_tolerance(tol)
    lams = None if lams is None else as_falling(lams)
    how = {"standardize": standardize, "fit_intercept": fit_intercept}
    if goes_from_kink_to_kink(*X.shape):
        found = _from_products(X, y, names, lams, folds, tol, how, progress)
    else:
        found = _from_rows(X, y, names, lams, folds, tol, how, n_jobs, progress)
    _warn_if_unfinished(found.fold_gaps, tol)
    return found


def _from_products(X, y, names, lams, folds, tol, how, progress) -> CVPath:
    """Solve for every fold from its products, as many folds at a time as there is room for."""
    reading = Reading.of(X, y)
    at_a_time = max(1, ROOM // (X.shape[1] + 2) ** 2)
    groups = [folds[start : start + at_a_time] for start in range(0, len(folds), at_a_time)]
    left_out = [reading.sums(fold.test) for fold in groups[0]]
    total = (
        sum(left_out)
        if len(groups) == 1 and _is_partition(folds, len(y))
        else reading.sums(np.arange(len(y)))
    )
    _require_sound_columns(reading, total, names)
    top = float(np.abs(products_of_all(reading, total, **how).qs).max() / len(y))
    lams = falling_from(top) if lams is None else lams
    done = []
    for group in watched(groups, progress, desc="cross-validation", unit="group of folds"):
        left_out = left_out if group is groups[0] else [reading.sums(fold.test) for fold in group]
        products = fold_products(reading, total, group, left_out, **how)
        _require_something_that_varies(products, len(done))
        done += _solve(reading, products, group, left_out, lams, tol)
    errors, gaps = (np.array(parts) for parts in zip(*done, strict=True))
    return CVPath(lams, errors, np.array([len(fold.test) for fold in folds]), gaps, top)


def _solve(reading, products, folds, left_out, lams, tol) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the errors and the gaps of each fold."""
    paths = proven_paths(products.Gs, products.qs, products.yys, products.n[:, None] * lams, tol=tol)
    contrasts = _contrasts(paths.coefficients / products.scales[:, None, :], products.through)
    errors = (
        _errors(reading, fold.test, *each) for fold, *each in zip(folds, left_out, contrasts, strict=True)
    )
    return list(zip(errors, paths.gaps, strict=True))


def _contrasts(betas: np.ndarray, through: np.ndarray) -> np.ndarray:
    """Return what, times z = [x, y, 1], gives the residuals of each fit, (n_folds, n_lams, n_features + 2).

    A fit goes through a point (x, y): the residual at z is that of beta alone, minus that at the point.
    """
    n_folds, n_lams, n_features = betas.shape
    contrasts = np.empty((n_folds, n_lams, n_features + 2))
    np.negative(betas, out=contrasts[:, :, :-2])
    contrasts[:, :, -2] = 1.0
    contrasts[:, :, -1] = -np.matmul(contrasts[:, :, :-1], through[:, :, None])[:, :, 0]
    return contrasts


def _errors(reading: Reading, rows: np.ndarray, sums: np.ndarray, contrasts: np.ndarray) -> np.ndarray:
    """Return the mean of (contrast z)^2 over some rows, for each contrast: what z = [x, y, 1] are off the fit.

    It is the product of the contrast with the sums of zz', from both sides; few rows are quicker read themselves.
    """
    if len(rows) > len(sums):
        errors = np.sum(contrasts @ sums * contrasts, axis=1)
        if errors.min() > RESOLVED * sums[-2, -2]:
            return errors / len(rows)
    return sum(np.sum((z @ contrasts.T) ** 2, axis=0) for z in reading.pieces(rows)) / len(rows)


def _from_rows(X, y, names, lams, folds, tol, how, n_jobs, progress) -> CVPath:
    """Solve for every fold by working sets."""
    require_varying_columns(X, names)
    with np.errstate(over="ignore", invalid="ignore"):
        prices = prices_on(X, np.arange(len(y)), standardize=how["standardize"])
        if not np.isfinite(prices).all():
            refuse(X)
        top = Problem.of(X, y, fit_intercept=how["fit_intercept"], feature_weights=prices).lam_max
    if not np.isfinite(top):
        refuse(X)
    lams = falling_from(top) if lams is None else lams
    work = partial(errors_and_gaps, lams=lams, tol=tol, **how)
    done = in_chunks(work, list(enumerate(folds)), (X, y), n_jobs=n_jobs)
    done = watched(done, progress, total=len(folds), desc="cross-validation", unit="fold")
    errors, gaps = (np.array(parts) for parts in zip(*done, strict=True))
    return CVPath(lams, errors, np.array([len(fold.test) for fold in folds]), gaps, top)


def _is_partition(folds, n_samples: int) -> bool:
    tested = np.concatenate([fold.test for fold in folds])
    return len(tested) == n_samples and np.bincount(tested, minlength=n_samples).max() == 1


def _require_sound_columns(reading: Reading, total: np.ndarray, names) -> None:
    """ValueError for numbers that are not finite, and for a column that is constant."""
    squares = np.diag(total)[:-2]
    if not np.isfinite(np.diag(total)).all():
        refuse(reading.X)
    if (squares <= ALMOST_CONSTANT * len(reading.y) * reading.shift[:-1] ** 2).any():
        require_varying_columns(reading.X, names)


def _require_something_that_varies(products: FoldProducts, first: int) -> None:
    nothing = ~np.diagonal(products.Gs, axis1=1, axis2=2).any(axis=1)
    if nothing.any():
        k = first + np.argmax(nothing)
        raise ValueError(f"every column of X is constant on the training rows of fold {k}")


def _warn_if_unfinished(gaps: np.ndarray, tol: float) -> None:
    above = gaps > tol
    if above.any():
        message = f"{above.sum()} of {above.size} fits stopped above tol = {tol:.1e}; their largest relative "
        message += f"duality gap is {gaps.max():.1e}"
        warnings.warn(message, ConvergenceWarning, stacklevel=3)
