"""Whom the penalty punishes when one column is written in another unit."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np

from course_utils.least_squares import fit_least_squares
from course_utils.objective import duality_gap
from course_utils.scaling import fit_standardizer
from course_utils.solvers import ConvergenceWarning, coordinate_descent
from course_utils.validation import as_count, as_design, as_target, names_of

TOLERANCE = 1e-9  # of the duality gap, relative
_ROUNDS, _SWEEPS = 200, 5
_STEPS = (1, 2, 5)  # in each power of ten


@dataclass(frozen=True, eq=False)
class UnitsProblem:
    """What does not depend on the controls: the columns, standardised, and what least squares says.

    Attributes
    ----------
    names : tuple of p str
    spreads : (p,) standard deviations of the columns as they are written
    table, target : (k, p) and (k,), k <= p + 1
        The triangle of a QR decomposition of the standardised columns and the centred y. Its columns have
        the inner products / k that the data have / n, so every LASSO has the same objective on it.
    least_squares : (p,) effects, coefficients times standard deviations
    """

    names: tuple[str, ...]
    spreads: np.ndarray
    table: np.ndarray
    target: np.ndarray
    least_squares: np.ndarray

    @property
    def pulls(self) -> np.ndarray:
        """The effect of each column alone, z_j'y / n, shape (p,)."""
        return self.table.T @ self.target / len(self.target)


@dataclass(frozen=True, eq=False)
class UnitsFrame:
    """One LASSO, with one column written in another unit.

    Attributes
    ----------
    lam : float
    column : int, the column whose numbers were multiplied by `factor`
    factor : float
    standardised : bool, whether all columns were standardised before the fit
    names : tuple of p str
    spreads : (p,) standard deviations of the columns that the LASSO sees
    effects, least_squares : (p,), coefficients times standard deviations
    gap : float, relative duality gap of the fit
    """

    lam: float
    column: int
    factor: float
    standardised: bool
    names: tuple[str, ...]
    spreads: np.ndarray
    effects: np.ndarray
    least_squares: np.ndarray
    gap: float

    @property
    def n_zero(self) -> int:
        """How many columns the LASSO leaves out."""
        return int(np.sum(self.effects == 0))

    @property
    def charge(self) -> float:
        """What a unit of effect costs the column in the new unit, lam / s."""
        return float(self.lam / self.spreads[self.column])


def prepare_units(X, y, *, feature_names=None) -> UnitsProblem:
    """Standardise the columns, and keep of the rows what a LASSO sees of them.

    Parameters
    ----------
    X : (n, p) array or pandas frame, p >= 2
    y : (n,)
    feature_names : sequence of p str, optional
        A frame brings its own.

    Returns
    -------
    UnitsProblem

    Raises
    ------
    TypeError, ValueError
        Bad X or y, one column, a constant column or y, columns that determine each other, or names that do
        not match.

    Lesson: notebooks/03_scaling.ipynb
    """
    names = names_of(X) if feature_names is None else tuple(map(str, feature_names))
    X = as_design(X)
    y = as_target(y, len(X))
    names = names or tuple(f"column {j}" for j in range(X.shape[1]))
    _require_comparable(names, X, y)
    ruler = fit_standardizer(X)
    Z = ruler.transform(X)
    least_squares = fit_least_squares(Z, y, feature_names=names).beta
    triangle = np.linalg.qr(np.column_stack([Z, y - y.mean()]), mode="r")
    triangle *= math.sqrt(len(triangle) / len(X))
    return UnitsProblem(names, ruler.scale, triangle[:, :-1], triangle[:, -1], least_squares)


def _require_comparable(names, X, y) -> None:
    if X.shape[1] < 2:
        raise ValueError(
            "X has 1 column; at least 2 are needed, one to write in another unit and one to compare"
        )
    if len(names) != X.shape[1]:
        raise ValueError(f"feature_names has {len(names)} names; X has {X.shape[1]} columns")
    if np.ptp(y) == 0:
        raise ValueError(f"all {len(y)} values of y are equal; there is no effect to show")


def units_frame(
    problem: UnitsProblem, lam: float, *, column: int, factor: float, standardised: bool
) -> UnitsFrame:
    """Minimise (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1 with one column of X in another unit.

    Parameters
    ----------
    problem : UnitsProblem
    lam : float, positive
    column : int
        The column whose numbers are multiplied by `factor`.
    factor : float, positive
    standardised : bool
        Whether each column is divided by its standard deviation before the fit.

    Returns
    -------
    UnitsFrame

    Raises
    ------
    TypeError, ValueError
        Bad lam, a factor that is not positive, or a column that is not there.

    Lesson: notebooks/03_scaling.ipynb
    """
    if as_count(column, "column", at_least=0) >= len(problem.names):
        raise ValueError(f"column is {column}; a number from 0 to {len(problem.names) - 1} is needed")
    if not 0 < factor < math.inf:
        raise ValueError(f"factor is {factor}; a positive number is needed")
    spreads = problem.spreads.copy()
    spreads[column] *= factor
    if standardised:
        spreads /= spreads  # the ruler forgets every unit
    effects, gap = _lasso_effects(problem, spreads, lam)
    return UnitsFrame(
        lam, column, factor, standardised, problem.names, spreads, effects, problem.least_squares, gap
    )


