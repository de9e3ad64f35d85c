"""What is read of a request, and how much of it at most.

The limit of the body holds whether its length is announced or not: bytes are counted as they come.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request

from course_utils.deploy.refusals import Refused
from course_utils.deploy.service_settings import Settings
from course_utils.deploy.strict_json import parsed, require_json

# So many times the limit is received, and all that is too much thrown away: who is cut off while sending sees a
# broken connection, and never reads why.
PATIENCE = 16


async def read_json(request: Request, settings: Settings) -> Any:
    """Return the body of a request, parsed; Refused with 400, 408, 413 or 415 if that cannot be done."""
    require_json(request.headers.get("content-type", ""))
    coding = request.headers.get("content-encoding", "identity")
    if coding != "identity":
        detail = f"the body is in the content coding {coding[:80]!r}; it has to be sent without one"
        raise Refused(415, detail, headers={"Accept-Encoding": "identity"})
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


def _too_large(settings: Settings) -> Refused:
    # the rest of the body may not have been read, so that this connection cannot be used again
    detail = f"the body is longer than {settings.largest_body:,} bytes"
    return Refused(413, detail, headers={"Connection": "close"})
