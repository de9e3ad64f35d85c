"""The service described for machines, OpenAPI 3.1: its features are those of the model that serves now."""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field

from course_utils.deploy.refusals import TITLES
from course_utils.deploy.serving import Served

FLOATS = Literal["FP64", "FP32", "FP16"]
INTEGERS = Literal["INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"]
Datatype = FLOATS | INTEGERS
DATATYPES = (*get_args(FLOATS), *get_args(INTEGERS))


class Interval(BaseModel):
    """Where the outcome lies with a probability of `level`."""

    low: float
    high: float
    level: float


class About(BaseModel):
    """What was predicted, in which unit, by which model: the SHA-256 of its bytes."""

    target: str
    unit: str
    model_version: str
    request_id: str


class Prediction(About):
    """A prediction, and its interval if the model states one."""

    predicted_value: float
    interval: Interval | None


class ValueOfBatch(BaseModel):
    """One prediction of a batch."""

    predicted_value: float
    interval: Interval | None


class Predictions(About):
    """The predictions of a batch, in the order of its records."""

    predictions: list[ValueOfBatch]


class Ready(BaseModel):
    """The model that answers."""

    status: str
    model_version: str


class Tensor(BaseModel):
    """Numbers by the name of what they are."""

    name: str
    datatype: str
    shape: list[int]
    data: list[float]


class Inference(BaseModel):
    """An answer of the Open Inference Protocol."""

    model_name: str
    model_version: str
    id: str
    outputs: list[Tensor]


class Column(BaseModel):
    """The values of a feature, one a record: the shape is [n] or [n, 1], and n the same for all features."""

    name: str
    datatype: Datatype
    shape: Annotated[list[int], Field(min_length=1, max_length=2)]
    data: Annotated[
        list[float | Annotated[list[float], Field(min_length=1, max_length=1)]], Field(min_length=1)
    ]


class InferenceRequest(BaseModel):
    """A question of the Open Inference Protocol: one tensor for each feature."""

    inputs: Annotated[list[Column], Field(min_length=1)]
    id: str = ""


class Fault(BaseModel):
    """What is wrong with a field."""

    field: str
    kind: str
    message: str


class ProblemDetails(BaseModel):
    """Why there is no answer, after RFC 9457."""

    title: str
    status: int
    detail: str
    request_id: str | None
    errors: list[Fault]
    errors_left_out: int = 0
    error: str = ""


def _answers(*statuses: int) -> dict:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    return {status: {"description": TITLES[status], "content": content} for status in statuses}


def _body(schema: str) -> dict:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"requestBody": {"required": True, "content": content}}


REFUSALS = _answers(400, 401, 408, 413, 415, 422, 429, 500, 503)
PREDICTION = {"response_model": Prediction, "responses": REFUSALS, "openapi_extra": _body("Record")}
PREDICTIONS = {"response_model": Predictions, "responses": REFUSALS, "openapi_extra": _body("Batch")}
INFERENCE = {
    "response_model": Inference,
    "responses": REFUSALS | _answers(404),
    "openapi_extra": _body("InferenceRequest"),
}
READY = {"response_model": Ready, "responses": _answers(503)}
HEALTH = {"responses": _answers(503)}
ABOUT_A_MODEL = {"responses": _answers(404, 503)}


def api_description(app: FastAPI, served: Served | None) -> dict:
    """Return the description of the service with this model, or without one."""
    description = get_openapi(title=app.title, version=app.version, routes=app.routes)
    schemas = description.setdefault("components", {}).setdefault("schemas", {})
    for model in (Fault, ProblemDetails, Column, InferenceRequest):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    schemas["Record"] = {"type": "object"} if served is None else record_schema(served)
    records = {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Record"}}
    fields = {"properties": {"records": records}, "required": ["records"], "additionalProperties": False}
    schemas["Batch"] = {"type": "object", **fields}
    if served is not None:
        schemas["Batch"]["examples"] = [{"records": schemas["Record"]["examples"]}]
        example = schemas["Record"]["examples"][0]
        schemas["InferenceRequest"]["examples"] = [{"inputs": [_one(*field) for field in example.items()]}]
    for path, operations in description["paths"].items():
        for operation in operations.values():
            _tell_of_the_path(path, operation, served)
    return description


def _tell_of_the_path(path: str, operation: dict, served: Served | None) -> None:
    """Say what may stand in an address: the one model that is answered, by its name and version."""
    known = {} if served is None else {"name": served.artifact.name, "version": served.version}
    for name in re.findall(r"{(\w+)}", path):
        schema = {"type": "string"} | ({"enum": [known[name]]} if name in known else {})
        place = {"name": name, "in": "path", "required": True, "schema": schema}
        operation.setdefault("parameters", []).append(place)


def _one(name: str, value: float) -> dict:
    return {"name": name, "datatype": "FP64", "shape": [1], "data": [value]}


def record_schema(served: Served) -> dict:
    """Return what a record has to be, as JSON Schema, with an example: the means of the training rows."""
    features = served.artifact.contract.features
    properties = {
        feature.name: {
            "type": "number",
            "minimum": feature.low,
            "maximum": feature.high,
            "description": f"in {feature.unit}",
        }
        for feature in features
    }
    means = zip(features, served.artifact.mean, strict=True)
    example = {feature.name: min(max(mean, feature.low), feature.high) for feature, mean in means}
    return {
        "type": "object",
        "properties": properties,
        "required": [feature.name for feature in features],
        "additionalProperties": False,
        "examples": [example],
    }
