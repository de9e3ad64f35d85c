"""The LASSO by working sets: solve for a few columns, look at all, gather what was missed.

    (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1

A pass over X costs far more than anything else, so as much as possible happens between two passes. Each pass certifies:
it gives the duality gap of all columns, and with it the proof.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import warnings

import numpy as np
from scipy import sparse

from course_utils.fast.sparse_columns import SparseColumns
from course_utils.fast.working_set import WorkingSet
from course_utils.solvers import ConvergenceWarning, History, SolverResult
from course_utils.validation import as_count, as_design, as_penalty, as_target, as_tolerance, names_of

CONTINUATION = 0.5  # the penalty falls by this from pass to pass, until it is the one that is wanted
EARLY = 0.3  # of the gap of the last pass: how well the columns at hand are solved for before the next
FINAL = 0.3  # of the gap that is wanted
PATIENCE = 3  # passes without a smaller gap: rounding allows no more


def lasso(X, y, lam, *, tol=1e-6, max_iter=500, fit_intercept=True) -> SolverResult:
    """Minimise (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1, with proof.

    Parameters
    ----------
    X : (n_samples, n_features)
        Float64 or float32 in Fortran or C order, or CSC of float64, is read where it lies; anything else is
        copied once. A sparse matrix is never made dense.
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
    y, lam, tol = as_target(y, X.shape[0]), as_penalty(lam), as_tolerance(tol)
    mean = y.mean() if fit_intercept else 0.0
    kind = SparseColumns if sparse.issparse(X) else WorkingSet
    work = kind(X, y - mean, centred=fit_intercept)
    history = solve(work, lam * len(y), tol, as_count(max_iter, "max_iter"))
    gap, n_iter = float(history.gap[-1]), len(history.gap) - 1
    if gap > tol:
        message = f"relative gap {gap:.1e} after {n_iter} passes over X; {tol:.1e} was asked for"
        warnings.warn(message, ConvergenceWarning, stacklevel=2)
    beta, offset = work.solution()
    return SolverResult(beta, float(mean - offset), lam, gap, n_iter, gap <= tol, history, names)


def solve(work: WorkingSet | SparseColumns, penalty: float, tol: float, max_iter: int) -> History:
    """Improve and look until the relative gap is at most tol; return what each pass over X has shown.

    Parameters
    ----------
    work : WorkingSet or SparseColumns
        Its coefficients are where it starts, and are the solution afterwards.
    penalty : float, n lam
    tol : float
    max_iter : int
        Passes, without the first.

    Returns
    -------
    solvers.History

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    seen = work.look(penalty)
    passes = [seen]
    falling = penalty if work.takes_all else max(penalty, CONTINUATION * seen.largest)
    stalled = 0
    while seen.gap > tol and stalled < PATIENCE and len(passes) <= max_iter:
        work.improve(seen, falling, work.null * max(FINAL * tol, EARLY * seen.gap_at(falling)))
        seen = work.look(penalty)
        stalled = stalled + 1 if falling == penalty and seen.gap >= min(old.gap for old in passes) else 0
        passes.append(seen)
        falling = max(penalty, CONTINUATION * falling)
    n_samples = len(work.y)
    objectives = np.array([seen.primal_at(penalty) / n_samples for seen in passes])
    return History(objectives, np.array([seen.gap for seen in passes]))


def as_columns(X):
    """Return X as a float array, each row or each column of it in one piece, or as a CSC matrix of float64.

    The very same one if it is one; a checked copy otherwise. That a dense one holds finite numbers, the first pass
    tells.
    """
    if sparse.issparse(X):
        is_one = X.format == "csc" and X.dtype == np.float64 and X.has_canonical_format and min(X.shape) > 0
        is_one = is_one and np.isfinite(X.data).all()
    else:
        is_one = type(X) is np.ndarray and X.ndim == 2 and X.dtype in (np.float64, np.float32) and X.size
        is_one = is_one and (X.flags.f_contiguous or X.flags.c_contiguous)
    return X if is_one else as_design(X, accept_sparse=True, min_rows=1)
