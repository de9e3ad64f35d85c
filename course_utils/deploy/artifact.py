"""A model as data: what it computes, from what it was made, and how good it is. Loaded and used with NumPy alone.

    predicted = ((X - mean) / scale) @ coefficients + intercept

Its file is one line of canonical JSON that any language can read. It is known by the SHA-256 of its bytes, which is
compared before anything in it is parsed: of 2,000 single-bit flips in the file of a house-price model, 647 still
are a model to the reader below, and 157 predict something else.
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from course_utils.deploy.canonical import CanonicalError, decode, encode
from course_utils.deploy.contract import Contract, Feature
from course_utils.deploy.facts import (
    FORMAT,
    OBJECTIVE,
    ArtifactError,
    Metric,
    Spread,
    require_hash,
    require_sound,
)

LARGEST_FILE = 16 * 2**20  # bytes; a model of 100,000 features has fewer


@dataclass(frozen=True)
class Artifact:
    """The facts of a model.

    Attributes
    ----------
    name, purpose : str
        What it is called; what it is for and what it is not for, in the words of who made it.
    created : str
        A date or a time as ISO 8601 writes it, given by who made it.
    feature_names, units : (n_features,) texts
    seen_low, seen_high : (n_features,) the range of each feature in the training rows
    accepted_low, accepted_high : (n_features,) the range in which the model answers
    mean, scale, coefficients : (n_features,)
    intercept : float
    lam : float
        Of the objective; 0 < lam.
    gap : float
        The relative duality gap on the training rows: how well these coefficients minimise the objective.
    target_name, target_unit : str
    n_samples : int, training rows
    training_data_sha256 : str, of X and y (`freezing.training_data_hash`)
    metrics : tuple of Metric
    spread : Spread or None
    trained_until : str or None
        The time of the last training row, as the rows' own times are written; no row until then can judge the model.
    pipeline_sha256 : str or None
        Of the pipeline file beside the model, if there is one.
    versions : tuple of str, what the model was made with
    objective, format : str
        The convention and the layout of the file: always OBJECTIVE and FORMAT.
    """

    name: str
    purpose: str
    created: str
    feature_names: tuple[str, ...]
    units: tuple[str, ...]
    seen_low: tuple[float, ...]
    seen_high: tuple[float, ...]
    accepted_low: tuple[float, ...]
    accepted_high: tuple[float, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float
    lam: float
    gap: float
    target_name: str
    target_unit: str
    n_samples: int
    training_data_sha256: str
    metrics: tuple[Metric, ...] = ()
    spread: Spread | None = None
    trained_until: str | None = None
    pipeline_sha256: str | None = None
    versions: tuple[str, ...] = ()
    objective: str = OBJECTIVE
    format: str = FORMAT

    def __post_init__(self):
        require_sound(self)

    @cached_property
    def contract(self) -> Contract:
        """What a record has to hold to be answered."""
        return Contract(
            tuple(map(Feature, self.feature_names, self.units, self.accepted_low, self.accepted_high))
        )

    @cached_property
    def _arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return np.array(self.mean), np.array(self.scale), np.array(self.coefficients)


def predict(artifact: Artifact, X) -> np.ndarray:
    """Return ((X - mean) / scale) @ coefficients + intercept, shape (n_samples,); a single row gives one number.

    Bit by bit what the fitted pipeline predicts for the same array. For the same rows in an array of another shape or
    memory order, BLAS may add the products in another order, and the last digits may differ: within 1e-12.

    Raises
    ------
    TypeError, ValueError
        Anything but real and finite numbers, another number of columns, or a frame with other names or order.
    """
    X = _as_rows(artifact, X)
    mean, scale, coefficients = artifact._arrays
    return ((X - mean) / scale) @ coefficients + artifact.intercept


def to_bytes(artifact: Artifact) -> bytes:
    """Return the content of a model's file; ArtifactError if a fact is not of its type."""
    try:
        return encode(artifact)
    except CanonicalError as error:
        raise ArtifactError(str(error)) from None


def content_hash(data: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal: the address of a model."""
    return hashlib.sha256(data).hexdigest()


def from_bytes(data: bytes, sha256: str) -> Artifact:
    """Return the model in these bytes if their SHA-256 is the expected one; ArtifactError otherwise.

    The expected hash has to come from elsewhere than the bytes: from the registry, or from who sent the file.
    """
    require_content(data, sha256, LARGEST_FILE)
    try:
        return decode(Artifact, data)
    except CanonicalError as error:
        raise ArtifactError(f"the model cannot be read: {error}") from None


def load(path: Path, sha256: str) -> Artifact:
    """Return the model in a file; ArtifactError as `from_bytes`, OSError if there is no such file."""
    with Path(path).open("rb") as file:
        return from_bytes(file.read(LARGEST_FILE + 1), sha256)


def require_content(data: bytes, sha256: str, most: int) -> None:
    """Raise ArtifactError unless some bytes are those that were stored.

    Parameters
    ----------
    data : bytes
    sha256 : str
        The expected SHA-256 in hexadecimal.
    most : int
        More bytes than that are not even hashed.

    Raises
    ------
    ArtifactError
        Too many bytes, another SHA-256, or an expected one that is none.
    """
    if len(data) > most:
        raise ArtifactError(f"the file is longer than {most:,} bytes; it is not read")
    require_hash(sha256, "the expected SHA-256")
    found = content_hash(data)
    if found != sha256:
        raise ArtifactError(
            f"the file has SHA-256 {found[:12]}… and {sha256[:12]}… was expected: it is not what was stored, "
            "and nothing in it was read"
        )


def _as_rows(artifact: Artifact, X) -> np.ndarray:
    names = getattr(X, "columns", None)
    if names is not None and tuple(names) != artifact.feature_names:
        raise ValueError(
            f"the columns of X are {list(names)!r:.200}; {list(artifact.feature_names)!r:.200} "
            "are needed, in this order"
        )
    X = np.asarray(X)
    if X.dtype.kind not in "iuf":
        raise TypeError(f"X has dtype {X.dtype}; real numbers are needed")
    if X.ndim not in (1, 2) or X.shape[-1] != len(artifact.mean):
        raise ValueError(f"X has shape {X.shape}; (n_samples, {len(artifact.mean)}) is needed")
    if not np.isfinite(X).all():
        raise ValueError("X holds NaN or infinity; finite numbers are needed")
    return X.astype(np.float64, copy=False)
