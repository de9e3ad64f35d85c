"""The graded notebook: what nbgrader's formgrader shows to the person who marks by hand.

It is the release, filled in by the submission. Of what the student has handed in, only sources of cells are in it; what
their cells printed comes from our own run, as text, and a written answer stands there inert: see safe_text.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from course_utils.grading.assignment import POINTS
from course_utils.grading.marks import Marks
from course_utils.grading.safe_text import inert, legible
from course_utils.grading.student import CellOutput
from course_utils.grading.submission import Cell, nbgrader_metadata, rebuild

SCHEMA = 3  # of nbgrader's metadata
NOT_ON_A_CELL = {"schema_version": SCHEMA, "grade": False, "solution": False, "locked": False, "task": False}
CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def graded_notebook(
    release: dict[str, Any], submitted: dict[str, Any] | None, marks: Marks
) -> dict[str, Any]:
    """Return the release as a student has filled it in, with what its cells printed and how its checks went.

    Parameters
    ----------
    release : dict
        The notebook that students got, as JSON holds it.
    submitted : dict or None
        What was handed in, or None where it could not be read.
    marks : Marks
        What the machine found in it.

    Returns
    -------
    dict
        A notebook of format 4.5.

    Raises
    ------
    ValueError
        The marks belong to other cells than these.

    Lesson: notebooks/00_start_here.ipynb
    """
    lines = {question.grade_id + POINTS: question.lines for question in marks.questions}
    cells = [
        _cell(filled, lines.get(filled.cell.grade_id)) for filled in filled_in(release, submitted, marks)
    ]
    if submitted is None or marks.problem:
        cells.insert(0, _markdown(f"**This submission was not graded.** {inert(marks.problem)}"))
    metadata = copy.deepcopy(release.get("metadata", {}))
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    _name_cells(notebook["cells"])
    return notebook


@dataclass(frozen=True)
class FilledIn:
    """A code or text cell of a graded submission.

    Attributes
    ----------
    cell : what stands in it.
    released : the release's cell that it fills in or repeats, or None for one that the student has added.
    output : what it printed, of code.
    """

    cell: Cell
    released: dict[str, Any] | None
    output: CellOutput | None

    @property
    def is_unchanged(self) -> bool:
        """Whether it stands there as it was released."""
        return self.released is not None and "".join(self.released["source"]) == self.cell.source


def filled_in(release: dict[str, Any], submitted: dict[str, Any] | None, marks: Marks) -> list[FilledIn]:
    """Return the cells of the release and of the student, in order; of work that could not be read, the release's."""
    is_unread = submitted is None or bool(marks.problem)
    released = list(release["cells"])
    cells = rebuild(release, release if is_unread else submitted)
    outputs = iter(_outputs(cells, marks))
    found = [
        FilledIn(
            cell,
            released.pop(0) if released and _stands_for(cell, released[0]) else None,
            next(outputs) if cell.is_code else None,
        )
        for cell in cells
    ]
    assert not released, "a rebuilt notebook holds every cell of its release, in order"
    return found


def _outputs(cells: list[Cell], marks: Marks) -> tuple[CellOutput, ...]:
    sources = tuple(cell.source for cell in cells if cell.is_code)
    if marks.problem or not marks.outputs:
        return (CellOutput(),) * len(sources)
    if len(marks.outputs) != len(sources) or (marks.sources and marks.sources != sources):
        raise ValueError(
            f"the marks of {marks.student} for {marks.assignment} belong to {len(marks.outputs)} other code cells "
            f"than the {len(sources)} handed in: grade again"
        )
    return marks.outputs


def _stands_for(cell: Cell, ours: dict[str, Any]) -> bool:
    """Whether a rebuilt cell is the release's; what a student adds never equals a cell without grade_id of ours."""
    grade_id = nbgrader_metadata(ours).get("grade_id", "")
    if cell.grade_id or grade_id:
        return cell.grade_id == grade_id
    return cell == Cell("".join(ours["source"]), ours["cell_type"] == "code")


def _cell(filled: FilledIn, lines: list[str] | None) -> dict[str, Any]:
    cell, ours = filled.cell, filled.released
    if ours is None:
        data = {"cell_type": "code", "metadata": {}}
    else:
        kept = ("cell_type", "metadata", "id", *(["attachments"] if filled.is_unchanged else []))
        data = copy.deepcopy({key: ours[key] for key in kept if key in ours})
        _complete(data, ours)
    data["source"] = cell.source if cell.is_code or filled.is_unchanged else inert(cell.source)
    if cell.is_code:
        data |= {"execution_count": None, "outputs": [*_shown(filled.output, lines)]}
    return data


def _complete(data: dict[str, Any], ours: dict[str, Any]) -> None:
    """Write on a cell of the release what nbgrader writes on it when it releases, where that is missing."""
    marks = nbgrader_metadata(data)
    if not marks:
        return
    for key, value in {**NOT_ON_A_CELL, "cell_type": data["cell_type"]}.items():
        marks.setdefault(key, value)
    if "checksum" not in marks:
        from nbformat import from_dict
        from nbgrader.utils import compute_checksum

        marks["checksum"] = compute_checksum(from_dict({**data, "source": "".join(ours["source"])}))


def _shown(output: CellOutput, lines: list[str] | None) -> Iterator[dict[str, Any]]:
    """Yield the outputs of a code cell: text, in the words of the checks on a cell that bears points."""
    if lines is not None:
        # What the student's code printed here stands apart: it could look like a check that was passed.
        printed = legible(f"{output.printed}\n{output.raised}").strip("\n")
        rest = (
            ["", "This cell printed:", *(f"    | {line}" for line in printed.split("\n"))] if printed else []
        )
        yield _stream("\n".join([*lines, *rest, ""]))
        return
    if output.printed:
        yield _stream(legible(output.printed))
    if output.raised:
        raised = legible(output.raised)
        kind = re.match(r"\w{0,80}", raised)[0] or "Error"
        yield {"output_type": "error", "ename": kind, "evalue": raised, "traceback": [raised]}


def _stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _name_cells(cells: list[dict[str, Any]]) -> None:
    """Give each cell an id that no other has; the release's keep theirs."""
    free = (f"cell-{number}" for number in itertools.count())
    theirs = {cell.get("id") for cell in cells}
    taken: set[str] = set()
    for cell in cells:
        own = cell.get("id")
        is_usable = isinstance(own, str) and CELL_ID.fullmatch(own) and own not in taken
        cell["id"] = own if is_usable else next(name for name in free if name not in theirs)
        taken.add(cell["id"])
