"""A class: a folder laid out as nbgrader lays it out, and where each thing stands in it.

nbgrader_config.py        what makes a folder a class
source/NAME/NAME.ipynb    an assignment with its worked solutions
checks/NAME.py            its hidden checks
release/NAME/NAME.ipynb   what students get
submitted/STUDENT/NAME/   what they have handed in
submitted/STUDENT/.earlier/NAME/  what it has replaced; no name of an assignment starts with a dot
marks/NAME/STUDENT.json   what the machine found; holds the seed, so it is for instructors only
autograded/STUDENT/NAME/  the graded notebook, for reading and marking by hand
feedback/STUDENT/NAME/    the page that a student gets
gradebook.db              nbgrader's gradebook, unless the configuration names a database elsewhere
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from course_utils.grading.errors import GradingError

CONFIGURATION = "nbgrader_config.py"
EARLIER = ".earlier"  # a folder beside a student's submissions
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")  # of an assignment
STUDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


class BadClassError(GradingError):
    """A folder that is no class, or a name that cannot stand in one; the message says what was wanted."""


@dataclass(frozen=True)
class Classroom:
    """A class folder; each method names the place of one thing, whether it is there or not."""

    root: Path

    def source(self, name: str) -> Path:
        """Return the notebook with the worked solutions."""
        return self.root / "source" / name / f"{name}.ipynb"

    def checks(self, name: str) -> Path:
        """Return the file of hidden checks."""
        return self.root / "checks" / f"{name}.py"

    def release(self, name: str) -> Path:
        """Return the notebook that students get."""
        return self.root / "release" / name / f"{name}.ipynb"

    def submitted(self, student: str, name: str) -> Path:
        """Return the notebook that a student has handed in."""
        return self.root / "submitted" / student / name / f"{name}.ipynb"

    def earlier(self, student: str, name: str) -> Path:
        """Return the folder of what a student had handed in before; no submission, for us and for nbgrader."""
        return self.root / "submitted" / student / EARLIER / name

    def marks(self, student: str, name: str) -> Path:
        """Return the record of a student's marks by machine."""
        return self.root / "marks" / name / f"{student}.json"

    def autograded(self, student: str, name: str) -> Path:
        """Return the graded notebook."""
        return self.root / "autograded" / student / name / f"{name}.ipynb"

    def feedback(self, student: str, name: str) -> Path:
        """Return the page that a student gets."""
        return self.root / "feedback" / student / name / f"{name}.html"

    def assignments(self) -> list[str]:
        """Return the names of the assignments that have a source notebook, sorted."""
        found = self.root.glob("source/*/*.ipynb")
        return sorted(path.stem for path in found if path.stem == path.parent.name)

    def students(self, name: str) -> list[str]:
        """Return who has a folder for an assignment among the submissions, sorted; links are not followed."""
        folder = self.root / "submitted"
        entries = sorted(folder.iterdir()) if folder.is_dir() else []
        return [
            entry.name
            for entry in entries
            if STUDENT.fullmatch(entry.name) and _is_folder(entry) and _is_folder(entry / name)
        ]


def find_classroom(folder: Path) -> Classroom:
    """Return the class in a folder; BadClassError if nothing there says that it is one."""
    if not (folder / CONFIGURATION).is_file():
        raise BadClassError(
            f"{folder} is no class: it has no {CONFIGURATION}. "
            "`course assignment new` makes a class folder, and --folder names one."
        )
    return Classroom(folder.resolve())


def require_name(name: str) -> str:
    """Return the name of an assignment; BadClassError if it could not stand in a path."""
    if not NAME.fullmatch(name):
        raise BadClassError(
            f"{name[:80]!r} cannot be the name of an assignment: letters, digits, - and _ are wanted, at most 64"
        )
    return name


def require_student(student: str) -> str:
    """Return a student's identifier; BadClassError if it could not stand in a path."""
    if not STUDENT.fullmatch(student):
        raise BadClassError(
            f"{student[:80]!r} cannot identify a student: letters, digits and . _ @ - are wanted, at most 64, "
            "the first a letter or a digit"
        )
    return student


def write_whole(path: Path, text: str) -> None:
    """Write a file so that whoever reads it finds the old text or the new one, and never a part."""
    write_whole_bytes(path, text.encode("utf-8"))


def write_whole_bytes(path: Path, data: bytes, *, modified: float | None = None) -> None:
    """Write a file as `write_whole` does; `modified` is the time it then carries, in seconds since 1970."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if modified is not None:
            os.utime(temporary, (modified, modified))
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
