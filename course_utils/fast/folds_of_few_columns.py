"""All folds from the products of the columns: paths from kink to kink, and even the errors on the test rows.

The squared residuals of a fit add up to a product: with z = [x, y, 1] and c = [-beta, 1, -intercept] a residual is c'z,

    sum of (c'z)^2 over some rows  =  c' (sum of zz') c

and the sum of zz' over the test rows is at hand, since the training rows are what is left without them. So no row is
read twice, unless a fold has fewer test rows than columns.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course_utils.fast.cv_task import CrossValidation
from course_utils.fast.fold_products import FoldProducts, fold_products, products_of_all
from course_utils.fast.gram_paths import proven_paths
from course_utils.fast.look import refuse
from course_utils.fast.reading import Reading

ROOM = 2**22  # numbers: so many products of folds are in memory at a time
ALMOST_CONSTANT = 1e-8  # of the squares: so little about the mean calls for a closer look
RESOLVED = 1e-6  # of the squares of y: an error smaller than that is no difference of products


class FewColumns:
    """The fits of all folds, and the smallest lam whose solution on all rows is zero."""

    def __init__(self, task: CrossValidation):
        self.task, self.reading = task, Reading.of(task.X, task.y, task.sample_weight)
        self.how = {"standardize": task.standardize, "fit_intercept": task.fit_intercept}
        at_a_time, n = max(1, ROOM // (task.X.shape[1] + 2) ** 2), len(task.folds)
        self.groups = [task.folds[start : start + at_a_time] for start in range(0, n, at_a_time)]
        self.first_tested = self._tested(self.groups[0])
        self.total = self._total()
        self._require_sound_columns()
        whole = products_of_all(self.reading, self.total, **self.how)
        self.lam_max = float(np.abs(whole.qs).max() / whole.n[0])

    def errors_and_gaps(
        self, lams: np.ndarray, tol: float, n_jobs=1
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the errors and the gaps of all lams, fold by fold; one process does it, whatever n_jobs is."""
        done = 0
        for folds in self.groups:
            tested = self.first_tested if done == 0 else self._tested(folds)
            products = fold_products(self.reading, self.total, folds, tested, **self.how)
            _require_something_that_varies(products, done)
            paths = proven_paths(products.Gs, products.qs, products.yys, products.n[:, None] * lams, tol=tol)
            contrasts = _contrasts(paths.coefficients / products.scales[:, None, :], products.through)
            for fold, *each, gaps in zip(folds, tested, contrasts, paths.gaps, strict=True):
                yield _errors(self.reading, fold.test, *each), gaps
            done += len(folds)

    def _tested(self, folds) -> list[np.ndarray]:
        return [self.reading.sums(fold.test) for fold in folds]

    def _total(self) -> np.ndarray:
        """Return the sums over all rows: those of the test rows, if each row is tested once."""
        n_samples, tested = len(self.task.y), np.concatenate([fold.test for fold in self.task.folds])
        once = len(tested) == n_samples and np.bincount(tested, minlength=n_samples).max() == 1
        if once and len(self.groups) == 1:
            return sum(self.first_tested)
        return self.reading.sums(np.arange(n_samples))

    def _require_sound_columns(self) -> None:
        """ValueError for numbers that are not finite, and for a column that is constant."""
        squares = np.diag(self.total)
        if not np.isfinite(squares).all():
            refuse(self.task.X)
        n, above_shift = squares[-1], self.total[-1, :-2] / squares[-1]
        about_zero = squares[:-2] + n * self.reading.shift[:-1] ** 2
        if (squares[:-2] - n * above_shift**2 <= ALMOST_CONSTANT * about_zero).any():
            self.task.require_varying()


def _require_something_that_varies(products: FoldProducts, first: int) -> None:
    nothing = ~np.diagonal(products.Gs, axis1=1, axis2=2).any(axis=1)
    if nothing.any():
        k = first + np.argmax(nothing)
        raise ValueError(f"every column of X is constant on the training rows of fold {k}")


def _contrasts(betas: np.ndarray, through: np.ndarray) -> np.ndarray:
    """Return c of each fit, (n_folds, n_lams, n_features + 2).

    A fit goes through a point (x, y): the residual at z is that of beta alone, minus that at the point.
    """
    n_folds, n_lams, n_features = betas.shape
    contrasts = np.empty((n_folds, n_lams, n_features + 2))
    np.negative(betas, out=contrasts[:, :, :-2])
    contrasts[:, :, -2] = 1.0
    contrasts[:, :, -1] = -np.matmul(contrasts[:, :, :-1], through[:, :, None])[:, :, 0]
    return contrasts


def _errors(reading: Reading, rows: np.ndarray, sums: np.ndarray, contrasts: np.ndarray) -> np.ndarray:
    """Return the mean of (c'z)^2 over some rows, for each c; few rows are quicker read than multiplied."""
    if len(rows) > len(sums):
        errors = np.sum(contrasts @ sums * contrasts, axis=1)
        if errors.min() > RESOLVED * sums[-2, -2]:
            return errors / sums[-1, -1]
    return sum(np.sum((z @ contrasts.T) ** 2, axis=0) for z in reading.pieces(rows)) / sums[-1, -1]
