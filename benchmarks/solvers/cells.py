"""One table: each library at its best in each cell, beside ours."""

from __future__ import annotations

import datetime
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from statistics import median
from typing import ClassVar

import numpy as np
from scipy import sparse
from tqdm.auto import tqdm

from benchmarks.solvers.calibrating import Calibration, MissedError, Trial
from benchmarks.solvers.libraries import OURS, Way, by_library
from benchmarks.solvers.measuring import AT_LEAST, FAR_BEHIND, Measured, is_far_behind, take_turns, timed
from benchmarks.solvers.problems import Problem, Scene, simulated, text_like
from benchmarks.solvers.verifying import verified_gap

GAPS = (1e-4, 1e-6, 1e-8)
HOPELESS, WITNESS = 3, "scikit-learn"  # times our seconds, for a trial that misses the gap
HOPELESS_WITNESS = 6  # that one we want to know in every cell
ASIDE = 20  # times our seconds: a library is not run at the weaker penalties of the same problem
ROOM = 5  # loops over paths may take so many times as much: what they stand beside is no loop
AT_ANY_RATE = 0.2  # seconds that everybody may take
BEHIND = 2.0  # times the seconds of a library's best way: another way is not tried at a stricter gap
FIRST_TOL = 1e-4
AGAIN = 3  # a short trial is made again, and the quickest counts


@dataclass(frozen=True)
class Task:
    """What a table holds.

    Attributes
    ----------
    ours, ways : how we are called, and how the libraries are.
    penalties : lam_max, divisor -> the lams of a cell.
    goal : of a scene, how many times as fast as the best library.
    """

    ours: Way
    ways: Sequence[Way]
    penalties: Callable[[float, int], np.ndarray]
    goal: Callable[[Scene], float]


class Caller:
    """Calls libraries on one problem with X as each wants it, none of them for its first time."""

    _warm: ClassVar[set] = set()

    def __init__(self, problem: Problem):
        self.problem = problem
        is_sparse = sparse.issparse(problem.X)
        self.layouts = {False: problem.X, True: problem.X if is_sparse else np.ascontiguousarray(problem.X)}
        small = text_like(60, 80, 5, density=0.1, seed=0) if is_sparse else simulated(60, 40, 5)
        self.small = Problem(*small(), problem.fit_intercept)

    def call(self, way: Way, lams, tol: float) -> Callable:
        """Return the call to be timed, without arguments."""
        self._warm_up(way, len(lams))
        X, y = self.layouts[way.rows_first], self.problem.y
        return partial(way.solve, X, y, lams, tol, self.problem.fit_intercept)

    def attempt(self, way: Way, lams, tol: float) -> tuple[float, float]:
        """Return the seconds that one way takes at a tolerance, and its largest gap."""
        call = self.call(way, lams, tol)
        seconds, betas = timed(call)
        if seconds < AT_LEAST:
            seconds = min(timed(call)[0] for _ in range(AGAIN))
        return seconds, self.worst_gap(betas, lams)

    def worst_gap(self, betas, lams) -> float:
        """Return the largest gap of several solutions; NaN if there are not as many as lams."""
        X, y, fit_intercept = self.problem.X, self.problem.y, self.problem.fit_intercept
        if len(betas) != len(lams):
            return math.nan
        pairs = zip(betas, lams, strict=True)
        return float(np.max([verified_gap(X, y, *pair, fit_intercept=fit_intercept) for pair in pairs]))

    def _warm_up(self, way: Way, n_lams: int) -> None:
        kind = (way, sparse.issparse(self.problem.X), self.problem.fit_intercept, n_lams > 1)
        if kind not in self._warm:
            self._warm.add(kind)
            X = self.small.X if kind[1] or not way.rows_first else np.ascontiguousarray(self.small.X)
            lams = self.small.lam_max / np.array([2.0, 4.0] if n_lams > 1 else [4.0])
            way.solve(X, self.small.y, lams, 1e-4, self.small.fit_intercept)


