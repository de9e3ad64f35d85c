"""Solutions for a whole grid of penalties, from strong to weak, each started from the one before.

Lesson: notebooks/04b_faster_along_the_path.ipynb
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from numbers import Real

import numpy as np
from scipy.optimize import brentq

from course_utils.objective import budget_of, lam_max
from course_utils.solvers import ConvergenceWarning, coordinate_descent
from course_utils.validation import as_count, as_penalty, names_of


@dataclass(frozen=True)
class PathEvent:
    """A feature that enters or leaves the model as lam falls to `lam`, the first grid point to show it."""

    feature: int
    name: str
    lam: float
    kind: str  # "enters" or "leaves"

    def __str__(self) -> str:
        return f"{self.name} {self.kind} at lam = {self.lam:.4g}"


@dataclass(frozen=True, eq=False)
class PathResult:
    """One solution a row, from strong to weak.

    Attributes
    ----------
    lams : (n_lams,), falling
    betas : (n_lams, n_features)
    intercepts : (n_lams,)
    gaps : (n_lams,), relative duality gaps
    n_iters : (n_lams,), iterations of the solver, each from the solution before
    feature_names : tuple of str if X was a pandas frame, else None
    """

    lams: np.ndarray
    betas: np.ndarray
    intercepts: np.ndarray
    gaps: np.ndarray
    n_iters: np.ndarray
    feature_names: tuple[str, ...] | None = None

    def entry_order(self) -> tuple[PathEvent, ...]:
        """Return every entry and exit, in the order of falling lam.

        Two events between neighbouring lams appear at the same lam: the finer the grid, the surer the order.
        A coefficient that changes sign from one lam to the next has left and entered again in between.
        """
        names = self.feature_names or [str(j) for j in range(self.betas.shape[1])]
        signs = np.sign(self.betas)
        before = np.vstack([np.zeros_like(signs[:1]), signs[:-1]])
        events = []
        for lam, old, new in zip(self.lams, before, signs, strict=True):
            changed = old != new
            for kind, moved in (("leaves", changed & (old != 0)), ("enters", changed & (new != 0))):
                events += [PathEvent(int(j), names[j], float(lam), kind) for j in np.flatnonzero(moved)]
        return tuple(events)


def lam_grid(X, y, *, n_lams=100, ratio=1e-3, fit_intercept=True) -> np.ndarray:
    """Return n_lams penalties in equal ratios, from lam_max down to ratio * lam_max.

    Parameters
    ----------
    X : (n_samples, n_features), dense or CSC
    y : (n_samples,)
    n_lams : int, at least 2
    ratio : float between 0 and 1
    fit_intercept : bool

    Returns
    -------
    (n_lams,) array, strong to weak; the first is lam_max itself, whose solution is zero.

    Raises
    ------
    ValueError
        Bad n_lams or ratio, or no feature that is related to y at all: lam_max = 0.

    Lesson: notebooks/04b_faster_along_the_path.ipynb
    """
    n_lams = as_count(n_lams, "n_lams", at_least=2)
    if not isinstance(ratio, Real) or not 0 < ratio < 1:
        raise ValueError(f"ratio is {ratio!r}; a number between 0 and 1 is needed")
    return falling_from(lam_max(X, y, fit_intercept=fit_intercept), n_lams, ratio)


def falling_from(top: float, n_lams: int = 100, ratio: float = 1e-3) -> np.ndarray:
    """Return n_lams penalties in equal ratios, from lam_max, which is known already, down to ratio * lam_max.

    Parameters
    ----------
    top : float, lam_max
    n_lams : int
    ratio : float

    Returns
    -------
    (n_lams,) array

    Raises
    ------
    ValueError
        lam_max = 0.

    Lesson: notebooks/04b_faster_along_the_path.ipynb
    """
    if top == 0:
        raise ValueError("lam_max is 0: no column of X varies with y, so zero solves for every lam")
    return np.geomspace(top, ratio * top, n_lams)


def lasso_path(
    X,
    y,
    lams=None,
    *,
    tol=1e-6,
    max_iter=10_000,
    solver=coordinate_descent,
    fit_intercept=True,
    progress=False,
) -> PathResult:
    """Minimise (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1 for every lam, strong to weak.

    Neighbouring penalties have neighbouring solutions: each starts from the one before (a warm start).

    Parameters
    ----------
    X : (n_samples, n_features), dense or CSC
    y : (n_samples,)
    lams : (n_lams,) positive and strictly falling, optional
        `lam_grid(X, y)` if not given.
    tol, max_iter, fit_intercept
        Passed to the solver, for each lam.
    solver : function
        `ista`, `fista` or `coordinate_descent` of course_utils.solvers, or one with their signature.
        Coordinate descent does not mind columns of different scales; with a thousand columns of one scale
        `fista` is several times as fast.
    progress : bool
        Show a progress bar.

    Returns
    -------
    PathResult

    Raises
    ------
    TypeError, ValueError
        Whatever the solver refuses, or lams that do not fall.

    Warns
    -----
    ConvergenceWarning
        Once, with the number of lams whose gap stayed above tol.

    Lesson: notebooks/04b_faster_along_the_path.ipynb
    """
    lams = lam_grid(X, y, fit_intercept=fit_intercept) if lams is None else as_falling(lams)
    results, beta = [], None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # one warning for the path, below
        for lam in watched(lams, progress, desc="path", unit="lam"):
            options = {"tol": tol, "max_iter": max_iter, "fit_intercept": fit_intercept}
            results.append(solver(X, y, float(lam), beta_start=beta, **options))
            beta = results[-1].beta
    _warn_if_unfinished(results, tol)
    columns = (
        [getattr(result, name) for result in results] for name in ("beta", "intercept", "gap", "n_iter")
    )
    return PathResult(lams, *map(np.array, columns), feature_names=names_of(X))


def lam_for_budget(X, y, budget, *, tol=1e-10, fit_intercept=True) -> float:
    """Return the lam whose solution spends ||beta||_1 = budget: the penalised twin of a budget problem.

    minimise the loss subject to ||beta||_1 <= budget   and   minimise the loss + lam ||beta||_1
    have the same solution. ||beta||_1 never rises with lam, so a root finder meets the budget.

    Parameters
    ----------
    X : (n_samples, n_features), dense or CSC
    y : (n_samples,)
    budget : float, positive
    tol : float
        Relative duality gap of the solutions on the way.
    fit_intercept : bool

    Returns
    -------
    float

    Raises
    ------
    ValueError
        The budget is not positive, or lies above what lam_max / 10,000 spends: then it hardly binds.

    Lesson: notebooks/02_lasso_math.ipynb
    """
    if isinstance(budget, bool) or not isinstance(budget, Real) or not 0 < budget < np.inf:
        raise ValueError(f"budget is {budget!r}; a positive number is needed")

    def overspent(lam):
        solution = coordinate_descent(X, y, lam, tol=tol, fit_intercept=fit_intercept)
        return budget_of(solution.beta) - budget

    strong = lam_max(X, y, fit_intercept=fit_intercept)
    weak = as_penalty(strong / 10_000)
    if overspent(weak) < 0:
        raise ValueError(f"budget is {budget}; lam = {weak:.3g} already spends less, so it hardly binds")
    return float(brentq(overspent, weak, strong, xtol=1e-12 * strong, rtol=1e-12))


def as_falling(lams) -> np.ndarray:
    """Return lams as an array, positive and strictly falling; TypeError or ValueError otherwise."""
    if np.ndim(lams) != 1 or len(lams) == 0:
        raise ValueError(
            f"lams has shape {np.shape(lams)}; one dimension is needed, with one penalty or more"
        )
    values = np.asarray(lams)
    if values.dtype != np.float64 or not (values.min() > 0 and values.max() < np.inf):
        values = [as_penalty(lam) for lam in lams]  # one by one, to name what is wrong
    lams = np.array(values, dtype=np.float64)
    if not (np.diff(lams) < 0).all():
        raise ValueError(
            "lams do not fall from each to the next: sort them from strong to weak, without repeats"
        )
    return lams


def watched(items, progress: bool, **bar):
    """Return items to iterate over, behind a progress bar if one is asked for.

    Parameters
    ----------
    items : iterable
    progress : bool
    bar : options of tqdm
        Its total, desc and unit.

    Lesson: notebooks/04b_faster_along_the_path.ipynb
    """
    if not progress:
        return items
    from tqdm.auto import tqdm

    return tqdm(items, **bar)


def _warn_if_unfinished(results, tol) -> None:
    gaps = [result.gap for result in results if not result.converged]
    if gaps:
        warnings.warn(
            f"{len(gaps)} of {len(results)} lams stopped above tol = {tol:.1e}; their largest relative "
            f"duality gap is {max(gaps):.1e}. Raise max_iter, or bring the columns of X to one scale",
            ConvergenceWarning,
            stacklevel=3,  # the line that called lasso_path
        )
