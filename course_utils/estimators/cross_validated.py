"""scikit-learn's LassoCV, its price chosen by cross-validation, with the solver of this package inside."""

from __future__ import annotations

import numpy as np
from sklearn import get_config, linear_model
from sklearn.model_selection import check_cv
from sklearn.utils.metadata_routing import process_routing
from sklearn.utils.validation import validate_data

from course_utils.estimators.convergence import warn_if_unproven
from course_utils.estimators.fold_errors import fold_errors
from course_utils.estimators.linear import FLOATS, Lasso, sample_weight_of
from course_utils.estimators.prices import falling_prices
from course_utils.fast.problem import Problem


class LassoCV(linear_model.LassoCV):
    """The LASSO whose price has the smallest mean squared error on rows that its fit has not seen.

    All that is not named here, prediction and metadata routing included, is scikit-learn's.

    Parameters
    ----------
    eps : float, default 1e-3
        The weakest price, relative to the strongest.
    alphas : int or (n_alphas,), default 100
        How many prices, in equal ratios down from the smallest that leaves no feature; or the prices.
    fit_intercept, positive : bool
    max_iter, tol, precompute, copy_X, selection, random_state
        As in `Lasso`; max_iter is for the fit to all rows.
    cv : int, splitter or pairs of training and test rows, default None
        As in scikit-learn: None is 5 folds of neighbouring rows.
    n_jobs : int, default None
        Folds worked on at the same time, under whatever `joblib.parallel_config` says.
    verbose
        Taken, and without effect.

    Attributes
    ----------
    alpha_ : float
    alphas_ : (n_alphas,), strong to weak
    mse_path_ : (n_alphas, n_folds)
        With sample weights, of weighted means.
    coef_, intercept_, dual_gap_, n_iter_, n_features_in_, feature_names_in_
        Of the fit to all rows with alpha_, as in `Lasso`.
    """

    def fit(self, X, y, sample_weight=None, **params):
        """Fit to X, (n_samples, n_features), dense or sparse, and y, (n_samples,).

        With metadata routing enabled, params go to the splitter, and so does sample_weight if it asks for it.
        """
        self._validate_params()
        X, y = validate_data(self, X, y, accept_sparse="csc", dtype=FLOATS, y_numeric=True)
        options = {"fit_intercept": self.fit_intercept, "positive": self.positive}
        weighted = {"sample_weight": sample_weight_of(X, sample_weight), **options}
        folds = self._folds(X, y, sample_weight, params)
        self.alphas_ = falling_prices(self.alphas, self.eps, Problem.of(X, y, **weighted))
        cv = fold_errors(X, y, self.alphas_, folds, n_jobs=self.n_jobs, tol=2 * self.tol, **weighted)
        warn_if_unproven(cv.fold_gaps, 2 * self.tol)
        self.mse_path_ = np.squeeze(cv.fold_errors.T)
        self.alpha_ = self.alphas_[np.argmin(cv.mean_error)]
        best = Lasso(self.alpha_, max_iter=self.max_iter, tol=self.tol, **options)
        best.fit(X, y, weighted["sample_weight"])
        for name in ("coef_", "intercept_", "dual_gap_", "n_iter_"):
            setattr(self, name, getattr(best, name))
        return self

    def _folds(self, X, y, sample_weight, params) -> list:
        """Return the training and test rows of each fold, from a splitter that is told what it asks for."""
        splitter = check_cv(self.cv)
        if get_config()["enable_metadata_routing"]:
            routed = process_routing(self, "fit", sample_weight=sample_weight, **params)
            return list(splitter.split(X, y, **routed["splitter"]["split"]))
        if params:
            raise ValueError(
                f"fit was given {sorted(params)}: passing parameters on to the splitter is only supported if "
                "enable_metadata_routing=True; see sklearn.set_config"
            )
        return list(splitter.split(X, y))
