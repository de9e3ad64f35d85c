"""A file of rows, or a folder of such files, in pieces: each can be read alone, here or on another machine.

Needs pyarrow, of the extra "deploy".
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pyarrow as pa

from course_utils.deploy import batch_csv, batch_parquet
from course_utils.deploy.batch_rows import Chunk

FORMATS = {".csv": batch_csv, ".parquet": batch_parquet}
IN_WORDS = " and ".join(FORMATS)


class BatchError(ValueError):
    """What cannot be predicted at all; the message says everything that is wrong."""


@dataclass(frozen=True)
class File:
    """A file as it is now: with another size or another time of its last change, it is another one."""

    name: str
    size: int
    changed_ns: int

    @classmethod
    def of(cls, path: Path) -> File:
        """Return what the file system says of a file; OSError if it is not there."""
        facts = path.stat()
        return cls(path.name, facts.st_size, facts.st_mtime_ns)


@dataclass(frozen=True)
class Piece:
    """Rows that are read, judged and written together.

    Attributes
    ----------
    number : int, its place among all pieces, from 0
    path : str, its file
    start : int, its row group, or its first byte
    n_bytes : int
    """

    number: int
    path: str
    start: int
    n_bytes: int

    def chunks(self, columns: Sequence[str], chunk_bytes: int) -> Iterator[Chunk]:
        """Yield the rows of the piece, a part at a time; BatchError if the file is damaged."""
        path = Path(self.path)
        try:
            yield from _format(path).chunks(path, self.start, self.n_bytes, columns, chunk_bytes)
        except (pa.ArrowException, OSError) as error:
            raise BatchError(f"{path} cannot be read: {_first_line(error)}") from None


@dataclass(frozen=True, eq=False)
class Source:
    """A file, or the files of a folder in the order of their names, after their columns were looked at.

    Attributes
    ----------
    path : pathlib.Path, absolute
    paths : tuple of pathlib.Path
    kept : pyarrow.Schema of the columns that are carried through; those of CSV are texts
    """

    path: Path
    paths: tuple[Path, ...]
    kept: pa.Schema

    @property
    def is_folder(self) -> bool:
        """Whether a row is known only by its file and its number."""
        return self.paths != (self.path,)

    def files(self) -> tuple[File, ...]:
        """Return what the file system says of the files now; BatchError if there are others than before."""
        if _paths(self.path) != list(self.paths):
            raise BatchError(f"files came into {self.path} or left it while it was read: nothing was written")
        return tuple(map(File.of, self.paths))

    def pieces(self, piece_bytes: int) -> list[Piece]:
        """Return all pieces in the order of the rows; those of CSV have about `piece_bytes`."""
        places = [(path, place) for path in self.paths for place in _format(path).places(path, piece_bytes)]
        return [Piece(number, str(path), *place) for number, (path, place) in enumerate(places)]


def open_source(path: Path, features: Sequence[str], keep: Sequence[str] = ()) -> Source:
    """Return the rows in a file or a folder, if every file has the columns that are needed.

    Parameters
    ----------
    path : pathlib.Path
        A .csv or .parquet file, or a folder of them.
    features : sequence of str
        Columns of numbers, in any order; other columns are not looked at.
    keep : sequence of str
        Columns of any kind that are to be carried through.

    Returns
    -------
    Source

    Raises
    ------
    BatchError
        Everything that is wrong with the columns of all files, at once.
    OSError
        There is no such file.

    Lesson: notebooks/08_deployment.ipynb
    """
    path = Path(path).resolve()
    paths = _paths(path)
    columns = {each: _types(each) for each in paths}
    first = dict(columns[paths[0]])
    found: dict[str, list[str]] = {}  # each fault is told once, however many files have it
    for each in paths:
        for fault in _faults(columns[each], features, keep, first, _format(each)):
            found.setdefault(fault, []).append(each.name)
    if found:
        raise BatchError("; ".join(_told(fault, names, paths) for fault, names in found.items()))
    return Source(path, tuple(paths), pa.schema([(name, first[name]) for name in keep]))


def _paths(path: Path) -> list[Path]:
    """Return the files in the order of their names; whatever else lies in a folder is not passed over in silence."""
    if not path.is_dir():
        return [path]
    paths = sorted(each for each in path.iterdir() if not each.name.startswith((".", "_")))
    if others := [each.name for each in paths if each.suffix.lower() not in FORMATS or not each.is_file()]:
        raise BatchError(f"{path} holds {', '.join(others)}; a folder of {IN_WORDS} files alone is needed")
    if not paths:
        raise BatchError(f"{path} is a folder without {IN_WORDS} files")
    return paths


def _format(path: Path) -> ModuleType:
    if path.suffix.lower() not in FORMATS:
        raise BatchError(f"{path} ends in {path.suffix or 'nothing'}; {IN_WORDS} files are read")
    return FORMATS[path.suffix.lower()]


def _types(path: Path) -> list[tuple[str, pa.DataType]]:
    """Return the columns of a file with their types; a name may stand twice."""
    try:
        return _format(path).types(path)
    except pa.ArrowException as error:
        raise BatchError(f"{path} cannot be read: {_first_line(error)}") from None


def _faults(columns: list, features: Sequence[str], keep: Sequence[str], first: dict, form) -> Iterator[str]:
    """Yield what is wrong with the columns of a file; `first` are the types of the first file's."""
    names, there = [name for name, _ in columns], dict(columns)
    for name in dict.fromkeys((*features, *keep)):
        if name not in there:
            yield f"the column {name!r} is missing"
        elif names.count(name) > 1:
            yield f"the column {name!r} is there {names.count(name)} times"
        elif name in features and not form.may_hold_numbers(there[name]):
            yield f"the column {name!r} holds {there[name]}, not numbers"
        elif name in keep and there[name] != first.get(name, there[name]):
            yield f"the column {name!r} holds {there[name]}, and {first[name]} in the first file"


def _told(fault: str, names: list[str], paths: list[Path]) -> str:
    if len(paths) == 1:
        return fault
    return f"{fault} in {names[0]}" + (f" and {len(names) - 1} other files" if len(names) > 1 else "")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
