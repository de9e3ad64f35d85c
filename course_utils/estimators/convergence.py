"""Of many fits, some may stop above the gap that was asked for: said once, with scikit-learn's class of warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from course_utils import solvers


def quietly(work: Callable, *args, **options):
    """Return work(*args, **options) without the warning of this package: its result has the gaps.

    Parameters
    ----------
    work : function
    args, options
        Passed on.

    Returns
    -------
    whatever work returns

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", solvers.ConvergenceWarning)
        return work(*args, **options)


def warn_if_unproven(gaps: np.ndarray, tol: float) -> None:
    """Warn whoever called `fit` if relative gaps are above tol."""
    if (gaps > tol).any():
        story = f"{np.sum(gaps > tol)} of {gaps.size} fits stopped above tol = {tol:.1e}"
        advice = (
            f"their largest relative duality gap is {gaps.max():.1e}. Raise the smallest alpha, or accept it"
        )
        warnings.warn(f"{story}; {advice}", ConvergenceWarning, stacklevel=3)
