"""ISTA on two columns, step by step, on the map of the objective that it descends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from course_utils.objective import CentredProblem, lam_max
from course_utils.prox import soft_threshold
from course_utils.solvers import coordinate_descent
from course_utils.validation import as_count, as_design, as_target

LONGEST_RUN = 24  # steps that can be watched
RINGS = (1 / 64, 1 / 16, 1 / 4, 1, 4)  # heights of the contours, as shares of the height of the start
CORNERS = 60  # of a contour
TOL = 1e-12  # relative duality gap of the minimum; F that rises by less has not risen
_MARGIN = 0.15  # of the map, around the contour through the start
_FOLLOWED = 5  # widths of the map: what is further out is drawn no more
_HIGHEST, _LOWEST = 2, -8  # powers of ten: the heights in view, around that of the start


@dataclass(frozen=True, eq=False)
class Valley:
    """F = (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1 of two columns, around its minimum.

    Attributes
    ----------
    hessian : (2, 2), X'X / n of the centred columns
    wish : (2,), X'y / n
    lam : float
    best : (2,), where F is lowest
    gap : float, its relative duality gap
    null : float, F at zero
    """

    hessian: np.ndarray
    wish: np.ndarray
    lam: float
    best: np.ndarray
    gap: float
    null: float

    @cached_property
    def lipschitz(self) -> float:
        """L, the largest eigenvalue of the hessian."""
        return float(np.linalg.eigvalsh(self.hessian)[-1])

    def height(self, betas) -> np.ndarray:
        """Return F above its minimum at each row of betas, without the rounding of a difference."""
        away = betas - self.best
        slope = self.hessian @ self.best - self.wish
        priced = away @ slope + self.lam * (np.abs(betas) - np.abs(self.best)).sum(axis=-1)
        return np.maximum(np.sum(away @ self.hessian * away, axis=-1) / 2 + priced, 0.0)

    def run(self, factor: float, n_steps: int) -> np.ndarray:
        """Return all iterates of ISTA with the step factor / L from zero, shape (n_steps + 1, 2)."""
        step = factor / self.lipschitz
        betas = [np.zeros(2)]
        for _ in range(n_steps):
            arrival = betas[-1] - step * (self.hessian @ betas[-1] - self.wish)
            betas.append(soft_threshold(arrival, step * self.lam))
        return np.array(betas)


@dataclass(frozen=True, eq=False)
class Landscape:
    """A valley and its map: all that no control changes.

    Attributes
    ----------
    valley : Valley
    rings : tuple of (CORNERS + 1, 2)
        Contours of F, each four times as high above the minimum as the one inside it; the last but one
        runs through zero.
    box : (2, 2)
        Lowest and highest value on the map, a row a coefficient.
    heights : (float, float)
        Lowest and highest F above its minimum in view.
    walk : (LONGEST_RUN + 1,)
        F above its minimum along the run with the step 1/L.
    """

    valley: Valley
    rings: tuple[np.ndarray, ...]
    box: np.ndarray
    heights: tuple[float, float]
    walk: np.ndarray


@dataclass(frozen=True, eq=False)
class StepsFrame:
    """A run of ISTA so far.

    Attributes
    ----------
    landscape : Landscape
    factor : float
        The step is factor / L.
    n_steps : int
    betas : (n_steps + 1, 2)
        All iterates, the start at zero included.
    path : (n_steps + 1, 2)
        The same for drawing: NaN where an iterate is far off the map.
    height : (n_steps + 1,)
        F above its minimum.
    n_risen : int
        How many of the steps ended higher than they began.
    n_zero : int
        Coefficients that are exactly zero now.
    left_map, left_view : int or None
        The step at which the path left the map, and F the heights in view, if they are beyond them now.
    is_home : bool
        Whether F is below the heights in view: at the minimum.
    """

    landscape: Landscape
    factor: float
    n_steps: int
    betas: np.ndarray
    path: np.ndarray
    height: np.ndarray
    n_risen: int
    n_zero: int
    left_map: int | None
    left_view: int | None
    is_home: bool


def survey(X, y, lam) -> Landscape:
    """Draw the map of (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1 for two columns.

    Parameters
    ----------
    X : (n_samples, 2)
    y : (n_samples,)
    lam : float, positive and low enough that the minimum is not zero

    Returns
    -------
    Landscape

    Raises
    ------
    TypeError, ValueError
        Bad X, y or lam; another number of columns than two; a lam at which a run has nowhere to go.

    Lesson: notebooks/04_ista_from_scratch.ipynb
    """
    valley = _valley(X, y, lam)
    start = float(valley.height(np.zeros(2)))
    rings = tuple(_ring(valley, share * start) for share in RINGS)
    low, high = rings[-2].min(axis=0), rings[-2].max(axis=0)
    box = np.stack([low - _MARGIN * (high - low), high + _MARGIN * (high - low)], axis=1)
    power = np.ceil(np.log10(start))
    heights = (float(10.0 ** (power + _LOWEST)), float(10.0 ** (power + _HIGHEST)))
    return Landscape(valley, rings, box, heights, valley.height(valley.run(1.0, LONGEST_RUN)))


def _valley(X, y, lam) -> Valley:
    X = as_design(X)
    y = as_target(y, len(X))
    if X.shape[1] != 2:
        raise ValueError(f"X has {X.shape[1]} column(s); two are needed, for example X[:, [0, 4]]")
    found = coordinate_descent(X, y, lam, tol=TOL, max_iter=100_000)
    if not found.beta.any():
        raise ValueError(
            f"at lam = {lam:g} both coefficients are best at zero, where the run starts; "
            f"a lam below {lam_max(X, y):.3g} is needed"
        )
    problem = CentredProblem.of(X, y, fit_intercept=True)
    hessian, wish = problem.X.T @ problem.X / len(y), problem.correlation(problem.y)
    return Valley(hessian, wish, found.lam, found.beta, found.gap, problem.y @ problem.y / (2 * len(y)))


def _ring(valley: Valley, height: float) -> np.ndarray:
    """Return the closed contour of F at a height above its minimum: bisection along rays from there."""
    steady = valley.hessian + 1e-3 * valley.lipschitz * np.eye(2)  # columns may be alike
    angles = np.linspace(0, 2 * np.pi, CORNERS + 1)
    rays = np.linalg.solve(np.linalg.cholesky(steady).T, [np.cos(angles), np.sin(angles)]).T
    low, high = np.zeros((CORNERS + 1, 1)), np.full((CORNERS + 1, 1), np.sqrt(2 * height))
    while (valley.height(valley.best + high * rays) < height).any():
        high *= 2
    for _ in range(50):
        middle = (low + high) / 2
        is_inside = valley.height(valley.best + middle * rays)[:, None] < height
        low, high = np.where(is_inside, middle, low), np.where(is_inside, high, middle)
    return valley.best + high * rays


def steps_frame(landscape: Landscape, *, factor: float, n_steps: int) -> StepsFrame:
    """Take n_steps steps of ISTA of length factor / L from zero.

    Parameters
    ----------
    landscape : Landscape
    factor : float, positive
    n_steps : int, not negative

    Returns
    -------
    StepsFrame

    Raises
    ------
    ValueError
        A factor that is not positive, or an n_steps that is no count.

    Lesson: notebooks/04_ista_from_scratch.ipynb
    """
    if not 0 < factor < np.inf:
        raise ValueError(f"factor is {factor!r}; a positive number is needed")
    valley, (low, high) = landscape.valley, landscape.box.T
    betas = valley.run(factor, as_count(n_steps, "n_steps", at_least=0))
    height = valley.height(betas)
    is_off = ((betas < low) | (high < betas)).any(axis=1)
    is_far = (np.abs(betas - (low + high) / 2) > _FOLLOWED * (high - low)).any(axis=1)
    return StepsFrame(
        landscape=landscape,
        factor=factor,
        n_steps=n_steps,
        betas=betas,
        path=np.where(is_far[:, None], np.nan, betas),
        height=height,
        n_risen=int(np.sum(np.diff(height) > TOL * valley.null)),
        n_zero=int(np.sum(betas[-1] == 0)),
        left_map=_gone_since(is_off),
        left_view=_gone_since(height > landscape.heights[1]),
        is_home=bool(height[-1] < landscape.heights[0]),
    )


def _gone_since(is_gone: np.ndarray) -> int | None:
    """Return the step since which all are gone, or None if the last one is not."""
    there = np.flatnonzero(~is_gone)
    since = int(there[-1]) + 1 if there.size else 0
    return since if since < len(is_gone) else None
