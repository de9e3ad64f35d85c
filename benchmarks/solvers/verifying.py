"""The relative duality gap once more: neither the course's function nor that of any library measured here."""

from __future__ import annotations

import numpy as np


def verified_gap(X, y, beta, lam: float, *, fit_intercept: bool) -> float:
    """Return (primal - dual) / (||y - mean||^2 / 2) at beta, with the intercept that suits it best; NaN stays NaN.

    primal = ||r||^2 / 2 + n lam ||beta||_1,     dual = s r'y - s^2 ||r||^2 / 2,     s = min(1, n lam / max|X'r|)

    Parameters
    ----------
    X : (n_samples, n_features), dense or CSC
    y : (n_samples,)
    beta : (n_features,)
    lam : float
    fit_intercept : bool
        Whether y and the residual r = y - X beta are centred first: then X need not be.
    """
    y, beta = np.asarray(y, dtype=np.float64), np.asarray(beta, dtype=np.float64)
    residual = y - X @ beta
    if fit_intercept:
        y, residual = y - y.mean(), residual - residual.mean()
    penalty, steepest = len(y) * lam, np.abs(X.T @ residual).max()
    scale = min(1.0, penalty / steepest) if steepest else 1.0
    square = residual @ residual
    primal = square / 2 + penalty * np.abs(beta).sum()
    dual = scale * (residual @ y) - scale**2 * square / 2
    return float((primal - dual) / (y @ y / 2))
