"""The exact path of many columns of few rows, from kink to kink, without their products.

    minimise  1/2 ||t - Z'w||^2 + penalty ||w||_1      each row of Z is a column of the data

As in `course_utils.fast.homotopy`, but the products of all columns are too many: what is needed of them is computed
from the rows of Z, kink by kink. Between two kinks the residual moves along d = sum of u_i z_i over the active ones,
so the correlations fall by a = Zd. Most columns are far from the bound, and are looked at only now and then: on the
way from one bound to the next, those are watched that could meet it if no correlation changed faster than the bound
(the strong rule). Nothing here is a proof; `Followed.gaps` are, over all columns.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
from numba import njit

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

NEXT = 0.85  # of the bound: where all columns are looked at again
COUNT, REACHED, KINKS = 0, 1, 2  # how many columns are active, penalties have a solution, kinks were passed

# all columns: correlations g, how fast they fall a, states, and the numbers of the watched ones
Columns = namedtuple("Columns", "g a state watched")
# the active ones: numbers, coefficients w, signs s, how fast these move u, rows A, and the inverse M of their products
Ones = namedtuple("Ones", "numbers w s u A M products slots scratch")


@dataclass(frozen=True, eq=False)
class Followed:
    """A path and its proof.

    Attributes
    ----------
    coefficients : (n_penalties, n_features), zero where the path was not followed
    gaps : (n_penalties,), relative duality gaps over all columns
        Above rounding where the path had too many kinks.
    n_looks : int, passes over all columns
    """

    coefficients: np.ndarray
    gaps: np.ndarray
    n_looks: int


def wide_path(Z, t, penalties, *, tol=1e-6, centred=False) -> Followed:
    """Follow the path of 1/2 ||t - Z'w||^2 + penalty ||w||_1, and prove what came out.

    Parameters
    ----------
    Z : (n_features, n_samples), C order
        The columns of the data, as they lie.
    t : (n_samples,)
        Centred beside an intercept.
    penalties : (n_penalties,), n lam, falling
    centred : bool
        Whether the mean of each row of Z is to be taken off. It is, of the active ones.
    tol : float
        If a gap is larger, the strong rule may have failed: then the path is followed again, and all columns watched.

    Returns
    -------
    Followed

    References
    ----------
    Tibshirani and others (2012), Strong rules for discarding predictors in lasso-type problems.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    found = _followed(Z, t, penalties, 2.0 * NEXT - 1.0, centred)
    return found if (found.gaps <= tol).all() else _followed(Z, t, penalties, 0.0, centred)


def _followed(Z, t, penalties, nearness: float, centred: bool = False) -> Followed:
    """Return the path, with columns watched that are as near to the bound as this share of it."""
    W = np.zeros((len(penalties), len(Z)))
    n_looks = 1 + _follow(Z, t, penalties, centred, nearness, MOST_KINKS * len(Z), W)
    used = np.flatnonzero(W.any(axis=0))
    columns = Z[used] - Z[used].mean(axis=1, keepdims=True) if centred else Z[used]
    residuals = t - W[:, used] @ columns
    largest = np.abs(residuals @ Z.T).max(axis=1)
    rr, ry = np.einsum("ki,ki->k", residuals, residuals), residuals @ t
    shrunk = penalties / np.maximum(penalties, largest)
    gaps = 0.5 * rr + penalties * np.abs(W[:, used]).sum(axis=1) - shrunk * (ry - 0.5 * shrunk * rr)
    null = 0.5 * (t @ t)
    return Followed(W, np.maximum(gaps, 0.0) / null if null else np.maximum(gaps, 0.0), n_looks)


@njit(cache=True)
def _follow(Z, t, penalties, centred, nearness, most_kinks, solutions):
    """Write the solution for each penalty, from one look at all columns to the next; return how many looks."""
    (p, n), most = Z.shape, min(Z.shape)
    columns = Columns(np.empty(p), np.empty(p), np.zeros(p, np.int8), np.empty(p, np.int64))
    lists, squares = np.empty((4, most)), np.empty((2, most, most))
    numbers, slots = np.empty(most, np.int64), np.arange(most)
    ones = Ones(
        numbers, lists[0], lists[1], lists[2], np.empty((most, n)), squares[0], squares[1], slots, lists[3]
    )
    r, at, largest = t.copy(), np.zeros(3, np.int64), 0.0
    _correlate(Z, r, columns.g)
    for j in range(p):
        largest = max(largest, abs(columns.g[j]))
    bound, n_looks = largest, 1
    while bound > 0.0 and at[REACHED] < len(penalties) and at[KINKS] < most_kinks:
        m = _watch(columns, nearness * bound)
        bound = _go_down(Z, centred, columns, m, ones, r, at, bound, penalties, most_kinks, solutions)
        _correlate(Z, r, columns.g)
        n_looks += 1
    return n_looks


