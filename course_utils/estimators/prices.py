"""Which prices are compared: those that were given, or a grid that begins where no feature is left."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_scalar

from course_utils.fast.problem import Problem

NOTHING = np.finfo(float).resolution  # the price where no column varies with y, as in scikit-learn


def falling_prices(alphas, eps: float, problem: Problem) -> np.ndarray:
    """Return prices from strong to weak: those given, or so many, in equal ratios from lam_max to eps lam_max.

    Parameters
    ----------
    alphas : int or (n_alphas,), not negative
    eps : float, positive
    problem : Problem

    Returns
    -------
    (n_alphas,) array

    Raises
    ------
    TypeError, ValueError
        A price that is no number, or negative.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    if not isinstance(alphas, Integral):
        for index, alpha in enumerate(alphas):
            check_scalar(alpha, f"alphas[{index}]", target_type=Real, min_val=0.0)
        return np.sort(np.asarray(alphas, dtype=float))[::-1]
    top = problem.lam_max
    if top <= NOTHING:
        return np.full(alphas, NOTHING)
    return np.geomspace(top, top * eps, alphas)
