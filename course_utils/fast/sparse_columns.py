"""The LASSO for sparse columns: sweeps over those that matter, with the residual at hand.

Of sparse columns a product costs about as much as a step of coordinate descent, and a table of products is dense: so
none is kept. A sweep touches the entries of its columns, and no others; centring would touch all, so it is put into
one number, by which the residual is shifted.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import numpy as np
from numba import njit

from course_utils.fast.working_set import Look, seen_of

SWEEPS = 5  # between two looks at the columns that are swept over
MEMORY = 5  # iterates that an extrapolation looks back on
MOST_ROUNDS = 2000
NEARLY = 0.98  # of the penalty: a column less correlated, and without a coefficient, is swept over no longer
WORTH_IT = 0.7  # a choice that leaves more than this share is not made
CONSTANT = 1e-12  # a column of less variance, relative to its squares, is constant but for rounding


class SparseColumns:
    """All columns of a CSC matrix, their coefficients w and the residual r = y - mean y - (X - means) w."""

    takes_all = (
        True  # sweeps are cheap: every column that violates takes part at once, and lam does not fall slowly
    )

    def __init__(self, X, y: np.ndarray, *, centred: bool):
        n_samples, n_features = X.shape
        self.X, self.y = X, y
        self.mean = np.asarray(X.mean(axis=0)).ravel() if centred else np.zeros(n_features)
        squares = np.asarray(X.multiply(X).sum(axis=0)).ravel()
        variance = squares - n_samples * self.mean**2
        self.curvature = np.where(variance > CONSTANT * squares, variance, 0.0)
        self.null = 0.5 * float(y @ y)
        self.w, self.r = np.zeros(n_features), y.copy()

    def look(self, penalty: float) -> Look:
        """Pass over all columns with the residual, computed afresh."""
        support = np.flatnonzero(self.w)
        if len(support):
            w = self.w[support]
            self.r = self.y - self.X[:, support] @ w + self.mean[support] @ w
        correlations = np.abs(self.X.T @ self.r)
        return seen_of(self, penalty, self.w, self.r, correlations)

    def improve(self, seen: Look, penalty: float, target: float) -> None:
        """Sweep over the columns that violate or have a coefficient, until their own duality gap is at most target."""
        chosen = np.flatnonzero((seen.correlations > penalty) | (self.w != 0.0))
        iterates, residuals = [self.w[chosen]], [self.r.copy()]
        columns = (self.X.data, self.X.indices, self.X.indptr)
        for _ in range(MOST_ROUNDS):
            _sweep(*columns, self.mean, self.curvature, chosen, self.w, self.r, penalty)
            iterates.append(self.w[chosen])
            residuals.append(self.r.copy())
            if len(iterates) > MEMORY:
                self._extrapolate(chosen, np.array(iterates[1:]), np.array(residuals), penalty)
                iterates, residuals = [self.w[chosen]], [self.r.copy()]
            correlations = np.abs(_correlations(*columns, chosen, self.r))
            if seen_of(self, penalty, self.w[chosen], self.r, correlations).gap * self.null <= target:
                return
            needed = (correlations > NEARLY * penalty) | (self.w[chosen] != 0.0)
            if needed.sum() < WORTH_IT * len(chosen):
                chosen = chosen[needed]
                iterates, residuals = [self.w[chosen]], [self.r.copy()]

    def solution(self) -> tuple[np.ndarray, float]:
        """Return the coefficients, and what they contribute at the means of the columns."""
        return self.w.copy(), float(self.mean @ self.w)

    def _extrapolate(self, chosen, iterates, residuals, penalty: float) -> None:
        """Combine the last iterates so that the steps of the residual cancel best (Anderson), if that is downhill."""
        steps = np.diff(residuals, axis=0)
        M = steps @ steps.T
        M.flat[:: MEMORY + 1] += 1e-10 * np.trace(M) + 1e-300
        weights = np.linalg.solve(M, np.ones(MEMORY))
        weights /= weights.sum()
        w, r = weights @ iterates, weights @ residuals[1:]
        now = 0.5 * self.r @ self.r + penalty * np.abs(self.w[chosen]).sum()
        if 0.5 * r @ r + penalty * np.abs(w).sum() < now:
            self.w[chosen], self.r = w, r


@njit(cache=True, fastmath=True)
def _sweep(data, indices, indptr, mean, curvature, chosen, w, r, penalty):
    """Minimise over each chosen column in turn, several times; the residual's mean stays zero by one shift."""
    shift, n_samples = 0.0, r.size
    for _ in range(SWEEPS):
        for j in chosen:
            if curvature[j] == 0.0:
                continue
            z = curvature[j] * w[j] + shift * n_samples * mean[j]
            for entry in range(indptr[j], indptr[j + 1]):
                z += data[entry] * r[indices[entry]]
            new = max(abs(z) - penalty, 0.0) / curvature[j]
            if z < 0.0:
                new = -new
            step = new - w[j]
            if step != 0.0:
                w[j] = new
                shift += step * mean[j]
                for entry in range(indptr[j], indptr[j + 1]):
                    r[indices[entry]] -= step * data[entry]
    r += shift


@njit(cache=True, fastmath=True)
def _correlations(data, indices, indptr, chosen, r):
    """Return the products of some columns with a residual whose mean is zero, or with columns that are not centred."""
    products = np.empty(chosen.size)
    for k in range(chosen.size):
        z = 0.0
        for entry in range(indptr[chosen[k]], indptr[chosen[k] + 1]):
            z += data[entry] * r[indices[entry]]
        products[k] = z
    return products
