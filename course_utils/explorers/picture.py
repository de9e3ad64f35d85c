"""Pictures as SVG: light enough to be redrawn at every key press, in the colours and line styles of the course.

A `Panel` is a pair of axes. Marks are added to it in data coordinates and come out as pieces of SVG; `picture`
joins panels and the sentence that says what is seen. Nothing is computed here but places on the page.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from matplotlib.ticker import MaxNLocator

from course_utils.style import COLOURS, ESTIMATE, LINE_STYLES, TRUTH, apart

SIZE = (640, 330)  # CSS pixels; a picture shrinks with the page and never grows
_DASHES = {"-": "", "--": "7 4", "-.": "8 3 2 3", ":": "2 3"}
_MARGINS = {"left": 62, "right": 24, "top": 30, "bottom": 46}
_LINE_HEIGHT = 14
_LETTER_WIDTH = 7.4  # on average, of the 13 pixels of a label
_DECIMALS = 2
_FAR_AWAY = 4000.0  # pixels: a line that leaves its panel need not be followed further
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_AXIS = f'stroke="{TRUTH}" stroke-width="0.8"'


@dataclass(frozen=True)
class Picture:
    """One state of a figure that can be moved.

    Attributes
    ----------
    pieces : tuple of str
        SVG, in drawing order. Pieces that do not change from state to state are the same strings, so that
        many pictures are stored in little more than the space of one.
    says : str
        The sentence beneath, which says what is seen now.
    size : (width, height) in CSS pixels
    """

    pieces: tuple[str, ...]
    says: str
    size: tuple[int, int] = SIZE

    def svg(self, title: str) -> str:
        """Return the whole picture; a screen reader calls it `title`."""
        width, height = self.size
        return (
            f'<svg class="course-picture" role="img" aria-label="{escape(title)}"'
            f' viewBox="0 0 {width} {height}">{"".join(self.pieces)}</svg>'
        )


def picture(*panels: Panel, says: str, size: tuple[int, int] = SIZE) -> Picture:
    """Join panels into a picture.

    Parameters
    ----------
    panels : Panel
    says : str
        The sentence beneath, which says what is seen.
    size : (width, height) in CSS pixels

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        says is empty.

    Lesson: notebooks/02_lasso_math.ipynb
    """
    if not says.strip():
        raise ValueError("says is empty; a sentence that says what is seen is needed")
    return Picture(tuple(piece for panel in panels for piece in panel.pieces()), with_minus_signs(says), size)


def power_of_ten(power: int) -> str:
    """Return 10⁻³ for -3."""
    return f"10{str(power).translate(_RAISED)}"


def scientific(value: float) -> str:
    """Return 3.9·10⁻⁷: two digits and a power of ten."""
    digits, power = f"{value:.1e}".split("e")
    return f"{digits}·{power_of_ten(int(power))}"


def shortened(name: str, longest: int) -> str:
    """Return a name of at most so many letters, the cut marked."""
    return name if len(name) <= longest else name[: longest - 1] + "…"


def with_minus_signs(text: str) -> str:
    """Return the text with a minus sign in place of each hyphen before a number."""
    return re.sub(r"(?<![\w)])-(?=[\d.])", "−", text)


def columns(*shares: float, size: tuple[int, int] = SIZE) -> list[tuple[float, float, float, float]]:
    """Return one place (left, top, width, height) a share, side by side: columns(2, 1) is two thirds and one."""
    edges = np.cumsum([0.0, *shares]) / sum(shares) * size[0]
    return [(float(a), 0.0, float(b - a), float(size[1])) for a, b in itertools.pairwise(edges)]


class Panel:
    """A pair of axes on a picture; every mark returns the panel, so that marks can be chained.

    Parameters
    ----------
    x : (first, last)
        The values at the left and the right edge; first > last turns the axis round.
    y : (first, last) or names
        The values at the lower and the upper edge; or one name a row, top to bottom, for rows at
        0, 1, 2, ... (`bars`, and points at a row).
    xlabel, ylabel : str
        Quantity and unit.
    title : str
        What is found here.
    log_x, log_y : bool
    xticks, yticks : dict of value -> text, optional
        In place of the usual ones.
    place : (left, top, width, height), optional
        In pixels, axis labels included; the whole picture if not given (see `columns`).
    right : int
        Room in pixels for the labels of line ends.
    left : int, optional
        Room in pixels for the tick labels; by default what names need.

    Raises
    ------
    ValueError
        An empty axis, or one that is logarithmic and not positive.
    """

    def __init__(
        self,
        x: tuple[float, float],
        y: tuple[float, float] | Sequence[str],
        *,
        xlabel: str = "",
        ylabel: str = "",
        title: str = "",
        log_x: bool = False,
        log_y: bool = False,
        xticks: dict[float, str] | None = None,
        yticks: dict[float, str] | None = None,
        place: tuple[float, float, float, float] | None = None,
        right: int = _MARGINS["right"],
        left: int | None = None,
    ):
        self._names = tuple(y) if len(y) and isinstance(y[0], str) else ()
        rows = (len(self._names) - 0.4, -0.6)
        self._x = _Axis(*x, log_x, xticks)
        self._y = _Axis(*(rows if self._names else y), log_y, yticks)
        self._labels = (title, xlabel, ylabel)
        if left is None:
            left = 16 + 7 * max(map(len, self._names)) if self._names else _MARGINS["left"]
        x0, y0, width, height = place or (0, 0, *SIZE)
        self.left, self.right, self._edge = x0 + left, x0 + width - right, x0 + width
        self.top, self.bottom = y0 + _MARGINS["top"], y0 + height - _MARGINS["bottom"]
        self._inside: list[str] = []
        self._above: list[str] = []
        self._ends: list[tuple[float, float, str, str]] = []

    def line(self, x, y, role: str = "ESTIMATE", *, label: str = "", width: float = 2.0) -> Panel:
        """Draw a line through points, in a role of `style`; a label stands where the line ends on the right."""
        stroke = f'stroke="{_colour(role)}" stroke-width="{width:g}"{_dashes(role)}'
        for places in self._runs(x, y):
            self._inside.append(f'<polyline points="{_corners(places)}" fill="none" {stroke}/>')
        if label and (run := [place for places in self._runs(x, y) for place in places]):
            a, b = max((place for place in run if self._shows(*place)), default=run[-1])
            self._ends.append((min(a, self.right), min(max(b, self.top), self.bottom), label, role))
        return self

    def area(self, x, y_low, y_high, role: str = "ESTIMATE", *, opacity: float = 0.18) -> Panel:
        """Fill between two lines, or, with y_low = y_high[::-1] and the like, any outline."""
        x, low, high = np.broadcast_arrays(*(np.asarray(values, float) for values in (x, y_low, y_high)))
        return self.outline(np.r_[x, x[::-1]], np.r_[high, low[::-1]], role, opacity=opacity, width=0)

    def outline(self, x, y, role: str = "ESTIMATE", *, opacity: float = 0.12, width: float = 2.0) -> Panel:
        """Draw a closed shape, filled thinly."""
        corners = _corners([place for places in self._runs(x, y) for place in places])
        colour = _colour(role)
        stroke = f'stroke="{colour}" stroke-width="{width:g}"{_dashes(role)}' if width else 'stroke="none"'
        self._inside.append(
            f'<polygon points="{corners}" fill="{colour}" fill-opacity="{opacity:g}" {stroke}/>'
        )
        return self

    def points(self, x, y, role: str = "ESTIMATE", *, size: float = 5.0, hollow: bool = False) -> Panel:
        """Draw dots; those outside the axes are left out."""
        paint = (
            f'fill="#FFFFFF" stroke="{_colour(role)}" stroke-width="1.4"'
            if hollow
            else f'fill="{_colour(role)}" stroke="#FFFFFF" stroke-width="0.8"'
        )
        for a, b in self._places(x, y):
            if self._shows(a, b):
                self._above.append(f'<circle cx="{_number(a)}" cy="{_number(b)}" r="{size:g}" {paint}/>')
        return self

    def bars(self, values, role: str | Sequence[str] = "ESTIMATE") -> Panel:
        """Draw one bar a row from zero; a zero is an empty dot."""
        values = np.asarray(values, float)
        roles = [role] * len(values) if isinstance(role, str) else list(role)
        self.line([0, 0], [-0.6, len(values) - 0.4], "MUTED", width=0.8)
        for row, (value, colour) in enumerate(zip(values, roles, strict=True)):
            (zero, top), (end, bottom) = self._places([0, value], [row - 0.34, row + 0.34])
            if value == 0:
                self.points([0], [row], "TRUTH", size=3.2, hollow=True)
            else:
                self._inside.append(
                    f'<rect x="{_number(min(zero, end))}" y="{_number(min(top, bottom))}"'
                    f' width="{_number(abs(end - zero))}" height="{_number(abs(bottom - top))}"'
                    f' fill="{_colour(colour)}"/>'
                )
        return self

    def across(self, y: float, role: str = "TRUTH", *, label: str = "", width: float = 1.2) -> Panel:
        """Draw a horizontal line through the panel."""
        return self.line([self._x.first, self._x.last], [y, y], role, label=label, width=width)

    def upright(self, x: float, role: str = "TRUTH", *, label: str = "", width: float = 1.2) -> Panel:
        """Draw a vertical line through the panel; its label stands at the top, on the side with more room."""
        self.line([x, x], [self._y.first, self._y.last], role, width=width)
        if label:
            a = self._places([x], [self._y.first])[0][0]
            left_half = a < (self.left + self.right) / 2
            self._write(
                a + (5 if left_half else -5), self.top + 11, label, "start" if left_half else "end", role
            )
        return self

    def text(self, x: float, y: float, text: str, *, anchor: str = "start", role: str = "TRUTH") -> Panel:
        """Write a text at a point; anchor is start, middle or end."""
        a, b = self._places([x], [y])[0]
        return self._write(a, b + 4, text, anchor, role)

    def pieces(self) -> list[str]:
        """Return the SVG of axes and marks, in drawing order."""
        box = f'x="{_number(self.left)}" y="{_number(self.top)}"'
        extent = f'width="{_number(self.right - self.left)}" height="{_number(self.bottom - self.top)}"'
        view = " ".join(
            _number(v) for v in (self.left, self.top, self.right - self.left, self.bottom - self.top)
        )
        clipped = [f'<svg {box} {extent} viewBox="{view}">', *self._inside, "</svg>"]
        return [*self._axes(), *clipped, *self._above, *self._end_labels()]

    def _axes(self) -> list[str]:
        title, xlabel, ylabel = self._labels
        middle = (self.left + self.right) / 2
        down = (self.top + self.bottom) / 2
        lines = [f'<path d="M {_number(self.left)} {_number(self.bottom)} H {_number(self.right)}" {_AXIS}/>']
        if not self._names:
            lines.append(
                f'<path d="M {_number(self.left)} {_number(self.top)} V {_number(self.bottom)}" {_AXIS}/>'
            )
        return [
            *lines,
            *self._tick_labels(),
            _text(self.left, self.top - 14, title, "start", size=14, bold=True),
            _text(middle, self.bottom + 38, xlabel, "middle"),
            _text(self.left - 46, down, ylabel, "middle", turned=True),
        ]

    def _tick_labels(self) -> list[str]:
        found = []
        ticks = self._x.ticks((self.right - self.left) / 62)
        for (at, _), (_, label) in zip(
            self._places([v for v, _ in ticks], self._y.first), ticks, strict=True
        ):
            found.append(f'<path d="M {_number(at)} {_number(self.bottom)} v 4" {_AXIS}/>')
            found.append(_text(at, self.bottom + 17, label, "middle", size=12))
        rows = list(enumerate(self._names)) or self._y.ticks((self.bottom - self.top) / 40)
        for (_, at), (_, label) in zip(self._places(self._x.first, [v for v, _ in rows]), rows, strict=True):
            if not self._names:
                found.append(f'<path d="M {_number(self.left - 4)} {_number(at)} h 4" {_AXIS}/>')
            found.append(_text(self.left - 7, at + 4, label, "end", size=12))
        return found

    def _end_labels(self) -> list[str]:
        """Write the labels of line ends to the right of them, moved apart as little as possible."""
        if not self._ends:
            return []
        heights = np.array([end[1] for end in self._ends])
        for a, _, label, _ in self._ends:
            if a + 6 + _LETTER_WIDTH * len(label) > self._edge:
                raise ValueError(
                    f"the label {label!r} runs over the edge: give the panel more room on the right"
                )
        moved = apart(heights, np.full(len(heights), float(_LINE_HEIGHT)))
        return [
            _text(a + 6, b + 4, label, "start", role=role)
            for (a, _, label, role), b in zip(self._ends, moved, strict=True)
        ]

    def _write(self, a: float, b: float, text: str, anchor: str, role: str) -> Panel:
        self._above.append(_text(a, b, text, anchor, role=role))
        return self

    def _places(self, x, y) -> list[list[float]]:
        """Return the pixels of points; what is far outside is brought nearer, missing values are NaN."""
        across = self.left + self._x.shares(x) * (self.right - self.left)
        down = self.bottom - self._y.shares(y) * (self.bottom - self.top)
        places = np.empty((max(len(across), len(down)) if len(across) and len(down) else 0, 2))
        places[:, 0], places[:, 1] = across, down
        return (places.clip(-_FAR_AWAY, _FAR_AWAY).round(_DECIMALS) + 0.0).tolist()

    def _runs(self, x, y) -> list[list[list[float]]]:
        """Return the pieces of a line between its missing points."""
        runs: list[list[list[float]]] = [[]]
        for place in self._places(np.atleast_1d(x), np.atleast_1d(y)):
            if math.isnan(place[0]) or math.isnan(place[1]):
                runs.append([])
            else:
                runs[-1].append(place)
        return [run for run in runs if run]

    def _shows(self, a: float, b: float) -> bool:
        return self.left - 1 <= a <= self.right + 1 and self.top - 1 <= b <= self.bottom + 1


@dataclass(frozen=True)
class _Axis:
    first: float
    last: float
    is_log: bool
    chosen: dict[float, str] | None = None

    def __post_init__(self):
        if not (math.isfinite(self.first) and math.isfinite(self.last)) or self.first == self.last:
            raise ValueError(f"an axis from {self.first} to {self.last} is empty")
        if self.is_log and min(self.first, self.last) <= 0:
            raise ValueError(f"a logarithmic axis from {self.first} to {self.last} is not positive")

    def shares(self, values) -> np.ndarray:
        """Return how far along the axis values lie: 0 at first, 1 at last, NaN where they have no place."""
        first, last, values = self.first, self.last, np.atleast_1d(np.asarray(values, float))
        if self.is_log:
            values = np.log(np.where(values > 0, values, np.nan))
            first, last = math.log(first), math.log(last)
        return (values - first) / (last - first)

    def ticks(self, most: float) -> list[tuple[float, str]]:
        """Return (value, text) of at most about `most` ticks."""
        if self.chosen is not None:
            return list(self.chosen.items())
        low, high = sorted((self.first, self.last))
        if self.is_log:
            return [(value, _written(value)) for value in _log_ticks(low, high, most)]
        return [(value, _written(value)) for value in _round_ticks(low, high, max(2, int(most)))]


@functools.cache
def _round_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    found = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    margin = 1e-9 * (high - low)
    found = [0.0 if abs(value) < margin else float(value) for value in found]
    return tuple(value for value in found if low - margin <= value <= high + margin)


def _log_ticks(low: float, high: float, most: float) -> list[float]:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    few = [multiple * 10.0**power for power in decades for multiple in (1, 2, 5)]
    inside = [value for value in few if low * 0.999 <= value <= high * 1.001]
    if len(inside) <= most:
        return inside
    every = -(-len(decades) // max(2, int(most)))
    return [10.0**power for power in decades[::every] if low * 0.999 <= 10.0**power <= high * 1.001]


def _written(value: float) -> str:
    if value and not 1e-3 <= abs(value) < 1e6:
        power = math.floor(math.log10(abs(value)) + 1e-9)
        head = f"{value / 10.0**power:g}"
        return (f"{head}·" if head != "1" else "") + power_of_ten(power)
    return f"{value:,.10g}"


def _number(value: float) -> str:
    """Return a length in pixels, with so many digits that rounding shows as one unit of the last."""
    return f"{round(value, _DECIMALS) + 0.0:.{_DECIMALS}f}"


def _corners(places: list[list[float]]) -> str:
    """Return points, which `_places` has rounded, as SVG writes them."""
    return " ".join([f"{a:.{_DECIMALS}f},{b:.{_DECIMALS}f}" for a, b in places])


def _colour(role: str) -> str:
    if role not in COLOURS:
        raise ValueError(f"{role!r} is not a role; the roles are {', '.join(COLOURS)}")
    return COLOURS[role]


def _dashes(role: str) -> str:
    dashes = _DASHES[LINE_STYLES[role]]
    return f' stroke-dasharray="{dashes}"' if dashes else ""


def _text(
    a: float,
    b: float,
    text: str,
    anchor: str,
    *,
    role: str = "TRUTH",
    size: int = 13,
    bold: bool = False,
    turned: bool = False,
) -> str:
    """Return a text in ink, or in blue beside what is blue: the other colours are too pale to read."""
    if not text:
        return ""
    colour = ESTIMATE if role == "ESTIMATE" else TRUTH
    turn = f' transform="rotate(-90 {_number(a)} {_number(b)})"' if turned else ""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{_number(a)}" y="{_number(b)}" text-anchor="{anchor}" font-size="{size}"{weight}'
        f' fill="{colour}"{turn}>{escape(with_minus_signs(text))}</text>'
    )
