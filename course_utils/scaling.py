"""One ruler for all columns, and the way back to the original units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from course_utils.validation import as_design, names_of, require_varying_columns


@dataclass(frozen=True)
class Coefficients:
    """A linear model in the original units: y is predicted as intercept + X beta."""

    beta: np.ndarray
    intercept: float


@dataclass(frozen=True)
class Standardizer:
    """Means and standard deviations, learnt from one set of rows and applied to any.

        Z_ij = (X_ij - mean_j) / scale_j

    Attributes
    ----------
    mean : (p,) subtracted; zeros if the columns were not centred
    scale : (p,) standard deviations, in the unit of each column
    feature_names : names of the columns, or None
    """

    mean: np.ndarray
    scale: np.ndarray
    feature_names: tuple[str, ...] | None = None

    def transform(self, X):
        """Return Z = (X - mean) / scale; CSC comes back as CSC, and only where nothing is centred."""
        X = self._checked(X)
        if sparse.issparse(X):
            return X @ sparse.diags_array(1 / self.scale, format="csc")
        return (X - self.mean) / self.scale

    def inverse_transform(self, Z):
        """Return X = mean + scale * Z, the values in their original units."""
        Z = self._checked(Z)
        if sparse.issparse(Z):
            return Z @ sparse.diags_array(self.scale, format="csc")
        return self.mean + self.scale * Z

    def coefficients_in_original_units(self, beta, intercept: float = 0.0) -> Coefficients:
        """Return the coefficients that give on X the predictions that (beta, intercept) gives on Z.

        beta_j / scale_j    and    intercept - sum_j mean_j beta_j / scale_j
        """
        beta = np.asarray(beta, dtype=np.float64)
        if beta.shape != self.scale.shape:
            raise ValueError(f"beta has shape {beta.shape}; {self.scale.shape} is needed, one value a column")
        original = beta / self.scale
        return Coefficients(beta=original, intercept=float(intercept - self.mean @ original))

    def _checked(self, X):
        X = as_design(X, accept_sparse=True, min_rows=1)
        if X.shape[1] != len(self.scale):
            raise ValueError(
                f"X has {X.shape[1]} column(s); the standardizer was fitted to {len(self.scale)}"
            )
        if sparse.issparse(X) and self.mean.any():
            raise TypeError(f"X is sparse and centring would fill it; {WITHOUT_CENTRING}")
        return X


WITHOUT_CENTRING = "pass center=False to fit_standardizer, or a dense array"


def fit_standardizer(X, *, ddof: int = 0, center: bool = True) -> Standardizer:
    """Learn the mean and the standard deviation of every column of X.

    Learn them from training rows only, then transform all rows with what was learnt.

    Parameters
    ----------
    X : (n, p) array, pandas frame or, with center=False, sparse matrix
    ddof : int
        The variance divides by n - ddof: 0 as scikit-learn does, 1 as R's scale() and ESL do.
    center : bool
        Subtract the means. Without, the zeros of X stay zeros, so that sparse data stay sparse; the scale
        is the standard deviation about the mean in both cases.

    Returns
    -------
    Standardizer

    Raises
    ------
    TypeError
        X is sparse and would be centred.
    ValueError
        A column is constant (its scale would be 0), or there are not more rows than ddof.

    Lesson: notebooks/03_scaling.ipynb
    """
    names = names_of(X)
    X = as_design(X, accept_sparse=True)
    if sparse.issparse(X) and center:
        raise TypeError(f"X is a sparse matrix and centring would fill it; {WITHOUT_CENTRING}")
    if not 0 <= ddof < X.shape[0]:
        raise ValueError(
            f"ddof is {ddof}; a number from 0 to {X.shape[0] - 1}, less than the rows, is needed"
        )
    require_varying_columns(X, names)
    mean = np.asarray(X.mean(axis=0)).ravel()
    scale = np.sqrt(_sum_of_squares_about(X, mean) / (X.shape[0] - ddof))
    return Standardizer(mean=mean if center else np.zeros_like(mean), scale=scale, feature_names=names)


def _sum_of_squares_about(X, mean: np.ndarray) -> np.ndarray:
    """sum_i (X_ij - mean_j)^2, where the zeros of a sparse X are counted and never stored."""
    if not sparse.issparse(X):
        return np.sum((X - mean) ** 2, axis=0)
    stored = np.diff(X.indptr)
    columns = np.repeat(np.arange(X.shape[1]), stored)
    squares = np.bincount(columns, weights=(X.data - mean[columns]) ** 2, minlength=X.shape[1])
    return squares + (X.shape[0] - stored) * mean**2
