"""Only a few columns matter: those are gathered, with their products, and coefficients for them.

Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_utils.fast.gram import minimise
from course_utils.fast.look import Look, require_finite_products, seen_of
from course_utils.fast.problem import Problem

ROOM_AT_FIRST = 64  # columns: so many may always join in a pass
GROWTH = 0.15  # of the support: so many may too; 0.07 to 0.3 cost the same
BALANCE = 4  # times the columns of X, over those that are here: with as many new ones, products take as long as a pass
FEW_NEW = 0.05  # of those that are here: when fewer join, the right ones are nearly complete, and
CLOSER = 0.1  # a solution that is closer by this spares a pass:
CHEAP = 40  # times the numbers of X: while the cube of those that are here is less, it pays


class WorkingSet:
    """Some columns of Z, as rows, with G = ZZ', q = Zt and coefficients w; the problem says what Z and t are.

    X is never copied: a column that was not gathered is never centred. The arrays have room for more than the m
    columns in use.
    """

    takes_all = False  # at once
    stops_early = True  # before the wanted gap, to look at all columns again

    def __init__(self, problem: Problem):
        n_features = problem.X.shape[1]
        self.problem, self.null = problem, problem.null
        self.m, self.holds = 0, np.zeros(n_features, dtype=bool)
        self._make_room(min(ROOM_AT_FIRST, n_features))

    @property
    def support(self) -> np.ndarray:
        """Where w is not zero, among the columns in use."""
        return self.w[: self.m].nonzero()[0]

    def add(self, new: np.ndarray) -> None:
        """Gather columns of X: one product of them with all columns that are here."""
        m, grown = self.m, self.m + len(new)
        if grown == m:
            return
        if grown > len(self.w):
            self._make_room(min(max(grown, 2 * len(self.w)), len(self.holds)))
        block = self.Z[m:grown]
        self.means[m:grown] = self.problem.gather(new, block)
        products = block @ self.Z[:grown].T
        require_finite_products(products)
        self.G[m:grown, :grown], self.G[:m, m:grown] = products, products[:, :m].T
        if self.problem.ridge is not None:
            diagonal = np.arange(m, grown)
            self.G[diagonal, diagonal] += self.problem.ridge[new]
        self.q[m:grown], self.index[m:grown] = self.problem.Zt[new], new
        self.holds[new], self.m = True, grown

    def start_from(self, beta: np.ndarray) -> None:
        """Begin with these coefficients of X, (n_features,), and with their columns."""
        prices = self.problem.prices
        w = beta if prices is None else prices * beta
        self.add(((w != 0.0) & ~self.holds).nonzero()[0])
        self.w[: self.m] = w[self.index[: self.m]]

    def improve(self, seen: Look, penalty: float, target: float) -> None:
        """Gather what violates most, and solve for the columns that are then here."""
        support = len(self.support)
        no_dearer = min(support, BALANCE * len(self.holds) // max(self.m, 1))
        at_most = max(ROOM_AT_FIRST, int(GROWTH * support), no_dearer)
        new = self.absent(seen.correlations, penalty, at_most)
        self.add(new)
        nearly_complete = len(new) <= FEW_NEW * self.m and self.m**3 <= CHEAP * self.problem.X.size
        self.solve(penalty, CLOSER * target if nearly_complete else target)

    def solve(self, penalty: float, target: float) -> None:
        """Improve w until the duality gap of 1/2 ||t - Z'w||^2 + penalty ||w||_1 is at most target."""
        g = self.q[: self.m] - self._combined(self.G[: self.m, : self.m])
        minimise(self.G, self.m, self.q, self.w, g, penalty, self.problem.tt, target, self.problem.positive)

    def look(self, penalty: float) -> Look:
        """Pass over all columns with the residual of w; ValueError if X or y holds a number that is not finite."""
        if not self.m:
            return seen_of(self.problem, penalty, self.w[:0], self.problem.t, self.problem.Zt.copy())
        residual = self.problem.t - self._combined(self.Z[: self.m])
        return self._seen(penalty, self.w[: self.m], residual, self.problem.products(residual))

    def look_at_all(self, penalties: Sequence[float], W: np.ndarray) -> list[Look]:
        """Pass over all columns once, with the residuals of several w, (n_penalties, m): one product of matrices."""
        used = np.flatnonzero(W.any(axis=0))
        residuals = self.problem.t - W[:, used] @ self.Z[used]
        return list(map(self._seen, penalties, W, residuals, self.problem.products(residuals.T).T))

    def _seen(self, penalty: float, w: np.ndarray, residual: np.ndarray, products: np.ndarray) -> Look:
        """Return what a pass has found for the columns here with coefficients w."""
        return seen_of(self.problem, penalty, w, residual, products, self.index[: self.m])

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
        """Return coefficients of the columns here, (..., m), as coefficients of X, (..., n_features)."""
        everywhere = np.zeros((*w.shape[:-1], len(self.holds)))
        everywhere[..., self.index[: w.shape[-1]]] = w
        return self.problem.beta(everywhere)

    def offset(self, w: np.ndarray) -> np.ndarray:
        """Return what these coefficients, (..., m), contribute at the means of the columns."""
        return w @ self.means[: w.shape[-1]]

    def absent(self, correlations: np.ndarray, above: float, at_most: int) -> np.ndarray:
        """Return the columns that are not here and correlated more than that, the most correlated if they are many.

        Parameters
        ----------
        correlations : (n_features,)
        above : float
        at_most : int, how many

        Returns
        -------
        (n_absent,) array of their numbers

        Lesson: notebooks/10_faster_than_the_libraries.ipynb
        """
        absent = np.flatnonzero((correlations > above) & ~self.holds)
        if len(absent) > at_most:
            absent = absent[np.argpartition(correlations[absent], -at_most)[-at_most:]]
        return absent

    def _make_room(self, room: int) -> None:
        """Move what is here into arrays for that many columns."""
        old, m = vars(self).copy(), self.m
        self.Z, self.G = np.empty((room, self.problem.n_samples)), np.empty((room, room))
        self.q, self.w, self.means = np.empty(room), np.zeros(room), np.zeros(room)
        self.index = np.empty(room, dtype=np.intp)
        if m:
            self.G[:m, :m] = old["G"][:m, :m]
            for name in ("Z", "q", "w", "means", "index"):
                getattr(self, name)[:m] = old[name][:m]
