"""One look for every figure, and a record of each that notices what changed."""

import base64
import io
import json
import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas
import pytest
import seaborn
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from PIL import Image

from course_utils import style

ALT = "One line rises from the lower left to the upper right."
CAPTION = "A line, drawn to be tested."
X = np.linspace(0.5, 3, 40)
LONG = np.sin(np.linspace(0, 9, 2900))
GRID = np.add.outer(X, X**2)


@pytest.fixture(autouse=True)
def course_style():
    style.use_course_style()
    yield
    plt.close("all")
    plt.rcdefaults()


@pytest.fixture
def shown(monkeypatch) -> list:
    """What `show_figure` hands to IPython: (data, metadata) of each display."""
    displays = []
    monkeypatch.setattr("IPython.get_ipython", lambda: "a running kernel")
    monkeypatch.setattr(
        "IPython.display.display", lambda data, metadata, raw: displays.append((data, metadata))
    )
    return displays


def line_figure(size="standard"):
    fig, ax = style.figure(size)
    ax.plot(X, X)
    ax.set_title("It rises")
    return fig


def data_of(draw) -> dict:
    fig, ax = style.figure()
    draw(ax)
    return style.figure_data(fig)


def changed(values, position, value):
    copy = np.array(values, dtype=float)
    copy[position] = value
    return copy


LONG_MOVED = changed(LONG, 1203, 1.01 * LONG[1203])
LONG_SWAPPED = changed(LONG, [1203, 1206], LONG[[1206, 1203]])
GRID_MOVED = changed(GRID, (3, 3), 1.01 * GRID[3, 3])
TWO = ([1, 2], [1, 2])


def in_inset(y):
    return lambda ax: ax.inset_axes([0.5, 0.5, 0.4, 0.4]).plot(X, y)


def with_legend(label="lasso", title="method", handle="C0"):
    def draw(ax):
        ax.legend([Line2D([], [], color=handle)], [label], title=title)

    return draw


