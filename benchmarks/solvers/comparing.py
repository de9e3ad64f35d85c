"""Who is faster, by how much, and whether that is what was wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.solvers.libraries import OURS

WITNESS = "scikit-learn"
ALLOWED = 1.1  # times scikit-learn's time, in any cell


@dataclass(frozen=True)
class Comparison:
    """A cell as one line.

    Attributes
    ----------
    scene, divisor, gap, listed : which cell.
    ours : seconds, the median of the rounds.
    rival : whom the goal is about: the best library, or one that is named.
    ratio : its median divided by ours; None if it has none.
    bounded : the rival was given up: the ratio is what it would have been above.
    best : the quickest of all libraries, and best_ratio its median divided by ours.
    witness_ratio : that of scikit-learn.
    goal : what ratio should be.
    fails : our own gap is above what was wanted.
    """

    scene: str
    divisor: int
    gap: float
    listed: bool
    ours: float
    rival: str
    ratio: float | None
    bounded: bool
    best: str
    best_ratio: float | None
    witness_ratio: float | None
    goal: float
    fails: bool

    @property
    def verdict(self) -> str:
        """A win, what is short of the goal, or a loss."""
        if self.fails:
            return "LOSS: our own gap is too wide"
        if self.witness_ratio is not None and self.witness_ratio < 1 / ALLOWED:
            return f"LOSS, also against {WITNESS}"
        if self.ratio is None:
            return "no library reaches the gap"
        if self.ratio < 1:
            return "LOSS"
        if self.best_ratio < 1:
            return f"LOSS to {self.best}"
        return "win" if self.ratio >= self.goal else f"short of {self.goal:g}"


def compare(cell: Mapping) -> Comparison:
    """Return a cell of the results as one comparison."""
    figures = {one["name"]: median(one["seconds"]) for one in cell["contenders"] if one["seconds"]}
    ours = figures.pop(OURS)
    given_up = {one["name"]: one["at_least"] for one in cell["contenders"] if one["at_least"] is not None}
    ratios = {name: seconds / ours for name, seconds in (given_up | figures).items()}
    best = min(ratios, key=ratios.get) if ratios else ""
    rival = cell["against"] or best
    witness = next((name for name in (cell["against"], WITNESS) if name in ratios), None)
    gap = next(one["gap"] for one in cell["contenders"] if one["name"] == OURS)
    return Comparison(
        **{name: cell[name] for name in ("scene", "divisor", "gap", "listed", "goal")},
        ours=ours,
        rival=rival,
        ratio=ratios.get(rival),
        bounded=rival in given_up,
        best=best,
        best_ratio=ratios.get(best),
        witness_ratio=ratios.get(witness),
        fails=gap is not None and not gap <= cell["gap"],
    )


def worst(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """Return for each scene the cell in which we look worst, in the order of the scenes."""
    lowest: dict[str, Comparison] = {}
    for one in comparisons:
        before = lowest.get(one.scene)
        if before is None or _badness(one) < _badness(before):
            lowest[one.scene] = one
    return [*lowest.values()]


def _badness(one: Comparison) -> float:
    if one.fails:
        return -1.0
    return float("inf") if one.ratio is None else one.ratio
