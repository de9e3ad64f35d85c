"""The LASSO paths of many resamples, each with counts for weights: no row is there twice.

    (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1      on the n rows of each resample, for every lam

With few columns, all that is needed of the rows is in their products (weighted_products), and the paths go from kink
to kink (gram_paths). With more columns than rows they do so too, from the rows that were drawn (wide_homotopy). What
is left, and what those leave unproven, is a weighted problem like any other (path).
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from course_utils.fast.chunks import in_chunks
from course_utils.fast.gram_paths import proven_paths
from course_utils.fast.look import unproven
from course_utils.fast.path import solve_path
from course_utils.fast.problem import Problem
from course_utils.fast.strategy import follows_rows, goes_from_kink_to_kink
from course_utils.fast.weighted_products import counts_of, weighted_products
from course_utils.fast.weighted_rows import weight_rows
from course_utils.fast.wide_homotopy import wide_path
from course_utils.path import watched
from course_utils.solvers import ConvergenceWarning
from course_utils.validation import as_design, as_target, constant_columns, names_of, require_varying_columns

MOST_IN_A_CHUNK = 256  # resamples
NUMBERS_IN_A_CHUNK = 2**20  # of the products of its columns, its coefficients, or what its resamples read


@dataclass(frozen=True, eq=False)
class CentredSample:
    """What resamples are drawn from, checked, with the means taken off, so that those of a resample are small.

    Attributes
    ----------
    X : (n_samples, n_features), Fortran order
    y : (n_samples,)
    means : (n_features,), what was taken off
    y_mean : float
    """

    X: np.ndarray
    y: np.ndarray
    means: np.ndarray
    y_mean: float

    @classmethod
    def of(cls, X, y) -> CentredSample:
        """Return the sample; TypeError or ValueError for what no resample could use."""
        names, X = names_of(X), as_design(X)
        require_varying_columns(X, names)
        y, means = as_target(y, len(X)), X.mean(axis=0)
        X -= means  # a copy of our own
        return cls(X, y - y.mean(), means, float(y.mean()))


@dataclass(frozen=True, eq=False)
class ResampledPaths:
    """The paths of several resamples, in the units of X.

    Attributes
    ----------
    betas : (n_resamples, n_lams, n_features)
    intercepts : (n_resamples, n_lams)
    gaps : (n_resamples, n_lams), relative duality gaps
    """

    betas: np.ndarray
    intercepts: np.ndarray
    gaps: np.ndarray


def resampled_paths(rows, X, y, lams, standardize, tol) -> ResampledPaths:
    """Return the path of each resample of a centred sample, with proof; whoever calls looks at the gaps.

    Parameters
    ----------
    rows : (n_resamples, n_drawn) integers
        The rows of each resample.
    X : (n_samples, n_features), Fortran order, with means near zero
    y : (n_samples,)
    lams : (n_lams,), falling
    standardize : bool
        Divide each column by its standard deviation in the resample; coefficients come back in units of X.
    tol : float

    Returns
    -------
    ResampledPaths
        A column that is constant in a resample has the coefficient zero there.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    counts = counts_of(rows, len(y))
    if goes_from_kink_to_kink(*X.shape):
        return _from_products(X, y, counts, lams, standardize, tol)
    shape = (len(rows), len(lams))
    betas, intercepts, gaps = np.empty((*shape, X.shape[1])), np.empty(shape), np.empty(shape)
    for b, c in enumerate(counts):
        if follows_rows(*X.shape):
            betas[b], intercepts[b], gaps[b] = _from_rows(X, y, c, lams, standardize, tol)
        if not (follows_rows(*X.shape) and (gaps[b] <= tol).all()):
            betas[b], intercepts[b], gaps[b] = _by_working_set(X, y, c, lams, standardize, tol)
    return ResampledPaths(betas, intercepts, gaps)


def _from_products(X, y, counts, lams, standardize: bool, tol: float) -> ResampledPaths:
    """Do all resamples together, from the products of their columns."""
    these = weighted_products(X, y, counts, standardize=standardize)
    found = proven_paths(these.G, these.q, these.yy, these.n[:, None] * lams, tol=tol)
    betas = found.coefficients
    if standardize:
        betas /= these.scales[:, None, :]
    intercepts = these.y_means[:, None] - (betas @ these.means[:, :, None])[:, :, 0]
    return ResampledPaths(betas, intercepts, found.gaps)


def _from_rows(X, y, counts, lams, standardize: bool, tol: float):
    """Return the coefficients, intercepts and gaps of one resample, from kink to kink on the rows that it drew."""
    drawn = np.flatnonzero(counts)
    c, Z, y = counts[drawn], X.T.take(drawn, axis=1), y[drawn]
    means, scales = weight_rows(Z, c, standardize=standardize)
    y_mean = c @ y / c.sum()
    t = np.sqrt(c) * (y - y_mean) if np.ptp(y) else np.zeros(len(y))
    found = wide_path(Z, t, c.sum() * lams, tol=tol)
    betas = found.coefficients
    if standardize:
        betas /= scales
    return betas, y_mean - betas @ means, found.gaps


def _by_working_set(X, y, counts, lams, standardize: bool, tol: float):
    """Return the coefficients, intercepts and gaps of one resample, from the rows that it drew."""
    drawn = np.flatnonzero(counts)
    c, X, y = counts[drawn], X[drawn], y[drawn]
    betas, varying = np.zeros((len(lams), X.shape[1])), np.ones(X.shape[1], dtype=bool)
    varying[constant_columns(X)] = False
    if not varying.any():
        return betas, np.full(len(lams), c @ y / c.sum()), np.zeros(len(lams))
    X = X if varying.all() else X[:, varying]
    scale = np.sqrt(c @ (X - c @ X / c.sum()) ** 2 / c.sum()) if standardize else None
    path = solve_path(Problem.of(X, y, sample_weight=c, feature_weights=scale), lams, tol)
    betas[:, varying] = path.betas
    return betas, path.intercepts, path.gaps


def over_resamples(
    work: Callable, rows, sample: CentredSample, lams, *, standardize, tol, n_jobs, progress
) -> Iterator:
    """Yield work(chunk of rows, X, y, lams, standardize, tol) of each chunk.

    Parameters
    ----------
    work : function like `resampled_paths`
    rows : (n_resamples, n_drawn) integers
    sample : CentredSample
    lams, standardize, tol
        Passed on.
    n_jobs, progress
        As in `course_utils.fast.chunks.in_chunks` and `course_utils.path.watched`.

    Returns
    -------
    iterator of what work returns, in the order of rows

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    n_samples, n_features = sample.X.shape
    products = n_features if goes_from_kink_to_kink(n_samples, n_features) else n_samples
    numbers = n_features * max(products, len(lams))  # of one resample
    most = min(MOST_IN_A_CHUNK, max(1, NUMBERS_IN_A_CHUNK // numbers))
    chunks = np.array_split(rows, -(-len(rows) // most))
    results = in_chunks(work, chunks, (sample.X, sample.y, lams, standardize, tol), n_jobs=n_jobs)
    return watched(results, progress, total=len(chunks), desc="chunks of resamples")


def warn_if_unproven(gaps: np.ndarray, tol: float) -> None:
    """Warn the caller of the caller, once, if gaps are above tol."""
    if story := unproven(gaps, tol):
        advice = "Raise the smallest lam, accept a larger tol, or standardize"
        warnings.warn(f"{story}. {advice}", ConvergenceWarning, stacklevel=3)
