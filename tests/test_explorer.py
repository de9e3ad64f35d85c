"""Tests of course_utils.explorers.explorer: controls, and the grid of their settings."""

from __future__ import annotations

import re
from functools import partial

import pytest

from course_utils.explorers.explorer import Control, Explorer
from course_utils.explorers.picture import Panel, picture
from course_utils.lessons.catalogue import ROOT


def draw(total):
    """A dot at a height."""
    return picture(Panel((0, 1), (0, 9)).points([0.5], [total]), says=f"The sum is {total}.")


FIRST = Control("first", "the first", (1, 2), 1)
SECOND = Control("second", "the second", (3, 4, 5), 4)
make = partial(
    Explorer,
    name="sum",
    title="A sum",
    controls=(FIRST, SECOND),
    frame=lambda first, second: first + second,
    draw=draw,
)


def test_the_grid_has_every_setting_and_the_last_control_changes_fastest():
    settings = [tuple(setting.values()) for setting in make().grid()]
    assert settings == [(1, 3), (1, 4), (1, 5), (2, 3), (2, 4), (2, 5)]


def test_a_picture_is_drawn_from_the_frame_of_its_setting():
    assert make().picture(first=2, second=5).says == "The sum is 7."


def test_the_start_is_the_start_of_every_control():
    assert make().start == {"first": 1, "second": 4}
    assert SECOND.start_index == 1


def test_values_are_shown_with_minus_signs_and_as_they_are_written():
    control = Control("x", "x", (-0.5, 1.0), 1.0, "{:.1f} kg".format)
    assert control.texts == ("−0.5 kg", "1.0 kg")
    assert Control("x", "x", (0.25, 1.0), 1.0).texts == ("0.25", "1")


@pytest.mark.parametrize(
    ("values", "start", "message"),
    [
        ((1,), 1, "'the price' has 1 values; at least 2 are needed"),
        ((1, 2), 3, "'the price' starts at 3, which is not one of its values"),
        ((1.0, 1.0000001), 1.0, "'the price' has values that look the same: 1, 1"),
    ],
)
def test_a_control_that_cannot_be_moved_is_refused(values, start, message):
    with pytest.raises(ValueError, match=message):
        Control("lam", "the price", values, start)


@pytest.mark.parametrize("name", ["", "Sum", "a sum", "-sum", "sum_2", "sum--2"])
def test_a_name_that_is_no_name_is_refused(name):
    with pytest.raises(ValueError, match="is no name: lower case words"):
        make(name=name)


@pytest.mark.parametrize("controls", [(), (FIRST, FIRST)])
def test_an_explorer_needs_controls_with_names_of_their_own(controls):
    with pytest.raises(ValueError, match="at least one, each with a name of its own"):
        make(controls=controls)


def test_the_explorer_that_contributing_shows_works_as_it_stands(capsys):
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = {"__name__": "contributing"}
    source = re.search(r"<!-- explorer -->\n```python\n(.*?)```", text, re.DOTALL)[1]
    exec(compile(source, "CONTRIBUTING.md", "exec", dont_inherit=True), names)
    assert capsys.readouterr().out == "Three coefficients: Coefficients that are zero: 1 of 3.\n"
    explorer = names["toll_explorer"](names["np"].array([2.4, -1.2, 0.3]))
    says = [explorer.picture(**setting).says for setting in explorer.grid()]
    assert [re.search(r"\d", sentence)[0] for sentence in says] == list("01122")
