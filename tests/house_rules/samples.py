"""A small lesson that keeps every rule, for tests to break one rule at a time."""

from __future__ import annotations

import json
from types import SimpleNamespace

from house_rules.reading import Notebook

ALT = "Two lines fall together until the blue one stops early at zero"
CAPTION = "Objective against iteration, lower is better."
LISTING = SimpleNamespace(
    number="04",
    file="04_sample.ipynb",
    title="A sample",
    question="What does a lesson look like?",
    minutes=40,
    introduces=("solvers",),
)
NUMBERS = ["00", "01", "02", "03", "04", "05"]


def text(source: str, **metadata) -> dict:
    """A Markdown cell."""
    return {"cell_type": "markdown", "metadata": metadata, "source": source}


def code(source: str, *printed: str, tags: tuple[str, ...] = ()) -> dict:
    """An executed code cell that printed these texts; its count is given when the lesson is put together."""
    outputs = [{"output_type": "stream", "name": "stdout", "text": line} for line in printed]
    metadata = {"tags": list(tags)} if tags else {}
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": outputs}


def figure(alt: str = ALT, caption: str = CAPTION) -> dict:
    """A code cell that showed a figure, as show_figure and `course execute` store it."""
    picture = {
        "output_type": "display_data",
        "data": {"image/png": "aGVsbG8=", "text/plain": f"Figure: {alt}"},
        "metadata": {"image/png": {"alt": alt}, "course": {"alt": alt, "caption": caption}},
    }
    below = {"output_type": "display_data", "data": {"text/plain": caption}, "metadata": {}}
    source = f"fig, ax = figure()\nshow_figure(fig, alt={alt!r}, caption={caption!r})"
    metadata = {"mystnb": {"image": {"alt": alt}}}
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [picture, below]}


def explorer() -> dict:
    """A code cell that showed a figure which can be moved, as `course execute` stores it."""
    html = '<div class="course-explorer"><svg></svg><p>Two of two are zero.</p></div>'
    shown = {"text/html": html, "text/plain": "A diamond: two of two are zero."}
    output = {"output_type": "display_data", "data": shown, "metadata": {}}
    source = "show_explorer(budget_explorer(prostate.X, prostate.y))"
    return {"cell_type": "code", "metadata": {"tags": ["explorer"]}, "source": source, "outputs": [output]}


def notebook(cells: list[dict], *, name: str = LISTING.file, **course) -> Notebook:
    """Put cells together as an executed notebook of lesson 04."""
    count = 0
    for index, cell in enumerate(cells):
        cell["id"] = f"cell-{index}"
        if cell["cell_type"] == "code":
            count += 1
            cell["execution_count"] = count
    metadata = {"kernelspec": {}, "language_info": {}, "course": COURSE | course}
    return Notebook(
        name, json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
    )


COURSE = {
    "lesson": "04",
    "title": LISTING.title,
    "question": LISTING.question,
    "objectives": ["Recognise the order of the sections", "tell a figure from a formula", "find a bug"],
    "minutes": 40,
    "prerequisites": ["01"],
    "datasets": ["prostate"],
    "modules": ["datasets", "solvers", "style"],
}

OPENING = """# 4 · A sample

**What does a lesson look like?**

You will be able to: recognise the order of the sections; tell a figure from a formula; find a bug.

40 minutes. Builds on lesson 1."""

SETUP = """import numpy as np

from course_utils import solvers
from course_utils.datasets import load_prostate
from course_utils.style import figure, show_figure, use_course_style

use_course_style()
prostate = load_prostate()"""

HANDSHAKE = "np.testing.assert_allclose(inline, packaged, rtol=1e-10)"
CLAIM = "> **You will read that** the path is monotone. The figure above shows that it is not."
SUMMARY = "## Summary\n\n- It opens with a question.\n\n**Sources** Somebody, a book.\n\n**Next**: scaling."


def good_lesson() -> list[dict]:
    """The cells of a lesson that keeps every rule."""
    pages = [text("word " * 200) if even else code(f"value_{index}") for index, even in _alternating(10)]
    exercises = [cell for position in range(1, 6) for cell in _exercise(position)]
    return [
        text(OPENING),
        text("## Setup\n\nAll that this lesson borrows."),
        code(SETUP, tags=("setup",)),
        text("## Three rulers\n\nLook at the lines."),
        figure(),
        *(cell for _ in range(4) for cell in (text("Look at this one too."), figure())),
        text("Now move it."),
        explorer(),
        text("## The idea\n\n$$x^2$$\n\nTry it on two numbers."),
        code("inline = 2 + 2\ninline", "4"),
        text(CLAIM),
        *pages,
        text("## Handshake\n\nAll agree."),
        code(HANDSHAKE, tags=("handshake",)),
        text("## Exercises\n\nPredict, then run."),
        *exercises,
        text(SUMMARY),
    ]


def _alternating(n: int) -> list[tuple[int, bool]]:
    return [(index, index % 2 == 0) for index in range(2 * n)]


def _exercise(position: int) -> list[dict]:
    name = f"answer_{position}"
    return [
        text(f"### Exercise 04.{position} · Find the bug\n\nSay why."),
        code(f"{name} = ...", tags=("exercise-stub",)),
        code(f'check("04.{position}", {name})', "not attempted yet", tags=("exercise-check",)),
    ]
