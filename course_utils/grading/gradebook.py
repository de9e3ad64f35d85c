"""Opens the gradebook of a class, which is nbgrader's; nothing of nbgrader is imported before that."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from course_utils.grading.classroom import Classroom
from course_utils.grading.errors import GradingError

NOT_INSTALLED = (
    "the gradebook needs nbgrader, which is not installed here: `python3 course.py test` installs it, and so does "
    '`python -m pip install -e ".[grading]"` in the course\'s folder'
)


@contextlib.contextmanager
def open_gradebook(room: Classroom) -> Iterator:
    """Open the gradebook of a class and yield its Book; GradingError if nbgrader or the database is missing.

    An error of the database inside the block becomes one sentence too, without the password.
    """
    try:
        from sqlalchemy.exc import SQLAlchemyError

        from course_utils.grading.book import Book
        from course_utils.grading.database import connected, read_settings, told
    except ImportError as error:
        raise GradingError(NOT_INSTALLED) from error
    settings = read_settings(room)
    try:
        with connected(settings) as engine:
            yield Book(room, settings, engine)
    except SQLAlchemyError as error:
        raise GradingError(told(settings.url, error)) from None  # its own text may hold the address
