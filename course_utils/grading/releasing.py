"""Write a release with nbgrader, so that its gradebook knows every cell, and leave the old one until the new stands."""

from __future__ import annotations

import contextlib
import copy
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from course_utils.grading.audit import release_of
from course_utils.grading.classroom import Classroom
from course_utils.grading.errors import GradingError
from course_utils.grading.submission import BadSubmissionError, read_notebook


def write_release(room: Classroom, name: str, config, url: str) -> Path:
    """Release an assignment with nbgrader's own GenerateAssignment, and return the notebook.

    Parameters
    ----------
    room : Classroom
    name : str
    config : traitlets Config
        Of the class.
    url : str
        The address of the gradebook.

    Returns
    -------
    Path

    Raises
    ------
    GradingError
        The release that stood there before is still there.

    Lesson: notebooks/00_start_here.ipynb
    """
    source = _source(room, name)
    with _staging(room) as staging:
        _generate(room, name, _settings(config, room, name, staging, url))
        _require_same(read_notebook(staging / name / f"{name}.ipynb"), release_of(source))
        _replace(staging / name, room.release(name).parent, staging)
    return room.release(name)


def _source(room: Classroom, name: str) -> dict:
    try:
        source = read_notebook(room.source(name))
    except BadSubmissionError as error:
        raise GradingError(
            f"there is no assignment {name} to release in {room.root / 'source'}: {error}"
        ) from None
    others = sorted(path.name for path in room.source(name).parent.glob("*.ipynb") if path.stem != name)
    if others:
        raise GradingError(
            f"an assignment is one notebook, and source/{name} holds another: {', '.join(others)}. Move it elsewhere."
        )
    return source


@contextlib.contextmanager
def _staging(room: Classroom) -> Iterator[Path]:
    """Make a folder beside the releases, and leave nothing of it."""
    folder = Path(tempfile.mkdtemp(prefix=".release-", dir=room.root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settings(config, room: Classroom, name: str, staging: Path, url: str):
    settings = copy.deepcopy(config)
    settings.CourseDirectory.root = str(room.root)
    settings.CourseDirectory.assignment_id = name
    settings.CourseDirectory.release_directory = staging.name
    settings.CourseDirectory.db_url = url
    return settings


def _generate(room: Classroom, name: str, settings) -> None:
    """Run nbgrader without a word on the terminal; GradingError with its reason."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory

    log, said = _quiet_log()
    course = CourseDirectory(config=settings, log=log)
    try:
        GenerateAssignment(coursedir=course, config=settings, log=log).start()
    except NbGraderException:
        raise GradingError(_in_our_words(name, said)) from None


class _Said(logging.Handler):
    """Keeps the errors that nbgrader logs."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.errors.append(record.getMessage())


def _quiet_log() -> tuple[logging.Logger, _Said]:
    log, said = logging.Logger("release"), _Said()  # of no hierarchy: nothing reaches the terminal
    log.addHandler(said)
    return log, said


def _in_our_words(name: str, said: _Said) -> str:
    reasons = [error.strip().splitlines()[-1] for error in said.errors if "Traceback" in error]
    reason = reasons[-1] if reasons else " ".join(said.errors) or "it gave no reason"
    if "because there are submissions" in reason:
        return (
            f"{name} has cells that were not there before, or lacks some that were, and there are marks already: "
            "give back the cells, or release it under another name."
        )
    return f"{name} cannot be released: {reason.partition(': ')[2] or reason}"


def _require_same(released: dict, proved: dict) -> None:
    """Compare what nbgrader has made with what the audit looks at, cell by cell."""
    texts = [["".join(cell["source"]) for cell in notebook["cells"]] for notebook in (released, proved)]
    for number, (ours, theirs) in enumerate(zip(*texts, strict=True), 1):
        if ours != theirs:
            raise GradingError(
                f"cell {number} would be released otherwise than it was audited: does this class's configuration of "
                "nbgrader add a header, a footer or steps of its own?"
            )


def _replace(new: Path, place: Path, staging: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        os.replace(place, staging / "replaced")
    os.replace(new, place)
