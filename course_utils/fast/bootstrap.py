"""What the lasso would have said of other samples, in a moment: the bootstrap of `course_utils.resampling`.

    (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1      on rows drawn from those at hand

Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_utils.fast.resampled_paths import CentredSample, over_resamples, resampled_paths, warn_if_unproven
from course_utils.path import as_falling
from course_utils.resampling import BootstrapResult
from course_utils.validation import as_count, as_tolerance, names_of, require_rng


@dataclass(frozen=True, eq=False)
class ProvenBootstrap:
    """A bootstrap, and what it does not say itself: how well the sample's own path was solved for.

    Attributes
    ----------
    result : resampling.BootstrapResult
    whole_gaps : (n_lams,), relative duality gaps of result.whole_betas
    """

    result: BootstrapResult
    whole_gaps: np.ndarray

    @property
    def all_gaps(self) -> np.ndarray:
        """The gaps of the sample and of its resamples, (1 + n_resamples, n_lams)."""
        return np.vstack([self.whole_gaps, self.result.gaps])


def bootstrap_lasso(
    X, y, lams, *, n_resamples, rng, standardize=True, tol=1e-6, n_jobs=1, progress=False
) -> BootstrapResult:
    """Fit the lasso path to resamples of n_samples rows, drawn with replacement.

    The same as `course_utils.resampling.bootstrap_lasso`: the same rows from the same generator, the same checks, and
    solutions that agree within their duality gaps.

    Parameters
    ----------
    X : (n_samples, n_features), dense
    y : (n_samples,)
    lams : (n_lams,) positive and strictly falling
        The same for all resamples. With standardize, they are prices of standardised columns.
    n_resamples : int, at least 2
    rng : numpy.random.Generator
    standardize : bool
        Divide each column by its standard deviation in the resample. Coefficients come back in the units of
        X all the same.
    tol : float
        Relative duality gap of every fit.
    n_jobs : int or None
        As in `course_utils.fast.chunks.in_chunks`, backends and clusters included: the result is the same to the bit.
    progress : bool
        Show a progress bar.

    Returns
    -------
    resampling.BootstrapResult

    Raises
    ------
    TypeError, ValueError
        Bad X (sparse, a constant column), y, lams, tol or n_resamples; rng is not a generator.

    Warns
    -----
    ConvergenceWarning
        Once, with the number of fits whose gap stayed above tol; the fit of the sample itself counts too.

    References
    ----------
    Efron (1979), Bootstrap methods: another look at the jackknife.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    options = {"standardize": standardize, "tol": tol, "n_jobs": n_jobs, "progress": progress}
    found = solve_bootstrap(X, y, lams, n_resamples=n_resamples, rng=rng, **options)
    warn_if_unproven(found.all_gaps, tol)
    return found.result


def solve_bootstrap(X, y, lams, *, n_resamples, rng, tol, **options) -> ProvenBootstrap:
    """Do what `bootstrap_lasso` does, without its warning: whoever calls looks whether all gaps are at most tol.

    Parameters
    ----------
    X, y, lams, n_resamples, rng, tol
        As in `bootstrap_lasso`.
    options : standardize, n_jobs, progress

    Returns
    -------
    ProvenBootstrap

    Raises
    ------
    TypeError, ValueError

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    names, sample = names_of(X), CentredSample.of(X, y)
    n_samples, n_features = sample.X.shape
    n_resamples = as_count(n_resamples, "n_resamples", at_least=2)
    rows = require_rng(rng).integers(n_samples, size=(n_resamples, n_samples))
    lams, tol = as_falling(lams), as_tolerance(tol)
    shape = (1 + n_resamples, len(lams))  # the first is the sample itself
    betas, intercepts, gaps = np.empty((*shape, n_features)), np.empty(shape), np.empty(shape)
    with_all, done = np.vstack([np.arange(n_samples), rows]), 0
    for paths in over_resamples(resampled_paths, with_all, sample, lams, tol=tol, **options):
        here = slice(done, done + len(paths.gaps))
        betas[here], intercepts[here], gaps[here] = paths.betas, paths.intercepts, paths.gaps
        done = here.stop
    intercepts += sample.y_mean - betas @ sample.means
    result = BootstrapResult(lams, betas[1:], intercepts[1:], rows, gaps[1:], betas[0], names)
    return ProvenBootstrap(result, gaps[0])
