"""The LASSO by working sets: solve for a few columns, look at all, gather what was missed.

    (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1

A pass over X costs far more than anything else, so as much as possible happens between two passes. Each pass certifies:
it gives the duality gap of all columns, and with it the proof.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from numbers import Real

import numpy as np

from course_utils.fast.working_set import ROOM_AT_FIRST, WorkingSet
from course_utils.solvers import ConvergenceWarning
from course_utils.validation import as_count, as_design, as_penalty, as_target, names_of

GROWTH = 0.15  # of the support: so many columns at most join in a pass, or ROOM_AT_FIRST; 0.07 to 0.3 cost the same
CONTINUATION = 0.5  # the penalty falls by this from pass to pass, until it is the one that is wanted
EARLY = 0.3  # of the gap of the last pass: how well the columns at hand are solved for before the next
FINAL = 0.3  # of the gap that is wanted
PATIENCE = 3  # passes without a smaller gap: rounding allows no more


@dataclass(frozen=True, eq=False)
class Solution:
    """A solution and its certificate.

    Attributes
    ----------
    beta : (n_features,)
    intercept : float, 0 if none was fitted
    lam : float
    gap : float, relative duality gap as `objective.duality_gap` defines it
    n_passes : int, over X
    converged : bool, gap <= tol
    feature_names : tuple of str if X was a pandas frame, else None
    """

    beta: np.ndarray
    intercept: float
    lam: float
    gap: float
    n_passes: int
    converged: bool
    feature_names: tuple[str, ...] | None = None


def lasso(X, y, lam, *, tol=1e-6, fit_intercept=True, max_passes=500) -> Solution:
    """Minimise (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1, with proof.

    Parameters
    ----------
    X : (n_samples, n_features)
        Float64 or float32 in Fortran or C order is read where it lies; anything else is copied once.
    y : (n_samples,)
    lam : float, positive
    tol : float, positive
        Stop at this relative duality gap (`objective.duality_gap`).
    fit_intercept : bool
    max_passes : int, positive

    Returns
    -------
    Solution

    Raises
    ------
    TypeError, ValueError
        Bad X, y, lam (0 included), tol or max_passes.

    Warns
    -----
    ConvergenceWarning
        max_passes, or what rounding allows, reached above tol; the message and the result hold the gap.

    References
    ----------
    Massias, Gramfort and Salmon (2018), Celer: a fast solver for the lasso with dual extrapolation (working sets);
    Bertrand and Massias (2021), Anderson acceleration of coordinate descent.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    names, X = names_of(X), as_columns(X)
    y, lam, tol = as_target(y, len(X)), as_penalty(lam), _as_tolerance(tol)
    mean = y.mean() if fit_intercept else 0.0
    work = WorkingSet(X, y - mean, centred=fit_intercept)
    gap, n_passes = _solve(work, lam * len(X), tol, as_count(max_passes, "max_passes"))
    if gap > tol:
        message = f"relative gap {gap:.1e} after {n_passes} passes over X; {tol:.1e} was asked for"
        warnings.warn(message, ConvergenceWarning, stacklevel=2)
    return Solution(work.coefficients(), float(mean - work.offset()), lam, gap, n_passes, gap <= tol, names)


def _solve(work: WorkingSet, penalty: float, tol: float, max_passes: int) -> tuple[float, int]:
    """Gather and solve until the relative gap is at most tol; return it, and how many passes over X that took."""
    null = 0.5 * work.yy  # the objective with no feature
    seen = work.look()
    falling = penalty if work.takes_all else max(penalty, CONTINUATION * seen.largest)
    best, stalled, n_passes = np.inf, 0, 1
    while (gap := seen.gap(penalty)) > tol * null and stalled < PATIENCE and n_passes < max_passes:
        work.add(_missing(work, seen.correlations, falling))
        work.solve(falling, max(FINAL * tol * null, EARLY * seen.gap(falling)))
        seen, n_passes = work.look(), n_passes + 1
        stalled = stalled + 1 if falling == penalty and gap >= best else 0
        best, falling = min(gap, best), max(penalty, CONTINUATION * falling)
    return (gap / null if null else 0.0), n_passes


def _missing(work: WorkingSet, correlations: np.ndarray, penalty: float) -> np.ndarray:
    """Return the columns to be gathered next: of those that violate the optimality condition, the worst."""
    if work.takes_all:
        return np.flatnonzero(~work.holds)
    missing = np.flatnonzero((correlations > penalty) & ~work.holds)
    most = max(ROOM_AT_FIRST, int(GROWTH * len(work.support)))
    if len(missing) > most:
        missing = missing[np.argpartition(correlations[missing], -most)[-most:]]
    return missing


def as_columns(X) -> np.ndarray:
    """Return X as a float array, (n_samples, n_features), each row or each column of it in one piece.

    The very same array if it is one; a checked copy otherwise. That its numbers are finite, the first pass tells.
    """
    is_one = type(X) is np.ndarray and X.ndim == 2 and X.dtype in (np.float64, np.float32) and X.size
    if is_one and (X.flags.f_contiguous or X.flags.c_contiguous):
        return X
    return as_design(X, min_rows=1)


def _as_tolerance(tol) -> float:
    if isinstance(tol, bool) or not isinstance(tol, Real) or not 0 < tol < np.inf:
        raise ValueError(f"tol is {tol!r}; a positive number is needed")
    return float(tol)
