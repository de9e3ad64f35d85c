"""The figures that several lessons draw: each function takes axes and arrays, computes nothing, returns the axes.

The title is the lesson's: it states what this lesson found.
"""

from __future__ import annotations

import numpy as np
import seaborn
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap

from course_utils.style import ESTIMATE, MUTED, TRUTH, label_line, role, strong_to_weak

_COLOURED_ROLES = ("ESTIMATE", "CONTRAST", "CHOICE", "FOURTH")
_MOST_NAMES = 16
_EMPTY_DOT = {
    "linestyle": "none",
    "marker": "o",
    "markerfacecolor": "white",
    "markeredgecolor": TRUTH,
    "markeredgewidth": 0.8,
    "clip_on": False,
}
# tints of CONTRAST and ESTIMATE on which ink can be read
_NEGATIVE_TO_POSITIVE = LinearSegmentedColormap.from_list("correlation", ["#EE9A5C", "#FFFFFF", "#5AA6D6"])


def coefficient_bars(ax, names, beta, *, xlabel="coefficient"):
    """Draw one horizontal bar a coefficient, the first on top; a zero is an empty dot.

    Beyond 16 coefficients only those that are not zero are named, and the zeros move closer together.

    Parameters
    ----------
    ax : matplotlib Axes
    names : sequence of str, length n_features
    beta : array (n_features,)
        In the order in which the rows are to stand.
    xlabel : str
        Quantity and unit, "thousand dollars per standard deviation".

    Lesson: notebooks/00_start_here.ipynb
    """
    names, beta = np.asarray(names), np.asarray(beta, dtype=float)
    is_zero, crowded = beta == 0, len(beta) > _MOST_NAMES
    named = ~is_zero | (not crowded)
    heights = np.where(named, 1.0, 0.5)
    rows = np.cumsum(heights) - heights / 2
    ax.axvline(0, color=MUTED, linestyle="-", linewidth=0.8, zorder=0)
    ax.barh(rows[~is_zero], beta[~is_zero], height=0.68, color=ESTIMATE)
    ax.plot(beta[is_zero], rows[is_zero], **_EMPTY_DOT, markersize=2.6 if crowded else 4)
    ax.set_yticks(rows[named], names[named])
    ax.set_ylim(heights.sum() + 0.3, -0.2)
    if crowded and is_zero.any():
        ax.annotate(
            f"{is_zero.sum()} coefficients are zero",
            xy=(0, rows[is_zero].mean()),
            xytext=(10, 0),
            textcoords="offset points",
            va="center",
            fontsize="small",
        )
    ax.tick_params(axis="y", length=0, pad=7)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(xlabel)
    return ax


def coefficient_path(ax, lams, betas, names, *, highlight=(), ylabel="coefficient"):
    """Draw every coefficient against the penalty, strong to weak: up to four in colour and named, the rest grey.

    Parameters
    ----------
    ax : matplotlib Axes
    lams : array (n_lams,)
    betas : array (n_lams, n_features)
    names : sequence of str, length n_features
    highlight : sequence of str
        The names to colour, at most four, in the order of the colours.
    ylabel : str
        Quantity and unit.

    Raises
    ------
    ValueError
        More than four names to highlight, or one that is not in names.

    Lesson: notebooks/04_ista_from_scratch.ipynb
    """
    _require_at_most_four(highlight)
    names, betas = list(names), np.asarray(betas)
    unknown = [name for name in highlight if name not in names]
    if unknown:
        raise ValueError(
            f"{unknown[0]!r} cannot be highlighted: it is not among the {len(names)} names given"
        )
    strong_to_weak(ax)
    rest = [np.column_stack([lams, betas[:, j]]) for j, name in enumerate(names) if name not in highlight]
    ax.add_collection(LineCollection(rest, colors=MUTED, linewidths=0.9), autolim=True)
    lines = [
        ax.plot(lams, betas[:, names.index(name)], **role(colour))[0]
        for name, colour in zip(highlight, _COLOURED_ROLES, strict=False)
    ]
    ax.autoscale_view()
    for name, line in zip(highlight, lines, strict=True):
        label_line(ax, line, name)
    ax.set_ylabel(ylabel)
    return ax


