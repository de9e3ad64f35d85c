"""One penalty and few columns: their products, and from those the exact path, with its proof, in one compiled call.

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
from course_utils.solvers import SolverResult


def has_few_columns(problem: Problem, lam: float, tol: float) -> bool:
    """Return whether this problem is to be solved from its products in one call, and can be."""
    return problem.is_plain and tol >= TRUSTED and goes_by_products(*problem.X.shape, problem.share(lam))


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
        Its gap is infinite where centring cancels digits of the products: solve it in another way.

    Raises
    ------
    ValueError
        X or y holds a number that is not finite.

    Lesson: notebooks/10b_many_problems_at_once.ipynb
    """
    n, X, q = problem.n_samples, problem.X, problem.Zt
    require_finite(problem)
    w = np.zeros(len(q))
    if problem.gap_of_none(lam) <= tol:
        return after_none(problem, lam, tol, w, problem.mean, names=names)
    sums = np.add.reduce(X, axis=0) if problem.centred else np.zeros(len(q))
    objective, gap, offset = _solve(X.T @ X, sums, q, problem.tt, n, lam * n, w)
    return after_none(problem, lam, tol, w, problem.mean - offset, (objective, gap), names=names)


@njit(cache=True)
def _solve(G, sums, q, tt, n_samples, penalty, w):
    """Write the solution; return its objective, its relative gap, and what it contributes at the columns' means."""
    m = len(q)
    if not _centre(G, sums, n_samples):
        return math.inf, math.inf, 0.0
    follow_down(G, q, np.array([penalty]), MOST_KINKS * m, w.reshape((1, m)))
    g, offset = q.copy(), 0.0
    for j in range(m):
        if w[j] != 0.0:
            add(g, -w[j], G[j], m)
            offset += w[j] * sums[j] / n_samples
    gap, from_null = gap_and_objective(m, q, w, g, penalty, tt, False)
    return (0.5 * tt + from_null) / n_samples, max(gap, 0.0) / (0.5 * tt), offset


@njit(cache=True)
def _centre(G, sums, n_samples):
    """Take the means off the products; return False if that cancels digits, or if they are not finite."""
    for j in range(len(sums)):
        square = G[j, j]
        add(G[j], -sums[j] / n_samples, sums, len(sums))
        if not CANCELS * square <= G[j, j] < math.inf:
            return False
    return True
