"""The bootstrap one resample at a time: move the number of resamples and the price."""

from __future__ import annotations

from functools import partial

import numpy as np

from course_utils.explorers.explorer import Control, Explorer
from course_utils.explorers.frames.resamples import (
    ResamplesFrame,
    prepare_resamples,
    resamples_frame,
    widest_effects,
)
from course_utils.explorers.picture import SIZE, Panel, Picture, columns, picture
from course_utils.validation import as_penalty

N_RESAMPLES = 100
PRICES = (5, 3, 2, 1, 0.7, 0.4, 0.2)  # times the price that the reader names
MOST_COLUMNS = 20
LONGEST_NAME = 16
WHOLE_LIST = "whole list"
SAMPLE_AT, RESAMPLE_AT = 0.18, 0.72  # where the two lists stand in their panel
_LISTS_WIDTH = 110  # pixels
_ROW_HEIGHT, _FRAME_HEIGHT = 15, 76  # pixels: a row at least, and all that is not a row


def resamples_explorer(X, y, feature_names, *, lam, rng) -> Explorer:
    """Return the explorer of a bootstrap: what each resample keeps, and the selection frequencies so far.

    Each fit minimises (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1 on standardised columns.

    Parameters
    ----------
    X : (n_samples, n_features), dense, at most 20 columns
    y : (n_samples,)
    feature_names : n_features str
    lam : float, positive
        The price at which the figure opens; the others are from five times to a fifth of it.
    rng : numpy.random.Generator
        Draws the rows of a hundred resamples, once.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError, ValueError
        Bad X, y, lam or rng, too many columns, not one name a column, or prices that keep nothing.

    Lesson: notebooks/07_bootstrap_and_stability.ipynb
    """
    lams = tuple(float(f"{factor * as_penalty(lam):.12g}") for factor in PRICES)
    resamples = prepare_resamples(X, y, lams, n_resamples=N_RESAMPLES, rng=rng)
    names = _checked_names(feature_names, resamples.X.shape[1])
    limits = widest_effects(resamples)
    if limits[0] == limits[1]:
        raise ValueError(
            f"lam is {lam}; a smaller one is needed: at a fifth of it no resample keeps a column"
        )
    return Explorer(
        name="resamples",
        title="The list of one resample, and how often each column has been kept",
        controls=(
            Control("n_drawn", "resamples drawn", tuple(range(1, N_RESAMPLES + 1)), 1),
            Control("lam", "price λ", lams, lams[PRICES.index(1)], "{:.3g}".format),
        ),
        frame=partial(resamples_frame, resamples),
        draw=partial(draw_resamples, names=names, limits=limits),
    )


def draw_resamples(frame: ResamplesFrame, *, names, limits) -> Picture:
    """Draw the last resample beside the sample on the left, the frequencies so far on the right.

    Parameters
    ----------
    frame : ResamplesFrame
    names : n_features str
    limits : (lowest, highest) coefficient

    Returns
    -------
    Picture

    Lesson: notebooks/07_bootstrap_and_stability.ipynb
    """
    size = (SIZE[0], max(SIZE[1], _FRAME_HEIGHT + _ROW_HEIGHT * (len(names) + 1)))
    first = _margin(names) + _LISTS_WIDTH
    middle, last = ((first + x, *rest) for x, *rest in columns(1, 1, size=(size[0] - first, size[1])))
    return picture(
        _two_lists(frame, names, (0, 0, first, size[1])),
        _coefficients(frame, limits, middle),
        _so_far(frame, last),
        says=_says(frame),
        size=size,
    )


