"""What a learner has done so far, in one small JSON file of their own.

The file is read again before each change and replaced in one step under a lock, so that two lessons open at
the same time keep each other's entries. A file that cannot be read is kept beside the new one, and where the
folder cannot be written the entries live as long as the kernel. Nothing here prints: what a learner should
be told is returned.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import course_utils
from course_utils.exercises.types import Outcome

ROOT = Path(course_utils.__file__).resolve().parent.parent
LOCK_PATIENCE = 2.0  # seconds; a change takes milliseconds, so an older lock belongs to a kernel that died


@dataclass(frozen=True)
class Entry:
    """One exercise: latest outcome (a pass stays), tries up to it, hints, and the solution seen before it."""

    outcome: str = Outcome.NOT_ATTEMPTED
    tries: int = 0
    hints_used: int = 0
    solution_seen: bool = False

    def __post_init__(self):
        counts = (self.tries, self.hints_used)
        counts_are_sound = all(type(count) is int and count >= 0 for count in counts)
        if self.outcome not in tuple(Outcome) or not counts_are_sound or type(self.solution_seen) is not bool:
            raise ValueError("not an entry of a progress file")

    def after_try(self, outcome: str) -> Entry:
        """The entry after one more try; a pass is never lost again."""
        return (
            self if self.outcome == Outcome.PASSED else replace(self, outcome=outcome, tries=self.tries + 1)
        )

    def after_hint(self, n_hints: int) -> Entry:
        """The entry after one more hint of n_hints."""
        return replace(self, hints_used=min(self.hints_used + 1, n_hints))

    def after_solution(self) -> Entry:
        """The entry after the solution was shown."""
        return self if self.outcome == Outcome.PASSED else replace(self, solution_seen=True)


_unwritten: dict[
    Path, dict[str, Entry]
] = {}  # entries of files that could not be written, while the kernel lives


def progress_path() -> Path:
    """Where the learner's progress is: $COURSE_PROGRESS, else my_course/progress.json of this course."""
    chosen = os.environ.get("COURSE_PROGRESS")
    if chosen:
        return Path(chosen)
    home = (
        ROOT if (ROOT / "notebooks").is_dir() else Path.cwd()
    )  # installed without its notebooks, as on Colab
    return home / "my_course" / "progress.json"


def read_entries() -> tuple[dict[str, Entry], str]:
    """Return the entries by exercise id, and a sentence for the learner (or an empty text)."""
    path = progress_path()
    if path in _unwritten:
        return dict(_unwritten[path]), ""
    try:
        return _parse(path.read_text(encoding="utf-8")), ""
    except (FileNotFoundError, NotADirectoryError):
        return {}, ""
    except OSError as error:
        _unwritten[path] = {}
        return {}, f"Your progress file {path} cannot be opened ({error.strerror}): nothing is saved for now."
    except (ValueError, TypeError, LookupError, RecursionError):
        return {}, _keep_aside(path)


def update_entry(exercise_id: str, change: Callable[[Entry], Entry]) -> tuple[Entry, str]:
    """Replace one entry by `change(entry)`; return it, and a sentence for the learner (or an empty text)."""
    path = progress_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _lock(path):
            entries, notice = read_entries()
            entries[exercise_id] = change(entries.get(exercise_id, Entry()))
            if path not in _unwritten:
                _write(path, entries)
    except OSError as error:
        entries, notice = read_entries()
        entries[exercise_id] = change(entries.get(exercise_id, Entry()))
        if path not in _unwritten:
            _unwritten[path] = {}
            notice = (
                f"Your progress cannot be saved in {path.parent} ({error.strerror}): it lasts this session."
            )
    if path in _unwritten:
        _unwritten[path] = entries
    return entries[exercise_id], notice


def _parse(text: str) -> dict[str, Entry]:
    content = json.loads(text)
    return {str(exercise_id): Entry(**fields) for exercise_id, fields in dict(content["exercises"]).items()}


def _write(path: Path, entries: dict[str, Entry]) -> None:
    content = {
        "course_version": course_utils.__version__,
        "exercises": {exercise_id: asdict(entries[exercise_id]) for exercise_id in sorted(entries)},
    }
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(content, indent=1) + "\n")
        _move(Path(name), path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _keep_aside(path: Path) -> str:
    number = 1
    while (kept := path.with_name(f"{path.stem}.broken-{number}{path.suffix}")).exists():
        number += 1
    try:
        _move(path, kept)
    except OSError:
        _unwritten[path] = {}
        return (
            f"Your progress file {path.name} cannot be read: it stays as it is, and nothing is saved for now."
        )
    return f"Your progress file could not be read: it is kept as {kept.name}, and a new one begins."


def _move(source: Path, target: Path) -> None:
    """os.replace, patient on Windows, where another kernel that is reading the target blocks it."""
    for _ in range(20):
        with contextlib.suppress(PermissionError):
            os.replace(source, target)
            return
        time.sleep(0.01)
    os.replace(source, target)


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold `path.lock`, made by one kernel at a time; a lock left behind by a dead kernel is taken over."""
    lock = path.with_name(path.name + ".lock")
    deadline = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            if time.monotonic() > deadline:
                break
            time.sleep(0.005)
        except PermissionError:  # on Windows also a lock that is just being removed
            if os.name != "nt" or time.monotonic() > deadline:
                raise
            time.sleep(0.005)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
