"""A budget against contours of equal loss: move the price, turn the contours, watch corner or edge."""

from __future__ import annotations

from functools import partial
from itertools import combinations

import numpy as np

from course_utils.explorers.explorer import Control, Explorer
from course_utils.explorers.frames.budget import (
    TURNS,
    BudgetFrame,
    budget_frame,
    budget_problem,
    first_corner,
    price_steps,
)
from course_utils.explorers.picture import Panel, Picture, picture, scientific

SIZE = (640, 392)
_HEIGHT = 366  # of the panels; the key stands below them
_KEY = "Blue: diamond, LASSO, its ellipse. Green: disc, ridge, its ellipse. Black dot: least squares."
_CORNERS = np.array([[1, 0, -1, 0], [0, 1, 0, -1]])
_CIRCLE = np.array([[np.cos(angle), np.sin(angle)] for angle in np.linspace(0, 2 * np.pi, 61)]).T
_FOUND = ("Diamond: touched on an edge", "Diamond: touched at a corner", "No budget, no coefficients")


def budget_explorer(X, y, *, feature_names=None, start=None) -> Explorer:
    """Return the explorer of two coefficients: which point of diamond and disc has the smallest loss.

    Columns are brought to mean 0 and standard deviation 1. It opens at the lowest price at which the LASSO
    leaves out one column of the first pair.

    Parameters
    ----------
    X : (n, p) with p >= 2
        Up to about eight columns make a short list of pairs.
    y : (n,)
    feature_names : p names, optional
        By default the names of a pandas frame, or column 0, column 1, ...
    start : pair of names, optional
        The pair to open with; by default the first two columns.

    Raises
    ------
    TypeError, ValueError
        See `course_utils.explorers.frames.budget.budget_problem`; or a start that names no two columns.

    Lesson: notebooks/02_lasso_math.ipynb
    """
    problem = budget_problem(X, y, feature_names=feature_names)
    pairs, prices = tuple(combinations(range(len(problem.pulls)), 2)), price_steps(problem)
    first = pairs[0] if start is None else _pair_named(start, problem.feature_names)
    moves = (
        Control("lam", "price λ", prices, first_corner(problem, first), "{:g}".format),
        Control("turn", "turn of the ellipses", tuple(TURNS.tolist()), 0, "{}°".format),
    )
    if len(pairs) == 1:
        return _explorer(moves, partial(budget_frame, problem, pair=first))
    choice = Control("pair", "pair of columns", pairs, first, partial(_written, problem), is_choice=True)
    return _explorer((choice, *moves), partial(budget_frame, problem))


def _explorer(controls, frame) -> Explorer:
    return Explorer("budget", "Where equal loss touches a diamond and a disc", controls, frame, draw_budget)


def draw_budget(frame: BudgetFrame) -> Picture:
    """Draw diamond, disc and contours on the left, both coefficients at every turn on the right."""
    panels = [_draw_touch(frame)]
    for j, (top, height, xlabel) in enumerate(
        ((0, 192, ""), (174, 192, "turn of the ellipses (−90° is 90°)"))
    ):
        panels.append(_draw_turns(frame, j, xlabel, (376, top, 264, height)))
    return picture(*panels, says=_says(frame), size=SIZE)


def _draw_touch(frame: BudgetFrame) -> Panel:
    panel = Panel(
        tuple(frame.axes[0]),
        tuple(frame.axes[1]),
        xlabel=f"coefficient of {frame.names[0]}",
        ylabel=f"coefficient of {frame.names[1]}",
        title=_touched(frame),
        place=(0, 0, 376, _HEIGHT),
    )
    panel.across(0, width=0.6).upright(0, width=0.6)
    panel.outline(*(frame.budget * _CORNERS), "ESTIMATE", opacity=0.22, width=0)
    panel.line(*(frame.budget * _CIRCLE), "CHOICE", width=1.4)
    panel.line(*frame.contours["ridge"].T, "CHOICE", width=1)
    panel.line(*frame.contours["lasso"].T, "ESTIMATE", width=1.6)
    panel.points(*frame.ridge[:, None], "CHOICE", size=8, hollow=True)
    panel.points(*frame.lasso[:, None], "ESTIMATE", size=5.5)
    panel.points(*frame.least_squares[:, None], "TRUTH", size=3)
    corner, extent = frame.axes[:, 0], np.ptp(frame.axes, axis=1)
    return panel.text(*(corner - (0.16, 0.2) * extent), _KEY)