def _two_lists(frame, names, place) -> Panel:
    """Draw a dot for each column that is kept: by the sample, and by the resample, where differences show."""
    panel = Panel(
        (0, 1),
        [*names, WHOLE_LIST],
        title=f"Resample {frame.n_drawn}: {_verdict(int(frame.differs.sum()))}",
        xticks={SAMPLE_AT: "sample", RESAMPLE_AT: "resample"},
        place=place,
        left=_margin(names),
        right=0,
    )
    panel.across(len(names) - 0.5, "MUTED", width=0.8)
    same = not frame.differs.any()
    own, now = np.append(frame.on_list, True), np.append(frame.effects != 0, same)
    _dots(panel, SAMPLE_AT, own, "TRUTH")
    _dots(panel, SAMPLE_AT, ~own, "MUTED", size=3)
    _dots(panel, RESAMPLE_AT, own & now, "ESTIMATE")
    _dots(panel, RESAMPLE_AT, ~own & ~now, "MUTED", size=3)
    _dots(panel, RESAMPLE_AT, ~own & now, "CONTRAST")
    return _dots(panel, RESAMPLE_AT, own & ~now, "CONTRAST", hollow=True)


def _dots(panel, at, shown, role, *, size=6, hollow=False) -> Panel:
    rows = np.flatnonzero(shown)
    return panel.points(np.full(len(rows), at), rows, role, size=size, hollow=hollow)


def _coefficients(frame, limits, place) -> Panel:
    """Draw the coefficients of the resample as bars, the sample's own as ticks; the last row is the key."""
    low, high = limits
    room, n_features = 0.06 * (high - low), len(frame.effects)
    panel = Panel(
        (low - room, high + room),
        [""] * (n_features + 1),
        xlabel="coefficient per st. deviation",
        place=place,
        left=34,
    )
    panel.across(n_features - 0.5, "MUTED", width=0.8)
    panel.bars(frame.effects, _roles(frame))
    key = low + 0.35 * (high - low)
    for row in (*np.flatnonzero(frame.on_list), n_features):
        at = frame.own_effects[row] if row < n_features else key
        panel.line([at, at], [row - 0.44, row + 0.44], "TRUTH", width=2.5)
    return panel.text(key + room, n_features, "the sample's")


def _so_far(frame, place) -> Panel:
    """Draw the shares of the resamples so far that keep each column, and that have the sample's whole list."""
    shares = 100 * np.append(frame.frequencies, frame.n_same / frame.n_drawn)
    panel = Panel(
        (0, 100),
        [""] * len(shares),
        title=f"Whole list: {frame.n_same} of {frame.n_drawn}",
        xlabel="kept so far (%)",
        place=place,
        right=46,
    )
    panel.across(len(shares) - 1.5, "MUTED", width=0.8)
    panel.bars(shares, [*_roles(frame), "TRUTH"])
    for row, share in enumerate(shares):
        panel.text(124, row, f"{share:.0f}", anchor="end")
    return panel


def _roles(frame) -> list[str]:
    """Blue for what the sample keeps, vermillion for what it does not."""
    return np.where(frame.on_list, "ESTIMATE", "CONTRAST").tolist()


def _margin(names) -> int:
    return 16 + 7 * max(map(len, [*names, WHOLE_LIST]))


def _verdict(n_differ: int) -> str:
    return {0: "the sample's list", 1: "1 decision differs"}.get(n_differ, f"{n_differ} decisions differ")


def _says(frame: ResamplesFrame) -> str:
    lists = "1 list" if frame.n_lists == 1 else f"{frame.n_lists} different lists"
    drawn = "1 resample" if frame.n_drawn == 1 else f"{frame.n_drawn} resamples"
    all_columns = "1 column" if len(frame.effects) == 1 else f"{len(frame.effects)} columns"
    came_back = {0: "never came back", 1: "came back once", 2: "came back twice"}.get(
        frame.n_same, f"came back {frame.n_same} times"
    )
    return (
        f"At λ = {frame.lam:.3g} resample {frame.n_drawn} leaves out {frame.n_left_out} of {frame.n_samples} rows "
        f"and keeps {np.count_nonzero(frame.effects)} of {all_columns}. "
        f"So far {lists} in {drawn}; the sample's own {came_back}."
    )


def _checked_names(feature_names, n_features: int) -> list[str]:
    names = [str(name) for name in feature_names]
    if len(names) != n_features:
        raise ValueError(
            f"feature_names has {len(names)} entries; {n_features} are needed, one a column of X"
        )
    if n_features > MOST_COLUMNS:
        raise ValueError(f"X has {n_features} columns; at most {MOST_COLUMNS} have room in the picture")
    return [name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…" for name in names]
