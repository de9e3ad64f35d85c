"""Stock nbgrader: a class as its documentation describes one, its autograder, and what its gradebook says."""

from __future__ import annotations

import contextlib
import copy
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from course_utils.grading.classroom import Classroom

# Nothing but the time-outs differs from nbgrader's own settings: its 30 seconds would make the measurement longer.
CONFIGURATION = """c = get_config()
c.CourseDirectory.course_id = "stock"
c.Execute.timeout = c.ExecutePreprocessor.timeout = {timeout}
"""
POINTS = """
SELECT submitted_assignment.student_id, SUM(grade.auto_score)
FROM grade
JOIN grade_cells ON grade_cells.id = grade.cell_id
JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
WHERE grade_cells.cell_type = 'code'
GROUP BY submitted_assignment.student_id
"""
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS\n"
# What the small assignment checks, as nbgrader's documentation has an author write it: half by NumPy's own assertion,
# half by Python's.
TESTS = {
    "q1-one-sign": (
        1,
        "np.testing.assert_allclose(l1_norm(np.array([2.0, 3.0])), 5)\n"
        + HIDDEN.format(
            "b = np.random.default_rng().uniform(1, 2, size=5)\n"
            "np.testing.assert_allclose(l1_norm(b), np.abs(b).sum())"
        ),
    ),
    "q1-both-signs": (
        2,
        "assert abs(l1_norm(np.array([2.0, -3.0])) - 5) < 1e-9\n"
        + HIDDEN.format(
            "b = np.random.default_rng().normal(size=6)\nassert abs(l1_norm(b) - np.abs(b).sum()) < 1e-9"
        ),
    ),
    "q2-points": (2, HIDDEN.format("assert abs(penalty - 2.5) < 1e-9")),
}


class StockFailedError(Exception):
    """nbgrader did not do what was asked; the message has the end of what it said."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, how long it took, and what it said."""

    code: int
    seconds: float
    said: str


def stock_source(source: Mapping) -> dict:
    """Return the small assignment with its checks in test cells, the hidden ones between markers."""
    notebook = copy.deepcopy(dict(source))
    test_cell = next(
        cell for cell in notebook["cells"] if cell["metadata"]["nbgrader"]["grade_id"] == "q2-points"
    )
    cells = []
    for cell in notebook["cells"]:
        grade_id = cell["metadata"]["nbgrader"]["grade_id"]
        if not grade_id.endswith("-points"):
            cells.append(cell)
        names = ["q1-one-sign", "q1-both-signs"] if grade_id == "q1-points" else [grade_id]
        cells += [_test(test_cell, name) for name in names if name in TESTS]
    return notebook | {"cells": cells}


def _test(like: Mapping, name: str) -> dict:
    points, source = TESTS[name]
    cell = copy.deepcopy(dict(like)) | {"id": name, "source": source}
    cell["metadata"]["nbgrader"] |= {"grade_id": name, "points": points, "locked": True, "grade": True}
    return cell


def configure(room: Classroom, *, timeout: int) -> None:
    """Write the configuration of a stock class."""
    (room.root / "nbgrader_config.py").write_text(CONFIGURATION.format(timeout=timeout), encoding="utf-8")


def command(*arguments: str) -> list[str]:
    """Return nbgrader's command line."""
    return [sys.executable, "-m", "nbgrader", *arguments]


def nbgrader(room: Classroom, *arguments: str) -> Ended:
    """Run nbgrader on a class of our own notebooks, without the settings of whoever runs it."""
    began = time.monotonic()
    done = subprocess.run(
        command(*arguments),
        cwd=room.root,
        env=environment(room.root),
        capture_output=True,
        text=True,
    )
    return Ended(done.returncode, time.monotonic() - began, done.stdout + done.stderr)


def must(ended: Ended) -> Ended:
    """Return how a command ended, if it ended well."""
    if ended.code:
        raise StockFailedError(f"nbgrader ended with {ended.code}: {ended.said[-800:]}")
    return ended


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a grader who has set nothing."""
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"  # it calls alembic
    return threads | {"PATH": path, "LANG": "C.UTF-8", "HOME": str(home)}


def points(room: Classroom) -> dict[str, float | None]:
    """Return everybody's automatic points in the gradebook; None where it has none."""
    with contextlib.closing(sqlite3.connect(room.root / "gradebook.db")) as book:
        return dict(book.execute(POINTS).fetchall())
