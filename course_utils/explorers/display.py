"""Show an explorer: drawn in the page from stored pictures, or live, computed anew at every key press.

A page-drawn explorer works wherever scripts run, with or without a kernel. A live one needs the kernel, and
says so where there is none; then its first picture stands still.
"""

from __future__ import annotations

import json
import os
from html import escape
from pathlib import Path

from course_utils.explorers.explorer import Control, Explorer
from course_utils.explorers.picture import Picture

SWEEP = (
    "COURSE_SWEEP"  # set under validation: a live explorer then moves its controls once before it is shown
)
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
NEEDS_SCRIPT = (
    "This figure moves in JupyterLab and on the website, where scripts may run. Its still twin stands above."
)
NEEDS_KERNEL = (
    "This figure is live: run its cell in JupyterLab to get its controls. Its still twin stands above."
)
_HERE = Path(__file__).parent
_STYLE = " ".join((_HERE / "explorer.css").read_text(encoding="utf-8").split())
_SCRIPT = (_HERE / "page.js").read_text(encoding="utf-8")


def show_explorer(explorer: Explorer) -> None:
    """Show a figure that moves without a kernel: every picture of its grid is drawn now and stored.

    Outside IPython the sentence of its first state is printed instead.
    """
    pictures = [explorer.picture(**setting) for setting in explorer.grid()]
    first = explorer.picture(**explorer.start)
    _publish(explorer, _page(explorer, pictures, first), first)


def show_live(explorer: Explorer) -> None:
    """Show a figure whose frames are computed in the kernel when its controls move.

    An exception in a frame or a drawing shows in the figure and in the kernel's log. Outside IPython the
    sentence of the first state is printed instead.
    """
    first = explorer.picture(**explorer.start)
    box = _live_box(explorer)
    _publish(explorer, _still(explorer, first, NEEDS_KERNEL), first, box)


def _page(explorer: Explorer, pictures: list[Picture], first: Picture) -> str:
    """Return the still figure with a script that brings it to life."""
    numbers: dict[str, int] = {}
    drawn = [[numbers.setdefault(piece, len(numbers)) for piece in found.pieces] for found in pictures]
    data = {
        "name": explorer.name,
        "controls": [_control_data(control) for control in explorer.controls],
        "pieces": list(numbers),
        "pictures": drawn,
        "says": [found.says for found in pictures],
    }
    # "</" would end the script
    script = _SCRIPT.replace("DATA;", json.dumps(data, ensure_ascii=False).replace("</", "<\\/") + ";", 1)
    return _still(explorer, first, NEEDS_SCRIPT, f"<script>{script}</script>")


def _control_data(control: Control) -> dict:
    return {
        "label": control.label,
        "texts": control.texts,
        "start": control.start_index,
        "choice": control.is_choice,
    }


def _still(explorer: Explorer, first: Picture, why_still: str, script: str = "") -> str:
    return (
        f"<style>{_STYLE}</style>"
        f'<div class="course-explorer course-explorer-{explorer.name}"><div class="course-controls"></div>'
        f'{_screen(explorer, first)}<p class="course-still">{why_still}</p></div>{script}'
    )


def _screen(explorer: Explorer, shown: Picture) -> str:
    """Return a picture and the sentence beneath."""
    return f'{shown.svg(explorer.title)}<p class="course-says" role="status">{escape(shown.says)}</p>'


def _live_box(explorer: Explorer):
    """Return the widget: controls above, the picture and its sentence beneath."""
    import ipywidgets as widgets

    inputs = {control.name: _widget(control) for control in explorer.controls}
    screen = widgets.HTML(layout=widgets.Layout(margin="0", width="100%"))

    def redraw(_change=None):
        try:
            shown = explorer.picture(**{name: widget.value for name, widget in inputs.items()})
        except Exception as error:
            screen.value = (
                f'<p class="course-error" role="alert">{escape(f"{type(error).__name__}: {error}")}</p>'
            )
            raise
        screen.value = _screen(explorer, shown)

    for widget in inputs.values():
        widget.observe(redraw, "value")
    redraw()
    if os.environ.get(SWEEP):
        _sweep(explorer, inputs)
    box = widgets.VBox([widgets.HTML(f"<style>{_STYLE}</style>"), *inputs.values(), screen])
    for name in ("course-explorer", f"course-explorer-{explorer.name}", "course-live"):
        box.add_class(name)
    return box


def _widget(control: Control):
    import ipywidgets as widgets

    # For a choice too: JupyterLab takes the arrow keys of a drop-down list for itself.
    return widgets.SelectionSlider(
        options=list(zip(control.texts, control.values, strict=True)),
        value=control.start,
        description=control.label,
        style={"description_width": "12em"},
        layout=widgets.Layout(width="100%", max_width="640px"),
    )


def _sweep(explorer: Explorer, inputs: dict) -> None:
    """Move each control through all its values, as a reader could, and back: an exception ends the cell."""
    for control in explorer.controls:
        for value in (*control.values, control.start):
            inputs[control.name].value = value


def _publish(explorer: Explorer, html: str, first: Picture, box=None) -> None:
    text = f"{explorer.title}: {first.says}"
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        print(text)
        return
    if get_ipython() is None:
        print(text)
        return
    view = {} if box is None else {WIDGET_VIEW: box._repr_mimebundle_()[WIDGET_VIEW]}
    display({"text/plain": text, "text/html": html, **view}, raw=True)
