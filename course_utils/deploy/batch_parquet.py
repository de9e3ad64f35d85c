"""Parquet: a piece is a row group, read in chunks.

Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from course_utils.deploy.batch_rows import Chunk


def types(path: Path) -> list[tuple[str, pa.DataType]]:
    """Return the columns of a file, each with its type."""
    schema = parquet.read_schema(path)
    return list(zip(schema.names, schema.types, strict=True))


def may_hold_numbers(kind: pa.DataType) -> bool:
    """Whether a feature may be of this type; for True and False are no numbers."""
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def places(path: Path, piece_bytes: int) -> list[tuple[int, int]]:
    """Return each row group and its size in bytes; it was chosen by who wrote the file, and not by `piece_bytes`."""
    facts = parquet.read_metadata(path)
    return [(group, facts.row_group(group).total_byte_size) for group in range(facts.num_row_groups)]


def chunks(path: Path, start: int, n_bytes: int, columns: Sequence[str], chunk_bytes: int) -> Iterator[Chunk]:
    """Yield the rows of a row group.

    Parameters
    ----------
    path : pathlib.Path
    start, n_bytes : int
        As `places` says.
    columns : sequence of str
    chunk_bytes : int
        How much the numbers of a chunk take in memory, at 8 bytes each.

    Returns
    -------
    iterator of Chunk

    Lesson: notebooks/08_deployment.ipynb
    """
    n_rows, first = max(chunk_bytes // (8 * len(columns)), 1), 1
    with parquet.ParquetFile(path, page_checksum_verification=True) as file:
        for batch in file.iter_batches(n_rows, row_groups=[start], columns=list(columns)):
            yield Chunk.whole(first, pa.Table.from_batches([batch]).select(list(columns)))
            first += batch.num_rows
