"""The population stability index of the dashboards, and how large chance alone makes it.

Lesson: notebooks/08b_monitoring.ipynb
"""

from __future__ import annotations

import numpy as np


def psi_edges(reference, n_bins=10) -> np.ndarray:
    """Return the inner edges of the bins: quantiles of the reference, or its values if they are few.

    A bin holds what is above one edge and at or below the next, so that equal values are never parted.
    """
    distinct = np.unique(reference)
    if len(distinct) <= n_bins:
        return distinct[:-1]
    return np.unique(np.quantile(reference, np.arange(1, n_bins) / n_bins))


def population_stability_index(reference, current, *, n_bins=10) -> float:
    """Return sum_k (c_k - r_k) log(c_k / r_k), where r_k and c_k are the shares of rows in bin k.

    The bins are those of `psi_edges`; half a row is added to each, so that no share is zero. Without any
    change its mean is about (number of bins - 1)(1/n_reference + 1/n_current): 0.2 is far above that with
    thousands of rows, and below it with fifty.

    Parameters
    ----------
    reference, current : (n_reference,), (n_current,)
        Values of one column, none missing.
    n_bins : int

    Returns
    -------
    float
    """
    edges = psi_edges(reference, n_bins)
    return float(_psi(bin_counts(reference, edges), bin_counts(current, edges)))


def psi_limit(
    shares, n_reference, n_current, *, level=0.05, n_draws=5000, reference_is_truth=False, rng
) -> float:
    """Return the population stability index that chance alone exceeds with probability `level`.

    Both samples are drawn anew, bin by bin, from the same shares. Whoever draws the current rows from the
    reference rows instead takes the reference for the truth: its own chance, a variance of 1/n_reference
    beside 1/n_current, is left out, and the limit comes out too low.

    Parameters
    ----------
    shares : (n_bins,), sums to 1
    n_reference, n_current : int
        Rows of the two samples.
    level : float between 0 and 1
    n_draws : int
    reference_is_truth : bool
        Make that mistake, to see what it costs.
    rng : numpy.random.Generator

    Returns
    -------
    float

    References
    ----------
    Yurdakul and Naranjo (2020), Statistical properties of the population stability index, for the limit
    without simulation when every bin is full.
    """
    then = rng.multinomial(n_reference, shares, size=n_draws)
    if reference_is_truth:
        then = np.asarray(shares) * n_reference
    now = rng.multinomial(n_current, shares, size=n_draws)
    return float(np.quantile(_psi(then, now), 1 - level))


def bin_counts(values, edges) -> np.ndarray:
    """Return how many values fall in each bin, (n_bins,)."""
    return np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)


class ChanceLimits:
    """Limits of many columns; columns with the same shares of the reference in their bins share one."""

    def __init__(self, *, level: float, n_draws: int, rng):
        self._options = {"level": level, "n_draws": n_draws, "rng": rng}
        self._known: dict[tuple[int, ...], float] = {}

    def limit(self, counts, n_current: int) -> float:
        """Return the limit for a reference with these counts in its bins and n_current rows now."""
        key = (*counts, n_current)
        if key not in self._known:
            n_reference = int(np.sum(counts))
            self._known[key] = psi_limit(counts / n_reference, n_reference, n_current, **self._options)
        return self._known[key]


def _psi(then, now) -> np.ndarray:
    """The index of counts (..., n_bins), with half a row added to every bin."""
    r, c = ((counts + 0.5) / np.sum(counts + 0.5, axis=-1, keepdims=True) for counts in (then, now))
    return np.sum((c - r) * np.log(c / r), axis=-1)
