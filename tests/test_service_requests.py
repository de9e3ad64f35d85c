"""Tests of course_utils.deploy.service_requests: a body is read up to a limit, and for a time."""

from __future__ import annotations

import asyncio

import pytest
from small_service import RECORD, ask, ask_value, small_app

from course_utils.deploy.service_requests import PATIENCE

LIMIT = 200
JSON = {"Content-Type": "application/json"}


async def chunks(n, size, seconds=0.0):
    """Send n chunks of white space, and no length with them."""
    for _ in range(n):
        await asyncio.sleep(seconds)
        yield b" " * size


async def unread():
    """A body that must not be read."""
    raise AssertionError("the body was read")
    yield b""


def post(app, content, **headers):
    """The answer to a body."""
    return ask(app, "POST", "/v1/predict_value", content=content, headers=JSON | headers)


@pytest.mark.parametrize(("length", "status"), [(LIMIT, 200), (LIMIT + 1, 413)])
def test_a_body_of_the_limit_is_read_and_a_longer_one_refused(tmp_path, length, status):
    body = b'{"quality": 7, "living area": 1500}'.ljust(length)
    assert post(small_app(tmp_path, largest_body=LIMIT), body).status_code == status


@pytest.mark.parametrize(("n", "status"), [(20, 400), (21, 413)])
def test_the_limit_holds_for_a_body_whose_length_is_not_announced(tmp_path, n, status):
    answer = post(small_app(tmp_path, largest_body=LIMIT), chunks(n, 10))
    assert "content-length" not in answer.request.headers
    assert answer.status_code == status


def test_of_a_body_without_end_no_more_is_received_than_a_multiple_of_the_limit(tmp_path):
    taken = []

    async def endless():
        while len(taken) < 10_000:
            taken.append(10)
            yield b" " * 10

    assert post(small_app(tmp_path, largest_body=LIMIT), endless()).status_code == 413
    assert sum(taken) <= PATIENCE * LIMIT + 20


@pytest.mark.parametrize("announced", [str(PATIENCE * LIMIT + 1), "9" * 30])
def test_a_length_that_is_announced_is_believed_if_it_is_far_too_large(tmp_path, announced):
    answer = post(small_app(tmp_path, largest_body=LIMIT), unread(), **{"Content-Length": announced})
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")


def test_a_length_that_lies_does_not_open_the_door(tmp_path):
    answer = post(small_app(tmp_path, largest_body=LIMIT), b" " * 1000, **{"Content-Length": "2"})
    assert answer.status_code == 413


def test_a_body_that_comes_too_slowly_is_refused(tmp_path):
    answer = post(small_app(tmp_path, seconds_for_body=0.05), chunks(100, 1, seconds=0.02))
    assert (answer.status_code, "0.05 seconds" in answer.json()["detail"]) == (408, True)


def test_a_million_bytes_are_the_limit_of_a_service(tmp_path):
    app = small_app(tmp_path)
    assert post(app, b"{".ljust(1_000_000)).status_code == 400
    assert post(app, b"{".ljust(1_000_001)).status_code == 413


def test_an_integer_of_twenty_digits_is_read_exactly_and_a_longer_one_as_a_float(tmp_path):
    detail = ask_value(small_app(tmp_path), RECORD | {"quality": 10**19}).json()["detail"]
    assert "1e+19" in detail
    assert ask_value(small_app(tmp_path), RECORD | {"quality": 10**30}).status_code == 422
