"""Tests of course_utils.deploy.service_limits: who may ask, and how often."""

from __future__ import annotations

import pytest
from small_service import KEY, RECORD, ask, ask_value, promote, small_app

from course_utils.deploy import service_limits
from course_utils.deploy.refusals import Refused
from course_utils.deploy.service import create_app
from course_utils.deploy.service_limits import Bucket, Gate
from course_utils.deploy.service_settings import Settings

OTHER = "another key for the tests"


class Clock:
    """A clock that is moved by hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        """Return the time."""
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.mark.parametrize("key", [None, "", "wrong", KEY[:-1], KEY + " x", KEY.upper(), f"{KEY},{KEY}"])
def test_without_a_key_of_the_service_nothing_is_answered(tmp_path, key):
    answer = ask_value(small_app(tmp_path), RECORD, key=key)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "ApiKey")


@pytest.mark.parametrize("key", [b"\xff" * 30, "ü".encode() * 30])
def test_a_key_of_any_bytes_is_compared(tmp_path, key):
    assert ask_value(small_app(tmp_path), RECORD, key=key).status_code == 401


def test_the_body_of_who_has_no_key_is_not_read(tmp_path):
    async def unread():
        raise AssertionError("the body was read")
        yield b""

    app = small_app(tmp_path)
    assert ask(app, "POST", "/v1/predict_value", key="wrong", content=unread()).status_code == 401


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/openapi.json"])
def test_what_machines_look_at_needs_no_key(tmp_path, path):
    assert ask(small_app(tmp_path), "GET", path, key=None).status_code == 200


@pytest.mark.parametrize("path", ["/v1/predict_value", "/v1/predict_batch"])
def test_every_address_that_predicts_needs_a_key(tmp_path, path):
    assert ask(small_app(tmp_path), "POST", path, key=None, json={}).status_code == 401


def test_two_keys_are_good_while_one_is_being_replaced(tmp_path):
    promote(tmp_path)
    app = create_app(Settings(tmp_path, (KEY, OTHER)))
    assert [ask_value(app, RECORD, key=key).status_code for key in (KEY, OTHER, "")] == [200, 200, 401]


def test_keys_are_compared_in_a_time_that_says_nothing_of_them(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(service_limits.hmac, "compare_digest", lambda a, b: seen.append((a, b)))
    with pytest.raises(Refused):
        Gate(Settings(tmp_path, (KEY, OTHER))).check("wrong")
    assert seen == [(b"wrong", KEY.encode()), (b"wrong", OTHER.encode())]


def test_a_bucket_gives_its_burst_and_then_as_much_as_flows_in(clock):
    bucket = Bucket(rate=2.0, burst=3.0, clock=clock)
    assert [bucket.take() for _ in range(4)] == [0, 0, 0, 0.5]
    clock.now = 0.5
    assert [bucket.take(), bucket.take()] == [0, 0.5]


def test_a_bucket_never_holds_more_than_its_burst(clock):
    bucket = Bucket(rate=2.0, burst=3.0, clock=clock)
    clock.now = 1000.0
    assert [bucket.take() > 0 for _ in range(4)] == [False, False, False, True]


def test_a_rate_of_zero_is_no_limit(clock):
    bucket = Bucket(rate=0.0, burst=0.0, clock=clock)
    assert not any(bucket.take() for _ in range(1000))


def test_a_small_rate_still_lets_one_request_pass(clock):
    bucket = Bucket(rate=0.1, burst=0.2, clock=clock)
    assert [bucket.take(), bucket.take()] == [0, 10]


def test_who_asks_too_often_is_told_when_to_come_again(tmp_path):
    app = small_app(tmp_path, requests_per_second=0.01, burst=2)
    answers = [ask_value(app, RECORD) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 95 <= int(answers[-1].headers["retry-after"]) <= 100


def test_one_key_does_not_use_up_what_another_may_ask(tmp_path, clock):
    gate = Gate(Settings(tmp_path, (KEY, OTHER), requests_per_second=1, burst=1), clock)
    gate.check(KEY)
    with pytest.raises(Refused, match="too often"):
        gate.check(KEY)
    assert gate.check(OTHER) is None
