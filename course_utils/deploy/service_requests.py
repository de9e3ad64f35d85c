"""What is read of a request, and how much of it at most.

The limit of the body holds whether its length is announced or not: bytes are counted as they come.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.requests import Request

from course_utils.deploy.service_errors import Refused
from course_utils.deploy.service_settings import Settings

# So many times the limit is received, and all that is too much thrown away: who is cut off while sending sees a
# broken connection, and never reads why.
PATIENCE = 16
LONGEST_INTEGER = 20  # digits; longer ones are read as floats, for reading them exactly takes long


async def read_json(request: Request, settings: Settings) -> Any:
    """Return the body of a request, parsed; Refused with 400, 408, 413 or 415 if that cannot be done."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, f"the content type is {kind[:80]!r}; application/json is needed")
    return parsed(await read_body(request, settings))


async def read_body(request: Request, settings: Settings) -> bytes:
    """Return the body of a request; Refused with 408 or 413 if it is too slow or too long."""
    announced = request.headers.get("content-length", "")
    most, body, length = settings.largest_body, bytearray(), 0
    try:
        async with asyncio.timeout(settings.seconds_for_body):
            if announced.isdigit() and int(announced[:20]) > PATIENCE * most:
                raise _too_large(settings)
            async for chunk in request.stream():
                length += len(chunk)
                if length > PATIENCE * most:
                    break
                if length <= most:
                    body += chunk
    except TimeoutError:
        raise Refused(408, f"the body did not arrive within {settings.seconds_for_body:g} seconds") from None
    if length > most:
        raise _too_large(settings)
    return bytes(body)


def parsed(body: bytes) -> Any:
    """Return what JSON in UTF-8 says, NaN and Infinity included; Refused with 400 for anything else."""
    try:
        text = body.decode("utf-8")
        return json.loads(text, object_pairs_hook=_without_doubles, parse_int=_as_integer)
    except UnicodeDecodeError:
        raise Refused(400, "the body is not UTF-8") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Refused(400, f"the body is not JSON: {error.msg} in {where}") from None
    except RecursionError:
        raise Refused(400, "lists or objects are nested too deep") from None


def _too_large(settings: Settings) -> Refused:
    # the rest of the body may not have been read, so that this connection cannot be used again
    detail = f"the body is longer than {settings.largest_body:,} bytes"
    return Refused(413, detail, headers={"Connection": "close"})


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        seen: set[str] = set()
        doubled = next(name for name, _ in pairs if name in seen or seen.add(name))
        raise Refused(400, f"the key {doubled[:80]!r} stands twice in one object")
    return fields


def _as_integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_INTEGER else float(digits)
