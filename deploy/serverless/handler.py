"""One prediction as a function in a cloud, for who is asked now and then and wants no server that waits.

An event of AWS API Gateway (HTTP API, payload format 2.0) in, its answer out: the same content, status and words as
POST /v1/predict_value of the service, out of the same modules, with NumPy alone and no web framework. The models
come with the function or stand on a volume that it mounts: COURSE_REGISTRY says where, COURSE_API_KEY who may ask.

Predictions are told of in a JSON line each and in no database. The rate limit counts what one instance is asked: the
limit for all of them is the gateway's.
"""

from __future__ import annotations

import base64
import logging
import os
from functools import cache

from course_utils.deploy.contract import ContractError
from course_utils.deploy.refusals import FAULT, NO_MODEL, Refused, problem_content, refusal_of
from course_utils.deploy.registry import Registry
from course_utils.deploy.service_limits import Gate
from course_utils.deploy.service_settings import Settings
from course_utils.deploy.serving import Serving
from course_utils.deploy.strict_json import JSON_TYPE, as_ascii, parsed, require_json

PATH = "/v1/predict_value"
LOGGER = logging.getLogger(__name__)


def handler(event, context=None):
    """Answer an event: what the cloud is told to call."""
    return _function().answer(event)


class Function:
    """What all events of an instance share."""

    def __init__(self, settings: Settings):
        self._settings, self._gate = settings, Gate(settings)
        registry = Registry(settings.registry)
        self._serving = Serving(registry, settings.seconds_between_looks, on_failure=lambda: None)

    def answer(self, event) -> dict:
        """Return the answer to an event; a fault of the function is told to its log, and not to who asked."""
        request_id = event["requestContext"]["requestId"]
        try:
            content = self._predicted(event) | {"request_id": request_id}
        except ContractError as error:
            return _refusal(refusal_of(error), request_id)
        except Refused as error:
            return _refusal(error, request_id)
        except Exception:
            LOGGER.exception("request %s failed", request_id)
            return _refusal(Refused(500, FAULT), request_id)
        _tell(
            status=200,
            request_id=request_id,
            version=content["model_version"],
            value=content["predicted_value"],
        )
        return _answer(200, content, {"content-type": JSON_TYPE})

    def _predicted(self, event) -> dict:
        headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
        _require_route(event["requestContext"]["http"])
        self._gate.check(headers.get("x-api-key"))
        require_json(headers.get("content-type", ""))
        record = parsed(self._body(event))
        served = self._serving.now()
        if served is None:
            raise Refused(503, NO_MODEL, headers={"Retry-After": "5"})
        value = served.predict(served.artifact.contract.row_from(record)[None, :])[0]
        return served.answer(value) | served.about

    def _body(self, event) -> bytes:
        most, body = self._settings.largest_body, event.get("body") or ""
        try:
            encoded = event.get("isBase64Encoded", False)
            body = base64.b64decode(body, validate=True) if encoded else body.encode("utf-8", "surrogatepass")
        except ValueError:
            raise Refused(400, "the body is said to be in base64, and is not") from None
        if len(body) > most:
            raise Refused(413, f"the body is longer than {most:,} bytes")
        return body


@cache
def _function() -> Function:
    return Function(Settings.from_environment(os.environ))


def _require_route(asked) -> None:
    if asked["path"] != PATH:
        raise Refused(404, "Not Found")
    if asked["method"] != "POST":
        raise Refused(405, "Method Not Allowed", headers={"Allow": "POST"})


def _refusal(error: Refused, request_id: str) -> dict:
    _tell(status=error.status_code, request_id=request_id)
    headers = {"content-type": "application/problem+json"} | dict(error.headers or {})
    return _answer(error.status_code, problem_content(error, request_id), headers)


def _answer(status: int, content, headers) -> dict:
    body = as_ascii(content).decode()
    return {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": False}


def _tell(**facts) -> None:
    print(as_ascii({"message": "request"} | facts).decode(), flush=True)
