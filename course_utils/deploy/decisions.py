"""The decisions of `retrain` in their folder: read again, and kept from being thrown away half done.

Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

from pathlib import Path

from course_utils.deploy.canonical import CanonicalError, decode
from course_utils.deploy.challenge import PROMOTE
from course_utils.deploy.durable import alone
from course_utils.deploy.registry import Registry
from course_utils.deploy.retrain import Decision, RetrainError


def decisions_folder(registry: Registry) -> Path:
    """Return where the decisions about a registry are kept."""
    return Path(registry.root) / "decisions"


def decisions_in(folder: Path) -> list[Decision]:
    """Return all decisions, the oldest first; RetrainError if one cannot be read."""
    found = [_read(path) for path in sorted(folder.glob("*.json"))]
    return sorted(found, key=lambda decision: decision.when)


def collect_garbage(registry: Registry) -> list[str]:
    """Remove the models that never served, and return their hashes.

    A challenger whose promotion was decided, by a run that was killed before it promoted, is kept for the next run.
    """
    folder = decisions_folder(registry)
    with alone(folder):  # no challenger is waiting for its verdict meanwhile
        promised = [decision for decision in decisions_in(folder) if decision.verdict == PROMOTE]
        return registry.collect_garbage(keep=[decision.challenger_sha256 for decision in promised])


def _read(path: Path) -> Decision:
    try:
        decision = decode(Decision, path.read_bytes())
    except CanonicalError as error:
        raise RetrainError(f"{path} cannot be read: {error}") from None
    if path.stem != decision.data_sha256:
        raise RetrainError(f"{path} is the decision on other data, {decision.data_sha256[:12]}")
    return decision