def residual_plot(ax, fitted, residuals, *, trend=None, unit=""):
    """Draw residuals, actual minus predicted, against fitted values: what a good model leaves has no shape.

    Parameters
    ----------
    ax : matplotlib Axes
    fitted, residuals : arrays (n_samples,)
    trend : (x, y), optional
        A smoothed line that shows the shape.
    unit : str
        Unit of the target, for both axes.

    Lesson: notebooks/01_least_squares.ipynb
    """
    in_unit = f" ({unit})" if unit else ""
    ax.scatter(fitted, residuals, s=9, color=ESTIMATE, alpha=0.35, linewidths=0)
    ax.axhline(0, color=TRUTH, linestyle="-", linewidth=0.9)
    if trend is not None:
        ax.plot(*trend, **role("CONTRAST"))
    ax.set_xlabel(f"fitted value{in_unit}")
    ax.set_ylabel(f"actual − fitted{in_unit}")
    return ax


def convergence(ax, series, *, bounds=None, ylabel="relative duality gap"):
    """Draw how fast solvers converge on two logarithmic axes, named at the ends; theoretical bounds are grey.

    Parameters
    ----------
    ax : matplotlib Axes
    series : dict of label -> array (n_iterations + 1,)
        Entry k belongs to iteration k; iteration 0 and values of zero have no place on a logarithmic axis.
    bounds : dict of label -> array, optional
        Drawn behind the series in the same way.
    ylabel : str
        The quantity that falls.

    Raises
    ------
    ValueError
        More than four series.

    Lesson: notebooks/04_ista_from_scratch.ipynb
    """
    _require_at_most_four(series)
    ax.set_xscale("log", nonpositive="mask")
    ax.set_yscale("log", nonpositive="mask")
    ax.margins(y=0.1)
    bounds = bounds or {}
    lines = [ax.plot(values, **role("MUTED"), linewidth=1.2)[0] for values in bounds.values()]
    lines += [
        ax.plot(values, **role(colour))[0]
        for values, colour in zip(series.values(), _COLOURED_ROLES, strict=False)
    ]
    for line, label in zip(lines, [*bounds, *series], strict=True):
        label_line(ax, line, label)
    ax.set_xlabel("iteration")
    ax.set_ylabel(ylabel)
    return ax


def correlation_heatmap(ax, matrix, names):
    """Draw the pairwise correlations below the diagonal: blue positive, orange negative, white none.

    Parameters
    ----------
    ax : matplotlib Axes
    matrix : array (n_columns, n_columns)
    names : sequence of str, length n_columns
        At most twelve: the numbers of more cannot be read.

    Raises
    ------
    ValueError
        More than twelve names.

    Lesson: notebooks/01_least_squares.ipynb
    """
    names = list(names)
    if len(names) > 12:
        raise ValueError(f"{len(names)} columns were asked for; at most 12 can be read in one heat map")
    below = np.asarray(matrix)[1:, :-1]
    seaborn.heatmap(
        below,
        mask=~np.tri(len(below), dtype=bool),
        annot=[[f"{value:.2f}".replace("-", "−") for value in row] for row in below],
        fmt="",
        annot_kws={"color": TRUTH, "fontsize": "small" if len(names) <= 8 else "x-small"},
        vmin=-1,
        vmax=1,
        cmap=_NEGATIVE_TO_POSITIVE,
        cbar=False,
        linewidths=1,
        ax=ax,
    )
    centres = np.arange(len(below)) + 0.5
    ax.set_xticks(centres, names[:-1], rotation=40, ha="right", rotation_mode="anchor")
    ax.set_yticks(centres, names[1:], rotation=0)
    ax.tick_params(length=0)
    return ax


def _require_at_most_four(coloured) -> None:
    if len(coloured) > 4:
        raise ValueError(f"{len(coloured)} coloured lines were asked for; a figure can carry at most 4")
