"""Few columns: their products, and from those the exact path, with its proof, in one compiled call.

Where X has few numbers it is not multiplications that cost, but calls: a dozen small steps of NumPy take longer than
the sums in them. So all that follows the products is a single step here. Whom that serves, `course_utils.fast.strategy`
says; only the plain LASSO.
Lesson: notebooks/10b_many_problems_at_once.ipynb
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from course_utils.fast.all_columns import CANCELS, TRUSTED
from course_utils.fast.by_columns import after_none
from course_utils.fast.gram import gap_and_objective
from course_utils.fast.homotopy import follow_down
from course_utils.fast.kinks import MOST_KINKS, add
from course_utils.fast.look import require_finite
from course_utils.fast.problem import Problem
from course_utils.fast.strategy import goes_by_products
from course_utils.path import PathResult
from course_utils.solvers import SolverResult


def has_few_columns(problem: Problem, lams, tol: float) -> bool:
    """Return whether the path to the last of these lams is to be followed by products, and can be.

    Parameters
    ----------
    problem : Problem
    lams : (n_lams,), falling
    tol : float

    Returns
    -------
    bool

    Lesson: notebooks/10b_many_problems_at_once.ipynb
    """
    if not problem.is_plain or tol < TRUSTED:
        return False
    return goes_by_products(*problem.X.shape, len(lams), problem.share(lams[-1]))


def path_by_products(problem: Problem, lams: np.ndarray, tol: float, names=None) -> PathResult:
    """Return the path; its gaps say whether that went well.

    Parameters
    ----------
    problem : Problem
        One that `has_few_columns` has approved.
    lams : (n_lams,), falling
    tol : float
    names : tuple of str, optional

    Returns
    -------
    path.PathResult
        Its gaps are infinite where centring cancels digits of the products: solve it in another way.

    Raises
    ------
    ValueError
        X or y holds a number that is not finite.

    Lesson: notebooks/10b_many_problems_at_once.ipynb
    """
    require_finite(problem)
    betas, intercepts, gaps, _ = _follow(problem, lams * problem.n_samples)
    n_passes = np.full(len(lams), 2)  # for the products with the target, and for those of the columns
    return PathResult(lams, betas, intercepts, gaps, n_passes, names)


def solution_by_products(problem: Problem, lam: float, tol: float, names=None) -> SolverResult:
    """Return the end of a path; its history has the gap of no feature, and that of the solution.

    Parameters
    ----------
    problem : Problem
        One that `has_few_columns` has approved.
    lam : float, positive
    tol : float
    names : tuple of str, optional

    Returns
    -------
    solvers.SolverResult
        With an infinite gap where centring cancels digits of the products.

    Raises
    ------
    ValueError
        X or y holds a number that is not finite.

    Lesson: notebooks/10b_many_problems_at_once.ipynb
    """
    require_finite(problem)
    if problem.gap_of_none(lam) <= tol:
        return after_none(problem, lam, tol, np.zeros(len(problem.Zt)), problem.mean, names=names)
    betas, intercepts, gaps, objectives = _follow(problem, np.array([lam * problem.n_samples]))
    shown = float(objectives[0]), float(gaps[0])
    return after_none(problem, lam, tol, betas[0], float(intercepts[0]), shown, names=names)


def _follow(problem: Problem, penalties: np.ndarray):
    """Return coefficients, intercepts, relative gaps and objectives."""
    n, X, q = problem.n_samples, problem.X, problem.Zt
    means = np.add.reduce(X, axis=0) / n if problem.centred else np.zeros(len(q))
    betas, (gaps, objectives) = np.zeros((len(penalties), len(q))), np.empty((2, len(penalties)))
    _follow_and_prove(X.T @ X, q, means, n, problem.tt, penalties, betas, gaps, objectives)
    return betas, problem.mean - betas @ means, gaps, objectives


@njit(cache=True)
def _follow_and_prove(G, q, means, n_samples, tt, penalties, betas, gaps, objectives):
    """Write the solutions, their relative gaps and objectives; infinite gaps if centring costs too much."""
    m = len(q)
    gaps[:] = math.inf
    if not _centre(G, means, n_samples):
        return
    follow_down(G, q, penalties, MOST_KINKS * m, betas)
    for t in range(len(penalties)):
        g, w = q.copy(), betas[t]
        for j in range(m):
            if w[j] != 0.0:
                add(g, -w[j], G[j], m)
        gap, from_null = gap_and_objective(m, q, w, g, penalties[t], tt, False)
        gaps[t] = max(gap, 0.0) / (0.5 * tt) if tt > 0.0 else 0.0
        objectives[t] = (0.5 * tt + from_null) / n_samples


@njit(cache=True)
def _centre(G, means, n_samples):
    """Take the means off the products; return False if that cancels digits, or if they are not finite."""
    for j in range(len(means)):
        square = G[j, j]
        add(G[j], -n_samples * means[j], means, len(means))
        if not CANCELS * square <= G[j, j] < math.inf:
            return False
    return True
