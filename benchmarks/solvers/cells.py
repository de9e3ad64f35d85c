"""One table: each library at its best in each cell, beside ours."""

from __future__ import annotations

import datetime
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median

import numpy as np
from tqdm.auto import tqdm

from benchmarks.solvers.at_best import WITNESS, Library, describe, known, libraries_for
from benchmarks.solvers.calibrating import MissedError
from benchmarks.solvers.calling import Caller
from benchmarks.solvers.libraries import OURS, Way
from benchmarks.solvers.measuring import Measured, is_far_behind, take_turns
from benchmarks.solvers.problems import Problem, Scene

GAPS = (1e-4, 1e-6, 1e-8)
ASIDE = 20  # times our seconds: a library is not run at the weaker penalties of the same problem


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
