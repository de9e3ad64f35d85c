"""Of many fits, some may stop above the gap that was asked for: said once, with scikit-learn's class of warning."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning


def warn_if_unproven(gaps: np.ndarray, tol: float) -> None:
    """Warn whoever called `fit` if relative gaps are above tol."""
    if (gaps > tol).any():
        story = f"{np.sum(gaps > tol)} of {gaps.size} fits stopped above tol = {tol:.1e}"
        largest = f"their largest relative duality gap is {gaps.max():.1e}"
        advice = "Raise the smallest alpha, or accept it"
        warnings.warn(f"{story}; {largest}. {advice}", ConvergenceWarning, stacklevel=3)
