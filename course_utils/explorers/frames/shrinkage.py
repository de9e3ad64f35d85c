"""What four rules make of one wish: least squares, the soft threshold, the hard threshold and ridge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_utils.prox import hard_threshold, soft_threshold

WIDEST = 3.0  # wishes from -3 to 3 are shown


@dataclass(frozen=True, eq=False)
class ShrinkageFrame:
    """Three rules at one price.

    Attributes
    ----------
    lam, wish : float
    wishes, curves : (n,) and one (n,) array a rule
        The rules as functions; NaN where a rule jumps.
    answers : float a rule
        What each makes of `wish`.
    """

    lam: float
    wish: float
    wishes: np.ndarray
    curves: dict[str, np.ndarray]
    answers: dict[str, float]


def shrinkage_frame(lam: float, *, wish: float) -> ShrinkageFrame:
    """Minimise (b - wish)^2 / 2 plus a charge: lam |b|, lam^2 / 2 for b != 0, or lam b^2 / 2.

    Lesson: notebooks/02_lasso_math.ipynb
    """
    bends = np.array([-WIDEST, -lam, -lam, -lam, lam, lam, lam, WIDEST])
    curves = {name: rule(bends, lam) for name, rule in RULES.items()}
    curves["hard"] = np.array([-WIDEST, -lam, np.nan, 0, 0, np.nan, lam, WIDEST]) if lam else bends
    answers = {name: float(rule(np.array(wish), lam)) for name, rule in RULES.items()}
    return ShrinkageFrame(lam, wish, bends, curves, answers)


def _ridge(z, lam):
    return z / (1 + lam)


RULES = {"soft": soft_threshold, "hard": hard_threshold, "ridge": _ridge}
