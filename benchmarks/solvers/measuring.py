"""Contenders take turns in one process, and the processor's clock says what each took."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

ROUNDS, FEWEST = 7, 5
LONG = 1.5  # seconds: rounds that take longer are as few as they may be
AT_LEAST = 0.004  # seconds: what takes less is called several times a round, and the mean of those counts
MOST_CALLS = 50
SLOW, FAR_BEHIND = 0.5, 4  # who takes as many seconds and times our time has one run, and the table says so


@dataclass
class Measured:
    """What was measured of one contender in one cell.

    Attributes
    ----------
    name : the library.
    setting : how it was called, tolerance included.
    gap : the largest verified gap of what it returned.
    seconds : of each round, by the processor's clock.
    missed : why there is nothing to compare, or nothing.
    at_least : seconds that it would have needed more than, if it was given up.
    note : what else a reader has to know.
    """

    name: str
    setting: str = ""
    gap: float | None = None
    seconds: list[float] = field(default_factory=list)
    missed: str = ""
    at_least: float | None = None
    note: str = ""


def timed(call: Callable) -> tuple[float, object]:
    """Return the processor time of this whole process, threads included, during a call, and what it returned."""
    began = time.process_time()
    answer = call()
    return time.process_time() - began, answer


def take_turns(calls: Mapping[str, Callable], *, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of a call of each contender in each round; another one begins each round.

    Parameters
    ----------
    calls : name -> function without arguments
    rounds : int
        FEWEST at most, if a round takes long.
    """
    once = {name: timed(call)[0] for name, call in calls.items()}
    n_calls = {name: _how_often(took) for name, took in once.items()}
    rounds = min(rounds, FEWEST) if sum(once.values()) > LONG else rounds
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    names = list(calls)
    for number in range(rounds):
        first = number % max(len(names), 1)
        for name in names[first:] + names[:first]:
            took, _ = timed(lambda name=name: [calls[name]() for _ in range(n_calls[name])])
            seconds[name].append(took / n_calls[name])
    return seconds


def _how_often(seconds: float) -> int:
    return max(1, min(MOST_CALLS, round(AT_LEAST / max(seconds, 1e-6))))


def is_far_behind(seconds: float, ours: float) -> bool:
    """Whether a contender is so slow that one run tells all."""
    return seconds > max(SLOW, FAR_BEHIND * ours)
