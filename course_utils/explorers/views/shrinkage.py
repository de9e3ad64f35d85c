"""The soft threshold beside its rivals: move the price and the wish."""

from __future__ import annotations

import numpy as np

from course_utils.explorers.explorer import Control, Explorer
from course_utils.explorers.frames.shrinkage import WIDEST, ShrinkageFrame, shrinkage_frame
from course_utils.explorers.picture import Panel, Picture, picture

ROLES = {"soft": "ESTIMATE", "hard": "CONTRAST", "ridge": "CHOICE"}


def shrinkage_explorer() -> Explorer:
    """Return the explorer of three rules: how each answers a wish at a price.

    Lesson: notebooks/02_lasso_math.ipynb
    """
    prices = tuple(np.linspace(0, 2, 21).round(1).tolist())
    wishes = tuple(np.linspace(-WIDEST, WIDEST, 25).tolist())
    return Explorer(
        name="shrinkage",
        title="Soft threshold, hard threshold and ridge at one price",
        controls=(
            Control("lam", "price λ", prices, 1.0, "{:.1f}".format),
            Control("wish", "wish z", wishes, 1.5, "{:.2f}".format),
        ),
        frame=shrinkage_frame,
        draw=draw_shrinkage,
    )


def draw_shrinkage(frame: ShrinkageFrame) -> Picture:
    """Draw the rules as lines, and what each makes of the wish as a dot."""
    panel = Panel(
        (-WIDEST, WIDEST), (-WIDEST, WIDEST), xlabel="what the data want, z", ylabel="coefficient", right=112
    )
    panel.line([-WIDEST, WIDEST], [-WIDEST, WIDEST], "MUTED", label="least squares")
    panel.upright(frame.wish, "MUTED")
    for rule, role in ROLES.items():
        panel.line(frame.wishes, frame.curves[rule], role, label=rule)
        panel.points([frame.wish], [frame.answers[rule]], role)
    kept = ", ".join(f"{rule} makes {answer:.2f}" for rule, answer in frame.answers.items())
    return picture(panel, says=f"Of the wish {frame.wish:.2f} at the price {frame.lam:.1f} {kept}.")
