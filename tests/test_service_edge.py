"""Tests of course_utils.deploy.service_edge: each request has its number and its line."""

from __future__ import annotations

import asyncio
import json
import logging
import re

import pytest
from small_service import KEY, RECORD, ask, ask_value, promote, settings_of, small_app

from course_utils.deploy.service import create_app
from course_utils.deploy.service_edge import JSONLines

AREA = 1234.56789  # does not come up in a random number by chance
SECRETS = (KEY, str(AREA))


def lines(caplog):
    """What was logged of requests, as the log writes it."""
    formatter = JSONLines()
    return [json.loads(formatter.format(entry)) for entry in caplog.records if entry.message == "request"]


def test_a_request_keeps_the_number_it_came_with(tmp_path):
    answer = ask_value(small_app(tmp_path), RECORD, headers={"X-Request-ID": "abc-1.2_3"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "abc-1.2_3"


@pytest.mark.parametrize("given", ["", "a b", 'a"b', "x" * 65, "ä", "a\tb"])
def test_a_number_that_could_do_harm_in_a_log_is_replaced(tmp_path, given):
    answer = ask_value(small_app(tmp_path), RECORD, headers={"X-Request-ID": given.encode()})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


def test_a_request_is_one_line_with_its_route_status_and_model(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    version = promote(tmp_path)
    answer = ask_value(create_app(settings_of(tmp_path)), RECORD)
    line = lines(caplog)[0]
    told = {field: line[field] for field in ("method", "route", "status", "version", "request_id")}
    number = answer.headers["x-request-id"]
    assert list(told.values()) == ["POST", "/v1/predict_value", 200, version, number]
    assert 0 < line["ms"] < 10_000


def test_a_line_holds_neither_key_nor_features_nor_the_address_as_it_was_typed(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    app = small_app(tmp_path)
    assert ask_value(app, RECORD | {"living area": AREA}).status_code == 200
    ask(app, "GET", f"/who/{KEY}?key={KEY}")
    assert not any(secret in json.dumps(lines(caplog)) for secret in SECRETS)
    assert [line["route"] for line in lines(caplog)] == ["/v1/predict_value", "none"]


def test_a_line_is_one_line_even_with_the_story_of_a_fault():
    try:
        raise ValueError("first\nsecond")
    except ValueError as error:
        facts = {"exc_info": (ValueError, error, None), "msg": "it\nfailed", "facts": {"a": 1}}
    line = JSONLines().format(logging.makeLogRecord(facts | {"levelname": "ERROR", "name": "x"}))
    assert "\n" not in line
    assert {"a": 1, "level": "error", "message": "it\nfailed"}.items() <= json.loads(line).items()
    assert "second" in json.loads(line)["exception"]


def test_who_leaves_before_the_answer_is_no_fault_of_the_service(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    headers = [(b"x-api-key", KEY.encode()), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/v1/predict_value", "headers": headers}
    scope |= {"query_string": b"", "root_path": "", "scheme": "http", "http_version": "1.1"}

    async def gone():
        return {"type": "http.disconnect"}

    sent = []
    asyncio.run(small_app(tmp_path)(scope, gone, sent.append))
    assert (sent, [line["status"] for line in lines(caplog)]) == ([], [499])
    assert not [entry for entry in caplog.records if entry.levelname == "ERROR"]
