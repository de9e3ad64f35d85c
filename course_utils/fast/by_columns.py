"""The exact path of a problem from the columns of X as they lie, where course_utils.fast.strategy prefers that.

Only the plain LASSO: whoever asks for weights, prices, a ridge or coefficients that are not negative, or whose columns
do not lie in one piece and are too many to be copied, is served in another way.
Lesson: notebooks/10b_many_problems_at_once.ipynb
"""

from __future__ import annotations

import numpy as np

from course_utils.fast.look import require_finite
from course_utils.fast.problem import Problem
from course_utils.fast.strategy import SMALL, goes_by_columns
from course_utils.fast.wide_homotopy import Followed, wide_path
from course_utils.path import PathResult
from course_utils.solvers import History, SolverResult


def follows(problem: Problem, lams) -> bool:
    """Return whether the path to the last of these lams is to be followed, and can be."""
    X = problem.X
    if not problem.is_plain or not (X.flags.f_contiguous or X.size <= SMALL):
        return False
    return goes_by_columns(*X.shape, len(lams), problem.share(lams[-1]))


def path_by_columns(problem: Problem, lams: np.ndarray, tol: float, names=None) -> PathResult:
    """Return the path, followed from kink to kink; its gaps say whether that went well.

    Parameters
    ----------
    problem : Problem
        One that `follows` has approved.
    lams : (n_lams,), falling
    tol : float
    names : tuple of str, optional

    Returns
    -------
    path.PathResult

    Raises
    ------
    ValueError
        X or y holds a number that is not finite.

    Lesson: notebooks/10b_many_problems_at_once.ipynb
    """
    require_finite(problem)
    betas, intercepts, found = _follow(problem, lams, tol)
    return PathResult(lams, betas, intercepts, found.gaps, np.full(len(lams), found.n_looks), names)


def solution_by_columns(problem: Problem, lam: float, tol: float, names=None) -> SolverResult:
    """Return the end of a path; its history has the gap of no feature, and that of the solution.

    Parameters
    ----------
    problem : Problem
        One that `follows` has approved.
    lam : float, positive
    tol : float
    names : tuple of str, optional

    Returns
    -------
    solvers.SolverResult

    Raises
    ------
    ValueError
        X or y holds a number that is not finite.

    Lesson: notebooks/10b_many_problems_at_once.ipynb
    """
    require_finite(problem)
    if problem.gap_of_none(lam) <= tol:
        return after_none(problem, lam, tol, np.zeros(len(problem.Zt)), problem.mean, names=names)
    betas, intercepts, found = _follow(problem, np.array([lam]), tol)
    beta = betas[0]
    # where every correlation of the support is at its bound, half of the explained squares is the price
    primal = (problem.null - 0.5 * (beta @ problem.Zt)) / problem.n_samples + 0.5 * lam * np.abs(beta).sum()
    return after_none(
        problem, lam, tol, beta, float(intercepts[0]), (primal, float(found.gaps[0])), names=names
    )


def after_none(problem: Problem, lam: float, tol: float, beta, intercept: float, *passes, names=None):
    """Return the solution that was found after a first pass, which saw no feature.

    Parameters
    ----------
    problem : Problem
    lam, tol : float
    beta : (n_features,)
    intercept : float
    *passes : (float, float), the objective and the relative gap that each further pass has shown
    names : tuple of str, optional

    Returns
    -------
    solvers.SolverResult

    Lesson: notebooks/10b_many_problems_at_once.ipynb
    """
    first = problem.null / problem.n_samples, problem.gap_of_none(lam)
    objectives, gaps = zip(first, *passes, strict=True)
    history = History(np.array(objectives), np.array(gaps))
    return SolverResult(beta, intercept, lam, gaps[-1], len(passes), gaps[-1] <= tol, history, names)


def _follow(problem: Problem, lams: np.ndarray, tol: float) -> tuple[np.ndarray, np.ndarray, Followed]:
    """Return coefficients, intercepts and the proof."""
    Z = np.ascontiguousarray(problem.X.T)
    found = wide_path(Z, problem.t, lams * problem.n_samples, tol=tol, centred=problem.centred)
    betas = found.coefficients
    used = betas.any(axis=0).nonzero()[0]
    means = Z[used].sum(axis=1) / problem.n_samples if problem.centred else np.zeros(len(used))
    return betas, problem.mean - betas[:, used] @ means, found