@njit(cache=True)
def _go_down(Z, centred, columns, m, ones, r, at, bound, penalties, most_kinks, solutions):
    """Go from kink to kink of the watched columns, until it is time to look at all; return where the bound is."""
    d, floor = np.empty(len(r)), NEXT * bound
    while bound > floor:
        k = at[COUNT]
        _directions(ones, k, d)
        step, joiner = _until_a_watched_joins(Z, d, columns, m, bound)
        step, leaver = until_a_leave(ones.w, ones.u, ones.s, k, step)
        if step >= bound - floor:
            step, joiner, leaver = bound - floor, -1, -1
        while at[REACHED] < len(penalties) and penalties[at[REACHED]] >= bound - step:
            write(solutions[at[REACHED]], ones.numbers, ones.w, ones.u, k, bound - penalties[at[REACHED]])
            at[REACHED] += 1
        add(ones.w, step, ones.u, k)
        add(r, -step, d, len(r))
        for j in columns.watched[:m]:
            if columns.state[j] == OUT:
                columns.g[j] -= step * columns.a[j]
        at[KINKS] += joiner >= 0 or leaver >= 0
        bound = bound - step if joiner >= 0 or leaver >= 0 else floor
        if leaver >= 0:
            _let_go(leaver, Z, r, columns, ones, at)
        elif joiner >= 0:
            _take_in(joiner, Z[joiner], centred, columns, ones, at)
        if at[REACHED] == len(penalties) or at[KINKS] >= most_kinks:
            break
    return bound


@njit(cache=True)
def _take_in(joiner, z, centred, columns, ones, at):
    """Border the inverse with one more column, if the active ones do not span it."""
    k, n = at[COUNT], len(z)
    columns.state[joiner] = SPANNED
    if k == len(ones.w):
        return
    row, mean = ones.A[k], 0.0
    for i in range(n):
        mean += z[i] / n if centred else 0.0
    for i in range(n):
        row[i] = z[i] - mean
    for i in range(k + 1):
        ones.products[k, i] = dot(ones.A[i], row, n)
    if join(ones.products, k, ones.slots, k, ones.M, ones.scratch):
        columns.state[joiner], ones.numbers[k], ones.w[k] = ACTIVE, joiner, 0.0
        ones.s[k] = 1.0 if columns.g[joiner] > 0.0 else -1.0
        at[COUNT] = k + 1


@njit(cache=True)
def _let_go(leaver, Z, r, columns, ones, at):
    """Take one column out of the inverse, put the last one in its place; what was spanned may be so no longer."""
    last = at[COUNT] - 1
    columns.state[ones.numbers[leaver]] = SPANNED
    for j in range(len(columns.state)):
        if columns.state[j] == SPANNED:
            columns.state[j], columns.g[j] = OUT, dot(Z[j], r, len(r))  # it was not kept up to date
    for i in range(ones.A.shape[1]):
        ones.A[leaver, i] = ones.A[last, i]
    at[COUNT] = leave(leaver, ones.numbers, ones.w, ones.s, last + 1, ones.M)


@njit(cache=True)
def _correlate(Z, r, g):
    """Write the correlation of every column with the residual."""
    for j in range(len(Z)):
        g[j] = dot(Z[j], r, len(r))


@njit(cache=True)
def _watch(columns, least):
    """Write down the columns that are correlated enough, or active; return how many."""
    m = 0
    for j in range(len(columns.g)):
        if abs(columns.g[j]) >= least or columns.state[j] == ACTIVE:
            columns.watched[m] = j
            m += 1
    return m


@njit(cache=True)
def _directions(ones, k, d):
    """Compute how fast the coefficients move, u = Ms, and how fast the residual does, d = A'u."""
    for i in range(len(d)):
        d[i] = 0.0
    for i in range(k):
        ones.u[i] = dot(ones.M[i], ones.s, k)
        add(d, ones.u[i], ones.A[i], len(d))


@njit(cache=True)
def _until_a_watched_joins(Z, d, columns, m, bound):
    """Compute how fast correlations fall, a = Zd; return how far the bound falls until a column meets it, and which."""
    step, joiner = bound, -1
    for j in columns.watched[:m]:
        if columns.state[j] != OUT:  # its correlation moves with the bound
            continue
        speed = columns.a[j] = dot(Z[j], d, len(d))
        # from below the distance is bound - g and closes at the speed 1 - a, from above bound + g at 1 + a
        for side in (1.0, -1.0):
            closing, distance = 1.0 - side * speed, max(bound - side * columns.g[j], 0.0)
            if closing > PARALLEL and distance < step * closing:
                step, joiner = distance / closing, j
    return step, joiner