CHANGES = {
    "a line moved by 1 %": (lambda ax: ax.plot(X, X), lambda ax: ax.plot(X, 1.01 * X)),
    "one point of a line": (lambda ax: ax.plot(X, X), lambda ax: ax.plot(X, changed(X, 7, X[7] * 1.01))),
    "a point between those kept": (lambda ax: ax.plot(LONG), lambda ax: ax.plot(LONG_MOVED)),
    "two points between those kept": (lambda ax: ax.plot(LONG), lambda ax: ax.plot(LONG_SWAPPED)),
    "a missing point": (lambda ax: ax.plot(X, X), lambda ax: ax.plot(X, changed(X, 7, np.nan))),
    "the sign of a line": (lambda ax: ax.plot(X, X), lambda ax: ax.plot(X, -X)),
    "colour of a line": (lambda ax: ax.plot(X, color="red"), lambda ax: ax.plot(X, color="blue")),
    "opacity of a line": (lambda ax: ax.plot(X), lambda ax: ax.plot(X, alpha=0.5)),
    "style of a line": (lambda ax: ax.plot(X, "-"), lambda ax: ax.plot(X, "--")),
    "width of a line": (lambda ax: ax.plot(X), lambda ax: ax.plot(X, linewidth=3)),
    "marker of a line": (lambda ax: ax.plot(X, marker="o"), lambda ax: ax.plot(X, marker="s")),
    "steps for slopes": (lambda ax: ax.plot(X, X), lambda ax: ax.step(X, X)),
    "label of a line": (lambda ax: ax.plot(X, label="lasso"), lambda ax: ax.plot(X, label="ridge")),
    "slope of an endless line": (lambda ax: ax.axline((0, 0), slope=1), lambda ax: ax.axline((0, 0), slope=2)),
    "place of an endless line": (lambda ax: ax.axline((0, 0), slope=1), lambda ax: ax.axline((0, 1), slope=1)),
    "a rule": (lambda ax: ax.axvline(0.3), lambda ax: ax.axvline(0.4)),
    "rules": (lambda ax: ax.vlines([1, 2], 0, 1), lambda ax: ax.vlines([1, 2.1], 0, 1)),
    "width of rules": (lambda ax: ax.vlines([1, 2], 0, 1), lambda ax: ax.vlines([1, 2], 0, 1, linewidth=3)),
    "height of a bar": (lambda ax: ax.bar([0, 1], [2, 3]), lambda ax: ax.bar([0, 1], [2, 3.03])),
    "colour of a bar": (lambda ax: ax.bar([0], [2], color="red"), lambda ax: ax.bar([0], [2], color="blue")),
    "hatch of a bar": (lambda ax: ax.bar([0], [2]), lambda ax: ax.bar([0], [2], hatch="/")),
    "edge of a bar": (lambda ax: ax.bar([0], [2]), lambda ax: ax.bar([0], [2], edgecolor="red")),
    "label of a band": (lambda ax: ax.axvspan(0, 1, label="dead"), lambda ax: ax.axvspan(0, 1, label="zone")),
    "a histogram": (lambda ax: ax.hist(X, bins=9), lambda ax: ax.hist(X**1.1, bins=9)),
    "a scatter point": (lambda ax: ax.scatter(X, X), lambda ax: ax.scatter(X, changed(X, 3, 1.01 * X[3]))),
    "one of many points": (lambda ax: ax.scatter(LONG, LONG), lambda ax: ax.scatter(LONG, LONG_MOVED)),
    "colour of points": (lambda ax: ax.scatter(X, X, c="red"), lambda ax: ax.scatter(X, X, c="blue")),
    "colour of one point": (lambda ax: ax.scatter(*TWO, c=["r", "b"]), lambda ax: ax.scatter(*TWO, c=["b", "r"])),
    "value of a point": (lambda ax: ax.scatter(X, X, c=X), lambda ax: ax.scatter(X, X, c=changed(X, 5, 1.1 * X[5]))),
    "which point has which colour": (
        lambda ax: ax.scatter([1, 2, 3], [1, 2, 3], c=["r", "b", "r"]),
        lambda ax: ax.scatter([1, 2, 3], [1, 2, 3], c=["r", "b", "b"]),
    ),
    "colour map of points": (lambda ax: ax.scatter(X, X, c=X), lambda ax: ax.scatter(X, X, c=X, cmap="gray")),
    "edge of points": (lambda ax: ax.scatter(X, X), lambda ax: ax.scatter(X, X, ec="red")),
    "label of points": (lambda ax: ax.scatter(X, X, label="age"), lambda ax: ax.scatter(X, X, label="area")),
    "size of points": (lambda ax: ax.scatter(X, X, s=4), lambda ax: ax.scatter(X, X, s=9)),
    "marker of points": (lambda ax: ax.scatter(X, X, marker="^"), lambda ax: ax.scatter(X, X, marker="v")),
    "an area": (lambda ax: ax.fill_between(X, X), lambda ax: ax.fill_between(X, 1.01 * X)),
    "colour of an area": (lambda ax: ax.fill_between(X, X, fc="r"), lambda ax: ax.fill_between(X, X, fc="b")),
    "an error bar": (lambda ax: ax.errorbar([1], [1], yerr=[1]), lambda ax: ax.errorbar([1], [1], yerr=[1.01])),
    "a contour": (lambda ax: ax.contour(GRID, levels=[2]), lambda ax: ax.contour(GRID, levels=[2.1])),
    "a filled contour": (lambda ax: ax.contourf(GRID, levels=[2, 4]), lambda ax: ax.contourf(GRID, levels=[2, 5])),
    "a pixel": (lambda ax: ax.imshow(GRID), lambda ax: ax.imshow(GRID_MOVED)),
    "colour map of an image": (lambda ax: ax.imshow(GRID), lambda ax: ax.imshow(GRID, cmap="gray")),
    "range of colours": (lambda ax: ax.imshow(GRID, vmax=9), lambda ax: ax.imshow(GRID, vmax=10)),
    "place of an image": (lambda ax: ax.imshow(GRID), lambda ax: ax.imshow(GRID, extent=(0, 39, 39, 0))),
    "a cell of a heat map": (lambda ax: seaborn.heatmap(GRID, ax=ax), lambda ax: seaborn.heatmap(GRID_MOVED, ax=ax)),
    "a density": (lambda ax: seaborn.kdeplot(x=X, ax=ax), lambda ax: seaborn.kdeplot(x=X**1.1, ax=ax)),
    "a box of a box plot": (lambda ax: ax.boxplot(X), lambda ax: ax.boxplot(X**1.1)),
    "a circle": (lambda ax: ax.add_patch(Circle((0, 0), 1)), lambda ax: ax.add_patch(Circle((0, 0), 1.01))),
    "colour of a circle": (lambda ax: ax.add_patch(Circle((0, 0))), lambda ax: ax.add_patch(Circle((0, 0), fc="red"))),
    "words": (lambda ax: ax.text(0, 0, "rises"), lambda ax: ax.text(0, 0, "falls")),
    "colour of words": (lambda ax: ax.text(0, 0, "rises"), lambda ax: ax.text(0, 0, "rises", color="red")),
    "place of words": (lambda ax: ax.text(0, 0, "rises"), lambda ax: ax.text(0, 0.1, "rises")),
    "target of an arrow": (
        lambda ax: ax.annotate("here", (0, 0), (1, 1), arrowprops={}),
        lambda ax: ax.annotate("here", (0, 0.1), (1, 1), arrowprops={}),
    ),
    "label at the end of a line": (
        lambda ax: style.label_line(ax, ax.plot(X)[0], "lasso"),
        lambda ax: style.label_line(ax, ax.plot(X)[0], "ridge"),
    ),
    "entry of a legend": (with_legend("lasso"), with_legend("ridge")),
    "title of a legend": (with_legend(title="method"), with_legend(title="data")),
    "line in a legend": (with_legend(handle="C0"), with_legend(handle="C1")),
    "title": (lambda ax: ax.set_title("It rises"), lambda ax: ax.set_title("It falls")),
    "title in the middle": (lambda ax: ax.set_title("It rises"), lambda ax: ax.set_title("It rises", loc="center")),
    "title on the right": (lambda ax: ax.set_title("up", loc="right"), lambda ax: ax.set_title("on", loc="right")),
    "title of the figure": (lambda ax: ax.figure.suptitle("It rises"), lambda ax: ax.figure.suptitle("It falls")),
    "words on the figure": (lambda ax: ax.figure.text(0, 0, "rises"), lambda ax: ax.figure.text(0, 0, "falls")),
    "name of the x axis": (lambda ax: ax.set_xlabel("age"), lambda ax: ax.set_xlabel("area")),
    "name of the y axis": (lambda ax: ax.set_ylabel("age"), lambda ax: ax.set_ylabel("area")),
    "scale of an axis": (lambda ax: ax.plot(X), lambda ax: ax.semilogy(X)),
    "limits of an axis": (lambda ax: ax.set_xlim(0, 1), lambda ax: ax.set_xlim(0, 1.01)),
    "direction of an axis": (lambda ax: ax.set_xlim(0, 1), lambda ax: ax.set_xlim(1, 0)),
    "name of a bar": (lambda ax: ax.set_yticks([0], ["age"]), lambda ax: ax.set_yticks([0], ["area"])),
    "place of a tick": (lambda ax: ax.set_yticks([0, 1, 3]), lambda ax: ax.set_yticks([0, 2, 3])),
    "name of a category": (lambda ax: ax.bar(["age"], [1]), lambda ax: ax.bar(["area"], [1])),
    "line in an inset": (in_inset(X), in_inset(1.01 * X)),
    "an artist that is hidden": (lambda ax: ax.plot(X), lambda ax: ax.plot(X, visible=False)),
    "size of the figure": (lambda ax: None, lambda ax: ax.figure.set_size_inches(4, 4)),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_figure_data_change_with(what):
    before, after = CHANGES[what]
    assert data_of(before) != data_of(after)


@pytest.mark.parametrize("what", CHANGES)
def test_figure_data_repeat_and_are_strict_json(what):
    before, _ = CHANGES[what]
    assert json.dumps(data_of(before), allow_nan=False) == json.dumps(data_of(before), allow_nan=False)


def test_figure_data_do_not_follow_from_the_fonts():
    def draw(ax):
        lines = [ax.plot(X, (1 + shift) * X)[0] for shift in (0, 0.001)]
        for line in lines:
            style.label_line(ax, line, "lasso")

    with plt.rc_context({"font.family": "DejaVu Serif", "font.size": 14}):
        in_other_type = data_of(draw)
    assert in_other_type == data_of(draw)


def test_figure_data_round_to_six_digits_and_rounding_errors_to_zero():
    (line,) = data_of(lambda ax: ax.plot([1 / 3, np.nan, np.inf, 1e-17]))["axes"][0]["artists"]["lines"]
    assert line["y"] == [0.333333, None, "infinity", 0.0]


def test_figure_data_of_many_points_stay_small():
    def draw(ax):
        for shift in range(30):
            ax.scatter(LONG, LONG + shift)

    assert len(json.dumps(data_of(draw))) < 60_000


def test_figure_data_thin_a_long_line_to_at_most_300_points_and_as_many_means():
    (line,) = data_of(lambda ax: ax.plot(LONG))["axes"][0]["artists"]["lines"]
    assert (line["y"]["rows"], line["y"]["every"]) == (2900, 10)
    assert (len(line["y"]["kept"]), len(line["y"]["means"])) == (290, 290)


def test_a_figure_is_shown_with_its_alt_text_and_its_caption_beneath(shown):
    style.show_figure(line_figure("wide"), alt=ALT, caption=CAPTION)
    (image, metadata), (text, _) = shown
    assert image["text/plain"] == f"Figure: {ALT}"
    assert metadata["image/png"] == {"width": 640, "height": 300, "alt": ALT}
    assert text == {"text/markdown": f"_{CAPTION}_", "text/plain": CAPTION}


def test_a_shown_figure_carries_its_data_and_the_fingerprint_of_this_machine(shown):
    fig = line_figure()
    style.show_figure(fig, alt=ALT, caption=CAPTION)
    course = shown[0][1]["course"]
    assert course["figure"] == style.figure_data(fig)
    assert course["fingerprint"] == style.rendering_fingerprint()
    assert (course["alt"], course["caption"]) == (ALT, CAPTION)


def test_the_fingerprint_names_matplotlib_freetype_and_the_platform():
    fingerprint = style.rendering_fingerprint()
    assert fingerprint["matplotlib"] == matplotlib.__version__
    assert fingerprint["freetype"].count(".") == 2
    assert sys.platform.lower()[:5] in fingerprint["platform"].lower()


def test_a_second_rendering_gives_the_same_bytes(shown):
    for _ in range(2):
        style.show_figure(line_figure(), alt=ALT, caption=CAPTION)
    assert shown[0] == shown[2]


def shown_image(shown) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(shown[0][0]["image/png"])))


