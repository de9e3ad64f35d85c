"""Is the model still as good as it was? Its error, window by window, against the mean and against training.

Lesson: notebooks/08b_monitoring.ipynb
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from course_utils.deploy.outcomes import JoinedOutcomes
from course_utils.evaluation import (
    Interval,
    bootstrap_interval,
    paired_bootstrap_interval,
    root_mean_squared_error,
)
from course_utils.validation import as_count


@dataclass(frozen=True)
class Window:
    """The predictions of a stretch of time; without intervals if they are too few.

    Attributes
    ----------
    start, end : float
    n_rows : int
    error : root mean squared error
    gain : error of predicting the training mean, minus error: above 0 if the model helps
    change : error minus the error at training: above 0 if the model has become worse
    """

    start: float
    end: float
    n_rows: int
    error: Interval | None = None
    gain: Interval | None = None
    change: Interval | None = None

    @property
    def is_worse(self) -> bool:
        """Whether the whole interval of the change lies above 0."""
        return self.change is not None and self.change.low > 0

    @property
    def verdict(self) -> str:
        """What the intervals say, in words."""
        if self.error is None:
            return "too few outcomes"
        useless = "" if self.gain.low > 0 else ", not surely better than the mean"
        return f"{'WORSE than' if self.is_worse else 'as'} at training{useless}"

    def __str__(self) -> str:
        found = (self.error, self.gain, self.change)
        intervals = "  ".join(f"{'-' if interval is None else str(interval):>22}" for interval in found)
        return f"{self.start:9.2f}  {self.n_rows:5}  {intervals}  {self.verdict}"


@dataclass(frozen=True)
class PerformanceReport:
    """The windows in the order of time."""

    windows: tuple[Window, ...]

    @property
    def worse(self) -> tuple[Window, ...]:
        """The windows in which the model is worse than it was at training."""
        return tuple(window for window in self.windows if window.is_worse)

    def __str__(self) -> str:
        headings = f"{'from':>9}  {'rows':>5}  {'error':>22}  {'gain over mean':>22}  {'change':>22}"
        return "\n".join([headings, *map(str, self.windows)])


def rolling_performance(
    joined: JoinedOutcomes, *, window, training_mean, at_training, n_resamples=1000, min_rows=30, rng
) -> PerformanceReport:
    """Measure the error window by window, against the mean and against what it was at training.

    The model is worse than it was if an interval for the difference of the two errors excludes zero. Where
    nothing has changed, one window in forty or fewer says so at a level of 0.95 (measured, with normal and with
    heavy-tailed errors): of many windows look at the next before you act. That the model has become better is
    not said: the bootstrap takes small windows of errors with heavy tails for better than they are.

    Parameters
    ----------
    joined : JoinedOutcomes
    window : float
        How long a window is, in the unit of time. They follow each other from the first prediction on.
    training_mean : float
        The mean of y in the training rows: what one would predict without a model.
    at_training : evaluation.Interval, or a Metric of a model's file
        The root mean squared error on validation rows: estimate, low, high and level.
    n_resamples : int
        Of the bootstrap behind error and gain, whose rows are drawn one by one: rows are taken for independent.
    min_rows : int
        Windows with fewer are not judged.
    rng : numpy.random.Generator

    Returns
    -------
    PerformanceReport

    Raises
    ------
    ValueError
        A window that is not positive, or nothing to judge.

    Lesson: notebooks/08b_monitoring.ipynb
    """
    if not window > 0:
        raise ValueError(f"window is {window}; a positive length of time is needed")
    if len(joined.y) == 0:
        raise ValueError("no prediction has an outcome yet; there is nothing to judge")
    min_rows, start = as_count(min_rows, "min_rows"), joined.time[0]
    number = np.floor((joined.time - start) / window).astype(int)
    windows, options = [], {"n_resamples": n_resamples, "rng": rng}
    for k in range(number[-1] + 1):
        rows, bounds = number == k, (float(start + k * window), float(start + (k + 1) * window))
        if rows.sum() < min_rows:
            windows.append(Window(*bounds, int(rows.sum())))
        else:
            pair = (joined.y[rows], joined.predicted[rows])
            windows.append(Window(*bounds, *_judged(*pair, training_mean, at_training, options)))
    return PerformanceReport(tuple(windows))


def _judged(y, predicted, training_mean: float, at_training, options):
    """Return the number of rows, error, gain and change of a window."""
    options = {"metric": root_mean_squared_error, "level": at_training.level, **options}
    error = bootstrap_interval(y, predicted, **options)
    gain = paired_bootstrap_interval(y, np.full(len(y), training_mean), predicted, **options)
    return len(y), error, gain, interval_of_difference(error, at_training)


def interval_of_difference(a, b) -> Interval:
    """Return an interval for a - b from the intervals of two independent estimates, of one level.

        low = a - b - sqrt((a - a_low)^2 + (b_high - b)^2),  high = a - b + sqrt((a_high - a)^2 + (b - b_low)^2)

    So the rows behind b, of last year's training, need not be at hand. Zou and Donner (2008), Construction of
    confidence limits about effect measures, equations 5 and 6. ValueError if the levels differ.
    """
    if a.level != b.level:
        raise ValueError(f"the intervals have the levels {a.level} and {b.level}; one level is needed")
    difference = a.estimate - b.estimate
    low = difference - math.hypot(a.estimate - a.low, b.high - b.estimate)
    high = difference + math.hypot(a.high - a.estimate, b.estimate - b.low)
    return Interval(difference, low, high, a.level)
