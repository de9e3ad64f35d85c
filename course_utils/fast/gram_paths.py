"""Proven paths from products of columns alone: homotopy, a certificate for every solution, sweeps where it fails.

    minimise  1/2 w'Gw - q'w + penalty ||w||_1,      penalty = n lam,   G = X'X,   q = X'y

The duality gap needs the residual r = y - Xw only in products, and those are at hand too:

    X'r = q - Gw        r'r = y'y - w'(q + X'r)        r'y = y'y - w'q

So a gap computed from G, q and y'y is the gap that the rows would give, but for rounding: a few 1e-16 of the objective
with no feature, and more where large coefficients of columns that almost depend on each other cancel. It takes nothing
from the homotopy but w.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit

from course_utils.fast.gram import minimise
from course_utils.fast.homotopy import homotopy_paths

FINAL = 0.3  # of the gap that is wanted: how well sweeps solve


@dataclass(frozen=True, eq=False)
class ProvenPaths:
    """The paths of several problems, each solution with its proof.

    Attributes
    ----------
    coefficients : (n_problems, n_penalties, n_features)
    gaps : (n_problems, n_penalties), duality gaps relative to the objective with no feature
    n_swept : (n_problems,), how many of the solutions homotopy left to sweeps
    """

    coefficients: np.ndarray
    gaps: np.ndarray
    n_swept: np.ndarray


def proven_paths(Gs, qs, yys, penalties, *, tol=1e-6) -> ProvenPaths:
    """Minimise 1/2 w'Gw - q'w + penalty ||w||_1 for each pair (G, q) and all penalties, as they fall.

    Parameters
    ----------
    Gs : (n_problems, n_features, n_features)
    qs : (n_problems, n_features)
    yys : (n_problems,), y'y
    penalties : (n_problems, n_penalties), or (n_penalties,) for all, n lam, falling
    tol : float, the relative duality gap that a solution of homotopy must keep; else it is swept for

    Returns
    -------
    ProvenPaths
        A gap stays above tol only where rounding does not let it come down.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    Gs, qs, yys = (np.asarray(values, dtype=np.float64) for values in (Gs, qs, yys))
    followed = homotopy_paths(Gs, qs, penalties)
    W = followed.coefficients
    penalties = np.broadcast_to(penalties, W.shape[:2])
    gaps = relative_gaps(Gs, qs, yys, penalties, W)
    unproven = gaps > tol
    for b in np.flatnonzero(unproven.any(axis=1)):
        problem = np.ascontiguousarray(Gs[b]), np.ascontiguousarray(qs[b]), float(yys[b])
        _sweep_for(problem, penalties[b], W[b], np.flatnonzero(unproven[b]), followed.n_reached[b], tol)
        gaps[b] = relative_gaps(Gs[b], qs[b], yys[b], penalties[b], W[b])
    return ProvenPaths(W, gaps, unproven.sum(axis=1))


def relative_gaps(Gs, qs, yys, penalties, W) -> np.ndarray:
    """Return the duality gap of each row of W, relative to the objective with no feature, from products alone.

    Parameters
    ----------
    Gs : (..., n_features, n_features)
    qs : (..., n_features)
    yys : (...), y'y
    penalties : (..., n_penalties)
    W : (..., n_penalties, n_features)

    Returns
    -------
    (..., n_penalties) array
        Zero, or infinite, where y is zero; as in `objective.duality_gap`.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    shape = W.shape[:-1]
    explained = np.matmul(W, Gs)
    gaps, n_features = np.empty(shape), W.shape[-1]
    several = (-1, shape[-1], n_features)
    _write_gaps(
        np.reshape(qs, (-1, n_features)).astype(np.float64),
        np.reshape(yys, -1).astype(np.float64),
        np.ascontiguousarray(np.broadcast_to(penalties, shape), dtype=np.float64).reshape(-1, shape[-1]),
        np.ascontiguousarray(W).reshape(several),
        explained.reshape(several),
        gaps.reshape(-1, shape[-1]),
    )
    return gaps


@njit(cache=True, fastmath={"reassoc", "contract"})  # sums in any order, but infinity stays infinity
def _write_gaps(qs, yys, penalties, W, explained, gaps):
    """Write the relative gaps of all W, with explained = WG, in one pass over both: NumPy would take a dozen."""
    for b in range(W.shape[0]):
        for t in range(W.shape[1]):
            Wq, Wr, norm, largest = 0.0, 0.0, 0.0, 0.0
            for j in range(W.shape[2]):
                w, correlation = W[b, t, j], qs[b, j] - explained[b, t, j]
                Wq += w * qs[b, j]
                Wr += w * correlation
                norm += abs(w)
                largest = max(largest, abs(correlation))
            rr, ry, penalty = yys[b] - Wq - Wr, yys[b] - Wq, penalties[b, t]
            shrunk = penalty / max(penalty, largest)
            gap = 0.5 * rr + penalty * norm - shrunk * (ry - 0.5 * shrunk * rr)
            gap = max(gap, 0.0)  # it is below only by rounding
            if yys[b] > 0.0:
                gaps[b, t] = gap / (0.5 * yys[b])
            else:
                gaps[b, t] = math.inf if gap > 0.0 else 0.0


def _sweep_for(problem, penalties, W, unproven, n_reached, tol) -> None:
    """Improve the unproven rows of W in turn; where homotopy did not come, from the row before."""
    G, q, yy = problem
    for t in unproven:
        w = (W[t - 1] if t >= n_reached and t else W[t]).copy()
        minimise(G, len(q), q, w, q - G @ w, float(penalties[t]), yy, 0.5 * yy * FINAL * tol)
        W[t] = w
