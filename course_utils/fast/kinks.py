"""What happens at a kink, and between two: shared by both ways to follow a path (homotopy, wide_homotopy).

The k active columns have their numbers, coefficients w and signs s in lists, in the order in which they came; M holds
the inverse of their products. All of it is written in place, and compiled into whoever calls. numba looks at a
function's own file only: after a change here, whoever builds it in has to be written anew, or keeps what it has.
"""

from __future__ import annotations

from numba import njit

OUT, ACTIVE, SPANNED = 0, 1, 2  # the states of a column; the last: but for rounding a sum of active ones
SINGULAR = 1e-11  # of its squares: so little left of a column beside the active ones is rounding
PARALLEL = 1e-10  # a correlation that falls as the bound does, but for this, never meets it
MOST_KINKS = 20  # a column; a path that needs more goes in circles, or costs more than sweeps


@njit(cache=True)
def write(solution, active, w, u, k, further):
    """Write down where the coefficients are when the penalty has fallen that much further."""
    for i in range(k):
        solution[active[i]] = w[i] + further * u[i]


@njit(cache=True)
def until_a_leave(w, u, s, k, step):
    """Return how far the bound falls until a coefficient is zero, if that is before step, and its place, or -1."""
    leaver = -1
    for i in range(k):
        towards_zero = -s[i] * u[i]
        distance = max(s[i] * w[i], 0.0)
        if towards_zero > 0.0 and distance < step * towards_zero:
            step, leaver = distance / towards_zero, i
    return step, leaver


@njit(cache=True)
def join(G, joiner, active, k, M, h):
    """Border the inverse M with one more column; return False, and change nothing, if the active ones span it.

    With h = Mb, b = G[active, joiner], and d = G[joiner, joiner] - b'h, what the others leave of the column,

        the inverse of  G  b    is    M + hh'/d   -h/d
                        b' c          -h'/d        1/d
    """
    left, b = G[joiner, joiner], M[k]  # the row that is not in use yet
    for i in range(k):
        b[i] = G[joiner, active[i]]
    for i in range(k):
        h[i] = dot(M[i], b, k)
        left -= h[i] * b[i]
    if not left > SINGULAR * G[joiner, joiner]:
        return False
    for i in range(k):
        add(M[i], h[i] / left, h, k)
        M[i, k] = M[k, i] = -h[i] / left
    M[k, k] = 1.0 / left
    active[k] = joiner
    return True


@njit(cache=True)
def leave(place, active, w, s, k, M):
    """Take one column out of the inverse M, put the last one in its place, and return how many are left.

    The inverse of what remains is M - hh'/d, with h the column of M that goes, and d its diagonal entry.
    """
    h, last = M[place, :k].copy(), k - 1
    for i in range(k):
        add(M[i], -h[i] / h[place], h, k)
    for i in range(last):
        M[place, i] = M[i, place] = M[last, i]
    M[place, place] = M[last, last]
    active[place], w[place], s[place] = active[last], w[last], s[last]
    return last


@njit(cache=True, fastmath=True)
def dot(row, vector, k):
    """Return the product of the first k numbers of both."""
    total = 0.0
    for c in range(k):
        total += row[c] * vector[c]
    return total


@njit(cache=True)
def add(row, factor, vector, k):
    """Add a multiple of one vector to another, as far as the first k numbers."""
    for c in range(k):
        row[c] += factor * vector[c]
