"""What was handed in, from what an LMS has given out into the class.

Each student's latest attempt becomes submitted/STUDENT/NAME/NAME.ipynb, beside it timestamp.txt with the time of
handing in. The latest is the one with the highest attempt number at the end of its name (`ps1-2.ipynb`), among those
the newest; names that are the assignment's come before all others.

Where another notebook lies already, the newer of the two stays and the older is put aside, into
submitted/STUDENT/.earlier/NAME/, under its time and a digest of its bytes. Neither `Classroom.students` nor nbgrader,
which both look for submitted/STUDENT/NAME, takes it for a submission. The same bytes stay as they are, at the
earlier of their two times.

The times are those of the archive's entries or of the files. Some LMS write there when the archive was made:
`lines` says so where all times are about the same.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from course_utils.grading.classroom import (
    STUDENT,
    Classroom,
    require_name,
    write_whole,
    write_whole_bytes,
)
from course_utils.grading.origin import (
    BadOriginError,
    Found,
    Origin,
    Refused,
    UnreadableError,
    open_origin,
    printable,
)

TIMESTAMP = "timestamp.txt"  # nbgrader's name and format
TIME_FORMAT = "%Y-%m-%d %H:%M:%S UTC"
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz")
ONE_DOWNLOAD = timedelta(minutes=10)  # all handed in within this: rather the time of the download
LONGEST_READABLE = 55  # characters of an identifier before its digest


@dataclass(frozen=True)
class Pattern:
    """How an LMS names what it gives out.

    Attributes
    ----------
    lms, example : str
    expression : str
        Matched against a whole path. NAME stands for the assignment, OTHERS for the class's other ones. It has the
        group student, perhaps id (the LMS's own number for the student) and file (the name the student gave).
        A student chooses file names and may make folders; so the first match from the left must be the LMS's.
    keeps_time : bool
        Whether a timestamp.txt beside a notebook is nbgrader's. Elsewhere the student may have handed it in.
    anywhere : bool
        Whether the expression may match a part of the path, and means NAME and OTHERS as they stand.
    """

    lms: str
    example: str
    expression: str
    keeps_time: bool = False
    anywhere: bool = False


PATTERNS = (
    Pattern(
        "Moodle, anonymous",
        "Participant_123456_assignsubmission_file_/ps1.ipynb",
        r"(?:[^/]+/)*?(?P<student>Participant[ _]\d+)_assignsubmission_file_?/?(?:[^/]+/)*?(?P<file>[^/]+)",
    ),
    Pattern(
        "Moodle",
        "Ada Lovelace_123456_assignsubmission_file_/ps1.ipynb",
        r"(?:[^/]+/)*?(?P<student>[^/]+?)_(?P<id>\d+)_assignsubmission_file_?/?(?:[^/]+/)*?(?P<file>[^/]+)",
    ),
    Pattern(
        "nbgrader",
        "submitted/ada/ps1/ps1.ipynb",
        r"(?:submitted/)?(?P<student>[^/]+)/NAME/(?P<file>NAME\.ipynb)",
        keeps_time=True,
    ),
    Pattern(
        "a folder each",
        "ada/ps1.ipynb",
        r"(?:submitted/)?(?!submitted/)(?P<student>[^/]+)/(?P<file>NAME(?:-\d+)?\.ipynb)",
    ),
    Pattern(
        "Canvas, anonymous",
        "anon_Xy12z_67890_ps1.ipynb",
        r"(?:LATE_)?(?P<student>anon_[^/_]+)_\d+_(?P<file>[^/]+)",
    ),
    Pattern(
        "Canvas",
        "lovelaceada_12345_67890_ps1.ipynb",
        r"(?P<student>[^/]+?)_(?:LATE_)?(?P<id>\d+)_\d+_(?P<file>[^/]+)",
    ),
    Pattern("student and assignment", "ada_ps1.ipynb", r"(?P<student>[^/]+?)_(?P<file>NAME(?:-\d+)?\.ipynb)"),
    Pattern("student", "ada.ipynb", r"(?!(?:.*_)?(?:NAME|OTHERS)(?![A-Za-z0-9]))(?P<student>[^/]+)\.ipynb"),
)


@dataclass(frozen=True)
class Taken:
    """A notebook that is new in the class."""

    student: str
    path_in_origin: str
    time: datetime


@dataclass(frozen=True)
class Kept:
    """A notebook that was there already, with the same bytes."""

    student: str
    path_in_origin: str


@dataclass(frozen=True)
class Earlier:
    """An attempt that was left in the origin, because a later one of the same student was collected."""

    student: str
    path_in_origin: str


@dataclass(frozen=True)
class PutAside:
    """The older of two notebooks of a student; `place` is where it now lies, from the class folder down."""

    student: str
    place: str
    was_there: bool  # false if it is the one from the origin


@dataclass(frozen=True)
class Collected:
    """What became of each file of the origin."""

    taken: tuple[Taken, ...] = ()
    kept: tuple[Kept, ...] = ()
    refused: tuple[Refused, ...] = ()
    put_aside: tuple[PutAside, ...] = ()
    earlier: tuple[Earlier, ...] = ()


Outcome = Taken | Kept | Refused | PutAside | Earlier


@dataclass(frozen=True)
class Attempt:
    """A notebook of the origin, whose it is, and what the latest is found by."""

    found: Found
    who: tuple[str, str]  # the name and number that the LMS gives
    student: str
    order: tuple[bool, int, datetime, str]


def collect(room: Classroom, name: str, origin: Path, *, pattern: str | None = None) -> Collected:
    """Lay what was handed in into the class; running it again changes nothing, and completes what was interrupted.

    Parameters
    ----------
    room : Classroom
    name : str
        The assignment.
    origin : Path
        A folder or a .zip archive, as an LMS gives it out.
    pattern : str, optional
        A regular expression with the group `student`, searched for in the path of each file; without it, PATTERNS
        are tried in their order. Students choose the end of a path: start the expression with ^.

    Returns
    -------
    Collected
        What was taken, kept, put aside, left as an earlier attempt, and refused, each file by itself.

    Raises
    ------
    BadOriginError
        The origin cannot be opened, or the pattern is none.
    BadClassError
        No assignment can have this name.
    """
    require_name(name)
    with open_origin(origin) as opened:
        attempts, refused = _attempts(opened, _reader(room, name, origin, opened, pattern))
        students, collided = _without_collisions(attempts, _folders(room))
        outcomes: list[Outcome] = [*opened.refused, *refused, *collided]
        for student, theirs in sorted(students.items()):
            outcomes += _collect_one(room, name, student, theirs, opened)
    return Collected(*(_of_kind(outcomes, kind) for kind in (Taken, Kept, Refused, PutAside, Earlier)))


def lines(collected: Collected) -> list[str]:
    """Return what became of each file, a line each, and a sum of it all."""
    report = [f"taken     {one.student} from {one.path_in_origin}" for one in collected.taken]
    report += [
        f"kept      {one.student}: {one.path_in_origin} is the same as before" for one in collected.kept
    ]
    for aside in collected.put_aside:
        which = "the older one that was there" if aside.was_there else "one no newer than what is there"
        report.append(f"put aside {aside.student}: {which}, in {aside.place}")
    report += [
        f"earlier   {one.student}: not {one.path_in_origin}, but a later one" for one in collected.earlier
    ]
    report += [f"refused   {one.path_in_origin}: {one.why}" for one in collected.refused]
    counts = {
        "taken": collected.taken,
        "kept": collected.kept,
        "put aside": collected.put_aside,
        "earlier": collected.earlier,
        "refused": collected.refused,
    }
    report.append(", ".join(f"{len(those)} {word}" for word, those in counts.items()))
    if _is_one_download([one.time for one in collected.taken]):
        report.append(
            "All that was taken carries about the same time, perhaps that of the download: "
            "check timestamp.txt before a late policy counts days."
        )
    return report


def identifier(display_name: str) -> str:
    """Return who a student is in the class, from the name alone.

    Spaces become hyphens. If that can stand in a path, it is the identifier. Otherwise accents fall off their
    letters, what still cannot stand there is left out, and eight digits of the name's SHA-256 keep names apart
    that have become one: Jörg Müller is Jorg-Muller-70ed695e, 李雷 is student-3a47328a.
    """
    name = " ".join(unicodedata.normalize("NFC", display_name).split())
    hyphenated = name.replace(" ", "-")
    if STUDENT.fullmatch(hyphenated):
        return hyphenated
    letters = unicodedata.normalize("NFKD", hyphenated).encode("ascii", "ignore").decode()
    readable = re.sub(r"[^A-Za-z0-9._@-]", "", letters).lstrip("._@-")[:LONGEST_READABLE] or "student"
    return f"{readable}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def read_time(text: str) -> datetime | None:
    """Return the time behind nbgrader's timestamp in UTC, in whole seconds; None if it says no time we know."""
    try:
        time = datetime.fromisoformat(text.strip().replace(" UTC", "+00:00"))
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class _Reader:
    """What finds the student in a path of one origin."""

    name: str
    others: tuple[str, ...]  # the class's assignments
    patterns: tuple[Pattern, ...]
    wrapping: str  # a folder around everything: programs that pack a folder keep it in the archive

    def match(self, path: str) -> tuple[Pattern, re.Match[str]] | None:
        """Return the first pattern that fits, and how."""
        for pattern in self.patterns:
            if pattern.anywhere:
                match = re.search(pattern.expression, path)
            else:
                match = re.fullmatch(
                    self._expression(pattern), path.removeprefix(self.wrapping), re.IGNORECASE | re.DOTALL
                )
            if match and match["student"]:
                return pattern, match
        return None

    def order(self, found: Found, file: str) -> tuple[bool, int, datetime, str]:
        """Return what the latest attempt has the greatest of."""
        stem, name = file.rpartition(".")[0].casefold(), self.name.casefold()
        numbered = re.fullmatch(r"(.+)-(\d{1,3})", stem)
        if stem == name or numbered is None:
            return stem == name, 0, found.time, found.path
        return numbered[1] == name, int(numbered[2]), found.time, found.path

    def _expression(self, pattern: Pattern) -> str:
        others = "|".join(map(re.escape, self.others or (self.name,)))
        return pattern.expression.replace("NAME", re.escape(self.name)).replace("OTHERS", others)


def _reader(room: Classroom, name: str, origin: Path, opened: Origin, pattern: str | None) -> _Reader:
    wrapping = f"{origin.stem}/"
    is_wrapped = all(found.path.startswith(wrapping) for found in opened.files)
    patterns = PATTERNS if pattern is None else (_own_pattern(pattern),)
    return _Reader(name, tuple(room.assignments()), patterns, wrapping if is_wrapped else "")


def _own_pattern(expression: str) -> Pattern:
    """Return an instructor's own pattern; BadOriginError if it cannot say who handed in."""
    try:
        groups = re.compile(expression).groupindex
    except re.error as error:
        raise BadOriginError(f"the pattern {expression!r} is no regular expression: {error}") from error
    if "student" not in groups:
        raise BadOriginError(
            f"the pattern {expression!r} does not say who handed in: a group (?P<student>...) is wanted"
        )
    return Pattern("your own", "", expression, anywhere=True)


def _attempts(opened: Origin, reader: _Reader) -> tuple[list[Attempt], list[Refused]]:
    """Return the notebooks that name a student, and all other files with what is wrong with them."""
    by_path = {found.path: found for found in opened.files}
    attempts, others, stamps = [], {}, set()
    for found in opened.files:
        if why := _no_notebook(found.path):
            others[found.path] = why
        elif fit := reader.match(found.path):
            pattern, match = fit
            stamp = (
                by_path.get(f"{found.path.rpartition('/')[0]}/{TIMESTAMP}") if pattern.keeps_time else None
            )
            if stamp:
                stamps.add(stamp.path)
                found = replace(found, time=_stamped(opened, stamp) or found.time)
            attempts.append(_attempt(found, match, reader))
        else:
            others[found.path] = "its name fits no LMS we know; --pattern can say where it names the student"
    return attempts, [Refused(printable(path), why) for path, why in others.items() if path not in stamps]


def _attempt(found: Found, match: re.Match[str], reader: _Reader) -> Attempt:
    groups = match.groupdict()
    display_name = " ".join(unicodedata.normalize("NFC", groups["student"]).split())
    file = groups.get("file") or found.path.rpartition("/")[2]
    who = (display_name, groups.get("id") or "")
    return Attempt(found, who, identifier(display_name), reader.order(found, file))


def _no_notebook(path: str) -> str:
    suffix = Path(path).suffix.lower()
    if suffix in ARCHIVES:
        return "is an archive, which is not looked into: unpack it and collect what is in it"
    return "" if suffix == ".ipynb" else "is no notebook: an .ipynb file is wanted"


def _stamped(opened: Origin, stamp: Found) -> datetime | None:
    """Return the time that nbgrader wrote beside a notebook."""
    try:
        return read_time(opened.read(stamp, at_most=100).decode("ascii", "replace"))
    except UnreadableError:
        return None


def _without_collisions(
    attempts: Sequence[Attempt], folders: Iterable[str]
) -> tuple[dict[str, list[Attempt]], list[Refused]]:
    """Return the attempts of each student; refuse those of whom one folder would have to hold two.

    Capitals do not tell students apart: not every file system sees them.
    """
    groups: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        groups[attempt.student.casefold()].append(attempt)
    spelled = {folder.casefold(): folder for folder in folders}
    students, refused = {}, []
    for key, group in groups.items():
        student = group[0].student
        if why := _collision(group, spelled.get(key, student)):
            refused += [Refused(printable(attempt.found.path), why) for attempt in group]
        else:
            students[student] = group
    return students, refused


def _collision(group: Sequence[Attempt], folder: str) -> str:
    student, people = group[0].student, {attempt.who for attempt in group}
    if len(people) > 1:
        names = ", ".join(printable(" ".join(filter(None, who))) for who in sorted(people)[:5])
        return (
            f"{len(people)} students would be {student}, and none of them is collected: {names}. "
            "--pattern can tell them apart"
        )
    return "" if student == folder else f"{student} is there already, written {folder}"


def _folders(room: Classroom) -> list[str]:
    folder = room.root / "submitted"
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def _collect_one(
    room: Classroom, name: str, student: str, attempts: Sequence[Attempt], opened: Origin
) -> Iterator[Outcome]:
    """Lay a student's latest readable attempt into the class."""
    latest_first = sorted(attempts, key=lambda attempt: attempt.order, reverse=True)
    while latest_first:
        found = latest_first.pop(0).found
        try:
            data = opened.read(found)
        except UnreadableError as error:
            yield Refused(printable(found.path), str(error))
            continue
        try:
            yield from _lay(room, name, student, found, data)
        except OSError as error:
            yield Refused(
                printable(found.path), f"could not be written into the class: {printable(str(error))}"
            )
        break
    for attempt in latest_first:
        yield Earlier(student, printable(attempt.found.path))


def _lay(room: Classroom, name: str, student: str, found: Found, data: bytes) -> Iterator[Outcome]:
    """Lay a notebook into the class, unless what is there is the same or no older."""
    path, path_in_origin = room.submitted(student, name), printable(found.path)
    if obstacle := _obstacle(room, path, room.earlier(student, name)):
        yield Refused(path_in_origin, f"cannot be laid into the class: {obstacle}")
        return
    there = path.read_bytes() if path.exists() else None
    if there == data:
        _keep_earlier_time(path.with_name(TIMESTAMP), found.time)
        yield Kept(student, path_in_origin)
    elif there is not None and found.time <= _time_of(path):
        yield PutAside(student, _put_aside(room, student, name, data, found.time), was_there=False)
    else:
        if there is not None:
            yield PutAside(student, _make_way(room, student, name, there), was_there=True)
        write_whole_bytes(path, data, modified=found.time.timestamp())
        write_whole(path.with_name(TIMESTAMP), found.time.strftime(TIME_FORMAT))
        yield Taken(student, path_in_origin, found.time)


def _keep_earlier_time(stamp: Path, time: datetime) -> None:
    """Bytes that were there at two times were handed in at the earlier; what is no time we know stays."""
    known = read_time(_text(stamp)) if stamp.exists() else None
    if not stamp.exists() or (known and time < known):
        write_whole(stamp, time.strftime(TIME_FORMAT))


def _make_way(room: Classroom, student: str, name: str, there: bytes) -> str:
    """Put a submission aside before another replaces it; return its new place.

    Its timestamp goes first. Wherever this is interrupted, a notebook beside a timestamp was handed in then, and
    one without a timestamp carries its time itself.
    """
    path = room.submitted(student, name)
    time = _time_of(path)
    place = _put_aside(room, student, name, there, time)
    os.utime(path, (time.timestamp(), time.timestamp()))
    path.with_name(TIMESTAMP).unlink(missing_ok=True)
    return place


def _obstacle(room: Classroom, path: Path, aside: Path) -> str:
    """Return what stands in the way of writing a submission: a link, which would lead out of the class."""
    folders = (path.parent.parent, path.parent, aside.parent, aside)
    for place in (*folders, path, path.with_name(TIMESTAMP)):
        is_right = place.is_dir() if place in folders else place.is_file()
        if place.is_symlink() or (place.exists() and not is_right):
            wanted = "folder" if place in folders else "file"
            return f"{place.relative_to(room.root)} is there and is no ordinary {wanted}"
    return ""


def _put_aside(room: Classroom, student: str, name: str, data: bytes, time: datetime) -> str:
    """Write what is not a submission any more where it is kept; a second time this changes nothing."""
    digest = hashlib.sha256(data).hexdigest()[:12]
    place = room.earlier(student, name) / f"{time:%Y%m%dT%H%M%SZ}-{digest}.ipynb"
    write_whole_bytes(place, data, modified=time.timestamp())
    return place.relative_to(room.root).as_posix()


def _time_of(path: Path) -> datetime:
    """Return when what lies in the class was handed in; without a timestamp, when it was written."""
    stamp = path.with_name(TIMESTAMP)
    known = read_time(_text(stamp)) if stamp.exists() else None
    return known or datetime.fromtimestamp(int(path.stat().st_mtime), UTC)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _is_one_download(times: Sequence[datetime]) -> bool:
    return len(times) > 2 and max(times) - min(times) <= ONE_DOWNLOAD


def _of_kind(outcomes: Iterable[Outcome], kind: type) -> tuple:
    return tuple(outcome for outcome in outcomes if isinstance(outcome, kind))
