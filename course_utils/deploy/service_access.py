"""What all requests share: the model that serves, the limits, the counts, the log of the predictions."""

from __future__ import annotations

from fastapi import Request
from fastapi.security import APIKeyHeader

from course_utils.deploy.prediction_log import PredictionLog, features_hash
from course_utils.deploy.refusals import NO_MODEL, Refused
from course_utils.deploy.registry import Registry
from course_utils.deploy.service_limits import Gate
from course_utils.deploy.service_metrics import Metrics
from course_utils.deploy.service_settings import Settings
from course_utils.deploy.serving import Served, Serving

API_KEY = APIKeyHeader(name="X-API-Key", auto_error=False)


class Service:
    """What all requests of a process share."""

    def __init__(self, settings: Settings):
        self.settings, self.gate, self.metrics = settings, Gate(settings), Metrics()
        self.serving = Serving(
            Registry(settings.registry), settings.seconds_between_looks, on_failure=self.metrics.load_failure
        )

        url, lost = settings.prediction_log, self.metrics.not_logged
        self._log = None if url is None else PredictionLog(url, on_loss=lost)

    def start(self) -> None:
        """Begin; SQLAlchemyError if the database of the predictions is not there."""
        if self._log is not None:
            self._log.start()

    def close(self) -> None:
        """End, when the last request is answered."""
        if self._log is not None:
            self._log.close()

    def model(self, request: Request) -> Served:
        """Return the model that answers this request; Refused with 503 if there is none."""
        served = self.serving.now()
        if served is None:
            raise Refused(503, NO_MODEL, headers={"Retry-After": "5"})
        request.state.version = served.version
        return served

    def predict(self, request: Request, served: Served, X) -> list[float]:
        """Return the predictions for rows of X, counted and written down.

        Parameters
        ----------
        request : Request
        served : Served
        X : (n_samples, n_features)

        Returns
        -------
        list of n_samples floats

        Raises
        ------
        ArithmeticError
            As `Served.predict`.

        Lesson: notebooks/08_deployment.ipynb
        """
        values = served.predict(X)
        self.metrics.predictions(served.version, values)
        if self._log is not None:
            hashes = [features_hash(served.artifact.feature_names, row) for row in X]
            self._log.write(request.state.request_id, served.version, hashes, values)
        return values


def service_of(request: Request) -> Service:
    """Return what a request shares with the others."""
    return request.app.state.service


def let_in(request: Request) -> None:
    """Raise Refused with 401 or 429 unless the key of a request is good."""
    service_of(request).gate.check(request.headers.get(API_KEY.model.name))
