"""The LASSO by working sets: solve for a few columns, look at all, gather what was missed.

    (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1

A pass over X costs far more than anything else, so as much as possible happens between two passes. Each pass certifies:
it gives the duality gap of all columns, and with it the proof.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import warnings
from numbers import Real

import numpy as np

from course_utils.fast.working_set import ROOM_AT_FIRST, WorkingSet
from course_utils.solvers import ConvergenceWarning, History, SolverResult
from course_utils.validation import as_count, as_design, as_penalty, as_target, names_of

GROWTH = 0.15  # of the support: so many columns at most join in a pass, or ROOM_AT_FIRST; 0.07 to 0.3 cost the same
CONTINUATION = 0.5  # the penalty falls by this from pass to pass, until it is the one that is wanted
EARLY = 0.3  # of the gap of the last pass: how well the columns at hand are solved for before the next
FINAL = 0.3  # of the gap that is wanted
PATIENCE = 3  # passes without a smaller gap: rounding allows no more


def lasso(X, y, lam, *, tol=1e-6, max_iter=500, fit_intercept=True) -> SolverResult:
    """Minimise (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1, with proof.

    Parameters
    ----------
    X : (n_samples, n_features)
        Float64 or float32 in Fortran or C order is read where it lies; anything else is copied once.
    y : (n_samples,)
    lam : float, positive
    tol : float, positive
        Stop at this relative duality gap (`objective.duality_gap`).
    max_iter : int, positive
        Passes over X, without the first.
    fit_intercept : bool

    Returns
    -------
    solvers.SolverResult
        Its n_iter counts passes over X, without the first, and its history has an entry for each.

    Raises
    ------
    TypeError, ValueError
        Bad X, y, lam (0 included), tol or max_iter.

    Warns
    -----
    ConvergenceWarning
        max_iter, or what rounding allows, reached above tol; the message and the result hold the gap.

    References
    ----------
    Massias, Gramfort and Salmon (2018), Celer: a fast solver for the lasso with dual extrapolation (working sets);
    Bertrand and Massias (2021), Anderson acceleration of coordinate descent.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    names, X = names_of(X), as_columns(X)
    y, lam, tol = as_target(y, len(X)), as_penalty(lam), as_tolerance(tol)
    mean = y.mean() if fit_intercept else 0.0
    work = WorkingSet(X, y - mean, centred=fit_intercept)
    history = _solve(work, lam * len(X), tol, as_count(max_iter, "max_iter"))
    gap, n_iter = float(history.gap[-1]), len(history.gap) - 1
    if gap > tol:
        message = f"relative gap {gap:.1e} after {n_iter} passes over X; {tol:.1e} was asked for"
        warnings.warn(message, ConvergenceWarning, stacklevel=2)
    w = work.w[: work.m]
    beta, intercept = work.spread_out(w), float(mean - work.offset(w))
    return SolverResult(beta, intercept, lam, gap, n_iter, gap <= tol, history, names)


def _solve(work: WorkingSet, penalty: float, tol: float, max_iter: int) -> History:
    """Gather and solve until the relative gap is at most tol; return what each pass over X has shown."""
    seen = work.look(penalty)
    passes = [seen]
    falling = penalty if work.takes_all else max(penalty, CONTINUATION * seen.largest)
    stalled = 0
    while seen.gap > tol and stalled < PATIENCE and len(passes) <= max_iter:
        work.add(_missing(work, seen.correlations, falling))
        work.solve(falling, work.null * max(FINAL * tol, EARLY * seen.gap_at(falling)))
        seen = work.look(penalty)
        stalled = stalled + 1 if falling == penalty and seen.gap >= min(old.gap for old in passes) else 0
        passes.append(seen)
        falling = max(penalty, CONTINUATION * falling)
    n_samples = len(work.X)
    objectives = np.array([seen.primal_at(penalty) / n_samples for seen in passes])
    return History(objectives, np.array([seen.gap for seen in passes]))


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


def as_tolerance(tol) -> float:
    """Return tol as a float if it is positive and finite; ValueError otherwise."""
    if isinstance(tol, bool) or not isinstance(tol, Real) or not 0 < tol < np.inf:
        raise ValueError(f"tol is {tol!r}; a positive number is needed")
    return float(tol)
