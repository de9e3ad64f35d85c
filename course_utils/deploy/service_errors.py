"""How the service says what it does not answer: one JSON object for every error, and not a word of its inside.

What stands in it is `refusals`'. Clients of the Open Inference Protocol find the detail under `error`.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from course_utils.deploy.refusals import problem_content
from course_utils.deploy.strict_json import JSON_TYPE, as_ascii


class JSON(Response):
    """An answer in JSON, in ASCII."""

    media_type = JSON_TYPE

    def render(self, content) -> bytes:
        """Return the body; ValueError if it holds NaN or infinity."""
        return as_ascii(content)


def problem(request: Request, error) -> Response:
    """Return an error with a status code and a detail as an answer."""
    content = problem_content(error, getattr(request.state, "request_id", None))
    if request.url.path.startswith("/v2"):
        content["error"] = error.detail
    return JSON(content, error.status_code, error.headers, "application/problem+json")
