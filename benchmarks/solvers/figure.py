"""One row a cell, one mark a library: how many times our time each takes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import median

from benchmarks.solvers.comparing import compare
from benchmarks.solvers.libraries import OURS

GAP = 1e-6  # of the cells that are drawn
WITNESS = ("scikit-learn", "LassoCV", "a loop over lasso_path")  # how the names begin


def save(path: Path, name: str, results: Mapping) -> None:
    """Draw the cells of one table into a file.

    Parameters
    ----------
    path : Path
    name : str, the table
    results : mapping
    """
    import matplotlib.pyplot as plt

    from course_utils.style import use_course_style

    use_course_style()
    cells = [cell for cell in results["cells"] if cell["gap"] == GAP]
    fig, ax = plt.subplots(figsize=(6.4, 1.5 + 0.2 * len(cells)), layout="constrained")
    draw(ax, cells)
    fig.suptitle(title(cells), x=0.01, horizontalalignment="left")
    fig.savefig(path, metadata={"Software": None})
    plt.close(fig)


def draw(ax, cells) -> None:
    """Draw the cells: the best library blue, scikit-learn vermillion, the others grey, the goal a green stroke."""
    from course_utils.style import CHOICE, CONTRAST, ESTIMATE, MUTED, TRUTH

    ax.axvline(1, color=TRUTH, linewidth=1)
    for row, cell in enumerate(cells):
        ratios = ratios_of(cell)
        best = min(ratios, key=ratios.get) if ratios else None
        for bound in bounds_of(cell).values():
            ax.scatter(bound, row, s=14, color=MUTED, marker=">", zorder=3)
        for library, ratio in ratios.items():
            colour, marker, size = MUTED, "o", 12
            if library.startswith(WITNESS):
                colour, marker, size = CONTRAST, "^", 26
            if library == best:
                colour, size = ESTIMATE, 32
            ax.scatter(ratio, row, s=size, color=colour, marker=marker, zorder=3 if colour == MUTED else 4)
        ax.plot(
            [cell["goal"]] * 2, [row - 0.35, row + 0.35], color=CHOICE, linestyle="-", linewidth=1.6, zorder=2
        )
    ax.set_xscale("log")
    ax.set_yticks(range(len(cells)), [f"{cell['scene']}, 1/{cell['divisor']}" for cell in cells])
    ax.set_ylim(len(cells) - 0.5, -0.7)
    ax.set_xlabel("their time / ours, at a verified gap of $10^{-6}$ (left of 1: a loss)")
    ax.xaxis.set_major_formatter("{x:g}")
    _legend(ax)


def _legend(ax) -> None:
    from matplotlib.lines import Line2D

    from course_utils.style import CHOICE, CONTRAST, ESTIMATE, MUTED

    marks = (("best library", ESTIMATE, "o"), ("scikit-learn", CONTRAST, "^"), ("others", MUTED, "o"))
    marks += (("given up", MUTED, ">"),)
    handles = [
        Line2D([], [], color=colour, marker=mark, linestyle="", label=name) for name, colour, mark in marks
    ]
    handles.append(Line2D([], [], color=CHOICE, label="goal"))
    ax.figure.legend(handles=handles, loc="outside lower center", ncols=5)


def ratios_of(cell: Mapping) -> dict[str, float]:
    """Return the time of each library that reaches the gap, divided by ours."""
    figures = {one["name"]: median(one["seconds"]) for one in cell["contenders"] if one["seconds"]}
    ours = figures.pop(OURS)
    return {name: seconds / ours for name, seconds in figures.items()}


def bounds_of(cell: Mapping) -> dict[str, float]:
    """Return what the time of each library that was given up, divided by ours, would have been above."""
    ours = next(median(one["seconds"]) for one in cell["contenders"] if one["name"] == OURS)
    return {one["name"]: one["at_least"] / ours for one in cell["contenders"] if one["at_least"] is not None}


def title(cells) -> str:
    """Return what the figure shows, in words."""
    comparisons = [compare(cell) for cell in cells]
    lost = sum(one.verdict.startswith("LOSS") for one in comparisons)
    ratios = [one.ratio for one in comparisons if one.ratio is not None]
    if not ratios:
        return "No library reaches the gap"
    rivals = {one.rival for one in comparisons}
    who = "The best library" if len(rivals) != 1 else rivals.pop()
    times = f"{median(ratios):.3g}" if median(ratios) < 100 else f"{median(ratios):.0f}"
    return (
        f"{who[0].upper()}{who[1:]}: {times} times our time in the median cell, {lost} of {len(cells)} lost"
    )
