"""Submissions that forge the notebook itself, or what lies beside it in the folder that is handed in.

A forgery of a notebook takes its JSON and returns another; one of a folder takes the folder, which holds small.ipynb.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

NOTEBOOK = "small.ipynb"
EVIL = """open('@ROOM@/planted', 'w').close()
import sys
sys.path[:] = [p for p in sys.path if p and not p.endswith('/small')]
sys.modules.pop('numpy', None)
import numpy, numpy.testing
numpy.testing.assert_allclose = lambda *a, **k: None
"""
Cells = list[dict[str, Any]]


def _marks(cell: dict[str, Any]) -> dict[str, Any]:
    return cell["metadata"].get("nbgrader", {})


def _is_test(cell: dict[str, Any]) -> bool:
    """Whether nbgrader gives points for a cell that students must not change."""
    return _marks(cell).get("grade") is True and _marks(cell).get("locked") is True


def _forgery(change: Callable[[Cells], Cells]) -> Callable[[dict], dict]:
    """Return what forges a copy of a notebook by changing the list of its cells."""

    def forge(notebook: dict) -> dict:
        forged = copy.deepcopy(notebook)
        return forged | {"cells": change(forged["cells"])}

    return forge


def _on_tests(change: Callable[[dict], Any]) -> Callable[[dict], dict]:
    """Return what changes every test cell in place."""

    def change_tests(cells: Cells) -> Cells:
        for cell in filter(_is_test, cells):
            change(cell)
        return cells

    return _forgery(change_tests)


def _write(source: str) -> Callable[[dict], dict]:
    return _on_tests(lambda cell: cell.update(source=source))


def _mark(**marks) -> Callable[[dict], dict]:
    """Return what writes nbgrader's metadata of every test cell anew, and empties the test."""

    def change(cell: dict) -> None:
        _marks(cell).update(marks)
        cell["source"] = "pass"

    return _on_tests(change)


def _tagged(*tags: str) -> Callable[[dict], dict]:
    return _on_tests(lambda cell: cell["metadata"].update(tags=list(tags)))


def _swap_grade_ids(cells: Cells) -> Cells:
    """Let the right answer be paid where more is paid, and the other way round."""
    tests = [cell for cell in cells if _is_test(cell)]
    names = [_marks(cell)["grade_id"] for cell in tests]
    for cell, name in zip(tests, reversed(names), strict=True):
        _marks(cell)["grade_id"] = name
        cell["source"] = "pass"
    return cells


def _stand_in(cells: Cells) -> Cells:
    """Put an empty cell with the name of a test in front of each test."""
    return [
        one for cell in cells for one in ([dict(cell, source="pass"), cell] if _is_test(cell) else [cell])
    ]


NOTEBOOKS: dict[str, Callable[[dict], dict]] = {
    "empties the tests": _write("pass"),
    "tests that end the kernel": _write("import os\nos._exit(0)"),
    "deletes the tests": _forgery(lambda cells: [cell for cell in cells if not _is_test(cell)]),
    "doubles the tests": _forgery(lambda cells: cells + [copy.deepcopy(c) for c in cells if _is_test(c)]),
    "stands in for the tests": _forgery(_stand_in),
    "tests as texts": _on_tests(lambda cell: cell.update(cell_type="markdown")),
    "a hundred points": _mark(points=100, max_score=100),
    "points below zero": _mark(points=-100),
    "unlocks the tests": _mark(locked=False),
    "tests as answers": _mark(locked=False, solution=True),
    "tests as tasks": _mark(task=True, grade=False),
    "another scheme of metadata": _mark(schema_version=99, checksum="0" * 32),
    "swaps the grade_ids": _forgery(_swap_grade_ids),
    "odd grade_ids": _mark(grade_id="../../../gradebook.db"),
    "no metadata at all": _forgery(lambda cells: [dict(cell, metadata={}) for cell in cells]),
    "tests tagged to be skipped": _tagged("skip-execution"),
    "tests tagged to be removed": _tagged("remove_cell", "raises-exception"),
    "names another kernel": lambda notebook: (
        copy.deepcopy(notebook)
        | {"metadata": {"kernelspec": {"name": "none-such", "display_name": "x", "language": "x"}}}
    ),
    "half a character": _forgery(
        lambda cells: [*cells, dict(cells[1], metadata={}, source="note = '\ud800'")]
    ),
    "a thousand cells": _forgery(
        lambda cells: cells + [dict(cells[1], metadata={}, source="pass")] * (1000 - len(cells))
    ),
    "a hundred thousand cells": _forgery(
        lambda cells: cells + [dict(cells[1], metadata={}, source="pass")] * 100_000
    ),
    "twenty megabytes": _forgery(
        lambda cells: [*cells, dict(cells[1], metadata={}, source="#" * (20 * 10**6))]
    ),
}


