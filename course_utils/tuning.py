"""How strong a penalty: folds as data, the error curve of a whole path, and the rules that pick one lam from it.

Lesson: notebooks/05_choosing_lambda.ipynb
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import partial
from numbers import Real

import numpy as np
from joblib import Parallel, delayed

from course_utils.objective import lam_max
from course_utils.path import PathResult, lam_grid, lasso_path, watched
from course_utils.scaling import Coefficients, fit_standardizer
from course_utils.solvers import ConvergenceWarning, fista
from course_utils.validation import (
    as_count,
    as_design,
    as_target,
    constant_columns,
    names_of,
    require_rng,
    require_varying_columns,
)


class EdgeOfGridWarning(UserWarning):
    """The chosen lam is the first or last of its grid: the minimum of the curve may lie outside."""


@dataclass(frozen=True, eq=False)
class Fold:
    """One way to divide the rows: `train` to fit on, `test` to measure the error on, as row numbers.

    A pair of scikit-learn is a fold too: `[Fold(*pair) for pair in KFold(5).split(X)]`.
    """

    train: np.ndarray
    test: np.ndarray


def k_folds(n_samples: int, n_folds: int, *, rng=None) -> tuple[Fold, ...]:
    """Divide the rows into n_folds parts of equal size, give or take one; each is the test part once.

    Parameters
    ----------
    n_samples : int
    n_folds : int
        From 2 to n_samples; n_samples leaves one row out at a time.
    rng : np.random.Generator, optional
        Shuffles the rows first. Without, each part is a block of neighbouring rows.

    Returns
    -------
    tuple of Fold, row numbers rising

    Raises
    ------
    TypeError, ValueError
        Not an integer, too few or too many folds, or no generator.

    Lesson: notebooks/05_choosing_lambda.ipynb
    """
    blocks = _blocks(n_samples, n_folds, n_folds)
    if rng is not None:
        order = require_rng(rng).permutation(n_samples)
        blocks = [np.sort(order[block]) for block in blocks]
    return tuple(Fold(np.setdiff1d(np.arange(n_samples), block), block) for block in blocks)


def blocked_folds(n_samples: int, n_folds: int, *, gap: int = 0) -> tuple[Fold, ...]:
    """Divide ordered rows into n_folds blocks, and train on all rows further than `gap` from the test block.

    Rows near the block resemble it: a gap as long as the memory of the series keeps them out of the fit. The
    fit still sees rows that come after the test block; `forward_folds` does not.

    Parameters
    ----------
    n_samples, n_folds : int
    gap : int
        Rows left out on each side of the test block.

    Returns
    -------
    tuple of Fold, in the order of their blocks

    Raises
    ------
    TypeError, ValueError
        Not an integer, too few or too many folds, or a gap that leaves no row to train on.

    References
    ----------
    Burman, Chow and Nolan (1994), A cross-validatory method for dependent data, Biometrika 81.

    Lesson: notebooks/05b_what_the_minimum_hides.ipynb
    """
    gap = as_count(gap, "gap", at_least=0)
    rows = np.arange(as_count(n_samples, "n_samples", at_least=2))
    folds = [
        Fold(rows[(rows < block[0] - gap) | (rows > block[-1] + gap)], block)
        for block in _blocks(n_samples, n_folds, n_folds)
    ]
    return _all_with_training_rows(folds, gap)


def forward_folds(n_samples: int, n_folds: int, *, gap: int = 0) -> tuple[Fold, ...]:
    """Divide ordered rows into n_folds + 1 blocks, and test each but the first on a fit to all rows before it.

    As a forecaster works: nothing that comes later is known.

    Parameters
    ----------
    n_samples, n_folds : int
    gap : int
        Rows left out between the training rows and the test block.

    Returns
    -------
    tuple of Fold, in the order of their blocks

    Raises
    ------
    TypeError, ValueError
        Not an integer, too few or too many folds, or a gap that leaves no row to train on.

    Lesson: notebooks/05b_what_the_minimum_hides.ipynb
    """
    gap = as_count(gap, "gap", at_least=0)
    blocks = _blocks(n_samples, n_folds, as_count(n_folds, "n_folds", at_least=2) + 1)
    folds = [Fold(np.arange(block[0] - gap), block) for block in blocks[1:]]
    return _all_with_training_rows(folds, gap)


@dataclass(frozen=True, eq=False)
class CVPath:
    """The error of every lam on every fold's test rows.

    Attributes
    ----------
    lams : (n_lams,), falling
    fold_errors : (n_folds, n_lams), mean squared errors on the test rows, in squared units of y
    fold_sizes : (n_folds,), test rows
    fold_gaps : (n_folds, n_lams), relative duality gaps of the fits
    lam_max : float, the smallest lam whose solution on all rows is zero
    """

    lams: np.ndarray
    fold_errors: np.ndarray
    fold_sizes: np.ndarray
    fold_gaps: np.ndarray
    lam_max: float

    @property
    def mean_error(self) -> np.ndarray:
        """(n_lams,), the plain mean over the folds, as scikit-learn takes it, whatever their sizes."""
        return self.fold_errors.mean(axis=0)

    @property
    def standard_error(self) -> np.ndarray:
        """(n_lams,), sd over the folds (ddof=1) / sqrt(n_folds).

        It takes the folds for independent, which they are not: they share training rows. A guide for the eye,
        and usually too small (Bengio and Grandvalet 2004).
        """
        return self.fold_errors.std(axis=0, ddof=1) / np.sqrt(len(self.fold_errors))


def cross_validate_path(
    X,
    y,
    lams=None,
    *,
    folds,
    standardize=True,
    tol=1e-6,
    max_iter=10_000,
    solver=fista,
    fit_intercept=True,
    n_jobs=1,
    progress=False,
) -> CVPath:
    """Measure every lam on rows that its fit has not seen, fold by fold.

    On the training rows of each fold: learn the scale of the columns, and minimise
    (1/2n) ||y - intercept - Z beta||^2 + lam ||beta||_1 for all lams on the scaled columns Z. Then predict
    the test rows. Nothing is learnt from them, except the places of the lams if none are given.

    Parameters
    ----------
    X : (n_samples, n_features), dense or CSC
    y : (n_samples,)
    lams : (n_lams,) positive and strictly falling, optional
        If not given, `lam_grid` of all rows, with the columns scaled if `standardize`.
    folds : sequence of Fold
        At least two. Rows may be missing, and may be tested more than once.
    standardize : bool
        Divide each column by its standard deviation on the training rows (ddof=0).
    tol, max_iter, fit_intercept
        As in `lasso_path`.
    solver : function
        As in `lasso_path`; `coordinate_descent` if the columns keep different scales.
    n_jobs : int
        Folds worked on at the same time; -1 for all processors.
    progress : bool
        Show a progress bar.

    Returns
    -------
    CVPath

    Raises
    ------
    TypeError, ValueError
        Whatever `lasso_path` refuses; a column of X that is constant; a fold that is empty, out of range,
        repeats a row or trains on a row that it tests. A column that is constant on the training rows of one
        fold alone has coefficient 0 there.

    Warns
    -----
    ConvergenceWarning
        Once, with the number of fits whose gap stayed above tol.

    References
    ----------
    Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, section 7.10.

    Lesson: notebooks/05_choosing_lambda.ipynb
    """
    X, y, folds = _checked(X, y, folds)
    Z = _scaled(X) if standardize else X
    lams = lam_grid(Z, y, fit_intercept=fit_intercept) if lams is None else np.asarray(lams)
    fit = partial(
        lasso_path, lams=lams, tol=tol, max_iter=max_iter, solver=solver, fit_intercept=fit_intercept
    )
    jobs = (delayed(_errors_and_gaps)(X, y, k, fold, fit, standardize) for k, fold in enumerate(folds))
    done = Parallel(n_jobs=n_jobs, return_as="generator")(jobs)
    errors, gaps = zip(
        *watched(done, progress, total=len(folds), desc="cross-validation", unit="fold"), strict=True
    )
    _warn_if_unfinished(np.array(gaps), tol)
    sizes = np.array([len(fold.test) for fold in folds])
    top = lam_max(Z, y, fit_intercept=fit_intercept)
    return CVPath(lams.astype(float), np.array(errors), sizes, np.array(gaps), top)


def best_lam(cv: CVPath) -> float:
    """Return the lam of the smallest mean error, the strongest of equals; warns at the edge of the grid."""
    _warn_at_the_edge(edge_of_grid(cv), cv.lams)
    return float(cv.lams[np.argmin(cv.mean_error)])


def one_standard_error_lam(cv: CVPath) -> float:
    """Return the strongest lam whose mean error is within one standard error of the smallest.

        max { lam : error(lam) <= error(best) + standard_error(best) }

    A smaller model whose error cannot be told from the best. Warns where `best_lam` does.
    (Breiman, Friedman, Olshen and Stone 1984, Classification and Regression Trees, section 3.4.3.)
    """
    _warn_at_the_edge(edge_of_grid(cv), cv.lams)
    best = np.argmin(cv.mean_error)
    threshold = cv.mean_error[best] + cv.standard_error[best]
    return float(cv.lams[np.argmax(cv.mean_error <= threshold)])


def edge_of_grid(cv: CVPath) -> str | None:
    """Return the end of the grid, "strong" or "weak", on which the smallest mean error lies; None inside.

    At lam_max or above, the strong end is an answer and no edge: predicting the mean was best.
    """
    return _edge(cv.lams, cv.mean_error, cv.lam_max)


@dataclass(frozen=True, eq=False)
class InformationCriteria:
    """Scores of a path, computed from the rows it was fitted to; smaller is better.

        aic = -2 log likelihood + 2 df           = n log(2 pi s2) + rss / s2 + 2 df
        bic = -2 log likelihood + log(n) df      = n log(2 pi s2) + rss / s2 + log(n) df
        cp  = rss / n + 2 s2 df / n              estimates the error on new y at the same X

    Errors are taken for normal with variance s2. Then cp is aic on another scale: both choose the same lam.

    Attributes
    ----------
    lams : (n_lams,), falling
    df : (n_lams,), coefficients that are not zero
    rss : (n_lams,), residual sums of squares
    noise_variance : float, s2
    aic, bic, cp : (n_lams,)
    lam_max : float, the smallest lam whose solution is zero
    """

    lams: np.ndarray
    df: np.ndarray
    rss: np.ndarray
    noise_variance: float
    aic: np.ndarray
    bic: np.ndarray
    cp: np.ndarray
    lam_max: float

    def best_lam(self, criterion: str) -> float:
        """Return the lam of the smallest "aic", "bic" or "cp"; warns at the edge of the grid."""
        if criterion not in ("aic", "bic", "cp"):
            raise ValueError(f"criterion is {criterion!r}; 'aic', 'bic' or 'cp' is needed")
        scores = getattr(self, criterion)
        _warn_at_the_edge(_edge(self.lams, scores, self.lam_max), self.lams)
        return float(self.lams[np.argmin(scores)])


def information_criteria(X, y, path: PathResult, *, noise_variance=None) -> InformationCriteria:
    """Score every solution of a path, minimisers of (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1.

    The number of coefficients that are not zero is an unbiased estimate of the degrees of freedom of the
    lasso, because its shrinkage gives back what its search takes.

    Parameters
    ----------
    X : (n_samples, n_features), the X that the path was fitted to
    y : (n_samples,)
    path : PathResult
    noise_variance : float, optional
        Variance of the errors. If not given, that of the least-squares residuals of all columns,
        rss / (n_samples - n_features - 1), which needs more rows than coefficients.

    Returns
    -------
    InformationCriteria

    Raises
    ------
    ValueError
        The path has another number of features; no noise variance given and too few rows to estimate it; or
        a noise variance that is not positive.

    References
    ----------
    Zou, Hastie and Tibshirani (2007), On the "degrees of freedom" of the lasso, theorem 1, equations 2.12-2.15.

    Lesson: notebooks/05b_what_the_minimum_hides.ipynb
    """
    X = as_design(X, accept_sparse=True)
    y = as_target(y, X.shape[0])
    if path.betas.shape[1] != X.shape[1]:
        raise ValueError(f"path has {path.betas.shape[1]} features and X has {X.shape[1]}; fit it to this X")
    s2 = _least_squares_variance(X, y) if noise_variance is None else _as_variance(noise_variance)
    n, df = len(y), np.count_nonzero(path.betas, axis=1)
    rss = np.sum((y[:, None] - path.intercepts - X @ path.betas.T) ** 2, axis=0)
    deviance = n * np.log(2 * np.pi * s2) + rss / s2
    scores = (deviance + 2 * df, deviance + np.log(n) * df, (rss + 2 * s2 * df) / n)
    return InformationCriteria(path.lams, df, rss, s2, *scores, lam_max=lam_max(X, y))


def refit(
    X,
    y,
    lam,
    *,
    standardize=True,
    tol=1e-6,
    max_iter=10_000,
    solver=fista,
    fit_intercept=True,
) -> Coefficients:
    """Fit the chosen lam once more, to all rows: the model that predicts from now on.

    Minimises (1/2n) ||y - intercept - Z beta||^2 + lam ||beta||_1 on the scaled columns Z, as each fold of
    `cross_validate_path` did, and returns the coefficients in the units of X.

    Parameters
    ----------
    X : (n_samples, n_features), dense or CSC
    y : (n_samples,)
    lam : float, positive
    standardize : bool
        Divide each column by its standard deviation (ddof=0).
    tol, max_iter, solver, fit_intercept
        As in `cross_validate_path`.

    Returns
    -------
    Coefficients

    Raises
    ------
    TypeError, ValueError
        Whatever the solver refuses; a column of X that is constant.

    Warns
    -----
    ConvergenceWarning
        From the solver, if its gap stays above tol.

    Lesson: notebooks/05_choosing_lambda.ipynb
    """
    standardizer = fit_standardizer(X, center=False) if standardize else None
    Z = standardizer.transform(X) if standardize else X
    result = solver(Z, y, lam, tol=tol, max_iter=max_iter, fit_intercept=fit_intercept)
    if not standardize:
        return Coefficients(result.beta, result.intercept)
    return standardizer.coefficients_in_original_units(result.beta, result.intercept)


def _blocks(n_samples, n_folds, n_blocks) -> list[np.ndarray]:
    n_samples = as_count(n_samples, "n_samples", at_least=2)
    n_folds = as_count(n_folds, "n_folds", at_least=2)
    if n_blocks > n_samples:
        raise ValueError(
            f"n_folds is {n_folds}; with {n_samples} rows at most {n_samples - n_blocks + n_folds}"
        )
    return np.array_split(np.arange(n_samples), n_blocks)


def _all_with_training_rows(folds, gap) -> tuple[Fold, ...]:
    empty = [k for k, fold in enumerate(folds) if len(fold.train) == 0]
    if empty:
        raise ValueError(f"gap is {gap}; it leaves fold {empty[0]} no row to train on")
    return tuple(folds)


def _checked(X, y, folds):
    names = names_of(X)
    X = as_design(X, accept_sparse=True)
    require_varying_columns(X, names)
    return X, as_target(y, X.shape[0]), sound_folds(folds, X.shape[0])


def sound_folds(folds, n_samples: int) -> list[Fold]:
    """Return the folds with their row numbers as arrays; TypeError or ValueError names the first that is unsound."""
    folds = list(folds)
    if len(folds) < 2:
        raise ValueError(f"folds has {len(folds)} fold(s); at least two are needed")
    for k, fold in enumerate(folds):
        _require_sound(fold, k, n_samples)
    # a tuple of row numbers would be read as one address of X
    return [Fold(np.asarray(fold.train), np.asarray(fold.test)) for fold in folds]


def _require_sound(fold, k: int, n_samples: int) -> None:
    if not isinstance(fold, Fold):
        raise TypeError(f"fold {k} is of type {type(fold).__name__}; a Fold(train, test) is needed")
    train, test = _rows_of(fold, k, "train", 2, n_samples), _rows_of(fold, k, "test", 1, n_samples)
    is_in_train = np.zeros(n_samples, dtype=bool)
    is_in_train[train] = True
    shared = test[is_in_train[test]]
    if shared.size:
        raise ValueError(
            f"fold {k}: {shared.size} row(s) are in train and in test, the first is {shared.min()}"
        )


def _rows_of(fold, k: int, part: str, at_least: int, n_samples: int) -> np.ndarray:
    rows = np.asarray(getattr(fold, part))
    if rows.ndim != 1 or rows.dtype.kind not in "iu" or len(rows) < at_least:
        raise ValueError(
            f"fold {k}: {part} is {rows.dtype} of shape {rows.shape}; row numbers, at least {at_least}, are needed"
        )
    if rows.min() < 0 or rows.max() >= n_samples:
        raise ValueError(f"fold {k}: {part} has row numbers outside 0 to {n_samples - 1}")
    if np.bincount(rows.astype(np.intp)).max() > 1:
        raise ValueError(f"fold {k}: {part} holds a row twice")
    return rows


def _scaled(X):
    # the solvers centre by themselves; without centring a sparse X stays sparse
    return fit_standardizer(X, center=False).transform(X)


def _errors_and_gaps(X, y, k: int, fold: Fold, fit, standardize) -> tuple[np.ndarray, np.ndarray]:
    """Return the test error and the duality gap of every lam on one fold."""
    X_train, y_train = X[fold.train], y[fold.train]
    varies = np.setdiff1d(np.arange(X.shape[1]), constant_columns(X_train))
    if not varies.size:
        raise ValueError(f"every column of X is constant on the training rows of fold {k}")
    X_train, X_test = X_train[:, varies], X[fold.test][:, varies]
    if standardize:
        standardizer = fit_standardizer(X_train, center=False)
        X_train, X_test = standardizer.transform(X_train), standardizer.transform(X_test)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # one warning for all folds, from the caller
        path = fit(X_train, y_train)
    residuals = y[fold.test, None] - path.intercepts - X_test @ path.betas.T
    return np.mean(residuals**2, axis=0), path.gaps


def _edge(lams, scores, top) -> str | None:
    best = np.argmin(scores)
    if best == len(lams) - 1:
        return "weak"
    # lam_max of the grid and of all rows may differ in the last bits
    return "strong" if best == 0 and lams[0] < top * (1 - 1e-9) else None


def _warn_at_the_edge(edge: str | None, lams) -> None:
    if edge == "weak":
        text = (
            f"the error is smallest at the weakest lam of the grid, {lams[-1]:.4g}: an edge is no minimum. Extend the "
            "grid (lam_grid with a smaller ratio); if the error goes on falling, no penalty is needed: least squares"
        )
    elif edge == "strong":
        text = (
            f"the error is smallest at the strongest lam of the grid, {lams[0]:.4g}: an edge is no minimum. Begin the "
            "grid at lam_max, as lam_grid does"
        )
    else:
        return
    warnings.warn(text, EdgeOfGridWarning, stacklevel=3)  # the line that asked for a lam


def _warn_if_unfinished(gaps, tol) -> None:
    above = gaps > tol
    if above.any():
        warnings.warn(
            f"{above.sum()} of {above.size} fits stopped above tol = {tol:.1e}; their largest relative duality "
            f"gap is {gaps.max():.1e}. Raise max_iter, or bring the columns of X to one scale",
            ConvergenceWarning,
            stacklevel=3,  # the line that called cross_validate_path
        )


def _least_squares_variance(X, y) -> float:
    X = np.asarray(X.todense()) if hasattr(X, "todense") else X
    with_intercept = np.column_stack([np.ones(len(y)), X])
    beta, _, rank, _ = np.linalg.lstsq(with_intercept, y)
    if rank >= len(y):
        raise ValueError(
            f"X has {X.shape[0]} rows and {X.shape[1]} columns: least squares leaves no residual to estimate the noise "
            "from; pass noise_variance"
        )
    residual = y - with_intercept @ beta
    return float(residual @ residual / (len(y) - rank))


def _as_variance(noise_variance) -> float:
    if (
        isinstance(noise_variance, bool)
        or not isinstance(noise_variance, Real)
        or not 0 < noise_variance < np.inf
    ):
        raise ValueError(f"noise_variance is {noise_variance!r}; a positive number is needed")
    return float(noise_variance)
