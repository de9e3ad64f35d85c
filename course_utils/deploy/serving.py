"""The model that answers, exchanged in one step when the registry promotes another.

Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

import numpy as np

from course_utils.deploy.artifact import Artifact, predict
from course_utils.deploy.contract import ContractError, Problem
from course_utils.deploy.facts import ArtifactError
from course_utils.deploy.registry import Registry

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Served:
    """A model and its version: the SHA-256 of its bytes."""

    version: str
    artifact: Artifact

    def rows(self, records: Sequence, where: str = "records") -> np.ndarray:
        """Return records as rows of X, (n_records, n_features); ContractError with the faults of all of them."""
        rows, faults = [], []
        for i, record in enumerate(records):
            try:
                rows.append(self.artifact.contract.row_from(record))
            except ContractError as error:
                faults += [_placed(fault, f"{where}[{i}]") for fault in error.problems]
        if faults:
            raise ContractError(tuple(faults))
        return np.array(rows)

    def predict(self, X: np.ndarray) -> list[float]:
        """Return the predicted values of rows of X, (n_samples,); ArithmeticError if one of them is no number."""
        values = predict(self.artifact, X).tolist()
        if not all(map(math.isfinite, values)):
            raise ArithmeticError(f"model {self.version} predicts NaN or infinity for an accepted record")
        return values

    def answer(self, predicted: float) -> dict:
        """Return what is said of one prediction."""
        return {"predicted_value": predicted, "interval": self.interval(predicted)}

    @property
    def about(self) -> dict[str, str]:
        """What is said beside every prediction."""
        return {
            "target": self.artifact.target_name,
            "unit": self.artifact.target_unit,
            "model_version": self.version,
        }

    def interval(self, predicted: float) -> dict[str, float] | None:
        """Return where the outcome is expected around a prediction, or None if the model does not say."""
        spread = self.artifact.spread
        if spread is None:
            return None
        return {"low": predicted + spread.low, "high": predicted + spread.high, "level": spread.level}


class Serving:
    """The model that serves now; each request asks once and keeps what it got."""

    def __init__(self, registry: Registry, seconds_between_looks: float, *, on_failure, clock=monotonic):
        self._registry, self._seconds, self._clock = registry, seconds_between_looks, clock
        self._on_failure: Callable[[], None] = on_failure
        self._served: Served | None = None
        self._looked = -float("inf")

    def now(self) -> Served | None:
        """Return the model that serves, or None if none was promoted yet.

        A new one that cannot be loaded is reported and counted, and the one before goes on.
        """
        time = self._clock()
        if time - self._looked >= self._seconds:
            self._looked = time
            try:
                self._look()
            except (ArtifactError, OSError):
                self._on_failure()
                LOGGER.exception("the model that was promoted cannot be loaded; the one before goes on")
        return self._served

    def _look(self) -> None:
        entry = self._registry.current()
        if entry is not None and (self._served is None or entry.sha256 != self._served.version):
            artifact = self._registry.load(entry.sha256)
            self._served = Served(entry.sha256, artifact)
            LOGGER.info("model %s serves now: %s", entry.sha256, artifact.name)


def _placed(fault: Problem, where: str) -> Problem:
    field = f"{where}.{fault.field}" if fault.field else where
    return Problem(field, fault.kind, f"{where}: {fault.message}")
