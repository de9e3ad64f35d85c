"""What a service says when it does not answer: one JSON object for every error, and not a word of its inside.

The object is the one of RFC 9457: title, status and detail; beside it the number of the request, and for each
faulty field what is wrong with it. Clients of the Open Inference Protocol find the detail under `error`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from course_utils.deploy.contract import ContractError, Problem

MOST_LISTED = 100  # faults in one answer: a request of a megabyte can have many
TITLES = {
    400: "The request cannot be read",
    401: "The API key is missing or wrong",
    404: "There is nothing at this address",
    405: "This address does not know the method",
    408: "The request took too long to arrive",
    413: "The request is too large",
    415: "The request is not JSON",
    422: "The values do not fit the model",
    429: "Too many requests",
    500: "The service has a fault",
    503: "No model serves",
}


class Refused(HTTPException):
    """A request that is not answered: a status, a sentence, and what is wrong with which field."""

    def __init__(self, status: int, detail: str, faults: Sequence[Problem] = (), headers=None):
        super().__init__(status, detail, headers)
        self.faults = tuple(faults)


class JSON(Response):
    """An answer in JSON, in ASCII: half of a surrogate pair in a field's name could not be encoded otherwise."""

    media_type = "application/json"

    def render(self, content) -> bytes:
        """Return the body; ValueError if it holds NaN or infinity."""
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")


def refusal_of(error: ContractError) -> Refused:
    """Return the answer to records that a model does not accept."""
    return Refused(422, str(error), error.problems)


def problem(request: Request, error: HTTPException) -> Response:
    """Return an error as an answer."""
    faults = getattr(error, "faults", ())
    content = {
        "title": TITLES.get(error.status_code, "The request is refused"),
        "status": error.status_code,
        "detail": error.detail,
        "request_id": getattr(request.state, "request_id", None),
        "errors": [vars(fault) for fault in faults[:MOST_LISTED]],
    }
    if len(faults) > MOST_LISTED:
        content["errors_left_out"] = len(faults) - MOST_LISTED
    if request.url.path.startswith("/v2"):
        content["error"] = error.detail
    return JSON(content, error.status_code, error.headers, "application/problem+json")