def test_an_image_holds_neither_date_nor_software(shown):
    style.show_figure(line_figure(), alt=ALT, caption=CAPTION)
    assert shown_image(shown).text == {}


def test_an_image_has_twice_the_pixels_of_its_size_and_is_never_cropped(shown):
    with plt.rc_context({"savefig.bbox": "tight"}):
        style.show_figure(line_figure(), alt=ALT, caption=CAPTION)
    assert shown_image(shown).size == (1280, 720)


def test_an_image_keeps_the_colours_of_the_roles_exactly(shown):
    fig, ax = style.figure()
    ax.barh(range(6), [1] * 6, color=list(style.COLOURS.values()))
    style.show_figure(fig, alt=ALT, caption=CAPTION)
    drawn = {
        f"#{r:02X}{g:02X}{b:02X}" for _, (r, g, b) in shown_image(shown).convert("RGB").getcolors(1 << 24)
    }
    assert drawn >= {*style.COLOURS.values(), "#FFFFFF"}


def test_a_figure_of_lines_is_small(shown):
    fig = line_figure()
    for shift in range(1, 10):
        fig.axes[0].plot(X, X**shift / 3**shift)
    style.show_figure(fig, alt=ALT, caption=CAPTION)
    assert len(base64.b64decode(shown[0][0]["image/png"])) < 45_000


