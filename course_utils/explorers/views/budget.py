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
from course_utils.explorers.picture import Panel, Picture, picture

SIZE = (640, 366)
_CORNERS = np.array([[1, 0, -1, 0], [0, 1, 0, -1]])
_CIRCLE = np.array([[np.cos(angle), np.sin(angle)] for angle in np.linspace(0, 2 * np.pi, 61)]).T
_FOUND = ("Touched on an edge", "Touched at a corner", "No budget, no coefficients")


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
        Control("turn", "turn of the contours", tuple(TURNS.tolist()), 0, "{}°".format),
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
    for j, (top, height, xlabel) in enumerate(((0, 192, ""), (174, 192, "turn of the contours"))):
        panels.append(_draw_turns(frame, j, xlabel, (376, top, 264, height)))
    return picture(*panels, says=_says(frame), size=SIZE)


def _draw_touch(frame: BudgetFrame) -> Panel:
    panel = Panel(
        tuple(frame.axes[0]),
        tuple(frame.axes[1]),
        xlabel=f"coefficient of {frame.names[0]}",
        ylabel=f"coefficient of {frame.names[1]}",
        title=_FOUND[frame.zeros],
        place=(0, 0, 376, SIZE[1]),
    )
    panel.across(0, width=0.6).upright(0, width=0.6).line(*frame.contours["outer"].T, "MUTED", width=1)
    panel.outline(*(frame.budget * _CORNERS), "ESTIMATE", opacity=0.22, width=0)
    panel.line(*(frame.budget * _CIRCLE), "CHOICE", width=1.4)
    panel.line(*frame.contours["ridge"].T, "CHOICE", width=1)
    panel.line(*frame.contours["lasso"].T, "ESTIMATE", width=1.6)
    first, second = frame.least_squares
    panel.points([first], [second], "TRUTH", size=4)
    panel.text(first, second + 0.05 * np.ptp(frame.axes[1]), "least squares", anchor="middle")
    panel.points(*frame.ridge[:, None], "CHOICE")
    return panel.points(*frame.lasso[:, None], "ESTIMATE", size=6)


def _draw_turns(frame: BudgetFrame, j: int, xlabel: str, place) -> Panel:
    panel = Panel(
        (TURNS[0], TURNS[-1]),
        tuple(frame.axes_at_turns[j]),
        xlabel=xlabel,
        ylabel=frame.names[j],
        title=f"Zero over {frame.rest[j]}° of turn" if frame.rest[j] else "Zero at no turn",
        xticks={at: f"{at}°" for at in (-90, 0, 90)},
        place=place,
        right=58,
    )
    panel.across(0, width=0.6).upright(frame.turn, "MUTED")
    panel.line(TURNS, frame.ridge_at_turns[:, j], "CHOICE", label="ridge")
    panel.line(TURNS, frame.lasso_at_turns[:, j], "ESTIMATE", label="LASSO")
    panel.points([frame.turn], [frame.ridge[j]], "CHOICE")
    return panel.points([frame.turn], [frame.lasso[j]], "ESTIMATE")


def _says(frame: BudgetFrame) -> str:
    setting = f"Price {frame.lam:g}, budget {_short(frame.budget)}. "
    setting += f"Turned by {frame.turn}°," if frame.turn else "Not turned,"
    ridge = " and ".join(map(_short, frame.ridge))
    if frame.zeros == 2:
        both = " and ".join(frame.names)
        return f"{setting} diamond and disc are a point: 2 of 2 coefficients are zero ({both})."
    if frame.zeros == 1:
        gone = frame.names[int(frame.lasso[0] != 0)]
        return (
            f"{setting} a corner is touched: 1 of 2 coefficients is zero ({gone})."
            f" On the disc none is: {ridge}."
        )
    lasso = ", ".join(f"{name} {_short(value)}" for name, value in zip(frame.names, frame.lasso, strict=True))
    return f"{setting} an edge is touched: 0 of 2 coefficients are zero ({lasso}). On the disc: {ridge}."


def _short(value: float) -> str:
    return f"{value:.2g}" if abs(value) < 100 else f"{value:,.0f}"


def _written(problem, pair: tuple[int, int]) -> str:
    return " and ".join(problem.feature_names[j] for j in pair)


def _pair_named(start, names: tuple[str, ...]) -> tuple[int, int]:
    if len(set(start)) != 2 or not set(start) <= set(names):
        raise ValueError(f"start is {start!r}; two of the names {', '.join(names)} are needed")
    return tuple(sorted(names.index(name) for name in start))
