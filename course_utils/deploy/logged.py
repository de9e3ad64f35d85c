"""What a service has predicted, read back from its log.

Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import create_engine, inspect, select
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from course_utils.deploy.outcomes import Log
from course_utils.deploy.prediction_log import PREDICTIONS


class LogError(RuntimeError):
    """A log that cannot be read; the message says which and why, and holds no password."""


@dataclass(frozen=True, eq=False)
class Logged:
    """Predictions in the order in which they were written down.

    Attributes
    ----------
    features_sha256 : (n,) texts, `prediction_log.features_hash` of what was asked
    time : (n,) float, seconds since 1970, UTC
    value : (n,) float
    version : (n,) texts, the model that answered
    """

    features_sha256: np.ndarray
    time: np.ndarray
    value: np.ndarray
    version: np.ndarray

    def by_features(self) -> Log:
        """Return the predictions as a log that outcomes of the same features can be joined to."""
        return Log(self.features_sha256, self.time, self.value)


def read_predictions(url: str, *, version: str | None = None, since: float = 0.0) -> Logged:
    """Return what was predicted, of all models or of one.

    Parameters
    ----------
    url : str
        Of the database, as SQLAlchemy writes it.
    version : str, optional
        The model.
    since : float
        Seconds since 1970.

    Returns
    -------
    Logged

    Raises
    ------
    LogError
        The database is not there, or holds no log.

    Lesson: notebooks/08_deployment.ipynb
    """
    columns = [getattr(PREDICTIONS.c, name) for name in ("features_sha256", "time", "value", "version")]
    wanted = select(*columns).where(PREDICTIONS.c.time >= since).order_by(PREDICTIONS.c.number)
    if version is not None:
        wanted = wanted.where(PREDICTIONS.c.version == version)
    engine = _existing(url)
    try:
        _require_log(engine)
        with engine.connect() as connection:
            rows = connection.execute(wanted).all()
    except SQLAlchemyError as error:
        raise LogError(f"the log {_shown(engine)} cannot be read: {type(error).__name__}") from None
    finally:
        engine.dispose()
    hashes, times, values, versions = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Logged(
        np.array(hashes, str), np.array(times, float), np.array(values, float), np.array(versions, str)
    )


def _existing(url: str) -> Engine:
    """Return the engine of a database; LogError where SQLite would make an empty one."""
    try:
        engine = create_engine(make_url(url))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise LogError(f"the address of the log names no database: {error}") from None
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
        raise LogError(f"there is no log {_shown(engine)}; a service makes it when it starts")
    return engine


def _require_log(engine: Engine) -> None:
    if not inspect(engine).has_table(PREDICTIONS.name):
        raise LogError(f"{_shown(engine)} has no table {PREDICTIONS.name}: it is not the log of a service")


def _shown(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)
