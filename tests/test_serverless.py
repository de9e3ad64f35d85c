"""deploy/serverless: the function in a cloud answers an event as the service answers the same request."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from runpy import run_path

import pytest
from small_service import KEY, RECORD, ask, promote, settings_of

from course_utils.deploy.houses import FEATURES
from course_utils.deploy.service import create_app
from course_utils.lessons.catalogue import ROOT

FOLDER = ROOT / "deploy" / "serverless"
HANDLER = run_path(str(FOLDER / "handler.py"))
EVENT = json.loads((FOLDER / "event.json").read_text(encoding="utf-8"))
GOOD = json.dumps(RECORD)
JSON_TYPE = {"Content-Type": "application/json"}


def event(body, *, encoded=False, method="POST", path="/v1/predict_value", key=KEY, kind="application/json"):
    """The recorded event with another request in it."""
    headers = EVENT["headers"] | {"x-api-key": key, "content-type": kind}
    if key is None:
        del headers["x-api-key"]
    http = EVENT["requestContext"]["http"] | {"method": method, "path": path}
    context = EVENT["requestContext"] | {"http": http}
    sent = {"body": body, "isBase64Encoded": encoded, "rawPath": path}
    return EVENT | sent | {"headers": headers, "requestContext": context}


@pytest.fixture
def folder(tmp_path):
    """The folder of a registry in which the small model serves."""
    promote(tmp_path)
    return tmp_path


def function_of(folder, **others):
    """The function that answers out of a folder."""
    return HANDLER["Function"](settings_of(folder, **others))


def without_number(content):
    """An answer's content without the number of the request, which has to be there."""
    return (
        {name: value for name, value in content.items() if name != "request_id"}
        if content["request_id"]
        else None
    )


def test_the_recorded_event_asks_what_the_model_of_the_lesson_wants():
    assert tuple(json.loads(EVENT["body"])) == FEATURES
    assert EVENT["headers"]["content-length"] == str(len(EVENT["body"]))


def test_an_answer_is_what_the_gateway_sends_on(folder):
    answer = function_of(folder).answer(event(GOOD))
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    assert answer["headers"] == {"content-type": "application/json"}
    assert json.loads(answer["body"])["request_id"] == EVENT["requestContext"]["requestId"]


# what is sent, and how it is said in an event
ASKED = {
    "good": event(GOOD),
    "integer": event('{"living area":1500,"quality":7}'),
    "missing": event('{"quality": 7}'),
    "extra and out of range": event('{"living area": -1, "quality": 11, "garage": 1}'),
    "text for a number": event('{"living area": "1500", "quality": true}'),
    "NaN": event('{"living area": NaN, "quality": 7}'),
    "half a pair": event('{"living area": 1500.0, "quality": 7, "\\ud800": 1}'),
    "a list": event("[1500, 7]"),
    "nothing": event(""),
    "no JSON": event("{"),
    "twice": event('{"quality": 7, "quality": 7}'),
    "too large": event(" " * 1_000_001),
    "as large as can be": event(GOOD + " " * (1_000_000 - len(GOOD))),
    "another type": event(GOOD, kind="text/plain"),
    "no key": event(GOOD, key=None),
    "another key": event(GOOD, key="another key than ours"),
    "no key and no JSON": event("{", key=None, kind="text/plain"),
    "another method": event("", method="GET", key=None),
    "another address": event(GOOD, path="/v1/predict"),
}


@pytest.mark.parametrize("name", ASKED)
def test_the_function_says_what_the_service_says(folder, name):
    asked = ASKED[name]
    ours, http = function_of(folder).answer(asked), asked["requestContext"]["http"]
    headers = {"Content-Type": asked["headers"]["content-type"]}
    key = asked["headers"].get("x-api-key")
    app = create_app(settings_of(folder))
    theirs = ask(app, http["method"], http["path"], key=key, headers=headers, content=asked["body"])
    assert ours["statusCode"] == theirs.status_code
    assert without_number(json.loads(ours["body"])) == without_number(theirs.json())
    said = {header.lower(): value for header, value in ours["headers"].items()}
    assert said.items() <= dict(theirs.headers).items()


def test_a_body_in_base64_is_the_same_body(folder):
    encoded = base64.b64encode(GOOD.encode()).decode()
    plain, packed = (
        function_of(folder).answer(asked) for asked in (event(GOOD), event(encoded, encoded=True))
    )
    assert packed == plain


@pytest.mark.parametrize("body", ["{}", "abc", "ü"])
def test_what_is_said_to_be_base64_and_is_not_is_refused(folder, body):
    answer = function_of(folder).answer(event(body, encoded=True))
    assert (answer["statusCode"], "base64" in answer["body"]) == (400, True)


def test_the_limit_of_the_body_is_that_of_what_was_encoded(folder):
    bodies = [base64.b64encode(b" " * length).decode() for length in (50, 51)]
    function = function_of(folder, largest_body=50)
    assert [function.answer(event(body, encoded=True))["statusCode"] for body in bodies] == [400, 413]


def test_a_key_that_asks_too_often_is_refused(folder):
    function = function_of(folder, requests_per_second=0.001, burst=1)
    answers = [function.answer(event(GOOD)) for _ in range(2)]
    assert [answer["statusCode"] for answer in answers] == [200, 429]
    assert answers[1]["headers"]["Retry-After"]


def test_without_a_model_there_is_no_answer(tmp_path):
    answer = function_of(tmp_path).answer(event(GOOD))
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "5")


def test_a_fault_is_told_to_the_log_and_not_to_who_asked(folder, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("course_utils.deploy.serving.predict", broken)
    answer = function_of(folder).answer(event(GOOD))
    assert (answer["statusCode"], "swordfish" in str(answer)) == (500, False)
    assert "swordfish" in caplog.text


def test_a_line_for_each_event_says_what_became_of_it_and_nothing_of_its_values(folder, capsys):
    function = function_of(folder)
    version = json.loads(function.answer(event(GOOD))["body"])["model_version"]
    function.answer(event("{"))
    good, bad = map(json.loads, capsys.readouterr().out.splitlines())
    assert (good["status"], good["version"], bad["status"]) == (200, version, 400)
    assert "1500" not in str(good)


IN_THE_CLOUD = """
import json, runpy, sys
handler = runpy.run_path(sys.argv[1])["handler"]
answer = handler(json.load(sys.stdin), None)
heavy = {"sklearn", "scipy", "pandas", "fastapi", "starlette", "pydantic", "sqlalchemy"} & set(sys.modules)
print(answer["statusCode"], sorted(heavy))
"""


def test_the_function_is_told_by_its_environment_and_needs_neither_framework_nor_database(folder):
    told = os.environ | {"COURSE_REGISTRY": str(folder), "COURSE_API_KEY": KEY}
    command = [sys.executable, "-c", IN_THE_CLOUD, FOLDER / "handler.py"]
    done = subprocess.run(
        command, input=json.dumps(event(GOOD)), env=told, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.splitlines()[-1], done.stderr) == ("200 []", "")