def _lasso_effects(problem: UnitsProblem, spreads: np.ndarray, lam: float) -> tuple[np.ndarray, float]:
    """Return the effects of a LASSO on columns with these standard deviations, and its duality gap.

    A few sweeps of coordinate descent find out which columns are in; where they would crawl, as on correlated
    columns, one linear system takes the rest of the way. The gap is the judge.
    """
    table, beta = problem.table * spreads, problem.least_squares / spreads
    options = {"tol": TOLERANCE, "fit_intercept": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last fit, below, has the last word
        for _ in range(_ROUNDS):
            fit = coordinate_descent(table, problem.target, lam, max_iter=_SWEEPS, beta_start=beta, **options)
            beta = _as_far_as_the_signs_allow(fit.beta, table, problem.target, lam=lam)
            gap = duality_gap(table, problem.target, beta, 0.0, lam, fit_intercept=False)
            if gap <= TOLERANCE:
                return beta * spreads, gap
    fit = coordinate_descent(table, problem.target, lam, beta_start=beta, **options)
    return fit.beta * spreads, fit.gap


def _as_far_as_the_signs_allow(beta, table, target, *, lam) -> np.ndarray:
    """Walk from beta towards the minimum for its signs, to the first coefficient that would change its own.

    The minimum solves x_j'(target - table beta) / n = lam sign(beta_j) for the columns j that are in.
    """
    inside = np.flatnonzero(beta)
    columns = table[:, inside]
    goal = np.zeros_like(beta)
    goal[inside] = np.linalg.solve(
        columns.T @ columns, columns.T @ target - len(target) * lam * np.sign(beta[inside])
    )
    crossing = beta * goal < 0
    if not crossing.any():
        return goal
    shares = np.full(len(beta), np.inf)
    shares[crossing] = beta[crossing] / (beta - goal)[crossing]
    first = np.argmin(shares)
    beta = beta + shares[first] * (goal - beta)
    beta[first] = 0.0
    return beta


def lams_to_try(problem: UnitsProblem) -> tuple[tuple[float, ...], float]:
    """Return three powers of ten of lam, and the one to begin with.

    The largest leaves nothing of standardised columns; the first is near a hundredth of their lam_max.
    """
    top = float(np.abs(problem.pulls).max())
    if top == 0:
        raise ValueError("no column varies with y; there is no effect to show")
    last = math.ceil(math.log10(top))
    lams = _steps(last - 3, last)
    return lams, min(lams, key=lambda lam: abs(math.log(100 * lam / top)))


def factors_to_try(problem: UnitsProblem, lam: float) -> tuple[float, ...]:
    """Return factors from one that prices the widest column out at lam to one that spares the narrowest."""
    top = np.abs(problem.pulls).max()
    out = math.floor(math.log10(lam / (problem.spreads.max() * top)))
    free = math.ceil(math.log10(1e4 * lam / (problem.spreads.min() * top)))
    return _steps(min(out, -1), max(free, 1))


def reach_of_effects(problem: UnitsProblem, lams, *, factors) -> tuple[float, float]:
    """Return room for the effects of (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1 in any unit.

    The extremes are met where a column is out or free: each is written in its smallest and largest numbers.

    Parameters
    ----------
    problem : UnitsProblem
    lams : sequence of float
        Rising; every third is fitted.
    factors : sequence of float
        Rising; the first, 1 and the last are fitted, for each column.

    Returns
    -------
    (low, high)
        A little more than the smallest and the largest effect, zero included.

    Lesson: notebooks/03_scaling.ipynb
    """
    found = [0.0, *problem.least_squares]
    for column in range(len(problem.names)):
        for factor in (factors[0], 1.0, factors[-1]):
            for lam in lams[::3]:
                frame = units_frame(problem, lam, column=column, factor=factor, standardised=False)
                found += [*frame.effects]
    low, high = float(min(found)), float(max(found))
    margin = 0.05 * (high - low)
    return (low - margin if low else 0.0, high + margin if high else 0.0)


def _steps(first_power: int, last_power: int) -> tuple[float, ...]:
    """Return 1, 2 and 5 times each power of ten, up to the last power."""
    return (
        *(float(f"{step}e{power}") for power in range(first_power, last_power) for step in _STEPS),
        float(f"1e{last_power}"),
    )
