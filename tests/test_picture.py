"""Tests of course_utils.explorers.picture: axes and marks as SVG."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from course_utils.explorers.picture import Panel, Picture, columns, picture, with_minus_signs
from course_utils.style import COLOURS


def drawn(panel, says="Something is seen."):
    """The elements of a picture of one panel, as an XML tree: only well-formed SVG gets this far."""
    return ElementTree.fromstring(picture(panel, says=says).svg("A figure"))


def unit_panel(**more):
    """Axes from 0 to 1 whose pixels are easy to follow: 100 to 500 across, 30 to 284 down."""
    return Panel((0, 1), (0, 1), left=100, right=140, **more)


def corners(element):
    """The points of a line as pairs of numbers."""
    return [tuple(map(float, pair.split(","))) for pair in element.get("points").split()]


def texts(tree):
    """All that can be read."""
    return [element.text for element in tree.iter("text")]


def test_a_line_goes_from_corner_to_corner_of_its_panel():
    (line,) = drawn(unit_panel().line([0, 1], [0, 1])).iter("polyline")
    assert corners(line) == [(100, 284), (500, 30)]


def test_an_axis_whose_first_value_is_larger_runs_the_other_way():
    panel = Panel((1, 0), (0, 1), left=100, right=140)
    (line,) = drawn(panel.line([0, 1], [0, 1])).iter("polyline")
    assert corners(line) == [(500, 284), (100, 30)]


def test_on_a_logarithmic_axis_equal_ratios_are_equally_long():
    panel = Panel((0.01, 100), (0, 1), left=100, right=140, log_x=True)
    (line,) = drawn(panel.line([0.01, 1, 100], [0, 0, 0])).iter("polyline")
    assert [x for x, _ in corners(line)] == [100, 300, 500]


def test_a_line_is_broken_where_a_value_is_missing_or_has_no_logarithm():
    panel = Panel((0.1, 10), (0, 1), log_x=True).line([0.1, 0.2, 0, 1, np.nan, 2, 3], np.linspace(0, 1, 7))
    assert [len(corners(line)) for line in drawn(panel).iter("polyline")] == [2, 1, 2]


def test_what_flies_off_stays_within_numbers_that_a_browser_can_draw():
    (line,) = drawn(unit_panel().line([0, 1], [0, -1e300])).iter("polyline")
    assert np.abs(corners(line)).max() <= 4000


@pytest.mark.parametrize("role", COLOURS)
def test_a_line_has_the_colour_of_its_role_and_its_dashes(role):
    (line,) = drawn(unit_panel().line([0, 1], [0, 1], role)).iter("polyline")
    solid = role in ("TRUTH", "ESTIMATE", "MUTED")
    assert line.get("stroke") == COLOURS[role]
    assert (line.get("stroke-dasharray") is None) == solid


def test_a_role_that_is_none_is_refused_by_name():
    with pytest.raises(ValueError, match=r"'PINK' is not a role; the roles are TRUTH, ESTIMATE"):
        unit_panel().line([0, 1], [0, 1], "PINK")


def test_labels_of_line_ends_stand_on_the_right_and_do_not_overlap():
    panel = unit_panel()
    for height in (0.50, 0.51, 0.52):
        panel.line([0, 1], [0, height], label=f"line {height}")
    labels = [element for element in drawn(panel).iter("text") if element.text.startswith("line")]
    heights = sorted(float(label.get("y")) for label in labels)
    assert all(float(label.get("x")) == 506 for label in labels)
    assert np.diff(heights).min() >= 13.99


def test_a_label_without_room_is_refused_instead_of_cut():
    with pytest.raises(ValueError, match=r"'a label of many words, too many' runs over the edge"):
        unit_panel().line([0, 1], [0, 1], label="a label of many words, too many").pieces()


@pytest.mark.parametrize(("role", "colour"), [("ESTIMATE", "#0072B2"), ("CONTRAST", "#1A1A1A")])
def test_text_is_ink_or_blue_because_the_other_colours_are_too_pale(role, colour):
    (label,) = [
        text for text in drawn(unit_panel().text(0, 0, "here", role=role)).iter("text") if text.text == "here"
    ]
    assert label.get("fill") == colour


def test_points_outside_the_axes_are_left_out():
    dots = list(drawn(unit_panel().points([0.5, 2, 0.5], [0.5, 0.5, -1])).iter("circle"))
    assert [(dot.get("cx"), dot.get("cy")) for dot in dots] == [("300.00", "157.00")]


def test_bars_begin_at_zero_and_a_zero_is_an_empty_dot():
    tree = drawn(Panel((-1, 1), ("a", "b", "c"), left=100, right=140).bars([0.5, 0, -1]))
    sides = [(float(bar.get("x")), float(bar.get("width"))) for bar in tree.iter("rect")]
    (dot,) = tree.iter("circle")
    assert sides == [(300, 100), (100, 200)]
    assert (dot.get("cx"), dot.get("fill")) == ("300.00", "#FFFFFF")


def test_names_stand_beside_their_rows_from_top_to_bottom():
    tree = drawn(Panel((0, 1), ("first", "second", "third")).bars([1, 1, 1]))
    heights = {text.text: float(text.get("y")) for text in tree.iter("text")}
    assert heights["first"] < heights["second"] < heights["third"]


def test_rows_need_a_role_each_when_they_have_several():
    with pytest.raises(ValueError, match=r"zip\(\) argument"):
        Panel((0, 1), ("a", "b")).bars([1, 1], ["ESTIMATE"])


def test_limits_may_come_as_an_array():
    (line,) = drawn(Panel(np.array([0, 1]), np.array([0, 1]), left=100, right=140).line([0, 1], [0, 1])).iter(
        "polyline"
    )
    assert corners(line) == [(100, 284), (500, 30)]


def test_an_area_is_a_closed_outline_without_a_border():
    (area,) = drawn(unit_panel().area([0, 1], [0.25, 0], [0.5, 0.75])).iter("polygon")
    assert corners(area) == [(100, 157), (500, 93.5), (500, 284), (100, 220.5)]
    assert area.get("stroke") == "none"


def test_an_upright_line_and_one_across_span_the_panel():
    upright, across = drawn(unit_panel().upright(0.5).across(0.5)).iter("polyline")
    assert corners(upright) == [(300, 284), (300, 30)]
    assert corners(across) == [(100, 157), (500, 157)]


@pytest.mark.parametrize(("x", "anchor"), [(0.2, "start"), (0.8, "end")])
def test_the_label_of_an_upright_line_stands_on_the_side_with_more_room(x, anchor):
    (label,) = [
        text for text in drawn(unit_panel().upright(x, label="now")).iter("text") if text.text == "now"
    ]
    assert label.get("text-anchor") == anchor


@pytest.mark.parametrize(
    ("axis", "log", "labels"),
    [
        ((0, 1), False, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        ((-3, 3), False, ["−3", "−2", "−1", "0", "1", "2", "3"]),
        ((0, 20_000), False, ["0", "2,500", "5,000", "7,500", "10,000"]),
        ((1, 0.1), True, ["0.1", "0.2", "0.5", "1"]),
        ((1e-15, 1), True, ["10⁻¹⁵", "10⁻¹³", "10⁻¹¹"]),
        ((0, 4e-4), False, ["0", "5·10⁻⁵", "10⁻⁴", "1.5·10⁻⁴"]),
    ],
)
def test_ticks_are_round_numbers_inside_the_axis(axis, log, labels):
    assert texts(drawn(Panel(axis, ("row",), log_x=log)))[: len(labels)] == labels


def test_ticks_may_be_chosen():
    assert texts(drawn(Panel((0, 1), ("row",), xticks={0.5: "half"})))[0] == "half"


@pytest.mark.parametrize(
    ("x", "log", "message"),
    [((1, 1), False, "is empty"), ((0, np.inf), False, "is empty"), ((0, 1), True, "is not positive")],
)
def test_an_axis_without_extent_is_refused(x, log, message):
    with pytest.raises(ValueError, match=message):
        Panel(x, (0, 1), log_x=log)


def test_what_a_text_says_cannot_be_markup():
    tree = drawn(unit_panel(title="a < b & <script>"))
    assert "a < b & <script>" in texts(tree)
    assert not list(tree.iter("script"))


def test_a_picture_is_named_for_a_screen_reader():
    tree = ElementTree.fromstring(picture(unit_panel(), says="Seen.").svg('A "figure" <1>'))
    assert (tree.get("role"), tree.get("aria-label")) == ("img", 'A "figure" <1>')


def test_a_picture_without_a_sentence_is_refused():
    with pytest.raises(ValueError, match="says is empty"):
        picture(unit_panel(), says=" ")


def test_lengths_have_two_decimals_so_that_rounding_shows_as_one_unit_of_the_last():
    piece = unit_panel().line([1 / 3], [-1e-9]).pieces()[-2]
    assert re.findall(r"[\d.]+,[\d.]+", piece) == ["233.33,284.00"]


def test_no_length_is_written_as_minus_zero():
    panel = Panel((0, 1), (0, 1), left=0).line([-1e-9], [1])
    assert 'points="0.00,30.00"' in "".join(panel.pieces())


def test_panels_side_by_side_share_the_width():
    assert columns(2, 1) == [
        (0, 0, pytest.approx(640 * 2 / 3), 330),
        (pytest.approx(640 * 2 / 3), 0, pytest.approx(640 / 3), 330),
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [("at -0.5", "at −0.5"), ("-3", "−3"), ("two-by-2", "two-by-2"), ("x-1", "x-1"), ("10-fold", "10-fold")],
)
def test_a_hyphen_before_a_number_is_a_minus_sign(text, written):
    assert with_minus_signs(text) == written


def test_pictures_that_share_their_axes_share_their_pieces():
    one, other = (picture(unit_panel().points([x], [x]), says="Seen.") for x in (0.2, 0.8))
    assert isinstance(one, Picture)
    assert len(set(one.pieces) ^ set(other.pieces)) == 2
