"""How good a prediction is, and how sure one can be of that: metrics, baselines, intervals, honest loops.

The metrics agree with scikit-learn's; y comes first and is what was observed, predicted is what a model said.
Lesson: notebooks/06_honest_evaluation.ipynb
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

import numpy as np
from joblib import Parallel, delayed

from course_utils.path import watched
from course_utils.scaling import Coefficients
from course_utils.tuning import (
    EdgeOfGridWarning,
    Fold,
    best_lam,
    cross_validate_path,
    edge_of_grid,
    k_folds,
    one_standard_error_lam,
    refit,
)
from course_utils.validation import as_count, as_design, as_target, constant_columns, require_rng

RULES = {"minimum": best_lam, "one-standard-error": one_standard_error_lam}


def mean_squared_error(y, predicted) -> float:
    """Return sum_i (y_i - predicted_i)^2 / n, in the squared unit of y."""
    return float(np.mean(_residuals(y, predicted) ** 2))


def root_mean_squared_error(y, predicted) -> float:
    """Return the square root of the mean squared error, in the unit of y."""
    return math.sqrt(mean_squared_error(y, predicted))


def mean_absolute_error(y, predicted) -> float:
    """Return sum_i |y_i - predicted_i| / n, in the unit of y."""
    return float(np.mean(np.abs(_residuals(y, predicted))))


def r_squared(y, predicted) -> float:
    """Return 1 - sum_i (y_i - predicted_i)^2 / sum_i (y_i - mean y)^2: at most 1, and without a lower bound.

    The mean is that of the rows that are judged. It is undefined, and ValueError, if all y are equal.
    """
    residuals = _residuals(y, predicted)
    y = as_target(y, len(residuals))
    if np.ptp(y) == 0:
        raise ValueError(f"all {len(y)} values of y are equal; R squared is not defined")
    return float(1 - np.sum(residuals**2) / np.sum((y - y.mean()) ** 2))


def baselines(y_train, y_test, *, ordered: bool = False) -> dict[str, np.ndarray]:
    """Return what people who know no feature predict for the test rows: a model has to beat all of them.

    "mean" has the smallest squared error of all constants on the training rows, "median" the smallest
    absolute error. "last value" says of each row what was observed in the row before it.

    Parameters
    ----------
    y_train : (n_train,)
    y_test : (n_test,)
        Only its length counts for the constants; the last value uses each entry for the row after it.
    ordered : bool
        The rows have an order, and the test rows follow the training rows: gives "last value" too.

    Returns
    -------
    dict of name -> (n_test,) array

    Raises
    ------
    TypeError, ValueError
        Anything that is not real and finite, or no training row.

    Lesson: notebooks/06_honest_evaluation.ipynb
    """
    y_train, y_test = as_target(y_train, np.size(y_train)), as_target(y_test, np.size(y_test))
    if len(y_train) == 0:
        raise ValueError("y_train is empty; at least one row is needed to say a mean or a median")
    predictions = {
        "mean": np.full(len(y_test), y_train.mean()),
        "median": np.full(len(y_test), np.median(y_train)),
    }
    if ordered:
        predictions["last value"] = np.append(y_train[-1], y_test[:-1])
    return predictions


@dataclass(frozen=True)
class Interval:
    """An estimate with an interval that is meant to hold the true value in a share `level` of samples."""

    estimate: float
    low: float
    high: float
    level: float

    def contains(self, value: float) -> bool:
        """Whether low <= value <= high."""
        return bool(self.low <= value <= self.high)

    def __str__(self) -> str:
        return f"{self.estimate:.4g} [{self.low:.4g}, {self.high:.4g}]"


def bootstrap_interval(
    y, predicted, *, metric=mean_squared_error, n_resamples=2000, level=0.95, rng, groups=None
) -> Interval:
    """Draw the test rows again and again with replacement, and cut the tails off the values of the metric.

    The percentile interval: from the (1 - level) / 2 quantile of the resampled values to the
    (1 + level) / 2 quantile. It says how the metric of **this fixed model** would vary over other test
    rows. That the model would be another with other training rows is not in it.

    Parameters
    ----------
    y, predicted : (n,)
        Test rows that had no part in the fit.
    metric : function
        metric(y, predicted) -> float.
    n_resamples : int
    level : float between 0 and 1
    rng : numpy.random.Generator
    groups : (n,), optional
        A label for each row. Whole groups are drawn then, because rows of one group (a street, a patient)
        resemble each other and hold less news than as many strangers.

    Returns
    -------
    Interval

    Raises
    ------
    TypeError, ValueError
        Shapes that do not match, a bad level or number of resamples, a single group, no generator.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.

    Lesson: notebooks/06_honest_evaluation.ipynb
    """
    (y, predicted), level = _pair(y, predicted), _as_level(level)
    draws = _draws(y, n_resamples, groups, rng)
    values = [metric(y[rows], predicted[rows]) for rows in draws]
    return _percentile_interval(metric(y, predicted), values, level)


def paired_bootstrap_interval(
    y, predicted_a, predicted_b, *, metric=mean_squared_error, n_resamples=2000, level=0.95, rng, groups=None
) -> Interval:
    """Return an interval for metric(y, predicted_a) - metric(y, predicted_b) on the same test rows.

    Both models are judged on the same drawn rows each time, so that what is hard about a row is hard for
    both and cancels: the interval is narrower than two separate ones suggest.

    Parameters
    ----------
    y, predicted_a, predicted_b : (n,)
        Test rows that had no part in the fit of either model.
    metric : function
        metric(y, predicted) -> float.
    n_resamples : int
    level : float between 0 and 1
    rng : numpy.random.Generator
    groups : (n,), optional
        As in `bootstrap_interval`.

    Returns
    -------
    Interval

    Raises
    ------
    TypeError, ValueError
        As `bootstrap_interval`.

    Lesson: notebooks/06_honest_evaluation.ipynb
    """
    y, predicted_a = _pair(y, predicted_a)
    (y, predicted_b), level = _pair(y, predicted_b), _as_level(level)
    values = [
        metric(y[rows], predicted_a[rows]) - metric(y[rows], predicted_b[rows])
        for rows in _draws(y, n_resamples, groups, rng)
    ]
    return _percentile_interval(metric(y, predicted_a) - metric(y, predicted_b), values, level)


@dataclass(frozen=True, eq=False)
class NestedCV:
    """What each outer fold chose on its training rows, and how that did on its test rows.

    Attributes
    ----------
    lams : (n_folds,) the penalty chosen, for columns standardised on the training rows of the fold
    betas : (n_folds, n_features) coefficients in the original units
    intercepts : (n_folds,)
    errors : (n_folds,) mean squared error on the test rows
    fold_sizes : (n_folds,) number of test rows
    predicted : (n_samples,) for every row, by the model that had not seen it; NaN for a row in no test fold
    """

    lams: np.ndarray
    betas: np.ndarray
    intercepts: np.ndarray
    errors: np.ndarray
    fold_sizes: np.ndarray
    predicted: np.ndarray

    @property
    def mean_error(self) -> float:
        """Mean squared error over the folds: what the whole recipe, choice of lam included, is worth."""
        return float(np.mean(self.errors))

    @property
    def standard_error(self) -> float:
        """sd(errors) / sqrt(n_folds): rough, because the folds share training rows."""
        return float(np.std(self.errors, ddof=1) / np.sqrt(len(self.errors)))


def nested_cross_validation(
    X, y, *, outer_folds, n_inner_folds=5, rng, rule="minimum", lams=None, n_jobs=1, progress=False
) -> NestedCV:
    """Judge the recipe "choose lam by cross-validation, then fit": the choice is made anew in each outer fold.

    For each outer fold, its training rows alone choose lam (K-fold cross-validation among themselves, with
    the columns standardised inside), set the ruler and fit beta. The test rows are looked at once, after
    that, to compute the error: nothing in them can move lam or beta by a bit. A column that is constant on
    the training rows of a fold has coefficient 0 there.

    Parameters
    ----------
    X : (n_samples, n_features)
    y : (n_samples,)
    outer_folds : sequence of tuning.Fold
        What `k_folds(n_samples, n_folds, rng=rng)` gives, or `forward_folds` for rows in time order.
    n_inner_folds : int
    rng : numpy.random.Generator
        Draws the inner folds; the result does not depend on n_jobs.
    rule : {"minimum", "one-standard-error"}
        How the inner curve chooses.
    lams : (n_lams,), falling, optional
        One grid for all folds. If not given, each fold makes its own from its training rows.
    n_jobs : int
        Outer folds fitted side by side, through joblib.
    progress : bool
        Show a progress bar over the outer folds.

    Returns
    -------
    NestedCV

    Raises
    ------
    TypeError, ValueError
        An unknown rule, a fold whose rows are not in X or that trains on its test rows, no generator.

    Warns
    -----
    EdgeOfGridWarning
        Once, with the number of outer folds whose inner curve has its minimum on an edge of the grid.

    References
    ----------
    Varma and Simon (2006), Bias in error estimation when using cross-validation for model selection;
    Cawley and Talbot (2010), On over-fitting in model selection.

    Lesson: notebooks/06_honest_evaluation.ipynb
    """
    X = as_design(X)
    y = as_target(y, len(X))
    require_rng(rng)
    if rule not in RULES:
        raise ValueError(f"rule is {rule!r}; one of {', '.join(map(repr, RULES))} is needed")
    _require_honest(outer_folds, len(y))
    jobs = [
        delayed(_choose_and_fit)(X[fold.train], y[fold.train], n_inner_folds, own_rng, rule, lams)
        for fold, own_rng in zip(outer_folds, rng.spawn(len(outer_folds)), strict=True)
    ]
    fits = list(watched(Parallel(n_jobs=n_jobs, return_as="generator")(jobs), progress, total=len(jobs)))
    _warn_about_edges([edge for _, _, edge in fits])
    return _judged(X, y, outer_folds, fits)


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """Errors against the number of training rows.

    Attributes
    ----------
    sizes : (n_sizes,) training rows
    train_errors, test_errors : (n_repeats, n_sizes), one draw of rows a line
    """

    sizes: np.ndarray
    train_errors: np.ndarray
    test_errors: np.ndarray


def learning_curve(
    X, y, fit, *, sizes, n_test, n_repeats, rng, metric=mean_squared_error, n_jobs=1, progress=False
) -> LearningCurve:
    """Fit on more and more rows, and measure the error on those rows and on others.

    Each repeat shuffles the rows, sets n_test aside, and trains on the first sizes[0], sizes[1], ... of the
    rest: the larger training set contains the smaller, and all are judged on the same rows.

    Parameters
    ----------
    X : (n_samples, n_features)
    y : (n_samples,)
    fit : function
        fit(X, y) -> an object with predict(X): `fit_least_squares`, or the `fit` of a scikit-learn
        estimator or pipeline. It learns everything afresh, its scaling and its penalty included.
    sizes : (n_sizes,) rising integers
    n_test : int
    n_repeats : int
    rng : numpy.random.Generator
        Draws all rows beforehand; the result does not depend on n_jobs.
    metric : function
        metric(y, predicted) -> float.
    n_jobs : int
    progress : bool

    Returns
    -------
    LearningCurve

    Raises
    ------
    TypeError, ValueError
        Sizes that do not rise, or that leave too few rows for the test.

    Lesson: notebooks/06_honest_evaluation.ipynb
    """
    X = as_design(X)
    y = as_target(y, len(X))
    sizes, n_repeats = _rising(sizes), as_count(n_repeats, "n_repeats")
    if sizes[-1] + as_count(n_test, "n_test") > len(y):
        raise ValueError(f"{sizes[-1]} training rows and {n_test} test rows are more than the {len(y)} given")
    orders = [require_rng(rng).permutation(len(y)) for _ in range(n_repeats)]
    jobs = [delayed(_errors_by_size)(X, y, fit, order, sizes, n_test, metric) for order in orders]
    errors = np.array(
        list(watched(Parallel(n_jobs=n_jobs, return_as="generator")(jobs), progress, total=len(jobs)))
    )
    return LearningCurve(sizes, train_errors=errors[:, :, 0], test_errors=errors[:, :, 1])


@dataclass(frozen=True, eq=False)
class PredictionIntervals:
    """An interval for each new row, all of one half-width: low = predicted - half_width, high = + half_width."""

    low: np.ndarray
    high: np.ndarray
    half_width: float
    level: float

    def covers(self, y) -> np.ndarray:
        """Return for each row whether low <= y <= high, shape (n,): its mean is the coverage."""
        y = as_target(y, len(self.low))
        return (self.low <= y) & (y <= self.high)


def conformal_interval(
    y_calibration, predicted_calibration, predicted_new, *, level=0.9
) -> PredictionIntervals:
    """Return predicted_new plus and minus the k-th smallest |y - predicted| of the calibration rows.

        k = ceil((n + 1) level)

    Split conformal prediction. If the n calibration rows and a new row are exchangeable (any order of them
    is equally likely) and none of them had a part in the fit, the interval holds the new y with a
    probability of at least `level`, whatever the model and whatever the distribution. The promise is an
    average over all rows: single groups may be covered more or less often.

    Parameters
    ----------
    y_calibration, predicted_calibration : (n,)
        Rows that had no part in the fit.
    predicted_new : (n_new,)
    level : float between 0 and 1

    Returns
    -------
    PredictionIntervals

    Raises
    ------
    TypeError, ValueError
        Shapes that do not match, a bad level, or too few rows: level can be at most n / (n + 1).

    References
    ----------
    Vovk, Gammerman and Shafer (2005), Algorithmic Learning in a Random World; Lei, G'Sell, Rinaldo,
    Tibshirani and Wasserman (2018), Distribution-free predictive inference for regression, theorem 2.2.

    Lesson: notebooks/06b_reading_a_model.ipynb
    """
    scores = np.sort(np.abs(_residuals(y_calibration, predicted_calibration)))
    predicted_new = as_target(predicted_new, np.size(predicted_new))
    # (n + 1) * 0.9 may come out as 90.00000000000001: no rank more for a rounding error
    rank = max(1, math.ceil(round((len(scores) + 1) * _as_level(level), 9)))
    if rank > len(scores):
        raise ValueError(
            f"level is {level} with {len(scores)} calibration row(s); it can be at most "
            f"{len(scores) / (len(scores) + 1):.4g}: give more rows or a lower level"
        )
    half_width = float(scores[rank - 1])
    return PredictionIntervals(predicted_new - half_width, predicted_new + half_width, half_width, level)


def _pair(y, predicted) -> tuple[np.ndarray, np.ndarray]:
    """Return y and predicted as float64 of one length."""
    y = as_target(y, np.size(y))
    if not len(y):
        raise ValueError("y is empty; at least one value is needed")
    if np.shape(predicted) not in ((len(y),), (len(y), 1)):
        raise ValueError(f"predicted has shape {np.shape(predicted)}; ({len(y)},) is needed, one value a row")
    return y, as_target(predicted, len(y))


def _residuals(y, predicted) -> np.ndarray:
    y, predicted = _pair(y, predicted)
    return y - predicted


def _as_level(level) -> float:
    if isinstance(level, bool) or not isinstance(level, Real) or not 0 < level < 1:
        raise ValueError(f"level is {level!r}; a number between 0 and 1 is needed")
    return float(level)


def _rising(sizes) -> np.ndarray:
    if np.ndim(sizes) != 1 or not len(sizes):
        raise ValueError(f"sizes has shape {np.shape(sizes)}; one dimension is needed, with one size or more")
    sizes = np.array([as_count(size, "a size") for size in sizes])
    if sizes[0] < 2 or not (np.diff(sizes) > 0).all():
        raise ValueError(f"sizes are {sizes.tolist()}; they must rise, from at least 2")
    return sizes


def _draws(y: np.ndarray, n_resamples, groups, rng) -> list[np.ndarray]:
    """Return n_resamples arrays of row numbers, drawn with replacement one by one or in whole groups."""
    n_resamples, rng = as_count(n_resamples, "n_resamples"), require_rng(rng)
    if groups is None:
        return list(rng.integers(len(y), size=(n_resamples, len(y))))
    if np.shape(groups) != y.shape:
        raise ValueError(f"groups has shape {np.shape(groups)}; ({len(y)},) is needed, one label a row")
    labels, group_of = np.unique(np.asarray(groups), return_inverse=True)
    if len(labels) < 2:
        raise ValueError("groups has one label for all rows; at least two groups are needed")
    rows_of = np.split(np.argsort(group_of, kind="stable"), np.cumsum(np.bincount(group_of))[:-1])
    return [
        np.concatenate([rows_of[g] for g in drawn])
        for drawn in rng.integers(len(labels), size=(n_resamples, len(labels)))
    ]


def _percentile_interval(estimate: float, values, level) -> Interval:
    tail = (1 - level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(float(estimate), float(low), float(high), level)


def _require_honest(folds, n_samples: int) -> None:
    """Each fold has training and test rows of X, and trains on none of its test rows."""
    for k, fold in enumerate(folds):
        rows = np.concatenate([fold.train, fold.test])
        if not len(fold.train) or not len(fold.test) or rows.min() < 0 or rows.max() >= n_samples:
            raise ValueError(f"outer fold {k} is empty or has rows that are not among the {n_samples} of X")
        if np.intersect1d(fold.train, fold.test).size:
            raise ValueError(f"outer fold {k} trains on some of its test rows")
    if not len(folds):
        raise ValueError("there are no outer folds; at least one is needed")


def _choose_and_fit(X, y, n_inner_folds, rng, rule, lams):
    """Return (lam, coefficients in the original units, edge of the grid or None) from these rows alone."""
    varies = np.setdiff1d(np.arange(X.shape[1]), constant_columns(X))
    if not varies.size:
        raise ValueError(
            "every column of X is constant on the training rows of an outer fold; take larger folds"
        )
    X_varying = X[:, varies]
    curve = cross_validate_path(X_varying, y, lams, folds=k_folds(len(y), n_inner_folds, rng=rng))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EdgeOfGridWarning)  # one warning for all folds, from the caller
        lam = RULES[rule](curve)
    model, beta = refit(X_varying, y, lam), np.zeros(X.shape[1])
    beta[varies] = model.beta
    return lam, Coefficients(beta, model.intercept), edge_of_grid(curve)


def _judged(X, y, folds: tuple[Fold, ...], fits) -> NestedCV:
    predicted, errors = np.full(len(y), np.nan), []
    for fold, (_, model, _) in zip(folds, fits, strict=True):
        predicted[fold.test] = model.intercept + X[fold.test] @ model.beta
        errors.append(mean_squared_error(y[fold.test], predicted[fold.test]))
    return NestedCV(
        lams=np.array([lam for lam, _, _ in fits]),
        betas=np.array([model.beta for _, model, _ in fits]),
        intercepts=np.array([model.intercept for _, model, _ in fits]),
        errors=np.array(errors),
        fold_sizes=np.array([len(fold.test) for fold in folds]),
        predicted=predicted,
    )


def _warn_about_edges(edges) -> None:
    at_edge = [edge for edge in edges if edge]
    if at_edge:
        warnings.warn(
            f"in {len(at_edge)} of {len(edges)} outer folds the inner error is smallest at the {at_edge[0]} end of "
            "the grid: an edge is no minimum. Give lams that reach further (lam_grid with another ratio)",
            EdgeOfGridWarning,
            stacklevel=3,  # the line that called nested_cross_validation
        )


def _errors_by_size(X, y, fit: Callable, order, sizes, n_test: int, metric) -> list[tuple[float, float]]:
    """Return (training error, test error) for each size."""
    test, rest = order[:n_test], order[n_test:]
    errors = []
    for size in sizes:
        model, train = fit(X[rest[:size]], y[rest[:size]]), rest[:size]
        errors.append(tuple(metric(y[rows], model.predict(X[rows])) for rows in (train, test)))
    return errors
