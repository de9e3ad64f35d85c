"""All columns at once, by their products alone: for few columns, or many rows.

After G = Z'Z and q = Z't nothing depends on the number of rows any more, not even the proof: with g = q - Gw,

    r'r = t't - w'(q + g)        r't = t't - w'q        Z'r = g

which is the duality gap of the very same residual r = t - Zw, but for rounding. Rounding is some 1e-15 of t't; where it
could matter, the residual is formed and X is passed over.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import numpy as np

from course_utils.fast.gram import minimise
from course_utils.fast.gram_paths import relative_gaps
from course_utils.fast.look import Look, require_finite_products, seen_of
from course_utils.fast.problem import Problem

ROWS = 4096  # that are centred at a time
TRUSTED = 1e-9  # a relative gap above it, from products, is not rounding
CANCELS = 1e-3  # of the squares of a column: where centring leaves less, it comes before the product


class AllColumns:
    """All columns of Z with G = Z'Z, q = Z't and coefficients w; the problem says what Z and t are. X is not copied."""

    takes_all, stops_early = True, False

    def __init__(self, problem: Problem, tol: float):
        self.problem, self.null = problem, problem.null
        self.by_products = tol >= TRUSTED
        self.m = problem.X.shape[1]
        self.w, self.G, self.means = np.zeros(self.m), None, None

    @property
    def q(self) -> np.ndarray:
        """Z't, (n_features,)."""
        return self.problem.Zt

    @property
    def support(self) -> np.ndarray:
        """Where w is not zero."""
        return self.w.nonzero()[0]

    def start_from(self, beta: np.ndarray) -> None:
        """Begin with these coefficients of X, (n_features,)."""
        self.w[:] = beta if self.problem.prices is None else self.problem.prices * beta

    def improve(self, seen: Look, penalty: float, target: float) -> None:
        """Solve for all columns; what was seen says nothing new."""
        self.solve(penalty, target)

    def solve(self, penalty: float, target: float) -> None:
        """Improve w until the duality gap of 1/2 ||t - Zw||^2 + penalty ||w||_1 is at most target."""
        self._multiply()
        q, problem = self.problem.Zt, self.problem
        minimise(
            self.G, self.m, q, self.w, q - self.w @ self.G, penalty, problem.tt, target, problem.positive
        )

    def look(self, penalty: float) -> Look:
        """Return what the residual of w tells of all columns; ValueError if X or y is not finite."""
        problem, w = self.problem, self.w
        if self.G is None and not w.any():
            return seen_of(problem, penalty, w[:0], problem.t, self.q.copy())
        self._multiply()
        if not self.by_products:
            residual = problem.t - self._fit()
            return seen_of(problem, penalty, w, residual, problem.products(residual))
        g = self.q - w @ self.G
        rr, rt = problem.tt - float(w @ (self.q + g)), problem.tt - float(w @ self.q)
        correlations = g if problem.positive else np.abs(g, out=g)
        largest = float(np.maximum.reduce(correlations, initial=0.0))
        return Look(penalty, correlations, largest, rr, rt, float(np.add.reduce(np.abs(w))), self.null)

    def gaps_of_all(self, penalties: np.ndarray, W: np.ndarray) -> np.ndarray:
        """Return the relative duality gaps of several w, (n_penalties, m)."""
        if self.by_products and not self.problem.positive:
            return relative_gaps(self.G, self.q, self.problem.tt, penalties, W)
        gaps = []
        for penalty, self.w[:] in zip(penalties, W, strict=True):
            gaps.append(self.look(penalty).gap)
        return np.array(gaps)

    def solution(self) -> tuple[np.ndarray, float]:
        """Return the coefficients of X, and what they contribute at the means of its columns."""
        return self.spread_out(self.w.copy()), float(self.offset(self.w))

    def spread_out(self, w: np.ndarray) -> np.ndarray:
        """Return coefficients of Z, (..., m), as coefficients of X."""
        return self.problem.beta(w)

    def offset(self, w: np.ndarray) -> np.ndarray:
        """Return what these coefficients, (..., m), contribute at the means of the columns."""
        return np.zeros(w.shape[:-1]) if self.means is None else w @ self.means

    def _multiply(self) -> None:
        """Form the products, once."""
        if self.G is not None:
            return
        problem = self.problem
        self.means = problem.means() if problem.centred else None
        self.G = _products_of(problem, self.means)
        if problem.ridge is not None:
            self.G.flat[:: self.m + 1] += problem.ridge
        require_finite_products(self.G)

    def _fit(self) -> np.ndarray:
        """Return Zw."""
        fit = self.problem.X @ self.problem.beta(self.w) - self.offset(self.w)
        return fit if self.problem.root is None else fit * self.problem.root


def _products_of(problem: Problem, means: np.ndarray | None) -> np.ndarray:
    """Return Z'Z: the products of X, centred afterwards, or beforehand where that would cost digits."""
    X, n_samples = problem.X, problem.n_samples
    if problem.root is None and problem.prices is None:
        G = X.T @ X
        if means is None:
            return G
        squares = G.diagonal().copy()
        G -= np.outer(n_samples * means, means)
        if (G.diagonal() >= CANCELS * squares).all():
            return G
    G = np.zeros((len(problem.Zt), len(problem.Zt)))
    for start in range(0, n_samples, ROWS):
        rows = slice(start, start + ROWS)
        Z = problem.beta(X[rows]) - (0.0 if means is None else means)
        Z = Z if problem.root is None else Z * problem.root[rows, None]
        G += Z.T @ Z
    return G