def _replaced_by(make: Callable[[Path], Any]) -> Callable[[Path], None]:
    """Return what removes the notebook and puts something else in its place."""

    def plant(folder: Path) -> None:
        (folder / NOTEBOOK).unlink()
        make(folder / NOTEBOOK)

    return plant


def _holding(data: bytes) -> Callable[[Path], None]:
    return _replaced_by(lambda path: path.write_bytes(data))


def _link_to(target: str) -> Callable[[Path], None]:
    return _replaced_by(lambda path: path.symlink_to(target))


def _beside(files: dict[str, str]) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")

    return plant


def _nested(depth: int) -> Callable[[Path], None]:
    """Return what puts lists within lists beside the cells, which stay as they are."""

    def plant(folder: Path) -> None:
        text = (folder / NOTEBOOK).read_text(encoding="utf-8")
        deep = "[" * depth + "]" * depth
        (folder / NOTEBOOK).write_text(f'{{"deep": {deep}, {text[1:]}', encoding="utf-8")

    return plant


def _odd_names(folder: Path) -> None:
    notebook = (folder / NOTEBOOK).read_bytes()
    names = ("-rf", "$(touch planted).ipynb", "small.ipynb\n", "\udcff.ipynb", "..%2f..%2fplanted.ipynb")
    for name in (*names, "a" * 200 + ".ipynb", ".ipynb", "CON.ipynb", "other.ipynb", "small.ipynb.ipynb"):
        (folder / name).write_bytes(notebook)


def _folder_of_another(folder: Path) -> None:
    """Make the whole folder a link to somebody else's."""
    (folder / NOTEBOOK).unlink()
    folder.rmdir()
    folder.symlink_to("../ada/small")


FOLDERS: dict[str, Callable[[Path], None]] = {
    "a link to the solutions": _link_to("../../../source/small/small.ipynb"),
    "a link to another's work": _link_to("../../ada/small/small.ipynb"),
    "a folder linked to another's": _folder_of_another,
    "a link to itself": _link_to(NOTEBOOK),
    "a link to an endless device": _link_to("/dev/zero"),
    "a pipe": _replaced_by(os.mkfifo),
    "a folder": _replaced_by(Path.mkdir),
    "an empty file": _holding(b""),
    "no text": _holding(b"\xff\xfe\x00\xd8" * 999),
    "deep JSON": _holding(b"[" * 10**6),
    "deep JSON in a cell": _holding(
        b'{"cells": [{"source": ' + b"[" * 10**5 + b"]" * 10**5 + b'}], "metadata": {}, "nbformat": 4}'
    ),
    **{f"JSON nested {depth} deep": _nested(depth) for depth in (300, 900, 5_000)},
    "numbers without end": _holding(b'{"cells": [' + b"9" * 10**6 + b'], "metadata": {}, "nbformat": 4}'),
    "cells that are none": _holding(
        json.dumps({"cells": [None, 1, [], {"source": {}}], "metadata": {}, "nbformat": 4}).encode()
    ),
    "odd names": _odd_names,
    "modules beside the notebook": _beside(
        {
            **dict.fromkeys(("numpy.py", "sitecustomize.py", "usercustomize.py", "course_utils.py"), EVIL),
            "evil.pth": "import sys; " + EVIL.splitlines()[0],
            "conftest.py": EVIL,
            "__pycache__/numpy.cpython-311.pyc": EVIL,
        }
    ),
    "settings beside the notebook": _beside(
        {
            "nbgrader_config.py": EVIL,
            "ipython_config.py": EVIL,
            "ipython_kernel_config.py": EVIL,
            "jupyter_config.py": EVIL,
            "profile_default/startup/00.py": EVIL,
            ".ipython/profile_default/startup/00.py": EVIL,
        }
    ),
    "a pickle beside the notebook": _beside(
        dict.fromkeys(
            ("small.pkl", "results.pickle", ".otter_log", "answers.joblib"),
            "cbuiltins\nopen\n(V@ROOM@/planted\nVw\ntR.",
        )
    ),
}
# Here the notebook itself stays as it was; otherwise nothing was handed in, and nothing is earned.
WITH_ANSWERS = frozenset(
    name for name in FOLDERS if "beside the notebook" in name or "nested" in name or name == "odd names"
)
