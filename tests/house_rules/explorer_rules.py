"""What a figure that can be moved must be in a lesson: each rule returns its complaints."""

from __future__ import annotations

import re

from house_rules.reading import Cell, Notebook, count_words, joined

TAG = "explorer"
SHOWN_BY = ("show_explorer", "show_live")
MOST_EXPLORERS, LONGEST_LEAD, LONGEST_CELL = 2, 120, 5  # a lesson; words; lines
MOST_BYTES = 1_500_000  # of all the explorers stored in a lesson
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def leads(notebook: Notebook) -> list[Cell]:
    """Return the texts that stand right above an explorer: they announce it, and count apart like it."""
    above = [notebook.cells[cell.index - 1] for cell in notebook.tagged(TAG) if cell.index]
    return [cell for cell in above if cell.is_markdown]


def explorers_are_tagged(notebook: Notebook) -> list[str]:
    """The tag stands on the cells that show an explorer, and these do nothing else."""
    complaints = []
    for cell in notebook.code:
        shown = len(cell.calls(*SHOWN_BY))
        if (TAG in cell.tags) != bool(shown):
            complaints.append(f"{cell}: the tag `{TAG}` and a call of {' or '.join(SHOWN_BY)} go together")
        if shown > 1:
            complaints.append(f"{cell}: {shown} explorers; an explorer has a cell of its own")
        if shown and len(cell.source.splitlines()) > LONGEST_CELL:
            complaints.append(f"{cell}: an explorer's cell has more than {LONGEST_CELL} lines")
    return complaints


def explorers_have_a_still_twin(notebook: Notebook) -> list[str]:
    """Paper, GitHub and a screen reader lose nothing: a figure stands above in the same section."""
    return [
        f"{cell}: no figure above it in its section stands in where it cannot move"
        for cell in notebook.tagged(TAG)
        if not any(other.figures for other in notebook.in_section(cell.section) if other.index < cell.index)
    ]


def explorers_are_announced(notebook: Notebook) -> list[str]:
    """A short text right above says what can be moved, and another one below reads it."""
    announced = {cell.index + 1 for cell in leads(notebook)}
    complaints = [
        f"{cell}: no text right above announces it"
        for cell in notebook.tagged(TAG)
        if cell.index not in announced
    ]
    complaints += [
        f"{cell}: no text right below reads it"
        for cell in notebook.tagged(TAG)
        if not notebook.cells[cell.index + 1].is_markdown
    ]
    return complaints + [
        f"{cell}: {count_words(cell.source)} words announce an explorer; at most {LONGEST_LEAD}"
        for cell in leads(notebook)
        if count_words(cell.source) > LONGEST_LEAD
    ]


def explorers_are_few_and_small(notebook: Notebook) -> list[str]:
    """They are counted apart from the budget of cells and words, so they have one of their own."""
    cells = notebook.tagged(TAG)
    stored = sum(len(html.encode()) for cell in cells for html in _pages(cell))
    complaints = [f"{len(cells)} explorers, more than {MOST_EXPLORERS}"] * (len(cells) > MOST_EXPLORERS)
    return complaints + [f"the explorers have {stored:,} bytes, more than {MOST_BYTES:,}"] * (
        stored > MOST_BYTES
    )


def explorers_are_stored_to_last(notebook: Notebook) -> list[str]:
    """What is stored shows without a kernel, holds no widget and asks no other machine."""
    complaints = []
    for cell in notebook.tagged(TAG):
        if len(_pages(cell)) != 1 or not all("course-explorer" in page for page in _pages(cell)):
            complaints.append(f"{cell}: stores no explorer: run `course execute`")
        if any(WIDGET_VIEW in output.get("data", {}) for output in cell.outputs):
            complaints.append(f"{cell}: a widget view is stored, which shows nothing without its kernel")
        for page in _pages(cell):
            if addresses := re.findall(r"(?:https?:)?//[a-z][\w.-]*\.[a-z]{2,}", page):
                complaints.append(f"{cell}: the explorer names {', '.join(addresses)}")
    return complaints


def _pages(cell: Cell) -> list[str]:
    return [
        joined(output["data"]["text/html"])
        for output in cell.outputs
        if "text/html" in output.get("data", {})
    ]


RULES = (
    explorers_are_tagged,
    explorers_have_a_still_twin,
    explorers_are_announced,
    explorers_are_few_and_small,
    explorers_are_stored_to_last,
)
