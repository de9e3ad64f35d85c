"""Predictions for files larger than the memory, CSV or Parquet to Parquet. A bad row is set aside; a kill costs little.

The rows are read in pieces. What a piece gives is written into the folder OUT.partial, and all of it is joined at the
end; so the same command, after whatever ended it, goes on where it was. Every row is in one of two files: OUT has the
predictions, OUT.quarantine the rows that the model does not accept, each with what is wrong with it.
Needs pyarrow, of the extra "deploy".
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tqdm.auto import tqdm

from course_utils.deploy.artifact import Artifact, content_hash, to_bytes
from course_utils.deploy.batch_job import Job, begin, clear, own_folder
from course_utils.deploy.batch_parts import PREDICTED, QUARANTINE, TAKEN, Counts, Work, join
from course_utils.deploy.batch_source import BatchError, Piece, Source, open_source

PIECE_BYTES = 16 * 2**20  # of a piece of CSV, and of the numbers of a chunk
Engine = Callable[[Work, Sequence[Piece]], Iterable[Piece]]


@dataclass(frozen=True)
class Result:
    """What a run did.

    Attributes
    ----------
    counts : Counts
    outputs : dict of "predicted" and "quarantine" -> pathlib.Path
    n_pieces, n_found : int
        All pieces, and those that an earlier run had done.
    other : tuple of str
        In what an earlier, unfinished run was another job, so that nothing of it was used.
    """

    counts: Counts
    outputs: dict[str, Path]
    n_pieces: int
    n_found: int
    other: tuple[str, ...]

    def __str__(self) -> str:
        counts, of_all = self.counts, f"of {self.counts.n_rows:,} rows"
        lines = [
            f"predicted    {counts.n_predicted:>13,} {of_all}: {self.outputs[PREDICTED]}",
            f"quarantined  {counts.n_quarantined:>13,} {of_all}: {self.outputs[QUARANTINE]}",
        ]
        for (field, reason), count in counts.faults.items():
            lines.append(f"{count:>26,} {field or 'the line'}: {reason}")
        if self.n_found:
            lines.append(
                f"went on with an earlier run, which had done {self.n_found} of {self.n_pieces} pieces"
            )
        if self.other:
            lines.append(f"an earlier run was not gone on with: another {', another '.join(self.other)}")
        return "\n".join(lines)


def one_by_one(work: Work, pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The engine of one machine: do one piece after the other, and yield each when it is done."""
    for piece in pieces:
        work(piece)
        yield piece


def predict_files(
    path: Path,
    out: Path,
    model: Artifact,
    *,
    keep: Sequence[str] = (),
    engine: Engine = one_by_one,
    piece_bytes: int = PIECE_BYTES,
    progress: bool = True,
) -> Result:
    """Predict every row of a file, or of the files in a folder, that the model accepts, and set the others aside.

    Parameters
    ----------
    path : pathlib.Path
        A .csv or .parquet file, or a folder of them. Columns are found by their names; what is neither a feature nor
        kept is not looked at.
    out : pathlib.Path
        The predictions: the number of the row from 1, the kept columns, predicted_value, and low and high if the model
        has a spread. The facts of the model are metadata of the file. One that is there is replaced.
    model : Artifact
    keep : sequence of str
        Columns that are carried through to both results.
    engine : callable of (work, pieces) -> iterable of the pieces as they are done
        Where the work is done: here, or by `batch_dask.on_dask`. It makes no difference to the result.
    piece_bytes : int
        About as many bytes of CSV, or of numbers, are in memory several times.
    progress : bool
        Whether to show how far it is.

    Returns
    -------
    Result

    Raises
    ------
    BatchError
        Columns that are missing or of another type, before anything is done; an input that is damaged or changes
        meanwhile.
    OSError
        A file that is not there or cannot be written.

    Lesson: notebooks/08_deployment.ipynb
    """
    out, keep = Path(out).absolute(), tuple(dict.fromkeys(keep))
    source = open_source(path, model.feature_names, keep)
    outputs = {PREDICTED: out, QUARANTINE: out.with_suffix(f".{QUARANTINE}.parquet")}
    _require_places(outputs, source)
    sha256 = content_hash(to_bytes(model))
    job = Job(sha256, str(source.path), source.files(), keep, piece_bytes, _versions())
    with own_folder(out) as folder:
        other = begin(folder, job)
        work, pieces = Work(model, sha256, source.kept, str(folder), piece_bytes), source.pieces(piece_bytes)
        waiting = [piece for piece in pieces if not work.is_done(piece)]
        _show(engine(work, waiting), pieces, waiting, progress)
        if source.files() != job.files:
            raise BatchError(f"{source.path} was changed while it was read: nothing was written")
        counts = join(work, pieces, outputs, in_folder=source.is_folder)
        clear(folder)
    return Result(counts, outputs, len(pieces), len(pieces) - len(waiting), other)


def _require_places(outputs: Mapping[str, Path], source: Source) -> None:
    """Raise BatchError unless the results can be written, and are not read as input."""
    out = outputs[PREDICTED]
    if out.suffix.lower() != ".parquet" or out.is_dir():
        raise BatchError(f"the predictions are to go to {out}; a file that ends in .parquet is needed")
    if not out.parent.is_dir():
        raise BatchError(f"the predictions are to go to {out}; there is no folder {out.parent}")
    for path in outputs.values():
        if source.path in (path.resolve(), *path.resolve().parents):
            raise BatchError(f"{path} would be written and is input: another place is needed")
    if taken := sorted(set(source.kept.names) & set(TAKEN)):
        raise BatchError(
            f"{', '.join(map(repr, taken))} cannot be kept: the results have columns of that name"
        )


def _versions() -> tuple[str, ...]:
    return tuple(f"{name} {version(name)}" for name in ("course-utils", "numpy", "pyarrow"))


def _show(done: Iterable[Piece], pieces: Sequence[Piece], waiting: Sequence[Piece], progress: bool) -> None:
    """Let an engine work, and show how far it is, in bytes of the input, if that is wanted."""
    total, left = (sum(piece.n_bytes for piece in some) for some in (pieces, waiting))
    hidden = {} if progress else {"disable": True}  # where it is wanted, the environment may still forbid it
    with tqdm(total=total, initial=total - left, desc="predict", unit="B", unit_scale=True, **hidden) as bar:
        for piece in done:
            bar.update(piece.n_bytes)
