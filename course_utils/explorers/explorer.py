"""A figure that can be moved: controls have values, a frame holds the numbers that belong to them.

An explorer ties its controls to a pure function that returns the frame and to a function that draws it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from course_utils.explorers.picture import Picture, with_minus_signs


def _plainly(value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Control:
    """One thing that a reader can move.

    Attributes
    ----------
    name : str
        The argument of the frame function that it sets.
    label : str
        What a reader sees beside it.
    values : tuple
        In the order of the arrow keys; at least two.
    start : one of values
    written : function
        How a value is shown, unit included.
    is_choice : bool
        A list to choose from, for values without an order; a live figure shows a slider all the same.

    Raises
    ------
    ValueError
        Fewer than two values, values that look the same, or a start that is not among them.
    """

    name: str
    label: str
    values: tuple[Any, ...]
    start: Any
    written: Callable[[Any], str] = _plainly
    is_choice: bool = False

    def __post_init__(self):
        object.__setattr__(self, "values", tuple(self.values))
        if len(self.values) < 2:
            raise ValueError(f"{self.label!r} has {len(self.values)} values; at least 2 are needed")
        if self.start not in self.values:
            raise ValueError(f"{self.label!r} starts at {self.start!r}, which is not one of its values")
        if len(set(self.texts)) < len(self.values):
            raise ValueError(f"{self.label!r} has values that look the same: {', '.join(self.texts)}")

    @property
    def texts(self) -> tuple[str, ...]:
        """The values as a reader sees them."""
        return tuple(with_minus_signs(self.written(value)) for value in self.values)

    @property
    def start_index(self) -> int:
        """Where the start stands among the values."""
        return self.values.index(self.start)


@dataclass(frozen=True)
class Explorer:
    """A figure that can be moved.

    Attributes
    ----------
    name : str
        Lower case with hyphens; unique in its lesson.
    title : str
        What a screen reader calls the picture.
    controls : tuple of Control
    frame : function
        Takes the controls' values by name, returns the numbers to show as a frozen dataclass. Pure: the
        same values give the same frame.
    draw : function
        Takes a frame, returns a Picture; computes nothing.

    Raises
    ------
    ValueError
        A name that is no name, no control, or two of the same name.
    """

    name: str
    title: str
    controls: tuple[Control, ...]
    frame: Callable[..., Any]
    draw: Callable[[Any], Picture]

    def __post_init__(self):
        names = [control.name for control in self.controls]
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", self.name):
            raise ValueError(f"{self.name!r} is no name: lower case words joined by hyphens are needed")
        if not names or len(set(names)) < len(names):
            raise ValueError(
                f"the controls are {names}; at least one, each with a name of its own, is needed"
            )

    @property
    def start(self) -> dict[str, Any]:
        """The values at which the figure opens."""
        return {control.name: control.start for control in self.controls}

    def picture(self, **values) -> Picture:
        """Return the picture of one setting of the controls."""
        return self.draw(self.frame(**values))

    def grid(self) -> Iterator[dict[str, Any]]:
        """Yield every setting of the controls; the last control changes fastest."""
        names = [control.name for control in self.controls]
        for values in itertools.product(*(control.values for control in self.controls)):
            yield dict(zip(names, values, strict=True))
