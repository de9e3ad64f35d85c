"""The LASSO of a few columns Z from their products alone: after G = Z'Z and q = Z'y, no pass over the rows.

    minimise  1/2 w'Gw - q'w + penalty ||w||_1,      penalty = n lam

The correlations with the residual, g = q - Gw = Z'(y - Zw), are kept up to date beside w. Arrays may be longer than
the m columns in use. Everything here is compiled, and assumes finite numbers.
"""

from __future__ import annotations

import numpy as np
from numba import njit

MEMORY = 5  # iterates that an extrapolation looks back on
MOST_SWEEPS = 10_000
JITTER = 1e-10  # relative, on the diagonal: twins on the support leave the system solvable


@njit(cache=True, fastmath=True)
def _move(G, m, w, g, j, step):
    """Change one coefficient, and the correlations with it."""
    w[j] += step
    row = G[j]
    for k in range(m):
        g[k] -= step * row[k]


@njit(cache=True, fastmath=True)
def _sweep(G, m, w, g, penalty, candidates):
    """Minimise over each candidate in turn; return how many changed their sign, to or from zero included."""
    flips = 0
    for j in candidates:
        curvature = G[j, j]
        if curvature <= 0.0:
            continue
        z = g[j] + curvature * w[j]
        new = max(abs(z) - penalty, 0.0) / curvature
        if z < 0.0:
            new = -new
        if new != w[j]:
            flips += (new > 0.0) != (w[j] > 0.0) or (new < 0.0) != (w[j] < 0.0)
            _move(G, m, w, g, j, new - w[j])
            w[j] = new  # exactly zero where it is meant
    return flips


@njit(cache=True)
def _newton_step(G, m, w, g, penalty):
    """Go to the minimum on the support with these signs, or to the first sign change on the way: always downhill."""
    support = np.nonzero(w[:m])[0]
    k = support.size
    A, direction = np.empty((k, k)), np.empty(k)
    for a in range(k):
        j = support[a]
        for b in range(k):
            A[a, b] = G[j, support[b]]
        A[a, a] *= 1.0 + JITTER
        direction[a] = g[j] - penalty * np.sign(w[j])
    L = np.linalg.cholesky(A)
    _solve_triangles(L, direction)
    reach, stopped_by = 1.0, -1
    for a in range(k):
        old = w[support[a]]
        if old * (old + reach * direction[a]) < 0.0:
            reach, stopped_by = -old / direction[a], a
    for a in range(k):
        _move(G, m, w, g, support[a], reach * direction[a])
    if stopped_by >= 0:
        w[support[stopped_by]] = 0.0


@njit(cache=True, fastmath=True)
def _solve_triangles(L, b):
    """Replace b by the solution x of L L' x = b."""
    k = b.size
    for a in range(k):
        for c in range(a):
            b[a] -= L[a, c] * b[c]
        b[a] /= L[a, a]
    for a in range(k - 1, -1, -1):
        b[a] /= L[a, a]
        for c in range(a):
            b[c] -= L[a, c] * b[a]


@njit(cache=True)
def _objective(m, q, w, g, penalty):
    """Return 1/2 w'Gw - q'w + penalty ||w||_1 from what is at hand."""
    value = 0.0
    for j in range(m):
        if w[j] != 0.0:
            value += penalty * abs(w[j]) - 0.5 * w[j] * (q[j] + g[j])
    return value


@njit(cache=True)
def _duality_gap(m, q, w, g, penalty, yy):
    """Return primal minus dual objective of the problem in these columns; its dual point is the scaled residual."""
    rr, ry, norm, largest = yy, yy, 0.0, 0.0
    for j in range(m):
        largest = max(largest, abs(g[j]))
        if w[j] != 0.0:
            rr -= w[j] * (q[j] + g[j])
            ry -= w[j] * q[j]
            norm += abs(w[j])
    scale = min(1.0, penalty / largest) if largest > 0.0 else 1.0
    return 0.5 * rr + penalty * norm - scale * ry + 0.5 * scale * scale * rr


@njit(cache=True)
def _extrapolate(iterates, correlations, m, q, w, g, penalty):
    """Combine the last iterates so that their steps cancel best (Anderson); keep it only if it is downhill."""
    steps = iterates[1:] - iterates[:-1]
    M = steps @ steps.T
    M += np.eye(MEMORY) * (1e-10 * np.trace(M) + 1e-300)
    weights = np.linalg.solve(M, np.ones(MEMORY))
    weights /= weights.sum()
    guess, its_correlations = weights @ iterates[1:], weights @ correlations[1:]
    if _objective(m, q, guess, its_correlations, penalty) < _objective(m, q, w, g, penalty):
        w[:m], g[:m] = guess, its_correlations


@njit(cache=True)
def minimise(G, m, q, w, g, penalty, yy, target):
    """Improve w until its duality gap is at most target: sweeps, extrapolations, Newton steps once signs stay put.

        1/2 w'Gw - q'w + penalty ||w||_1

    Each Newton step lets the next wait for more quiet sweeps: signs that move again were not yet right.

    Parameters
    ----------
    G : (room, room)
        The products of the columns; entries beyond m are not read.
    m : int, columns in use
    q : (room,)
        The products of the columns with y.
    w : (room,)
        Where to start; the solution is written there.
    g : (m,)
        q - Gw, kept up to date with w.
    penalty : float, n lam
    yy : float, y'y
    target : float
        The duality gap to stop at, not relative to anything.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    iterates, correlations = np.empty((MEMORY + 1, m)), np.empty((MEMORY + 1, m))
    iterates[0], correlations[0] = w[:m], g[:m]
    quiet, patience, last = 0, 1, 0
    for _ in range(MOST_SWEEPS):
        candidates = np.nonzero((np.abs(g[:m]) > penalty) | (w[:m] != 0.0))[0]
        quiet = quiet + 1 if _sweep(G, m, w, g, penalty, candidates) == 0 else 0
        last += 1
        iterates[last], correlations[last] = w[:m], g[:m]
        if quiet >= patience:
            _newton_step(G, m, w, g, penalty)
            quiet, patience = 0, min(2 * patience, 8)
        elif last == MEMORY:
            _extrapolate(iterates, correlations, m, q, w, g, penalty)
        else:
            continue
        if _duality_gap(m, q, w, g, penalty, yy) <= target:
            return
        last = 0
        iterates[0], correlations[0] = w[:m], g[:m]
