"""What all requests share: the model that serves, the limits, the counts, the log of the predictions."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import APIKeyHeader

from course_utils.deploy.registry import Registry
from course_utils.deploy.service_errors import Refused
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

    def model(self, request: Request) -> Served:
        """Return the model that answers this request; Refused with 503 if there is none."""
        served = self.serving.now()
        if served is None:
            raise Refused(
                503, "no model was promoted yet, or it cannot be loaded", headers={"Retry-After": "5"}
            )
        request.state.version = served.version
        return served

    def predict(self, request: Request, served: Served, X) -> list[float]:
        """Return the predictions for rows of X, counted.

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
            The model predicts NaN or infinity: a fault of the model.

        Lesson: notebooks/08_deployment.ipynb
        """
        values = served.predict(X)
        if not all(map(math.isfinite, values)):
            raise ArithmeticError(f"model {served.version} predicts NaN or infinity for an accepted record")
        self.metrics.predictions(served.version, values)
        return values


def service_of(request: Request) -> Service:
    """Return what a request shares with the others."""
    return request.app.state.service


async def let_in(request: Request, key: Annotated[str | None, Security(API_KEY)] = None) -> None:
    """Raise Refused with 401 or 429 unless the key of a request is good."""
    service_of(request).gate.check(key)
