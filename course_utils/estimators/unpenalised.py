"""Where no absolute value is left, no feature is left out: least squares and ridge, by scikit-learn's own solvers.

(1/2n) sum_i s_i (y_i - intercept - x_i beta)^2 + (l2 / 2) ||beta||^2,      s rescaled to the sum n
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn import linear_model

EXACT = 1e-12  # tolerance of scikit-learn's solvers that iterate: for a sparse X, for a positive beta


@dataclass(frozen=True, eq=False)
class Fit:
    """One target's coefficients, and the proof.

    Attributes
    ----------
    beta : (n_features,)
    intercept : float
    gap : float, primal minus dual objective, in the units of the objective; NaN where there is no such proof
    n_iter : int, passes over X after the first; 0 if solved directly
    """

    beta: np.ndarray
    intercept: float
    gap: float
    n_iter: int = 0


def fit_without_l1(X, y, l2: float, *, sample_weight=None, fit_intercept=True, positive=False) -> Fit:
    """Minimise (1/2n) sum_i s_i (y_i - intercept - x_i beta)^2 + (l2 / 2) ||beta||^2.

    Parameters
    ----------
    X : (n_samples, n_features), dense or sparse
    y : (n_samples,)
    l2 : float, not negative
        At 0 this is least squares, of all solutions the shortest, and its gap is NaN: a dual point would have
        to be orthogonal to every column, to the last bit.
    sample_weight : (n_samples,), optional
    fit_intercept, positive : bool

    Returns
    -------
    Fit

    Raises
    ------
    TypeError
        Least squares with a sparse X and positive coefficients.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    weights = np.ones(len(y)) if sample_weight is None else sample_weight
    model = _model_for(l2 * weights.sum(), positive, sparse.issparse(X))
    model.set_params(fit_intercept=fit_intercept).fit(X, y, sample_weight=sample_weight)
    if l2 == 0:
        return Fit(model.coef_, float(model.intercept_), np.nan)
    correlations = X.T @ (weights * (y - model.predict(X))) / weights.sum()
    return Fit(
        model.coef_, float(model.intercept_), ridge_gap(model.coef_, correlations, l2, positive=positive)
    )


def _model_for(penalty: float, positive: bool, is_sparse: bool):
    """Return the regression whose objective is the sum of weighted squares + penalty ||beta||^2."""
    if penalty == 0:
        if positive and is_sparse:
            raise TypeError(
                "positive least squares of a sparse X have no solver here; alpha above 0 is needed"
            )
        return linear_model.LinearRegression(positive=positive, tol=EXACT)
    directly = not (positive or is_sparse)
    return linear_model.Ridge(penalty, positive=positive, solver="svd" if directly else "auto", tol=EXACT)


def ridge_gap(beta, correlations, l2: float, *, positive: bool) -> float:
    """Return primal minus dual objective of ridge; with a square in the penalty every residual is a dual point.

    Parameters
    ----------
    beta : (n_features,)
    correlations : (n_features,), X'r / n with the weighted residual r
    l2 : float, positive
    positive : bool

    Returns
    -------
    float

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    conjugate = np.maximum(correlations, 0.0) if positive else correlations
    return float(np.sum(l2 / 2 * beta**2 + conjugate**2 / (2 * l2) - beta * correlations))
