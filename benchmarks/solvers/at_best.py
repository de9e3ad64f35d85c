"""Which way of calling a library is its best on a problem, and at which tolerance."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from scipy import sparse

from benchmarks.solvers.calibrating import Calibration, MissedError, Trial
from benchmarks.solvers.calling import Caller, Several
from benchmarks.solvers.libraries import Way, by_library
from benchmarks.solvers.measuring import FAR_BEHIND

HOPELESS, WITNESS = 3, "scikit-learn"  # times our seconds, for a trial that misses the gap
HOPELESS_WITNESS = 6  # that one we want to know in every cell
ROOM = 5  # loops over paths may take so many times as much: what they stand beside is no loop
AT_ANY_RATE = 0.2  # seconds that everybody may take
BEHIND = 2.0  # times the seconds of a library's best way: another way is not tried at a stricter gap
FIRST_TOL = 1e-4


class Library:
    """The ways to call one library on one problem, each with the tolerance that it needs."""

    _last: ClassVar[dict[Way, float]] = {}  # where the next search begins

    def __init__(self, name: str, ways: Sequence[Way], attempt: Callable[[Way, float], tuple[float, float]]):
        self.name = name
        starts = {way: self._last.get(way, FIRST_TOL) for way in ways}
        self._searches = {
            way: Calibration(partial(attempt, way), start=start) for way, start in starts.items()
        }
        self._first: set[Way] = set()

    def best(self, gap: float, ours: float) -> tuple[Way, Trial]:
        """Return the quickest way that reaches the gap, and the trial; ways far behind it are not tried again.

        Parameters
        ----------
        gap : float
        ours : float
            Our seconds: a trial that takes many times as much and misses the gap is the last of its way.

        Raises
        ------
        MissedError
            None of the ways reaches it.
        """
        hopeless = max(AT_ANY_RATE, (HOPELESS_WITNESS if self.name == WITNESS else HOPELESS) * ours)
        coarse = max(AT_ANY_RATE, FAR_BEHIND * ours)
        reached, missed, at_least = {}, [], math.inf
        for way, search in self._searches.items():
            try:
                reached[way] = search.find(gap, hopeless=hopeless, coarse=coarse)
                hopeless = min(hopeless, BEHIND * reached[way].seconds)
                if way not in self._first:  # a search ends quicker from the loose side
                    self._first.add(way)
                    self._last[way] = search.start
            except MissedError as error:
                missed.append(f"{way.how}: {error}" if way.how else str(error))
                at_least = min(at_least, error.at_least)
            except Exception as error:  # whatever a library raises, the others are measured
                missed.append(f"{way.how} {type(error).__name__}: {error}".strip()[:200])
        if not reached:
            raise MissedError("; ".join(missed), at_least)
        quickest = min(reached, key=lambda way: reached[way].seconds)
        left = BEHIND * reached[quickest].seconds
        self._searches = {way: self._searches[way] for way, trial in reached.items() if trial.seconds <= left}
        return quickest, reached[quickest]


def libraries_for(caller: Caller | Several, ways: Sequence[Way], lams) -> list[Library]:
    """Return the libraries that can be meant for this problem."""
    X = caller.problem.X
    suiting = by_library(ways, *X.shape, sparse.issparse(X))
    return [
        Library(name, some, lambda way, tol: caller.attempt(way, lams, tol)) for name, some in suiting.items()
    ]


def known(seconds: float) -> float | None:
    """Return seconds, or None if they are infinite: JSON has no infinity."""
    return None if math.isinf(seconds) else seconds


def describe(way: Way, trial: Trial) -> str:
    """Say how a library was called."""
    return ", ".join([*[way.how] * bool(way.how), f"tol {trial.tol:.1e}"])
