"""What one pass over all columns tells of a residual: which of them violate, and the duality gap, which is the proof.

Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from course_utils.fast.problem import Problem
from course_utils.validation import as_design

TOO_LARGE = "X and y hold numbers whose products are too large for float64"


@dataclass(frozen=True, eq=False)
class Look:
    """What one pass over X tells of a residual r, in the problem 1/2 ||r||^2 + penalty ||w||_1.

    Attributes
    ----------
    penalty : float
    correlations : (n_features,), |Z'r|, or Z'r if coefficients must not be negative: above the penalty, it violates
    largest : float, of these
    rr, rt, norm, null : float, r'r, r't, ||w||_1, and the objective with no feature
    """

    penalty: float
    correlations: np.ndarray
    largest: float
    rr: float
    rt: float
    norm: float
    null: float

    @cached_property
    def gap(self) -> float:
        """The relative duality gap over all columns."""
        return self.gap_at(self.penalty)

    def primal_at(self, penalty: float) -> float:
        """Return the objective with this penalty."""
        return 0.5 * self.rr + penalty * self.norm

    def gap_at(self, penalty: float) -> float:
        """Return primal minus dual objective, relative to the null's; the dual point is r, shrunk until feasible."""
        shrunk = min(1.0, penalty / self.largest) if self.largest > 0.0 else 1.0
        gap = self.primal_at(penalty) - shrunk * self.rt + 0.5 * shrunk**2 * self.rr
        return gap / self.null if self.null else 0.0


def seen_of(problem: Problem, penalty: float, w, residual, products, at=slice(None), ridge=None) -> Look:
    """Return what a pass has found; ValueError if X or y holds a number that is not finite.

    Parameters
    ----------
    problem : Problem
    penalty : float
    w : (n_columns,), the coefficients behind the residual
    residual : (n_samples,)
    products : (n_features,) or those in question, Z'residual; overwritten
    at : index of the columns with the coefficients w among the products
    ridge : (n_columns,), of these columns, if it is not problem.ridge[at]

    Returns
    -------
    Look

    Raises
    ------
    ValueError

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    rr = float(residual @ residual)
    if problem.ridge is not None and len(w):
        # the residual of the rows that stand for the ridge: -sqrt(ridge) w
        pulled = (problem.ridge[at] if ridge is None else ridge) * w
        products[at] -= pulled
        rr += float(pulled @ w)
    correlations = products if problem.positive else np.abs(products, out=products)
    largest = float(np.maximum.reduce(correlations, initial=0.0))
    lowest = correlations.min(initial=0.0) if problem.positive else 0.0
    if not np.isfinite(largest - lowest + rr):
        refuse(problem.X)
    return Look(
        penalty,
        correlations,
        largest,
        rr,
        float(residual @ problem.t),
        float(np.abs(w).sum()),
        problem.null,
    )


def unproven(gaps: np.ndarray, tol: float, fits: str = "fits") -> str:
    """Return a sentence, without its end, on how many of these fits have a relative gap above tol; "" if none has.

    Parameters
    ----------
    gaps : array of any shape
    tol : float
    fits : str, what they are

    Returns
    -------
    str

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    above = np.count_nonzero(gaps > tol)
    if not above:
        return ""
    largest = f"their largest relative duality gap is {gaps.max():.1e}"
    return f"{above} of {gaps.size} {fits} stopped above tol = {tol:.1e}; {largest}"


def require_finite(problem: Problem) -> None:
    """Raise ValueError if X or y holds a number that is not finite, or one too large."""
    if not math.isfinite(problem.lam_max + problem.tt):
        refuse(problem.X)


def require_finite_products(G: np.ndarray) -> None:
    """Raise ValueError if columns are so large that their products are not finite."""
    if not np.isfinite(G).all():
        raise ValueError(TOO_LARGE)


def refuse(X) -> None:
    """Raise ValueError for X or y with products that are not finite; it says why."""
    as_design(X, accept_sparse=True, min_rows=1)
    raise ValueError(TOO_LARGE)
