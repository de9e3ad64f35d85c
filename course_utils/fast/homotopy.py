"""The exact path of the LASSO, from kink to kink: between two kinks the solution moves along a straight line.

    minimise  1/2 w'Gw - q'w + penalty ||w||_1,      penalty = n lam,   G = X'X,   q = X'y

As the penalty falls, the correlations g = q - Gw of the active columns (those with a coefficient) stay on the bound,
g = penalty sign(w). So their coefficients move by u = inverse(G_active) sign(w) for each unit that the penalty falls,
and all correlations fall by a = Gu, until one more column reaches the bound or a coefficient reaches zero. No row of X
is read. Everything here is compiled, and assumes finite numbers.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from scipy.linalg import lapack

from course_utils.fast.kinks import (
    ACTIVE,
    MOST_KINKS,
    OUT,
    PARALLEL,
    SPANNED,
    add,
    dot,
    join,
    leave,
    until_a_leave,
    write,
)


@dataclass(frozen=True, eq=False)
class KinkPaths:
    """The exact paths of several problems at the penalties that were asked for.

    Attributes
    ----------
    coefficients : (n_problems, n_penalties, n_features), zero where the path was not followed
    n_reached : (n_problems,), how many penalties, from the strongest, have their solution
        Fewer than were asked for if the path had too many kinks: finish with `course_utils.fast.gram.minimise`.
        Rounding is not checked here; a duality gap does (`course_utils.fast.gram_paths`).
    n_kinks : (n_problems,), joins and leaves on the way
    """

    coefficients: np.ndarray
    n_reached: np.ndarray
    n_kinks: np.ndarray


def homotopy_paths(Gs, qs, penalties, *, most_kinks=None) -> KinkPaths:
    """Follow the minimiser of 1/2 w'Gw - q'w + penalty ||w||_1 for each pair (G, q), as the penalty falls.

    Duplicated, zero and constant columns are left at zero; ties join one after the other.

    Parameters
    ----------
    Gs : (n_problems, n_features, n_features)
    qs : (n_problems, n_features)
    penalties : (n_problems, n_penalties), or (n_penalties,) for all, n lam, falling
    most_kinks : int, optional
        Stop a path there; 20 a column if not given.

    Returns
    -------
    KinkPaths

    References
    ----------
    Osborne, Presnell and Turlach (2000), A new approach to variable selection in least squares problems;
    Efron, Hastie, Johnstone and Tibshirani (2004), Least angle regression, section 3.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    n_problems, n_features = np.shape(qs)
    shape = (n_problems, np.shape(penalties)[-1])
    Gs, qs, penalties = map(_as_compiled, (Gs, qs, np.broadcast_to(penalties, shape)))
    most_kinks = MOST_KINKS * n_features if most_kinks is None else most_kinks
    coefficients = np.zeros((*shape, n_features))
    n_reached, n_kinks = np.empty(n_problems, dtype=np.int64), np.empty(n_problems, dtype=np.int64)
    _follow_each(Gs, qs, penalties, most_kinks, coefficients, n_reached, n_kinks)
    return KinkPaths(coefficients, n_reached, n_kinks)


