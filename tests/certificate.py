"""The gap of a LASSO with weights, prices, a second penalty and signs, by its definition: it trusts no solver."""

import numpy as np
from scipy import sparse


def certificate(
    X,
    y,
    beta,
    intercept,
    lam,
    *,
    fit_intercept=True,
    sample_weight=None,
    feature_weights=None,
    l2=0.0,
    positive=False,
):
    """Return the relative gap of what course_utils.fast.problem minimises; infinite where a sign is not allowed.

    The residual r has a row more for each coefficient, -sqrt(n l2) beta_j, in which t is zero; the dual point is r
    without its part along the intercept, shrunk until feasible.
    """
    X = X.toarray() if sparse.issparse(X) else np.asarray(X, dtype=np.float64)
    n = len(y)
    s = np.ones(n) if sample_weight is None else n * np.asarray(sample_weight) / np.sum(sample_weight)
    v = np.ones(X.shape[1]) if feature_weights is None else feature_weights
    mean = s @ y / n if fit_intercept else 0.0
    X, shift = (X - s @ X / n, s @ X / n) if fit_intercept else (X, np.zeros(X.shape[1]))
    t, r = np.sqrt(s) * (y - mean), np.sqrt(s) * (y - mean - X @ beta)
    off = intercept + shift @ beta - mean  # zero at the best intercept
    primal = (r @ r / n + off**2 + l2 * beta @ beta) / 2 + lam * v @ np.abs(beta)
    correlations = (X.T @ (np.sqrt(s) * r) / n - l2 * beta) / v
    largest = np.max(correlations if positive else np.abs(correlations))
    shrunk = lam / max(lam, largest)
    dual = shrunk * (r @ t) / n - shrunk**2 * (r @ r / n + l2 * beta @ beta) / 2
    null = t @ t / (2 * n)
    if positive and (beta < 0).any():
        return np.inf
    return (primal - dual) / null if null > 0 else float(primal > 0)