def test_a_shown_figure_is_closed_so_that_no_backend_shows_it_again(shown):
    fig = line_figure()
    style.show_figure(fig, alt=ALT, caption=CAPTION)
    assert not plt.fignum_exists(fig.number)


def test_a_grid_of_seaborn_can_be_shown(shown):
    grid = seaborn.pairplot(pandas.DataFrame({"age": X, "area": X**2}), height=1.5)
    style.show_figure(grid.figure, alt=ALT, caption=CAPTION)
    assert len(shown) == 2


@pytest.mark.parametrize(
    "alt",
    [
        "",
        "You see plot.png here.",
        "Figure",
        "See the file _images/plot of this lesson.",
        "A line that rises",
    ],
)
def test_an_alt_text_that_says_nothing_is_refused(alt):
    with pytest.raises(ValueError, match="alt is"):
        style.show_figure(line_figure(), alt=alt, caption=CAPTION)


def test_a_missing_caption_is_refused():
    with pytest.raises(ValueError, match="caption is ''; a sentence of at least four words"):
        style.show_figure(line_figure(), alt=ALT, caption="")


def test_an_alt_text_that_is_no_text_is_refused():
    with pytest.raises(TypeError, match="alt is None; a sentence is needed"):
        style.show_figure(line_figure(), alt=None, caption=CAPTION)


