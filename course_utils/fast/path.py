"""The LASSO for many penalties: the columns that were gathered stay, and so do their products.

    (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1      for every lam, strong to weak

Neighbouring penalties need almost the same columns. So several are solved for with the columns at hand, and one pass
over X, a product of two matrices, says of all of them which are proven.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import warnings

import numpy as np

from course_utils.fast.all_columns import AllColumns
from course_utils.fast.by_columns import follows, path_by_columns
from course_utils.fast.by_products import has_few_columns, path_by_products
from course_utils.fast.homotopy import follow_on
from course_utils.fast.lasso import FINAL, FINEST, PATIENCE, solve, work_on
from course_utils.fast.look import Look, unproven
from course_utils.fast.problem import Problem
from course_utils.fast.sparse_columns import SparseColumns
from course_utils.fast.working_set import ROOM_AT_FIRST, WorkingSet
from course_utils.path import PathResult, as_falling
from course_utils.solvers import ConvergenceWarning
from course_utils.validation import as_tolerance, names_of

MOST_PASSES = 500  # of sparse columns, for one penalty
MOST_AHEAD = 10  # penalties that share a pass
N_LAMS, RATIO = 100, 1e-3  # of the penalties, if none are given; as in course_utils.path.lam_grid
NEARLY = 0.9  # of a penalty: a column so correlated now may well be needed there


def lasso_path(
    X,
    y,
    lams=None,
    *,
    tol=1e-6,
    fit_intercept=True,
    sample_weight=None,
    feature_weights=None,
    l2=0.0,
    positive=False,
) -> PathResult:
    """Minimise the objective of `course_utils.fast.lasso.lasso` for every lam, strong to weak, with proof.

        (1/2n) sum_i s_i (y_i - intercept - x_i beta)^2 + lam sum_j v_j |beta_j| + (l2/2) ||beta||^2,   sum_i s_i = n

    Parameters
    ----------
    X : (n_samples, n_features)
        As in `course_utils.fast.lasso.lasso`.
    y : (n_samples,)
    lams : (n_lams,) positive and strictly falling, optional
        If not given, a hundred in equal ratios, from the smallest lam whose solution is zero to its thousandth.
    tol : float, positive
        The relative duality gap of every solution.
    fit_intercept, sample_weight, feature_weights, l2, positive
        As in `course_utils.fast.lasso.lasso`.

    Returns
    -------
    path.PathResult
        Its n_iters has the number of passes over X until each solution was proven.

    Raises
    ------
    TypeError, ValueError
        Bad X, y, weights, l2 or tol, or lams that do not fall.

    Warns
    -----
    ConvergenceWarning
        Once, with the number of lams whose gap rounding kept above tol.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    tol = as_tolerance(tol)
    problem = Problem.of(
        X,
        y,
        fit_intercept=fit_intercept,
        sample_weight=sample_weight,
        feature_weights=feature_weights,
        l2=l2,
        positive=positive,
    )
    lams = _grid(problem) if lams is None else as_falling(lams)
    path = solve_path(problem, lams, tol, names_of(X))
    if story := unproven(path.gaps, tol, "lams"):
        warnings.warn(story, ConvergenceWarning, stacklevel=2)
    return path


