"""Two coefficients on a budget: where contours of equal loss touch a diamond and a disc, and what a turn does."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from course_utils.prox import soft_threshold
from course_utils.scaling import fit_standardizer
from course_utils.validation import as_penalty, as_target, column_label, names_of

TURNS = np.arange(-90, 91, 5)  # degrees; an ellipse turned by 180 degrees is the same ellipse
_FINE_TURNS = np.arange(-90, 90, 0.5)
_BESIDE = 0.01  # of the budget: nearer to a corner the eye sees no gap
_ROUND = np.linspace(0, 2 * np.pi, 73)
_NEWTON_STEPS = 30


@dataclass(frozen=True, eq=False)
class BudgetProblem:
    """All that the loss keeps of the data: with Q the curvature, its gradient at beta is Q beta - pulls.

    Attributes
    ----------
    feature_names : tuple of str
    curvature : (p, p)
        X'X / n over columns of mean 0 and standard deviation 1: their correlations.
    pulls : (p,)
        X'y / n.
    """

    feature_names: tuple[str, ...]
    curvature: np.ndarray
    pulls: np.ndarray


@dataclass(frozen=True, eq=False)
class BudgetFrame:
    """One pair of columns, one budget, one turn.

    Attributes
    ----------
    names : pair of str
    lam, turn : float
        The price before the turn, and the turn in degrees.
    budget : float
        ||beta||_1 of the LASSO at `lam` before the turn; kept while the contours turn.
    curvature : (2, 2)
        Of the turned loss.
    price : float
        The lowest price at which the LASSO spends the budget after the turn.
    least_squares, lasso, ridge : (2,)
        The least loss anywhere, on the diamond and on the disc of the radius `budget`.
    zeros : int
        Coefficients of `lasso` that are exactly zero.
    is_beside_corner : bool
        The smaller coefficient of `lasso` is not zero and takes less than a hundredth of the budget.
    is_inside_disc : bool
        The disc holds least squares: the budget does not bind ridge.
    axes : (2, 2)
        First and last value of each coefficient beside the other, equally long; the same for every price
        and turn.
    axes_at_turns : (2, 2)
        First and last value of each coefficient by itself; the same for every price and turn.
    contours : dict of (n, 2) arrays
        Equal loss: "lasso" and "ridge" through these points.
    lasso_at_turns, ridge_at_turns : (len(TURNS), 2)
    rest : (2,)
        Over how many degrees of turn, of 180, each coefficient of the LASSO is exactly zero; to half a degree.
    """

    names: tuple[str, str]
    lam: float
    turn: float
    budget: float
    curvature: np.ndarray
    price: float
    least_squares: np.ndarray
    lasso: np.ndarray
    ridge: np.ndarray
    zeros: int
    is_beside_corner: bool
    is_inside_disc: bool
    axes: np.ndarray
    axes_at_turns: np.ndarray
    contours: dict[str, np.ndarray]
    lasso_at_turns: np.ndarray
    ridge_at_turns: np.ndarray
    rest: np.ndarray


def budget_problem(X, y, *, feature_names=None) -> BudgetProblem:
    """Return what the loss keeps of the data, with columns standardised and y centred.

    Parameters
    ----------
    X : (n, p) with p >= 2
    y : (n,)
    feature_names : p names, optional
        By default the names of a pandas frame, or column 0, column 1, ...

    Raises
    ------
    TypeError, ValueError
        Anything that is not real and finite, fewer than two columns, a constant one, two that say the
        same, names that do not match, or a y that no column varies with.

    Lesson: notebooks/02_lasso_math.ipynb
    """
    names = names_of(X) if feature_names is None else tuple(map(str, feature_names))
    Z = fit_standardizer(X).transform(X)
    y, n_columns = as_target(y, len(Z)), Z.shape[1]
    names = names or tuple(column_label(None, j) for j in range(n_columns))
    if n_columns < 2 or len(set(names)) != n_columns or len(names) != n_columns:
        raise ValueError(
            f"X has {n_columns} column(s) named {', '.join(names)}; at least two columns are needed,"
            " each with a name of its own"
        )
    curvature, pulls = Z.T @ Z / len(Z), Z.T @ (y - y.mean()) / len(Z)
    for j, k in combinations(range(n_columns), 2):
        if abs(curvature[j, k]) > 1 - 1e-9:
            raise ValueError(f"{names[j]} and {names[k]} say the same: leave one of them out")
    if np.abs(pulls).max() <= 1e-12 * np.ptp(y) or np.ptp(y) == 0:
        raise ValueError("no column of X varies with y: there is nothing to buy at any price")
    return BudgetProblem(names, curvature, pulls)


def price_steps(problem: BudgetProblem) -> tuple[float, ...]:
    """Return about seventeen round prices from 0 to the first one at which nothing is left."""
    top = float(np.abs(problem.pulls).max())
    rough = top / 16
    power = 10.0 ** np.floor(np.log10(rough))
    step = min((multiple * power for multiple in (1, 2, 2.5, 5, 10)), key=lambda found: abs(found - rough))
    return tuple(float(f"{step * index:.6g}") for index in range(int(np.ceil(top / step)) + 1))


def budget_frame(problem: BudgetProblem, lam: float, *, pair: tuple[int, int], turn: float) -> BudgetFrame:
    """Turn the contours of equal loss around least squares and keep the budget that the LASSO spends at lam.

    The LASSO minimises (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1 over two columns; up to a
    constant the loss is (beta - b)'Q(beta - b) / 2 with b least squares. A turn replaces Q by RQR' with R a
    rotation: other data with the same least squares. All minima are exact.

    Parameters
    ----------
    problem : BudgetProblem
    lam : float, not negative
    pair : two different column numbers
    turn : float
        In degrees, anticlockwise.

    Returns
    -------
    BudgetFrame

    Raises
    ------
    TypeError, ValueError
        A bad price, or a pair that is none.

    Lesson: notebooks/02_lasso_math.ipynb
    """
    lam, pair = as_penalty(lam, allow_zero=True), _as_pair(pair, len(problem.pulls))
    untouched = problem.curvature[np.ix_(pair, pair)]
    centre = np.linalg.solve(untouched, problem.pulls[pair])
    budget = float(np.abs(_at_price(untouched, centre, lam)).sum())
    turned = _turned(untouched, np.r_[turn, TURNS])
    lasso, ridge = _on_diamond(turned, centre, budget), _on_disc(turned, centre, budget)
    return BudgetFrame(
        names=tuple(problem.feature_names[j] for j in pair),
        lam=lam,
        turn=turn,
        budget=budget,
        curvature=turned[0],
        price=float(np.abs(turned[0] @ (centre - lasso[0])).max()),
        least_squares=centre,
        lasso=lasso[0],
        ridge=ridge[0],
        zeros=int(np.sum(lasso[0] == 0)),
        is_beside_corner=bool(0 < np.abs(lasso[0]).min() < _BESIDE * budget),
        is_inside_disc=bool(np.linalg.norm(centre) <= budget),
        **_axes(centre),
        contours=_contours(turned[0], centre, lasso[0], ridge[0]),
        lasso_at_turns=lasso[1:],
        ridge_at_turns=ridge[1:],
        rest=_rest(untouched, centre, budget),
    )


def first_corner(problem: BudgetProblem, pair: tuple[int, int]) -> float:
    """Return the lowest of the price steps at which one coefficient is zero; the middle one if none is."""
    prices = price_steps(problem)
    corners = [lam for lam in prices if budget_frame(problem, lam, pair=pair, turn=0).zeros == 1]
    return corners[0] if corners else prices[len(prices) // 2]


def _as_pair(pair, n_columns: int) -> list[int]:
    if len(pair) != 2 or pair[0] == pair[1] or not all(j in range(n_columns) for j in pair):
        raise ValueError(f"pair is {pair}; two different columns from 0 to {n_columns - 1} are needed")
    return list(pair)


def _turned(curvature: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """Return R Q R' for each turn, (k, 2, 2)."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    rotation = np.stack([cosine, -sine, sine, cosine], axis=1).reshape(-1, 2, 2)
    return rotation @ curvature @ rotation.transpose(0, 2, 1)


def _at_price(curvature: np.ndarray, centre: np.ndarray, lam: float) -> np.ndarray:
    """Return the minimum at a price: the best of the point zero, two corners and four edges."""
    pulls = curvature @ centre
    candidates = [np.zeros(2), *np.diag(soft_threshold(pulls, lam) / np.diag(curvature))]
    for signs in product((1, -1), repeat=2):
        edge = centre - lam * np.linalg.solve(curvature, signs)
        candidates += [edge] * bool(np.all(np.sign(edge) == signs))
    candidates = np.array(candidates)
    costs = _excess(curvature, centre, candidates) + lam * np.abs(candidates).sum(axis=1)
    return candidates[np.argmin(costs)]


def _on_diamond(curvatures: np.ndarray, centre: np.ndarray, radius: float) -> np.ndarray:
    """Return the point of least loss with |beta_1| + |beta_2| = radius: the best of its four edges."""
    if radius == 0:
        return np.zeros((len(curvatures), 2))
    ends = []
    for signs in product((1, -1), repeat=2):
        along = np.array([signs[0], -signs[1]])  # from the corner on the second axis to that on the first
        slopes, wanted = curvatures @ along, centre - radius * np.array([0, signs[1]])
        share = np.clip(slopes @ wanted / (slopes @ along) / radius, 0, 1)
        ends.append(radius * np.column_stack([signs[0] * share, signs[1] * (1 - share)]) + 0.0)
    losses = [_excess(curvatures, centre, beta) for beta in ends]
    return np.array(ends)[np.argmin(losses, axis=0), np.arange(len(curvatures))]


def _on_disc(curvatures: np.ndarray, centre: np.ndarray, radius: float) -> np.ndarray:
    """Return the point of least loss with ||beta||_2 <= radius: ridge at the mu that spends the radius.

    Newton's method on 1 / ||beta(mu)|| = 1 / radius, which is nearly a straight line in mu.
    """
    if radius == 0 or radius >= np.linalg.norm(centre):
        return np.tile(centre * bool(radius), (len(curvatures), 1))
    eigenvalues, vectors = np.linalg.eigh(curvatures)
    wishes, mu = eigenvalues * (centre @ vectors), np.zeros((len(curvatures), 1))
    for _ in range(_NEWTON_STEPS):
        beta = wishes / (eigenvalues + mu)
        squared = np.sum(beta**2, axis=1, keepdims=True)
        slope = np.sum(beta**2 / (eigenvalues + mu), axis=1, keepdims=True)
        mu += (np.sqrt(squared) / radius - 1) * squared / slope
    return np.einsum("kij,kj->ki", vectors, wishes / (eigenvalues + mu))


def _rest(curvature: np.ndarray, centre: np.ndarray, radius: float) -> np.ndarray:
    """Return over how many of 180 degrees of turn each coefficient of the LASSO is exactly zero."""
    is_zero = _on_diamond(_turned(curvature, _FINE_TURNS), centre, radius) == 0
    return 180 * is_zero.mean(axis=0)


def _excess(curvatures: np.ndarray, centre: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """Return (beta - b)'Q(beta - b) / 2: the loss above that of least squares."""
    offsets = beta - centre
    return np.einsum("...i,...ij,...j->...", offsets, curvatures, offsets) / 2


def _contours(curvature, centre, lasso, ridge) -> dict[str, np.ndarray]:
    eigenvalues, vectors = np.linalg.eigh(curvature)
    unit = (np.column_stack([np.cos(_ROUND), np.sin(_ROUND)]) / np.sqrt(eigenvalues)) @ vectors.T
    touching, softer = (_excess(curvature, centre, beta) for beta in (lasso, ridge))
    levels = {"lasso": touching, "ridge": softer}
    return {name: centre + np.sqrt(2 * level) * unit for name, level in levels.items()}


def _axes(centre: np.ndarray) -> dict[str, np.ndarray]:
    """Return axes from a little beyond zero to beyond least squares, whatever its signs."""
    signs, sizes = np.where(centre < 0, -1, 1), np.abs(centre)
    widest = sizes.sum() or 1.0  # what least squares spends: no budget is larger
    reach = {
        "axes": (0.5, np.full(2, 1.2 * widest)),
        "axes_at_turns": (0.15, 1.1 * np.maximum(sizes, 0.35 * widest)),
    }
    return {
        name: np.sort(np.column_stack([-signs * behind * widest, signs * ahead]), axis=1)
        for name, (behind, ahead) in reach.items()
    }
