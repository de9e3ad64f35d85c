"""What the lasso would have said of other samples: the bootstrap, and stability selection.

Every fit minimises (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1 on rows drawn from those at hand.
Lesson: notebooks/07_bootstrap_and_stability.ipynb
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from numbers import Real

import numpy as np
from joblib import Parallel, delayed

from course_utils.path import lasso_path, watched
from course_utils.scaling import fit_standardizer
from course_utils.solvers import ConvergenceWarning, SolverResult, fista
from course_utils.validation import (
    as_count,
    as_design,
    as_target,
    constant_columns,
    names_of,
    require_rng,
    require_varying_columns,
)


@dataclass(frozen=True, eq=False)
class BootstrapResult:
    """One lasso path for each resample; coefficients are in the units of X as it was given.

    Attributes
    ----------
    lams : (n_lams,), falling
    betas : (n_resamples, n_lams, n_features)
    intercepts : (n_resamples, n_lams)
    rows : (n_resamples, n_samples), the rows of each resample
    gaps : (n_resamples, n_lams), relative duality gaps
    whole_betas : (n_lams, n_features), the path of the sample itself
    feature_names : tuple of str if X was a pandas frame, else None
    """

    lams: np.ndarray
    betas: np.ndarray
    intercepts: np.ndarray
    rows: np.ndarray
    gaps: np.ndarray
    whole_betas: np.ndarray
    feature_names: tuple[str, ...] | None = None

    def selection_frequency(self) -> np.ndarray:
        """Return the share of resamples in which each coefficient is not zero, (n_lams, n_features)."""
        return selection_frequency(self.betas)

    def interval(self, level=0.95) -> np.ndarray:
        """Return the ends between which the middle `level` of the resampled coefficients lie.

        They are quantiles of the lasso's coefficients, (2, n_lams, n_features): low, high. The coefficients
        are shrunk and pile up at zero, so this is no confidence interval for the coefficients of the world.
        """
        _require_share(level, "level")
        return np.quantile(self.betas, [(1 - level) / 2, (1 + level) / 2], axis=0)


@dataclass(frozen=True, eq=False)
class StabilityResult:
    """How often each feature was selected in subsamples of half the rows.

    Attributes
    ----------
    lams : (n_lams,), falling
    frequencies : (n_lams, n_features), the share of subsamples that select the feature at that lam
    q : float, how many features a subsample selects, at one lam or another, on average
    gaps : (n_subsamples, n_lams), relative duality gaps
    feature_names : tuple of str if X was a pandas frame, else None
    """

    lams: np.ndarray
    frequencies: np.ndarray
    q: float
    gaps: np.ndarray
    feature_names: tuple[str, ...] | None = None

    @property
    def max_frequency(self) -> np.ndarray:
        """The highest frequency of each feature over the lams, (n_features,)."""
        return self.frequencies.max(axis=0)

    def selected(self, threshold) -> np.ndarray:
        """Return the indices of the features whose highest frequency is at least `threshold`."""
        _require_share(threshold, "threshold")
        return np.flatnonzero(self.max_frequency >= threshold)

    def error_bound(self, threshold) -> float:
        """Return q^2 / ((2 threshold - 1) n_features): a bound on the expected number of false selections.

        It holds if the features without effect are exchangeable, if the lasso is no worse than guessing, and
        for frequencies over all subsamples (Meinshausen and Buehlmann 2010, theorem 1).
        """
        _require_share(threshold, "threshold", above=0.5)
        return float(self.q**2 / ((2 * threshold - 1) * self.frequencies.shape[1]))


def selection_frequency(betas) -> np.ndarray:
    """Return the share of nonzero coefficients over the first axis: (n_resamples, ...) -> (...)."""
    betas = np.asarray(betas)
    if betas.ndim < 2 or len(betas) == 0:
        raise ValueError(f"betas has shape {betas.shape}; (n_resamples, ..., n_features) is needed")
    return np.mean(betas != 0, axis=0)


def bootstrap_lasso(
    X, y, lams, *, n_resamples, rng, standardize=True, tol=1e-6, n_jobs=1, progress=False
) -> BootstrapResult:
    """Fit the lasso path to resamples of n_samples rows, drawn with replacement.

    Everything is done anew in each resample, the scaling included. A column that is constant in a resample
    has the coefficient zero there: the intercept does its work.

    Parameters
    ----------
    X : (n_samples, n_features), dense
    y : (n_samples,)
    lams : (n_lams,) positive and strictly falling
        The same for all resamples. With standardize, they are prices of standardised columns, as in
        `lam_grid(fit_standardizer(X).transform(X), y)`.
    n_resamples : int, at least 2
    rng : numpy.random.Generator
        Draws all rows before the first fit, so that the result does not depend on n_jobs.
    standardize : bool
        Divide each column by its standard deviation in the resample. Coefficients come back in the units of
        X all the same.
    tol : float
        Relative duality gap of every fit.
    n_jobs : int
        Processes; -1 for all cores. Each sees the same rows; with one BLAS thread, results agree to the bit.
    progress : bool
        Show a progress bar.

    Returns
    -------
    BootstrapResult

    Raises
    ------
    TypeError, ValueError
        Bad X (sparse, a constant column), y, lams or n_resamples; rng is not a generator.

    Warns
    -----
    ConvergenceWarning
        Once, with the number of fits whose gap stayed above tol; the fit of the sample itself counts too.

    References
    ----------
    Efron (1979), Bootstrap methods: another look at the jackknife. Bach (2008), Bolasso: model consistent
    lasso estimation through the bootstrap. Camponovo (2015), On the validity of the pairs
    bootstrap for lasso estimators, on what it cannot do at zero.

    Lesson: notebooks/07_bootstrap_and_stability.ipynb
    """
    names, X, y = names_of(X), *_checked(X, y)
    n_resamples = as_count(n_resamples, "n_resamples", at_least=2)
    rows = require_rng(rng).integers(len(y), size=(n_resamples, len(y)))
    lams = np.array(lams)  # lasso_path checks them
    with_whole = np.vstack([np.arange(len(y)), rows])
    betas, intercepts, gaps = _paths(X, y, lams, with_whole, standardize, tol, n_jobs, progress)
    return BootstrapResult(lams, betas[1:], intercepts[1:], rows, gaps[1:], betas[0], names)


def stability_selection(
    X, y, lams, *, n_subsamples, rng, standardize=True, tol=1e-6, n_jobs=1, progress=False
) -> StabilityResult:
    """Fit the lasso path to subsamples of half the rows, drawn without replacement, and count selections.

    A feature is as stable as its highest frequency over the lams. Those above a threshold are selected:

        selected = {j : max_lam frequency_j(lam) >= threshold},   E|false| <= q^2 / ((2 threshold - 1) p)

    where q is the mean number of features that a subsample selects somewhere on the path. The last lam
    therefore chooses q, and with the threshold the bound.

    Parameters
    ----------
    X : (n_samples, n_features), dense
    y : (n_samples,)
    lams : (n_lams,) positive and strictly falling
        The same for all subsamples. With standardize, they are prices of standardised columns.
    n_subsamples : int, at least 2
        The original uses 100. Each has n_samples // 2 rows.
    rng : numpy.random.Generator
        Draws all rows before the first fit, so that the result does not depend on n_jobs.
    standardize : bool
        Divide each column by its standard deviation in the subsample. A column that is constant there is not
        selected there.
    tol : float
        Relative duality gap of every fit.
    n_jobs : int
        Processes; -1 for all cores. Each sees the same rows; with one BLAS thread, results agree to the bit.
    progress : bool
        Show a progress bar.

    Returns
    -------
    StabilityResult

    Raises
    ------
    TypeError, ValueError
        Bad X (sparse, a constant column, fewer than four rows), y, lams or n_subsamples; rng is not a
        generator.

    Warns
    -----
    ConvergenceWarning
        Once, with the number of fits whose gap stayed above tol.

    References
    ----------
    Meinshausen and Buehlmann (2010), Stability selection, sections 2.1 to 2.4 and theorem 1.

    Lesson: notebooks/07b_stability_selection.ipynb
    """
    names, X, y = names_of(X), *_checked(X, y)
    n_samples, n_subsamples = len(y), as_count(n_subsamples, "n_subsamples", at_least=2)
    if n_samples < 4:
        raise ValueError(f"X has {n_samples} rows; at least 4 are needed, so that half of them can be fitted")
    in_order = np.tile(np.arange(n_samples), (n_subsamples, 1))
    rows = require_rng(rng).permuted(in_order, axis=1)[:, : n_samples // 2]
    lams = np.array(lams)  # lasso_path checks them
    betas, _, gaps = _paths(X, y, lams, rows, standardize, tol, n_jobs, progress)
    q = (betas != 0).any(axis=1).sum(axis=1).mean()
    return StabilityResult(lams, selection_frequency(betas), float(q), gaps, names)


def _paths(X, y, lams, rows, standardize, tol, n_jobs, progress):
    """Return the betas, intercepts and gaps of all resamples, in the order of `rows`."""
    fit = delayed(_path_of_rows)
    paths = Parallel(n_jobs=n_jobs, return_as="generator")(
        fit(X, y, lams, chosen, standardize, tol) for chosen in rows
    )
    betas, intercepts, gaps = map(
        np.array, zip(*watched(paths, progress, total=len(rows), desc="resamples"), strict=True)
    )
    if (gaps > tol).any():
        warnings.warn(
            f"{np.sum(gaps > tol)} of {gaps.size} fits stopped above tol = {tol:.1e}; their largest relative "
            f"duality gap is {gaps.max():.1e}. Raise the smallest lam, accept a larger tol, or standardize",
            ConvergenceWarning,
            stacklevel=3,  # the line that called the public function
        )
    return betas, intercepts, gaps


def _path_of_rows(X, y, lams, rows, standardize, tol):
    """Return betas (n_lams, n_features) in the units of X, intercepts and gaps of the path of some rows."""
    X, y = X[rows], y[rows]
    varying = np.setdiff1d(np.arange(X.shape[1]), constant_columns(X))
    if varying.size == 0:
        return np.zeros((len(lams), X.shape[1])), np.full(len(lams), y.mean()), np.zeros(len(lams))
    # the intercept centres, so dividing is all that standardising takes
    scale = fit_standardizer(X[:, varying]).scale if standardize else np.ones(varying.size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # one warning for all, by _paths
        path = lasso_path(X[:, varying] / scale, y, lams, tol=tol, solver=_among_columns_in_play)
    betas = np.zeros((len(path.lams), X.shape[1]))
    betas[:, varying] = path.betas / scale
    return betas, path.intercepts, path.gaps


def _among_columns_in_play(X, y, lam, *, tol, max_iter, fit_intercept, beta_start) -> SolverResult:
    """Solve with few columns, and let those join whose residual correlation exceeds lam, until there are none.

    No column left out bounds the dual point then, so the gap with these columns is the gap with all. With
    thousands of columns, of which a solution needs a dozen, nearly all the work is saved.
    """
    beta = np.zeros(X.shape[1]) if beta_start is None else beta_start.copy()
    centred, in_play = X - X.mean(axis=0), beta != 0
    residual = y - y.mean() - centred @ beta
    in_play[np.argmax(np.abs(centred.T @ residual))] = True
    joining = in_play
    options = {"tol": tol, "max_iter": max_iter, "fit_intercept": fit_intercept}
    while joining.any():
        in_play = in_play | joining
        result = fista(X[:, in_play], y, lam, beta_start=beta[in_play], **options)
        beta[in_play] = result.beta
        residual = y - result.intercept - X[:, in_play] @ result.beta
        joining = (np.abs(centred.T @ residual) / len(y) > lam) & ~in_play
    return replace(result, beta=beta)


def _checked(X, y):
    names = names_of(X)
    X = as_design(X)
    require_varying_columns(X, names)
    return X, as_target(y, X.shape[0])


def _require_share(share, name, *, above=0.0) -> None:
    if isinstance(share, bool) or not isinstance(share, Real) or not above < share <= 1:
        raise ValueError(f"{name} is {share!r}; a number above {above:g} and at most 1 is needed")
