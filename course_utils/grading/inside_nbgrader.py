"""What of nbgrader this course replaces: how a solution is cut out of a release, and the running of student code.

Every class calls `configure` in its nbgrader_config.py, so that `nbgrader` and the formgrader behave as
`course assignment` does.
"""

from __future__ import annotations

import os

from nbconvert.exporters import NotebookExporter
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor

from course_utils.grading.assignment import without_solution

URL_VARIABLE = "COURSE_GRADEBOOK_URL"  # so that a password need not stand in a file
REFUSAL = "Student code is not run by nbgrader here, for it has no sandbox: use `course assignment grade {}`."


class CutSolutions(NbGraderPreprocessor):
    """Cut solutions out as the audit does, so that what was proved is what is released."""

    def preprocess_cell(self, cell, resources, index):
        """Replace a worked solution by the stub of our own."""
        cell.source = without_solution(cell.source, is_code=cell.cell_type == "code")
        return cell, resources


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
    c.GenerateAssignment.preprocessors = [CutSolutions if step is ClearSolutions else step for step in steps]
    c.HTMLExporter.sanitize_html = (
        True  # what students write is shown in the formgrader, and must not run there
    )
    c.FormgradeExtension.debug = False  # it would show this configuration, a database's password included
    if url := os.environ.get(URL_VARIABLE):
        c.CourseDirectory.db_url = url
