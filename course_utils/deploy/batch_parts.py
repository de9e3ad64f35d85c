"""What becomes of a piece, a part with its predictions and a part with its faults; and of all parts, one table each.

Rows are numbered within their piece until the parts are joined: to predict a piece, no other has to be known. Needs
pyarrow, of the extra "deploy".
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from course_utils.deploy.artifact import Artifact, predict
from course_utils.deploy.batch_rows import FAULTS, Chunk, as_texts, judged
from course_utils.deploy.batch_source import Piece
from course_utils.deploy.durable import put_in_place

PREDICTED, QUARANTINE = "predicted", "quarantine"
FILE = pa.field("file", pa.string())
VALUES = ("predicted_value", "low", "high")
TAKEN = (FILE.name, *FAULTS.names, *VALUES)  # no column that is kept can be called so


@dataclass(frozen=True, eq=False)
class Work:
    """What is done with every piece, and all that it takes: it can travel to another machine.

    Attributes
    ----------
    model : Artifact
    sha256 : str, of the model
    kept : pyarrow.Schema of the columns that are carried through
    folder : str, where the parts are written
    chunk_bytes : int, how much the numbers of a chunk take in memory
    """

    model: Artifact
    sha256: str
    kept: pa.Schema
    folder: str
    chunk_bytes: int

    def __call__(self, piece: Piece) -> None:
        """Predict a piece and write its parts, the one by which it counts as done last."""
        columns, n_rows = list(dict.fromkeys((*self.model.feature_names, *self.kept.names))), 0
        ending = f".{secrets.token_hex(4)}"  # two machines may have been given the same piece
        new = {name: Path(f"{self.part(piece, name)}{ending}") for name in (QUARANTINE, PREDICTED)}
        with ExitStack() as stack:
            writers = {name: stack.enter_context(_writer(new[name], self.schema(name))) for name in new}
            for chunk in piece.chunks(columns, self.chunk_bytes):
                for name, table in self._tables(chunk).items():
                    writers[name].write_table(table)
                n_rows += chunk.n_rows
            writers[PREDICTED].add_key_value_metadata({"n_rows": str(n_rows)})
        for name, path in new.items():
            put_in_place(path, self.part(piece, name))

    def is_done(self, piece: Piece) -> bool:
        """Whether both parts of a piece are there."""
        return self.part(piece, PREDICTED).exists()

    def part(self, piece: Piece, name: str) -> Path:
        """Return where a part of a piece is written."""
        return Path(self.folder) / f"{piece.number:08}.{name}.parquet"

    def schema(self, name: str, *, in_folder: bool = False) -> pa.Schema:
        """Return the columns of one of the two tables, the file first if there are several, and the model's facts."""
        values = VALUES if self.model.spread is not None else VALUES[:1]
        own = [pa.field(value, pa.float64()) for value in values] if name == PREDICTED else list(FAULTS)[1:]
        return pa.schema([*[FILE] * in_folder, FAULTS.field("row"), *self.kept, *own], self._facts())

    def _tables(self, chunk: Chunk) -> dict[str, pa.Table]:
        found, spread = judged(self.model.contract, chunk), self.model.spread
        values = [predict(self.model, found.X)]
        if spread is not None:
            values += [values[0] + spread.low, values[0] + spread.high]
        kept = [_kept(chunk.columns[field.name], field.type) for field in self.kept]
        is_good, at = pa.array(found.good), pa.array(found.at, mask=found.at < 0)
        good = [chunk.rows[found.good], *[column.filter(is_good) for column in kept], *values]
        bad = [found.faults["row"], *[column.take(at) for column in kept], *found.faults.columns[1:]]
        return {
            PREDICTED: pa.table(good, schema=self.schema(PREDICTED)),
            QUARANTINE: pa.table(bad, schema=self.schema(QUARANTINE)),
        }

    def _facts(self) -> dict[str, str]:
        model = self.model
        facts = {"model": model.name, "model_sha256": self.sha256}
        facts |= {"target": model.target_name, "unit": model.target_unit}
        return facts if model.spread is None else facts | {"interval_level": repr(model.spread.level)}


@dataclass(frozen=True)
class Counts:
    """How many rows there were, how many were predicted, and the faults of the others by field and reason."""

    n_rows: int
    n_predicted: int
    faults: Mapping[tuple[str, str], int]

    @property
    def n_quarantined(self) -> int:
        """How many rows were not predicted; one may have several faults."""
        return self.n_rows - self.n_predicted


def join(work: Work, pieces: Sequence[Piece], outputs: Mapping[str, Path], *, in_folder: bool) -> Counts:
    """Write all parts as one file of each kind, rows numbered within their input file, and count.

    Parameters
    ----------
    work : Work
    pieces : sequence of Piece
        All of them, done, in the order of the rows.
    outputs : mapping of PREDICTED and QUARANTINE -> pathlib.Path
        The files, which appear when they are whole.
    in_folder : bool
        Whether the name of its file stands before the number of each row.

    Returns
    -------
    Counts

    Lesson: notebooks/08_deployment.ipynb
    """
    before, faults, n_predicted = Counter[str](), Counter[tuple[str, str]](), 0
    new = {name: Path(work.folder) / f"joined.{name}" for name in (QUARANTINE, PREDICTED)}
    with ExitStack() as stack:
        schemas = {name: work.schema(name, in_folder=in_folder) for name in new}
        writers = {name: stack.enter_context(_writer(path, schemas[name])) for name, path in new.items()}
        for piece in pieces:
            for name, writer in writers.items():
                for table in _row_groups(work.part(piece, name)):
                    writer.write_table(_numbered(table, piece.path, before[piece.path], schemas[name]))
                    if name == QUARANTINE:
                        faults += _counted(table)
                    else:
                        n_predicted += table.num_rows
            before[piece.path] += _n_rows(work.part(piece, PREDICTED))
    for name, path in new.items():
        put_in_place(path, outputs[name])
    return Counts(
        before.total(), n_predicted, dict(sorted(faults.items(), key=lambda fault: (-fault[1], fault[0])))
    )


def _writer(path: Path, schema: pa.Schema) -> parquet.ParquetWriter:
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    return parquet.ParquetWriter(path, schema, use_dictionary=texts)  # numbers hardly repeat


def _row_groups(path: Path):
    with parquet.ParquetFile(path) as file:
        for i in range(file.num_row_groups):
            if file.metadata.row_group(i).num_rows:
                yield file.read_row_group(i)


def _n_rows(path: Path) -> int:
    return int(parquet.read_metadata(path).metadata[b"n_rows"])


def _counted(faults: pa.Table) -> Counter[tuple[str, str]]:
    groups = faults.group_by(["field", "reason"]).aggregate([([], "count_all")]).to_pylist()
    return Counter({(group["field"], group["reason"]): group["count_all"] for group in groups})


def _numbered(table: pa.Table, path: str, n_before: int, schema: pa.Schema) -> pa.Table:
    columns = [pc.add(table["row"], n_before), *table.columns[1:]]
    if schema.names[0] == FILE.name:
        columns.insert(0, pa.repeat(Path(path).name, table.num_rows))
    return pa.table(columns, schema=schema)


def _kept(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Return a column as it is; of CSV, whose columns are read as bytes, as texts."""
    return column if column.type == kind else as_texts(column)
