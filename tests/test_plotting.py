"""The recurring figures draw the arrays they are given, name them, and hand the axes back."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from course_utils import plotting
from course_utils.style import CHOICE, ESTIMATE, LINE_STYLES, MUTED, TRUTH

LAMS = np.array([1.0, 0.1, 0.01])
BETAS = np.array([[0.0, 0.0, 0.0, 0.0, 0.0], [1.0, 0.0, -2.0, 0.5, 0.1], [1.5, 0.2, -3.0, 0.4, 0.3]])
NAMES = ["volume", "weight", "age", "stage", "grade"]
ERRORS, STANDARD_ERRORS = np.array([3.0, 1.0, 2.0]), np.array([0.5, 0.25, 0.125])
CENTRES, LOWS, HIGHS = np.array([2.0, 0.0, -1.0]), np.array([1.0, -0.5, -3.0]), np.array([4.0, 0.25, -0.5])
GAPS = {"ista": np.array([1.0, 0.5, 0.25]), "fista": np.array([1.0, 0.2, 0.0])}


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: plotting.coefficient_bars(ax, NAMES, BETAS[1]),
        lambda ax: plotting.coefficient_path(ax, LAMS, BETAS, NAMES),
        lambda ax: plotting.cv_curve(ax, LAMS, ERRORS, STANDARD_ERRORS),
        lambda ax: plotting.selection_frequencies(ax, NAMES, LOWS[[0] * 5]),
        lambda ax: plotting.intervals(ax, NAMES[:3], CENTRES, LOWS, HIGHS),
        lambda ax: plotting.residual_plot(ax, LAMS, -LAMS),
        lambda ax: plotting.convergence(ax, GAPS),
        lambda ax: plotting.correlation_heatmap(ax, np.eye(5), NAMES),
    ],
)
def test_every_figure_returns_the_axes_it_was_given(ax, draw):
    assert draw(ax) is ax


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def tick_names(axis) -> list[str]:
    return [text.get_text() for text in axis.get_ticklabels()]


def test_bars_are_as_long_as_the_coefficients_that_are_not_zero(ax):
    plotting.coefficient_bars(ax, NAMES, BETAS[1])
    assert [bar.get_width() for bar in ax.patches] == [1.0, -2.0, 0.5, 0.1]


def test_a_zero_coefficient_is_an_empty_dot_in_its_row(ax):
    plotting.coefficient_bars(ax, NAMES, BETAS[1])
    (dots,) = [line for line in ax.lines if line.get_marker() == "o"]
    assert dots.get_markerfacecolor() == "white"
    assert (dots.get_xdata().tolist(), dots.get_ydata().tolist()) == ([0.0], [1.5])


def test_the_first_coefficient_stands_on_top_and_all_of_a_few_are_named(ax):
    plotting.coefficient_bars(ax, NAMES, BETAS[1])
    assert tick_names(ax.yaxis) == NAMES
    assert ax.yaxis_inverted()


def test_of_many_coefficients_only_those_that_are_not_zero_are_named(ax):
    plotting.coefficient_bars(ax, [f"x{j}" for j in range(30)], np.eye(30)[2])
    assert tick_names(ax.yaxis) == ["x2"]
    assert texts(ax) == ["29 coefficients are zero"]


def test_bars_name_their_quantity(ax):
    plotting.coefficient_bars(ax, NAMES, BETAS[1], xlabel="dollars per square foot")
    assert ax.get_xlabel() == "dollars per square foot"


def test_a_path_draws_the_highlighted_coefficients_and_names_them(ax):
    plotting.coefficient_path(ax, LAMS, BETAS, NAMES, highlight=["age", "volume"])
    drawn = [line.get_ydata() for line in ax.lines]
    np.testing.assert_array_equal(drawn, BETAS[:, [2, 0]].T)
    assert texts(ax) == ["age", "volume"]


def test_a_path_draws_the_other_coefficients_in_grey(ax):
    plotting.coefficient_path(ax, LAMS, BETAS, NAMES, highlight=["age", "volume"])
    (rest,) = ax.collections
    np.testing.assert_array_equal([path.vertices[:, 1] for path in rest.get_paths()], BETAS[:, [1, 3, 4]].T)
    assert plt.matplotlib.colors.same_color(rest.get_color(), [MUTED])


def test_a_path_runs_from_a_strong_to_a_weak_penalty_within_its_limits(ax):
    plotting.coefficient_path(ax, LAMS, BETAS, NAMES)
    left, right = ax.get_xlim()
    bottom, top = ax.get_ylim()
    assert left >= 1.0 > 0.01 >= right
    assert bottom <= -3.0 < 1.5 <= top


def test_a_path_of_five_colours_is_refused(ax):
    with pytest.raises(ValueError, match="5 coloured lines were asked for; a figure can carry at most 4"):
        plotting.coefficient_path(ax, LAMS, BETAS, NAMES, highlight=NAMES)


def test_a_name_that_is_not_in_the_path_is_refused(ax):
    with pytest.raises(ValueError, match="'size' cannot be highlighted: it is not among the 5 names given"):
        plotting.coefficient_path(ax, LAMS, BETAS, NAMES, highlight=["size"])


def same_colours(drawn, expected) -> bool:
    return [to_hex(colour) for colour in drawn] == [to_hex(colour) for colour in expected]


def drawn_in(ax, colour):
    """The lines drawn in this colour, as points."""
    return [line.get_xydata().tolist() for line in ax.lines if line.get_color() == colour]


def test_a_cv_curve_is_the_mean_error_from_a_strong_to_a_weak_penalty(ax):
    plotting.cv_curve(ax, LAMS, ERRORS, STANDARD_ERRORS, ylabel="squared dollars")
    assert drawn_in(ax, ESTIMATE) == [[[1.0, 3.0], [0.1, 1.0], [0.01, 2.0]]]
    assert ax.xaxis_inverted()
    assert ax.get_ylabel() == "squared dollars"


def test_the_band_of_a_cv_curve_is_one_standard_error_wide_on_each_side(ax):
    plotting.cv_curve(ax, LAMS, ERRORS, STANDARD_ERRORS)
    (band,) = ax.collections
    corners = {tuple(corner) for corner in band.get_paths()[0].vertices.round(6)}
    assert corners >= {(1.0, 3.5), (1.0, 2.5), (0.1, 1.25), (0.1, 0.75), (0.01, 2.125), (0.01, 1.875)}


def test_the_errors_of_the_folds_are_grey_lines_within_the_limits(ax):
    folds = np.array([[9.0, 1.0, 2.0], [0.25, 1.0, 2.0]])
    plotting.cv_curve(ax, LAMS, ERRORS, STANDARD_ERRORS, fold_errors=folds)
    lines = next(lines for lines in ax.collections if same_colours(lines.get_edgecolor(), [MUTED]))
    np.testing.assert_array_equal([path.vertices[:, 1] for path in lines.get_paths()], folds)
    bottom, top = ax.get_ylim()
    assert bottom <= 0.25 < 9 <= top


def test_a_chosen_lam_is_a_dot_on_the_curve_under_its_label(ax):
    plotting.cv_curve(ax, LAMS, ERRORS, STANDARD_ERRORS, chosen={"minimum": 0.1, "simplest": 1.0})
    assert drawn_in(ax, CHOICE) == [[[1.0, 3.0]], [[0.1, 1.0]]]
    assert drawn_in(ax, TRUTH) == [[[1.0, 0], [1.0, 1]], [[0.1, 0], [0.1, 1]]]
    assert [(text.get_text(), text.xy[0]) for text in ax.texts] == [("simplest", 1.0), ("minimum", 0.1)]


@pytest.fixture(params=[(0, 1), (10, 12), (13, 16), (28, 29), (2, 27)])
def marked(ax, request):
    """For each of two chosen lams of thirty: the box of its label and the place of its line, in pixels."""
    lams, curve = np.geomspace(1.0, 0.01, 30), np.linspace(3.0, 1.0, 30)
    chosen = dict(zip(("one standard error", "the minimum"), lams[list(request.param)], strict=True))
    plotting.cv_curve(ax, lams, curve, 0.1 * curve, chosen=chosen)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    return list(zip(boxes, ax.transData.transform([text.xy for text in ax.texts])[:, 0], strict=True))


def test_the_labels_of_two_chosen_lams_do_not_touch(marked):
    (first, _), (second, _) = marked
    assert not first.overlaps(second)


def test_the_label_of_a_chosen_lam_stands_beside_its_line_inside_the_axes(ax, marked):
    for box, line in marked:
        assert box.x1 < line or line < box.x0
        assert ax.bbox.x0 <= box.x0 < box.x1 <= ax.bbox.x1


def test_a_lam_that_was_not_tried_cannot_be_chosen(ax):
    with pytest.raises(ValueError, match=r"'minimum' cannot be marked: 0.2 is not one of the 3 lams given"):
        plotting.cv_curve(ax, LAMS, ERRORS, STANDARD_ERRORS, chosen={"minimum": 0.2})


def test_three_chosen_lams_are_refused(ax):
    with pytest.raises(ValueError, match="3 lams were asked to be marked; their labels leave room for 2"):
        plotting.cv_curve(ax, LAMS, ERRORS, STANDARD_ERRORS, chosen=dict(zip("abc", LAMS, strict=True)))


def test_frequencies_are_bars_from_the_top_in_the_order_given(ax):
    plotting.selection_frequencies(ax, NAMES[:3], [0.25, 1.0, 0.5], xlabel="share of halves")
    assert [bar.get_width() for bar in ax.patches] == [0.25, 1.0, 0.5]
    assert [bar.get_y() + bar.get_height() / 2 for bar in ax.patches] == [0.5, 1.5, 2.5]
    assert (tick_names(ax.yaxis), ax.yaxis_inverted()) == (NAMES[:3], True)
    assert (ax.get_xlim(), ax.get_xlabel()) == ((0, 1), "share of halves")


def test_a_frequency_below_the_threshold_is_grey_and_one_that_reaches_it_is_not(ax):
    plotting.selection_frequencies(ax, NAMES[:3], [0.9, 0.75, 0.7], threshold=0.75)
    assert same_colours([bar.get_facecolor() for bar in ax.patches], [ESTIMATE, ESTIMATE, MUTED])
    assert drawn_in(ax, TRUTH) == [[[0.75, 0], [0.75, 1]]]
    assert texts(ax) == ["threshold 0.75"]


def test_without_a_threshold_no_frequency_is_grey(ax):
    plotting.selection_frequencies(ax, NAMES[:2], [0.0, 0.1])
    assert same_colours([bar.get_facecolor() for bar in ax.patches], [ESTIMATE, ESTIMATE])
    assert not ax.lines
    assert not ax.texts


def test_an_interval_is_a_line_with_a_dot_in_the_row_of_its_name(ax):
    plotting.intervals(ax, NAMES[:3], CENTRES, LOWS, HIGHS, xlabel="dollars")
    (lines,) = ax.collections
    expected = [[[1, 0.5], [4, 0.5]], [[-0.5, 1.5], [0.25, 1.5]], [[-3, 2.5], [-0.5, 2.5]]]
    assert [path.vertices.tolist() for path in lines.get_paths()] == expected
    assert drawn_in(ax, ESTIMATE) == [[[2, 0.5], [0, 1.5], [-1, 2.5]]]
    assert (tick_names(ax.yaxis), ax.yaxis_inverted()) == (NAMES[:3], True)
    assert ax.get_xlabel() == "dollars"


def test_intervals_stand_beside_a_line_at_zero_and_the_truth_is_a_stroke(ax):
    plotting.intervals(ax, NAMES[:3], CENTRES, LOWS, HIGHS, truth=[1.5, 0.0, -1.0])
    assert drawn_in(ax, MUTED) == [[[0, 0], [0, 1]]]
    assert drawn_in(ax, TRUTH) == [[[1.5, 0.5], [0, 1.5], [-1, 2.5]]]


@pytest.mark.parametrize(
    ("draw", "what"),
    [
        (lambda ax, names, x: plotting.selection_frequencies(ax, names, x), "features"),
        (lambda ax, names, x: plotting.intervals(ax, names, x, x, x), "intervals"),
    ],
    ids=["frequencies", "intervals"],
)
def test_more_rows_than_can_be_read_are_refused(ax, draw, what):
    draw(ax, [f"x{j}" for j in range(30)], np.zeros(30))
    with pytest.raises(ValueError, match=f"31 {what} were asked for; at most 30 rows can be read"):
        draw(ax, [f"x{j}" for j in range(31)], np.zeros(31))


def test_residuals_are_drawn_against_fitted_values_about_a_line_at_zero(ax):
    plotting.residual_plot(ax, [1.0, 2.0], [0.5, -0.5])
    np.testing.assert_array_equal(ax.collections[0].get_offsets(), [[1.0, 0.5], [2.0, -0.5]])
    assert list(ax.lines[0].get_ydata()) == [0, 0]


def test_residuals_carry_their_sign_convention_and_unit(ax):
    plotting.residual_plot(ax, [1.0, 2.0], [0.5, -0.5], unit="dollars")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("fitted value (dollars)", "actual − fitted (dollars)")


def test_the_trend_of_the_residuals_is_the_line_that_was_given(ax):
    plotting.residual_plot(ax, [1.0, 2.0], [0.5, -0.5], trend=([1.0, 1.5, 2.0], [0.1, 0.2, 0.3]))
    assert list(ax.lines[-1].get_ydata()) == [0.1, 0.2, 0.3]


def test_convergence_draws_and_names_each_series_by_iteration(ax):
    plotting.convergence(ax, GAPS)
    for line, gaps in zip(ax.lines, GAPS.values(), strict=True):
        np.testing.assert_array_equal(line.get_xydata(), np.column_stack([[0, 1, 2], gaps]))
    assert texts(ax) == ["ista", "fista"]


def test_convergence_has_two_logarithmic_axes(ax):
    plotting.convergence(ax, GAPS, ylabel="objective above its minimum")
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("iteration", "objective above its minimum")


def test_bounds_are_grey_and_named_and_leave_the_colours_to_the_series(ax):
    plotting.convergence(ax, GAPS, bounds={"1/k": np.array([np.nan, 1.0, 0.5])})
    assert [line.get_color() for line in ax.lines[:2]] == [MUTED, ESTIMATE]
    assert texts(ax) == ["1/k", "ista", "fista"]


def test_coloured_series_differ_in_line_style(ax):
    plotting.convergence(ax, GAPS)
    assert [line.get_linestyle() for line in ax.lines] == [LINE_STYLES["ESTIMATE"], LINE_STYLES["CONTRAST"]]


def test_convergence_of_five_series_is_refused(ax):
    with pytest.raises(ValueError, match="5 coloured lines"):
        plotting.convergence(ax, {name: LAMS for name in NAMES})


def test_a_heat_map_shows_each_correlation_once_with_its_number(ax):
    plotting.correlation_heatmap(ax, [[1, 0.5, -0.25], [0.5, 1, 0.75], [-0.25, 0.75, 1]], NAMES[:3])
    np.testing.assert_array_equal(ax.collections[0].get_array().filled(9), [[0.5, 9], [-0.25, 0.75]])
    assert texts(ax) == ["0.50", "−0.25", "0.75"]


def test_a_heat_map_names_rows_and_columns(ax):
    plotting.correlation_heatmap(ax, np.eye(5), NAMES)
    assert (tick_names(ax.xaxis), tick_names(ax.yaxis)) == (NAMES[:-1], NAMES[1:])


def test_a_heat_map_of_thirteen_columns_is_refused(ax):
    with pytest.raises(ValueError, match="13 columns were asked for; at most 12"):
        plotting.correlation_heatmap(ax, np.eye(13), [f"x{j}" for j in range(13)])
