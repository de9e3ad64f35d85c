"""The look of the figures, and `show_figure`, which adds alt text, a caption and a record of the data.

Colours have roles, and each colour is doubled by a line style. `figure` starts a figure in one of three sizes,
`label_line` names a line where it ends, `show_figure` shows the figure, and `figure_data` is what validation
compares.
"""

from __future__ import annotations

import base64
import io
import platform
import re
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import ft2font
from matplotlib.category import StrCategoryLocator
from matplotlib.collections import Collection, PathCollection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.image import AxesImage
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.legend import Legend
from matplotlib.lines import AxLine, Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.spines import Spine
from matplotlib.text import Annotation, Text
from matplotlib.ticker import FixedLocator
from PIL import Image

TRUTH = "#1A1A1A"
ESTIMATE = "#0072B2"
CONTRAST = "#D55E00"
CHOICE = "#009E73"
FOURTH = "#CC79A7"
MUTED = "#B4B4B4"  # the darkest grey that stays apart from FOURTH for every reader (tests/test_palette.py)

COLOURS = {
    "TRUTH": TRUTH,
    "ESTIMATE": ESTIMATE,
    "CONTRAST": CONTRAST,
    "CHOICE": CHOICE,
    "FOURTH": FOURTH,
    "MUTED": MUTED,
}
LINE_STYLES = {"TRUTH": "-", "ESTIMATE": "-", "CONTRAST": "--", "CHOICE": "-.", "FOURTH": ":", "MUTED": "-"}
SIZES = {"standard": (6.4, 3.6), "wide": (6.4, 3.0), "square": (4.0, 4.0)}

_DPI = {"layout": 100, "saved": 200}
_END_LABEL = "label at the end of a line"


def use_course_style() -> None:
    """Make every following figure look like the course, whatever the user's own settings were."""
    plt.style.use(["default", Path(__file__).with_name("course.mplstyle")])


def role(name: str) -> dict[str, str]:
    """Return the colour and line style of a role, ready for `ax.plot(x, y, **role("CONTRAST"))`."""
    if name not in COLOURS:
        raise ValueError(f"{name!r} is not a role; the roles are {', '.join(COLOURS)}")
    return {"color": COLOURS[name], "linestyle": LINE_STYLES[name]}


def figure(size: str = "standard", **subplots):
    """Return (fig, ax) in one of the three sizes: standard, wide or square; keywords go to `plt.subplots`."""
    if size not in SIZES:
        raise ValueError(f"{size!r} is not a size; the sizes are {', '.join(SIZES)}")
    return plt.subplots(figsize=SIZES[size], layout="constrained", **subplots)


def strong_to_weak(ax):
    """Give ax a logarithmic λ axis on which the penalty weakens from left to right, as a path is read."""
    ax.set_xscale("log")
    if not ax.xaxis_inverted():
        ax.invert_xaxis()
    ax.set_xlabel("penalty λ (strong → weak)")
    return ax


def label_line(ax, line, text: str, *, where: str = "right"):
    """Write text beside the right or left end of a line; labels of neighbouring ends move apart.

    The text is ink, or blue beside a blue line: the other colours are too pale for text.

    Parameters
    ----------
    ax : matplotlib Axes
        With its scale, direction and limits set: they decide where the line ends.
    line : matplotlib Line2D
    text : str
    where : {"right", "left"}
        The side of the picture, whichever way the x axis runs.

    Returns
    -------
    matplotlib Annotation

    Raises
    ------
    ValueError
        Another side, or a line without a point inside the axes.

    Lesson: notebooks/04_ista_from_scratch.ipynb
    """
    if where not in ("right", "left"):
        raise ValueError(f"where is {where!r}; 'right' or 'left' is needed")
    on_right = where == "right"
    label = ax.annotate(
        text,
        xy=_line_end(ax, line, on_right),
        xytext=(7 if on_right else -7, 0),
        textcoords="offset points",
        ha="left" if on_right else "right",
        va="center",
        color=ESTIMATE if _hex(line.get_color()) == ESTIMATE.lower() else TRUTH,
        fontsize="small",
        annotation_clip=False,
        arrowprops={
            "arrowstyle": "-",
            "color": line.get_color(),
            "linewidth": 0.8,
            "shrinkA": 1,
            "shrinkB": 0,
            "relpos": (0 if on_right else 1, 0.5),
        },
        gid=f"{_END_LABEL}: {where}",
    )
    _spread_end_labels(ax)
    return label