def _draw_turns(frame: BudgetFrame, j: int, xlabel: str, place) -> Panel:
    panel = Panel(
        (TURNS[0], TURNS[-1]),
        tuple(frame.axes_at_turns[j]),
        xlabel=xlabel,
        ylabel=frame.names[j],
        title=_rests(frame.rest[j]),
        xticks={at: f"{at}°" for at in (-90, 0, 90)},
        place=place,
        right=58,
    )
    panel.across(0, width=0.6).upright(frame.turn, "MUTED")
    panel.line(TURNS, frame.lasso_at_turns[:, j], "ESTIMATE", label="LASSO")
    panel.line(TURNS, frame.ridge_at_turns[:, j], "CHOICE", label="ridge")
    panel.points([frame.turn], [frame.ridge[j]], "CHOICE", size=6.5, hollow=True)
    return panel.points([frame.turn], [frame.lasso[j]], "ESTIMATE", size=4)


def _touched(frame: BudgetFrame) -> str:
    if not frame.lam:
        return "No price: both are least squares"
    return "Diamond: just beside a corner" if frame.is_beside_corner else _FOUND[frame.zeros]


def _rests(degrees: float) -> str:
    if degrees in (0, 180):
        return "LASSO zero: every turn" if degrees else "LASSO zero: never"
    return f"LASSO zero: {max(1, round(degrees))}° of 180°"


def _says(frame: BudgetFrame) -> str:
    count = f"{frame.zeros} of 2 coefficients {'is' if frame.zeros == 1 else 'are'} zero"
    return f"{_setting(frame)}. {_found(frame, count)}."


def _setting(frame: BudgetFrame) -> str:
    """Say what was paid for the budget, and what it costs once the ellipses are turned."""
    budget = f"budget {_short(frame.budget)}"
    if not frame.turn:
        return f"Price {frame.lam:g}, {budget}, no turn"
    price = _short(frame.price) if frame.lam else "0"
    return f"Price {frame.lam:g} before the turn, {price} after {frame.turn}°; {budget}"


def _found(frame: BudgetFrame, count: str) -> str:
    if frame.zeros == 2:
        return f"Diamond and disc are a point: {count} ({' and '.join(frame.names)})"
    pairs = zip(frame.names, frame.lasso, strict=True)
    lasso = ", ".join(f"{name} {_short(value, frame.budget)}" for name, value in pairs)
    ridge = " and ".join(_short(value, frame.budget) for value in frame.ridge)
    if not frame.lam:
        return f"The budget binds nobody, LASSO and ridge are least squares: {count} ({lasso})"
    where = "Just beside a corner" if frame.is_beside_corner else ("On an edge", "At a corner")[frame.zeros]
    if frame.zeros:
        lasso = frame.names[int(frame.lasso[0] != 0)]
    on_disc = "Ridge is least squares, inside the disc" if frame.is_inside_disc else f"Ridge: {ridge}"
    return f"{where}: {count} ({lasso}). {on_disc}"


def _short(value: float, budget: float = 0.0) -> str:
    """Return two digits: 0.39, 4,321, 3.9·10⁻⁷; of less than a hundredth of a budget, none."""
    size = abs(value)
    if size < budget / 100:
        return "nearly 0"
    if size == 0 or size >= 1e-4:
        return f"{value:.2g}" if size < 100 else f"{value:,.0f}"
    return scientific(value)


def _written(problem, pair: tuple[int, int]) -> str:
    return " and ".join(problem.feature_names[j] for j in pair)


def _pair_named(start, names: tuple[str, ...]) -> tuple[int, int]:
    if len(set(start)) != 2 or not set(start) <= set(names):
        raise ValueError(f"start is {start!r}; two of the names {', '.join(names)} are needed")
    return tuple(sorted(names.index(name) for name in start))
