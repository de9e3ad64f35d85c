import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from course_utils.lessons.comparison import (
    compare_figures,
    difference_image,
    image_rms,
    same_text,
)

finite = st.floats(-1e6, 1e6, allow_nan=False)


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(np.uint8(pixels)).save(file, format="png")
    return file.getvalue()


def figure_of(y, **changes):
    """The data of a figure with one line, in the layout of style.figure_data."""
    line = {"x": list(range(len(y))), "y": list(y), "colour": "#0072b2", "style": ["-", "default", "None"]}
    axes = {
        "titles": {"left": "Three signals enter first"},
        "ylim": [-1.0, 10.0],
        "artists": {"lines": [line]},
    }
    line |= {key: value for key, value in changes.items() if key in line}
    axes |= {key: value for key, value in changes.items() if key not in line}
    return {"axes": [axes]}


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        ("rmse 1.2345", "rmse 1.2346"),
        ("rmse 9.99", "rmse 10.0"),
        ("1.23e-05 left", "1.24e-05 left"),
        ("price 12,999.9", "price 13,000.0"),
        ("0.30000000000000004", "0.3"),
        ("-0.000", "0.000"),
        ("[-0.00  1.5 ]", "[0.00 1.5]"),
        ("a  b\n c", "a b c"),
        ("\N{MINUS SIGN}1.25", "-1.25"),
        ("<td>0.123456</td>", "<td>0.123457</td>"),
    ],
)
def test_rounding_in_a_text_passes(stored, new):
    assert same_text(stored, new)


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        ("rmse 1.2345", "rmse 1.2347"),
        ("share 0.05", "share 0.06"),
        ("n = 97", "n = 98"),
        ("n = 12,345", "n = 12,346"),
        ("[100. 3.]", "[101. 3.]"),
        ("numpy 2.4.6", "numpy 2.4.7"),
        ("v1.250", "v1.251"),
        ("scipy 1.250.3", "scipy 1.251.3"),
        ("slope 1.25", "slope -1.25"),
        ("beta enters", "beta leaves"),
        ("1.25 kg", "1.25 g"),
        ("1.5 2.5", "1.5"),
        ("1", "1.0"),
        ("nan 1.5", "inf 1.5"),
        ("ab", "a b"),
        ("#12e456", "#12e457"),
    ],
)
def test_a_real_change_of_text_is_seen(stored, new):
    assert not same_text(stored, new)


@given(finite.filter(lambda value: abs(value) > 1e-3), st.integers(3, 9))
def test_one_unit_in_the_last_of_three_digits_passes_and_two_do_not(value, digits):
    printed = f"{value:.{digits - 1}e}"
    unit = 10.0 ** (int(printed.partition("e")[2]) - digits + 1)
    shown = [f"{float(printed) + k * math.copysign(unit, value):.{digits - 1}e}" for k in (1, 2)]
    same_exponent = all(text.partition("e")[2] == printed.partition("e")[2] for text in shown)
    assert same_text(printed, shown[0])
    assert not (same_exponent and same_text(printed, shown[1]))


@given(st.text(), st.text())
def test_the_order_of_two_texts_does_not_matter(a, b):
    assert same_text(a, b) == same_text(b, a)
    assert same_text(a, a)


def test_an_unchanged_figure_has_no_differences():
    assert compare_figures(figure_of([1.0, None, 3.0]), figure_of([1.0, None, 3.0])) == []


def test_rounding_in_a_figure_passes():
    assert compare_figures(figure_of([1.0, 2.0, 0.0]), figure_of([1.00005, 2.0001, 1e-12])) == []


@given(st.lists(finite, min_size=2, max_size=20).filter(lambda y: max(map(abs, y)) > 1e-9))
def test_a_curve_moved_by_one_percent_is_seen(y):
    assert compare_figures(figure_of(y), figure_of([1.01 * value for value in y]))


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        ([1e6, 1.0, 2.0], [1e6, 1.01, 2.0]),  # beside a steep start
        ([1.0, 1e-3, 1e-6], [1.0, 1e-3, 1.01e-6]),  # on a logarithmic axis
        ([180000.0, 180100.0, 180050.0], [180000.0, 180100.0, 180052.0]),  # on a large offset
        ([1e-5, 2e-5], [1.01e-5, 2e-5]),  # in small units
    ],
)
def test_one_percent_is_seen_where_something_else_dominates_the_range(stored, new):
    assert compare_figures(figure_of(stored), figure_of(new))


def test_a_sign_flipped_in_a_figure_is_seen():
    assert compare_figures(figure_of([1.0, 0.001]), figure_of([1.0, -0.001]))


def test_each_coordinate_of_points_has_its_own_range():
    stored, new = ({"points": [[1000.0, 0.1], [2000.0, third]]} for third in (0.2, 0.202))
    assert "coordinate 2 2: stored 0.2, now 0.202" in compare_figures(stored, new)[0]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"colour": "#d55e00"}, "colour: stored '#0072b2', now '#d55e00'"),
        ({"style": ["--", "default", "None"]}, "style 1: stored '-', now '--'"),
        ({"titles": {"left": "Two signals enter first"}}, "now 'Two signals enter first'"),
        ({"titles": {}}, "left: gone"),
        ({"ylim": [-1.0, 10.1]}, "ylim 2: stored 10, now 10.1"),
        ({"artists": {"lines": []}}, "lines: stored 1, now 0"),
        ({"y": [1.0, 2.0]}, "y: stored 3, now 2"),
        ({"y": [1.0, 2.0, None]}, "other values are missing"),
        ({"ylim": None}, "ylim: stored [-1.0, 10.0], now None"),
        ({"legend": {}}, "legend: new"),
    ],
)
def test_a_changed_figure_is_told_by_what_changed(change, told):
    y = [1.0, 2.0, 3.0]
    differences = compare_figures(figure_of(y), figure_of(**{"y": y, **change}))
    assert any(told in difference for difference in differences), differences


def test_counts_in_figure_data_are_exact():
    assert compare_figures({"rows": 100000}, {"rows": 100001})


def test_equal_images_have_no_rms():
    image = png(np.zeros((4, 4, 3)))
    assert image_rms(image, image) == 0


def test_the_rms_of_black_and_white_is_255():
    assert image_rms(png(np.zeros((4, 4, 3))), png(np.full((4, 4, 3), 255))) == 255


def test_images_of_other_sizes_are_infinitely_far_apart():
    one, other = png(np.zeros((4, 4, 3))), png(np.zeros((4, 5, 3)))
    assert image_rms(one, other) == math.inf
    assert difference_image(one, other) is None


def test_the_difference_image_is_dark_where_pixels_changed():
    changed = np.zeros((4, 4, 3))
    changed[1, 2] = 255
    shown = np.asarray(Image.open(io.BytesIO(difference_image(png(np.zeros((4, 4, 3))), png(changed)))))
    assert (shown[1, 2] == 0) & (shown.sum() == 15 * 255)
