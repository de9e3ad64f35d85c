"""What is minimised: weights of rows, prices of columns and a second penalty all become a LASSO of other columns.

    (1/2n) sum_i s_i (y_i - intercept - x_i beta)^2 + lam sum_j v_j |beta_j| + (l2/2) ||beta||^2,     sum_i s_i = n

is, times n and with penalty = n lam,

    1/2 ||t - Z w||^2 + penalty ||w||_1 + 1/2 sum_j ridge_j w_j^2

    z_ij = sqrt(s_i) (x_ij - mean_j) / v_j    t_i = sqrt(s_i) (y_i - mean)    w_j = v_j beta_j    ridge_j = n l2 / v_j^2

Z is written down for a few columns only. The last sum belongs to the squares: it is the residual of p more rows, in
which t is zero, so the duality gap is that of a LASSO with those rows (Zou and Hastie 2005, lemma 1).
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import numbers
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from course_utils.validation import as_design, as_target

CHUNK = 2**19  # numbers of float32 that are made float64 at a time


@dataclass(frozen=True, eq=False)
class Problem:
    """A LASSO, before its penalty is chosen; None stands for weights or prices of one, and for no ridge.

    Attributes
    ----------
    X : (n_samples, n_features) array or CSC matrix, as it was given
    t : (n_samples,)
    mean : float, of y with the weights; 0 without an intercept
    centred : bool, whether there is an intercept
    root : (n_samples,) or None, square roots of the weights of the rows
    prices : (n_features,) or None, v
    ridge : (n_features,) or None
    positive : bool, whether coefficients must not be negative
    """

    X: np.ndarray | sparse.csc_matrix
    t: np.ndarray
    mean: float
    centred: bool
    root: np.ndarray | None = None
    prices: np.ndarray | None = None
    ridge: np.ndarray | None = None
    positive: bool = False

    @classmethod
    def of(
        cls, X, y, *, fit_intercept=True, sample_weight=None, feature_weights=None, l2=0.0, positive=False
    ):
        """Return the problem; TypeError or ValueError for bad X, y, weights or l2.

        Parameters
        ----------
        X : (n_samples, n_features), dense or sparse
        y : (n_samples,)
        fit_intercept : bool
        sample_weight : (n_samples,) not negative, optional
            Only their ratios matter. A row of weight zero takes no part.
        feature_weights : (n_features,) positive, optional
            v: the price of each coefficient is v_j lam.
        l2 : float, not negative
        positive : bool

        Returns
        -------
        Problem

        Raises
        ------
        TypeError, ValueError

        Lesson: notebooks/10_faster_than_the_libraries.ipynb
        """
        X = as_columns(X)
        n_samples, n_features = X.shape
        y, root = as_target(y, n_samples), None
        if sample_weight is not None:
            weights = as_weights(sample_weight, n_samples, "sample_weight")
            weights = weights / weights.max()  # their sum may be too large for float64
            root = np.sqrt(weights * (n_samples / weights.sum()))
        mean = _mean(y, root) if fit_intercept else 0.0
        t = y - mean if root is None else root * (y - mean)
        prices = None
        if feature_weights is not None:
            prices = as_weights(feature_weights, n_features, "feature_weights", allow_zero=False)
        l2 = _as_l2(l2)
        ridge = np.full(n_features, n_samples * l2) if l2 else None
        if ridge is not None and prices is not None:
            ridge /= prices**2
        return cls(X, t, float(mean), bool(fit_intercept), root, prices, ridge, bool(positive))

    @property
    def n_samples(self) -> int:
        """The number of rows."""
        return len(self.t)

    @cached_property
    def tt(self) -> float:
        """t't: twice the objective of no feature."""
        return float(self.t @ self.t)

    @cached_property
    def Zt(self) -> np.ndarray:
        """Z't, (n_features,)."""
        return self.products(self.t)

    @property
    def null(self) -> float:
        """n times the objective of no feature."""
        return 0.5 * self.tt

    @cached_property
    def lam_max(self) -> float:
        """The smallest lam whose solution is zero."""
        largest = np.maximum.reduce(self.Zt if self.positive else np.abs(self.Zt))
        return max(float(largest), 0.0) / self.n_samples

    def share(self, lam: float) -> float:
        """Return lam as a share of lam_max, at most one."""
        return lam / max(self.lam_max, lam)

    def gap_of_none(self, lam: float) -> float:
        """Return the relative duality gap of no feature: its residual t, times the share of lam, is feasible."""
        return (1.0 - self.share(lam)) ** 2

    @property
    def is_plain(self) -> bool:
        """Whether it is the LASSO of dense float64 columns, without weights, prices, ridge or bound."""
        if self.root is not None or self.prices is not None or self.ridge is not None or self.positive:
            return False
        return not sparse.issparse(self.X) and self.X.dtype == np.float64

    def products(self, r: np.ndarray) -> np.ndarray:
        """Return Z'r for residuals r, (n_samples,) or (n_samples, several): one pass over X.

        Residuals are orthogonal to sqrt(s) beside an intercept, so no mean has to be taken off a column; but what
        rounding has left of that is, since a large mean would multiply it.
        """
        if self.root is not None:
            r = (self.root * r.T).T
        if self.centred:
            along = np.add.reduce(r) / self.n_samples
            r = r - (along if self.root is None else (self.root**2 * np.expand_dims(along, -1)).T)
        products = _transposed_times(self.X, r)
        return products if self.prices is None else (products.T / self.prices).T

    def gather(self, chosen: np.ndarray, out: np.ndarray) -> np.ndarray | float:
        """Write the chosen columns of Z into the rows of out; return the means they had, (n_chosen,), or zero."""
        out[:] = self.X.T[chosen]
        means = 0.0
        if self.prices is not None:
            out /= self.prices[chosen, None]
        if self.centred:
            means = (out.sum(axis=1) if self.root is None else out @ self.root**2) / self.n_samples
            out -= means[:, None]
        if self.root is not None:
            out *= self.root
        return means

    def means(self) -> np.ndarray:
        """Return the weighted means of the columns, over their prices, (n_features,): one pass over X."""
        means = (self.X.sum(axis=0) if self.root is None else self.root**2 @ self.X) / self.n_samples
        return self.beta(means)

    def beta(self, w: np.ndarray) -> np.ndarray:
        """Return the coefficients of X from those of Z, (..., n_features)."""
        return w if self.prices is None else w / self.prices


def as_columns(X):
    """Return X as a float array, each row or each column of it in one piece, or as a CSC matrix of float64.

    The very same one if it is one; a checked copy otherwise. That a dense one holds finite numbers, the first pass
    tells.
    """
    if sparse.issparse(X):
        is_one = X.format == "csc" and X.dtype == np.float64 and X.has_canonical_format and min(X.shape) > 0
        is_one = is_one and np.isfinite(X.data).all()
    else:
        is_one = type(X) is np.ndarray and X.ndim == 2 and X.dtype in (np.float64, np.float32) and X.size
        is_one = is_one and (X.flags.f_contiguous or X.flags.c_contiguous)
    return X if is_one else as_design(X, accept_sparse=True, min_rows=1)


def as_weights(weights, n_wanted: int, name: str, *, allow_zero: bool = True) -> np.ndarray:
    """Return weights as float64 of shape (n_wanted,), one number repeated if it is one; an error otherwise.

    Parameters
    ----------
    weights : number or (n_wanted,)
        Finite, not negative (positive without allow_zero), and not all zero.
    n_wanted : int
    name : str
        For the error.
    allow_zero : bool

    Returns
    -------
    (n_wanted,) array

    Raises
    ------
    TypeError, ValueError

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    weights = np.asarray(weights)
    if weights.dtype.kind not in "biuf":
        raise TypeError(f"{name} has dtype {weights.dtype}; real numbers are needed")
    weights = weights.astype(np.float64)
    if weights.ndim == 0:
        weights = np.full(n_wanted, weights)
    if weights.shape != (n_wanted,):
        raise ValueError(f"{name} has shape {weights.shape}; ({n_wanted},) is needed")
    sound = np.isfinite(weights) & ((weights >= 0) if allow_zero else (weights > 0))
    if not sound.all():
        at = int(np.flatnonzero(~sound)[0])
        needed = "finite numbers that are not negative" if allow_zero else "positive finite numbers"
        raise ValueError(f"{name} has the value {weights[at]} at position {at}; {needed} are needed")
    if not weights.any():
        raise ValueError(f"{name} is zero everywhere; at least one positive number is needed")
    return weights


def _mean(y: np.ndarray, root: np.ndarray | None) -> float:
    """Return the weighted mean; of equal numbers it is that very number, since it is counted from one of them."""
    one = y[0] if root is None else y[root.argmax()]
    return one + (np.add.reduce(y - one) if root is None else root**2 @ (y - one)) / len(y)


def _as_l2(l2) -> float:
    if isinstance(l2, bool) or not isinstance(l2, numbers.Real) or not 0 <= l2 < np.inf:
        raise ValueError(f"l2 is {l2!r}; a finite number that is not negative is needed")
    return float(l2)


def _transposed_times(X, r: np.ndarray) -> np.ndarray:
    """Return X'r in float64; of float32 only a few columns are in float64 at a time."""
    if X.dtype == np.float64:
        return X.T @ r
    width = max(1, CHUNK // X.shape[0])
    starts = range(0, X.shape[1], width)
    return np.concatenate([X[:, start : start + width].T.astype(np.float64) @ r for start in starts])
