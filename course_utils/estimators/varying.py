"""A column that is constant says nothing beside an intercept: its coefficient is zero, and no solver need see it."""

from __future__ import annotations

import numpy as np

from course_utils.validation import constant_columns


def varying_columns(X) -> np.ndarray:
    """Return the numbers of the columns of X, dense or CSC, that hold more than one value."""
    return np.setdiff1d(np.arange(X.shape[1]), constant_columns(X))


def only(X, columns: np.ndarray):
    """Return these columns of X, at least one; X itself if they are all."""
    if not len(columns):
        raise ValueError(
            f"every column of X, of shape {X.shape}, is constant; at least one that varies is needed"
        )
    return X if len(columns) == X.shape[1] else X[:, columns]
