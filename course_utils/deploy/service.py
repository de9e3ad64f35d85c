"""A model that answers over HTTP: named features in, a prediction with its interval and its version out.

    COURSE_REGISTRY=models COURSE_API_KEY=... uvicorn --factory course_utils.deploy.service:app_from_environment

    POST /v1/predict_value    one record
    POST /v1/predict_batch    many records, all of them or none
    GET  /livez  /readyz      does the process run; is there a model to answer with
    GET  /metrics             for Prometheus
    /v2/...                   the same by the Open Inference Protocol: see `open_inference`
    GET  /openapi.json        all of this for machines, with the features of the model that serves

The process that serves has no scikit-learn, SciPy or pandas in it. TLS is left to what stands in front.
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

import logging.config
import os
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

from course_utils import __version__
from course_utils.deploy.contract import ContractError, Problem
from course_utils.deploy.open_inference import ROUTER as OPEN_INFERENCE
from course_utils.deploy.refusals import Refused, refusal_of
from course_utils.deploy.service_access import Service, service_of
from course_utils.deploy.service_edge import LOGGING, Edge
from course_utils.deploy.service_errors import JSON, problem
from course_utils.deploy.service_openapi import PREDICTION, PREDICTIONS, READY, api_description
from course_utils.deploy.service_requests import read_json
from course_utils.deploy.service_routes import NEEDS_KEY, new_router
from course_utils.deploy.service_settings import Settings
from course_utils.deploy.serving import Served

ROUTER = new_router()


@ROUTER.post("/v1/predict_value", **NEEDS_KEY, **PREDICTION)
async def predict_value(request: Request) -> Response:
    """Predict one value from named features in their units."""
    service = service_of(request)
    record = await read_json(request, service.settings)
    served = service.model(request)
    value = service.predict(request, served, served.artifact.contract.row_from(record)[None, :])[0]
    return JSON(served.answer(value) | _about(request, served))


@ROUTER.post("/v1/predict_batch", **NEEDS_KEY, **PREDICTIONS)
async def predict_batch(request: Request) -> Response:
    """Predict a value for each record, in their order; one faulty record, and none is answered."""
    service = service_of(request)
    records = _records(await read_json(request, service.settings), service.settings.most_records)
    served = service.model(request)
    values = service.predict(request, served, served.rows(records))
    return JSON({"predictions": list(map(served.answer, values))} | _about(request, served))


@ROUTER.get("/livez")
async def live(_: Request) -> Response:
    """Say that the process runs."""
    return JSON({"status": "live"})


@ROUTER.get("/readyz", **READY)
async def ready(request: Request) -> Response:
    """Say whether there is a model to answer with, and which."""
    return JSON({"status": "ready", "model_version": service_of(request).model(request).version})


@ROUTER.get("/metrics", response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    """Return what was counted, for Prometheus."""
    return Response(service_of(request).metrics.exposition(), media_type=CONTENT_TYPE_LATEST)


def create_app(settings: Settings) -> FastAPI:
    """Return the service as an ASGI application."""
    service = Service(settings)
    app = FastAPI(
        title="Predictions of a LASSO",
        version=__version__,
        lifespan=_running,
        docs_url=None,  # its page would fetch scripts from another machine
        redoc_url=None,
        redirect_slashes=False,  # another address is another address, and no answer is without its JSON
    )
    app.state.service = service
    app.router.routes += ROUTER.routes + OPEN_INFERENCE.routes
    app.add_middleware(Edge, metrics=service.metrics)
    app.add_exception_handler(HTTPException, _refuse)
    app.add_exception_handler(Refused, _refuse)
    app.add_exception_handler(ContractError, _refuse_records)
    app.openapi = lambda: api_description(app, service.serving.now())
    return app


def app_from_environment() -> FastAPI:
    """Return the service that the environment describes, its log in JSON: what uvicorn is started with."""
    logging.config.dictConfig(LOGGING)
    return create_app(Settings.from_environment(os.environ))


@asynccontextmanager
async def _running(app: FastAPI):
    app.state.service.start()
    yield
    app.state.service.close()


async def _refuse(request: Request, error: HTTPException | Refused) -> Response:
    return problem(request, error)


async def _refuse_records(request: Request, error: ContractError) -> Response:
    service_of(request).metrics.faults(error.problems)
    return problem(request, refusal_of(error))


def _about(request: Request, served: Served) -> dict[str, str]:
    return served.about | {"request_id": request.state.request_id}


def _records(batch, most: int) -> list:
    """Return the records of a batch; ContractError if it is none."""
    if not isinstance(batch, dict) or set(batch) != {"records"} or not isinstance(batch["records"], list):
        message = 'the body is no batch; {"records": [...]} with a list of records is needed'
    elif not 1 <= len(batch["records"]) <= most:
        message = f"the batch has {len(batch['records']):,} records; 1 to {most:,} are needed"
    else:
        return batch["records"]
    raise ContractError((Problem("records", "no batch", message),))
