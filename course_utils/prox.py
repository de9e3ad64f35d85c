"""Proximal operators: prox(z) = argmin_x (1/2)||x - z||^2 + penalty(x), in closed form.

Lesson: notebooks/02_lasso_math.ipynb
"""

from __future__ import annotations

import numpy as np


def soft_threshold(z, threshold):
    """Return sign(z) max(|z| - threshold, 0), entry by entry: the prox of threshold * |x|.

    Every entry moves towards zero by `threshold`; one that would cross zero stops there, exactly.
    """
    z, threshold = _as_numbers(z, "z"), _as_threshold(threshold)
    # sign(z) max(|z| - threshold, 0), written so that no entry becomes -0.0
    return np.maximum(z - threshold, 0.0) + np.minimum(z + threshold, 0.0)


def hard_threshold(z, threshold):
    """Return z where |z| > threshold and 0 elsewhere: the prox of (threshold^2 / 2) * 1[x != 0].

    What survives is not shrunk; the price is a jump at +-threshold.
    """
    z, threshold = _as_numbers(z, "z"), _as_threshold(threshold)
    return np.where(np.abs(z) > threshold, z, 0.0)[()]


def block_soft_threshold(z, threshold):
    """Return max(1 - threshold / ||z||, 0) z: the prox of threshold * ||x||_2, all entries or none."""
    z, threshold = np.atleast_1d(_as_numbers(z, "z")), _as_threshold(threshold)
    if threshold.ndim:
        raise ValueError(f"threshold has shape {threshold.shape}; a block has one threshold, a single number")
    length = np.linalg.norm(z)
    return np.zeros_like(z) if length <= threshold else (1.0 - threshold / length) * z


def prox_elastic_net(z, l1, l2):
    """Return soft_threshold(z, l1) / (1 + l2): the prox of l1 * |x| + (l2 / 2) * x^2, entry by entry.

    Parameters
    ----------
    z : float or array
    l1, l2 : float or array like z, not negative
        Weights of the absolute value and of the square.

    Returns
    -------
    float or array like z

    Raises
    ------
    TypeError, ValueError
        What is not real, or a negative weight.

    Lesson: notebooks/09_beyond_the_lasso.ipynb
    """
    l2 = _as_threshold(l2, "l2")
    return soft_threshold(z, l1) / (1.0 + l2)


def _as_numbers(values, name: str) -> np.ndarray:
    values = np.asarray(values)
    if values.dtype.kind not in "biuf":
        raise TypeError(f"{name} has dtype {values.dtype}; real numbers are needed")
    return values.astype(np.float64, copy=False)


def _as_threshold(threshold, name: str = "threshold") -> np.ndarray:
    threshold = _as_numbers(threshold, name)
    if not (threshold >= 0).all():
        raise ValueError(f"{name} is {threshold}; a number that is not negative is needed")
    return threshold
