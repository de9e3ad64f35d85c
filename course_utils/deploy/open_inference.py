"""The Open Inference Protocol, version 2, over JSON: what clients of other model servers already speak.

    GET  /v2  /v2/health/live  /v2/health/ready
    GET  /v2/models/NAME  /v2/models/NAME/ready     both also with /versions/VERSION behind the name
    POST /v2/models/NAME/infer

Each feature is an input by its name, one number for each record, and all go through the contract of the model. Of
the versions only the one that serves is answered: for another the answer is 404, and never another model's.
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from course_utils import __version__
from course_utils.deploy.contract import ContractError, Problem
from course_utils.deploy.refusals import Refused
from course_utils.deploy.service_access import service_of
from course_utils.deploy.service_errors import JSON
from course_utils.deploy.service_openapi import ABOUT_A_MODEL, DATATYPES, HEALTH, INFERENCE
from course_utils.deploy.service_requests import read_json
from course_utils.deploy.service_routes import NEEDS_KEY, new_router
from course_utils.deploy.serving import Served

ROUTER = new_router(prefix="/v2")
NAMED, VERSIONED = "/models/{name}", "/models/{name}/versions/{version}"


@ROUTER.get("")
async def server(_: Request) -> Response:
    """Say what answers here."""
    return JSON({"name": "course_utils", "version": __version__, "extensions": []})


@ROUTER.get("/health/live")
async def live(_: Request) -> Response:
    """Say that the process runs."""
    return JSON({"live": True})


@ROUTER.get("/health/ready", **HEALTH)
async def ready(request: Request) -> Response:
    """Say whether there is a model to answer with."""
    service_of(request).model(request)
    return JSON({"ready": True})


@ROUTER.get(f"{NAMED}/ready", **ABOUT_A_MODEL)
@ROUTER.get(f"{VERSIONED}/ready", **ABOUT_A_MODEL)
async def model_ready(request: Request) -> Response:
    """Say that this model answers."""
    served = _asked_for(request)
    return JSON({"name": served.artifact.name, "ready": True})


@ROUTER.get(NAMED, **ABOUT_A_MODEL)
@ROUTER.get(VERSIONED, **ABOUT_A_MODEL)
async def metadata(request: Request) -> Response:
    """Return the inputs of a model with their units and ranges, and its output."""
    served = _asked_for(request)
    model = served.artifact
    inputs = [
        _tensor(feature.name, unit=feature.unit, minimum=feature.low, maximum=feature.high)
        for feature in model.contract.features
    ]
    outputs = [_tensor(model.target_name, unit=model.target_unit)]
    about = {"name": model.name, "versions": [served.version], "platform": "course_utils_lasso"}
    return JSON(about | {"inputs": inputs, "outputs": outputs})


@ROUTER.post(f"{NAMED}/infer", **NEEDS_KEY, **INFERENCE)
@ROUTER.post(f"{VERSIONED}/infer", **NEEDS_KEY, **INFERENCE)
async def infer(request: Request) -> Response:
    """Predict a value for each record."""
    service = service_of(request)
    asked = await read_json(request, service.settings)
    served = _asked_for(request)
    records = records_of(asked, served, service.settings.most_records)
    values = service.predict(request, served, served.rows(records))
    output = {"name": served.artifact.target_name, "datatype": "FP64", "shape": [len(values)], "data": values}
    number = asked.get("id", request.state.request_id)
    about = {"model_name": served.artifact.name, "model_version": served.version}
    return JSON(about | {"id": number, "outputs": [output]})


def records_of(asked: Any, served: Served, most: int) -> list[dict]:
    """Return the tensors of a request as records, one a row.

    Parameters
    ----------
    asked : the parsed body
    served : Served
        The model whose features the inputs are.
    most : int
        More records are refused.

    Returns
    -------
    list of dict

    Raises
    ------
    ContractError
        No request of the protocol, an input twice, or inputs of different lengths. What is missing, or is no
        feature, is left to the contract.

    Lesson: notebooks/08_deployment.ipynb
    """
    inputs = asked.get("inputs") if isinstance(asked, dict) else None
    if not isinstance(inputs, list) or not all(isinstance(tensor, dict) for tensor in inputs) or not inputs:
        raise ContractError(
            _fault("inputs", 'the body is no request; {"inputs": [...]} with a list of tensors is needed')
        )
    if not isinstance(asked.get("id", ""), str):
        raise ContractError(_fault("id", f"the id is {asked['id']!r:.80}; a text is needed"))
    _require_own_output(asked, served.artifact.target_name)
    columns: dict[str, list] = {}
    for tensor in inputs:
        name = tensor.get("name")
        if not isinstance(name, str) or name in columns:
            raise ContractError(
                _fault(
                    "inputs", f"of the inputs one is named {name!r:.80}; a text that no other has is needed"
                )
            )
        columns[name] = _column(name, tensor)
    lengths = sorted({len(column) for column in columns.values()})
    if len(lengths) > 1 or lengths[0] > most:
        raise ContractError(
            _fault("inputs", f"the inputs have {lengths} entries; one length, at most {most:,}, is needed")
        )
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _column(name: str, tensor: dict) -> list:
    """Return the data of a tensor of shape (n,) or (n, 1)."""
    datatype, shape, data = (tensor.get(field) for field in ("datatype", "shape", "data"))
    if datatype not in DATATYPES:
        raise ContractError(
            _fault(
                name, f"{name!r:.80} is of datatype {datatype!r:.80}; one of {', '.join(DATATYPES)} is needed"
            )
        )
    if not isinstance(data, list) or not data:
        raise ContractError(_fault(name, f"{name!r:.80} has no data; a list of numbers is needed"))
    if shape not in ([len(data)], [len(data), 1]):
        raise ContractError(
            _fault(name, f"{name!r:.80} is of shape {shape!r:.80} with {len(data)} entries; [n] is needed")
        )
    if shape[1:] and all(isinstance(row, list) and len(row) == 1 for row in data):
        return [row[0] for row in data]
    return data


def _require_own_output(asked: dict, target: str) -> None:
    outputs = asked.get("outputs") or [{"name": target}]
    if not isinstance(outputs, list) or any(
        not isinstance(output, dict) or output.get("name") != target for output in outputs
    ):
        raise ContractError(
            _fault("outputs", f"the outputs are {outputs!r:.80}; this model has one, {target!r}")
        )


def _asked_for(request: Request) -> Served:
    served, asked = service_of(request).model(request), request.path_params
    name, version = asked["name"], asked.get("version")
    if name != served.artifact.name or version not in (None, served.version):
        raise Refused(404, f"the model that serves is {served.artifact.name!r}, version {served.version}")
    return served


def _tensor(name: str, **parameters) -> dict:
    return {"name": name, "datatype": "FP64", "shape": [-1], "parameters": parameters}


def _fault(field: str, message: str) -> tuple[Problem]:
    return (Problem(field[:80], "no tensor", message),)
