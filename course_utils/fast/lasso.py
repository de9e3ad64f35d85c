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

from course_utils.fast.all_columns import AllColumns
from course_utils.fast.by_columns import follows, solution_by_columns
from course_utils.fast.by_products import has_few_columns, solution_by_products
from course_utils.fast.problem import Problem
from course_utils.fast.sparse_columns import SparseColumns
from course_utils.fast.strategy import takes_all_columns
from course_utils.fast.working_set import WorkingSet
from course_utils.objective import as_coefficients
from course_utils.solvers import ConvergenceWarning, History, SolverResult
from course_utils.validation import as_count, as_penalty, as_tolerance, names_of

CONTINUATION = 0.5  # the penalty falls by this from pass to pass, until it is the one that is wanted
EARLY = 0.3  # of the gap of the last pass: how well the columns at hand are solved for before the next
FINAL = 0.3  # of the gap that is wanted
FINEST = 1e-15  # of the null objective: no gap is sought below
PATIENCE = 3  # passes without a smaller gap or objective: rounding allows no more


def lasso(
    X,
    y,
    lam,
    *,
    tol=1e-6,
    max_iter=500,
    fit_intercept=True,
    sample_weight=None,
    feature_weights=None,
    l2=0.0,
    positive=False,
    beta_start=None,
) -> SolverResult:
    """Minimise the LASSO objective, with proof; with weights and a second penalty if they are given.

        (1/2n) sum_i s_i (y_i - intercept - x_i beta)^2 + lam sum_j v_j |beta_j| + (l2/2) ||beta||^2,   sum_i s_i = n

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
    sample_weight : (n_samples,) not negative, optional
        s, rescaled to the sum n: only their ratios matter.
    feature_weights : (n_features,) positive, optional
        v: each coefficient's own price (Zou 2006, the adaptive LASSO).
    l2 : float, not negative
        Makes it an elastic net (Zou and Hastie 2005).
    positive : bool
        Coefficients must not be negative.
    beta_start : (n_features,), optional
        Where to start, such as the solution at a neighbouring lam.

    Returns
    -------
    solvers.SolverResult
        Its n_iter counts passes over X, without the first, and its history has an entry for each.

    Raises
    ------
    TypeError, ValueError
        Bad X, y, lam (0 included), weights, l2, tol or max_iter.

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
    lam, tol, max_iter = as_penalty(lam), as_tolerance(tol), as_count(max_iter, "max_iter")
    problem = Problem.of(
        X,
        y,
        fit_intercept=fit_intercept,
        sample_weight=sample_weight,
        feature_weights=feature_weights,
        l2=l2,
        positive=positive,
    )
    if beta_start is not None:
        beta_start = as_coefficients(beta_start, problem.X.shape[1], "beta_start")
        beta_start = np.maximum(beta_start, 0.0) if positive else beta_start
    result = solve_problem(problem, lam, tol=tol, max_iter=max_iter, beta_start=beta_start, names=names_of(X))
    if not result.converged:
        message = (
            f"relative gap {result.gap:.1e} after {result.n_iter} passes over X; {tol:.1e} was asked for"
        )
        warnings.warn(message, ConvergenceWarning, stacklevel=2)
    return result


def solve_problem(
    problem: Problem, lam, *, tol=1e-6, max_iter=500, beta_start=None, names=None, work=None
) -> SolverResult:
    """Return the solution of a problem that was checked; whoever calls looks whether it converged.

    Parameters
    ----------
    problem : Problem
        It says what is minimised.
    lam : float, positive
    tol : float, positive; with zero, until rounding allows no more
    max_iter : int
    beta_start : (n_features,), optional
    names : tuple of str, optional
    work : AllColumns, SparseColumns or WorkingSet, optional
        Of this problem, with products that serve again.

    Returns
    -------
    solvers.SolverResult

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    if work is None and beta_start is None:
        result = _end_of_a_path(problem, lam, tol, names)
        if result is not None and result.converged:
            return result
    work = work_on(problem, (lam,), tol) if work is None else work
    if beta_start is not None:
        work.start_from(beta_start)
    history = solve(work, lam * problem.n_samples, tol, max_iter)
    gap, n_iter = float(history.gap[-1]), len(history.gap) - 1
    beta, offset = work.solution()
    return SolverResult(beta, problem.mean - offset, lam, gap, n_iter, gap <= tol, history, names)


def _end_of_a_path(problem: Problem, lam: float, tol: float, names) -> SolverResult | None:
    """Return what the exact path leads to, if that is the way to take."""
    if has_few_columns(problem, (lam,), tol):
        return solution_by_products(problem, lam, tol, names)
    return solution_by_columns(problem, lam, tol, names) if follows(problem, (lam,)) else None


def work_on(problem: Problem, lams, tol: float) -> AllColumns | SparseColumns | WorkingSet:
    """Return the place of work for these penalties, as course_utils.fast.strategy says.

    Parameters
    ----------
    problem : Problem
    lams : (n_lams,), falling
    tol : float

    Returns
    -------
    AllColumns, SparseColumns or WorkingSet

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    if sparse.issparse(problem.X):
        return SparseColumns(problem)
    in_float64 = problem.X.dtype == np.float64  # products of float32 would be rounded to float32
    if in_float64 and takes_all_columns(*problem.X.shape, len(lams), problem.share(lams[-1])):
        return AllColumns(problem, tol)
    return WorkingSet(problem)


def solve(
    work: AllColumns | SparseColumns | WorkingSet, penalty: float, tol: float, max_iter: int
) -> History:
    """Improve and look until the relative gap is at most tol; return what each pass over X has shown.

    Parameters
    ----------
    work : AllColumns, SparseColumns or WorkingSet
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
    if seen.primal_at(penalty) > work.null:  # a start worse than none
        work.w[:] = 0.0
        seen = work.look(penalty)
    passes = [seen]
    falling = penalty if work.takes_all else max(penalty, CONTINUATION * seen.largest)
    lowest, least, stalled = seen.gap, seen.primal_at(penalty), 0
    while seen.gap > tol and stalled < PATIENCE and len(passes) <= max_iter:
        early = EARLY * seen.gap_at(falling) if work.stops_early else 0.0
        work.improve(seen, falling, work.null * max(FINAL * tol, FINEST, early))
        seen = work.look(penalty)
        no_better = seen.gap >= lowest and seen.primal_at(penalty) >= least - FINEST * work.null
        stalled = stalled + 1 if falling == penalty and no_better else 0
        lowest, least = min(lowest, seen.gap), min(least, seen.primal_at(penalty))
        passes.append(seen)
        falling = max(penalty, CONTINUATION * falling)
    objectives = np.array([seen.primal_at(penalty) / work.problem.n_samples for seen in passes])
    return History(objectives, np.array([seen.gap for seen in passes]))
