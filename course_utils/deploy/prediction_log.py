"""What was predicted, when and by which model, in a table of any database that SQLAlchemy knows.

Of the features only a hash is kept: enough to tell whether two predictions were asked with the same values, or to
prove afterwards with which. It hides nothing from who can guess them. A request does not wait for the database: one
thread writes what has come together, and what it cannot take is counted. Predictions that were answered before a
stop by SIGTERM are all written; those of the last moment before a kill may be missing.
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

import hashlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence

import numpy as np
from sqlalchemy import Column, Float, Integer, MetaData, String, Table, create_engine, event, insert
from sqlalchemy.exc import SQLAlchemyError

LOGGER = logging.getLogger(__name__)
MOST_WAITING = 100_000  # rows
AT_ONCE = 1000
SECONDS_BETWEEN_TRIES = 1.0
SECONDS_BETWEEN_LOOKS = 0.1
SECONDS_TO_GATHER = 0.5  # a row costs half as much as in transactions of a tenth of a second

PREDICTIONS = Table(
    "predictions",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("time", Float, nullable=False, index=True),  # seconds since 1970, UTC
    Column("request_id", String(64), nullable=False, index=True),
    Column("record", Integer, nullable=False),  # its place in the request
    Column("features_sha256", String(64), nullable=False, index=True),
    Column("value", Float(53), nullable=False),
    Column("version", String(64), nullable=False),
)


def features_hash(names: Sequence[str], row) -> str:
    """Return the SHA-256 of named features: of their names, a line each, then of their values as little-endian float64.

    -0.0 counts as 0.0: the predictions are the same.
    """
    values = np.asarray(row, dtype="<f8") + 0.0
    return hashlib.sha256("\n".join([*names, ""]).encode() + values.tobytes()).hexdigest()


class PredictionLog:
    """The table behind a URL, and the thread that writes to it."""

    def __init__(self, url: str, *, on_loss: Callable[[int], None], most_waiting: int = MOST_WAITING):
        self._engine = create_engine(url)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _let_workers_share)
        self._on_loss = on_loss
        self._waiting: queue.Queue = queue.Queue(most_waiting)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._write_all, name="prediction log", daemon=True)

    def start(self) -> None:
        """Make the table where there is none, and begin to write; SQLAlchemyError if the database is not there."""
        try:
            PREDICTIONS.metadata.create_all(self._engine)
        except SQLAlchemyError:  # another worker may have made it at the same moment
            PREDICTIONS.metadata.create_all(self._engine)
        self._thread.start()

    def write(self, request_id: str, version: str, features: Sequence[str], values: Sequence[float]) -> None:
        """Take the predictions of a request; they are written soon.

        Parameters
        ----------
        request_id, version : str
        features : sequence of str
            The hash of each row.
        values : sequence of float

        Lesson: notebooks/08_deployment.ipynb
        """
        about = {"time": time.time(), "request_id": request_id, "version": version}
        for i, (sha256, value) in enumerate(zip(features, values, strict=True)):
            try:
                self._waiting.put_nowait(about | {"record": i, "features_sha256": sha256, "value": value})
            except queue.Full:
                self._on_loss(len(values) - i)
                return

    def close(self) -> None:
        """Write what is waiting, and end."""
        self._closing.set()
        self._thread.join()
        self._engine.dispose()

    def _write_all(self) -> None:
        while not (self._closing.is_set() and self._waiting.empty()):
            rows = self._next_rows()
            if rows and not self._written_at_last(rows):
                self._on_loss(len(rows) + self._waiting.qsize())
                return

    def _next_rows(self) -> list[dict]:
        """Return the rows that are waiting; none if none came for a while."""
        try:
            rows = [self._waiting.get(timeout=SECONDS_BETWEEN_LOOKS)]
        except queue.Empty:
            return []
        self._closing.wait(SECONDS_TO_GATHER)  # so that many requests share a transaction
        while len(rows) < AT_ONCE and not self._waiting.empty():
            rows.append(self._waiting.get())
        return rows

    def _written_at_last(self, rows: list[dict]) -> bool:
        """Try until the rows are written; False if that has failed and the log is being closed."""
        while not self._written(rows):
            if self._closing.wait(SECONDS_BETWEEN_TRIES):
                return self._written(rows)
        return True

    def _written(self, rows: list[dict]) -> bool:
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(PREDICTIONS), rows)
        except SQLAlchemyError:
            LOGGER.exception("%d predictions cannot be written; they wait", len(rows))
            return False
        return True


def _let_workers_share(connection, _) -> None:
    """Let several workers write to one SQLite file, each waiting for the others."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")  # a power cut may take the last ones, and nothing else
    connection.execute("PRAGMA busy_timeout=10000")
