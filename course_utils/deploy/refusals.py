"""What is said instead of an answer, whatever carries it: a server of one's own, or a function in a cloud.

The content is the one of RFC 9457: title, status and detail; beside it the number of the request, and for each
faulty field what is wrong with it. Nothing here knows of a web framework.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
NO_MODEL = "no model was promoted yet, or it cannot be loaded"
FAULT = "nothing is wrong with the request; the log knows more by its request_id"


class Refused(Exception):
    """A request that is not answered: a status, a sentence, and what is wrong with which field."""

    def __init__(
        self,
        status: int,
        detail: str,
        faults: Sequence[Problem] = (),
        headers: Mapping[str, str] | None = None,
    ):
        super().__init__(detail)
        self.status_code, self.detail = status, detail
        self.faults, self.headers = tuple(faults), headers


def refusal_of(error: ContractError) -> Refused:
    """Return the answer to records that a model does not accept."""
    return Refused(422, str(error), error.problems)


def problem_content(error, request_id: str | None) -> dict:
    """Return what is said of an error with a status code and a detail; its first hundred faults are listed."""
    faults = getattr(error, "faults", ())
    content = {
        "title": TITLES.get(error.status_code, "The request is refused"),
        "status": error.status_code,
        "detail": error.detail,
        "request_id": request_id,
        "errors": [vars(fault) for fault in faults[:MOST_LISTED]],
    }
    if len(faults) > MOST_LISTED:
        content["errors_left_out"] = len(faults) - MOST_LISTED
    return content
