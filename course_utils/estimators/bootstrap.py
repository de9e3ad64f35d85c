"""The LASSO and its bootstrap as one estimator: the coefficients, and how much they move from sample to sample."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from course_utils.estimators.convergence import warn_if_unproven
from course_utils.estimators.varying import only, varying_columns
from course_utils.fast.bootstrap import solve_bootstrap
from course_utils.objective import duality_gap


class BootstrapLasso(RegressorMixin, BaseEstimator):
    """Minimise (1/2n) ||y - intercept - X beta||^2 + alpha ||beta||_1, on all rows and on resamples of them.

    It predicts with the coefficients of all rows; the resamples say how far to trust them.

    Parameters
    ----------
    alpha : float, positive, default 1.0
    n_resamples : int, default 200
        Samples of as many rows as there are, drawn with replacement.
    standardize : bool, default False
        Divide each column by its standard deviation in the sample; alpha is then the price of such columns.
        Coefficients are in the units of X all the same.
    tol : float, default 1e-6
        Relative duality gap of every fit.
    random_state : int, Generator, RandomState or None
        Draws the rows.
    n_jobs : int, default None
        As everywhere in scikit-learn, under whatever `joblib.parallel_config` says; the result is the same.

    Attributes
    ----------
    coef_ : (n_features,)
        Of all rows; 0 for a column that is constant.
    intercept_ : float
    coef_samples_ : (n_resamples, n_features)
    intercept_samples_ : (n_resamples,)
    selection_frequency_ : (n_features,)
        The share of resamples in which the coefficient is not zero.
    dual_gap_ : float
        Of coef_: primal minus dual objective, in the units of the objective.
    gaps_ : (n_resamples,), relative duality gaps
    n_features_in_, feature_names_in_
        As in scikit-learn.
    """

    def __init__(
        self, alpha=1.0, *, n_resamples=200, standardize=False, tol=1e-6, random_state=None, n_jobs=None
    ):
        self.alpha = alpha
        self.n_resamples = n_resamples
        self.standardize = standardize
        self.tol = tol
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X, y):
        """Fit to X, (n_samples, n_features), dense, and y, (n_samples,)."""
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True, ensure_min_samples=2)
        varying = varying_columns(X)
        proven = solve_bootstrap(
            only(X, varying),
            y,
            [self.alpha],
            n_resamples=self.n_resamples,
            rng=np.random.default_rng(self.random_state),
            standardize=self.standardize,
            tol=self.tol,
            n_jobs=self.n_jobs,
            progress=False,
        )
        warn_if_unproven(proven.all_gaps, self.tol)
        found = proven.result
        self.coef_ = np.zeros(self.n_features_in_)
        self.coef_samples_ = np.zeros((self.n_resamples, self.n_features_in_))
        self.coef_[varying], self.coef_samples_[:, varying] = found.whole_betas[0], found.betas[:, 0]
        self.intercept_ = float(y.mean() - X.mean(axis=0) @ self.coef_)
        self.intercept_samples_, self.gaps_ = found.intercepts[:, 0], found.gaps[:, 0]
        self.selection_frequency_ = np.mean(self.coef_samples_ != 0, axis=0)
        self.dual_gap_ = self._dual_gap(only(X, varying), y, found.whole_betas[0])
        return self

    def _dual_gap(self, X, y, beta) -> float:
        """Return primal minus dual objective of the coefficients of all rows."""
        scale = X.std(axis=0) if self.standardize else 1.0
        return duality_gap(X / scale, y, beta * scale, self.intercept_, self.alpha) * float(y.var()) / 2

    def predict(self, X):
        """Return intercept_ + X coef_, (n_samples,)."""
        check_is_fitted(self)
        return validate_data(self, X, reset=False) @ self.coef_ + self.intercept_

    def interval(self, level=0.95) -> np.ndarray:
        """Return the ends between which the middle `level` of the resampled coefficients lie, (2, n_features).

        They are shrunk and pile up at zero: this is no confidence interval for the coefficients of the world.
        """
        check_is_fitted(self)
        if not 0 < level <= 1:
            raise ValueError(f"level is {level!r}; a number above 0 and at most 1 is needed")
        return np.quantile(self.coef_samples_, [(1 - level) / 2, (1 + level) / 2], axis=0)
