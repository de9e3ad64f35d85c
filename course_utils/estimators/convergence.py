"""Of many fits, some may stop above the gap that was asked for: said once, with scikit-learn's class of warning."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from course_utils.fast.look import unproven


def warn_if_unproven(gaps: np.ndarray, tol: float) -> None:
    """Warn whoever called `fit` if relative gaps are above tol."""
    if story := unproven(gaps, tol):
        advice = "Raise the smallest alpha, or accept it"
        warnings.warn(f"{story}. {advice}", ConvergenceWarning, stacklevel=3)
