"""Values and messages between the scorer and the worker: length-prefixed JSON, read as if it came from an opponent.

A message is a JSON object behind its length in four bytes, the most significant first. Values are those of
`exercises.types.plain`; an array is its shape and the bytes of its float64 entries in base64. Nothing is unpickled.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import struct
from typing import Any

import numpy as np

from course_utils.exercises.types import DEEPEST_NESTING

LARGEST_MESSAGE = 16 * 2**20  # bytes
HEADER = struct.Struct(">I")
_FLOAT64 = np.dtype("<f8")


class ProtocolError(Exception):
    """What came is no message, or holds no value, of this protocol."""


def pack(message: dict[str, Any]) -> bytes:
    """Return a message as bytes, its length first; ProtocolError if it is too long."""
    body = json.dumps(message).encode()
    if len(body) > LARGEST_MESSAGE:
        raise ProtocolError(f"a message of {len(body):,} bytes; at most {LARGEST_MESSAGE:,} are sent")
    return HEADER.pack(len(body)) + body


def body_length(header: bytes) -> int:
    """Return the length that four bytes announce; ProtocolError if it is too long to be read."""
    (length,) = HEADER.unpack(header)
    if length > LARGEST_MESSAGE:
        raise ProtocolError(
            f"a message of {length:,} bytes was announced; at most {LARGEST_MESSAGE:,} are read"
        )
    return length


def unpack(body: bytes) -> dict[str, Any]:
    """Return the message behind a header; ProtocolError unless it is one JSON object."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise ProtocolError(f"no JSON: {type(error).__name__}") from None
    if not isinstance(message, dict):
        raise ProtocolError(f"a JSON {type(message).__name__}; an object is needed")
    return message


def encode(value: Any) -> Any:
    """Return a plain value as JSON: an array as {"array": [shape, base64]}, a dictionary as {"dict": pairs}."""
    if isinstance(value, np.ndarray):
        data = np.ascontiguousarray(value, dtype=_FLOAT64).tobytes()
        return {"array": [list(value.shape), base64.b64encode(data).decode("ascii")]}
    if isinstance(value, dict):
        return {"dict": [[key, encode(entry)] for key, entry in value.items()]}
    if isinstance(value, list | tuple):
        return [encode(entry) for entry in value]
    if isinstance(value, np.generic):
        return value.item()
    return value


def decode(data: Any, depth: int = 0) -> Any:
    """Return the plain value behind JSON from the other side.

    Raises
    ------
    ProtocolError
        Anything that `encode` does not make of a plain value.
    """
    if depth > DEEPEST_NESTING + 2:
        raise ProtocolError("a value that is nested too deep")
    if data is None or isinstance(data, bool | int | float | str):
        return data
    if isinstance(data, list):
        return [decode(entry, depth + 1) for entry in data]
    match data:
        case {"array": [list() as shape, str() as text], **rest} if not rest:
            return _decode_array(shape, text)
        case {"dict": list() as pairs, **rest} if not rest:
            return {key: decode(entry, depth + 1) for key, entry in map(_as_pair, pairs)}
    raise ProtocolError("a JSON object that stands for no value")


def _decode_array(shape: list, text: str) -> np.ndarray:
    if not all(type(length) is int and length >= 0 for length in shape) or len(shape) > DEEPEST_NESTING:
        raise ProtocolError("an array without a shape")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ProtocolError("an array that is no base64") from None
    if math.prod(shape) * _FLOAT64.itemsize != len(data):
        raise ProtocolError("an array whose bytes do not fill its shape")
    return np.frombuffer(data, _FLOAT64).reshape(shape).astype(np.float64)


def _as_pair(pair: Any) -> tuple[str, Any]:
    match pair:
        case [str() as key, entry]:
            return key, entry
    raise ProtocolError("a dictionary entry that is no pair of a text and a value")
