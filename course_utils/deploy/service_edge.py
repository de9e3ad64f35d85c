"""What happens to every request on its way in and out: it gets a number, is counted and told of in one JSON line.

A fault of the service ends here as well: its text goes to the log, and the number of the request to who asked.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
from datetime import UTC, datetime
from time import perf_counter

from starlette.requests import ClientDisconnect, Request

from course_utils.deploy.refusals import FAULT, Refused
from course_utils.deploy.service_errors import problem
from course_utils.deploy.service_metrics import Metrics

LOGGER = logging.getLogger(__name__)
REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
GONE = 499  # no status of HTTP: who asked did not wait for one


class Edge:
    """ASGI middleware around everything."""

    def __init__(self, app, metrics: Metrics):
        self._app, self._metrics = app, metrics

    async def __call__(self, scope, receive, send):
        """Answer a request, whatever happens inside."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request, started = Request(scope, receive), perf_counter()
        request.state.request_id = _request_id(request)
        numbered = _Numbered(send, request.state.request_id)
        try:
            await self._app(scope, receive, numbered)
        except ClientDisconnect:
            numbered.status = GONE
        except Exception:
            LOGGER.exception("a request failed", extra={"facts": {"request_id": request.state.request_id}})
            if not numbered.status:
                await problem(request, Refused(500, FAULT))(scope, receive, numbered)
        finally:
            self._tell(request, numbered.status, perf_counter() - started)

    def _tell(self, request: Request, status: int, seconds: float) -> None:
        route = getattr(request.scope.get("route"), "path", "none")
        method = request.method if request.method in METHODS else "other"
        self._metrics.request(method, route, status, seconds)
        facts = {"request_id": request.state.request_id, "method": method, "route": route, "status": status}
        facts |= {"ms": round(1000 * seconds, 3), "version": getattr(request.state, "version", None)}
        LOGGER.info("request", extra={"facts": facts})


class _Numbered:
    """Sends on what it is given, the number of the request in the headers, and remembers the status."""

    def __init__(self, send, request_id: str):
        self._send, self._header, self.status = send, (b"x-request-id", request_id.encode()), 0

    async def __call__(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = message | {"headers": [*message.get("headers", ()), self._header]}
        await self._send(message)


_ENCODER = json.JSONEncoder(default=str)


class JSONLines(logging.Formatter):
    """One JSON object a line, `facts` of a record among its fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as a line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _ENCODER.encode(line)


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JSONLines}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["lines"], "level": "INFO"},
    "loggers": {
        **{name: {"handlers": [], "propagate": True} for name in ("uvicorn", "uvicorn.error")},
        "uvicorn.access": {"handlers": [], "propagate": False},  # the line of `Edge` says more
    },
}


def _request_id(request: Request) -> str:
    """Return the number that came with a request, if it can stand in a log, or a new one."""
    given = request.headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
