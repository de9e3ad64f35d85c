"""Which model serves, which did before, and who decided so when and why.

    current         the last entry: what serves now
    history.jsonl   every entry, one line each, only ever appended to

A decision happens at one instant, when `current` is replaced. It holds the whole entry, so that the line of a writer
who was killed before the history had it is appended by the next.
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from course_utils.deploy.canonical import CanonicalError, decode, encode
from course_utils.deploy.durable import append_line, complete_lines, write_whole
from course_utils.deploy.facts import ArtifactError, Metric, require_date, require_hash, require_text

ACTIONS = ("promote", "rollback")


class RegistryError(ArtifactError):
    """What a registry cannot do, or a file in it that is not as it was written; the message says which and why."""


@dataclass(frozen=True)
class Entry:
    """One decision.

    Attributes
    ----------
    number : int, from 1
    action : "promote" or "rollback"
    sha256 : str, the model that serves from here on
    returns_to : int or None, the number of the entry that a rollback goes back to
    who, when, why : str, as the caller said
    metrics : tuple of Metric, what the decision was based on
    """

    number: int
    action: str
    sha256: str
    returns_to: int | None
    who: str
    when: str
    why: str
    metrics: tuple[Metric, ...] = ()

    def __post_init__(self):
        require_hash(self.sha256, "the model of an entry")
        require_date(self.when, "when")
        require_text(self.who, "who")
        require_text(self.why, "why")
        if self.action not in ACTIONS:
            raise RegistryError(f"action is {self.action!r:.80}; one of {', '.join(ACTIONS)} is needed")


@dataclass(frozen=True)
class History:
    """The entries in a folder. Reading needs no lock; `commit` has to be called `alone`."""

    root: Path

    def current(self) -> Entry | None:
        """Return the last entry, or None if there is none."""
        try:
            return decode(Entry, (self.root / "current").read_bytes())
        except FileNotFoundError:
            return None
        except (CanonicalError, ArtifactError) as error:
            raise RegistryError(f"{self.root / 'current'} cannot be read: {error}") from None

    def entries(self) -> list[Entry]:
        """Return all entries, the first first; RegistryError if one was lost or changed."""
        current = self.current()  # before the lines: more of them may come meanwhile, none may be missing
        lines = complete_lines(self._lines)
        entries = [self._entry(number, line) for number, line in enumerate(lines, start=1)]
        if current is not None and current.number == len(entries) + 1:
            entries.append(current)
        if current is not None and entries[current.number - 1 : current.number] != [current]:
            raise RegistryError(f"{self._lines} has no entry {current.number} like the one in `current`")
        return entries

    def commit(self, entry: Entry) -> Entry:
        """Make an entry the current one, and return it."""
        data, last = encode(entry), self.current()
        if last is not None and len(complete_lines(self._lines)) == last.number - 1:
            append_line(self._lines, encode(last))
        write_whole(self.root / "current", data)
        append_line(self._lines, data)
        return entry

    @property
    def _lines(self) -> Path:
        return self.root / "history.jsonl"

    def _entry(self, number: int, line: bytes) -> Entry:
        try:
            entry = decode(Entry, line)
        except (CanonicalError, ArtifactError) as error:
            raise RegistryError(f"{self._lines}, line {number}, cannot be read: {error}") from None
        if entry.number != number:
            raise RegistryError(
                f"{self._lines}, line {number}, is entry {entry.number}: a line was lost or added"
            )
        return entry
