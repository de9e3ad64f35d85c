"""Tests of course_utils.deploy.months: months can be counted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from course_utils.deploy.months import month_at, month_of, month_text


@pytest.mark.parametrize(
    ("text", "months"),
    [("2009", 0), ("2009-01", 0), ("2009-03", 2), ("2009-03-01", 2), ("2009-06-16T00:00:00Z", 5.5)],
)
def test_a_month_is_one_whatever_its_length(text, months):
    assert month_of(text) - month_of("2009-01") == months


def test_months_rise_with_time():
    times = ["2009-01-31", "2009-01-31 23:59:59", "2009-02-01", "2009-02-28T12:00:00.5", "2009-03", "2010"]
    assert sorted(times, key=month_of) == times
    assert len(set(map(month_of, times))) == len(times)


def test_seconds_are_those_since_1970():
    moment = datetime(2026, 11, 21, 15, tzinfo=UTC)
    assert month_at(moment.timestamp()) == month_at(moment) == month_of("2026-11-21T15:00:00Z")


@pytest.mark.parametrize("text", ["2009-01", "2009-12", "2010-07"])
def test_the_text_of_a_month_is_the_month(text):
    assert month_text(month_of(text)) == month_text(month_of(text) + 0.99) == text
