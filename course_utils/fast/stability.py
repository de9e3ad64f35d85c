"""Stability selection of `course_utils.resampling`, in a moment, and in the memory of a few resamples.

    (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1      on subsamples of half the rows

Only counts are kept of the paths: what is needed of a coefficient is whether it is zero.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_utils.fast.resampled_paths import CentredSample, over_resamples, resampled_paths, warn_if_unproven
from course_utils.path import as_falling
from course_utils.resampling import StabilityResult
from course_utils.validation import as_count, as_tolerance, names_of, require_rng


def stability_selection(
    X, y, lams, *, n_subsamples, rng, standardize=True, tol=1e-6, n_jobs=1, progress=False
) -> StabilityResult:
    """Fit the lasso path to subsamples of half the rows, drawn without replacement, and count selections.

    The same as `course_utils.resampling.stability_selection`: the same rows from the same generator, the same checks,
    and solutions that agree within their duality gaps. No path outlives its chunk.

    Parameters
    ----------
    X : (n_samples, n_features), dense
    y : (n_samples,)
    lams : (n_lams,) positive and strictly falling
        The same for all subsamples. With standardize, they are prices of standardised columns.
    n_subsamples : int, at least 2
        Each has n_samples // 2 rows.
    rng : numpy.random.Generator
    standardize : bool
        Divide each column by its standard deviation in the subsample. A column that is constant there is not
        selected there.
    tol : float
        Relative duality gap of every fit.
    n_jobs : int or None
        As in `course_utils.fast.chunks.in_chunks`, backends and clusters included: the result is the same to the bit.
    progress : bool
        Show a progress bar.

    Returns
    -------
    resampling.StabilityResult

    Raises
    ------
    TypeError, ValueError
        Bad X (sparse, a constant column, fewer than four rows), y, lams, tol or n_subsamples; rng is not a
        generator.

    Warns
    -----
    ConvergenceWarning
        Once, with the number of fits whose gap stayed above tol.

    References
    ----------
    Meinshausen and Buehlmann (2010), Stability selection, sections 2.1 to 2.4 and theorem 1.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    options = {"standardize": standardize, "tol": tol, "n_jobs": n_jobs, "progress": progress}
    found = solve_stability(X, y, lams, n_subsamples=n_subsamples, rng=rng, **options)
    warn_if_unproven(found.gaps, tol)
    return found


def solve_stability(X, y, lams, *, n_subsamples, rng, tol, **options) -> StabilityResult:
    """Do what `stability_selection` does, without its warning: whoever calls looks whether all gaps are at most tol.

    Parameters
    ----------
    X, y, lams, n_subsamples, rng, tol
        As in `stability_selection`.
    options : standardize, n_jobs, progress

    Returns
    -------
    resampling.StabilityResult

    Raises
    ------
    TypeError, ValueError

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    names, sample = names_of(X), CentredSample.of(X, y)
    n_subsamples = as_count(n_subsamples, "n_subsamples", at_least=2)
    rows = _halves(len(sample.y), n_subsamples, require_rng(rng))
    lams, tol = as_falling(lams), as_tolerance(tol)
    times, n_selected, gaps = np.zeros((len(lams), sample.X.shape[1])), 0, []
    for counted in over_resamples(_count_selections, rows, sample, lams, tol=tol, **options):
        times += counted.times
        n_selected += counted.n_selected
        gaps.append(counted.gaps)
    frequencies, q = times / n_subsamples, n_selected / n_subsamples
    return StabilityResult(lams, frequencies, q, np.concatenate(gaps), names)


def _halves(n_samples: int, n_subsamples: int, rng) -> np.ndarray:
    """Draw half of the rows, that many times, as `course_utils.resampling` does."""
    if n_samples < 4:
        raise ValueError(f"X has {n_samples} rows; at least 4 are needed, so that half of them can be fitted")
    in_order = np.tile(np.arange(n_samples), (n_subsamples, 1))
    return rng.permuted(in_order, axis=1)[:, : n_samples // 2]


@dataclass(frozen=True, eq=False)
class Selections:
    """What is kept of the paths of several subsamples.

    Attributes
    ----------
    times : (n_lams, n_features), how many of the subsamples select the feature at that lam
    n_selected : int, how many features each selects at one lam or another, in all
    gaps : (n_subsamples, n_lams), relative duality gaps
    """

    times: np.ndarray
    n_selected: int
    gaps: np.ndarray


def _count_selections(rows, *problem) -> Selections:
    """Count what the paths of some subsamples select."""
    paths = resampled_paths(rows, *problem)
    selected = paths.betas != 0
    return Selections(selected.sum(axis=0), int(selected.any(axis=1).sum()), paths.gaps)
