"""The course's own environment: where it is, and whether it is what the lock describes.

Standard library only, because it is read before anything is installed.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = {"learner": "requirements.txt", "developer": "requirements-dev.txt"}
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)\s*(?:;\s*(.*?))?\s*\\?$", re.MULTILINE)


class Action(Enum):
    """What has to happen before a verb can run."""

    NOTHING = "nothing"
    CREATE = "create"
    UPDATE = "update"
    REBUILD = "rebuild"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Condition:
    """The state of the environment: what to do about it, and why, as the end of a sentence."""

    action: Action
    reason: str


@dataclass(frozen=True)
class Stamp:
    """What was installed. Written unfinished before the first package, finished after the last."""

    kind: str  # "learner" or "developer"
    lock_sha256: str
    python: str
    root: str
    finished: bool


@dataclass(frozen=True)
class LockedPackage:
    """One line of a lock; the marker says on which platforms it holds ("" is everywhere)."""

    name: str
    version: str
    marker: str


@dataclass(frozen=True)
class Installation:
    """The files of the environment of the course that lies in `root`."""

    root: Path = ROOT

    @property
    def environment(self) -> Path:
        """The folder of the virtual environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def stamp_file(self) -> Path:
        """The record of what was installed."""
        return self.environment / "course-stamp.json"

    def lock(self, kind: str) -> Path:
        """Return the lock for a "learner" or a "developer"."""
        return self.root / LOCKS[kind]

    def wanted_stamp(self, kind: str) -> Stamp:
        """Return the stamp of a finished installation of this kind, here and now."""
        lock_sha256 = hashlib.sha256(self.lock(kind).read_bytes()).hexdigest()
        return Stamp(kind, lock_sha256, platform.python_version(), str(self.root), finished=True)

    def read_stamp(self) -> Stamp | None:
        """Return the stamp, or None where there is none; one that cannot be read counts as unfinished."""
        try:
            return Stamp(**json.loads(self.stamp_file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError):
            return Stamp("learner", "", "", "", finished=False)

    def write_stamp(self, stamp: Stamp) -> None:
        """Record what is being, or has been, installed."""
        partial = self.stamp_file.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(stamp), indent=1), encoding="utf-8")
        partial.replace(self.stamp_file)

    def kind_to_install(self, needed: str) -> str:
        """Return the kind to keep: a developer's environment serves a learner too."""
        stamp = self.read_stamp()
        return "developer" if stamp is not None and stamp.kind == "developer" else needed

    def condition(self, needed: str = "learner") -> Condition:
        """Say what must be done before a verb that needs this kind of environment can run."""
        if not self.environment.is_dir() or not any(self.environment.iterdir()):
            return Condition(Action.CREATE, "there is no environment yet")
        stamp = self.read_stamp()
        if stamp is None:
            return Condition(Action.REFUSE, f"{self.environment} was not made by this course")
        wanted = self.wanted_stamp(self.kind_to_install(needed))
        if not stamp.finished:
            return Condition(Action.REBUILD, "an earlier installation was interrupted")
        if stamp.root != wanted.root:
            return Condition(Action.REBUILD, f"the folder was moved here from {stamp.root}")
        if stamp.python != wanted.python:
            reason = f"it was made with Python {stamp.python} and this is Python {wanted.python}"
            return Condition(Action.REBUILD, reason)
        if not self.python.exists():
            return Condition(Action.REBUILD, "the Python that it was made with is gone")
        if stamp.kind != wanted.kind:
            return Condition(Action.UPDATE, "the tools for testing are not installed yet")
        if stamp.lock_sha256 != wanted.lock_sha256:
            return Condition(Action.UPDATE, f"{self.lock(wanted.kind).name} has changed")
        return Condition(Action.NOTHING, "it is what the lock describes")


def locked_packages(lock: str) -> list[LockedPackage]:
    """Return the packages that the text of a lock pins."""
    return [LockedPackage(name, version, marker or "") for name, version, marker in _LOCKED.findall(lock)]
