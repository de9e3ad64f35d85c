"""The list of lessons, read from notebooks/lessons.toml. Standard library only: `course doctor` reads it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
CATALOGUE = NOTEBOOKS / "lessons.toml"


class UnknownLessonError(ValueError):
    """No lesson has the number or the file name that was given."""


@dataclass(frozen=True)
class Lesson:
    """One lesson of the course, as notebooks/lessons.toml lists it."""

    number: str  # "04", or "04b" for a second half
    file: str
    title: str
    question: str
    status: str  # "planned" or "ready"
    minutes: int
    core: bool
    introduces: tuple[str, ...]  # modules of course_utils

    @property
    def path(self) -> Path:
        """Where the committed notebook is, or will be."""
        return NOTEBOOKS / self.file

    @property
    def is_ready(self) -> bool:
        """Whether the notebook is committed and can be worked through."""
        return self.status == "ready"


def lessons() -> tuple[Lesson, ...]:
    """Return every lesson, planned ones included, in the order of the course."""
    rows = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["lesson"]
    return tuple(Lesson(**row | {"introduces": tuple(row["introduces"])}) for row in rows)


def ready_lessons() -> tuple[Lesson, ...]:
    """Return the lessons whose notebook is committed, in the order of the course."""
    return tuple(lesson for lesson in lessons() if lesson.is_ready)


def find_lesson(number: str | int | PathLike[str]) -> Lesson:
    """Return the lesson named by "4", "04", "04_ista_from_scratch", or a path that ends in its file name.

    Raises UnknownLessonError, which lists the valid numbers.
    """
    # A learner may paste a path of another system, so both separators count.
    name = re.split(r"[/\\]", str(number).strip())[-1].removesuffix(".ipynb").lower()
    catalogue = lessons()
    for lesson in catalogue:
        if name in (lesson.number, lesson.number.removeprefix("0"), lesson.file.removesuffix(".ipynb")):
            return lesson
    valid = ", ".join(lesson.number for lesson in catalogue)
    raise UnknownLessonError(f"no lesson {str(number)!r}; the lessons are {valid}")
