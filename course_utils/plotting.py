"""The figures that several lessons draw: each function takes axes and arrays, computes nothing, returns the axes.

The title is the lesson's: it states what this lesson found.
"""

from __future__ import annotations

import numpy as np
import seaborn
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap

from course_utils.style import CHOICE, ESTIMATE, MUTED, TRUTH, label_line, role, strong_to_weak

_COLOURED_ROLES = ("ESTIMATE", "CONTRAST", "CHOICE", "FOURTH")
_MOST_NAMES = 16
_MOST_ROWS = 30
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


def cv_curve(ax, lams, mean_error, standard_error, *, fold_errors=None, chosen=None, ylabel="squared error"):
    """Draw the cross-validated error of every penalty, strong to weak, in a band of one standard error.

    Parameters
    ----------
    ax : matplotlib Axes
    lams, mean_error, standard_error : arrays (n_lams,)
    fold_errors : array (n_folds, n_lams), optional
        Drawn behind as thin grey lines, one a fold.
    chosen : dict of label -> lam, optional
        The lams to mark, each one of `lams`; their labels stand on top.
    ylabel : str
        Quantity and unit.

    Raises
    ------
    ValueError
        More than two lams to mark, or one that is not among lams.

    Lesson: notebooks/05_choosing_lambda.ipynb
    """
    lams, mean_error = np.asarray(lams), np.asarray(mean_error)
    marks = _by_falling_lam(chosen or {}, lams)
    strong_to_weak(ax)
    if fold_errors is not None:
        folds = [np.column_stack([lams, errors]) for errors in fold_errors]
        ax.add_collection(LineCollection(folds, colors=MUTED, linewidths=0.8, zorder=1), autolim=True)
    low, high = mean_error - standard_error, mean_error + standard_error
    ax.fill_between(lams, low, high, color=ESTIMATE, alpha=0.18, linewidth=0)
    ax.plot(lams, mean_error, **role("ESTIMATE"))
    ax.margins(y=0.12)
    ax.autoscale_view()
    for row, (label, lam) in enumerate(marks):
        _mark_lam(ax, lam, mean_error[lams == lam][0], label, row)
    ax.set_ylabel(ylabel)
    return ax


def selection_frequencies(ax, names, frequencies, *, threshold=None, xlabel="share of resamples"):
    """Draw how often each feature is selected, the first on top; those below the threshold are grey.

    Parameters
    ----------
    ax : matplotlib Axes
    names : sequence of str, length n_features
        At most thirty, in the order in which the rows are to stand.
    frequencies : array (n_features,)
        From 0 to 1.
    threshold : float, optional
        Drawn as a line with its value.
    xlabel : str
        What the frequency is a share of.

    Raises
    ------
    ValueError
        More than thirty names.

    Lesson: notebooks/07_bootstrap_and_stability.ipynb
    """
    names, frequencies = list(names), np.asarray(frequencies, dtype=float)
    if len(names) > _MOST_ROWS:
        raise ValueError(f"{len(names)} features were asked for; at most {_MOST_ROWS} rows can be read")
    reached = np.full(len(names), True) if threshold is None else frequencies >= threshold
    rows = np.arange(len(names)) + 0.5
    ax.barh(rows, frequencies, height=0.68, color=np.where(reached, ESTIMATE, MUTED))
    _name_rows(ax, rows, names)
    ax.set_xlim(0, 1)
    if threshold is not None:
        ax.axvline(threshold, **role("TRUTH"), linewidth=0.9)
        ax.annotate(
            f"threshold {threshold:g}",
            xy=(threshold, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize="small",
        )
    ax.set_xlabel(xlabel)
    return ax


def intervals(ax, names, centres, lows, highs, *, truth=None, xlabel="coefficient"):
    """Draw a dot and a line a row, the first on top, beside a line at zero; known truths are short strokes.

    Parameters
    ----------
    ax : matplotlib Axes
    names : sequence of str, length n_rows
        At most thirty, in the order in which the rows are to stand.
    centres, lows, highs : arrays (n_rows,)
    truth : array (n_rows,), optional
        What each interval is meant to cover, where a simulation knows it.
    xlabel : str
        Quantity and unit.

    Raises
    ------
    ValueError
        More than thirty rows.

    Lesson: notebooks/07_bootstrap_and_stability.ipynb
    """
    names = list(names)
    if len(names) > _MOST_ROWS:
        raise ValueError(f"{len(names)} intervals were asked for; at most {_MOST_ROWS} rows can be read")
    rows = np.arange(len(names)) + 0.5
    ax.axvline(0, color=MUTED, linestyle="-", linewidth=0.8, zorder=0)
    ax.hlines(rows, lows, highs, color=ESTIMATE, linewidth=2)
    ax.plot(centres, rows, "o", color=ESTIMATE, markersize=5, markeredgecolor="white", markeredgewidth=0.8)
    if truth is not None:
        ax.plot(truth, rows, "|", color=TRUTH, markersize=11, markeredgewidth=1.6)
    _name_rows(ax, rows, names)
    ax.set_xlabel(xlabel)
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


def _by_falling_lam(chosen, lams) -> list[tuple[str, float]]:
    if len(chosen) > 2:
        raise ValueError(f"{len(chosen)} lams were asked to be marked; their labels leave room for 2")
    for label, lam in chosen.items():
        if lam not in lams:
            raise ValueError(f"{label!r} cannot be marked: {lam} is not one of the {len(lams)} lams given")
    return sorted(chosen.items(), key=lambda item: -item[1])


def _mark_lam(ax, lam, error, label, row) -> None:
    """Draw a line at lam and a dot where it meets the curve; the label stands on its own row, inside."""
    on_left = ax.transAxes.inverted().transform(ax.transData.transform((lam, error)))[0] < 0.5
    ax.axvline(lam, color=TRUTH, linestyle=":", linewidth=0.9, zorder=1.5)
    ax.plot(lam, error, "o", color=CHOICE, markersize=7, markeredgecolor="white", markeredgewidth=1)
    ax.annotate(
        label,
        xy=(lam, 1),
        xycoords=("data", "axes fraction"),
        xytext=(5 if on_left else -5, -2 - 13 * row),
        textcoords="offset points",
        ha="left" if on_left else "right",
        va="top",
        fontsize="small",
        bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
    )


def _name_rows(ax, rows, names) -> None:
    """Name the rows of a chart that reads from top to bottom."""
    ax.set_yticks(rows, names, fontsize="medium" if len(names) <= _MOST_NAMES else "x-small")
    ax.set_ylim(len(names) + 0.2, -0.2)
    ax.tick_params(axis="y", length=0, pad=7)
    ax.spines["left"].set_visible(False)
