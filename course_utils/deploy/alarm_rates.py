"""How often alarms ring when nothing has happened, and how often when something has: measured by simulation.

Lesson: notebooks/08b_monitoring.ipynb
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_utils.deploy.changes import Change
from course_utils.deploy.drift import drift_report
from course_utils.deploy.stability_index import psi_limit
from course_utils.validation import as_count, as_design, require_rng

N_BINS = 10
N_DRAWS = 2000
LEVEL = 0.05

# A rule looks at one comparison, and at the limit of those who draw the current rows from the reference.
RULES: dict[str, Callable[[Change, float], bool]] = {
    "KS, p < 0.05": lambda change, _: change.p_value < LEVEL,
    "KS, Holm": lambda change, _: change.significant,
    "PSI > 0.2": lambda change, _: change.psi > 0.2,
    "PSI > 0.1": lambda change, _: change.psi > 0.1,
    "PSI, naive null": lambda change, too_low: change.psi > too_low,
    "PSI, calibrated": lambda change, _: change.psi > change.psi_limit,
    "KS, Holm, effect": lambda change, _: change.alarm,
}


@dataclass(frozen=True)
class AlarmRates:
    """In which share of n_repeats simulated comparisons each rule rang."""

    n_reference: int
    n_current: int
    n_repeats: int
    rates: dict[str, float]

    def standard_error(self, rule: str) -> float:
        """Return sqrt(rate (1 - rate) / n_repeats): how far the rate is from the true one, about."""
        rate = self.rates[rule]
        return float(np.sqrt(rate * (1 - rate) / self.n_repeats))


@dataclass(frozen=True)
class AlarmTable:
    """The rates of several pairs of sample sizes, one a line when printed."""

    rows: tuple[AlarmRates, ...]

    def __str__(self) -> str:
        rules = tuple(self.rows[0].rates)
        lines = ["reference/current  " + "  ".join(rules)]
        for row in self.rows:
            rates = "  ".join(f"{row.rates[rule]:{len(rule)}.2f}" for rule in rules)
            lines.append(f"{f'{row.n_reference}/{row.n_current}':>17}  {rates}")
        n_repeats = min(row.n_repeats for row in self.rows)
        lines.append(
            f"shares of {n_repeats} repeats, each sure to about {1 / np.sqrt(n_repeats):.2f} or better"
        )
        return "\n".join(lines)


def gaussian_like(X) -> Callable:
    """Return draw(n, rng) -> (n, n_features) from a normal law with the means and covariances of X."""
    X = as_design(X)
    mean, covariance = X.mean(axis=0), np.atleast_2d(np.cov(X.T))

    def draw(n: int, rng) -> np.ndarray:
        return rng.multivariate_normal(mean, covariance, size=n, method="cholesky")

    return draw


def rows_of(X) -> Callable:
    """Return draw(n, rng) -> (n, n_features), rows of X with replacement: X is the world, not the reference."""
    X = as_design(X)
    return lambda n, rng: X[rng.integers(len(X), size=n)]


def false_alarm_rate(draw, n_reference, n_current, *, n_repeats=300, rng) -> AlarmRates:
    """Draw both samples from one world, again and again, and count how often any column rings.

    Parameters
    ----------
    draw : function
        draw(n, rng) -> (n, n_features), independent rows of the world: `gaussian_like(X)`, `rows_of(X)`.
    n_reference, n_current : int
        Rows of the two samples.
    n_repeats : int
    rng : numpy.random.Generator

    Returns
    -------
    AlarmRates

    Lesson: notebooks/08b_monitoring.ipynb
    """
    return _rates(draw, n_reference, n_current, lambda table: table, None, n_repeats, rng)


def power(draw, n_reference, n_current, *, feature, shift, n_repeats=300, rng) -> AlarmRates:
    """Move one column of the current rows, and count how often that column rings.

    Parameters
    ----------
    draw : function
        As in `false_alarm_rate`.
    n_reference, n_current : int
    feature : int
        The column that moves.
    shift : float
        How far, in standard deviations of 10,000 rows of the world.
    n_repeats : int
    rng : numpy.random.Generator

    Returns
    -------
    AlarmRates

    Lesson: notebooks/08b_monitoring.ipynb
    """
    by = shift * draw(10_000, require_rng(rng))[:, feature].std()

    def moved(table: np.ndarray) -> np.ndarray:
        table = table.copy()
        table[:, feature] += by
        return table

    return _rates(draw, n_reference, n_current, moved, feature, n_repeats, rng)


def false_alarm_table(draw, sizes, *, n_repeats=300, rng) -> AlarmTable:
    """Return `false_alarm_rate` for each pair (n_reference, n_current) of sizes.

    Parameters
    ----------
    draw : function
        As in `false_alarm_rate`.
    sizes : sequence of (n_reference, n_current)
    n_repeats : int
    rng : numpy.random.Generator

    Returns
    -------
    AlarmTable
    """
    return AlarmTable(tuple(false_alarm_rate(draw, *pair, n_repeats=n_repeats, rng=rng) for pair in sizes))


def power_table(draw, sizes, *, feature, shift, n_repeats=300, rng) -> AlarmTable:
    """Return `power` for each pair (n_reference, n_current) of sizes.

    Parameters
    ----------
    draw : function
        As in `false_alarm_rate`.
    sizes : sequence of (n_reference, n_current)
    feature : int
    shift : float
    n_repeats : int
    rng : numpy.random.Generator

    Returns
    -------
    AlarmTable
    """
    options = {"feature": feature, "shift": shift, "n_repeats": n_repeats, "rng": rng}
    return AlarmTable(tuple(power(draw, *pair, **options) for pair in sizes))


def _rates(draw, n_reference, n_current, change, watched, n_repeats, rng) -> AlarmRates:
    """Compare draw() with change(draw()) n_repeats times; one column is watched, or any with watched=None."""
    n_repeats, rang = as_count(n_repeats, "n_repeats"), dict.fromkeys(RULES, 0)
    n_columns = draw(2, require_rng(rng)).shape[1]
    too_low = _limit_of_the_mistaken(n_reference, n_current, n_columns, rng)
    for _ in range(n_repeats):
        then, now = draw(n_reference, rng), change(draw(n_current, rng))
        report = drift_report(then, now, level=LEVEL, n_bins=N_BINS, n_draws=N_DRAWS, rng=rng)
        seen = report.changes if watched is None else [report.changes[watched]]
        for name, rule in RULES.items():
            rang[name] += any(rule(found, too_low) for found in seen)
    rates = {name: count / n_repeats for name, count in rang.items()}
    return AlarmRates(n_reference, n_current, n_repeats, rates)


def _limit_of_the_mistaken(n_reference: int, n_current: int, n_columns: int, rng) -> float:
    """What is found by drawing the current rows from the reference rows."""
    options = {"level": LEVEL / n_columns, "n_draws": N_DRAWS, "reference_is_truth": True, "rng": rng}
    return psi_limit(np.full(N_BINS, 1 / N_BINS), n_reference, n_current, **options)
