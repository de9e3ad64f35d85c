"""What is cross-validated, once it is checked: X and y, the folds, and how the fits treat columns and rows.

Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from course_utils.fast.problem import as_columns, as_weights
from course_utils.tuning import Fold, sound_folds
from course_utils.validation import as_target, names_of, require_varying_columns


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """What is fitted and tested, checked, before the penalties are chosen.

    Attributes
    ----------
    X : (n_samples, n_features) array of floats, or CSC matrix
    y : (n_samples,)
    folds : list of Fold
    sample_weight : (n_samples,) or None
    standardize, fit_intercept : bool
    feature_names : tuple of str or None, for errors
    """

    X: np.ndarray | sparse.csc_matrix
    y: np.ndarray
    folds: list[Fold]
    sample_weight: np.ndarray | None = None
    standardize: bool = True
    fit_intercept: bool = True
    feature_names: tuple[str, ...] | None = None

    @classmethod
    def of(cls, X, y, folds, *, sample_weight=None, **how) -> CrossValidation:
        """Return the task; TypeError or ValueError for bad X, y, folds or weights.

        Parameters
        ----------
        X, y, folds, sample_weight
            As in `lasso_cv`.
        how : standardize, fit_intercept

        Returns
        -------
        CrossValidation

        Raises
        ------
        TypeError, ValueError

        Lesson: notebooks/10_faster_than_the_libraries.ipynb
        """
        names, X = names_of(X), as_columns(X)
        y, folds = as_target(y, X.shape[0]), sound_folds(folds, X.shape[0])
        if sample_weight is not None:
            sample_weight = as_weights(sample_weight, len(y), "sample_weight")
            _require_folds_that_weigh(folds, sample_weight)
        return cls(X, y, folds, sample_weight, feature_names=names, **how)

    def require_varying(self) -> None:
        """ValueError that names the columns that are constant."""
        weighs = None if self.sample_weight is None else np.flatnonzero(self.sample_weight)
        require_varying_columns(self.X if weighs is None else self.X[weighs], self.feature_names)


def _require_folds_that_weigh(folds: list[Fold], weights: np.ndarray) -> None:
    for k, fold in enumerate(folds):
        for part in ("train", "test"):
            if not weights[getattr(fold, part)].any():
                raise ValueError(f"fold {k}: the rows of {part} have sample weights of zero, all of them")
