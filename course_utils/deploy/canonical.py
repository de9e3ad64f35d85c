"""Frozen dataclasses as canonical JSON and back: the same facts are the same bytes, and nothing else is read.

One line of ASCII with sorted keys and no spaces. Floats are written as repr does, with as many digits as they need to
come back bit by bit; NaN and infinity cannot be written. A field is a str, an int, a float, another such dataclass,
a tuple of one of these, or one of these or None.
"""

from __future__ import annotations

import json
import math
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Record = TypeVar("Record")
WANTED = {str: "a text", int: "a whole number", float: "a number with a decimal point"}


class CanonicalError(ValueError):
    """A text that is not the canonical JSON of the wanted facts, or facts that have none; says where and why."""


def encode(record) -> bytes:
    """Return a dataclass as canonical JSON, a line end behind it; CanonicalError if a field is not what it says."""
    try:
        data = _written(record)
    except (TypeError, ValueError) as error:
        raise CanonicalError(f"{type(record).__name__} cannot be written: {error}") from None
    _built(type(record), _parsed(data), "")
    return data


def decode(cls: type[Record], data: bytes) -> Record:
    """Return the dataclass behind what `encode` wrote; CanonicalError for every other text."""
    record = _built(cls, _parsed(data), "")
    if _written(record) != data:
        raise CanonicalError(
            "the facts can be read, but are not in canonical form: sorted keys, no spaces, floats by repr"
        )
    return record


def _written(record) -> bytes:
    text = json.dumps(record, default=_fields, sort_keys=True, allow_nan=False, separators=(",", ":"))
    return text.encode("ascii") + b"\n"


def _fields(record) -> dict[str, Any]:
    if not is_dataclass(record):
        raise TypeError(f"it holds {record!r:.80} of type {type(record).__name__}")
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _parsed(data: bytes):
    try:
        return json.loads(
            data.decode("ascii"), object_pairs_hook=_without_doubles, parse_constant=_no_constant
        )
    except CanonicalError:
        raise
    except RecursionError:
        raise CanonicalError("lists or objects are nested too deep") from None
    except ValueError as error:  # a UnicodeDecodeError too
        raise CanonicalError(f"no JSON in ASCII: {error}") from None


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise CanonicalError(f"the key {doubled[:80]!r} stands twice in one object")
    return fields


def _no_constant(name: str):
    raise CanonicalError(f"{name} is no number that JSON knows")


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _built(hint, value, where: str):
    """Return a parsed value as what the hint says; `where` is its place, for the message."""
    if hint in WANTED:
        return _built_scalar(hint, value, where)
    if is_dataclass(hint):
        return _built_record(hint, value, where)
    if get_origin(hint) is UnionType:
        inner = next(arg for arg in get_args(hint) if arg is not NoneType)
        return None if value is None else _built(inner, value, where)
    if type(value) is not list:
        raise CanonicalError(f"{where} is {_described(value)}; a list is needed")
    inner = get_args(hint)[0]  # of tuple[inner, ...]
    return tuple(_built(inner, entry, f"{where}[{i}]") for i, entry in enumerate(value))


def _built_scalar(hint, value, where: str):
    if type(value) is not hint:  # True is an int for isinstance
        raise CanonicalError(f"{where} is {_described(value)}; {WANTED[hint]} is needed")
    if hint is float and not math.isfinite(value):
        raise CanonicalError(f"{where} is too large for a float")
    return value


def _built_record(cls: type, value, where: str):
    if type(value) is not dict:
        raise CanonicalError(f"{where or cls.__name__} is {_described(value)}; an object is needed")
    hints = _hints(cls)
    for complaint, names in (("is missing", hints.keys() - value), ("is unknown", value.keys() - hints)):
        if names:
            raise CanonicalError(f"the key {sorted(names)[0][:80]!r} {complaint} in {where or cls.__name__}")
    inside = f"{where}." if where else ""
    return cls(**{name: _built(hint, value[name], inside + name) for name, hint in hints.items()})


def _described(value) -> str:
    if isinstance(value, list | dict):
        return f"a {'list' if isinstance(value, list) else 'JSON object'} of {len(value)}"
    return f"{json.dumps(value)[:80]} of type {type(value).__name__}"
