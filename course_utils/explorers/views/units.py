"""One column in another unit: whom the penalty punishes, live."""

from __future__ import annotations

from functools import partial

import numpy as np

from course_utils.explorers.explorer import Control, Explorer
from course_utils.explorers.frames.units import (
    UnitsFrame,
    factors_to_try,
    lams_to_try,
    prepare_units,
    reach_of_effects,
    units_frame,
)
from course_utils.explorers.picture import SIZE, Panel, Picture, picture

LONGEST_NAME = 22  # letters at a row


def units_explorer(X, y, *, feature_names=None, target_unit: str = "") -> Explorer:
    """Return the explorer of a LASSO in which one column is written in another unit.

    It fits (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1 anew at each move.

    Parameters
    ----------
    X : (n, p) array or pandas frame, two to about twenty columns
    y : (n,)
    feature_names : sequence of p str, optional
        A frame brings its own.
    target_unit : str
        The unit of y, for the axis.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError, ValueError
        Whatever `prepare_units` refuses.

    Lesson: notebooks/03_scaling.ipynb
    """
    problem = prepare_units(X, y, feature_names=feature_names)
    lams, lam = lams_to_try(problem)
    factors = factors_to_try(problem, lam)
    return Explorer(
        name="units",
        title="Effects in a LASSO when one column is written in another unit",
        controls=(
            Control(
                "column", "column in a new unit", range(len(problem.names)), 0, problem.names.__getitem__
            ),
            Control("factor", "its numbers", factors, 1.0, _times),
            Control("lam", "price λ", lams, lam, "{:g}".format),
            Control("standardised", "standardise first", (False, True), False, ("no", "yes").__getitem__),
        ),
        frame=partial(units_frame, problem),
        draw=partial(
            draw_units, reach=reach_of_effects(problem, lams, factors=factors), target_unit=target_unit
        ),
    )


def draw_units(frame: UnitsFrame, *, reach: tuple[float, float], target_unit: str = "") -> Picture:
    """Draw the effects as bars and least squares as ticks; a dashed line is what the re-written column lost.

    Parameters
    ----------
    frame : UnitsFrame
    reach : (low, high)
        The ends of the axis, the same in every setting.
    target_unit : str
        The unit of y, for the axis.

    Returns
    -------
    Picture

    Lesson: notebooks/03_scaling.ipynb
    """
    rows = np.arange(len(frame.names))
    size = (SIZE[0], round(76 + len(rows) * np.clip(254 / len(rows), 16, 36)))
    unit = f" ({target_unit})" if target_unit else ""
    panel = Panel(
        reach,
        [_short(name) for name in frame.names],
        title=_title(frame),
        xlabel=f"effect of one standard deviation{unit}; black tick: least squares",
        place=(0, 0, *size),
        right=96,
    )
    panel.bars(frame.effects, ["CONTRAST" if row == frame.column else "ESTIMATE" for row in rows])
    lost = [frame.effects[frame.column], frame.least_squares[frame.column]]
    panel.line(lost, [frame.column, frame.column], "CONTRAST")
    ends = np.column_stack([rows - 0.44, rows + 0.44, np.full(len(rows), np.nan)])
    panel.line(np.repeat(frame.least_squares, 3), ends.ravel(), "TRUTH", width=2.4)
    panel.text(reach[1] + 0.015 * (reach[1] - reach[0]), frame.column, _times(frame.factor))
    return picture(panel, says=_says(frame), size=size)


def _title(frame: UnitsFrame) -> str:
    if frame.standardised:
        return "One ruler for all: the unit does not matter"
    return "Small numbers pay, large numbers ride free"


def _says(frame: UnitsFrame) -> str:
    name = frame.names[frame.column]
    are = "is" if frame.n_zero == 1 else "are"
    ruler = ", then standardised" if frame.standardised else ""
    return (
        f"At λ = {frame.lam:g}, with {name} {_in_words(frame.factor)}{ruler}, it has {_share(frame)} of its "
        f"least squares effect; {frame.n_zero} of {len(frame.names)} columns {are} zero."
    )


def _share(frame: UnitsFrame) -> str:
    effect, least_squares = frame.effects[frame.column], frame.least_squares[frame.column]
    if effect == 0:
        return "nothing"
    share = 100 * effect / least_squares if least_squares else np.inf
    return f"{share:.1f}\u00a0%" if abs(share) >= 0.05 else "less than 0.1\u00a0%"


def _times(factor: float) -> str:
    if factor == 1:
        return "as written"
    return f"× {factor:,g}" if factor > 1 else f"÷ {round(1 / factor):,}"


def _in_words(factor: float) -> str:
    if factor == 1:
        return "as it is written"
    return (
        f"in numbers {factor:,g} times larger"
        if factor > 1
        else f"in numbers {round(1 / factor):,} times smaller"
    )


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
