"""Tests of course_utils.explorers.display: what is stored, what a live explorer does, and what it does in distress."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from ipywidgets import SelectionSlider

from course_utils.explorers import display
from course_utils.explorers.explorer import Control, Explorer
from course_utils.explorers.picture import Panel, picture

CONTROLS = (
    Control("base", "the base", (2, 3, 4), 3),
    Control("sign", "the sign", ("plus", "minus"), "plus", is_choice=True),
)


def power(base, sign):
    """The frame: a number."""
    return base**2 if sign == "plus" else -(base**2)


def draw(number):
    """A dot at a height."""
    return picture(Panel((0, 1), (-20, 20)).points([0.5], [number]), says=f"Seen: {number} </script>.")


SQUARES = Explorer("squares", "A square", CONTROLS, power, draw)


@pytest.fixture(autouse=True)
def as_a_learner_sees_it(monkeypatch):
    """Without the sweep, which every test runs under."""
    monkeypatch.delenv(display.SWEEP, raising=False)


@pytest.fixture
def displayed(monkeypatch):
    """What is handed to IPython: the data of each display."""
    displays = []
    monkeypatch.setattr("IPython.get_ipython", lambda: "a running kernel")
    monkeypatch.setattr("IPython.display.display", lambda data, raw: displays.append(data))
    return displays


@pytest.fixture
def page(displayed):
    """The stored page of the squares."""
    display.show_explorer(SQUARES)
    return displayed[0]["text/html"]


@pytest.fixture
def live():
    """The inputs and the screen of the live squares."""
    _style, *inputs, screen = display._live_box(SQUARES).children
    return inputs, screen


def data_of(page):
    """The data that the page's script works with."""
    return json.loads(re.search(r"const data = (\{.*\});\n", page)[1])


def test_a_page_holds_a_picture_and_a_sentence_for_every_setting(page):
    data = data_of(page)
    settings = list(SQUARES.grid())
    assert len(data["pictures"]) == len(data["says"]) == len(settings) == 6
    for numbers, setting in zip(data["pictures"], settings, strict=True):
        assert tuple(data["pieces"][i] for i in numbers) == SQUARES.picture(**setting).pieces


def test_a_page_stores_each_piece_once(page):
    pieces = data_of(page)["pieces"]
    assert len(pieces) == len(set(pieces))


def test_a_page_tells_its_script_what_the_controls_are(page):
    first, second = data_of(page)["controls"]
    assert first == {"label": "the base", "texts": ["2", "3", "4"], "start": 1, "choice": False}
    assert second["choice"]


def test_nothing_that_an_explorer_says_can_end_the_script(page):
    assert page.count("</script>") == 1
    assert page.endswith("</script>")


def test_a_page_shows_its_start_and_why_it_stands_still_where_no_script_runs(page):
    still = page[: page.index("<script>")]
    assert "Seen: 9 &lt;/script&gt;." in still
    assert SQUARES.picture(**SQUARES.start).svg("A square") in still
    assert display.NEEDS_SCRIPT in still


def test_the_same_explorer_is_stored_in_the_same_bytes(displayed):
    for _ in range(2):
        display.show_explorer(SQUARES)
    assert displayed[0] == displayed[1]


def test_a_reader_of_plain_text_is_told_what_the_start_shows(displayed):
    display.show_explorer(SQUARES)
    assert displayed[0]["text/plain"] == "A square: Seen: 9 </script>."


@pytest.mark.parametrize("show", [display.show_explorer, display.show_live])
def test_outside_ipython_the_sentence_is_printed(show, monkeypatch, capsys):
    monkeypatch.setattr("IPython.get_ipython", lambda: None)
    show(SQUARES)
    assert capsys.readouterr().out == "A square: Seen: 9 </script>.\n"


def test_a_live_explorer_shows_a_widget_and_a_still_picture_for_readers_without_one(displayed):
    display.show_live(SQUARES)
    assert re.fullmatch("[0-9a-f]{32}", displayed[0][display.WIDGET_VIEW]["model_id"])
    assert display.NEEDS_KERNEL in displayed[0]["text/html"]
    assert "<script>" not in displayed[0]["text/html"]


def test_moving_a_live_control_redraws_picture_and_sentence(live):
    (base, sign), screen = live
    base.value, sign.value = 4, "minus"
    assert screen.value == display._screen(SQUARES, SQUARES.picture(base=4, sign="minus"))
    assert "Seen: −16" in screen.value


def test_live_controls_are_sliders_with_a_label_that_show_their_values(live):
    (base, sign), _ = live
    assert type(base) is type(sign) is SelectionSlider
    assert (base.description, base.label) == ("the base", "3")
    assert [label for label, _ in sign.options] == ["plus", "minus"]


def broken(explorer, at):
    """The same explorer, whose frame raises at one base."""

    def frame(base, sign):
        if base == at:
            raise ArithmeticError(f"no square of <{base}>")
        return power(base, sign)

    return replace(explorer, frame=frame)


def test_an_error_while_moving_is_shown_in_the_figure_and_raised():
    _style, base, _sign, screen = display._live_box(broken(SQUARES, 4)).children
    with pytest.raises(ArithmeticError, match="no square of <4>"):
        base.value = 4
    assert 'class="course-error" role="alert">ArithmeticError: no square of &lt;4&gt;<' in screen.value


def test_after_an_error_the_figure_comes_back():
    _style, base, _sign, screen = display._live_box(broken(SQUARES, 4)).children
    with pytest.raises(ArithmeticError):
        base.value = 4
    base.value = 2
    assert "course-error" not in screen.value
    assert "Seen: 4" in screen.value


@pytest.mark.parametrize("at", [2, 4])
def test_under_validation_every_control_is_moved_so_that_an_error_ends_the_cell(at, displayed, monkeypatch):
    monkeypatch.setenv(display.SWEEP, "1")
    with pytest.raises(ArithmeticError):
        display.show_live(broken(SQUARES, at))
    monkeypatch.delenv(display.SWEEP)
    display.show_live(broken(SQUARES, at))
    assert len(displayed) == 1


def test_a_sweep_leaves_the_figure_at_its_start(monkeypatch):
    monkeypatch.setenv(display.SWEEP, "1")
    screen = display._live_box(SQUARES).children[-1]
    assert screen.value == display._screen(SQUARES, SQUARES.picture(**SQUARES.start))


def test_a_page_drawn_explorer_fails_when_any_setting_does(displayed):
    with pytest.raises(ArithmeticError):
        display.show_explorer(broken(SQUARES, 2))
    assert displayed == []
