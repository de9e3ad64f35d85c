"""Only a few columns matter: those are gathered, with their products, and coefficients for them.

Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from course_utils.fast.gram import minimise
from course_utils.validation import as_design

ROOM_AT_FIRST = 64  # columns
CHEAP = 5_000_000  # multiplications: products of all columns that cost less than a few passes and decisions
GROWTH = 0.15  # of the support: so many columns at most join in a pass, or ROOM_AT_FIRST; 0.07 to 0.3 cost the same
CHUNK = 2**19  # numbers of float32 that are made float64 at a time


@dataclass(frozen=True, eq=False)
class Look:
    """What one pass over X tells of a residual r, in the problem 1/2 ||r||^2 + penalty ||w||_1.

    Attributes
    ----------
    penalty : float
    correlations : (n_features,), |X'r|
    largest : float, of these
    rr, ry, norm, null : float, r'r, r'y, ||w||_1, and the objective with no feature
    """

    penalty: float
    correlations: np.ndarray
    largest: float
    rr: float
    ry: float
    norm: float
    null: float

    @property
    def gap(self) -> float:
        """The relative duality gap over all columns."""
        return self.gap_at(self.penalty)

    def primal_at(self, penalty: float) -> float:
        """Return the objective with this penalty."""
        return 0.5 * self.rr + penalty * self.norm

    def gap_at(self, penalty: float) -> float:
        """Return primal minus dual objective, relative to the null's; the dual point is r, shrunk until feasible."""
        shrunk = min(1.0, penalty / self.largest) if self.largest > 0.0 else 1.0
        gap = self.primal_at(penalty) - shrunk * self.ry + 0.5 * shrunk**2 * self.rr
        return gap / self.null if self.null else 0.0


