"""The LASSO and the elastic net: scikit-learn's estimators, with the solver of this package inside.

    (1/2n) sum_i s_i (y_i - intercept - x_i beta)^2 + alpha l1_ratio ||beta||_1 + (alpha / 2) (1 - l1_ratio) ||beta||^2

Sample weights s are rescaled to the sum n, so `alpha` means the same with and without them.
"""

from __future__ import annotations

import warnings
from numbers import Number

import numpy as np
from scipy import sparse
from sklearn import linear_model
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import validate_data

from course_utils.estimators.unpenalised import Fit, fit_without_l1
from course_utils.fast.problem import Problem, as_weights
from course_utils.fast.same_columns import solve_each
from course_utils.objective import as_coefficients

FLOATS = [np.float64, np.float32]
MOST_PASSES = 1000  # where max_iter is None
WHO_CALLED_FIT = 4  # frames up from a warning: past _fits and fit


class ElasticNet(linear_model.ElasticNet):
    """Linear regression with a price on sizes and one on their squares, proven to be within `tol` of the optimum.

    All that is not named here, prediction and metadata routing included, is scikit-learn's.

    Parameters
    ----------
    alpha : float, default 1.0
        Price of a coefficient. With 0, least squares are fitted, and a warning says what scikit-learn's says.
    l1_ratio : float from 0 to 1, default 0.5
        The part of `alpha` that is paid for the size, the rest for its square. With 0 this is ridge.
    fit_intercept : bool, default True
    max_iter : int, default 1000
        Passes over X. scikit-learn counts sweeps over the coefficients, of which there are many in a pass.
    tol : float, default 1e-4
        Stop when the duality gap is at most tol ||y - mean y||^2 / n, as in scikit-learn. That is twice the
        objective of no feature, so here `tol` means 2 tol of `course_utils.fast.lasso.lasso`.
    warm_start : bool, default False
        Start from the coefficients of the fit before.
    positive : bool, default False
        No coefficient below zero.
    precompute, copy_X, selection, random_state
        Taken, and without effect: the solver decides by itself which products to keep, never writes to X nor
        copies it, and takes the coefficients in their order.

    Attributes
    ----------
    coef_ : (n_features,) or (n_targets, n_features)
    intercept_ : float or (n_targets,)
    dual_gap_ : float or (n_targets,)
        Primal minus dual objective, in the units of the objective. NaN for least squares.
    n_iter_ : int, or a list with one for each target
        Passes over X after the first.
    sparse_coef_, n_features_in_, feature_names_in_
        As in scikit-learn.
    """

    def fit(self, X, y, sample_weight=None, check_input=True):
        """Fit to X, (n_samples, n_features), and y, (n_samples,) or (n_samples, n_targets), one target at a time.

        X may be dense or sparse, sample_weight is (n_samples,) or a number; check_input=False leaves out
        scikit-learn's checks, not the solver's.
        """
        self._validate_params()
        if check_input:
            X = validate_data(self, X, accept_sparse="csc", dtype=FLOATS)
        if self.alpha == 0:
            advice = "You are advised to use the LinearRegression estimator"
            warnings.warn(f"With alpha=0, this algorithm does not converge well. {advice}", stacklevel=2)
        weights, y = sample_weight_of(X, sample_weight), _as_targets(y)
        targets = [y] if y.ndim == 1 else list(y.T)
        fits = self._fits(X, targets, self._starts(len(targets), X.shape[1]), weights)
        self._keep(fits, X.dtype.type, has_axis=y.ndim > 1)
        return self

    def _starts(self, n_targets: int, n_features: int) -> list:
        """Return the coefficients to start from, for each target; None where there are none."""
        if not self.warm_start or not hasattr(self, "coef_"):
            return [None] * n_targets
        starts = [as_coefficients(beta, n_features, "coef_") for beta in np.atleast_2d(self.coef_)]
        return [np.maximum(beta, 0.0) for beta in starts] if self.positive else starts

    def _fits(self, X, targets, beta_starts, weights) -> list[Fit]:
        """Fit each target."""
        lam, l2 = self.alpha * self.l1_ratio, self.alpha * (1 - self.l1_ratio)
        options = {"sample_weight": weights, "fit_intercept": self.fit_intercept, "positive": self.positive}
        if lam == 0:
            return [fit_without_l1(X, y, l2, **options) for y in targets]
        problems = [Problem.of(X, y, l2=l2, **options) for y in targets]
        how = {"tol": 2 * self.tol, "max_iter": self.max_iter or MOST_PASSES, "beta_starts": beta_starts}
        fits = []
        for problem, found in zip(problems, solve_each(problems, lam, **how), strict=True):
            null = problem.tt / (2 * problem.n_samples)
            _warn_of_what_is_not_solved(found, null, 2 * self.tol)
            fits.append(Fit(found.beta, found.intercept, found.gap * null, found.n_iter))
        return fits

    def _keep(self, fits: list[Fit], dtype, *, has_axis: bool) -> None:
        """Keep what was found in the shapes of scikit-learn: one target has no axis of targets."""
        self.coef_ = np.array([fit.beta for fit in fits], dtype=dtype)
        self.dual_gap_ = np.array([fit.gap for fit in fits], dtype=dtype)
        self.n_iter_ = [fit.n_iter for fit in fits]
        if len(fits) == 1:
            self.coef_, self.dual_gap_, self.n_iter_ = self.coef_[0], self.dual_gap_[0], self.n_iter_[0]
        intercepts = np.array([fit.intercept for fit in fits], dtype=dtype)
        self.intercept_ = (intercepts if has_axis else intercepts[0]) if self.fit_intercept else 0.0


class Lasso(ElasticNet, linear_model.Lasso):
    """Linear regression with a price on sizes, proven to be within `tol` of the optimum.

    (1/2n) sum_i s_i (y_i - intercept - x_i beta)^2 + alpha ||beta||_1

    The elastic net with l1_ratio = 1. Its parameters and attributes are those of `ElasticNet`.
    """


def sample_weight_of(X, sample_weight):
    """Return weights of the rows of X, (n_samples,), or None where all weigh the same; ValueError for bad ones."""
    if sample_weight is None or isinstance(sample_weight, Number):
        return None
    return as_weights(sample_weight, X.shape[0], "sample_weight")


def _as_targets(y) -> np.ndarray:
    """Return y as an array of numbers, (n_samples,) or (n_samples, n_targets); the solver checks each target."""
    if y is None:
        raise ValueError("this regressor requires y to be passed, but the target y is None")
    if sparse.issparse(y):
        raise TypeError(f"y is a sparse {y.format} matrix; a dense array is needed: pass y.toarray()")
    y = np.asarray(y)
    if y.ndim not in (1, 2) or 0 in y.shape:
        raise ValueError(f"y has shape {y.shape}; (n_samples,) or (n_samples, n_targets) is needed")
    return y.astype(np.float64) if y.dtype == object else y


def _warn_of_what_is_not_solved(found, null: float, tol: float) -> None:
    """Warn, or refuse, in the words of scikit-learn: filters of warnings know them."""
    if not (np.isfinite(found.intercept) and np.isfinite(found.beta).all()):
        story = "Coordinate descent iterations resulted in non-finite parameter values"
        raise ValueError(f"{story}. The input data may contain large values and need to be preprocessed.")
    if not found.converged:
        advice = "Objective did not converge. You might want to increase the number of iterations."
        figures = f"Duality gap: {found.gap * null:.3e}, tolerance: {tol * null:.3e}, passes: {found.n_iter}"
        warnings.warn(f"{advice} {figures}", ConvergenceWarning, stacklevel=WHO_CALLED_FIT)
