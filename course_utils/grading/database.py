"""The database of a class: where its configuration says that it stands, with nbgrader's tables in it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from nbgrader.api import Base, Course, Grade
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from traitlets.config import PyFileConfigLoader

from course_utils.grading.classroom import CONFIGURATION, Classroom
from course_utils.grading.errors import GradingError
from course_utils.grading.inside_nbgrader import URL_VARIABLE, with_driver

SECONDS_TO_WAIT = 30  # for another process that writes, or for a server
LOCK = 0x636F75727365  # of Postgres; any number that is always the same


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


def read_settings(room: Classroom) -> Settings:
    """Run the configuration of a class; an address in COURSE_GRADEBOOK_URL takes the place of its own."""
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
    try:
        url = make_url(with_driver(address))
    except (ArgumentError, ValueError):  # its text holds the address, with a password perhaps
        raise GradingError(
            f"the gradebook's address is none that SQLAlchemy reads: {URL_VARIABLE}, or db_url in {CONFIGURATION}, "
            "should look like sqlite:///gradebook.db or postgresql://name:password@host/database"
        ) from None
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        url = url.set(database=str(room.root / url.database))
    return url


@contextlib.contextmanager
def connected(settings: Settings) -> Iterator:
    """Connect to the database of a class, with nbgrader's tables in it, and leave no connection behind."""
    is_file = settings.url.get_backend_name() == "sqlite"
    waits = {"timeout": SECONDS_TO_WAIT} if is_file else {"connect_timeout": SECONDS_TO_WAIT}
    try:
        engine = create_engine(settings.url, connect_args=waits)
    except ImportError as error:
        raise GradingError(
            f"the gradebook's database needs {error.name}, which is not installed here"
        ) from error
    try:
        with engine.begin() as connection:
            if not inspect(connection).has_table(Grade.__tablename__):
                one_at_a_time(connection)
                _make_tables(connection)
        with Session(engine) as session, session.begin():
            session.merge(Course(id=settings.course_id))
        yield engine
    finally:
        engine.dispose()


def _make_tables(connection) -> None:
    """Make nbgrader's tables and note their version; nbgrader itself would look for alembic on the PATH."""
    Base.metadata.create_all(connection)
    versions = AlembicConfig()
    versions.set_main_option("script_location", ALEMBIC_DIR)
    head = ScriptDirectory.from_config(versions).get_current_head()
    connection.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"))
    connection.execute(text("DELETE FROM alembic_version"))
    connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:head)"), {"head": head})


def one_at_a_time(connection) -> None:
    """Wait until nobody else writes; ends with the transaction."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def told(url, error: Exception) -> str:
    """Return what a database says of an error, on one line and without the password."""
    reason = " ".join(str(getattr(error, "orig", None) or error).split())
    if url.password:
        reason = reason.replace(str(url.password), "***")
    return f"the gradebook {url.render_as_string(hide_password=True)} does not do what is asked: {reason}"
