"""The gradebook of a class: where its configuration says that it stands, opened for `Book`.

Nothing of nbgrader is imported before a gradebook is opened.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course_utils.grading.classroom import CONFIGURATION, Classroom
from course_utils.grading.errors import GradingError

if TYPE_CHECKING:
    from course_utils.grading.book import Book

URL_VARIABLE = "COURSE_GRADEBOOK_URL"  # so that a password need not stand in a file
NOT_INSTALLED = (
    "the gradebook needs nbgrader, which is not installed here: `python3 course.py test` installs it, and so does "
    '`python -m pip install -e ".[grading]"` in the course\'s folder'
)


@dataclass(frozen=True)
class Settings:
    """What a class's nbgrader_config.py says.

    Attributes
    ----------
    config : traitlets Config
    course_id : str
    url : sqlalchemy URL
        Of the gradebook, absolute, and with a driver that is installed with the extra `grading`.
    """

    config: Any
    course_id: str
    url: Any


@contextlib.contextmanager
def open_gradebook(room: Classroom) -> Iterator[Book]:
    """Open the gradebook of a class; GradingError if nbgrader or the database is missing, here or in the block."""
    try:
        from sqlalchemy.exc import SQLAlchemyError

        from course_utils.grading.book import Book, connected
    except ImportError as error:
        raise GradingError(NOT_INSTALLED) from error
    settings = read_settings(room)
    try:
        with connected(settings) as engine:
            yield Book(room, settings, engine)
    except SQLAlchemyError as error:
        raise GradingError(_told(settings.url, error)) from None  # its own text may hold the address


def read_settings(room: Classroom) -> Settings:
    """Run the configuration of a class; an address in COURSE_GRADEBOOK_URL takes the place of its own."""
    from traitlets.config import PyFileConfigLoader

    try:
        config = PyFileConfigLoader(CONFIGURATION, path=str(room.root)).load_config()
    except Exception as error:  # whatever the file raises
        raise GradingError(
            f"{room.root / CONFIGURATION} cannot be read: {type(error).__name__}: {error}"
        ) from error
    course = config.CourseDirectory
    address = (
        os.environ.get(URL_VARIABLE) or course.get("db_url") or f"sqlite:///{room.root / 'gradebook.db'}"
    )
    return Settings(config, course.get("course_id") or "default_course", _url(address, room))


def _url(address: str, room: Classroom):
    """Return an address of a database with its file absolute, and with the Postgres driver that we install."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", address))
    except (ArgumentError, ValueError):  # its text holds the address, with a password perhaps
        raise GradingError(
            f"the gradebook's address is none that SQLAlchemy reads: {URL_VARIABLE}, or db_url in {CONFIGURATION}, "
            "should look like sqlite:///gradebook.db or postgresql://name:password@host/database"
        ) from None
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        url = url.set(database=str(room.root / url.database))
    return url


def _told(url, error: Exception) -> str:
    """Return what the database says, on one line and without the password."""
    reason = " ".join(str(getattr(error, "orig", None) or error).split())
    if url.password:
        reason = reason.replace(str(url.password), "***")
    return f"the gradebook {url.render_as_string(hide_password=True)} does not do what is asked: {reason}"
