"""What a fact may be: a text that does no harm where it is printed, a hash, a date, an interval."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime

FORMAT = "course_utils.deploy/1"
OBJECTIVE = "(1/2n) ||y - intercept - Z coefficients||^2 + lam ||coefficients||_1 with Z = (X - mean) / scale"
LONGEST_TEXT = 1000
SHA256 = re.compile(r"[0-9a-f]{64}")
# one entry for each feature
PER_FEATURE = (
    *("feature_names", "units", "seen_low", "seen_high", "accepted_low", "accepted_high"),
    *("mean", "scale", "coefficients"),
)
NUMBERS = (*PER_FEATURE[2:], "intercept", "lam", "gap")


class ArtifactError(ValueError):
    """Bytes that are not the model that was meant, or facts that are no model; the message says which and why."""


def require_text(text: str, what: str) -> str:
    """Return a text of printable characters; ArtifactError if it is blank, longer than a line or very long."""
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_TEXT or not text.isprintable():
        raise ArtifactError(
            f"{what} is {text!r:.80}; printable text in one line, 1 to {LONGEST_TEXT:,} characters, is needed"
        )
    return text


def require_hash(sha256: str, what: str) -> str:
    """Return a SHA-256 in hexadecimal; ArtifactError for anything else."""
    if not isinstance(sha256, str) or not SHA256.fullmatch(sha256):
        raise ArtifactError(f"{what} is {sha256!r:.80}; 64 hexadecimal digits, small letters, are needed")
    return sha256


def require_date(when: str, what: str) -> str:
    """Return a date or a time as ISO 8601 writes it; ArtifactError for anything else."""
    try:
        datetime.fromisoformat(when)
    except (TypeError, ValueError):
        raise ArtifactError(
            f"{what} is {when!r:.80}; a date as 2026-11-21 or a time as 2026-11-21T12:00:00+00:00 is needed"
        ) from None
    return when


def require_interval(low: float, high: float, level: float, what: str) -> None:
    """Raise ArtifactError unless low <= high and 0 < level < 1, all of them finite.

    Parameters
    ----------
    low, high : float
    level : float
        The share of cases that the interval is meant to hold.
    what : str
        What the interval is of, for the message.

    Raises
    ------
    ArtifactError

    Lesson: notebooks/08_deployment.ipynb
    """
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ArtifactError(f"{what} goes from {low} to {high}; two numbers in rising order are needed")
    if not 0 < level < 1:
        raise ArtifactError(f"the level of {what} is {level}; a number between 0 and 1 is needed")


@dataclass(frozen=True)
class Metric:
    """How good something is: an estimate, and an interval meant to hold the truth in a share `level` of samples."""

    name: str
    estimate: float
    low: float
    high: float
    level: float

    def __post_init__(self):
        require_text(self.name, "the name of a metric")
        require_interval(self.low, self.high, self.level, self.name)
        if not math.isfinite(self.estimate):
            raise ArtifactError(f"the estimate of {self.name} is {self.estimate}; a finite number is needed")

    @classmethod
    def of(cls, name: str, interval) -> Metric:
        """Return an `evaluation.Interval` under a name."""
        numbers = (interval.estimate, interval.low, interval.high, interval.level)
        return cls(name, *map(float, numbers))


@dataclass(frozen=True)
class Spread:
    """What is added to a prediction to get an interval that holds the outcome with a probability of `level`.

    Of a conformal half-width it is Spread(-half_width, half_width, level).
    """

    low: float
    high: float
    level: float

    def __post_init__(self):
        require_interval(self.low, self.high, self.level, "the spread")


def require_sound(artifact) -> None:
    """Raise ArtifactError unless the facts of an Artifact fit together, whatever put them there."""
    _require_texts(artifact)
    _require_one_entry_a_feature(artifact)
    _require_numbers(artifact)
    _require_ranges(artifact)


def _require_texts(artifact) -> None:
    for field in ("name", "purpose", "target_name", "target_unit"):
        require_text(getattr(artifact, field), field)
    for text in artifact.feature_names + artifact.units + artifact.versions:
        require_text(text, "a feature name, unit or version")
    require_date(artifact.created, "created")
    require_hash(artifact.training_data_sha256, "training_data_sha256")
    if artifact.trained_until is not None:
        require_text(artifact.trained_until, "trained_until")
    if artifact.pipeline_sha256 is not None:
        require_hash(artifact.pipeline_sha256, "pipeline_sha256")
    for field, only in (("format", FORMAT), ("objective", OBJECTIVE)):
        if getattr(artifact, field) != only:
            raise ArtifactError(f"{field} is {getattr(artifact, field)!r:.80}; this reader knows {only!r}")


def _require_one_entry_a_feature(artifact) -> None:
    n_features = len(artifact.feature_names)
    if n_features == 0 or len(set(artifact.feature_names)) < n_features:
        raise ArtifactError(f"feature_names has {n_features} name(s); at least one, all different, is needed")
    for field in PER_FEATURE:
        if len(getattr(artifact, field)) != n_features:
            raise ArtifactError(
                f"{field} has {len(getattr(artifact, field))} entries and feature_names has {n_features}; "
                "one for each feature is needed"
            )


def _require_numbers(artifact) -> None:
    for field in NUMBERS:
        values = getattr(artifact, field)
        if not all(map(math.isfinite, values if isinstance(values, tuple) else (values,))):
            raise ArtifactError(f"{field} holds NaN or infinity; finite numbers are needed")
    if min(artifact.scale) <= 0:
        raise ArtifactError(f"scale holds {min(artifact.scale)}; positive numbers are needed")
    if artifact.lam <= 0 or artifact.n_samples < 1:
        raise ArtifactError(f"lam is {artifact.lam} with {artifact.n_samples} rows; both have to be positive")


def _require_ranges(artifact) -> None:
    columns = (
        getattr(artifact, field) for field in ("accepted_low", "seen_low", "seen_high", "accepted_high")
    )
    for name, *bounds in zip(artifact.feature_names, *columns, strict=True):
        if bounds != sorted(bounds):
            raise ArtifactError(
                f"{name!r}: accepted_low, seen_low, seen_high, accepted_high are {bounds}; rising order is needed"
            )
