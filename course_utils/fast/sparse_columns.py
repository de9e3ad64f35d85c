"""The LASSO for sparse columns: sweeps over those that matter, with the residual at hand.

Of sparse columns a product costs about as much as a step of coordinate descent, and a table of products is dense: so
none is kept. A sweep touches the entries of its columns, and no others; centring would touch all, so it is put into
one number, by which the residual is shifted. Compiled code reads indices as numbers without a sign: there is then no
need to ask of each whether it counts from the end, and a sweep takes half the time.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy import sparse
from scipy.linalg import lapack

from course_utils.fast.extrapolation import MEMORY, anderson_weights
from course_utils.fast.look import Look, require_finite_products, seen_of
from course_utils.fast.problem import Problem

SWEEPS = 5  # between two looks at the columns that are swept over
MOST_ROUNDS = 2000
STALLED = 10  # rounds without progress: rounding allows no more
LONGEST_WAIT = 8  # quiet rounds before a Newton step
NEARLY = 0.98  # of the penalty: a column less correlated, and without a coefficient, is swept over no longer
WORTH_IT = 0.7  # a choice that leaves more than this share is not made
CONSTANT = 1e-12  # a column of less variance, relative to its squares, is constant but for rounding
MOST_TOGETHER = 100  # columns of a Newton step, whose products are dense; with more, sweeps are faster
JITTER = 1e-10  # relative, on their diagonal: twins on the support leave the system solvable


class SparseColumns:
    """All columns of a CSC matrix, their coefficients w and the residual r = t - Z w of a problem.

    Weights of rows and prices of columns take a copy of the stored entries; without them, X stays as it is.
    """

    stops_early = True  # before the wanted gap, to look at all columns again
    takes_all = True  # that violate, at once: sweeps are cheap, and lam does not fall slowly

    def __init__(self, problem: Problem):
        n_samples, n_features = problem.X.shape
        self.problem, self.null = problem, problem.null
        self.X = _weighted(problem)
        self.entries = (self.X.data, _unsigned(self.X.indices), _unsigned(self.X.indptr))
        self.root = np.ones(n_samples) if problem.root is None else problem.root
        sums, squares = _sums_and_squares(*self.entries, self.root)
        require_finite_products(squares)
        self.means = sums / n_samples if problem.centred else np.zeros(n_features)
        variance = squares - n_samples * self.means**2
        self.curvature = np.where(variance > CONSTANT * squares, variance, 0.0)
        self.ridge = np.zeros(n_features) if problem.ridge is None else problem.ridge
        self.every = np.arange(n_features, dtype=np.uintp)
        self.w, self.r = np.zeros(n_features), problem.t.copy()

    def start_from(self, beta: np.ndarray) -> None:
        """Begin with these coefficients of X, (n_features,)."""
        w = beta if self.problem.prices is None else self.problem.prices * beta
        self.w[:] = np.where(self.curvature > 0.0, w, 0.0)

    def look(self, penalty: float) -> Look:
        """Pass over all columns with the residual, computed afresh."""
        self.r[:] = self.problem.t
        self._move(_unsigned(self.w.nonzero()[0]), self.w)
        if self.problem.centred:  # what rounding has left beside an intercept, a large mean would multiply
            self.r -= (self.root @ self.r / len(self.r)) * self.root
        return self._seen_among(self.every, penalty)

    def improve(self, seen: Look, penalty: float, target: float) -> None:
        """Sweep over the columns that violate or have a coefficient, until their own duality gap is at most target."""
        chosen = ((seen.correlations > penalty) & (self.curvature > 0.0) | (self.w != 0.0)).nonzero()[0]
        chosen = _unsigned(chosen)
        iterates, residuals = [self.w[chosen]], [self.r.copy()]
        quiet, patience, stalled, lowest = 0, 1, 0, np.inf
        for _ in range(MOST_ROUNDS):
            self._sweep(chosen, penalty)
            iterates.append(self.w[chosen])
            residuals.append(self.r.copy())
            quiet = quiet + 1 if _same_signs(*iterates[-2:]) else 0
            settled = quiet >= patience and self._newton_step(penalty)
            quiet, patience = (0, min(2 * patience, LONGEST_WAIT)) if settled else (quiet, patience)
            if len(iterates) > MEMORY and not settled:
                self._extrapolate(chosen, np.array(iterates[1:]), np.array(residuals), penalty)
            seen = self._seen_among(chosen, penalty)
            stalled = 0 if seen.primal_at(penalty) < lowest else stalled + 1
            lowest = min(lowest, seen.primal_at(penalty))
            if seen.gap * self.null <= target or stalled == STALLED:
                return
            needed = (seen.correlations > NEARLY * penalty) | (self.w[chosen] != 0.0)
            narrower = np.count_nonzero(needed) < WORTH_IT * len(chosen)
            chosen = chosen[needed] if narrower else chosen
            if settled or narrower or len(iterates) > MEMORY:
                iterates, residuals = [self.w[chosen]], [self.r.copy()]

    def solution(self) -> tuple[np.ndarray, float]:
        """Return the coefficients, and what they contribute at the means of the columns."""
        return self.problem.beta(self.w.copy()), float(self.means @ self.w)

    def _sweep(self, chosen: np.ndarray, penalty: float) -> None:
        """Sweep over the chosen columns, SWEEPS times."""
        about = (self.means, self.curvature, self.ridge, self.root)
        _sweep(*self.entries, *about, chosen, self.w, self.r, penalty, self.problem.positive)

    def _seen_among(self, chosen: np.ndarray, penalty: float) -> Look:
        """Return what the residual tells of the chosen columns, as if there were no others."""
        products = _products(*self.entries, chosen, self.r)
        return seen_of(self.problem, penalty, self.w[chosen], self.r, products, ridge=self.ridge[chosen])

    def _move(self, chosen: np.ndarray, steps: np.ndarray) -> None:
        """Take the chosen columns, each times its step of all, from the residual."""
        _take_away(*self.entries, chosen, steps, self.r)
        self.r += (self.means[chosen] @ steps[chosen]) * self.root

    def _newton_step(self, penalty: float) -> bool:
        """Go to the minimum on the support, or to the first sign change on the way; return whether that could be."""
        support = _unsigned(self.w.nonzero()[0])
        if not 0 < len(support) <= MOST_TOGETHER:
            return False
        w, ridge, Z = self.w[support], self.ridge[support], self.X[:, support]
        G = (Z.T @ Z).toarray() - len(self.r) * np.outer(self.means[support], self.means[support])
        G.flat[:: len(G) + 1] += JITTER * self.curvature[support] + ridge
        slope = _products(*self.entries, support, self.r) - ridge * w - penalty * np.sign(w)
        _, direction, failed = lapack.dposv(G.T, slope, overwrite_a=True)
        if failed:
            return False
        limits = np.divide(-w, direction, out=np.full(len(w), np.inf), where=w * direction < 0.0)
        first = limits.argmin()
        steps = np.zeros(len(self.w))
        steps[support] = min(1.0, limits[first]) * direction
        if limits[first] < 1.0:
            steps[support[first]] = -w[first]
        before, r = self._objective(w, self.r, support, penalty), self.r.copy()
        self.w += steps
        self._move(support, steps)
        if self._objective(self.w[support], self.r, support, penalty) < before:
            return True
        self.w[support], self.r = w, r  # uphill: the products of twins are mostly rounding
        return False

    def _extrapolate(self, chosen, iterates, residuals, penalty: float) -> None:
        """Combine the last iterates so that the steps of the residual cancel best (Anderson), if that is downhill."""
        weights = anderson_weights(residuals)
        if weights is None:
            return
        w, r = weights @ iterates, weights @ residuals[1:]
        if self.problem.positive and w.min() < 0.0:
            return
        if self._objective(w, r, chosen, penalty) < self._objective(self.w[chosen], self.r, chosen, penalty):
            self.w[chosen], self.r = w, r

    def _objective(self, w: np.ndarray, r: np.ndarray, chosen: np.ndarray, penalty: float) -> float:
        return 0.5 * (r @ r + self.ridge[chosen] @ w**2) + penalty * np.abs(w).sum()


def _unsigned(indices: np.ndarray) -> np.ndarray:
    return indices.view(np.uint32 if indices.itemsize == 4 else np.uint64)


def _same_signs(before: np.ndarray, now: np.ndarray) -> bool:
    return np.array_equal(np.sign(before), np.sign(now))


def _weighted(problem: Problem) -> sparse.csc_matrix:
    """Return X, its entries times the square roots of their rows' weights, over the prices of their columns."""
    X = problem.X
    if problem.root is None and problem.prices is None:
        return X
    data = X.data if problem.root is None else X.data * problem.root[X.indices]
    if problem.prices is not None:
        data = data / np.repeat(problem.prices, np.diff(X.indptr))
    return sparse.csc_matrix((data, X.indices, X.indptr), shape=X.shape)


