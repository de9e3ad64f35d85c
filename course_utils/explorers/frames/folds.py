"""A cross-validation as its folds come in: the errors of each, their mean so far, and what each would choose."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np

from course_utils.tuning import (
    CVPath,
    EdgeOfGridWarning,
    Fold,
    best_lam,
    edge_of_grid,
    one_standard_error_lam,
)

MOST_FOLDS = 10  # one row of the picture each


@dataclass(frozen=True, eq=False)
class FoldsInOrder:
    """What every setting of the controls shares.

    Attributes
    ----------
    lams : (n_lams,), falling
    errors : (n_folds, n_lams)
        Mean squared error on the test rows of each fold.
    means, standard_errors : (n_folds, n_lams)
        Of folds 0 to k in row k; the standard error of a single fold is NaN.
    favourites : (n_folds,)
        The lam of the smallest error on each fold alone.
    choices, simple_choices : (n_folds,)
        The lam of the smallest mean of folds 0 to k, and that of the one-standard-error rule (NaN for k = 0).
    weakest_alike : (n_folds,)
        The weakest lam whose mean is at most one standard error above the smallest (NaN for k = 0).
    edges : tuple of "strong", "weak" or None
        The end of the grid on which a favourite lies, if it lies on one.
    trained : (n_folds, n_folds)
        The share of the test rows of fold j on which fold k trains: [k, j].
    n_tested : int
    """

    lams: np.ndarray
    errors: np.ndarray
    means: np.ndarray
    standard_errors: np.ndarray
    favourites: np.ndarray
    choices: np.ndarray
    simple_choices: np.ndarray
    weakest_alike: np.ndarray
    edges: tuple[str | None, ...]
    trained: np.ndarray
    n_tested: int


@dataclass(frozen=True, eq=False)
class FoldsFrame:
    """The folds seen so far, and one of the penalties.

    Attributes
    ----------
    data : FoldsInOrder
    lam : float
    held_out : int or None
        The fold that is held out, from 0; None when all have been.
    n_seen : int
        Folds held out so far, the present one included.
    fold_error, mean, standard_error : float
        At lam: the error on the fold held out (NaN if none is), the mean of the folds seen and its standard
        error (NaN for a single fold).
    """

    data: FoldsInOrder
    lam: float
    held_out: int | None
    n_seen: int
    fold_error: float
    mean: float
    standard_error: float


def folds_in_order(cv: CVPath, folds) -> FoldsInOrder:
    """Return what is known after the first fold of a cross-validation, after the second, and so on.

    Raises TypeError for anything but a CVPath, ValueError if the folds are not those of `cv` or more than ten.

    Lesson: notebooks/05_choosing_lambda.ipynb
    """
    folds = _folds_of(cv, folds)
    alone = [_only(cv, slice(k, k + 1)) for k in range(len(folds))]
    first = [_only(cv, slice(0, k + 1)) for k in range(len(folds))]
    unknown = np.full_like(cv.lams, np.nan)  # one fold has no standard error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EdgeOfGridWarning)  # a fold may choose an edge: that is shown
        return FoldsInOrder(
            lams=cv.lams,
            errors=cv.fold_errors,
            means=np.array([part.mean_error for part in first]),
            standard_errors=np.array([unknown, *(part.standard_error for part in first[1:])]),
            favourites=np.array([best_lam(part) for part in alone]),
            choices=np.array([best_lam(part) for part in first]),
            simple_choices=np.array([np.nan, *(one_standard_error_lam(part) for part in first[1:])]),
            weakest_alike=np.array([np.nan, *(_weakest_alike(part) for part in first[1:])]),
            edges=tuple(edge_of_grid(part) for part in alone),
            trained=np.array(
                [[np.isin(tested.test, fitted.train).mean() for tested in folds] for fitted in folds]
            ),
            n_tested=int(cv.fold_sizes.sum()),
        )


def folds_frame(data: FoldsInOrder, lam: float, *, held_out: int | None) -> FoldsFrame:
    """Return what is known at `lam` when the folds up to `held_out` have come in.

    Parameters
    ----------
    data : FoldsInOrder
    lam : float
        One of data.lams.
    held_out : int or None
        The fold that is held out, from 0; None for the end, when each has been held out once.

    Returns
    -------
    FoldsFrame

    Raises
    ------
    ValueError
        A lam that is not on the grid, or a fold that does not exist.

    Lesson: notebooks/05_choosing_lambda.ipynb
    """
    n_folds = len(data.errors)
    at = np.flatnonzero(data.lams == lam)
    if not at.size:
        raise ValueError(f"lam is {lam!r}; one of the {len(data.lams)} penalties of the grid is needed")
    if held_out is not None and held_out not in range(n_folds):
        raise ValueError(f"held_out is {held_out!r}; a fold from 0 to {n_folds - 1} is needed, or None")
    last = n_folds - 1 if held_out is None else held_out
    fold_error = np.nan if held_out is None else data.errors[last, at[0]]
    return FoldsFrame(
        data,
        lam,
        held_out,
        last + 1,
        fold_error=float(fold_error),
        mean=float(data.means[last, at[0]]),
        standard_error=float(data.standard_errors[last, at[0]]),
    )


def _only(cv: CVPath, part: slice) -> CVPath:
    """Return the cross-validation as if it had these folds alone."""
    rows = {name: getattr(cv, name)[part] for name in ("fold_errors", "fold_sizes", "fold_gaps")}
    return replace(cv, **rows)


def _weakest_alike(cv: CVPath) -> float:
    best = cv.mean_error.argmin()
    return float(cv.lams[cv.mean_error <= cv.mean_error[best] + cv.standard_error[best]][-1])


def _folds_of(cv, folds) -> list[Fold]:
    if not isinstance(cv, CVPath):
        raise TypeError(f"cv is of type {type(cv).__name__}; what cross_validate_path returns is needed")
    folds = list(folds)
    if not all(isinstance(fold, Fold) for fold in folds):
        raise TypeError("folds holds something else than Fold(train, test); give the folds of cv")
    sizes = [len(fold.test) for fold in folds]
    if sizes != list(cv.fold_sizes):
        raise ValueError(
            f"folds has test parts of {sizes} rows and cv of {list(map(int, cv.fold_sizes))}; give the folds of cv"
        )
    if len(folds) > MOST_FOLDS:
        raise ValueError(f"cv has {len(folds)} folds; at most {MOST_FOLDS} can be shown")
    return folds
