"""What of nbgrader this course replaces: how a solution is cut out of a release, and the running of student code.

Every class calls `configure` in its nbgrader_config.py, so that `nbgrader` and the formgrader behave as
`course assignment` does.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import sys
from pathlib import Path

from nbconvert.exporters import NotebookExporter
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor

from course_utils.grading.assignment import without_solution

URL_VARIABLE = "COURSE_GRADEBOOK_URL"  # so that a password need not stand in a file
# The command first: the formgrader's window shows some 75 characters of a line.
REFUSAL = "Use `course assignment grade {}`: nbgrader has no sandbox for student code, and runs none here."

ABOUT_A_STUDENT = ("student", "first_name", "last_name")

# What nbgrader would take out of a release, or run to fill it, and the audit does not know.
FOREIGN_MARKERS = ("BEGIN HIDDEN TESTS", "BEGIN MARK SCHEME", "AUTOTEST")


class NoForeignMarkers(NbGraderPreprocessor):
    """Refuse nbgrader's own ways of hiding tests: the audit would not see what they make of a notebook."""

    def preprocess_cell(self, cell, resources, index):
        """Return a cell as it is, if none of nbgrader's markers stands in it."""
        for marker in FOREIGN_MARKERS:
            if marker in cell.source:
                raise ValueError(
                    f"cell {index + 1} holds {marker!r}, and hidden checks stand in checks/ here"
                )
        return cell, resources


class CutSolutions(NbGraderPreprocessor):
    """Cut solutions out as the audit does, so that what was proved is what is released."""

    def preprocess_cell(self, cell, resources, index):
        """Replace a worked solution by the stub of our own."""
        cell.source = without_solution(cell.source, is_code=cell.cell_type == "code")
        return cell, resources


class HarmlessNames(NbGraderPreprocessor):
    """Escape the names of students, which the formgrader writes into its page as they stand in the gradebook."""

    def preprocess(self, nb, resources):
        """Return the notebook as it is, and what the page is told with the names escaped."""
        names = {key: html.escape(resources[key]) for key in ABOUT_A_STUDENT if resources.get(key)}
        return nb, resources | names


class NoExecution(NotebookExporter):
    """Stands where nbgrader makes ready to autograde, before it has removed, written or run anything."""

    def __init__(self, parent=None, **settings):
        """Refuse; the log is what nbgrader's command and the formgrader show."""
        refusal = REFUSAL.format(parent.coursedir.assignment_id or "NAME")
        parent.log.error(refusal)
        raise NbGraderException(refusal)


def configure(c) -> None:
    """Set what every class needs in nbgrader's configuration; to be called when all else is set."""
    c.Autograde.exporter_class = NoExecution
    steps = GenerateAssignment.class_traits()["preprocessors"].default()
    steps = [CutSolutions if step is ClearSolutions else step for step in steps]
    c.GenerateAssignment.preprocessors = [NoForeignMarkers, *steps]
    # What students and graders have written must not run where it is read. nbgrader's pages render Markdown with all
    # that is in it, sanitised or not; so the rendering itself is replaced.
    c.HTMLExporter.filters = {"markdown2html": "course_utils.grading.safe_text.rendered"}
    c.HTMLExporter.sanitize_html = True
    c.HTMLExporter.preprocessors = [HarmlessNames]
    c.FormgradeExtension.debug = False  # it would show this configuration, a database's password included
    if address := os.environ.get(URL_VARIABLE) or c.CourseDirectory.get("db_url"):
        c.CourseDirectory.db_url = with_driver(address)
    if shutil.which("alembic") is None:  # nbgrader calls it by name when it makes a gradebook
        os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def with_driver(address: str) -> str:
    """Return the address of a database with the Postgres driver that is installed."""
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", address)
