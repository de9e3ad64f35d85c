"""Three ways to minimise (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1, each with its proof.

A solver is a sequence of better and better beta. The sequence is the algorithm: `_ista_iterates` and its
two sisters below are all that differs. `_solve` watches it and stops at the first beta whose duality gap
proves it good enough.

Lesson: notebooks/04_ista_from_scratch.ipynb
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from math import sqrt

import numpy as np

from course_utils.objective import CentredProblem, as_coefficients
from course_utils.prox import soft_threshold
from course_utils.validation import (
    as_count,
    as_design,
    as_penalty,
    as_target,
    as_tolerance,
    names_of,
    require_varying_columns,
)


class ConvergenceWarning(UserWarning):
    """The solver ran out of iterations before its duality gap reached tol."""


@dataclass(frozen=True, eq=False)
class History:
    """What happened in each iteration; entry 0 is the start, so there are n_iter + 1 entries.

    Attributes
    ----------
    objective : the objective P, with the best intercept for that beta
    gap : the relative duality gap
    """

    objective: np.ndarray
    gap: np.ndarray


@dataclass(frozen=True, eq=False)
class SolverResult:
    """A solution and its certificate.

    Attributes
    ----------
    beta : (n_features,)
    intercept : float, 0 if none was fitted
    lam : float
    gap : float, relative duality gap: the objective is at most gap * ||y - mean y||^2 / 2n above its minimum
    n_iter : int, updates made (of all coefficients, or sweeps); 0 if the start was good enough
    converged : bool, gap <= tol
    history : History
    feature_names : tuple of str if X was a pandas frame, else None
    """

    beta: np.ndarray
    intercept: float
    lam: float
    gap: float
    n_iter: int
    converged: bool
    history: History
    feature_names: tuple[str, ...] | None = None


def ista(X, y, lam, *, tol=1e-6, max_iter=10_000, fit_intercept=True, beta_start=None) -> SolverResult:
    """Minimise (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1 by proximal gradient steps.

        beta <- soft_threshold(beta - step * gradient(beta), step * lam),     step = 1 / L

    A gradient step on the smooth loss, then the prox of the penalty: the dead zone is step * lam, not lam.
    The objective never rises, and after k steps it is within L ||beta_0 - beta*||^2 / 2k of its minimum.

    Parameters
    ----------
    X : (n_samples, n_features), dense or CSC (never made dense)
    y : (n_samples,)
    lam : float, positive
    tol : float, positive
        Stop at this relative duality gap (`objective.duality_gap`).
    max_iter : int, positive
    fit_intercept : bool
    beta_start : (n_features,), optional
        Where to start, zero if not given. A solution for a nearby lam saves iterations.

    Returns
    -------
    SolverResult

    Raises
    ------
    TypeError, ValueError
        Bad X, y, lam (0 included), tol, max_iter or beta_start; a constant column beside an intercept.

    Warns
    -----
    ConvergenceWarning
        max_iter reached above tol; the message and the result hold the gap.

    References
    ----------
    Beck and Teboulle (2009), A fast iterative shrinkage-thresholding algorithm, theorem 3.1.

    Lesson: notebooks/04_ista_from_scratch.ipynb
    """
    return _solve(_ista_iterates, X, y, lam, tol, max_iter, fit_intercept, beta_start)


def _ista_iterates(problem: CentredProblem, lam: float, beta: np.ndarray):
    yield beta
    step = 1.0 / problem.lipschitz
    while True:
        beta = soft_threshold(beta - step * problem.gradient(beta), step * lam)
        yield beta


def fista(X, y, lam, *, tol=1e-6, max_iter=10_000, fit_intercept=True, beta_start=None) -> SolverResult:
    """Minimise (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1 by accelerated proximal gradient steps.

        beta_k      = soft_threshold(point_k - step * gradient(point_k), step * lam),    step = 1 / L
        point_{k+1} = beta_k + (t_k - 1) / t_{k+1} * (beta_k - beta_{k-1})
        t_{k+1}     = (1 + sqrt(1 + 4 t_k^2)) / 2,                                       t_1 = 1

    ISTA's step, taken a little ahead of beta. From the start or the last restart it is within
    2 L ||beta_0 - beta*||^2 / (k + 1)^2 of the minimum after k steps. The objective may rise: momentum
    overshoots. When it points uphill it is forgotten (adaptive restart).

    Parameters
    ----------
    X : (n_samples, n_features), dense or CSC (never made dense)
    y : (n_samples,)
    lam : float, positive
    tol : float, positive
        Stop at this relative duality gap (`objective.duality_gap`).
    max_iter : int, positive
    fit_intercept : bool
    beta_start : (n_features,), optional
        Where to start, zero if not given. A solution for a nearby lam saves iterations.

    Returns
    -------
    SolverResult

    Raises
    ------
    TypeError, ValueError
        Bad X, y, lam (0 included), tol, max_iter or beta_start; a constant column beside an intercept.

    Warns
    -----
    ConvergenceWarning
        max_iter reached above tol; the message and the result hold the gap.

    References
    ----------
    Beck and Teboulle (2009), A fast iterative shrinkage-thresholding algorithm, theorem 4.4.
    O'Donoghue and Candes (2015), Adaptive restart for accelerated gradient schemes, section 3.2.

    Lesson: notebooks/04b_faster_along_the_path.ipynb
    """
    return _solve(_fista_iterates, X, y, lam, tol, max_iter, fit_intercept, beta_start)


def _fista_iterates(problem: CentredProblem, lam: float, beta: np.ndarray):
    yield beta
    step = 1.0 / problem.lipschitz
    point, t = beta, 1.0
    while True:
        previous = beta
        beta = soft_threshold(point - step * problem.gradient(point), step * lam)
        yield beta
        # (point - beta) / step is the generalised gradient: along it, the objective rises
        if (point - beta) @ (beta - previous) > 0:
            t = 1.0
        t_next = (1.0 + sqrt(1.0 + 4.0 * t**2)) / 2.0
        point = beta + (t - 1.0) / t_next * (beta - previous)
        t = t_next


def coordinate_descent(
    X, y, lam, *, tol=1e-6, max_iter=10_000, fit_intercept=True, beta_start=None
) -> SolverResult:
    """Minimise (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1, one coefficient at a time, in turn.

        beta_j <- soft_threshold(x_j'r_j, n lam) / ||x_j||^2,     r_j = residual without feature j

    Each update is the exact minimum over beta_j, so the objective never rises and no step size is needed.
    One iteration is one sweep over all features. The residual is kept up to date, at n_samples a change.

    Parameters
    ----------
    X : (n_samples, n_features), dense or CSC (never made dense)
    y : (n_samples,)
    lam : float, positive
    tol : float, positive
        Stop at this relative duality gap (`objective.duality_gap`).
    max_iter : int, positive
    fit_intercept : bool
    beta_start : (n_features,), optional
        Where to start, zero if not given. A solution for a nearby lam saves iterations.

    Returns
    -------
    SolverResult

    Raises
    ------
    TypeError, ValueError
        Bad X, y, lam (0 included), tol, max_iter or beta_start; a constant column beside an intercept.

    Warns
    -----
    ConvergenceWarning
        max_iter reached above tol; the message and the result hold the gap.

    References
    ----------
    Friedman, Hastie and Tibshirani (2010), Regularization paths for generalized linear models via
    coordinate descent, equation 5.

    Lesson: notebooks/04b_faster_along_the_path.ipynb
    """
    return _solve(_coordinate_descent_iterates, X, y, lam, tol, max_iter, fit_intercept, beta_start)


def _coordinate_descent_iterates(problem: CentredProblem, lam: float, beta: np.ndarray):
    yield beta
    squared_norms = problem.squared_norms
    beta = np.where(squared_norms > 0, beta, 0.0)  # a column of zeros earns nothing
    columns = [(j, squared_norms[j], *problem.column(j)) for j in np.flatnonzero(squared_norms)]
    threshold = len(problem.y) * lam
    while True:
        beta = beta.copy()
        residual = problem.y - problem.predict(beta)  # afresh in each sweep: rounding does not pile up
        total = residual.sum()  # zero but for rounding, which a large mean would magnify
        for j, squared_norm, rows, values, mean in columns:
            old = beta[j]
            pull = values @ residual[rows] - mean * total + squared_norm * old  # x_j'r_j
            if old == 0 and abs(pull) <= threshold:
                continue
            beta[j] = soft_threshold(pull, threshold) / squared_norm
            residual[rows] -= (beta[j] - old) * values
            if mean:
                residual += (beta[j] - old) * mean
        yield beta


def _solve(iterates, X, y, lam, tol, max_iter, fit_intercept, beta_start) -> SolverResult:
    """Run `iterates` until the relative duality gap is at most tol."""
    lam, tol, max_iter = as_penalty(lam), as_tolerance(tol), as_count(max_iter, "max_iter")
    problem, feature_names = _centred(X, y, fit_intercept)
    start = _start(problem, lam, beta_start)
    objectives, gaps = [], []
    for n_iter, beta in enumerate(iterates(problem, lam, start)):
        objective, gap = problem.certify(beta, lam)
        objectives.append(objective)
        gaps.append(gap)
        if gap <= tol or n_iter == max_iter:
            break
    if gap > tol:
        _warn_unfinished(n_iter, gap, tol)
    history = History(np.array(objectives), np.array(gaps))
    return SolverResult(beta, problem.intercept(beta), lam, gap, n_iter, gap <= tol, history, feature_names)


def _centred(X, y, fit_intercept) -> tuple[CentredProblem, tuple[str, ...] | None]:
    names = names_of(X)
    X = as_design(X, accept_sparse=True)
    y = as_target(y, X.shape[0])
    if fit_intercept:
        require_varying_columns(X, names)
    return CentredProblem.of(X, y, fit_intercept=fit_intercept), names


def _start(problem, lam, beta_start) -> np.ndarray:
    zero = np.zeros(problem.X.shape[1])
    if beta_start is None:
        return zero
    beta_start = as_coefficients(beta_start, len(zero), "beta_start")
    return beta_start if lam < problem.lam_max else zero  # from lam_max on, zero is the solution


def _warn_unfinished(n_iter, gap, tol) -> None:
    warnings.warn(
        f"stopped after {n_iter} iterations at a relative duality gap of {gap:.1e}, above tol = {tol:.1e}. "
        "Raise max_iter, bring the columns of X to one scale, start from a solution for a larger lam "
        "(beta_start), or accept a larger tol",
        ConvergenceWarning,
        stacklevel=4,  # the line that called the solver
    )
