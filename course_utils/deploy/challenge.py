"""A challenger against the champion, on rows that came later than all that either has seen.

Lesson: notebooks/08b_monitoring.ipynb
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from course_utils.evaluation import Interval, root_mean_squared_error
from course_utils.tuning import Fold
from course_utils.validation import as_count, as_design, as_target

N_BLOCKS = 10
PROMOTE, KEEP = "promote", "keep"


@dataclass(frozen=True)
class Comparison:
    """Two models on the same rows, none of which either has seen.

    Attributes
    ----------
    n_rows : int
    champion_error, challenger_error : float, root mean squared errors, in the unit of y
    estimate, low, high, level : float
        An interval for what the challenger saves: the mean of champion loss - challenger loss over the rows,
        in the squared unit of y.
    autocorrelation : float
        Of these differences, from one row to the next in time.
    n_blocks : int
    """

    n_rows: int
    champion_error: float
    challenger_error: float
    estimate: float
    low: float
    high: float
    level: float
    autocorrelation: float
    n_blocks: int

    @property
    def saved(self) -> Interval:
        """What the challenger saves, as an interval."""
        return Interval(self.estimate, self.low, self.high, self.level)

    def __str__(self) -> str:
        return (
            f"error of the champion {self.champion_error:.4g}, of the challenger {self.challenger_error:.4g}, on "
            f"{self.n_rows} later rows\nmean squared error saved: {self.saved} (level {self.level:g}, from "
            f"{self.n_blocks} blocks; autocorrelation from row to row {self.autocorrelation:.2f})"
        )


def time_ordered_holdout(time, *, share=0.25, after=None) -> Fold:
    """Return the last rows in time as the test part, and all before them as the training part.

    Rows of one time stay together: a month is not torn apart.

    Parameters
    ----------
    time : (n,) numbers, dates, or texts that sort like times (ISO 8601)
    share : float between 0 and 1
        Of the rows, that are tested on; rows of the first time of the holdout come on top.
    after : a time, optional
        Up to which the champion has seen rows: the holdout starts later, even if it gets short or empty.

    Returns
    -------
    tuning.Fold

    Raises
    ------
    ValueError
        No row, a share that is none, or no row left to train on.

    Lesson: notebooks/08b_monitoring.ipynb
    """
    time = np.asarray(time)
    if time.ndim != 1 or len(time) == 0 or not 0 < share < 1:
        raise ValueError(
            f"time has shape {time.shape} and share is {share}; (n,) and a number in (0, 1) are needed"
        )
    order = np.argsort(time, kind="stable")
    held_out = time >= time[order[min(math.ceil(len(time) * (1 - share)), len(time) - 1)]]
    if after is not None:
        held_out &= time > after
    if held_out.all():
        raise ValueError(
            f"all {len(time)} rows are held out (are all times equal?); none is left to train on"
        )
    return Fold(train=order[~held_out[order]], test=order[held_out[order]])


def compare_models(champion, challenger, X, y, *, level=0.95, n_blocks=N_BLOCKS) -> Comparison:
    """Compare the squared errors of two models on rows in the order of time, with an interval.

        saved_i = (y_i - champion(X_i))^2 - (y_i - challenger(X_i))^2

    Both models are judged on the same rows, so that what is hard for both cancels. Neighbours in time are often
    alike: a month of surprises is one piece of news, not as many as it has rows. So the rows are cut into
    n_blocks consecutive blocks, and the interval is Student's for the mean of n_blocks numbers. It holds what
    it promises if blocks are long against the time for which rows resemble each other.

    It was chosen among four by simulation, 300 rows, two equal models, nominal rate of wrong promotions 0.025:
    rows bootstrapped one by one 0.02 with independent noise, 0.17 with an autocorrelation of 0.6; blocks
    bootstrapped, their length from the autocorrelation, 0.02 and 0.05; Student's with ten blocks, 0.02 and 0.03.

    Parameters
    ----------
    champion, challenger : functions
        predict(X) -> (n,).
    X : (n, n_features)
    y : (n,)
    level : float between 0 and 1
    n_blocks : int

    Returns
    -------
    Comparison

    Raises
    ------
    TypeError, ValueError
        Values that are no numbers, shapes that do not match, fewer rows than 2 a block.

    References
    ----------
    Conway (1963), Some tactical problems in digital simulation, on the method of batch means; Diebold and
    Mariano (1995), Comparing predictive accuracy.

    Lesson: notebooks/08b_monitoring.ipynb
    """
    X, n_blocks = as_design(X), as_count(n_blocks, "n_blocks", at_least=2)
    y, n_rows = as_target(y, len(X)), len(X)
    if n_rows < 2 * n_blocks or not 0 < level < 1:
        raise ValueError(
            f"{n_rows} rows, {n_blocks} blocks, level {level}: 2 rows a block and a level in (0, 1) are needed"
        )
    a, b = (as_target(model(X), n_rows) for model in (champion, challenger))
    saved = (y - a) ** 2 - (y - b) ** 2
    means = np.array([block.mean() for block in np.array_split(saved, n_blocks)])
    half_width = stats.t.ppf((1 + level) / 2, n_blocks - 1) * means.std(ddof=1) / math.sqrt(n_blocks)
    estimate = float(saved.mean())
    errors = (root_mean_squared_error(y, predicted) for predicted in (a, b))
    ends = (estimate, float(estimate - half_width), float(estimate + half_width))
    return Comparison(n_rows, *errors, *ends, float(level), autocorrelation(saved), n_blocks)


def autocorrelation(values) -> float:
    """Return the correlation of each value with the next, 0 if all are equal."""
    centred = np.asarray(values, dtype=np.float64) - np.mean(values)
    squares = float(centred @ centred)
    return float(centred[1:] @ centred[:-1]) / squares if squares > 0 else 0.0


def verdict_on(comparison: Comparison) -> tuple[str, str]:
    """Return the verdict and its reason: only an interval wholly above zero makes a challenger the champion."""
    saved = comparison.saved
    if comparison.low > 0:
        return PROMOTE, f"the challenger saves {saved}, the whole interval above zero"
    if comparison.high < 0:
        return KEEP, f"the challenger is worse: it saves {saved}, the whole interval below zero"
    if comparison.low == comparison.high:
        return KEEP, "the challenger predicts what the champion predicts"
    return KEEP, f"the challenger saves {saved}, and the interval holds zero: it may be no better"
