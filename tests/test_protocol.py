"""Tests of course_utils.grading.protocol: values survive the way across, and an opponent's bytes do no harm."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.grading import protocol

plain_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(plain_values)
def test_a_plain_value_comes_across_as_it_is(value):
    message = protocol.unpack(protocol.pack({"value": protocol.encode(value)})[4:])
    assert protocol.decode(message["value"]) == value


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3).T,
        np.array([np.nan, np.inf, -0.0, 5e-324]),
        np.empty((0, 3)),
        np.array([2]),
    ],
    ids=["transposed", "special", "empty", "integers"],
)
def test_an_array_comes_across_bit_by_bit(array):
    wire = json.loads(json.dumps(protocol.encode(array)))
    found = protocol.decode(wire)
    assert (found.dtype, found.shape) == (np.float64, array.shape)
    assert found.tobytes() == array.astype(np.float64).tobytes()


def test_what_has_come_across_can_be_written_to():
    found = protocol.decode(protocol.encode(np.zeros(3)))
    found[0] = 1
    assert found.tolist() == [1, 0, 0]


def test_numpy_scalars_and_tuples_are_sent_as_numbers_and_lists():
    assert protocol.encode((np.float64(0.5), np.int64(3), np.bool_(True))) == [0.5, 3, True]


DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1]", b"null", b'"text"', DEEP.encode()])
def test_bytes_that_are_no_object_are_refused(body):
    with pytest.raises(protocol.ProtocolError, match=r"^no JSON|an object is needed"):
        protocol.unpack(body)


def nested(depth):
    """A list in a list in a list."""
    return [] if depth == 0 else [nested(depth - 1)]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"array": [[2], "AAAA"]}, "do not fill its shape"),
        ({"array": [[2**62, 2**62], ""]}, "do not fill its shape"),
        ({"array": [[-1], ""]}, "without a shape"),
        ({"array": [[True], "AAAAAAAAAAA="]}, "without a shape"),
        ({"array": [[1], "not base64!"]}, "no base64"),
        ({"array": [[0], ""], "more": 1}, "stands for no value"),
        ({"array": "AAAA"}, "stands for no value"),
        ({"__reduce__": ["os.system", "id"]}, "stands for no value"),
        ({"dict": [["a"]]}, "no pair"),
        ({"dict": [[1, 2]]}, "no pair"),
        (nested(40), "nested too deep"),
    ],
)
def test_data_that_encode_never_makes_is_refused(data, complaint):
    with pytest.raises(protocol.ProtocolError, match=complaint):
        protocol.decode(data)


def test_a_message_that_is_announced_too_long_is_not_read():
    with pytest.raises(protocol.ProtocolError, match="was announced; at most 16,777,216 are read"):
        protocol.body_length(struct.pack(">I", 2**32 - 1))


def test_a_message_that_is_too_long_is_not_sent():
    with pytest.raises(protocol.ProtocolError, match="at most 16,777,216 are sent"):
        protocol.pack({"value": "x" * 2**24})
