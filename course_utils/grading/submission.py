"""What a student has handed in, read as coming from an opponent and rebuilt from the release.

Only two things are taken from a submission: what stands in the cells that were to be filled in, and cells that the
student has added. Everything else (texts, tests, metadata, points) is the release's own, whatever became of it.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_utils.grading.errors import GradingError

LARGEST_FILE = 10 * 2**20  # bytes
MOST_CELLS = 1_000
LONGEST_SOURCE = 200_000  # characters of a cell
DEEPEST_NESTING = 100  # lists within lists; what is deeper cannot be sent to another process


class BadSubmissionError(GradingError):
    """A file that is no submission; the message says what is wrong with it, for its author."""


@dataclass(frozen=True)
class Cell:
    """A cell of the rebuilt notebook.

    Attributes
    ----------
    source : str
    is_code : bool
    grade_id : str
        Empty for a cell that the student has added.
    """

    source: str
    is_code: bool
    grade_id: str = ""


def read_notebook(path: Path) -> dict[str, Any]:
    """Return the notebook behind a path as JSON holds it; BadSubmissionError for anything that is none.

    Symbolic links, devices and pipes are not opened, and a large file is not read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise BadSubmissionError(f"{path.name} cannot be opened: it is missing, or a link") from error
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise BadSubmissionError(f"{path.name} is no ordinary file")
    with os.fdopen(descriptor, "rb") as file:
        if found.st_size > LARGEST_FILE:
            raise BadSubmissionError(
                f"{path.name} has {found.st_size:,} bytes; at most {LARGEST_FILE:,} are read"
            )
        data = file.read(LARGEST_FILE + 1)
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError):
        raise BadSubmissionError(f"{path.name} is no notebook: it holds no readable JSON") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise BadSubmissionError(f"{path.name} is no notebook: it has no list of cells")
    if len(notebook["cells"]) > MOST_CELLS:
        raise BadSubmissionError(
            f"{path.name} has {len(notebook['cells']):,} cells; at most {MOST_CELLS:,} are read"
        )
    if _is_too_deep(notebook):
        raise BadSubmissionError(
            f"{path.name} is no notebook: more than {DEEPEST_NESTING} lists stand within one another"
        )
    return notebook


def _is_too_deep(notebook: dict[str, Any]) -> bool:
    """Walk down level by level, not by recursion, for the depth is the student's choice."""
    level: list[Any] = [notebook]
    for _ in range(DEEPEST_NESTING):
        inner = (value for data in level for value in (data.values() if isinstance(data, dict) else data))
        level = [value for value in inner if isinstance(value, dict | list)]
        if not level:
            return False
    return True


def rebuild(release: dict[str, Any], submitted: dict[str, Any]) -> list[Cell]:
    """Return the release's cells, filled in by the submission, each followed by what the student has added there.

    Of several cells with one grade_id all that differ from the release count, one after the other: whoever splits a
    cell has two. A cell that is missing, or has become a cell of another type, stays as it was released, and so does
    one that was not to be filled in. Code of the release without a grade_id counts as added where it was edited.
    """
    released = [_cell(data) for data in release["cells"]]
    to_fill_in = {
        cell.grade_id for cell, data in zip(released, release["cells"], strict=True) if _is_answer(data)
    }
    known = {cell.grade_id: cell for cell in released if cell.grade_id}
    answers: dict[str, Cell] = {}
    added: dict[str, list[Cell]] = {}
    place = ""
    for cell in map(_cell, submitted["cells"]):
        original = known.get(cell.grade_id)
        if original is not None:
            place = cell.grade_id
            if place in to_fill_in and cell.is_code == original.is_code and cell.source != original.source:
                before = [answers[place].source] if place in answers else []
                answers[place] = Cell("\n\n".join([*before, cell.source]), cell.is_code, place)
        elif cell.is_code and Cell(cell.source, True) not in released:
            added.setdefault(place, []).append(Cell(cell.source, True))
    cells = list(added.get("", []))
    for cell in released:
        cells.append(answers.get(cell.grade_id, cell))
        cells += added.get(cell.grade_id, []) if cell.grade_id else []
    return cells


def _is_answer(data: dict[str, Any]) -> bool:
    return nbgrader_metadata(data).get("solution") is True


def _cell(data: Any) -> Cell:
    """Return the cell behind JSON; BadSubmissionError for what no notebook program writes."""
    if not isinstance(data, dict):
        raise BadSubmissionError("a cell of the notebook is no JSON object")
    source = data.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise BadSubmissionError("a cell of the notebook has no text")
    if len(source) > LONGEST_SOURCE:
        raise BadSubmissionError(
            f"a cell has {len(source):,} characters; at most {LONGEST_SOURCE:,} are read"
        )
    grade_id = nbgrader_metadata(data).get("grade_id", "")
    source = source.encode("utf-8", errors="replace").decode("utf-8")  # a lone surrogate cannot be sent
    return Cell(source, data.get("cell_type") == "code", grade_id if isinstance(grade_id, str) else "")


def nbgrader_metadata(data: dict[str, Any]) -> dict[str, Any]:
    """Return what nbgrader has written on a cell: its grade_id, its points, and what it is for."""
    metadata = data.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return marks if isinstance(marks, dict) else {}
