"""The bootstrap one resample at a time: what each refit keeps, and how often each column has been kept so far.

Every fit minimises (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1 on columns standardised in the
resample, and brings the coefficients back to the units of X.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course_utils.scaling import fit_standardizer
from course_utils.solvers import fista
from course_utils.validation import (
    as_count,
    as_design,
    as_penalty,
    as_target,
    constant_columns,
    names_of,
    require_rng,
    require_varying_columns,
)

TOL = 1e-6  # relative duality gap of every fit, as in `bootstrap_lasso`


@dataclass(frozen=True, eq=False)
class Resamples:
    """A sample, and the rows of its resamples: drawn once, so that every setting sees the same draws.

    Attributes
    ----------
    X, y : (n_samples, n_features) and (n_samples,)
    lams : tuple of float, the prices to choose from
    rows : (n_resamples, n_samples), the rows of each resample
    spread : (n_features,), standard deviations of the sample
    """

    X: np.ndarray
    y: np.ndarray
    lams: tuple[float, ...]
    rows: np.ndarray
    spread: np.ndarray


@dataclass(frozen=True, eq=False)
class ResamplesFrame:
    """The resample drawn last, beside the sample, and what all up to it have kept.

    Attributes
    ----------
    lam : float
    n_drawn : int, resamples so far
    n_samples, n_left_out : int, rows of the sample, and those that the last resample left out
    effects, own_effects : (n_features,)
        Coefficients of the last resample and of the sample, for one standard deviation of the sample.
    frequencies : (n_features,), shares of the resamples so far that keep each column
    missed_by : (n_features + 1,) int
        How many resamples so far decide otherwise than the sample for 0, 1, 2, ... columns.
    n_lists : int, how many lists there were so far
    """

    lam: float
    n_drawn: int
    n_samples: int
    n_left_out: int
    effects: np.ndarray
    own_effects: np.ndarray
    frequencies: np.ndarray
    missed_by: np.ndarray
    n_lists: int

    @property
    def on_list(self) -> np.ndarray:
        """Which columns the sample keeps, (n_features,)."""
        return self.own_effects != 0

    @property
    def n_same(self) -> int:
        """How often the sample's own list has come back."""
        return int(self.missed_by[0])

    @property
    def differs(self) -> np.ndarray:
        """Which columns the last resample decides otherwise than the sample, (n_features,)."""
        return (self.effects != 0) != self.on_list


def prepare_resamples(X, y, lams, *, n_resamples, rng) -> Resamples:
    """Check the data and draw the rows of all resamples, as `bootstrap_lasso` draws them.

    Parameters
    ----------
    X : (n_samples, n_features), dense, no constant column
    y : (n_samples,)
    lams : (n_lams,) positive
        Prices of standardised columns.
    n_resamples : int, at least 2
    rng : numpy.random.Generator

    Returns
    -------
    Resamples

    Raises
    ------
    TypeError, ValueError
        Bad X, y, a price or n_resamples; rng is not a generator.

    Lesson: notebooks/07_bootstrap_and_stability.ipynb
    """
    names, X = names_of(X), as_design(X)
    require_varying_columns(X, names)
    y, n_resamples = as_target(y, len(X)), as_count(n_resamples, "n_resamples", at_least=2)
    rows = require_rng(rng).integers(len(y), size=(n_resamples, len(y)))
    return Resamples(X, y, tuple(map(as_penalty, lams)), rows, X.std(axis=0))


def resamples_frame(resamples: Resamples, lam: float, *, n_drawn: int) -> ResamplesFrame:
    """Minimise (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1 on the first resamples, and count.

    Parameters
    ----------
    resamples : Resamples
    lam : float, positive
        The price of standardised columns, one of `resamples.lams`.
    n_drawn : int
        How many resamples have been drawn, from 1 to all of them.

    Returns
    -------
    ResamplesFrame

    Raises
    ------
    TypeError, ValueError
        lam is not one of the prices, or n_drawn out of range.

    Lesson: notebooks/07_bootstrap_and_stability.ipynb
    """
    n_drawn = as_count(n_drawn, "n_drawn")
    if n_drawn > len(resamples.rows):
        raise ValueError(
            f"n_drawn is {n_drawn}; at most {len(resamples.rows)}, all that were drawn, is needed"
        )
    if lam not in resamples.lams:
        raise ValueError(f"lam is {lam}; one of the prices {resamples.lams} is needed")
    for price in resamples.lams:  # kept, so that the price can be moved without a pause
        resample_betas(resamples, price, b=n_drawn - 1)
    own = sample_betas(resamples, lam)
    betas = np.array([resample_betas(resamples, lam, b=b) for b in range(n_drawn)])
    kept, n_samples = betas != 0, len(resamples.y)
    return ResamplesFrame(
        lam,
        n_drawn,
        n_samples,
        n_left_out=n_samples - len(np.unique(resamples.rows[n_drawn - 1])),
        effects=betas[-1] * resamples.spread,
        own_effects=own * resamples.spread,
        frequencies=kept.mean(axis=0),
        missed_by=np.bincount(np.sum(kept != (own != 0), axis=1), minlength=len(own) + 1),
        n_lists=len(np.unique(kept, axis=0)),
    )


@lru_cache(maxsize=10_000)
def resample_betas(resamples: Resamples, lam: float, *, b: int) -> np.ndarray:
    """Fit to resample b: the minimiser of (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1.

    Parameters
    ----------
    resamples : Resamples
    lam : float, positive
    b : int, from 0

    Returns
    -------
    (n_features,), in the units of X; read-only, because it is kept for the next question.

    Lesson: notebooks/07_bootstrap_and_stability.ipynb
    """
    return _betas(resamples.X[resamples.rows[b]], resamples.y[resamples.rows[b]], lam)


@lru_cache(maxsize=100)
def sample_betas(resamples: Resamples, lam: float) -> np.ndarray:
    """Fit to the sample itself: the minimiser of (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1."""
    return _betas(resamples.X, resamples.y, lam)


def widest_effects(resamples: Resamples) -> tuple[float, float]:
    """Return the lowest and highest coefficient of all resamples at the weakest price, zero included.

    For one standard deviation of the sample: the ends of an axis that holds practically all coefficients.
    """
    weakest = min(resamples.lams)
    betas = [resample_betas(resamples, weakest, b=b) for b in range(len(resamples.rows))]
    effects = np.array([*betas, sample_betas(resamples, weakest)]) * resamples.spread
    return min(0.0, float(effects.min())), max(0.0, float(effects.max()))


def _betas(X, y, lam) -> np.ndarray:
    """Standardise, fit, and return to the units of X; a column that is constant here has the coefficient zero."""
    varying = np.setdiff1d(np.arange(X.shape[1]), constant_columns(X))
    betas = np.zeros(X.shape[1])
    if varying.size:
        scaler = fit_standardizer(X[:, varying])
        found = fista(scaler.transform(X[:, varying]), y, lam, tol=TOL).beta
        betas[varying] = scaler.coefficients_in_original_units(found).beta
    betas.setflags(write=False)
    return betas
