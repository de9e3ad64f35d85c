"""Tests of course_utils.deploy.strict_json: what is read, what is refused, and what is written."""

from __future__ import annotations

import math

import pytest

from course_utils.deploy.refusals import Refused
from course_utils.deploy.strict_json import as_ascii, parsed, require_json


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON ; charset=utf-8"])
def test_the_content_type_of_json_is_accepted_with_its_parameters(kind):
    assert require_json(kind) is None


@pytest.mark.parametrize("kind", ["", "text/json", "application/jsonp", "application/problem+json"])
def test_another_content_type_is_refused(kind):
    with pytest.raises(Refused, match="application/json is needed") as caught:
        require_json(kind)
    assert caught.value.status_code == 415


def test_what_python_writes_is_read():
    assert parsed(as_ascii({"ü": [1.5, 7, None, True]})) == {"ü": [1.5, 7, None, True]}


BAD = [
    (b"{", "not JSON: .* line 1"),
    (b"\xff", "UTF-8"),
    (b'{"a":1,"a":1}', "twice"),
    (b"[" * 100_000, "deep"),
]


@pytest.mark.parametrize(("body", "complaint"), BAD, ids=["cut", "latin", "twice", "deep"])
def test_what_is_no_json_is_refused_with_400(body, complaint):
    with pytest.raises(Refused, match=complaint) as caught:
        parsed(body)
    assert caught.value.status_code == 400


@pytest.mark.parametrize(("n_digits", "kind"), [(20, int), (21, float)])
def test_a_very_long_integer_is_read_as_a_float(n_digits, kind):
    assert type(parsed(b"1" * n_digits)) is kind


def test_a_number_that_json_does_not_know_is_not_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_ascii([math.nan])
