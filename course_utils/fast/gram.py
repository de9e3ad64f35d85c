"""The LASSO of a few columns Z from their products alone: after G = Z'Z and q = Z't, no pass over the rows.

    minimise  1/2 w'Gw - q'w + penalty ||w||_1,      penalty = n lam

The correlations with the residual, g = q - Gw = Z'(t - Zw), are kept up to date beside w. What goes from coefficient
to coefficient is compiled; it is little, since compiling takes the reader's time. What is linear algebra is left to
LAPACK. Arrays may be longer than the m columns in use; numbers must be finite.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy.linalg import lapack

from course_utils.fast.extrapolation import MEMORY, anderson_weights

MOST_ROUNDS = 2_000  # of that many sweeps
LONGEST_WAIT = 8  # quiet sweeps before a Newton step
STALLED = 5  # rounds without progress: rounding allows no more
JITTER = 1e-10  # relative, on the diagonal: twins on the support leave the system solvable


def minimise(G, m, q, w, g, penalty, tt, target, positive=False) -> None:
    """Improve w until its duality gap is at most target: sweeps, extrapolations, Newton steps once signs stay put.

        1/2 w'Gw - q'w + penalty ||w||_1

    Each Newton step lets the next wait for more quiet sweeps: signs that move again were not yet right.

    Parameters
    ----------
    G : (room, room)
        The products of the columns; entries beyond m are not read.
    m : int, columns in use
    q : (room,)
        The products of the columns with t.
    w : (room,)
        Where to start; the solution is written there.
    g : (m,)
        q - Gw, kept up to date with w.
    penalty : float, n lam
    tt : float, t't
    target : float
        The duality gap to stop at, not relative to anything.
    positive : bool
        Whether w must not be negative.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    iterates, correlations = np.empty((2, MEMORY + 1, m))
    quiet, patience, stalled, lowest = 0, 1, 0, np.inf
    for _ in range(MOST_ROUNDS):
        quiet = _sweeps(G, m, w, g, penalty, positive, quiet, patience, iterates, correlations)
        if quiet >= patience:
            _newton_step(G, m, w, g, penalty)
            quiet, patience = 0, min(2 * patience, LONGEST_WAIT)
        else:
            _extrapolate(iterates, correlations, q[:m], w[:m], g, penalty, positive)
        gap, objective = gap_and_objective(m, q, w, g, penalty, tt, positive)
        stalled = stalled + 1 if objective >= lowest else 0
        lowest = min(lowest, objective)
        if gap <= target or stalled == STALLED:
            return


@njit(cache=True)
def _sweeps(G, m, w, g, penalty, positive, quiet, patience, iterates, correlations):
    """Sweep until as many sweeps were quiet as patience asks for, MEMORY times at most; return how many were quiet."""
    for k in range(len(iterates)):
        if k > 0:
            quiet = quiet + 1 if _sweep(G, m, w, g, penalty, positive) == 0 else 0
        for j in range(m):  # loops, since assignments of slices take long to compile
            iterates[k, j], correlations[k, j] = w[j], g[j]
        if k > 0 and quiet >= patience:
            break
    return quiet


@njit(cache=True, fastmath=True)
def _sweep(G, m, w, g, penalty, positive):
    """Minimise over each candidate in turn; return how many changed their sign, to or from zero included."""
    flips = 0
    for j in np.nonzero((np.abs(g) > penalty) | (w[:m] != 0.0))[0]:
        curvature = G[j, j]
        z = g[j] + curvature * w[j]
        new = max(abs(z) - penalty, 0.0) / curvature if curvature > 0.0 else 0.0  # of a constant column
        if z < 0.0:
            new = 0.0 if positive else -new
        step = new - w[j]
        if step != 0.0:
            flips += (new > 0.0) != (w[j] > 0.0) or (new < 0.0) != (w[j] < 0.0)
            w[j] = new
            row = G[j]
            for k in range(m):
                g[k] -= step * row[k]
    return flips


def _extrapolate(iterates, correlations, q, w, g, penalty, positive):
    """Combine the last iterates so that their steps cancel best (Anderson); keep it only if it is downhill."""
    weights = anderson_weights(iterates)
    if weights is None:
        return
    guess, its_correlations = weights @ iterates[1:], weights @ correlations[1:]
    allowed = not positive or guess.min() >= 0.0
    if allowed and _objective(q, guess, its_correlations, penalty) < _objective(q, w, g, penalty):
        w[:], g[:] = guess, its_correlations


def _newton_step(G, m, w, g, penalty):
    """Go to the minimum on the support with these signs, or to the first sign change on the way: always downhill."""
    support = w[:m].nonzero()[0]
    if not len(support):
        return
    A = _among(G, support)
    _, direction, failed = lapack.dposv(A.T, g[support] - penalty * np.sign(w[support]), overwrite_a=True)
    if not failed:
        _go(G, m, w, g, support, direction)


@njit(cache=True)
def _among(G, support):
    """Return the products of the support, the diagonal a trifle larger."""
    k = support.size
    A = np.empty((k, k))
    for a in range(k):
        row = G[support[a]]
        for b in range(k):
            A[a, b] = row[support[b]]
        A[a, a] *= 1.0 + JITTER
    return A


@njit(cache=True, fastmath=True)
def _go(G, m, w, g, support, direction):
    """Go in this direction, until the first coefficient is zero at the latest."""
    reach, stopped_by = 1.0, -1
    for a in range(support.size):
        old = w[support[a]]
        if old * (old + reach * direction[a]) < 0.0:
            reach, stopped_by = -old / direction[a], a
    for a in range(support.size):
        row, step = G[support[a]], reach * direction[a]
        w[support[a]] += step
        for k in range(m):
            g[k] -= step * row[k]
    if stopped_by >= 0:
        w[support[stopped_by]] = 0.0


def _objective(q, w, g, penalty) -> float:
    """Return 1/2 w'Gw - q'w + penalty ||w||_1 from what is at hand."""
    return penalty * np.abs(w).sum() - 0.5 * (w @ (q + g))


@njit(cache=True, fastmath=True)
def gap_and_objective(m, q, w, g, penalty, tt, positive):
    """Return primal minus dual objective of the problem in these columns, and 1/2 w'Gw - q'w + penalty ||w||_1.

    The dual point is the residual, shrunk until feasible. All numbers must be finite.

    Parameters
    ----------
    m : int, columns in use
    q, w : (room,)
    g : (room,), q - Gw
    penalty : float, n lam
    tt : float, t't
    positive : bool
        Whether w must not be negative.

    Returns
    -------
    float, float

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    rr, rt, norm, largest = tt, tt, 0.0, 0.0
    for j in range(m):
        largest = max(largest, g[j] if positive else abs(g[j]))
        if w[j] != 0.0:
            rr -= w[j] * (q[j] + g[j])
            rt -= w[j] * q[j]
            norm += abs(w[j])
    shrunk = min(1.0, penalty / largest) if largest > 0.0 else 1.0
    primal = 0.5 * rr + penalty * norm
    return primal - shrunk * rt + 0.5 * shrunk * shrunk * rr, primal - 0.5 * tt
