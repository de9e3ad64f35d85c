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
from course_utils.explorers.picture import SIZE, Panel, Picture, columns, picture, shortened
from course_utils.validation import as_penalty

N_RESAMPLES = 100
PRICES = (5, 3, 2, 1, 0.7, 0.4, 0.2)  # times the price that the reader names
MOST_COLUMNS = 20
LONGEST_NAME = 16
WHOLE_LIST = "whole list"
SAMPLE_AT, RESAMPLE_AT = 0.18, 0.72  # where the two lists stand in their panel
SHORTEST_BAR = 2.5  # pixels: what is kept shows, however small it is
_LISTS_WIDTH = 110  # pixels
_ROW_HEIGHT, _FRAME_HEIGHT = 15, 76  # pixels: a row at least, and all that is not a row
_KEY_HEIGHT, _ABOVE, _BELOW = 46, 30, 46  # pixels: the key, and what a panel keeps free for title and axis


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
    """Draw the last resample beside the sample on the left, the frequencies so far on the right, a key below.

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
    width, height = SIZE[0], max(SIZE[1], _FRAME_HEIGHT + _ROW_HEIGHT * (len(names) + 1))
    first = _margin(names) + _LISTS_WIDTH
    middle, last = ((first + x, *rest) for x, *rest in columns(1, 1, size=(width - first, height)))
    return picture(
        _two_lists(frame, names, (0, 0, first, height)),
        _coefficients(frame, limits, middle),
        _so_far(frame, last),
        _key(width, height),
        says=_says(frame),
        size=(width, height + _KEY_HEIGHT),
    )


def _two_lists(frame, names, place) -> Panel:
    """Draw a dot for each column that is kept: by the sample, and by the resample, where differences show."""
    panel = Panel(
        (0, 1),
        [*names, WHOLE_LIST],
        title=_verdict(int(frame.differs.sum()), len(names)),
        xticks={SAMPLE_AT: "sample", RESAMPLE_AT: "resample"},
        place=place,
        left=_margin(names),
        right=0,
    )
    panel.across(len(names) - 0.5, "MUTED", width=0.8)
    panel.text(RESAMPLE_AT, len(names), "another" if frame.differs.any() else "same", anchor="middle")
    own, now = frame.on_list, frame.effects != 0
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
    """Draw the coefficients of the resample as bars, the sample's own as ticks; the whole list has none."""
    low, high = limits
    room, n_features = 0.06 * (high - low), len(frame.effects)
    panel = Panel(
        (low - room, high + room),
        [""] * (n_features + 1),
        title=f"Resample {frame.n_drawn}",
        xlabel="coefficient per st. deviation",
        place=place,
        left=24,
        right=12,
    )
    panel.across(n_features - 0.5, "MUTED", width=0.8)
    shortest = SHORTEST_BAR * (high - low + 2 * room) / (panel.right - panel.left)
    lengths = np.where(frame.effects == 0, 0, np.maximum(np.abs(frame.effects), shortest))
    panel.bars(np.copysign(lengths, frame.effects), np.where(frame.on_list, "ESTIMATE", "CONTRAST"))
    for row in np.flatnonzero(frame.on_list):
        _tick(panel, frame.own_effects[row], row)
    return panel


def _tick(panel, at, row) -> Panel:
    return panel.line([at, at], [row - 0.46, row + 0.46], "TRUTH", width=1.8)


def _key(width, top) -> Panel:
    """Explain the marks once; the axis of this panel lies below the edge of the picture."""
    place = (0, top - _ABOVE, width, _ABOVE + _KEY_HEIGHT + 1 + _BELOW)
    panel = Panel((0, width), ["", ""], xticks={}, place=place, left=0, right=0)
    _dots(panel, 14, [True, False], "TRUTH")
    _dots(panel, 30, [True, False], "ESTIMATE").text(42, 0, "kept")
    _dots(panel, 30, [False, True], "MUTED", size=3).text(42, 1, "left out")
    _dots(panel, 142, [True, False], "CONTRAST").text(154, 0, "kept: the sample leaves it out")
    _dots(panel, 142, [False, True], "CONTRAST", hollow=True).text(154, 1, "left out: the sample keeps it")
    _tick(panel, 426, 0).text(438, 0, "the sample's coefficient")
    return panel.points([426], [1], "TRUTH", size=3.2, hollow=True).text(438, 1, "exactly zero")


def _so_far(frame, place) -> Panel:
    """Draw the shares of the resamples so far that keep each column, and that have the sample's whole list."""
    shares = 100 * np.append(frame.frequencies, frame.n_same / frame.n_drawn)
    panel = Panel(
        (0, 100),
        [""] * len(shares),
        title=f"Whole list: {frame.n_same} of {frame.n_drawn}",
        xlabel="share so far (%)",
        place=place,
        right=46,
    )
    panel.across(len(shares) - 1.5, "MUTED", width=0.8)
    panel.bars(shares, [*["MUTED"] * len(frame.frequencies), "TRUTH"])
    for row, share in enumerate(shares):
        panel.text(124, row, f"{share:.0f}", anchor="end")
    return panel


def _margin(names) -> int:
    return 16 + 7 * max(map(len, [*names, WHOLE_LIST]))


def _verdict(n_differ: int, n_features: int) -> str:
    return f"{n_differ} of {n_features} differ{'s' if n_differ == 1 else ''}"


def _says(frame: ResamplesFrame) -> str:
    n_features = len(frame.effects)
    all_columns = "1 column" if n_features == 1 else f"{n_features} columns"
    lists = "1 list" if frame.n_lists == 1 else f"{frame.n_lists} lists"
    came_back = {0: "has not come back yet", 1: "came back once", 2: "came back twice"}.get(
        frame.n_same, f"came back {frame.n_same} times"
    )
    missed = zip(frame.missed_by[1:], ("missed it by one", "by two"), strict=False)
    return (
        f"At λ = {frame.lam:.3g} the sample keeps {np.count_nonzero(frame.on_list)} of {all_columns}; resample "
        f"{frame.n_drawn} lacks {frame.n_left_out} of {frame.n_samples} rows, keeps "
        f"{np.count_nonzero(frame.effects)}. So far {lists}; the sample's {came_back}, "
        f"{', '.join(f'{times} {how}' for times, how in missed)}."
    )


def _checked_names(feature_names, n_features: int) -> list[str]:
    names = [str(name) for name in feature_names]
    if len(names) != n_features:
        raise ValueError(
            f"feature_names has {len(names)} entries; {n_features} are needed, one a column of X"
        )
    if n_features > MOST_COLUMNS:
        raise ValueError(f"X has {n_features} columns; at most {MOST_COLUMNS} have room in the picture")
    return [shortened(name, LONGEST_NAME) for name in names]
