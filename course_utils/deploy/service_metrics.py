"""What a service counts, for Prometheus: its requests, and what was asked and predicted.

With several workers each counts alone: if PROMETHEUS_MULTIPROC_DIR names an empty folder before Python starts, the
counts stand there, and whichever worker is asked answers for all of them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, Summary, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from course_utils.deploy.contract import Problem

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """The counts of one process."""

    def __init__(self):
        self._registry = CollectorRegistry()
        ours = {"registry": self._registry}
        self._requests = Counter("http_requests", "Requests answered", ["method", "route", "status"], **ours)
        self._seconds = Histogram(
            "http_request_seconds", "Time to the answer", ["route"], buckets=SECONDS, **ours
        )
        self._predicted = Summary("predicted_value", "Predicted values, by model", ["version"], **ours)
        self._faults = Counter("refused_fields", "Fields that did not fit the model", ["kind"], **ours)
        self._failures = Counter("model_load_failures", "Promoted models that could not be loaded", **ours)
        self._unlogged = Counter("predictions_not_logged", "Predictions missing in the log", **ours)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request.

        Parameters
        ----------
        method, route : str
            The route is a pattern, not what was asked: else whoever asks could make as many as they like.
        status : int
        seconds : float

        Lesson: notebooks/08_deployment.ipynb
        """
        self._requests.labels(method, route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def predictions(self, version: str, values: Sequence[float]) -> None:
        """Count predictions of a model."""
        of_this_model = self._predicted.labels(version)
        for value in values:
            of_this_model.observe(value)

    def faults(self, faults: Sequence[Problem]) -> None:
        """Count fields that did not fit."""
        for fault in faults:
            self._faults.labels(fault.kind).inc()

    def load_failure(self) -> None:
        """Count a promoted model that could not be loaded."""
        self._failures.inc()

    def not_logged(self, n_predictions: int) -> None:
        """Count predictions that the prediction log could not take."""
        self._unlogged.inc(n_predictions)

    def exposition(self) -> bytes:
        """Return all counts in the text format of Prometheus, of all workers if they share a folder."""
        if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            return generate_latest(self._registry)
        everybody = CollectorRegistry()
        MultiProcessCollector(everybody)
        return generate_latest(everybody)
