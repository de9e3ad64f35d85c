"""Input checks shared by the numerics: each message says what came and what was wanted."""

from __future__ import annotations

import math
import numbers

import numpy as np
from scipy import sparse


def as_design(X, *, accept_sparse: bool = False, min_rows: int = 2):
    """Return X as float64, (n_samples, n_features): a Fortran-ordered array, or a CSC matrix.

    Always a copy. Integers and booleans are cast; pandas frames are read column by column, so that numbers
    of several types may stand side by side (`names_of` keeps their names).
    A fit needs two rows; `min_rows=1` lets a fitted model see a single one.

    Raises
    ------
    TypeError
        Sparse where dense is needed, strings, objects or complex numbers.
    ValueError
        Not two-dimensional, fewer than min_rows rows, no column, NaN or infinity.
    """
    if sparse.issparse(X):
        if not accept_sparse:
            raise TypeError(f"X is a sparse {X.format} matrix; a dense array is needed: pass X.toarray()")
        _require_real(X.dtype, "X")
        X = sparse.csc_matrix(X, dtype=np.float64, copy=True)
        X.sum_duplicates()
        _require_finite(X.data, "X")
    else:
        X = _as_float(X, "X")
        if X.ndim != 2:
            raise ValueError(f"X has shape {X.shape}; two dimensions (n_samples, n_features) are needed")
        X = np.asfortranarray(X)
        _require_finite(X, "X")
    n_samples, n_features = X.shape
    if n_samples < min_rows:
        raise ValueError(f"X has {n_samples} row(s); at least {min_rows} needed")
    if n_features < 1:
        raise ValueError(f"X has shape {X.shape}; at least one column is needed")
    return X


def as_target(y, n_samples: int) -> np.ndarray:
    """Return y as float64 of shape (n_samples,); a single column is flattened.

    Raises TypeError for strings, objects, complex or sparse, ValueError for shape, NaN or infinity.
    """
    if sparse.issparse(y):
        raise TypeError(f"y is a sparse {y.format} matrix; a dense vector of length {n_samples} is needed")
    y = _as_float(y, "y")
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.shape != (n_samples,):
        raise ValueError(f"y has shape {y.shape}; ({n_samples},) is needed, one value for each row of X")
    _require_finite(y, "y")
    return y


def as_penalty(lam, *, allow_zero: bool = False) -> float:
    """Return the penalty lam as a float, positive (or zero where allowed).

    Raises TypeError for anything but one real number, ValueError for NaN, infinity, negative, or zero.
    """
    if isinstance(lam, np.ndarray) and lam.ndim == 0:
        lam = lam.item()
    if isinstance(lam, bool | np.bool_) or not isinstance(lam, numbers.Real):
        raise TypeError(f"lam is {_describe(lam)}; one real number is needed")
    lam = float(lam)
    if not math.isfinite(lam) or lam < 0:
        raise ValueError(f"lam is {lam}; a finite number that is not negative is needed")
    if lam == 0 and not allow_zero:
        raise ValueError(
            "lam is 0; a positive penalty is needed. Without a penalty this is ordinary least squares: "
            "use course_utils.least_squares.fit_least_squares"
        )
    return lam


def as_tolerance(tol) -> float:
    """Return tol as a float if it is a positive and finite number; ValueError otherwise."""
    if isinstance(tol, bool) or not isinstance(tol, numbers.Real) or not 0 < tol < np.inf:
        raise ValueError(f"tol is {tol!r}; a positive number is needed")
    return float(tol)


def names_of(X) -> tuple[str, ...] | None:
    """Return the column names of a pandas frame as strings, or None for anything else."""
    columns = getattr(X, "columns", None)
    return None if columns is None else tuple(str(name) for name in columns)


def constant_columns(X) -> np.ndarray:
    """Return the indices of the columns of a checked X (dense or CSC) that hold a single value."""
    if sparse.issparse(X):
        low, high = X.min(axis=0).toarray().ravel(), X.max(axis=0).toarray().ravel()
    else:
        low, high = X.min(axis=0), X.max(axis=0)
    return np.flatnonzero(low == high)


def column_label(names: tuple[str, ...] | None, j: int) -> str:
    """Return how a message calls column j: its name in quotes, or its number."""
    return f"column {j}" if names is None else repr(names[j])


def require_varying_columns(X, names: tuple[str, ...] | None = None) -> None:
    """Raise ValueError naming the columns of a checked X (dense or CSC) that hold a single value."""
    constant = constant_columns(X)
    if constant.size:
        labels = ", ".join(column_label(names, j) for j in constant[:5])
        more = f" and {constant.size - 5} more" if constant.size > 5 else ""
        raise ValueError(
            f"constant column(s) in X: {labels}{more}; leave them out, the intercept covers them"
        )


def as_count(value, name: str, at_least: int = 1) -> int:
    """Return value as int if it is an integer, at_least or more; ValueError otherwise. True is no count."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < at_least:
        wanted = "a positive integer" if at_least == 1 else f"an integer of at least {at_least}"
        raise ValueError(f"{name} is {value!r}; {wanted} is needed")
    return int(value)


def require_rng(rng) -> np.random.Generator:
    """Return rng if it is a numpy Generator; TypeError otherwise (a seed hides where randomness enters)."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {_describe(rng)}; a generator is needed: numpy.random.default_rng(seed)")
    return rng


def _as_float(values, name: str) -> np.ndarray:
    if hasattr(values, "columns"):
        for column, dtype in values.dtypes.items():
            _require_real(dtype, f"{name}, column {column!r},")
    elif hasattr(values, "to_numpy"):
        _require_real(values.dtype, name)
    if hasattr(values, "to_numpy"):
        return values.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    try:
        array = np.asarray(values)
    except ValueError as ragged:
        raise ValueError(f"{name} has rows of different lengths; every row needs as many values") from ragged
    _require_real(array.dtype, name)
    return array.astype(np.float64)


def _require_real(dtype, name: str) -> None:
    if dtype.kind not in "biuf":
        raise TypeError(f"{name} has dtype {dtype}; real numbers are needed")


def _require_finite(values: np.ndarray, name: str) -> None:
    finite = np.isfinite(values)
    if not np.logical_and.reduce(finite, axis=None):
        bad = values[~finite]
        raise ValueError(f"{name} has {bad.size} value(s) that are NaN or infinite, the first is {bad[0]}")


def _describe(value) -> str:
    return f"{value!r} of type {type(value).__name__}"[:120]