def follow_on(G, m: int, q, w, penalties, solutions, *, positive=False) -> int:
    """Go on from w, the solution for the first penalty or close to it, to the others.

        1/2 w'Gw - q'w + penalty ||w||_1

    Parameters
    ----------
    G : (room, room)
        The products of the columns; entries beyond m are not read.
    m : int, columns in use
    q : (room,)
    w : (room,)
        It is enough that its signs are those of the solution.
    penalties : (n_penalties,), n lam, falling
    solutions : (n_penalties, m)
        Here the solutions are written.
    positive : bool
        Whether w must not be negative.

    Returns
    -------
    int
        For how many penalties the solution was reached: none if w has other signs than the solution.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    support = np.flatnonzero(w[:m])
    k, signs = len(support), np.sign(w[support])
    rows = G[support, :m]
    inverse = _inverse(rows[:, support])
    coefficients = inverse @ (q[support] - penalties[0] * signs)
    if not (coefficients * signs > 0.0).all():
        return 0
    active, M = np.empty(m, dtype=np.int64), np.empty((m, m))
    active[:k], M[:k, :k] = support, inverse
    places = np.zeros((2, m))
    places[:, :k] = coefficients, signs
    g = q[:m] - coefficients @ rows
    penalties = _as_compiled(penalties)
    reached, _ = _go_on(
        G, g, penalties[0], active, *places, k, M, penalties, MOST_KINKS * m, positive, solutions
    )
    return reached


def _inverse(A: np.ndarray) -> np.ndarray:
    """Return the inverse of a positive definite matrix; not a number, if it is singular."""
    if not len(A):
        return A
    triangle, singular = lapack.dpotrf(A)
    if singular:
        return np.full(A.shape, np.nan)
    inverse, _ = lapack.dpotri(triangle)
    return np.triu(inverse) + np.triu(inverse, 1).T


def _as_compiled(values) -> np.ndarray:
    # every other kind of array, a read-only one included, would be compiled for anew
    return np.require(values, np.float64, ("C", "W"))


@njit(cache=True)
def _follow_each(Gs, qs, penalties, most_kinks, coefficients, n_reached, n_kinks):
    """Follow each path; one call for all, since a call from Python costs as much as a small path."""
    for b in range(len(qs)):
        n_reached[b], n_kinks[b] = follow_down(Gs[b], qs[b], penalties[b], most_kinks, coefficients[b])


@njit(cache=True)
def follow_down(G, q, penalties, most_kinks, solutions):
    """Follow one path from its beginning, where no column is active and the bound is the largest correlation.

    Parameters
    ----------
    G : (n_features, n_features)
    q : (n_features,)
    penalties : (n_penalties,), n lam, falling
    most_kinks : int
    solutions : (n_penalties, n_features)
        Zeros; here the solutions are written.

    Returns
    -------
    int, int
        How many penalties have their solution, and how many kinks there were.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    m = len(q)
    active, w, s, M = np.empty(m, np.int64), np.zeros(m), np.empty(m), np.empty((m, m))
    return _go_on(G, q.copy(), np.abs(q).max(), active, w, s, 0, M, penalties, most_kinks, False, solutions)


@njit(cache=True)
def _go_on(G, g, bound, active, w, s, k, M, penalties, most_kinks, positive, solutions):
    """Write the solution for each penalty; return for how many, and after how many kinks.

    The k active columns have the numbers active[:k], the coefficients w[:k] and the signs s[:k], in the order in
    which they came; M[:k, :k] is the inverse of their G. All of it moves along.
    """
    state, u, a, scratch = np.zeros(len(g), np.int8), np.empty(len(g)), np.empty(len(g)), np.empty(len(g))
    state[active[:k]] = ACTIVE
    reached = kinks = 0
    while True:
        _directions(G, active, s, k, M, u, a)
        step, joiner = _until_a_join(g, a, state, bound, positive)
        step, leaver = until_a_leave(w, u, s, k, step)
        while reached < len(penalties) and penalties[reached] >= bound - step:
            write(solutions[reached], active, w, u, k, bound - penalties[reached])
            reached += 1
        if reached == len(penalties) or kinks >= most_kinks:
            return reached, kinks
        add(w, step, u, k)
        add(g, -step, a, len(g))
        bound -= step
        kinks += 1
        if leaver >= 0:
            state[active[leaver]] = OUT
            for j in range(len(g)):
                if state[j] == SPANNED:  # one column fewer to span it
                    state[j] = OUT
            k = leave(leaver, active, w, s, k, M)
        elif join(G, joiner, active, k, M, scratch):
            state[joiner], s[k], w[k], k = ACTIVE, np.sign(g[joiner]), 0.0, k + 1
        else:
            state[joiner] = SPANNED


@njit(cache=True)
def _directions(G, active, s, k, M, u, a):
    """Compute how fast the coefficients move, u = Ms, and how fast the correlations fall, a = Gu."""
    a[:] = 0.0
    for i in range(k):
        u[i] = dot(M[i], s, k)
        row, speed = G[active[i]], u[i]
        for j in range(len(a)):
            a[j] += speed * row[j]


@njit(cache=True)
def _until_a_join(g, a, state, bound, positive):
    """Return how far the bound falls until the next column meets it, and which; (bound, -1) if none does."""
    step, joiner = bound, -1
    for j in range(len(g)):
        if state[j] == OUT:
            # from below the distance is bound - g and closes at the speed 1 - a, from above bound + g at 1 + a
            for below in range(1 if positive else 2):
                side = 1.0 - 2.0 * below
                speed = 1.0 - side * a[j]
                distance = max(bound - side * g[j], 0.0)
                if speed > PARALLEL and distance < step * speed:
                    step, joiner = distance / speed, j
    return step, joiner
