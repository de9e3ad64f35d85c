"""The error curve of a cross-validation while its folds come in: hold them out one by one."""

from __future__ import annotations

import re
from functools import partial
from math import floor, log10

import numpy as np

from course_utils.explorers.explorer import Control, Explorer
from course_utils.explorers.frames.folds import FoldsFrame, FoldsInOrder, folds_frame, folds_in_order
from course_utils.explorers.picture import SIZE, Panel, Picture, picture, power_of_ten

_LEFT, _RIGHT = 118, 104  # pixels beside the two panels that share their penalties
_ROW, _CURVES = 19, 306  # pixels: a row of the upper panels, and the height of the lower one
_MOST_PLACES = 60  # of a slider, and of a curve
_LONGEST = 6  # letters of a penalty in the table


def folds_explorer(cv, folds, *, unit=None, ylabel="squared error") -> Explorer:
    """Return the explorer of a cross-validation: hold out one fold after the other, and watch the choice.

    Parameters
    ----------
    cv : CVPath
        What `tuning.cross_validate_path` returned, with two lams or more.
    folds : sequence of Fold
        The folds that it was given; at most ten.
    unit : float, optional
        Errors are shown as multiples of it: 1,000 or another power of a thousand if not given.
    ylabel : str
        The error, and in brackets its unit if one is given: the sentence beneath takes it from there.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError, ValueError
        Whatever `folds_in_order` refuses, or a unit that is not positive.

    Lesson: notebooks/05_choosing_lambda.ipynb
    """
    data = folds_in_order(cv, folds)
    if unit is None:
        power = 3 * floor(log10(data.errors.max()) / 3)
        unit, ylabel = 10.0**power, f"{ylabel} ({power_of_ten(power)})" if power else ylabel
    if not 0 < unit < np.inf:
        raise ValueError(f"unit is {unit!r}; a positive number is needed")
    lams = tuple(data.lams[_few(len(data.lams))].tolist())
    return Explorer(
        name="folds",
        title="Cross-validation, one fold after the other",
        controls=(
            Control("held_out", "held out now", (*range(len(data.errors)), None), 0, _fold_written),
            Control("lam", "penalty λ (black line)", lams, lams[len(lams) // 2], _written),
        ),
        frame=partial(folds_frame, data),
        draw=partial(draw_folds, unit=unit, ylabel=ylabel),
    )


def draw_folds(frame: FoldsFrame, *, unit: float = 1.0, ylabel: str = "squared error") -> Picture:
    """Draw the folds as blocks, what each of them and their mean would choose, and the curves of error.

    Parameters
    ----------
    frame : FoldsFrame
    unit : float
        Errors are drawn and told as multiples of it.
    ylabel : str
        The error, and its unit in brackets.

    Returns
    -------
    Picture

    Lesson: notebooks/05_choosing_lambda.ipynb
    """
    rows = 30 + _ROW * len(frame.data.errors)
    size = (SIZE[0], rows + 8 + _CURVES)
    return picture(
        _blocks(frame, (0, 0, _LEFT - 6, rows + 46)),
        _choices(frame, (0, 0, size[0], rows + 46)),
        _curves(frame, (0, rows + 8, size[0], _CURVES), unit, ylabel),
        says=_says(frame, unit, _unit_of(ylabel)).replace(" = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}"),
        size=size,
    )


def _blocks(frame: FoldsFrame, place) -> Panel:
    """Draw the rows of the data as blocks, one a fold, and what each is used for now."""
    names = [str(k + 1) for k in range(len(frame.data.errors))]
    title = f"{frame.data.n_tested:,} rows"
    panel = Panel((0, 1), names, title=title, xticks={}, place=place, left=24, right=4)
    for k in range(len(names)):
        use, role, opacity = _use(frame, k)
        panel.area([0, 1], k - 0.44, k + 0.44, role, opacity=opacity).text(0.5, k, use, anchor="middle")
    return panel


def _use(frame: FoldsFrame, k: int) -> tuple[str, str, float]:
    """Return what fold k is used for now, and its colour."""
    if frame.held_out is None:
        return "averaged", "ESTIMATE", 0.18
    if frame.held_out == k:
        return "held out", "CONTRAST", 0.5
    share = float(frame.data.trained[frame.held_out, k])
    return {0.0: "not used", 1.0: "training"}.get(share, "partly used"), "MUTED", 0.1 + 0.25 * share


def _choices(frame: FoldsFrame, place) -> Panel:
    """Draw, in the row of each fold, what it alone would choose, and what the mean down to it would choose."""
    data, n_seen = frame.data, frame.n_seen
    panel = _over_penalties(
        data, (len(data.errors) - 0.4, -0.6), place, title="Penalty of the lowest error", xticks={}, yticks={}
    )
    panel.upright(frame.lam, width=0.9).line(data.choices[:n_seen], range(n_seen), width=1.4)
    for k in range(n_seen):
        panel.points([data.favourites[k]], [k], _role(frame, k), size=6.5)
    panel.points(data.choices[1:n_seen], range(1, n_seen), size=3.5)
    _list(panel, data, 54, "alone", data.favourites, range(n_seen), "TRUTH")
    return _list(panel, data, 100, "mean", data.choices, range(1, n_seen), "ESTIMATE")


def _list(panel: Panel, data: FoldsInOrder, pixels: float, heading: str, lams, rows, role: str) -> Panel:
    """Write some penalties to the right of their rows, if there is room for them."""
    written, at = [_written(lam) for lam in lams], _moved(data.lams, data.lams[-1], pixels)
    if max(map(len, written)) <= _LONGEST:
        panel.text(at, -1.55, heading, anchor="end", role=role)
        for k in rows:
            panel.text(at, k, written[k], anchor="end", role=role)
    return panel


def _curves(frame: FoldsFrame, place, unit: float, ylabel: str) -> Panel:
    """Draw the errors of the folds seen and their mean in its band, and mark what is chosen."""
    data, shown = frame.data, _few(len(frame.data.lams))
    labels = {"xlabel": "penalty λ (strong → weak)", "ylabel": ylabel}
    panel = _over_penalties(data, _heights(data, unit), place, title=_title(frame), **labels)
    panel.upright(frame.lam, width=0.9)
    for k in range(frame.n_seen):
        label = f"fold {k + 1}" if k == frame.held_out else str(k + 1)
        errors, width = data.errors[k, shown] / unit, 2.0 if k == frame.held_out else 1.2
        panel.line(data.lams[shown], errors, _role(frame, k), label=label, width=width)
    if frame.n_seen > 1:
        _draw_mean(panel, frame, shown, unit)
    panel.points([frame.lam], [frame.fold_error / unit], "CONTRAST")
    return panel.points([frame.lam], [frame.mean / unit]) if frame.n_seen > 1 else panel


def _over_penalties(data: FoldsInOrder, heights, place, **labels) -> Panel:
    """Return a panel whose penalties stand where those of the other one do."""
    lams = (data.lams[0], data.lams[-1])
    return Panel(lams, heights, log_x=True, place=place, left=_LEFT, right=_RIGHT, **labels)


def _draw_mean(panel: Panel, frame: FoldsFrame, shown, unit: float) -> None:
    data, k = frame.data, frame.n_seen - 1
    mean, error = data.means[k, shown] / unit, data.standard_errors[k, shown] / unit
    panel.area(data.lams[shown], mean - error, mean + error)
    panel.line(data.lams[shown], mean, label=f"mean of {k + 1}")
    lowest, highest = _heights(data, unit)
    left_half = data.simple_choices[k] ** 2 > data.lams[0] * data.lams[-1]
    marks = (
        ("one standard error", data.simple_choices[k], 0.04, "start" if left_half else "end"),
        (
            "lowest",
            data.choices[k],
            0.11,
            "start",
        ),  # never left of the other: its line may end below that label
    )
    for label, lam, below_top, anchor in marks:
        top = highest - below_top * (highest - lowest)
        panel.line([lam, lam], [lowest, top], "CHOICE", width=2.4)
        panel.points([lam], data.means[k, data.lams == lam] / unit, "CHOICE", size=6.5)
        panel.text(_moved(data.lams, lam, 5 if anchor == "start" else -5), top, label, anchor=anchor)


def _title(frame: FoldsFrame) -> str:
    if frame.n_seen == 1:
        return "One fold: a curve without a band"
    k = frame.n_seen - 1
    strongest, weakest = frame.data.simple_choices[k], frame.data.weakest_alike[k]
    return f"Within one standard error of the lowest: λ {_written(strongest)} to {_written(weakest)}"


def _says(frame: FoldsFrame, unit: float, unit_written: str) -> str:
    """Say what the fold alone and the mean so far would choose, and the errors at lam."""
    data, k = frame.data, frame.n_seen - 1
    mean, error, fold_error = (value / unit for value in (frame.mean, frame.standard_error, frame.fold_error))
    here, chosen = f"At λ = {_written(frame.lam)}", _written(data.choices[k])
    mean_written = (
        f"{_written(mean)} ± {_written(error, mean)} "
        f"({'; '.join(part for part in ('one standard error', unit_written) if part)})."
    )
    if frame.held_out is None:
        return (
            f"The mean of all {k + 1} folds is lowest at λ = {chosen}; the one-standard-error rule takes "
            f"{_written(data.simple_choices[k])}. {here} the error is {mean_written}"
        )
    edge = f", the {data.edges[k]}est of the grid" if data.edges[k] else ""
    alone = f"Fold {k + 1} alone chooses λ = {_written(data.favourites[k])}{edge}"
    if k == 0:
        in_unit = f" ({unit_written})" if unit_written else ""
        return (
            f"{alone}. {here} its error is {_written(fold_error)}{in_unit}. There is nothing to average yet."
        )
    same = data.choices[k] == data.favourites[k]
    both = f"so does the mean of {k + 1}" if same else f"the mean of {k + 1} chooses {chosen}"
    return f"{alone}; {both}. {here} the fold's error is {_written(fold_error)}, the mean {mean_written}"


def _unit_of(ylabel: str) -> str:
    """Return what stands in brackets at the end of a label."""
    found = re.search(r"\(([^()]*)\)$", ylabel)
    return found[1] if found else ""


def _role(frame: FoldsFrame, k: int) -> str:
    return "CONTRAST" if k == frame.held_out else "MUTED"


def _heights(data: FoldsInOrder, unit: float) -> tuple[float, float]:
    """Return the lowest and highest error shown in any setting, with room for two labels on top."""
    bands = (data.means[1:] + sign * data.standard_errors[1:] for sign in (-1, 1))
    low, high = np.array([(part.min(), part.max()) for part in (data.errors, *bands)]).T / unit
    low, high = max(0.0, low.min()), high.max()
    return low - 0.06 * (high - low), high + 0.2 * (high - low)


def _moved(lams, lam: float, pixels: float) -> float:
    """Return the lam that stands some pixels to the right of another."""
    return float(lam * (lams[-1] / lams[0]) ** (pixels / (SIZE[0] - _LEFT - _RIGHT)))


def _few(n: int) -> np.ndarray:
    """Return at most 60 of n places, both ends among them."""
    return np.unique(np.linspace(0, n - 1, min(n, _MOST_PLACES)).round().astype(int))


def _fold_written(k: int | None) -> str:
    return "none: all are in" if k is None else f"fold {k + 1}"


def _written(value: float, size: float | None = None) -> str:
    """Return a number to three digits, or to the decimals of another, without exponent where that can be read."""
    size = abs(value if size is None else size)
    if not 1e-4 <= size < 1e6:
        return f"{value:.3g}"
    return f"{value:,.{max(0, 2 - floor(log10(size)))}f}"
