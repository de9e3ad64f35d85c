"""Rows for monitoring and retraining, from a CSV or Parquet file: columns by name, and times that sort like texts.

Needs pyarrow, of the extra "deploy".
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

KINDS = (".csv", ".parquet")
# 2026, 2026-11, 2026-11-21, 2026-11-21 12:00:00, 2026-11-21T12:00:00.000Z
ISO_TIME = re.compile(r"\d{4}(-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?)?)?")
MOST_NAMES = 12  # in a message


class TableError(ValueError):
    """A file that does not hold the wanted columns; the message says which and why."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a file, in its order.

    Attributes
    ----------
    X : (n, n_features) float64; NaN where nothing was written
    y : (n,) float64, or None if no target was asked for
    time : (n,) texts that sort like times, or None if no time was asked for
    """

    X: np.ndarray
    y: np.ndarray | None = None
    time: np.ndarray | None = None

    def in_order_of_time(self) -> Rows:
        """Return the rows in the order of time; rows of one time keep theirs."""
        order = np.argsort(self.time, kind="stable")
        return Rows(self.X[order], None if self.y is None else self.y[order], self.time[order])


def column_names(path: Path) -> list[str]:
    """Return the names of the columns of a file; TableError if it is no table."""
    kind = _kind(path)
    from pyarrow import ArrowInvalid, csv, parquet

    try:
        with path.open("rb") as file:
            schema = csv.open_csv(file).schema if kind == ".csv" else parquet.read_schema(file)
    except ArrowInvalid as error:
        raise TableError(f"{path} cannot be read: {_first_line(error)}") from None
    return schema.names


def read_rows(
    paths: Sequence[Path], feature_names: Sequence[str], *, target=None, time=None, gaps=True
) -> Rows:
    """Read columns of one file or of several, one after the other.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        CSV with a header, or Parquet; other columns are not looked at.
    feature_names : sequence of str
        The columns of X, in this order.
    target, time : str, optional
        The columns of y and of the times, which are written as ISO 8601 writes them, all in one way: a year, a
        month, a day, or a day and a time in UTC.
    gaps : bool
        Whether a value may be missing.

    Returns
    -------
    Rows

    Raises
    ------
    TableError
        A column that is missing or stands twice, a value that is no number, an infinite one, a gap where there may be
        none, a time that is none or written in another way, or no row.
    OSError
        There is no such file.

    Lesson: notebooks/08_deployment.ipynb
    """
    numbers = [*feature_names] if target is None else [*feature_names, target]
    parts = [_read(Path(path), numbers, time) for path in paths]
    table = np.concatenate([part[0] for part in parts])
    if len(table) == 0:
        raise TableError(f"{', '.join(map(str, paths))} has no row; one or more are needed")
    if not gaps:
        _require_no_gap(table, numbers)
    times = None if time is None else _as_times(np.concatenate([part[1] for part in parts]), time)
    n_features = len(feature_names)
    return Rows(table[:, :n_features], None if target is None else table[:, n_features], times)


def written_alike(a: str, b: str) -> bool:
    """Return whether two times are written in one way, so that their texts sort like the times."""
    return re.sub(r"\d", "0", a) == re.sub(r"\d", "0", b)


def _read(path: Path, numbers: list[str], time: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns of numbers of a file, (n, n_columns), and the times as texts, (n,) or none."""
    _require_columns(path, numbers if time is None else [*numbers, time])
    import pyarrow

    types = {name: pyarrow.float64() for name in numbers} | ({} if time is None else {time: pyarrow.string()})
    try:
        table = _read_csv(path, types) if _kind(path) == ".csv" else _read_parquet(path, types)
    except pyarrow.ArrowInvalid as error:
        raise TableError(
            f"{path} cannot be read: {_with_name(_first_line(error), column_names(path))}"
        ) from None
    columns = [table[name].to_numpy().astype(np.float64, copy=False) for name in numbers]
    for name, column in zip(numbers, columns, strict=True):
        if np.isinf(column).any():
            raise TableError(f"{path}, column {name!r}, holds {np.isinf(column).sum()} infinite value(s)")
    times = [] if time is None else table[time].to_pylist()
    return np.array(columns).T, np.array([text or "" for text in times], dtype=object)


def _read_csv(path: Path, types: dict):
    from pyarrow import csv

    options = csv.ConvertOptions(column_types=types, include_columns=list(types))
    # one thread, which knows in which row it is
    return csv.read_csv(path, read_options=csv.ReadOptions(use_threads=False), convert_options=options)


def _read_parquet(path: Path, types: dict):
    from pyarrow import ArrowNotImplementedError, parquet

    table = parquet.read_table(path, columns=list(types))
    columns = {}
    for name, kind in types.items():
        try:
            columns[name] = table[name].cast(kind)
        except ArrowNotImplementedError:
            raise TableError(f"{path}, column {name!r}, holds {table[name].type}; {kind} is needed") from None
    return columns


def _require_no_gap(table: np.ndarray, names: list[str]) -> None:
    missing = np.isnan(table)
    if missing.any():
        i, j = np.argwhere(missing)[0]
        n_rows = missing.any(axis=1).sum()
        raise TableError(
            f"row {i + 1} has no {names[j]!r}, and {n_rows} row(s) have a gap; all values are needed"
        )


def _require_columns(path: Path, wanted: list[str]) -> None:
    there = column_names(path)
    for name in wanted:
        if there.count(name) != 1:
            found = "no column" if name not in there else f"{there.count(name)} columns called"
            listed = ", ".join(there[:MOST_NAMES]) + (", ..." if len(there) > MOST_NAMES else "")
            raise TableError(f"{path} has {found} {name!r}; it has {listed}")


def _as_times(texts: np.ndarray, name: str) -> np.ndarray:
    """Return times as an array of texts; TableError unless all are written as the first one is."""
    first = texts[0]
    for i, text in enumerate(texts):
        if not ISO_TIME.fullmatch(text) or not written_alike(text, first):
            alike = f", written like {first!r}" if ISO_TIME.fullmatch(first) else ""
            raise TableError(
                f"row {i + 1} has {text!r:.80} in the column {name!r}; a time as 2026-11 or 2026-11-21{alike} is needed"
            )
    return texts.astype(str)


def _kind(path: Path) -> str:
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise TableError(f"{path} ends in {kind or 'nothing'}; one of {' and '.join(KINDS)} is needed")
    return kind


def _with_name(complaint: str, names: list[str]) -> str:
    """Return what pyarrow says of column #3 with the name of that column."""
    return re.sub(r"CSV column #(\d+)", lambda found: f"column {names[int(found[1])]!r}", complaint)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
