"""The tables that there are, and which of their cells a run measures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.solvers import folds, libraries, resamples
from benchmarks.solvers.cells import GAPS, Task, table
from benchmarks.solvers.problems import BOOTSTRAP_SCENES, CV_SCENES, PATH_SCENES, SCENES, Scene

QUICK = ("diabetes, degree 1", "20 x 5")
N_LAMS = 100
PATH_GAP = 1e-6

ONE = Task(
    libraries.OUR_WAY,
    libraries.ONE_LAM,
    lambda lam_max, divisor: np.array([lam_max / divisor]),
    lambda scene: scene.goal,
)
PATH = Task(
    libraries.OUR_PATH,
    libraries.PATHS,
    lambda lam_max, divisor: np.geomspace(lam_max, lam_max / divisor, N_LAMS),
    lambda scene: scene.goal,
)


def solvers(only: Sequence[str] | None, *, quick: bool, rounds: int) -> list[dict]:
    """Measure one lam at a time."""
    return table(ONE, chosen(SCENES, only, quick), gaps=GAPS, rounds=rounds)


def path(only: Sequence[str] | None, *, quick: bool, rounds: int) -> list[dict]:
    """Measure a hundred lams, down to a hundredth of lam_max."""
    return table(PATH, chosen(PATH_SCENES, only, quick), gaps=[PATH_GAP], rounds=rounds)


def cv(only: Sequence[str] | None, *, quick: bool, rounds: int) -> list[dict]:
    """Measure five-fold cross-validation."""
    return folds.table(chosen(CV_SCENES, only, quick), rounds=rounds)


def bootstrap(only: Sequence[str] | None, *, quick: bool, rounds: int) -> list[dict]:
    """Measure the paths of two hundred resamples."""
    return resamples.table(chosen(BOOTSTRAP_SCENES, only, quick), rounds=rounds)


def chosen(scenes: Sequence[Scene], only: Sequence[str] | None, quick: bool) -> list[Scene]:
    """Return the scenes whose name holds one of the texts, or all; of a quick run, two small ones."""
    if only:
        return [scene for scene in scenes if any(text in scene.name for text in only)]
    return [scene for scene in scenes if not quick or scene.name in QUICK]


SCENES_OF = {"solvers": SCENES, "path": PATH_SCENES, "cv": CV_SCENES, "bootstrap": BOOTSTRAP_SCENES}
TABLES = {"solvers": solvers, "path": path, "cv": cv, "bootstrap": bootstrap}
