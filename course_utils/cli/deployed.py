"""What the verbs of lesson 08 share: where the models are, which one is meant, and a refusal in one sentence."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

REGISTRY = "models"
MISSING = 'is not installed; it comes with the extra "deploy" of this package, which `python3 course.py start` installs'
REFUSALS = (OSError, RuntimeError, ValueError)  # whose texts are written for people: see course_utils.deploy


class Refusal(ValueError):
    """What a verb cannot do; the message is one sentence or two."""


def add_registry(parser: argparse.ArgumentParser) -> None:
    """Declare --registry; nothing is set where it is not given, so that it may stand before a subverb or after."""
    parser.add_argument(
        "--registry",
        metavar="DIR",
        type=Path,
        default=argparse.SUPPRESS,
        help=f"the folder of the models (default: what COURSE_REGISTRY says, or else ./{REGISTRY})",
    )


def registry_folder(args: argparse.Namespace, default: Path = Path(REGISTRY)) -> Path:
    """Return the folder of the models: --registry, else COURSE_REGISTRY, else the default."""
    return getattr(args, "registry", None) or Path(os.environ.get("COURSE_REGISTRY") or default)


def answered(verb: str, work: Callable[[], int]) -> int:
    """Return the exit code of some work; a refusal becomes a sentence on stderr, and the exit code 1."""
    try:
        return work()
    except ModuleNotFoundError as error:
        sentence = f"{error.name} {MISSING}"
    except REFUSALS as error:
        sentence = _in_one_line(error)
    print(f"course {verb}: {sentence}", file=sys.stderr)
    return 1


def serving_model(folder: Path):
    """Return the entry and the artifact of the model that serves; Refusal, with the way out, if there is none."""
    from course_utils.deploy.registry import Registry

    registry = Registry(folder)
    entry = registry.current()
    if entry is None:
        stored = len(registry.models())
        way_out = (
            f"{stored} are stored, `course models promote HASH --why WHY` lets one"
            if stored
            else hint(folder)
        )
        raise Refusal(f"no model serves in {folder}: {way_out}")
    return entry, registry.load(entry.sha256)


def hint(folder: Path) -> str:
    """Return how to make a model."""
    given = "" if folder == Path(REGISTRY) else f" --registry {folder}"
    return f"`course models example{given}` makes that of lesson 08, `course models train{given}` one of your own data"


def full_hash(registry, prefix: str) -> str:
    """Return the hash of the model that begins so; Refusal if none does, or more than one."""
    found = [sha256 for sha256 in registry.models() if sha256.startswith(prefix.lower())]
    if len(found) == 1 and prefix:
        return found[0]
    listed = ", ".join(sha256[:12] for sha256 in found[:5])
    raise Refusal(
        f"{len(found)} models in {registry.root} begin with {prefix!r:.80} ({listed})"
        if found
        else f"no model in {registry.root} begins with {prefix!r:.80}; `course models list` shows those that are there"
    )


def now() -> str:
    """Return the time, as ISO 8601 writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def login() -> str:
    """Return who is logged in, for the history of the models."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number that has no name
        return f"user {os.getuid()}"


def _in_one_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}"
    # an error of SQLAlchemy goes on with the statement, and an address of its manual
    return " ".join(str(error).split())