class Several:
    """Several problems of one kind, as one: their seconds together, and the largest of their gaps."""

    def __init__(self, problems: Sequence[Problem]):
        self._callers = [Caller(problem) for problem in problems]
        self.problem = problems[0]

    def attempt(self, way: Way, lams, tol: float) -> tuple[float, float]:
        """Return the seconds that one way takes at a tolerance for all of them, and its largest gap."""
        seconds, gaps = zip(*(caller.attempt(way, lams, tol) for caller in self._callers), strict=True)
        return sum(seconds), float(np.max(gaps))


def table(task: Task, scenes: Iterable[Scene], *, gaps, rounds: int) -> list[dict]:
    """Measure every cell and return one entry each, ready for JSON.

    Parameters
    ----------
    task : Task
    scenes : iterable of Scene
    gaps : sequence of float, rising in strictness
        Of listed scenes; the others get the middle one.
    rounds : int
    """
    cells = []
    scenes = [*scenes]
    with tqdm(total=sum(len(scene.divisors) for scene in scenes), desc="cells") as bar:
        for scene in scenes:
            problem, aside = scene.problem(), {}
            for divisor in scene.divisors:
                bar.set_postfix_str(f"{scene.name}, 1/{divisor}")
                wanted = gaps if scene.listed else [gaps[len(gaps) // 2]]
                found = _cells(task, scene, problem, divisor, wanted, rounds, aside)
                aside |= {name: f"not run: {why} at 1/{divisor}" for name, why in _far_behind(found).items()}
                cells += found
                bar.update()
    return cells


def _cells(task: Task, scene: Scene, problem: Problem, divisor: int, gaps, rounds, aside) -> list[dict]:
    caller, lams = Caller(problem), task.penalties(problem.lam_max, divisor)
    contenders = [one for one in libraries_for(caller, task.ways, lams) if one.name not in aside]
    not_run = [asdict(Measured(name, missed=why)) for name, why in aside.items()]
    about = {"scene": scene.name, "listed": scene.listed, "divisor": divisor, "goal": task.goal(scene)}
    about |= {"against": ""}  # the best library
    return [
        about
        | when()
        | {"gap": gap, "contenders": _contenders(task, caller, lams, contenders, gap, rounds) + not_run}
        for gap in gaps
    ]


def when() -> dict:
    """Return the date and the load of the machine, for a cell."""
    load = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None
    return {"date": datetime.date.today().isoformat(), "load": load}


def _contenders(task, caller: Caller, lams, libraries: Sequence[Library], gap, rounds) -> list[dict]:
    """Measure ours and the best way of every library at one gap."""
    seconds, reached = caller.attempt(task.ours, lams, gap)
    measured = {OURS: Measured(OURS, f"tol {gap:.0e}", reached)}
    calls = {OURS: caller.call(task.ours, lams, gap)}
    for library in libraries:
        one = measured[library.name] = Measured(library.name)
        try:
            way, trial = library.best(gap, seconds)
        except MissedError as error:
            one.missed, one.at_least = str(error), known(error.at_least)
            continue
        one.setting, one.gap = describe(way, trial), trial.gap
        if is_far_behind(trial.seconds, seconds):
            one.seconds = [trial.seconds]
        else:
            calls[library.name] = caller.call(way, lams, trial.tol)
    for name, took in take_turns(calls, rounds=rounds).items():
        measured[name].seconds = took
    return [asdict(one) for one in measured.values()]


def _far_behind(cells: Sequence[Mapping]) -> dict[str, str]:
    """Return who is hopeless at all gaps of one penalty, and why; never scikit-learn."""
    ratios: dict[str, list[float]] = {}
    for cell in cells:
        times = {
            one["name"]: median(one["seconds"]) if one["seconds"] else math.inf for one in cell["contenders"]
        }
        for name, seconds in times.items():
            ratios.setdefault(name, []).append(seconds / times[OURS])
    least = {name: min(some) for name, some in ratios.items() if name != WITNESS and min(some) > ASIDE}
    return {
        name: "missed" if math.isinf(ratio) else f"{ratio:.0f} times our time"
        for name, ratio in least.items()
    }


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
