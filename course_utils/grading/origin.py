"""What an LMS has given out: a folder or a .zip archive, listed and read as coming from an opponent.

Nothing is extracted: an archive's members and a folder's files are listed, refused by what they are, and read one by
one into memory, never more than a limit. Students choose the names of files and what is in them; sizes and names in
an archive may lie. So sizes are counted while reading, and no name ever becomes a path that is written.
"""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from course_utils.grading.classroom import EARLIER
from course_utils.grading.errors import GradingError
from course_utils.grading.submission import LARGEST_FILE

LARGEST_ORIGIN = 2 * 2**30  # bytes that are read from all its files together
MOST_FILES = 50_000
LONGEST_PATH = 1_000  # characters
LARGEST_LISTING = 16 * 2**20  # bytes of an archive's table of contents
CHUNK = 2**16
# What file managers and JupyterLab leave behind, and what a class has put aside if its own folder is the origin.
LITTER = {"__MACOSX", ".DS_Store", ".ipynb_checkpoints", "Thumbs.db", "desktop.ini", EARLIER}
# Joiners without which some scripts cannot be written; every other invisible sign is refused.
JOINERS = {"\u200c", "\u200d"}
NO_TIME = (1980, 1, 1, 0, 0, 0)  # what programs write that know no time
# What a damaged archive makes zipfile raise; RuntimeError covers what it cannot do, such as decrypt.
DAMAGED = (OSError, EOFError, ValueError, RuntimeError, struct.error, zipfile.BadZipFile, zlib.error)
UTC_TIMES = 0x5455  # of an archive's extra fields: seconds since 1970, whatever the zone


class BadOriginError(GradingError):
    """What was to be collected from cannot be opened; the message says what was wanted."""


class UnreadableError(Exception):
    """One file that cannot be read; the message says why, without its name."""


@dataclass(frozen=True)
class Refused:
    """A file that was not collected: its path in the origin, fit to be printed, and why."""

    path_in_origin: str
    why: str


@dataclass(frozen=True)
class Found:
    """A file of the origin: its path there, the time it carries, and where it is read from."""

    path: str
    time: datetime
    place: Path | zipfile.ZipInfo


class Origin:
    """The files of a folder or an archive.

    Attributes
    ----------
    files : tuple of Found
        Ordinary files with harmless names, in the order of their paths.
    refused : tuple of Refused
    """

    def __init__(
        self, found: list[Found], refused: list[Refused], opened: Callable[[Path | zipfile.ZipInfo], BinaryIO]
    ):
        self.files = tuple(sorted(found, key=lambda file: file.path))
        self.refused = tuple(sorted(refused, key=lambda file: file.path_in_origin))
        self._opened = opened
        self._bytes_left = LARGEST_ORIGIN

    def read(self, found: Found, *, at_most: int = LARGEST_FILE) -> bytes:
        """Return what is in a file; UnreadableError if it is too large or damaged."""
        data = bytearray()
        try:
            with self._opened(found.place) as file:
                while len(data) <= at_most and (chunk := file.read(CHUNK)):
                    data += chunk
                    self._bytes_left -= len(chunk)
                    if self._bytes_left < 0:
                        raise UnreadableError(
                            f"is left out: more than {LARGEST_ORIGIN:,} bytes were handed in altogether"
                        )
        except DAMAGED as error:
            raise UnreadableError(f"cannot be read: {printable(str(error))}") from error
        if len(data) > at_most:
            raise UnreadableError(f"is too large: at most {at_most:,} bytes are read")
        return bytes(data)


@contextmanager
def open_origin(path: Path) -> Iterator[Origin]:
    """Open a folder or an archive for reading; BadOriginError if it is neither."""
    if path.is_dir():
        yield Origin(*_in_folder(path), _open_file)
        return
    try:
        file = _Bounded(path)
    except OSError as error:
        raise BadOriginError(f"{path} cannot be opened: a folder or a .zip archive is wanted") from error
    with file:
        try:
            archive = zipfile.ZipFile(file)
        except DAMAGED as error:
            raise BadOriginError(
                f"{path} cannot be read as a .zip archive ({printable(str(error))}); unpack it, and name the folder"
            ) from error
        with archive:
            yield Origin(*_in_archive(archive, _moment(path.stat().st_mtime)), archive.open)


def printable(text: str) -> str:
    """Return a text that does nothing to a terminal, cut where it gets too long to be read."""
    shown = "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape", "backslashreplace").decode()
        for sign in text
    )
    return shown if len(shown) <= 200 else f"{shown[:199]}…"


