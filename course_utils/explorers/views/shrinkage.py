"""The soft threshold beside its rivals: move the price and the wish."""

from __future__ import annotations

import numpy as np

from course_utils.explorers.explorer import Control, Explorer
from course_utils.explorers.frames.shrinkage import WIDEST, ShrinkageFrame, shrinkage_frame
from course_utils.explorers.picture import Panel, Picture, columns, picture

ROLES = {"soft": "ESTIMATE", "hard": "CONTRAST", "ridge": "CHOICE"}
DOTS = {"soft": 8.5, "hard": 5.5, "ridge": 3.5}  # where answers agree, each is seen around the next
_TALLEST = 3.5  # room for the names of lines that end close together


def shrinkage_explorer() -> Explorer:
    """Return the explorer of three rules: how each answers a wish at a price.

    Lesson: notebooks/02_lasso_math.ipynb
    """
    prices = tuple(np.linspace(0, 2, 9).tolist())
    wishes = tuple(np.linspace(-WIDEST, WIDEST, 25).tolist())
    return Explorer(
        name="shrinkage",
        title="Soft threshold, hard threshold and ridge at one price",
        controls=(
            Control("lam", "price λ", prices, 1.0, "{:.2f}".format),
            Control("wish", "wish z", wishes, 0.0, "{:.2f}".format),
        ),
        frame=shrinkage_frame,
        draw=draw_shrinkage,
    )


def draw_shrinkage(frame: ShrinkageFrame) -> Picture:
    """Draw the rules as lines with the wish upright through them, and beside them what each answers."""
    left, right = columns(13, 8)
    lines = Panel(
        (-WIDEST, WIDEST),
        (-_TALLEST, _TALLEST),
        xlabel="what the data want, z",
        ylabel="coefficient",
        title=_title(frame),
        place=left,
        right=50,
    )
    lines.area([-frame.lam, frame.lam], -_TALLEST, _TALLEST, "MUTED", opacity=0.25).upright(
        frame.wish, "MUTED"
    )
    lines.line([-WIDEST, WIDEST], [-WIDEST, WIDEST], "MUTED").text(0.3, -3.1, "grey: least squares")
    answers = Panel(
        (-WIDEST, WIDEST),
        list(ROLES),
        xlabel="coefficient",
        title=f"{_zeros(frame)} of 3 answer zero",
        xticks={at: f"{at:g}" for at in (-WIDEST, 0, WIDEST)},
        place=right,
    )
    answers.upright(frame.wish, "MUTED", label="wish")
    answers.bars([frame.answers[rule] for rule in ROLES], list(ROLES.values()))
    for rule, role in ROLES.items():
        lines.line(frame.wishes, frame.curves[rule], role, label=rule)
        lines.points([frame.wish], [frame.answers[rule]], role, size=DOTS[rule])
    return picture(lines, answers, says=_says(frame))


def _title(frame: ShrinkageFrame) -> str:
    if frame.lam == 0:
        return "No price: every wish is granted"
    if frame.wish == 0:
        return "No wish: all three answer zero"
    beyond = abs(frame.wish) > frame.lam
    return "Beyond the price: hard has jumped" if beyond else "Within the price: soft and hard rest"


def _says(frame: ShrinkageFrame) -> str:
    wish, price = f"A wish of {frame.wish:.2f}", f"the price {frame.lam:.2f}"
    count = f"{_zeros(frame)} of 3 rules answer zero"
    soft, hard, ridge = (_written(frame.answers[rule]) for rule in ("soft", "hard", "ridge"))
    if frame.lam == 0:
        return f"{wish} at {price}: all three grant it, {count}."
    if frame.wish == 0:
        return f"{wish} at {price}: {count}. Soft and hard do so up to the price, ridge for no other wish."
    if abs(frame.wish) <= frame.lam:
        return f"{wish}, not beyond {price}: {count}, soft and hard. Ridge keeps {ridge}."
    return (
        f"{wish}, beyond {price}: hard leaves {hard} (all of it), soft {soft} (the price is off),"
        f" ridge {ridge} (a share). {count}."
    )


def _written(value: float) -> str:
    """Return three decimals, the last only if it is not zero: 0.125, 0.50."""
    return f"{value:.3f}".removesuffix("0")


def _zeros(frame: ShrinkageFrame) -> int:
    return list(frame.answers.values()).count(0)