class WorkingSet:
    """Some columns Z of X, centred beside an intercept, with G = Z'Z, q = Z'y and coefficients w.

    X is never copied, and a column that was not gathered is never centred: y is, and so are residuals, whose
    products with a column do not see its mean. The arrays have room for more than the m columns in use.
    """

    def __init__(self, X: np.ndarray, y: np.ndarray, *, centred: bool, cheap: float = CHEAP):
        self.X, self.y, self.centred = X, y, centred
        self.yy, self.Xty = float(y @ y), products_with(X, y)
        self.null = 0.5 * self.yy  # the objective with no feature
        self.m, self.holds = 0, np.zeros(X.shape[1], dtype=bool)
        n_samples, n_features = X.shape
        self.takes_all = n_samples * n_features**2 <= cheap
        self._make_room(n_features if self.takes_all else min(ROOM_AT_FIRST, n_features))

    @property
    def support(self) -> np.ndarray:
        """Where w is not zero, among the columns in use."""
        return np.flatnonzero(self.w[: self.m])

    def add(self, new: np.ndarray) -> None:
        """Gather columns of X: one product of them with all columns that are here."""
        m, grown = self.m, self.m + len(new)
        if grown > len(self.w):
            self._make_room(min(max(grown, 2 * len(self.w)), self.X.shape[1]))
        block = self.Z[m:grown]
        block[:] = self.X.T[new]
        if self.centred:
            self.mean[m:grown] = block.mean(axis=1)
            block -= self.mean[m:grown, None]
        products = block @ self.Z[:grown].T
        self.G[m:grown, :grown], self.G[:m, m:grown] = products, products[:, :m].T
        self.q[m:grown], self.index[m:grown] = self.Xty[new], new
        self.holds[new], self.m = True, grown

    def improve(self, seen: Look, penalty: float, target: float) -> None:
        """Gather what violates most, and solve for the columns that are then here."""
        self.add(self._missing(seen.correlations, penalty))
        self.solve(penalty, target)

    def solve(self, penalty: float, target: float) -> None:
        """Improve w until the duality gap of 1/2 ||y - Zw||^2 + penalty ||w||_1 is at most target."""
        g = self.q[: self.m] - self._combined(self.G[: self.m, : self.m])
        minimise(self.G, self.m, self.q, self.w, g, penalty, self.yy, target)

    def look(self, penalty: float) -> Look:
        """Pass over all columns with the residual of w; ValueError if X or y holds a number that is not finite."""
        if not len(self.support):
            return seen_of(self, penalty, self.w[: self.m], self.y, np.abs(self.Xty))
        residual = self.y - self._combined(self.Z[: self.m])
        return seen_of(self, penalty, self.w[: self.m], residual, np.abs(products_with(self.X, residual)))

    def look_at_all(self, penalties: Sequence[float], W: np.ndarray) -> list[Look]:
        """Pass over all columns once, with the residuals of several w, (n_penalties, m): one product of matrices."""
        used = np.flatnonzero(W.any(axis=0))
        residuals = self.y - W[:, used] @ self.Z[used]
        correlations = np.abs(products_with(self.X, residuals.T)).T
        return list(map(partial(seen_of, self), penalties, W, residuals, correlations))

    def _combined(self, rows: np.ndarray) -> np.ndarray:
        """Return w' rows; of a small support only its rows are read, of a large one all: a choice of rows is a copy."""
        support = self.support
        if len(support) > self.m / 3:
            return self.w[: self.m] @ rows
        return self.w[support] @ rows[support]

    def solution(self) -> tuple[np.ndarray, float]:
        """Return the coefficients of all columns, and what they contribute at the means of the columns."""
        w = self.w[: self.m]
        return self.spread_out(w), float(self.offset(w))

    def spread_out(self, w: np.ndarray) -> np.ndarray:
        """Return coefficients of the columns here, (..., m), as coefficients of all columns, (..., n_features)."""
        beta = np.zeros((*w.shape[:-1], self.X.shape[1]))
        beta[..., self.index[: w.shape[-1]]] = w
        return beta

    def offset(self, w: np.ndarray) -> np.ndarray:
        """Return what these coefficients, (..., m), contribute at the means of the columns."""
        return w @ self.mean[: w.shape[-1]]

    def _missing(self, correlations: np.ndarray, penalty: float) -> np.ndarray:
        """Return the columns to be gathered next: of those that violate the optimality condition, the worst."""
        if self.takes_all:
            return np.flatnonzero(~self.holds)
        missing = np.flatnonzero((correlations > penalty) & ~self.holds)
        most = max(ROOM_AT_FIRST, int(GROWTH * len(self.support)))
        if len(missing) > most:
            missing = missing[np.argpartition(correlations[missing], -most)[-most:]]
        return missing

    def _make_room(self, room: int) -> None:
        """Move what is here into arrays for that many columns; the columns of X are the rows of Z."""
        old, m = vars(self).copy(), self.m
        self.Z, self.G = np.empty((room, len(self.X))), np.empty((room, room))
        self.q, self.w, self.mean = np.empty(room), np.zeros(room), np.zeros(room)
        self.index = np.empty(room, dtype=np.intp)
        if m:
            self.G[:m, :m] = old["G"][:m, :m]
            for name in ("Z", "q", "w", "mean", "index"):
                getattr(self, name)[:m] = old[name][:m]


def seen_of(work, penalty: float, w: np.ndarray, residual: np.ndarray, correlations: np.ndarray) -> Look:
    """Return what a pass has found; ValueError if X or y holds a number that is not finite.

    Parameters
    ----------
    work : WorkingSet or SparseColumns
    penalty : float
    w : (n_columns,), the coefficients behind the residual
    residual : (n_samples,)
    correlations : (n_columns,), of all columns, or of those in question

    Returns
    -------
    Look

    Raises
    ------
    ValueError

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    largest = float(correlations.max(initial=0.0))
    if not np.isfinite(largest):
        as_design(work.X, accept_sparse=True, min_rows=1)
        raise ValueError("X and y hold numbers whose products are too large for float64")
    squares, norm = (float(residual @ residual), float(residual @ work.y)), float(np.abs(w).sum())
    return Look(penalty, correlations, largest, *squares, norm, work.null)


def products_with(X: np.ndarray, r: np.ndarray) -> np.ndarray:
    """Return X'r in float64, for one r or several; of float32 only a few columns are in float64 at a time."""
    if X.dtype == np.float64:
        return X.T @ r
    width = max(1, CHUNK // len(X))
    starts = range(0, X.shape[1], width)
    return np.concatenate([X[:, start : start + width].T.astype(np.float64) @ r for start in starts])
