"""CSV: a piece is some whole lines, read as texts. A row is a line, and a line that is no row spoils no other.

To read texts and make them numbers afterwards is no slower than to read numbers, and a word among them ends nothing.
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

import csv as standard_csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from course_utils.deploy.batch_rows import LONGEST_SHOWN, Chunk

LONGEST_HEADER = 2**20  # bytes


def types(path: Path) -> list[tuple[str, pa.DataType]]:
    """Return the columns named in the first line, all of texts; a byte order mark is no part of the first name."""
    return [(name, pa.string()) for name in _header(path)]


def may_hold_numbers(kind: pa.DataType) -> bool:
    """Whether a feature may be of this type: whether a text is a number is asked of each."""
    return pa.types.is_string(kind)


def places(path: Path, piece_bytes: int) -> list[tuple[int, int]]:
    """Return the first byte and the number of bytes of pieces of whole lines, about `piece_bytes` long."""
    found, size = [], path.stat().st_size
    with path.open("rb") as file:
        file.readline()
        start = file.tell()
        while start < size:
            file.seek(start + piece_bytes - 1)
            file.readline()
            end = min(file.tell(), size)
            found.append((start, end - start))
            start = end
    return found


def chunks(path: Path, start: int, n_bytes: int, columns: Sequence[str], chunk_bytes: int) -> Iterator[Chunk]:
    """Yield the lines of a piece as one chunk, whatever `chunk_bytes` is: in CSV, pieces have the size of chunks.

    Parameters
    ----------
    path : pathlib.Path
    start, n_bytes : int
        As `places` says.
    columns : sequence of str
    chunk_bytes : int

    Returns
    -------
    iterator of Chunk

    Lesson: notebooks/08_deployment.ipynb
    """
    names = _header(path)
    with path.open("rb") as file:
        file.seek(start)
        lines = file.read(n_bytes)
    if not lines.endswith(b"\n"):
        lines += b"\n"
    rows = np.arange(1, lines.count(b"\n") + 1)
    parts = list(_parsed(lines, rows, len(names), [names.index(name) for name in columns]))
    rows = np.concatenate([part.rows for part in parts])
    table = pa.concat_tables([part.columns for part in parts]).rename_columns(list(columns))
    broken = {row: text for part in parts for row, text in part.broken.items()}
    if len(parts) > 1:
        order = np.argsort(rows)
        rows, table = rows[order], table.take(order)
    yield Chunk(rows, table, broken)


def _header(path: Path) -> list[str]:
    with path.open("rb") as file:
        line = file.readline(LONGEST_HEADER).decode("utf-8-sig", "replace")
    return next(standard_csv.reader([line]), [])


def _parsed(lines: bytes, rows: np.ndarray, n_columns: int, wanted: list[int]) -> Iterator[Chunk]:
    """Parse lines together if that gives a row for each, else in parts: each counts as if it had come alone."""
    parsed = _read(lines, n_columns, wanted)
    if parsed is not None and parsed[0].num_rows + len(parsed[1]) == len(rows):
        table, at = parsed[0], np.array(parsed[1], dtype=int) - 1
        texts = lines.split(b"\n") if len(at) else []
        yield Chunk(np.delete(rows, at), table, {int(rows[i]): _shown(texts[i]) for i in at})
    elif len(rows) == 1:
        nothing = pa.table({str(i): pa.array([], pa.binary()) for i in wanted})
        yield Chunk(rows[:0], nothing, {int(rows[0]): _shown(lines)})
    else:
        for part, its_rows in _parts(lines, rows, n_columns):
            yield from _parsed(part, its_rows, n_columns, wanted)


def _parts(lines: bytes, rows: np.ndarray, n_columns: int) -> Iterator[tuple[bytes, np.ndarray]]:
    """Yield lines in parts, together all of them: those that look bad one by one, the rest at once, or in halves."""
    each = [line + b"\n" for line in lines.split(b"\n")[:-1]]
    looks_bad = np.array([_looks_bad(line, n_columns) for line in each])
    for i in np.flatnonzero(looks_bad):
        yield each[i], rows[i : i + 1]
    good = np.flatnonzero(~looks_bad)
    halves = np.array_split(good, 2) if len(good) == len(each) else [good]
    for half in halves:
        if len(half):
            yield b"".join([each[i] for i in half]), rows[half]


def _looks_bad(line: bytes, n_columns: int) -> bool:
    """Whether the parser of the standard library finds no row in a line. It decides only what is parsed by itself."""
    try:
        return len(next(standard_csv.reader([line.decode("latin-1")], strict=True))) != n_columns
    except (standard_csv.Error, StopIteration):
        return True


def _read(lines: bytes, n_columns: int, wanted: list[int]) -> tuple[pa.Table, list[int]] | None:
    """Return the wanted columns, and the numbers of the lines with another number of fields; None if that fails.

    An empty line, which is a row, is added and taken away again: a quote that is not closed swallows it.
    """
    broken: list[int] = []

    def skip(row) -> str:
        broken.append(row.number)
        return "skip"

    data = lines + b"\n"
    names = [str(i) for i in range(n_columns)]
    try:
        table = csv.read_csv(
            pa.py_buffer(data),
            # one block and one thread: otherwise the lines have no numbers
            csv.ReadOptions(column_names=names, block_size=len(data), use_threads=False),
            csv.ParseOptions(ignore_empty_lines=False, invalid_row_handler=skip if _is_utf8(lines) else None),
            csv.ConvertOptions(
                include_columns=[str(i) for i in wanted],
                column_types=dict.fromkeys(names, pa.binary()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    # a carriage return alone ends a line for the parser, and not for an editor
    has_plain_ends = b"\r" not in lines or lines.count(b"\r") == lines.count(b"\r\n")
    return (table.slice(0, max(table.num_rows - 1, 0)), broken) if has_plain_ends else None


def _is_utf8(lines: bytes) -> bool:
    """Whether a line can be told to a handler in Python, which gets it as a text."""
    try:
        lines.decode()
    except UnicodeDecodeError:
        return False
    return True


def _shown(line: bytes) -> str:
    return line.rstrip(b"\r\n").decode("utf-8", "backslashreplace")[:LONGEST_SHOWN]