def apart(centres: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """Return the nearest centres (least squares) at which intervals of these heights do not overlap.

    Subtracting the stacked heights turns "no overlap" into "in order", which isotonic regression solves.
    """
    order = np.argsort(centres, kind="stable")
    stacked = np.cumsum(heights[order]) - heights[order] / 2
    blocks: list[list[float]] = []
    for slack in centres[order] - stacked:
        blocks.append([slack])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    spread = np.empty_like(centres)
    spread[order] = (
        np.repeat([np.mean(block) for block in blocks], [len(block) for block in blocks]) + stacked
    )
    return spread


def show_figure(fig, *, alt: str, caption: str) -> None:
    """Show a finished figure, its caption beneath, and close it.

    Emits `image/png` with metadata: the alt text, `figure_data(fig)` and `rendering_fingerprint()`, so that
    validation can compare what is drawn as well as how it looks. Outside IPython the alt text and the caption
    are printed instead.

    Parameters
    ----------
    fig : matplotlib Figure
        Not cropped when saved: the same code gives the same bytes.
    alt : str
        A sentence that says what the shape shows, for a reader who cannot see it.
    caption : str
        What the figure holds and how to read it; Markdown and $mathematics$ are allowed.

    Raises
    ------
    TypeError
        alt or caption is not a string.
    ValueError
        alt or caption is no sentence, or a text of the figure runs over its edge.

    Lesson: notebooks/00_start_here.ipynb
    """
    alt, caption = _as_alt(alt), _as_sentence(caption, "caption")
    png = _as_png(fig)
    width, height = (round(inches * _DPI["layout"]) for inches in fig.get_size_inches())
    course = {
        "figure": figure_data(fig),
        "fingerprint": rendering_fingerprint(),
        "alt": alt,
        "caption": caption,
    }
    plt.close(fig)
    _publish(
        {"image/png": base64.b64encode(png).decode("ascii"), "text/plain": f"Figure: {alt}"},
        {"image/png": {"width": width, "height": height, "alt": alt}, "course": course},
    )
    _publish({"text/markdown": f"_{caption}_", "text/plain": caption}, {})


def rendering_fingerprint() -> dict[str, str]:
    """Return what decides the pixels of a figure, to tell whether two images may be compared."""
    return {
        "matplotlib": matplotlib.__version__,
        "freetype": ft2font.__freetype_version__,
        "platform": f"{platform.system()} {platform.machine()}",
    }


def _line_end(ax, line, on_right: bool) -> tuple[float, float]:
    """Return the last drawn point of a line on one side of the picture, whichever way the x axis runs."""
    x, y = np.asarray(line.get_xdata(orig=False), float), np.asarray(line.get_ydata(orig=False), float)
    low, high = sorted(ax.get_xlim())
    lowest = 0 if ax.get_yscale() == "log" else -np.inf
    drawn = np.flatnonzero((lowest < y) & (y < np.inf) & (low <= x) & (x <= high))
    if not drawn.size:
        raise ValueError("the line has no point inside the axes to put a label at")
    largest = on_right != ax.xaxis_inverted()
    end = drawn[np.argmax(x[drawn] if largest else -x[drawn])]
    return x[end], y[end]


def _spread_end_labels(ax) -> None:
    """Move the labels of line ends apart vertically, each as little as possible."""
    for side, sign in (("right", 1), ("left", -1)):
        labels = [text for text in ax.texts if text.get_gid() == f"{_END_LABEL}: {side}"]
        for neighbours in _beside_each_other(labels):
            anchors = np.array([ax.transData.transform(label.xy)[1] for label in neighbours])
            heights = np.array([Text.get_window_extent(label).height for label in neighbours])
            moves = (apart(anchors, 0.95 * heights) - anchors) * 72 / ax.figure.dpi
            gap = 7 if np.abs(moves).max() < 2 else 16
            for label, move in zip(neighbours, moves, strict=True):
                label.set_position((sign * gap, move))


def _beside_each_other(labels) -> list[list]:
    """Group the labels whose columns overlap: only those can collide when they move up and down."""
    groups, right_edge = [], -np.inf
    for label in sorted(labels, key=lambda label: Text.get_window_extent(label).x0):
        box = Text.get_window_extent(label)
        if box.x0 > right_edge:
            groups.append([])
        groups[-1].append(label)
        right_edge = max(right_edge, box.x1)
    return groups


def _as_sentence(text, name: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"{name} is {text!r}; a sentence is needed")
    text = " ".join(text.split())
    if len(text.split()) < 4 or text[-1] not in ".!?":
        raise ValueError(
            f"{name} is {text!r}; a sentence of at least four words that ends in a full stop is needed"
        )
    return text


def _as_alt(text) -> str:
    text = _as_sentence(text, "alt")
    if re.search(r"\.(png|svg|jpe?g|gif)\b|_images/|no description has been provided", text, re.IGNORECASE):
        raise ValueError(f"alt is {text!r}; it must say what the shape shows, not name a file")
    return text


def _as_png(fig) -> bytes:
    """Settle the layout, move the labels into it, and save without cropping, date or software name."""
    # seaborn's grids make a figure of their own, which nothing lays out
    if not isinstance(fig.get_layout_engine(), ConstrainedLayoutEngine):
        fig.set_layout_engine("constrained")
    fig.draw_without_rendering()
    for ax in _all_axes(fig.axes):
        _spread_end_labels(ax)
    fig.draw_without_rendering()
    _require_texts_inside(fig)
    drawn, saved = io.BytesIO(), io.BytesIO()
    with matplotlib.rc_context({"savefig.bbox": None}):
        fig.savefig(drawn, format="png", dpi=_DPI["saved"])
    # a third of the bytes: median cut keeps each colour that fills an area and rounds those of soft edges
    image = Image.open(drawn).convert("RGB")
    image = image.quantize(128, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    image.save(saved, format="png", optimize=True)
    return saved.getvalue()


def _require_texts_inside(fig) -> None:
    """Raise for a text that the edge of the figure would cut: nothing is cropped or enlarged to save it."""
    left, bottom, right, top = fig.bbox.padded(1).extents
    for text in [*fig.texts, *(text for ax in fig.axes for text in _texts_around(ax))]:
        box = Text.get_window_extent(text)
        cut = box.x0 < left or box.x1 > right or box.y0 < bottom or box.y1 > top
        if cut and text.get_visible() and text.get_text():
            raise ValueError(
                f"the text {text.get_text()!r} runs over the edge of the figure: shorten or break it"
            )


def _texts_around(ax) -> list:
    labels = [axis.label for axis in (ax.xaxis, ax.yaxis) if axis.get_visible() and ax.axison]
    return [ax.title, ax._left_title, ax._right_title, *labels, *ax.texts] if ax.get_visible() else []


def _publish(data: dict, metadata: dict) -> None:
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        print(data["text/plain"])
        return
    if get_ipython() is None:
        print(data["text/plain"])
    else:
        display(data, metadata=metadata, raw=True)


def figure_data(fig) -> dict:
    """Return what a figure draws as JSON values: texts, axes, lines, points, bars, areas, images, colours.

    Numbers keep six significant digits, long arrays are thinned (see `_thinned`), and nothing follows from
    fonts or a renderer, so that the data of one figure can be compared between machines.
    """
    data = {
        "size": fig.get_size_inches(),
        "suptitle": fig.get_suptitle(),
        "artists": _artists(fig),
        "axes": [_axes_data(ax) for ax in _all_axes(fig.axes)],
    }
    shapes = [_as_rows(array).shape for array in _arrays(data)]
    columns = sum(width for length, width in shapes if length > _FEWEST_ROWS)
    most_rows = max(_FEWEST_ROWS, min(_MOST_ROWS, _NUMBERS_A_FIGURE // max(columns, 1)))
    return _as_json(data, most_rows)


def _all_axes(axes) -> list:
    """Return axes, each followed by its insets."""
    return [found for ax in axes for found in [ax, *_all_axes(ax.child_axes)]]


def _axes_data(ax) -> dict:
    return {
        "titles": {where: ax.get_title(where) for where in ("left", "center", "right")},
        "labels": [ax.get_xlabel(), ax.get_ylabel()],
        "scales": [ax.get_xscale(), ax.get_yscale()],
        "limits": [np.array(ax.get_xlim()), np.array(ax.get_ylim())],
        "ticks": [_chosen_ticks(ax.xaxis), _chosen_ticks(ax.yaxis)],
        "artists": _artists(ax),
    }


def _chosen_ticks(axis) -> dict | None:
    """Return ticks set by hand (names of bars, say); automatic ones follow from the limits and the fonts."""
    if not isinstance(axis.get_major_locator(), FixedLocator | StrCategoryLocator):
        return None
    labels = [text.get_text() for text in axis.get_ticklabels()]
    return {"at": np.array(axis.get_majorticklocs()), "labels": labels}


def _artists(owner) -> dict[str, list[dict]]:
    """Return what a figure or axes draws, grouped by kind and in drawing order."""
    found: dict[str, list[dict]] = {}
    for artist in owner.get_children():
        if artist is owner.patch or isinstance(artist, Spine) or not artist.get_visible():
            continue
        kind = next((kind for kind, (types, _) in _KINDS.items() if isinstance(artist, types)), None)
        if kind is not None and (description := _KINDS[kind][1](artist)):
            found.setdefault(kind, []).append(description)
    return found


def _text_data(text) -> dict | None:
    """Describe a text; None if it is empty or a title, which `_axes_data` and `figure_data` hold."""
    owner = text.axes or text.figure
    titles = ("title", "_left_title", "_right_title", "_suptitle")
    if not text.get_text() or any(text is getattr(owner, title, None) for title in titles):
        return None
    data = {"text": text.get_text(), "colour": _hex(text.get_color())}
    if isinstance(text, Annotation):
        data["points to"] = np.array(text.xy, dtype=float)
    if not (text.get_gid() or "").startswith(_END_LABEL):  # whose place follows from the font
        data["at"] = np.array(text.get_position(), dtype=float)
    return data


def _legend_data(legend) -> dict:
    return {
        "title": legend.get_title().get_text(),
        "entries": [text.get_text() for text in legend.get_texts()],
        "colours": [_handle_colour(handle) for handle in legend.legend_handles],
    }


def _handle_colour(handle):
    return _hex(handle.get_color()) if isinstance(handle, Line2D) else _colours(handle.get_facecolor())


def _line_data(line) -> dict:
    data = {
        "x": line.get_xdata(orig=False),
        "y": line.get_ydata(orig=False),
        "colour": _hex(line.get_color(), line.get_alpha()),
        "style": [str(line.get_linestyle()), line.get_drawstyle(), str(line.get_marker())],
        "sizes": np.array([line.get_linewidth(), line.get_markersize()]),
        "label": _label(line),
    }
    if isinstance(line, AxLine):
        data["through"] = [
            None if place is None else np.array(place) for place in (line.get_xy1(), line.get_xy2())
        ]
        data["slope"] = line.get_slope()
    return data


def _image_data(image) -> dict:
    return {"values": image.get_array(), "extent": np.array(image.get_extent()), **_colour_map(image)}


def _bar_data(bar) -> dict:
    return {
        "box": np.array([bar.get_x(), bar.get_y(), bar.get_width(), bar.get_height()]),
        **_patch_style(bar),
    }


def _shape_data(patch) -> dict:
    vertices = patch.get_patch_transform().transform(patch.get_path().vertices)
    return {"shape": type(patch).__name__, "vertices": vertices, **_patch_style(patch)}


def _patch_style(patch) -> dict:
    return {
        "fill": _hex(patch.get_facecolor()),
        "edge": _hex(patch.get_edgecolor()) if patch.get_linewidth() else None,
        "style": [str(patch.get_linestyle()), patch.get_hatch()],
        "label": _label(patch),
    }


def _collection_data(collection) -> dict:
    """Describe points, areas, error bars, contours and meshes: matplotlib draws them all as collections."""
    paths = [path.vertices for path in collection.get_paths()]
    data = {
        "type": type(collection).__name__,
        "offsets": collection.get_offsets(),
        "vertices": np.concatenate(paths) if paths else np.empty((0, 2)),
        "path lengths": np.array([len(path) for path in paths], dtype=float),
        "sizes": np.unique(collection.get_sizes()) if isinstance(collection, PathCollection) else None,
        "widths": np.unique(collection.get_linewidth()),
        "label": _label(collection),
    }
    if collection.get_array() is None:
        return {
            **data,
            "fill": _colours(collection.get_facecolor()),
            "edge": _colours(collection.get_edgecolor()),
        }
    return {**data, "values": collection.get_array(), **_colour_map(collection)}


def _colour_map(mappable) -> dict:
    return {
        "colour map": mappable.get_cmap().name,
        "colour limits": np.array(mappable.get_clim(), dtype=float),
    }


def _label(artist) -> str | None:
    """Return the name an artist was given, None for the ones matplotlib numbers."""
    label = str(artist.get_label())
    return None if label.startswith("_") else label


def _hex(colour, alpha: float | None = None) -> str:
    """Return #rrggbb, followed by the opacity where it is not full."""
    written = to_hex(to_rgba(colour, alpha), keep_alpha=True)
    return written.removesuffix("ff") if len(written) == 9 else written


def _colours(rgba):
    """Return one colour, or the colours used and which of them each element takes; None for none at all."""
    colours = [_hex(colour) for colour in np.atleast_2d(rgba) if len(colour)]
    used = list(dict.fromkeys(colours))
    if len(used) < 2:
        return used[0] if used else None
    return {
        "used": used[:_MOST_ROWS],
        "each": np.array([used.index(colour) for colour in colours], dtype=float),
    }


# Kinds are tried in this order: a bar is also a patch.
_KINDS = {
    "texts": (Text, _text_data),
    "legends": (Legend, _legend_data),
    "lines": (Line2D, _line_data),
    "images": (AxesImage, _image_data),
    "collections": (Collection, _collection_data),
    "bars": (Rectangle, _bar_data),
    "shapes": (Patch, _shape_data),
}

_MOST_ROWS, _FEWEST_ROWS, _NUMBERS_A_FIGURE = 300, 12, 2500


def _arrays(data):
    """Yield every array inside nested dictionaries and lists."""
    if isinstance(data, np.ndarray):
        yield data
    elif isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _arrays(value)


def _as_json(data, most_rows: int):
    if isinstance(data, np.ndarray):
        return _thinned(_as_rows(data), most_rows)
    if isinstance(data, dict):
        return {key: _as_json(value, most_rows) for key, value in data.items()}
    if isinstance(data, list):
        return [_as_json(value, most_rows) for value in data]
    return _rounded_number(data) if isinstance(data, float) else data


def _as_rows(array: np.ndarray) -> np.ndarray:
    """Return floats, masked ones as NaN: points (n, 2) as they are, any other shape flattened to (n, 1)."""
    array = np.ma.filled(np.ma.asarray(array).astype(float), np.nan)
    return array if array.ndim == 2 and array.shape[1] == 2 else array.reshape(-1, 1)


def _thinned(rows: np.ndarray, most_rows: int):
    """Return rows as rounded lists; of too many, every k-th and the weighted mean of each block of k.

    A row weighs in the mean by its place in the block, so that a change between the rows kept still shows,
    and so does a swap of two of them.
    """
    every = -(-len(rows) // most_rows)
    if every <= 1:
        return _rounded(rows)
    starts = np.arange(0, len(rows), every)
    weights = np.where(np.isfinite(rows), 1.0 + np.arange(len(rows))[:, None] % every, 0.0)
    totals = np.add.reduceat(weights, starts)
    sums = np.add.reduceat(weights * np.where(weights > 0, rows, 0.0), starts)
    means = np.divide(sums, totals, out=np.full_like(sums, np.nan), where=totals > 0)
    return {"rows": len(rows), "every": every, "kept": _rounded(rows[starts]), "means": _rounded(means)}


def _rounded(values: np.ndarray) -> list:
    """Return six significant digits of each value as (nested) lists; NaN as None, infinity as a word.

    Below 1e-13 of the largest value is rounding error, which differs between processors: it becomes 0.
    """
    noise = 1e-13 * np.abs(values[np.isfinite(values)]).max(initial=0.0)
    rows = [[_rounded_number(value, noise) for value in row] for row in values]
    return [row[0] for row in rows] if values.shape[1] == 1 else rows


def _rounded_number(value: float, noise: float = 0.0) -> float | str | None:
    if np.isnan(value):
        return None
    if np.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    return 0.0 if abs(value) < noise else float(f"{value:.6g}")
