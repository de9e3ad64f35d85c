"""What was asked of a batch, and the folder in which it is done: parts of another job are never taken for its own.

Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from course_utils.deploy.batch_source import File
from course_utils.deploy.canonical import CanonicalError, decode, encode
from course_utils.deploy.durable import alone, write_whole

JOB, LOCK = "job.json", ".lock"


@dataclass(frozen=True)
class Job:
    """What was asked: what is done already belongs to it, and to no other.

    Attributes
    ----------
    model : str, its SHA-256
    input : str, its path
    files : tuple of File, the input as it was
    keep : tuple of str
    piece_bytes : int
    versions : tuple of str, of what may make another result of the same
    """

    model: str
    input: str
    files: tuple[File, ...]
    keep: tuple[str, ...]
    piece_bytes: int
    versions: tuple[str, ...]


@contextlib.contextmanager
def own_folder(out: Path) -> Iterator[Path]:
    """Yield the folder of the parts, which no other run uses meanwhile, and take it away unless work is left in it."""
    folder = out.with_name(f"{out.name}.partial")
    is_there = False
    while not is_there:  # a run that was waited for has taken it away
        with alone(folder):
            is_there = (folder / LOCK).exists()
            if is_there:
                try:
                    yield folder
                finally:
                    _take_away(folder)


def begin(folder: Path, job: Job) -> tuple[str, ...]:
    """Write down what is asked; if parts of another job are there, remove them and return what is other."""
    try:
        before = decode(Job, (folder / JOB).read_bytes())
    except (FileNotFoundError, CanonicalError):
        before = None
    if before == job:
        return ()
    clear(folder)
    write_whole(folder / JOB, encode(job))
    names = [field.name for field in fields(Job)]
    return () if before is None else tuple(n for n in names if getattr(before, n) != getattr(job, n))


def clear(folder: Path) -> None:
    """Remove everything from the folder but its lock, the job last: parts without a job are nobody's."""
    for path in sorted(folder.iterdir(), key=lambda path: path.name == JOB):
        if path.name != LOCK:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _take_away(folder: Path) -> None:
    if {path.name for path in folder.iterdir()} <= {JOB, LOCK}:
        (folder / JOB).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # Windows removes no file that is open
            (folder / LOCK).unlink()
            folder.rmdir()
