"""Rows in memory: which of them a model accepts, and what is wrong with each of the others. Whole columns at a time.

The reasons are those of `contract`. Columns of texts, as CSV has them, are made numbers here: what cannot be one
costs its row, not the run. Needs pyarrow, of the extra "deploy".
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from course_utils.deploy.contract import Contract

NO_ROW = "no row"  # the reason of a line that cannot be split into fields
LONGEST_SHOWN = 80  # characters of what came
# what pyarrow makes a float, and spaces around it
NUMBER = r"^\s*[+-]?((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|(?i:nan(\([a-z0-9_]*\))?|inf(inity)?))\s*$"
FAULTS = pa.schema(
    [("row", pa.int64()), ("field", pa.string()), ("reason", pa.string()), ("came", pa.string())]
)


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some rows of a piece.

    Attributes
    ----------
    rows : (n,) int64, their numbers in the piece, from 1
    columns : pyarrow.Table of n rows
    broken : dict of number -> text, lines that are no rows
    """

    rows: np.ndarray
    columns: pa.Table
    broken: dict[int, str]

    @classmethod
    def whole(cls, first: int, columns: pa.Table) -> Chunk:
        """Return rows that are numbered from `first`, of which none is broken."""
        return cls(np.arange(first, first + columns.num_rows), columns, {})

    @property
    def n_rows(self) -> int:
        """How many rows there are, the broken ones included."""
        return len(self.rows) + len(self.broken)


@dataclass(frozen=True, eq=False)
class Judged:
    """What a model may be asked of a chunk, and why not the rest.

    Attributes
    ----------
    X : (n_good, n_features) float64
    good : (n,) bool, of the rows of the chunk
    faults : pyarrow.Table with the columns of FAULTS, one line for each fault, in the order of the rows
    at : (n_faults,) int64, the place of each fault's row in the chunk, or -1 if it is broken
    """

    X: np.ndarray
    good: np.ndarray
    faults: pa.Table
    at: np.ndarray


def judged(contract: Contract, chunk: Chunk) -> Judged:
    """Return which rows fulfil a contract: every feature is there, a finite number, and within its range."""
    names = [feature.name for feature in contract.features]
    numbers = [as_numbers(chunk.columns[name]) for name in names]
    X = np.empty((len(chunk.rows), len(names)))
    for j, column in enumerate(numbers):
        X[:, j] = column.to_numpy()
    accepted = contract.accepts(X)
    good = accepted.all(axis=1)
    if good.all() and not chunk.broken:
        return Judged(X, good, FAULTS.empty_table(), np.empty(0, np.int64))
    parts = [_of_the_broken(chunk)]
    for j, name in enumerate(names):
        at = np.flatnonzero(~accepted[:, j])
        parts.append(
            (_faults(name, chunk.columns[name].take(at), X[at, j], numbers[j].take(at), chunk.rows[at]), at)
        )
    faults, at = pa.concat_tables([table for table, _ in parts]), np.concatenate([at for _, at in parts])
    order = np.argsort(faults["row"].to_numpy(), kind="stable")  # of one row, in the order of the features
    return Judged(X[good], good, faults.take(order), at[order])


def as_numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as float64, null where no number stands. A text is one with or without spaces around it."""
    if not pa.types.is_binary(column.type):
        return column.cast(pa.float64(), safe=False)  # a large integer is rounded
    try:
        return column.cast(pa.string()).cast(pa.float64())
    except pa.ArrowInvalid:  # of one of them, and it is not said of which
        is_number = pc.match_substring_regex(column, NUMBER)
        texts = pc.if_else(is_number, column, pa.scalar(None, pa.binary())).cast(pa.string())
        return pc.ascii_trim_whitespace(texts).cast(pa.float64())


def as_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as texts; bytes that are no UTF-8 are shown as \\xff."""
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.chunked_array([[value.decode("utf-8", "backslashreplace") for value in column.to_pylist()]])


def _faults(name: str, came, values: np.ndarray, numbers, rows: np.ndarray) -> pa.Table:
    """Return what is wrong with some values of a feature; `numbers` is null where `came` is none."""
    texts = as_texts(came)
    is_missing = pc.fill_null(pc.equal(pc.ascii_trim_whitespace(texts), ""), True).to_numpy()
    reasons = np.select(
        [is_missing, numbers.is_null().to_numpy(), ~np.isfinite(values)],
        ["missing", "not a number", "not finite"],
        "out of range",
    )
    shown = pc.utf8_slice_codeunits(texts, 0, LONGEST_SHOWN)
    return pa.table([rows, pa.repeat(name, len(rows)), reasons.astype(object), shown], schema=FAULTS)


def _of_the_broken(chunk: Chunk) -> tuple[pa.Table, np.ndarray]:
    n = len(chunk.broken)
    columns = [list(chunk.broken), [""] * n, [NO_ROW] * n, list(chunk.broken.values())]
    return pa.table(columns, schema=FAULTS), np.full(n, -1)