def harm_in(path: str) -> str:
    """Return what is wrong with the name of a file, or nothing."""
    if len(path) > LONGEST_PATH:
        return f"its path has {len(path):,} characters; at most {LONGEST_PATH:,} are read"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "its path does not start in the origin"
    if "\\" in path:
        return "its path holds a backslash"
    if not {"", ".", ".."}.isdisjoint(path.split("/")):
        return "its path holds a part that names no file: nothing, . or .."
    if any(unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} for sign in path):
        return "its path holds control characters, or bytes that are no text"
    if any(unicodedata.category(sign) == "Cf" and sign not in JOINERS for sign in path):
        return "its path holds invisible signs, such as marks that turn the direction of writing"
    return ""


class _Bounded(io.FileIO):
    """A file of which no program reads a large part at once: a table of contents can claim any length."""

    def read(self, size: int | None = -1) -> bytes:
        everything = size is None or size < 0
        data = super().read(LARGEST_LISTING + 1 if everything else min(size, LARGEST_LISTING + 1))
        if len(data) > LARGEST_LISTING:
            raise zipfile.BadZipFile("its table of contents is too long")
        return data


def _in_folder(root: Path) -> tuple[list[Found], list[Refused]]:
    """Return the files below a folder; links are not followed."""
    found: list[Found] = []
    refused: list[Refused] = []
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root / folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            refused.append(Refused(printable(folder or str(root)), "is a folder that cannot be opened"))
            continue
        for entry in entries:
            path = f"{folder}{entry.name}"
            if _is_litter(path):
                continue
            try:
                details = entry.stat(follow_symlinks=False)
            except OSError:  # gone in the meantime
                refused.append(Refused(printable(path), "cannot be opened"))
                continue
            if why := harm_in(path) or _no_ordinary(details.st_mode):
                refused.append(Refused(printable(path), why))
            elif stat.S_ISDIR(details.st_mode):
                folders.append(f"{path}/")
            else:
                found.append(Found(path, _moment(details.st_mtime), root / path))
        _require_few(len(found) + len(refused) + len(folders), root)
    return found, refused


def _in_archive(archive: zipfile.ZipFile, made: datetime) -> tuple[list[Found], list[Refused]]:
    """Return the members of an archive; one without a time of its own gets that of the archive."""
    members = archive.infolist()
    _require_few(len(members), archive.filename)
    names = [_name(member) for member in members]
    occurrences = Counter(names)
    found, refused = [], []
    for name, member in zip(names, members, strict=True):
        if name.endswith("/") or _is_litter(name):
            continue
        why = harm_in(name) or _harm_in_member(member)
        if occurrences[name] > 1:
            why = f"is there {occurrences[name]} times: which is meant cannot be told"
        if why:
            refused.append(Refused(printable(name), why))
        else:
            found.append(Found(name, _time_of(member, made), member))
    return found, list(dict.fromkeys(refused))


def _harm_in_member(member: zipfile.ZipInfo) -> str:
    if member.flag_bits & 1:
        return "is encrypted"
    # Other methods let a few bytes become gigabytes before anything can be counted; no LMS uses them.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is compressed in a way that is not read"
    return _no_ordinary(member.external_attr >> 16)


def _no_ordinary(mode: int) -> str:
    """Return what is wrong with a file of this mode; an archive made without modes says 0."""
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFLNK:
        return "is a link"
    return "" if kind in (0, stat.S_IFREG, stat.S_IFDIR) else "is no ordinary file"


def _name(member: zipfile.ZipInfo) -> str:
    """Return the name of a member; many programs write UTF-8 and do not say so."""
    name = member.orig_filename
    if not member.flag_bits & 0x800:
        with suppress(UnicodeError):
            return name.encode("cp437").decode("utf-8")
    return name


def _time_of(member: zipfile.ZipInfo, otherwise: datetime) -> datetime:
    """Return when a member was changed: in UTC if it says so, else by the clock of this machine's zone."""
    extra = member.extra
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == UTC_TIMES and length >= 5 and len(extra) >= 9 and extra[4] & 1:
            return _moment(struct.unpack_from("<i", extra, 5)[0])
        extra = extra[4 + length :]
    if tuple(member.date_time) == NO_TIME:
        return otherwise
    try:
        return datetime(*member.date_time).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise


def _moment(seconds: float) -> datetime:
    """Return a time in whole seconds; 1970 for what no calendar holds."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _is_litter(path: str) -> bool:
    return any(part in LITTER or part.startswith("._") for part in path.split("/"))


def _require_few(count: int, origin: object) -> None:
    if count > MOST_FILES:
        raise BadOriginError(f"{origin} holds {count:,} files; at most {MOST_FILES:,} are collected at once")


def _open_file(path: Path) -> BinaryIO:
    """Open a file that is still no link and no device, whatever it was when it was listed."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    file = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise OSError("it is no ordinary file")
    return file
