"""Tests of course_utils.deploy.service_errors: what leaves the service is JSON that everybody reads."""

from __future__ import annotations

import math

import pytest

from course_utils.deploy.service_errors import JSON


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_does_not_know_is_not_sent(value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        JSON({"predicted_value": value})


def test_every_text_is_sent_in_ascii():
    assert JSON({"\ud800": "ü"}).body == rb'{"\ud800":"\u00fc"}'
