"""Ordinary least squares by QR, and the checks that say whether to believe it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from course_utils.validation import as_design, as_target, column_label, names_of, require_varying_columns

NOTICEABLE_SHARE = 1e-6  # a smaller weight in a combination of unit-length columns is rounding


class RankDeficientError(ValueError):
    """The columns determine one another, so that infinitely many coefficients fit equally well."""


@dataclass(frozen=True)
class LeastSquaresResult:
    """A least squares fit of n samples by p features.

    Attributes
    ----------
    beta : (p,) coefficients, in units of y per unit of each feature
    intercept : constant, 0.0 if none was fitted
    rank : number of independent columns, the intercept's column of ones included
    condition_number : of the centred columns at unit length, inf if they are dependent
    leverage : (n,) diagonal of the projection onto the columns; sums to the rank
    fitted : (n,) predictions for the rows that were fitted
    residuals : (n,) actual minus fitted
    feature_names : names of the features, or None
    """

    beta: np.ndarray
    intercept: float
    rank: int
    condition_number: float
    leverage: np.ndarray
    fitted: np.ndarray
    residuals: np.ndarray
    feature_names: tuple[str, ...] | None

    def predict(self, X) -> np.ndarray:
        """Return intercept + X beta for new rows, shape (n_rows,)."""
        X = as_design(X, min_rows=1)
        if X.shape[1] != self.beta.size:
            raise ValueError(f"X has {X.shape[1]} column(s); the model was fitted to {self.beta.size}")
        return self.intercept + X @ self.beta


def fit_least_squares(
    X, y, *, fit_intercept: bool = True, feature_names=None, allow_rank_deficient: bool = False
) -> LeastSquaresResult:
    """Minimise ||y - intercept - X beta||^2 by a QR decomposition with column pivoting.

    The columns are centred (that removes the intercept) and brought to unit length (that makes the verdict
    on the rank independent of units); then X = Q R, and R beta = Q'y is solved from the last row up. The
    normal equations X'X beta = X'y are never formed: they square the condition number.

    Parameters
    ----------
    X : (n, p) array or pandas frame
    y : (n,) array
    fit_intercept : bool
        Fit a constant as well.
    feature_names : sequence of p strings, optional
        For the result and for messages; a frame brings its own.
    allow_rank_deficient : bool
        Where many beta fit equally well, return the shortest of them and its rank instead of raising.

    Returns
    -------
    LeastSquaresResult

    Raises
    ------
    RankDeficientError
        There are too few rows, or some columns are combinations of others: the message says which.
    TypeError, ValueError
        X or y is not what `course_utils.validation` asks for.

    References
    ----------
    Golub and Van Loan (2013), Matrix Computations, 4th ed., sections 5.3 and 5.5.

    Lesson: notebooks/01_least_squares.ipynb
    """
    names = names_of(X) if feature_names is None else tuple(feature_names)
    X = as_design(X)
    y = as_target(y, len(X))
    _require_names_match(names, X.shape[1])
    means, y_mean = (X.mean(axis=0), y.mean()) if fit_intercept else (np.zeros(X.shape[1]), 0.0)
    columns = _factorise(X, means)
    if columns.is_deficient and not allow_rank_deficient:
        raise RankDeficientError(_explain_deficiency(columns, len(X), fit_intercept, names))
    beta = columns.solve(y - y_mean)
    intercept = float(y_mean - means @ beta)
    fitted = intercept + X @ beta
    return LeastSquaresResult(
        beta=beta,
        intercept=intercept,
        rank=columns.rank + int(fit_intercept),
        condition_number=columns.condition_number(),
        leverage=np.sum(columns.basis**2, axis=1) + (1 / len(X) if fit_intercept else 0.0),
        fitted=fitted,
        residuals=y - fitted,
        feature_names=names,
    )


def condition_number(X, *, fit_intercept: bool = True) -> float:
    """Return the largest over the smallest singular value of the columns, centred and at unit length.

    Centred only with an intercept. Units do not matter: 1 for uncorrelated columns, inf for dependent ones.
    """
    X = as_design(X)
    return _factorise(X, X.mean(axis=0) if fit_intercept else np.zeros(X.shape[1])).condition_number()


def variance_inflation_factors(X) -> np.ndarray:
    """Return VIF_j = 1 / (1 - R2_j), where R2_j is that of feature j regressed on all the others, shape (p,).

    It is the factor by which the variance of beta_j exceeds what uncorrelated features would give: 1 at
    best, inf for a column that others determine exactly. The limits in use (5 or 10) are conventions.
    """
    names, X = names_of(X), as_design(X)
    require_varying_columns(X, names)
    whole = _factorise(X, X.mean(axis=0))
    return np.array([_variance_inflation(X, whole, j) for j in range(X.shape[1])])


def residual_autocorrelation(residuals, max_lag: int) -> np.ndarray:
    """Return r_k = sum_i e_i e_{i+k} / sum_i e_i^2 for k = 1 ... max_lag, of the centred residuals e.

    The order of the rows must mean something (time, a street): otherwise r_k says nothing. For independent
    errors about 95 % of the r_k lie within 2 / sqrt(n) of 0.
    """
    residuals = as_target(residuals, np.size(residuals))
    if not 1 <= max_lag < residuals.size:
        raise ValueError(f"max_lag is {max_lag}; a number from 1 to {residuals.size - 1} is needed")
    if np.ptp(residuals) == 0:
        raise ValueError(f"all {residuals.size} residuals are equal; their autocorrelation is not defined")
    centred = residuals - residuals.mean()
    return np.array([centred[:-k] @ centred[k:] for k in range(1, max_lag + 1)]) / (centred @ centred)


@dataclass(frozen=True)
class _Factorisation:
    """Pivoted QR of the centred, unit-length columns: X - means = unit * lengths, unit[:, pivots] = Q R."""

    unit: np.ndarray
    lengths: np.ndarray
    basis: np.ndarray  # the columns of Q that span the columns of X, (n, rank)
    R: np.ndarray  # the rows of R that go with them, (rank, p)
    pivots: np.ndarray
    tolerance: float

    @property
    def rank(self) -> int:
        return self.basis.shape[1]

    @property
    def is_deficient(self) -> bool:
        return self.rank < len(self.lengths)

    def condition_number(self) -> float:
        if self.is_deficient:
            return float("inf")
        singular_values = linalg.svdvals(self.R)
        return float(singular_values[0] / singular_values[-1])

    def solve(self, y: np.ndarray) -> np.ndarray:
        """Return the shortest beta that minimises ||y - (X - means) beta||, the only one at full rank."""
        beta = np.empty(len(self.lengths))
        if not self.is_deficient:
            beta[self.pivots] = linalg.solve_triangular(self.R, self.basis.T @ y)
            return beta / self.lengths
        # The shortest solution of R' beta = Q'y lies in the span of the rows of R: a second QR finds it.
        row_basis, triangle = linalg.qr((self.R * self.lengths[self.pivots]).T, mode="economic")
        beta[self.pivots] = row_basis @ linalg.solve_triangular(triangle, self.basis.T @ y, trans="T")
        return beta


def _factorise(X: np.ndarray, means: np.ndarray) -> _Factorisation:
    centred = X - means
    sizes, lengths = linalg.norm(X, axis=0), linalg.norm(centred, axis=0)
    rounding = max(X.shape) * np.finfo(float).eps
    # What centring leaves of a constant column is rounding, and must not be blown up to unit length.
    vanishing = lengths <= rounding * sizes
    centred[:, vanishing], lengths[vanishing] = 0.0, 1.0
    unit = centred / lengths
    Q, R, pivots = linalg.qr(unit, mode="economic", pivoting=True)
    # Centring costs digits in columns that lie far from 0: as many as they lie lengths away.
    tolerance = rounding * max(1.0, (sizes / lengths)[~vanishing].max(initial=1.0))
    rank = int(np.sum(np.abs(np.diag(R)) > tolerance))
    return _Factorisation(unit, lengths, Q[:, :rank], R[:rank], pivots, tolerance)


def _variance_inflation(X: np.ndarray, whole: _Factorisation, j: int) -> float:
    feature, others = whole.unit[:, j], np.delete(X, j, axis=1)
    basis = _factorise(others, others.mean(axis=0)).basis
    unexplained = linalg.norm(feature - basis @ (basis.T @ feature))  # sqrt(1 - R2_j)
    return float("inf") if unexplained <= whole.tolerance else float(1 / unexplained**2)


def _require_names_match(names: tuple[str, ...] | None, n_features: int) -> None:
    if names is not None and len(names) != n_features:
        raise ValueError(f"feature_names has {len(names)} name(s); X has {n_features} column(s)")


def _explain_deficiency(columns: _Factorisation, n_samples: int, fit_intercept: bool, names) -> str:
    n_parameters = len(columns.lengths) + int(fit_intercept)
    way_out = "Leave columns out, add a penalty, or pass allow_rank_deficient=True for the shortest solution"
    if n_parameters > n_samples:
        cause = f"there are {n_parameters} coefficients{' with the intercept' if fit_intercept else ''}"
        return f"{cause} but only {n_samples} rows: infinitely many solutions fit equally well. {way_out}"
    # in the order of the columns: that of the pivots can depend on the processor
    left_over = sorted(range(columns.rank, len(columns.lengths)), key=lambda k: columns.pivots[k])
    dependent = "; ".join(_explain_dependence(columns, k, names) for k in left_over)
    return f"X has dependent columns, so infinitely many solutions fit equally well: {dependent}. {way_out}"


def _explain_dependence(columns: _Factorisation, k: int, names) -> str:
    """Say which columns determine the k-th pivoted one: its weights solve R[:, :rank] w = R[:, k]."""
    label = column_label(names, columns.pivots[k])
    if not columns.unit[:, columns.pivots[k]].any():
        return f"{label} is constant"
    weights = linalg.solve_triangular(columns.R[:, : columns.rank], columns.R[:, k])
    causes = columns.pivots[: columns.rank][np.abs(weights) > NOTICEABLE_SHARE]
    return f"{label} is a combination of {', '.join(column_label(names, j) for j in sorted(causes))}"
