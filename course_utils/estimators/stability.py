"""Stability selection as an estimator: which features would the LASSO have kept, whichever half of the rows it saw?"""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from course_utils.estimators.convergence import warn_if_unproven
from course_utils.estimators.prices import falling_prices
from course_utils.estimators.varying import only, varying_columns
from course_utils.fast.problem import Problem
from course_utils.fast.stability import solve_stability

FEWEST_ROWS = 4  # of which half can be fitted


class StabilitySelection(SelectorMixin, BaseEstimator):
    """Keep the features that the LASSO selects in most subsamples of half the rows.

    Parameters
    ----------
    alphas : int or (n_alphas,), default 50
        How many prices, in equal ratios down from the smallest that leaves no feature; or the prices.
    eps : float, default 0.1
        The weakest price, relative to the strongest. It decides how many features a subsample selects, and with
        them how many false ones are to be expected.
    threshold : float above 0.5, at most 1, default 0.75
        Keep a feature if, at one price or another, at least this share of the subsamples selects it.
    n_subsamples : int, default 100
    standardize : bool, default True
        Divide each column by its standard deviation in the subsample; prices are those of such columns.
    tol : float, default 1e-6
        Relative duality gap of every fit.
    random_state : int, Generator, RandomState or None
        Draws the rows.
    n_jobs : int, default None
        As everywhere in scikit-learn, under whatever `joblib.parallel_config` says; the result is the same.

    Attributes
    ----------
    alphas_ : (n_alphas,), strong to weak
    frequencies_ : (n_alphas, n_features)
        The share of subsamples that select the feature at that price; 0 for a column that is constant.
    max_frequency_ : (n_features,)
    q_ : float
        How many features a subsample selects, at one price or another, on average.
    error_bound_ : float
        Bound on the expected number of features that are kept without an effect, q_^2 / ((2 threshold - 1) p), with
        the assumptions of Meinshausen and Buehlmann (2010), theorem 1; p is the number of columns that vary.
    gaps_ : (n_subsamples, n_alphas), relative duality gaps
    n_features_in_, feature_names_in_
        As in scikit-learn.
    """

    def __init__(
        self,
        *,
        alphas=50,
        eps=0.1,
        threshold=0.75,
        n_subsamples=100,
        standardize=True,
        tol=1e-6,
        random_state=None,
        n_jobs=None,
    ):
        self.alphas = alphas
        self.eps = eps
        self.threshold = threshold
        self.n_subsamples = n_subsamples
        self.standardize = standardize
        self.tol = tol
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X, y):
        """Fit to X, (n_samples, n_features), dense, with at least four rows, and y, (n_samples,)."""
        if not 0.5 < self.threshold <= 1:
            raise ValueError(f"threshold is {self.threshold!r}; a number above 0.5 and at most 1 is needed")
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True, ensure_min_samples=FEWEST_ROWS)
        varying = varying_columns(X)
        X = only(X, varying)
        self.alphas_ = self._alphas(X, y)
        found = solve_stability(
            X,
            y,
            self.alphas_,
            n_subsamples=self.n_subsamples,
            rng=np.random.default_rng(self.random_state),
            standardize=self.standardize,
            tol=self.tol,
            n_jobs=self.n_jobs,
            progress=False,
        )
        warn_if_unproven(found.gaps, self.tol)
        self.gaps_ = found.gaps
        self.error_bound_, self.q_ = found.error_bound(self.threshold), found.q
        self.frequencies_ = np.zeros((len(self.alphas_), self.n_features_in_))
        self.frequencies_[:, varying] = found.frequencies
        self.max_frequency_ = self.frequencies_.max(axis=0)
        return self

    def _alphas(self, X, y) -> np.ndarray:
        """Return the prices, of standardised columns if they are to be standardised."""
        scale = X.std(axis=0) if self.standardize else None
        return falling_prices(self.alphas, self.eps, Problem.of(X, y, feature_weights=scale))

    def _get_support_mask(self) -> np.ndarray:
        check_is_fitted(self)
        return self.max_frequency_ >= self.threshold

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags
