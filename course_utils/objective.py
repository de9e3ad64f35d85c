"""The objective, what characterises its minimum, and the certificate that says how far away it is.

Everywhere:  P(intercept, beta) = (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1

The intercept is not penalised, and `lam` is scikit-learn's `alpha`. X may be dense or CSC.
Lesson: notebooks/02_lasso_math.ipynb
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, eigsh

from course_utils.validation import as_design, as_penalty, as_target

# lam in this convention, divided by lam in the course's, as a function of n_samples
_PER_COURSE_LAM = {
    "course": lambda n: 1,  # (1/2n) RSS + lam ||beta||_1
    "scikit-learn": lambda n: 1,  # the same objective; lam is called alpha
    "half_rss": lambda n: n,  # (1/2) RSS + lam ||beta||_1
    "rss": lambda n: 2 * n,  # RSS + lam ||beta||_1
    "glmnet": lambda n: 1,  # the same objective, on columns divided by their standard deviation
}


def lasso_objective(X, y, beta, intercept, lam) -> float:
    """Return (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1.

    Parameters
    ----------
    X : (n_samples, n_features) dense or CSC
    y : (n_samples,)
    beta : (n_features,)
    intercept : float
    lam : float, not negative
        lam = 0 gives the loss alone.

    Raises
    ------
    TypeError, ValueError
        Anything that is not real and finite, or shapes that do not match.

    Lesson: notebooks/02_lasso_math.ipynb
    """
    X, y, beta, intercept = _checked(X, y, beta, intercept)
    lam = as_penalty(lam, allow_zero=True)
    return _objective(y - intercept - X @ beta, beta, lam)


def smooth_gradient(X, y, beta, intercept=0.0) -> np.ndarray:
    """Return -X'(y - intercept - X beta) / n: the gradient in beta of the loss, without the penalty.

    Parameters
    ----------
    X : (n_samples, n_features) dense or CSC
    y : (n_samples,)
    beta : (n_features,)
    intercept : float

    Raises
    ------
    TypeError, ValueError
        Anything that is not real and finite, or shapes that do not match.

    Lesson: notebooks/02_lasso_math.ipynb
    """
    X, y, beta, intercept = _checked(X, y, beta, intercept)
    return -(X.T @ (y - intercept - X @ beta)) / len(y)


def lipschitz_constant(X, *, fit_intercept=True) -> float:
    """Return L, the largest eigenvalue of X'X / n, with the columns of X centred if there is an intercept.

    The gradient of the loss changes at most L times as fast as beta: a step of 1 / L never overshoots.
    """
    X = as_design(X, accept_sparse=True)
    return CentredProblem.of(X, np.zeros(X.shape[0]), fit_intercept=fit_intercept).lipschitz


def lam_max(X, y, *, fit_intercept=True) -> float:
    """Return max_j |x_j'(y - mean y)| / n over centred columns: the smallest lam whose solution is zero.

    Parameters
    ----------
    X : (n_samples, n_features) dense or CSC
    y : (n_samples,)
    fit_intercept : bool
        Without an intercept nothing is centred.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        Anything that is not real and finite, or shapes that do not match.

    Lesson: notebooks/02_lasso_math.ipynb
    """
    X = as_design(X, accept_sparse=True)
    return CentredProblem.of(X, as_target(y, X.shape[0]), fit_intercept=fit_intercept).lam_max


def kkt_violation(X, y, beta, intercept, lam, *, fit_intercept=True) -> float:
    """Return how far (beta, intercept) is from the conditions that hold at a minimum and nowhere else.

    The minimum is that of (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1, and the conditions, with
    c = X'(y - intercept - X beta) / n, are

        c_j = lam sign(beta_j)   where beta_j != 0        |c_j| <= lam   where beta_j = 0

    and, for a fitted intercept, residuals of mean zero. The violation is the largest distance to any.

    Parameters
    ----------
    X : (n_samples, n_features) dense or CSC
    y : (n_samples,)
    beta : (n_features,)
    intercept : float
    lam : float, not negative
    fit_intercept : bool
        False if the intercept is given, not fitted: residuals may then have any mean.

    Raises
    ------
    TypeError, ValueError
        Anything that is not real and finite, or shapes that do not match.

    Lesson: notebooks/02_lasso_math.ipynb
    """
    X, y, beta, intercept = _checked(X, y, beta, intercept)
    lam = as_penalty(lam, allow_zero=True)
    residual = y - intercept - X @ beta
    correlation = X.T @ residual / len(y)
    at_zero = np.maximum(np.abs(correlation) - lam, 0.0)
    off_zero = np.abs(correlation - lam * np.sign(beta))
    violation = np.where(beta == 0, at_zero, off_zero).max()
    return float(max(violation, abs(residual.mean()) if fit_intercept else 0.0))


def duality_gap(X, y, beta, intercept, lam, *, fit_intercept=True) -> float:
    """Return (P - D) / P0: a bound on how far the objective P is above its minimum, relative to P0.

    P = (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1, and D is the dual objective at theta, the
    centred residual shrunk until it is feasible,

        D(theta) = (||y_c||^2 - ||y_c - theta||^2) / 2n,     |X'theta| / n <= lam,     sum(theta) = 0

    and no P lies below any D. P0 = ||y - mean y||^2 / 2n is the objective with no feature. Without a
    fitted intercept nothing is centred and theta need not sum to zero. If y is constant, P0 = 0 and the
    gap is 0 at the minimum and infinite elsewhere. It is computed afresh from beta: trust no solver.

    Parameters
    ----------
    X : (n_samples, n_features) dense or CSC
    y : (n_samples,)
    beta : (n_features,)
    intercept : float
    lam : float, positive
    fit_intercept : bool
        False if the intercept is given, not fitted.

    Returns
    -------
    float
        Relative gap, 0 at the minimum (rounding leaves about 1e-16).

    Raises
    ------
    TypeError, ValueError
        Anything that is not real and finite, shapes that do not match, or lam = 0.

    References
    ----------
    Kim, Koh, Lustig, Boyd and Gorinevsky (2007), An interior-point method for large-scale
    l1-regularized least squares, where the dual point is the rescaled residual.

    Lesson: notebooks/04_ista_from_scratch.ipynb
    """
    X, y, beta, intercept = _checked(X, y, beta, intercept)
    lam = as_penalty(lam)
    residual = y - intercept - X @ beta
    primal = _objective(residual, beta, lam)
    if fit_intercept:
        y, residual = y - _mean(y), residual - residual.mean()
    else:
        y = y - intercept
    return _relative_gap(primal, y, residual, X.T @ residual / len(y), lam)


def convert_penalty(lam, *, n_samples, source, target) -> float:
    """Return the penalty of convention `target` that has the same solution as `lam` in `source`.

    ===================  =====================================  ==========
    convention           what is minimised                      its lambda
    ===================  =====================================  ==========
    "course"             (1/2n) RSS + lam ||beta||_1            lam
    "scikit-learn"       the same, `Lasso(alpha=lam)`           lam
    "half_rss"           (1/2) RSS + lambda ||beta||_1          n lam
    "rss"                RSS + lambda ||beta||_1                2 n lam
    "glmnet"             (1/2n) RSS + lambda sum_j s_j|beta_j|  lam
    ===================  =====================================  ==========

    glmnet (gaussian family, standardize=TRUE) divides every column by its standard deviation s_j (divisor
    n), fits, and reports beta in the original units: the number is the same if X was standardised likewise
    here. It scales y too, but undoes that in the lambda and the beta it reports, so it plays no part.

    Parameters
    ----------
    lam : float, not negative
    n_samples : int
    source, target : str
        One of the names above.

    Raises
    ------
    ValueError
        An unknown convention, or n_samples that is not a positive integer.

    References
    ----------
    Friedman, Hastie and Tibshirani (2010), Regularization paths for generalized linear models via
    coordinate descent, equation 1.

    Lesson: notebooks/02_lasso_math.ipynb
    """
    lam = as_penalty(lam, allow_zero=True)
    if isinstance(n_samples, bool) or not isinstance(n_samples, int | np.integer) or n_samples < 1:
        raise ValueError(f"n_samples is {n_samples!r}; a positive integer is needed")
    for convention in (source, target):
        if convention not in _PER_COURSE_LAM:
            raise ValueError(
                f"convention {convention!r} is unknown; one of {sorted(_PER_COURSE_LAM)} is needed"
            )
    return float(lam * _PER_COURSE_LAM[target](n_samples) / _PER_COURSE_LAM[source](n_samples))


def budget_of(beta) -> float:
    """Return t = ||beta||_1: a minimiser for lam also minimises the loss subject to ||beta||_1 <= t."""
    return float(np.abs(as_coefficients(beta)).sum())


def as_coefficients(beta, n_features: int | None = None, name: str = "beta") -> np.ndarray:
    """Return beta as float64, checked.

    Parameters
    ----------
    beta : (n_features,)
    n_features : int, optional
        If not given, any length will do.
    name : str
        What messages call it.

    Returns
    -------
    (n_features,) array, a copy

    Raises
    ------
    TypeError
        Strings, objects or complex numbers.
    ValueError
        Wrong shape, NaN or infinity.

    Lesson: notebooks/02_lasso_math.ipynb
    """
    beta = np.asarray(beta)
    if beta.dtype.kind not in "biuf":
        raise TypeError(f"{name} has dtype {beta.dtype}; real numbers are needed")
    if beta.ndim != 1 or n_features not in (None, len(beta)):
        wanted = (
            "one dimension" if n_features is None else f"({n_features},), one value for each column of X,"
        )
        raise ValueError(f"{name} has shape {beta.shape}; {wanted} is needed")
    if not np.isfinite(beta).all():
        raise ValueError(f"{name} has values that are NaN or infinite")
    return beta.astype(np.float64)


@dataclass(frozen=True)
class CentredProblem:
    """X and y minus their means: the same problem without an intercept. It is what the solvers see.

    A dense X is centred. A sparse X would turn dense, so it stays as it is and its means come off later:

        (X - 1 m') beta = X beta - (m'beta) 1          (X - 1 m')'r = X'r - (1'r) m

    Attributes
    ----------
    X : (n_samples, n_features) array with the means taken off, or CSC without
    y : (n_samples,)
    means_to_come : (n_features,), what is still to be taken off X: zeros if it is dense
    column_means, y_mean : what was centred, zero without an intercept
    """

    X: np.ndarray | sparse.csc_matrix
    y: np.ndarray
    means_to_come: np.ndarray
    column_means: np.ndarray
    y_mean: float

    @classmethod
    def of(cls, X, y, *, fit_intercept: bool) -> CentredProblem:
        """Centre a checked X and y if an intercept is to be fitted."""
        none = np.zeros(X.shape[1])
        column_means = np.asarray(X.mean(axis=0)).ravel() if fit_intercept else none
        y_mean = _mean(y) if fit_intercept else 0.0
        if not sparse.issparse(X):
            return cls(X - column_means, y - y_mean, none, column_means, y_mean)
        return cls(X, y - y_mean, column_means, column_means, y_mean)

    def predict(self, beta) -> np.ndarray:
        """Return X beta, shape (n_samples,)."""
        return self.X @ beta - self.means_to_come @ beta

    def correlation(self, residual) -> np.ndarray:
        """Return X'residual / n, shape (n_features,)."""
        return (self.X.T @ residual - residual.sum() * self.means_to_come) / len(self.y)

    def gradient(self, beta) -> np.ndarray:
        """Return -X'(y - X beta) / n, shape (n_features,)."""
        return -self.correlation(self.y - self.predict(beta))

    def column(self, j: int):
        """Return (rows, values, mean): column j is `values` in `rows`, 0 elsewhere, all minus `mean`."""
        if not sparse.issparse(self.X):
            return slice(None), self.X[:, j], 0.0
        stored = slice(self.X.indptr[j], self.X.indptr[j + 1])
        return self.X.indices[stored], self.X.data[stored], self.means_to_come[j]

    def certify(self, beta, lam) -> tuple[float, float]:
        """Return the objective at beta (with its best intercept) and the relative duality gap."""
        residual = self.y - self.predict(beta)
        primal = _objective(residual, beta, lam)
        return primal, _relative_gap(primal, self.y, residual, self.correlation(residual), lam)

    def intercept(self, beta) -> float:
        """Return the best intercept for beta: mean y - sum_j mean(x_j) beta_j."""
        return float(self.y_mean - self.column_means @ beta)

    @property
    def lam_max(self) -> float:
        """max_j |x_j'y| / n: the smallest lam whose solution is zero."""
        return float(np.abs(self.correlation(self.y)).max())

    @cached_property
    def squared_norms(self) -> np.ndarray:
        """||x_j||^2, shape (n_features,)."""
        if not sparse.issparse(self.X):
            return np.einsum("ij,ij->j", self.X, self.X)
        n_stored = np.diff(self.X.indptr)
        column = np.repeat(np.arange(len(n_stored)), n_stored)
        stored = np.bincount(column, (self.X.data - self.means_to_come[column]) ** 2, minlength=len(n_stored))
        return stored + (len(self.y) - n_stored) * self.means_to_come**2

    @cached_property
    def lipschitz(self) -> float:
        """The largest eigenvalue of X'X / n."""
        n_samples, n_features = self.X.shape
        if n_features == 1 or not self.squared_norms.any():
            return float(self.squared_norms.max() / n_samples)
        if sparse.issparse(self.X):
            gram = LinearOperator(
                (n_features, n_features), lambda v: self.correlation(self.predict(v)), dtype=float
            )
            start = np.random.default_rng(0).standard_normal(n_features)  # fixed: the answer is too
            return float(eigsh(gram, k=1, v0=start, return_eigenvectors=False)[0])
        # X'X and XX' have the same largest eigenvalue: take the smaller
        gram = self.X.T @ self.X if n_features <= n_samples else self.X @ self.X.T
        return float(np.linalg.eigvalsh(gram / n_samples)[-1])


def _objective(residual, beta, lam) -> float:
    return float(residual @ residual / (2 * len(residual)) + lam * np.abs(beta).sum())


def _relative_gap(primal, y, residual, correlation, lam) -> float:
    """Return (primal - D(theta)) / (||y||^2 / 2n) at theta = residual * lam / max(lam, |correlation|)."""
    n_samples = len(y)
    scale = lam / max(lam, np.abs(correlation).max())
    theta = scale * residual
    dual = (theta @ y) / n_samples - (theta @ theta) / (2 * n_samples)
    gap = max(primal - dual, 0.0)  # never negative but for rounding
    if gap == 0:
        return 0.0
    null = (y @ y) / (2 * n_samples)
    return float(gap / null) if null > 0 else np.inf


def _mean(y) -> float:
    # the mean of equal numbers can differ from them in its last bit
    return float(y[0] if np.ptp(y) == 0 else y.mean())


def _checked(X, y, beta, intercept):
    X = as_design(X, accept_sparse=True)
    y = as_target(y, X.shape[0])
    beta = as_coefficients(beta, X.shape[1])
    if not np.isfinite(intercept := float(intercept)):
        raise ValueError(f"intercept is {intercept}; a finite number is needed")
    return X, y, beta, intercept
