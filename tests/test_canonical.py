"""Tests of course_utils.deploy.canonical: the same facts are the same bytes, and nothing else is read."""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.deploy.canonical import CanonicalError, decode, encode


@dataclass(frozen=True)
class Stone:
    weight: float
    colour: str


@dataclass(frozen=True)
class Box:
    count: int
    stones: tuple[Stone, ...]
    depths: tuple[float, ...]
    lid: Stone | None


BOX = Box(2, (Stone(0.1, "grün"),), (-0.0, 5e-324, 1e300), None)
finite = st.floats(allow_nan=False, allow_infinity=False)
stones = st.builds(Stone, finite, st.text())
boxes = st.builds(Box, st.integers(), st.tuples(stones), st.lists(finite).map(tuple), st.none() | stones)


@given(boxes)
def test_facts_come_back_as_they_were(box):
    assert decode(Box, encode(box)) == box


@given(st.lists(finite).map(tuple))
def test_floats_come_back_bit_by_bit(depths):
    found = decode(Box, encode(Box(1, (), depths, None))).depths
    assert [struct.pack("d", value) for value in found] == [struct.pack("d", value) for value in depths]


def test_a_record_is_one_line_of_ascii_with_sorted_keys_and_no_spaces():
    expected = rb'{"count":2,"depths":[-0.0,5e-324,1e+300],"lid":null,"stones":[{"colour":"gr\u00fcn","weight":0.1}]}'
    assert encode(BOX) == expected + b"\n"


def test_a_float_of_numpy_is_written_as_a_float():
    assert encode(Stone(np.float64(0.1), "red")) == encode(Stone(0.1, "red"))


@pytest.mark.parametrize("weight", [math.nan, math.inf, True, 1, "1", None, np.float32(1)])
def test_what_is_no_finite_float_is_not_written_as_one(weight):
    with pytest.raises(CanonicalError, match=r"cannot be written|a number with a decimal point is needed"):
        encode(Stone(weight, "red"))


def changed(old, new):
    """The bytes of BOX with one piece replaced."""
    data = encode(BOX)
    assert old in data
    return data.replace(old, new)


SPELLINGS = [
    (b'"count":2,', b'"count":2, '),
    (b"0.1", b"0.10"),
    (b"1e+300", b"1E300"),
    (b"\\u00fc", b"\\u00FC"),
    (b'"lid":null,', b""),
    (b"\n", b""),
]


@pytest.mark.parametrize(("old", "new"), SPELLINGS)
def test_the_same_facts_in_another_spelling_are_refused(old, new):
    with pytest.raises(CanonicalError, match=r"not in canonical form|'lid' is missing"):
        decode(Box, changed(old, new))


REFUSED = [
    (b'"count":2', b'"count":true', r"count is true of type bool; a whole number is needed"),
    (b'"count":2', b'"count":2.0', r"count is 2.0 of type float; a whole number"),
    (b'"count":2', b'"count":"2"', r'count is "2" of type str'),
    (b'"count":2', b'"count":null', r"count is null of type NoneType"),
    (b"-0.0", b"1", r"depths\[0\] is 1 of type int; a number with a decimal point is needed"),
    (b"-0.0", b"false", r"depths\[0\] is false of type bool"),
    (b"-0.0", b"NaN", r"NaN is no number that JSON knows"),
    (b"-0.0", b"-Infinity", r"-Infinity is no number"),
    (b"-0.0", b"1e999", r"depths\[0\] is too large for a float"),
    (b"0.1}", b'0.1,"age":1}', r"the key 'age' is unknown in stones\[0\]"),
    (b'"weight":0.1', b'"weight":0.1,"weight":0.2', r"the key 'weight' stands twice"),
    (b',"weight":0.1', b"", r"the key 'weight' is missing in stones\[0\]"),
    (b'"lid":null', b'"lid":[]', r"lid is a list of 0; an object is needed"),
    (b"[-0.0,5e-324,1e+300]", b"{}", r"depths is a JSON object of 0; a list is needed"),
    (b'"count":2', b'"count":' + b"9" * 5000, r"no JSON in ASCII"),
    (b"\\u00fc", "ü".encode(), r"no JSON in ASCII"),
    (b"null", b"[" * 100_000 + b"]" * 100_000, r"nested too deep"),
    (b"}\n", b"", r"no JSON in ASCII"),
]


@pytest.mark.parametrize(("old", "new", "complaint"), REFUSED, ids=[entry[2] for entry in REFUSED])
def test_everything_else_is_refused_in_a_sentence(old, new, complaint):
    with pytest.raises(CanonicalError, match=complaint):
        decode(Box, changed(old, new))


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b'"text"', b"3", json.dumps({}).encode("utf-16")])
def test_what_is_no_object_is_refused(data):
    with pytest.raises(CanonicalError, match=r"no JSON in ASCII|an object is needed"):
        decode(Box, data)


@given(st.binary(max_size=40))
def test_random_bytes_raise_nothing_but_the_one_error(data):
    with pytest.raises(CanonicalError):
        decode(Stone, data)
