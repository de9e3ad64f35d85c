"""What a model wants to be asked: features by name, in their units, within ranges. Positions can be mixed up unseen.

A value is refused if it lies outside the range of the training rows by more than half the width of that range: the
model has seen nothing there, and a unit that was mistaken ends up there. The exact range would be too strict: of the
houses in Ames sold in 2009 and 2010, it refuses 6 in a hundred by what was sold until 2008; with the margin, 1 in a
thousand. A quantity that was never negative is not accepted negative.
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from numbers import Real

import numpy as np

MARGIN = 0.5  # of the width of the range seen in training, on either side
MOST_SHOWN = 5  # problems in the text of an error; `problems` holds all


@dataclass(frozen=True)
class Feature:
    """A feature of a model: its name, its unit, and the smallest and largest value that is accepted."""

    name: str
    unit: str
    low: float
    high: float

    @property
    def wanted(self) -> str:
        """What a message asks for: "a number from 0 to 10 (rooms)"."""
        return f"a number from {self.low:.12g} to {self.high:.12g} ({self.unit})"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a record.

    Attributes
    ----------
    field : str, cut after 80 characters; empty if the record as a whole is wrong
    kind : "no record", "missing", "extra", "not a number", "not finite" or "out of range"
    message : str, a sentence that names the field, what came and what was wanted
    """

    field: str
    kind: str
    message: str


class ContractError(ValueError):
    """A record that a model does not accept; `problems` holds everything that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]):
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        more = len(self.problems) - MOST_SHOWN
        shown = [problem.message for problem in self.problems[:MOST_SHOWN]]
        return "; ".join(shown + [f"and {more} more"] * (more > 0))


@dataclass(frozen=True)
class Contract:
    """The features of a model, in the order of its coefficients."""

    features: tuple[Feature, ...]

    def row_from(self, record: Mapping) -> np.ndarray:
        """Return a record as a row of X, shape (n_features,), whatever the order of its fields.

        Raises
        ------
        ContractError
            Fields that are missing or that the model does not have; values that are no number (True and "7" are
            none), not finite, or out of range. All of them at once.
        """
        if not isinstance(record, Mapping):
            message = f"the record is of type {type(record).__name__}; named features are needed"
            raise ContractError((Problem("", "no record", message),))
        values = [_read(feature, record) for feature in self.features]
        problems = [value for value in values if isinstance(value, Problem)]
        problems += [_extra(name) for name in record if name not in self._names]
        if problems:
            raise ContractError(tuple(problems))
        return np.array(values)

    def accepts(self, X) -> np.ndarray:
        """Return for each entry of X (n_samples, n_features) whether it is a number within its range."""
        low, high = self._bounds
        return np.greater_equal(X, low) & np.less_equal(X, high)  # both are False for NaN

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(feature.name for feature in self.features)

    @cached_property
    def _bounds(self) -> np.ndarray:
        return np.array([[feature.low, feature.high] for feature in self.features]).T


def accepted_range(seen_low: float, seen_high: float) -> tuple[float, float]:
    """Return the smallest and the largest value that is accepted, by what was seen in training.

    Half the width of the range is added on either side, but no sign that was never seen.
    """
    reach = MARGIN * (seen_high - seen_low)
    low, high = seen_low - reach, seen_high + reach
    return (max(low, 0.0) if seen_low >= 0 else low), (min(high, 0.0) if seen_high <= 0 else high)


def _read(feature: Feature, record: Mapping) -> float | Problem:
    """Return the value of a feature as a float, or what is wrong with it."""
    if feature.name not in record:
        return _problem(feature, "missing", "is missing")
    value = record[feature.name]
    if type(value) is float and feature.low <= value <= feature.high:  # most are; the rest is for the others
        return value
    if isinstance(value, bool) or not isinstance(value, Real):
        return _problem(feature, "not a number", f"is {_shown(value)} of type {type(value).__name__}")
    try:
        number = float(value)
    except OverflowError:
        return _problem(feature, "out of range", "is a larger number than a float can hold")
    if not math.isfinite(number):
        return _problem(feature, "not finite", f"is {number}")
    if not feature.low <= number <= feature.high:
        return _problem(feature, "out of range", f"is {number!r}")
    return number


def _problem(feature: Feature, kind: str, what: str) -> Problem:
    return Problem(feature.name[:80], kind, f"{feature.name!r} {what}; {feature.wanted} is needed")


def _extra(name) -> Problem:
    return Problem(
        str(name)[:80], "extra", f"{_shown(name)} is not a feature of this model; it has to be left out"
    )


def _shown(value) -> str:
    """Return what came, cut to a few characters: it may be as long as a request."""
    return reprlib.repr(value)
