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
from course_utils.explorers.picture import SIZE, Panel, Picture, picture, power_of_ten, shortened

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
    """Draw effects as bars, least squares as ticks, beside each row its standard deviation; last, the key.

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
    unit = f" ({target_unit})" if target_unit else ""
    size = (SIZE[0], round(76 + (len(rows) + 1) * np.clip(254 / (len(rows) + 1), 15, 36)))
    panel = Panel(
        reach,
        [*(shortened(name, LONGEST_NAME) for name in frame.names), ""],
        title=_title(frame),
        xlabel=f"effect of one standard deviation s{unit}",
        place=(0, 0, *size),
        right=96,
    )
    panel.bars(frame.effects, ["CONTRAST" if row == frame.column else "ESTIMATE" for row in rows])
    lost = [frame.effects[frame.column], frame.least_squares[frame.column]]
    panel.line(lost, [frame.column, frame.column], "CONTRAST")
    for row, spread in enumerate(frame.spreads):
        panel.text(_along(reach, 1.015), row, f"s = {_briefly(spread)}")
        _tick(panel, frame.least_squares[row], row)
    _add_key(panel, reach, row=len(rows))
    return picture(panel, says=_says(frame), size=size)


def _tick(panel: Panel, at: float, row: int) -> None:
    panel.line([at, at], [row - 0.44, row + 0.44], "TRUTH", width=2.4)


def _add_key(panel: Panel, reach: tuple[float, float], *, row: int) -> None:
    """Draw each mark once, with its meaning beside it."""
    at = partial(_along, reach)
    panel.area([at(0.01), at(0.055)], row - 0.22, row + 0.22, "CONTRAST", opacity=1.0)
    panel.line([at(0.35), at(0.42)], [row, row], "CONTRAST")
    _tick(panel, at(0.565), row)
    panel.points([at(0.87)], [row], "TRUTH", size=3.2, hollow=True)
    meanings = {0.07: "chosen column", 0.435: "lost", 0.58: "least squares", 0.89: "zero"}
    for share, meaning in meanings.items():
        panel.text(at(share), row, meaning)


def _along(reach: tuple[float, float], share: float) -> float:
    """Return the place at a share of the axis."""
    return reach[0] + share * (reach[1] - reach[0])


def _title(frame: UnitsFrame) -> str:
    if frame.standardised:
        return "One ruler for all: the unit does not matter"
    if frame.factor == 1:
        return "As written: one price for every coefficient"
    more = "more" if frame.factor < 1 else "less"
    return f"Numbers {_times(frame.factor)}: the same effect costs {more}"


def _says(frame: UnitsFrame) -> str:
    are = "is" if frame.n_zero == 1 else "are"
    spread = f" (standard deviation {_briefly(frame.spreads[frame.column])})"
    seen = ", standardised," if frame.standardised else spread
    return (
        f"At λ = {frame.lam:g}, {frame.names[frame.column]} {_times(frame.factor)}{seen} pays "
        f"{_briefly(frame.charge)} for a unit of effect. Its effect is {_share(frame)}; "
        f"{frame.n_zero} of {len(frame.names)} effects {are} zero."
    )


def _share(frame: UnitsFrame) -> str:
    effect, least_squares = frame.effects[frame.column], frame.least_squares[frame.column]
    if effect == 0:
        return "zero"
    share = 100 * effect / least_squares if least_squares else np.inf
    size = f"{abs(share):.1f}" if abs(share) >= 0.05 else "less than 0.1"
    return f"{size}\u00a0% of least squares{', with the opposite sign' if share < 0 else ''}"


def _briefly(value: float) -> str:
    """Return two digits of a small number and all before the point of a large one."""
    if 100 <= value < 1e6:
        return f"{value:,.0f}"
    if 1e-5 <= value < 100:
        return np.format_float_positional(value, 2, fractional=False, trim="-")
    head, power = f"{value:.1e}".split("e")
    return f"{head}·{power_of_ten(int(power))}"


def _times(factor: float) -> str:
    if factor == 1:
        return "as written"
    return f"× {factor:,g}" if factor > 1 else f"÷ {round(1 / factor):,}"
