"""Several targets, the same columns: what was multiplied for one target serves the next.

    (1/2n) sum_i s_i (y_i - intercept - x_i beta)^2 + lam sum_j v_j |beta_j| + (l2/2) ||beta||^2      for each y

The products of the columns with each other take most of the time, and know nothing of y.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from course_utils.fast.lasso import solve, solve_problem, work_on
from course_utils.fast.problem import Problem
from course_utils.fast.working_set import WorkingSet
from course_utils.solvers import SolverResult


def solve_each(
    problems: Sequence[Problem], lam, *, tol=1e-6, max_iter=500, beta_starts
) -> Iterator[SolverResult]:
    """Yield the solution of each problem; they differ in y alone. Whoever calls looks whether it converged.

    Parameters
    ----------
    problems : sequence of Problem
        With the same X, weights, prices and l2.
    lam, tol, max_iter
        As in `course_utils.fast.lasso.solve_problem`.
    beta_starts : sequence of (n_features,) or None, one for each

    Returns
    -------
    iterator of solvers.SolverResult

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    work, uses = None, (lam,) * len(problems)  # of the products, as many as by that many penalties
    for problem, beta_start in zip(problems, beta_starts, strict=True):
        if beta_start is not None:  # little is left to do
            yield solve_problem(problem, lam, tol=tol, max_iter=max_iter, beta_start=beta_start)
            continue
        work = work_on(problem, uses, tol) if work is None else _turned_to(problem, work)
        history = solve(work, lam * problem.n_samples, tol, max_iter)
        gap, n_iter = float(history.gap[-1]), len(history.gap) - 1
        beta, offset = work.solution()
        yield SolverResult(beta, problem.mean - offset, lam, gap, n_iter, gap <= tol, history)


def _turned_to(problem: Problem, work):
    """Return the work with another target, and no coefficient; its columns and their products stay."""
    work.problem, work.null = problem, problem.null
    work.w[:] = 0.0
    if isinstance(work, WorkingSet):
        work.q[: work.m] = problem.Zt[work.index[: work.m]]
    return work
