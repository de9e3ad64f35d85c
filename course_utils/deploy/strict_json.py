"""JSON read strictly: in UTF-8, no key twice, and no number that takes long to read."""

from __future__ import annotations

import json
from typing import Any

from course_utils.deploy.refusals import Refused

LONGEST_INTEGER = 20  # digits; longer ones are read as floats, for reading them exactly takes long
JSON_TYPE = "application/json"


def require_json(content_type: str) -> None:
    """Raise Refused with 415 unless a content type is JSON's, with or without its parameters."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind != JSON_TYPE:
        raise Refused(415, f"the content type is {kind[:80]!r}; {JSON_TYPE} is needed")


def parsed(body: bytes) -> Any:
    """Return what JSON in UTF-8 says, NaN and Infinity included; Refused with 400 for anything else."""
    try:
        text = body.decode("utf-8")
        return _DECODER.decode(text)
    except UnicodeDecodeError:
        raise Refused(400, "the body is not UTF-8") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Refused(400, f"the body is not JSON: {error.msg} in {where}") from None
    except RecursionError:
        raise Refused(400, "lists or objects are nested too deep") from None


def as_ascii(content) -> bytes:
    """Return JSON in ASCII: half of a surrogate pair in a field's name could not be encoded otherwise.

    Raises
    ------
    ValueError
        The content holds NaN or infinity.
    """
    return _ENCODER.encode(content).encode("ascii")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        seen: set[str] = set()
        doubled = next(name for name, _ in pairs if name in seen or seen.add(name))
        raise Refused(400, f"the key {doubled[:80]!r} stands twice in one object")
    return fields


def _as_integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_INTEGER else float(digits)


# made once: to make them takes longer than to read a record
_DECODER = json.JSONDecoder(object_pairs_hook=_without_doubles, parse_int=_as_integer)
_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
