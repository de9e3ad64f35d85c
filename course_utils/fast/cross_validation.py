"""How strong a penalty, at the speed of a few products: `tuning.cross_validate_path`, with few columns or many.

On the training rows of each fold   (1/2n) ||y - intercept - Z beta||^2 + lam ||beta||_1   with scaled columns Z

With few columns, all folds share the products of the columns (folds_of_few_columns); with many, each is a problem of
its own (folds_of_many_columns).
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import warnings

import numpy as np

from course_utils.fast.cv_task import CrossValidation
from course_utils.fast.folds_of_few_columns import FewColumns
from course_utils.fast.folds_of_many_columns import ManyColumns
from course_utils.fast.look import unproven
from course_utils.fast.strategy import goes_from_kink_to_kink
from course_utils.path import as_falling, falling_from, watched
from course_utils.solvers import ConvergenceWarning
from course_utils.tuning import CVPath
from course_utils.validation import as_tolerance


def lasso_cv(
    X,
    y,
    lams=None,
    *,
    folds,
    standardize=True,
    tol=1e-6,
    fit_intercept=True,
    sample_weight=None,
    n_jobs=1,
    progress=False,
) -> CVPath:
    """Measure every lam on rows that its fit has not seen, fold by fold: `tuning.cross_validate_path`, faster.

    Parameters
    ----------
    X : (n_samples, n_features)
        As in `course_utils.fast.lasso.lasso`.
    y : (n_samples,)
    lams : (n_lams,) positive and strictly falling, optional
        If not given, `lam_grid` of all rows, with the columns scaled if `standardize`.
    folds : sequence of Fold
        At least two. Rows may be missing, and may be tested more than once.
    standardize : bool
        Divide each column by its standard deviation on the training rows (ddof=0).
    tol : float, positive
        The relative duality gap of every fit.
    fit_intercept : bool
    sample_weight : (n_samples,) not negative, optional
        Of the rows, in the fits, in the standard deviations and in the errors.
    n_jobs : int
        Folds worked on at the same time, where there are many columns. Where they are few, the folds share their
        products, and it takes longer to start a process than to use them.
    progress : bool
        Show a progress bar.

    Returns
    -------
    tuning.CVPath

    Raises
    ------
    TypeError, ValueError
        Bad X, y, lams, weights or tol; a column of X that is constant; a fold that is empty, out of range, repeats a
        row, trains on a row that it tests, or weighs nothing. A column that is constant on the training rows of one
        fold alone has coefficient 0 there.

    Warns
    -----
    ConvergenceWarning
        Once, with the number of fits whose gap rounding kept above tol.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    how = {"standardize": standardize, "fit_intercept": fit_intercept, "sample_weight": sample_weight}
    task, tol = CrossValidation.of(X, y, folds, **how), as_tolerance(tol)
    found = solve_cv(task, None if lams is None else as_falling(lams), tol, n_jobs=n_jobs, progress=progress)
    if story := unproven(found.fold_gaps, tol):
        warnings.warn(story, ConvergenceWarning, stacklevel=2)
    return found


def solve_cv(task: CrossValidation, lams, tol: float, *, n_jobs=1, progress=False) -> CVPath:
    """Return the errors of a task that was checked; whoever calls looks whether all gaps are at most tol.

    Parameters
    ----------
    task : CrossValidation
    lams : (n_lams,), falling, or None
    tol : float
    n_jobs, progress
        As in `lasso_cv`.

    Returns
    -------
    tuning.CVPath

    Raises
    ------
    ValueError
        A column is constant, or what is multiplied is not finite.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    kind = FewColumns if goes_from_kink_to_kink(*task.X.shape) else ManyColumns
    fits = kind(task)
    lams = falling_from(fits.lam_max) if lams is None else lams
    bar = {"total": len(task.folds), "desc": "cross-validation", "unit": "fold"}
    results = watched(fits.errors_and_gaps(lams, tol, n_jobs), progress, **bar)
    errors, gaps = (np.array(parts) for parts in zip(*results, strict=True))
    return CVPath(lams, errors, np.array([len(fold.test) for fold in task.folds]), gaps, fits.lam_max)