def solve_path(problem: Problem, lams: np.ndarray, tol: float, names=None) -> PathResult:
    """Return the path of a problem that was checked; whoever calls looks whether all gaps are at most tol.

    Parameters
    ----------
    problem : Problem
        It says what is minimised.
    lams : (n_lams,), falling
    tol : float
    names : tuple of str, optional

    Returns
    -------
    path.PathResult

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    path = _followed(problem, lams, tol, names)
    if path is not None and (path.gaps <= tol).all():
        return path
    work = work_on(problem, lams, tol)
    solve_all = {AllColumns: _solve_at_once, SparseColumns: _solve_each, WorkingSet: _solve_batches}[
        type(work)
    ]
    betas, offsets, gaps, n_passes = solve_all(work, lams * problem.n_samples, tol)
    return PathResult(lams, betas, problem.mean - offsets, gaps, n_passes, names)


def _followed(problem: Problem, lams: np.ndarray, tol: float, names) -> PathResult | None:
    """Return the path that goes from kink to kink from its top, if that is the way to take."""
    if has_few_columns(problem, lams, tol):
        return path_by_products(problem, lams, tol, names)
    return path_by_columns(problem, lams, tol, names) if follows(problem, lams) else None


def _grid(problem: Problem) -> np.ndarray:
    """Return penalties in equal ratios; ValueError if no column is related to y."""
    top = problem.lam_max
    if not 0 < top < np.inf:
        story = f"the smallest lam whose solution is zero is {top}"
        raise ValueError(f"{story}: no grid of penalties can start there, pass lams")
    return np.geomspace(top, RATIO * top, N_LAMS)


def _solve_at_once(work: AllColumns, penalties: np.ndarray, tol: float):
    """Return coefficients, offsets, relative gaps and passes until then, for each penalty."""
    work.look(penalties[0])
    W = _solutions(work, penalties, max(FINAL * tol, FINEST) * work.null)
    n_passes = np.full(len(penalties), 2)  # for the products with the target, and for those of the columns
    return work.spread_out(W), work.offset(W), work.gaps_of_all(penalties, W), n_passes


def _solve_each(work: SparseColumns, penalties: np.ndarray, tol: float):
    """Return the same, each penalty solved for from the solution before."""
    betas, offsets, gaps, n_passes = [], [], [], []
    for penalty in penalties:
        history = solve(work, penalty, tol, MOST_PASSES)
        beta, offset = work.solution()
        betas.append(beta)
        offsets.append(offset)
        gaps.append(history.gap[-1])
        n_passes.append(len(history.gap))
    return np.array(betas), np.array(offsets), np.array(gaps), np.cumsum(n_passes)


def _solve_batches(work: WorkingSet, penalties: np.ndarray, tol: float):
    """Return the same; several penalties share a pass over X, as many as were proven in the last and two more."""
    n = len(penalties)
    betas, offsets, gaps = np.zeros((n, len(work.holds))), np.zeros(n), np.zeros(n)
    n_passes = np.zeros(n, dtype=int)
    done, ahead, tries, passes, seen = 0, 2, 0, 1, work.look(penalties[0])
    while done < n:
        batch = penalties[done : done + ahead]
        new = _expected(work, seen.correlations, batch)
        work.add(new)
        W = _solutions(work, batch, max(FINAL * tol, FINEST) * work.null)
        looks, passes, tries = work.look_at_all(batch, W), passes + 1, 0 if len(new) else tries + 1
        proven = _leading(looks, tol) or int(tries > PATIENCE)
        now = slice(done, done + proven)
        betas[now], offsets[now] = work.spread_out(W[:proven]), work.offset(W[:proven])
        gaps[now], n_passes[now] = [seen.gap for seen in looks[:proven]], passes
        next_one = min(proven, len(looks) - 1)
        seen, work.w[: work.m] = looks[next_one], W[next_one]
        ahead = min(proven + 2, MOST_AHEAD) if proven == len(looks) else max(1, proven)
        done, tries = done + proven, 0 if proven else tries
    return betas, offsets, gaps, n_passes


def _solutions(work: AllColumns | WorkingSet, penalties: np.ndarray, target: float) -> np.ndarray:
    """Return the coefficients of the columns at hand for each penalty, (n_penalties, m).

    From the first on, the exact path is followed from kink to kink; where that is not possible, each penalty is solved
    for from the one before.
    """
    work.solve(penalties[0], target)
    W, problem = np.zeros((len(penalties), work.m)), work.problem
    W[0] = work.w[: work.m]
    reached = follow_on(work.G, work.m, work.q, work.w, penalties, W, positive=problem.positive)
    for k in range(max(reached, 1), len(penalties)):
        work.w[: work.m] = W[k - 1]
        work.solve(penalties[k], target)
        W[k] = work.w[: work.m]
    return W


def _expected(work: WorkingSet, correlations: np.ndarray, penalties: np.ndarray) -> np.ndarray:
    """Return the columns to be gathered: those that violate now, and those that may at the last of these penalties.

    A correlation changes about as fast as the penalty at most (the strong rule of Tibshirani and others, 2012); where
    that fails, the next pass shows it.
    """
    first, last = penalties[0], penalties[-1]
    at_most = max(ROOM_AT_FIRST, len(work.support))
    return work.absent(correlations, max(2 * last - first, NEARLY * last), at_most)


def _leading(looks: list[Look], tol: float) -> int:
    """Return how many of the first looks, without a break, are a proof."""
    return next((k for k, seen in enumerate(looks) if not seen.gap <= tol), len(looks))