def test_a_title_that_runs_over_the_edge_is_refused():
    fig = line_figure()
    fig.axes[0].set_title("It rises " * 12)
    with pytest.raises(ValueError, match="runs over the edge of the figure: shorten or break it"):
        style.show_figure(fig, alt=ALT, caption=CAPTION)


@pytest.mark.parametrize("ipython", ["missing", "idle"])
def test_outside_ipython_the_alt_text_and_the_caption_are_printed(ipython, monkeypatch, capsys):
    if ipython == "missing":
        monkeypatch.setitem(sys.modules, "IPython", None)
    style.show_figure(line_figure(), alt=ALT, caption=CAPTION)
    assert capsys.readouterr().out == f"Figure: {ALT}\n{CAPTION}\n"


@pytest.mark.notebook
def test_a_notebook_cell_shows_a_figure_once():
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    source = f"""
from course_utils import style
style.use_course_style()
fig, ax = style.figure()
ax.plot([1, 2])
style.show_figure(fig, alt={ALT!r}, caption={CAPTION!r})"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbclient.NotebookClient(notebook, kernel_name="python3").execute()
    kinds = [sorted(output.data) for output in notebook.cells[0].outputs]
    assert kinds == [["image/png", "text/plain"], ["text/markdown", "text/plain"]]


def test_the_style_replaces_what_the_user_had_set():
    plt.rcParams["font.size"] = 30
    plt.rcParams["lines.antialiased"] = False
    style.use_course_style()
    assert plt.rcParams["font.size"] < 12
    assert plt.rcParams["lines.antialiased"]


def test_the_first_lines_of_a_figure_take_the_colours_and_styles_of_the_roles():
    _, ax = style.figure()
    lines = [ax.plot(X)[0] for _ in range(4)]
    roles = [style.role(name) for name in ("ESTIMATE", "CONTRAST", "CHOICE", "FOURTH")]
    assert [
        {"color": f"#{line.get_color().lstrip('#')}", "linestyle": line.get_linestyle()} for line in lines
    ] == roles


def test_a_figure_has_one_of_three_sizes():
    sizes = {name: tuple(style.figure(name)[0].get_size_inches()) for name in style.SIZES}
    assert sizes == {"standard": (6.4, 3.6), "wide": (6.4, 3.0), "square": (4.0, 4.0)}


def test_a_figure_may_have_several_axes():
    _, axes = style.figure("wide", ncols=3, sharey=True)
    assert len(axes) == 3


def test_an_unknown_size_is_refused():
    with pytest.raises(ValueError, match="'huge' is not a size; the sizes are standard, wide, square"):
        style.figure("huge")


def test_an_unknown_role_is_refused():
    with pytest.raises(ValueError, match="'HERO' is not a role; the roles are TRUTH, ESTIMATE"):
        style.role("HERO")


def test_the_penalty_axis_runs_from_strong_to_weak_however_often_it_is_asked():
    _, ax = style.figure()
    ax.plot([1, 0.1], [0, 1])
    style.strong_to_weak(style.strong_to_weak(ax))
    assert ax.get_xscale() == "log"
    assert ax.get_xlim()[0] > ax.get_xlim()[1]
    assert ax.get_xlabel() == "penalty λ (strong → weak)"


@pytest.mark.parametrize(("where", "end"), [("right", (3, 9)), ("left", (1, 1))])
def test_a_line_is_labelled_at_its_end(where, end):
    _, ax = style.figure()
    (line,) = ax.plot([1, 2, 3], [1, 4, 9])
    assert style.label_line(ax, line, "square", where=where).xy == end


def test_on_an_inverted_axis_the_right_end_is_the_smallest_value():
    _, ax = style.figure()
    (line,) = ax.plot([1, 0.1, 0.01], [0, 1, 2])
    style.strong_to_weak(ax)
    assert style.label_line(ax, line, "age").xy == (0.01, 2)


def test_a_label_stands_at_the_last_point_that_can_be_drawn():
    _, ax = style.figure()
    (line,) = ax.semilogy([1, 2, 3, 4], [1, 0.1, 0, np.nan])
    assert style.label_line(ax, line, "gap").xy == (2, 0.1)


def test_a_line_without_a_point_cannot_be_labelled():
    _, ax = style.figure()
    (line,) = ax.plot([1, 2], [np.nan, np.nan])
    with pytest.raises(ValueError, match="no point inside the axes"):
        style.label_line(ax, line, "nothing")


def test_a_label_has_two_places_to_stand():
    _, ax = style.figure()
    with pytest.raises(ValueError, match="where is 'top'; 'right' or 'left' is needed"):
        style.label_line(ax, ax.plot(X)[0], "rises", where="top")


def test_labels_are_blue_beside_a_blue_line_and_ink_beside_any_other():
    _, ax = style.figure()
    labels = [style.label_line(ax, ax.plot(X, X + k)[0], "line") for k in range(3)]
    assert [label.get_color() for label in labels] == [style.ESTIMATE, style.TRUTH, style.TRUTH]


def test_labels_of_lines_that_meet_do_not_overlap(shown):
    fig, ax = style.figure()
    labels = [style.label_line(ax, ax.plot(X, (1 + k / 500) * X)[0], f"line {k}") for k in range(4)]
    style.show_figure(fig, alt=ALT, caption=CAPTION)
    middles = [
        label.get_position()[1] + ax.transData.transform(label.xy)[1] * 72 / fig.dpi for label in labels
    ]
    assert np.diff(middles).min() > 7


CENTRES = st.lists(st.floats(-100, 100), min_size=1, max_size=8).map(np.array)


@given(CENTRES)
def test_spread_labels_keep_their_distance_their_order_and_their_mean(centres):
    heights = np.full(len(centres), 10.0)
    spread = style.apart(centres, heights)
    assert np.diff(np.sort(spread)).min(initial=10) >= 10 - 1e-9
    assert (np.argsort(spread, kind="stable") == np.argsort(centres, kind="stable")).all()
    assert spread.mean() == pytest.approx(centres.mean(), abs=1e-9)


@given(CENTRES)
def test_labels_that_are_apart_already_stay_where_they_are(centres):
    apart = np.sort(centres) + 11.0 * np.arange(len(centres))
    np.testing.assert_allclose(style.apart(apart, np.full(len(apart), 10.0)), apart, atol=1e-9)