@njit(cache=True)
def _sums_and_squares(data, indices, indptr, root):
    """Return the products of each column with root and with itself."""
    n_features = indptr.size - 1
    sums, squares = np.zeros(n_features), np.zeros(n_features)
    for j in range(n_features):
        for entry in range(indptr[j], indptr[j + 1]):
            sums[j] += data[entry] * root[indices[entry]]
            squares[j] += data[entry] * data[entry]
    return sums, squares


@njit(cache=True)
def _sweep(data, indices, indptr, means, curvature, ridge, root, chosen, w, r, penalty, positive):
    """Minimise over each chosen column in turn, several times; the residual is kept centred by one shift."""
    shift, n_samples = 0.0, r.size
    for _ in range(SWEEPS):
        for j in chosen:
            z = shift * n_samples * means[j]
            for entry in range(indptr[j], indptr[j + 1]):
                z += data[entry] * r[indices[entry]]
            if w[j] != 0.0:
                z += curvature[j] * w[j]
            new = 0.0
            if z > penalty:
                new = (z - penalty) / (curvature[j] + ridge[j])
            elif z < -penalty and not positive:
                new = (z + penalty) / (curvature[j] + ridge[j])
            step = new - w[j]
            if step != 0.0:
                w[j] = new
                shift += step * means[j]
                for entry in range(indptr[j], indptr[j + 1]):
                    r[indices[entry]] -= step * data[entry]
    for i in range(n_samples):
        r[i] += shift * root[i]


@njit(cache=True)
def _products(data, indices, indptr, chosen, r):
    """Return the products of some columns with a residual that needs no centred columns."""
    products = np.empty(chosen.size)
    for k in range(chosen.size):
        z = 0.0
        for entry in range(indptr[chosen[k]], indptr[chosen[k] + 1]):
            z += data[entry] * r[indices[entry]]
        products[k] = z
    return products


@njit(cache=True)
def _take_away(data, indices, indptr, chosen, steps, r):
    """Subtract the chosen columns, each times its step of all, from r."""
    for j in chosen:
        for entry in range(indptr[j], indptr[j + 1]):
            r[indices[entry]] -= steps[j] * data[entry]
