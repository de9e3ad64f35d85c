"""Tests of course_utils.deploy.contract: what a model wants to be asked, and what it says to everything else."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.deploy.contract import Contract, ContractError, Feature, accepted_range

CONTRACT = Contract(
    (Feature("living area", "square feet", 0.0, 5000.0), Feature("quality", "rating", 1.0, 10.0))
)
GOOD = {"living area": 1500.0, "quality": 7}


def test_a_record_becomes_a_row_in_the_order_of_the_model():
    row = CONTRACT.row_from({"quality": 7, "living area": 1500.0})
    assert (row.dtype, row.tolist()) == (np.float64, [1500.0, 7.0])


@pytest.mark.parametrize("value", [7, 7.0, np.float64(7), np.float32(7), np.int64(7), Fraction(7)])
def test_every_kind_of_real_number_is_a_number(value):
    assert CONTRACT.row_from(GOOD | {"quality": value}).tolist() == [1500.0, 7.0]


REFUSED = [
    (True, "not a number", "'quality' is True of type bool; a number from 1 to 10 (rating) is needed"),
    (np.True_, "not a number", "of type bool"),
    ("7", "not a number", "'quality' is '7' of type str"),
    (None, "not a number", "'quality' is None of type NoneType"),
    ([7], "not a number", "'quality' is [7] of type list"),
    (7j, "not a number", "'quality' is 7j of type complex"),
    (np.array([7.0]), "not a number", "of type ndarray"),
    (math.nan, "not finite", "'quality' is nan"),
    (-math.inf, "not finite", "'quality' is -inf"),
    (np.float64("nan"), "not finite", "'quality' is nan"),
    (0, "out of range", "'quality' is 0.0; a number from 1 to 10 (rating) is needed"),
    (math.nextafter(10, 11), "out of range", "'quality' is 10.000000000000002"),
    (10**400, "out of range", "'quality' is a larger number than a float can hold"),
]


@pytest.mark.parametrize(
    ("value", "kind", "message"), REFUSED, ids=[repr(entry[0])[:20] for entry in REFUSED]
)
def test_a_value_that_is_not_accepted_is_named(value, kind, message):
    with pytest.raises(ContractError) as refused:
        CONTRACT.row_from(GOOD | {"quality": value})
    (problem,) = refused.value.problems
    assert (problem.field, problem.kind) == ("quality", kind)
    assert message in problem.message


@pytest.mark.parametrize("value", [1, 10])
def test_the_ends_of_the_range_are_accepted(value):
    assert CONTRACT.row_from(GOOD | {"quality": value})[1] == value
    assert CONTRACT.accepts([[1500.0, value]]).all()


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(ContractError) as refused:
        CONTRACT.row_from({"living area": -1, "colour": "red", 7: 7})
    found = [(problem.field, problem.kind) for problem in refused.value.problems]
    assert found == [
        ("living area", "out of range"),
        ("quality", "missing"),
        ("colour", "extra"),
        ("7", "extra"),
    ]


def test_a_record_without_anything_misses_every_feature():
    with pytest.raises(
        ContractError, match=r"'living area' is missing; a number from 0 to 5000 .*; 'quality' is"
    ):
        CONTRACT.row_from({})


@pytest.mark.parametrize("record", [[1500.0, 7.0], "record", None, 3, np.array([1500.0, 7.0])])
def test_values_without_names_are_no_record(record):
    with pytest.raises(ContractError, match=r"the record is of type \w+; named features are needed"):
        CONTRACT.row_from(record)


def test_the_text_of_an_error_stays_short_whatever_came():
    record = {f"{'x' * 10_000}{index}": "y" * 10_000 for index in range(1000)}
    with pytest.raises(ContractError, match=r"and 997 more$") as refused:
        CONTRACT.row_from(record)
    assert len(str(refused.value)) < 1000
    assert max(len(problem.field) + len(problem.message) for problem in refused.value.problems) < 300


def test_an_error_survives_the_way_to_another_process():
    with pytest.raises(ContractError) as refused:
        CONTRACT.row_from({})
    there_and_back = pickle.loads(pickle.dumps(refused.value))
    assert there_and_back.problems == refused.value.problems
    assert str(there_and_back) == str(refused.value)


@given(st.lists(st.floats(), min_size=2, max_size=2))
def test_a_table_is_judged_as_its_records_are(values):
    try:
        CONTRACT.row_from(dict(zip(GOOD, values, strict=True)))
        refused = set()
    except ContractError as error:
        refused = {problem.field for problem in error.problems}
    accepted = CONTRACT.accepts(np.array([values]))[0]
    assert {name for name, fine in zip(GOOD, accepted, strict=True) if not fine} == refused


RANGES = [
    ((10, 20), (5, 25)),
    ((2, 20), (0, 29)),
    ((-20, -2), (-29, 0)),
    ((-2, 8), (-7, 13)),
    ((3, 3), (3, 3)),
]


@pytest.mark.parametrize(("seen", "accepted"), RANGES)
def test_half_the_width_is_added_and_no_sign_that_was_never_seen(seen, accepted):
    assert accepted_range(*map(float, seen)) == accepted
