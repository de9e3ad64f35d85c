"""Tests of course_utils.deploy.batch_rows: which rows a model accepts, and what is wrong with the others."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from small_model import SMALL_MODEL

from course_utils.deploy.batch_rows import Chunk, as_numbers, judged


def texts(*values):
    """A column as CSV has it."""
    return pa.chunked_array([pa.array(values, pa.binary())])


def cast_alone(text):
    """What pyarrow makes of one text without its spaces, or None."""
    try:
        return pa.array([text.strip(b" \t\n\r\v\f")]).cast(pa.string()).cast(pa.float64())[0].as_py()
    except pa.ArrowInvalid:
        return None


@given(st.text("0123456789+-.eEinfatyNIF_()x \t", max_size=9).map(str.encode) | st.binary(max_size=4))
@example(b"nan(x_1)")
@example(b"+.5E-07")
@example(b"1e999")
def test_a_text_is_a_number_by_itself_whatever_stands_beside_it(text):
    alone, beside = as_numbers(texts(text)).to_pylist(), as_numbers(texts(text, b"x")).to_pylist()
    np.testing.assert_equal(alone, [cast_alone(text)])
    np.testing.assert_equal(beside, [*alone, None])


@given(st.lists(st.floats(), max_size=20))
def test_a_number_that_repr_wrote_comes_back_bit_by_bit(values):
    column = texts(*[repr(value).encode() for value in values])
    np.testing.assert_array_equal(as_numbers(column).to_numpy(), np.array(values, dtype=float))


def test_a_large_integer_is_rounded_to_a_float():
    assert as_numbers(pa.chunked_array([[2**62 + 1]])).to_pylist() == [float(2**62)]


REASONS = [
    (b"", "missing"),
    (b"  ", "missing"),
    (b"NA", "not a number"),
    (b"five", "not a number"),
    (b"1,5", "not a number"),
    (b"0x10", "not a number"),
    (b"True", "not a number"),
    ("٥".encode(), "not a number"),
    (b"\xff", "not a number"),
    (b"nan", "not finite"),
    (b"-Infinity", "not finite"),
    (b"1e999", "not finite"),
    (b"11", "out of range"),
    (b"0.999", "out of range"),
]


@pytest.mark.parametrize(("text", "reason"), REASONS)
def test_a_bad_text_has_its_reason(text, reason):
    columns = pa.table({"living area": texts(b"1500", b" 1500 "), "quality": texts(b"5", text)})
    found = judged(SMALL_MODEL.contract, Chunk.whole(1, columns))
    assert (found.X.tolist(), found.good.tolist(), found.at.tolist()) == ([[1500, 5]], [True, False], [1])
    shown = text.decode("utf-8", "backslashreplace")
    assert found.faults.to_pylist() == [{"row": 2, "field": "quality", "reason": reason, "came": shown}]


@pytest.mark.parametrize("text", [b"5", b" 5 ", b"+5", b"5.0", b"5e0", b"05", b"50E-1"])
def test_a_good_text_is_accepted(text):
    columns = pa.table({"living area": texts(b"1500"), "quality": texts(text)})
    assert judged(SMALL_MODEL.contract, Chunk.whole(1, columns)).X.tolist() == [[1500, 5]]


def test_broken_lines_stand_among_the_faults_in_the_order_of_the_rows():
    columns = pa.table({"living area": texts(b"1500", b"x"), "quality": texts(b"11", b"x")})
    chunk = Chunk(np.array([1, 3]), columns, {2: "1,2,3"})
    found = judged(SMALL_MODEL.contract, chunk)
    rows = [(fault["row"], fault["field"], fault["reason"]) for fault in found.faults.to_pylist()]
    third = [(3, "living area", "not a number"), (3, "quality", "not a number")]
    assert rows == [(1, "quality", "out of range"), (2, "", "no row"), *third]
    assert (found.at.tolist(), chunk.n_rows) == ([0, -1, 1, 1], 3)


def test_what_came_is_shown_with_eighty_characters_at_most():
    columns = pa.table({"living area": texts(b"x" * 500), "quality": texts(b"5")})
    assert judged(SMALL_MODEL.contract, Chunk.whole(1, columns)).faults["came"].to_pylist() == ["x" * 80]


def test_no_rows_are_no_faults():
    columns = pa.table({"living area": texts(), "quality": texts()})
    found = judged(SMALL_MODEL.contract, Chunk.whole(1, columns))
    assert (found.X.shape, found.faults.num_rows, math.prod(found.at.shape)) == ((0, 2), 0, 0)
