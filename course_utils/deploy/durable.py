"""Files that a kill at any instant leaves old or new, and one writer at a time.

Readers need no lock. Writers hold `alone`; the operating system lets go of it when a process dies, however it dies.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process or thread writes into a folder, and keep them out meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("ab") as file:
        _lock(file)
        try:
            yield
        finally:
            _unlock(file)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that whoever reads it finds the old bytes or the new ones, and never a part."""
    new = path.with_name(f"{path.name}.new")  # one name is enough: there is one writer
    with new.open("wb") as file:
        _write_down(file, data)
    os.replace(new, path)
    keep_names(path.parent)


def put_in_place(new: Path, path: Path) -> None:
    """Give a file that was written under another name its own: `write_whole` for what is larger than the memory."""
    with new.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(new, path)
    keep_names(path.parent)


def append_line(path: Path, line: bytes) -> None:
    """Append a line, its end included; a last line without an end, of a writer that was killed, is cut off first."""
    with path.open("ab+") as file:
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)
        _write_down(file, line)


def complete_lines(path: Path) -> list[bytes]:
    """Return the lines of a file, each with its end; what has no end does not count, and no file has none."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    return data[: data.rfind(b"\n") + 1].splitlines(keepends=True)


def keep_names(folder: Path) -> None:
    """Make the names in a folder, new or changed, outlast a power cut."""
    if os.name == "nt":  # a folder cannot be opened there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_down(file, data: bytes) -> None:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


if os.name == "nt":
    import msvcrt

    def _lock(file) -> None:
        while True:
            try:
                return msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            except OSError:  # after ten seconds it gives up
                continue

    def _unlock(file) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(file) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)

    def _unlock(file) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
