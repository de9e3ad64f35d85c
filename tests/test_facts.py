"""Tests of course_utils.deploy.facts: what no model may say of itself."""

from __future__ import annotations

import math

import pytest
from small_model import small_model

from course_utils.deploy.facts import PER_FEATURE, ArtifactError, Metric, Spread
from course_utils.evaluation import Interval

UNSOUND = [
    ({"name": " "}, r"name is ' '; printable text in one line"),
    ({"purpose": "one\ntwo"}, r"purpose is 'one\\ntwo'; printable text"),
    ({"target_unit": "x" * 1001}, r"target_unit is .*1 to 1,000 characters"),
    ({"feature_names": ("living area", "\x1b[2J")}, r"a feature name, unit or version is"),
    ({"versions": ("",)}, r"a feature name, unit or version is ''"),
    ({"created": "yesterday"}, r"created is 'yesterday'; a date as 2026-11-21 or a time"),
    ({"training_data_sha256": "A" * 64}, r"training_data_sha256 is 'A+'; 64 hexadecimal digits"),
    ({"pipeline_sha256": "0" * 63}, r"pipeline_sha256 is '0+'; 64 hexadecimal digits"),
    ({"format": "course_utils.deploy/2"}, r"this reader knows 'course_utils.deploy/1'"),
    ({"objective": "RSS + lam ||beta||_1"}, r"objective is 'RSS .* this reader knows '\(1/2n\)"),
    (
        {"feature_names": ("quality", "quality")},
        r"feature_names has 2 name\(s\); at least one, all different",
    ),
    ({field: () for field in PER_FEATURE}, r"feature_names has 0 name\(s\); at least one"),
    ({"scale": (480.0, 0.0)}, r"scale holds 0.0; positive numbers"),
    ({"scale": (-1.0, 1.0)}, r"scale holds -1.0; positive numbers"),
    ({"mean": (math.nan, 0.0)}, r"mean holds NaN or infinity"),
    ({"gap": math.inf}, r"gap holds NaN or infinity"),
    ({"lam": 0.0}, r"lam is 0.0 with 2925 rows; both have to be positive"),
    ({"n_samples": 0}, r"with 0 rows"),
    (
        {"seen_low": (300.0, 11.0)},
        r"'quality': accepted_low, seen_low, seen_high, accepted_high are .*rising order",
    ),
    ({"accepted_high": (5700.0, 9.0)}, r"'quality': accepted_low"),
]


@pytest.mark.parametrize(("facts", "complaint"), UNSOUND, ids=[entry[1][:30] for entry in UNSOUND])
def test_facts_that_do_not_fit_together_are_refused(facts, complaint):
    with pytest.raises(ArtifactError, match=complaint):
        small_model(**facts)


@pytest.mark.parametrize("field", PER_FEATURE[1:])
def test_lengths_that_disagree_are_refused(field):
    with pytest.raises(ArtifactError, match=f"{field} has 1 entries and feature_names has 2"):
        small_model(**{field: getattr(small_model(), field)[:1]})


@pytest.mark.parametrize("created", ["2026-11-21", "2026-11-21T12:00:00+00:00", "2026-11-21T12:00:00Z"])
def test_dates_and_times_of_iso_8601_are_accepted(created):
    assert small_model(created=created).created == created


@pytest.mark.parametrize(
    ("numbers", "complaint"),
    [
        ((2.0, 1.0, 0.9), "goes from 2.0 to 1.0; two numbers in rising order"),
        ((math.nan, 1.0, 0.9), "goes from nan to 1.0"),
        ((-math.inf, 1.0, 0.9), "goes from -inf to 1.0"),
        ((0.0, 1.0, 1.0), "the level of the spread is 1.0; a number between 0 and 1"),
        ((0.0, 1.0, 90.0), "the level of the spread is 90.0"),
    ],
)
def test_an_interval_that_is_none_is_refused(numbers, complaint):
    with pytest.raises(ArtifactError, match=complaint):
        Spread(*numbers)


def test_an_interval_of_the_evaluation_becomes_a_metric():
    assert Metric.of("error", Interval(2.0, 1.0, 3.0, 0.95)) == Metric("error", 2.0, 1.0, 3.0, 0.95)


def test_a_metric_without_a_finite_estimate_is_refused():
    with pytest.raises(ArtifactError, match="the estimate of error is nan; a finite number"):
        Metric("error", math.nan, 1.0, 3.0, 0.95)
