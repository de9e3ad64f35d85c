"""Tests of course_utils.deploy.service: what is answered, what is refused, and in which words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from small_model import SMALL_MODEL, small_model
from small_service import KEY, RECORD, ask, ask_value, promote, settings_of, small_app

from course_utils.deploy.artifact import predict
from course_utils.deploy.refusals import TITLES
from course_utils.deploy.service import create_app
from course_utils.deploy.service_openapi import Prediction, Predictions, ProblemDetails

TESTS = Path(__file__).parent
ROW = [1500.0, 7.0]


@pytest.fixture
def app(tmp_path):
    """The service of the small model."""
    return small_app(tmp_path)


def test_a_record_is_answered_with_value_interval_unit_and_version(tmp_path):
    version = promote(tmp_path)
    answer = ask_value(create_app(settings_of(tmp_path)), RECORD, headers={"X-Request-ID": "one"})
    value = predict(SMALL_MODEL, ROW)
    assert answer.json() == {
        "predicted_value": value,
        "interval": {"low": value - 50.5, "high": value + 50.5, "level": 0.9},
        "target": "price",
        "unit": "thousands of dollars",
        "model_version": version,
        "request_id": "one",
    }


def test_the_order_of_the_fields_changes_nothing(app):
    turned = dict(reversed(RECORD.items()))
    assert ask_value(app, turned).json()["predicted_value"] == predict(SMALL_MODEL, ROW)


def test_a_model_without_a_spread_gives_no_interval(tmp_path):
    promote(tmp_path, spread=None)
    assert ask_value(create_app(settings_of(tmp_path)), RECORD).json()["interval"] is None


def test_a_batch_is_answered_in_its_order(app):
    records = [RECORD, RECORD | {"living area": 300.0}]
    answer = ask(app, "POST", "/v1/predict_batch", json={"records": records}).json()
    values = predict(SMALL_MODEL, [ROW, [300.0, 7.0]])
    assert [entry["predicted_value"] for entry in answer["predictions"]] == values.tolist()
    assert answer["predictions"][1]["interval"]["high"] == values[1] + 50.5


def test_the_faults_of_all_records_of_a_batch_are_named(app):
    records = [RECORD, RECORD | {"quality": 0}, "no record", {"quality": 7}]
    answer = ask(app, "POST", "/v1/predict_batch", json={"records": records})
    named = [(fault["field"], fault["kind"]) for fault in answer.json()["errors"]]
    wanted = [("records[1].quality", "out of range"), ("records[2]", "no record")]
    assert (answer.status_code, named) == (422, [*wanted, ("records[3].living area", "missing")])


@pytest.mark.parametrize(
    "batch", [[], [RECORD], {}, {"records": []}, {"records": RECORD}, {"records": [RECORD], "more": 1}, 7]
)
def test_what_is_no_batch_is_refused(app, batch):
    answer = ask(app, "POST", "/v1/predict_batch", json=batch)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "records")


@pytest.mark.parametrize(("n_records", "status"), [(3, 200), (4, 422)])
def test_a_batch_has_at_most_so_many_records(tmp_path, n_records, status):
    app = small_app(tmp_path, most_records=3)
    answer = ask(app, "POST", "/v1/predict_batch", json={"records": [RECORD] * n_records})
    assert answer.status_code == status


def test_of_very_many_faults_a_hundred_are_listed_and_the_others_counted(app):
    content = ask_value(app, RECORD | {f"extra {i}": 1 for i in range(1000)}).json()
    assert (len(content["errors"]), content["errors_left_out"]) == (100, 900)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/octet-stream", "", "json"]
)
def test_another_content_type_is_refused(app, kind):
    answer = ask(app, "POST", "/v1/predict_value", content=b"{}", headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["title"]) == (415, TITLES[415])


def test_the_content_type_may_name_its_encoding(app):
    kind = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert ask(app, "POST", "/v1/predict_value", json=RECORD, headers=kind).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1/predict_value", 405),
        ("POST", "/v1/predict", 404),
        ("POST", "/livez", 405),
    ],
)
def test_another_address_or_method_is_refused_like_everything_else(app, method, path, status):
    answer = ask(app, method, path)
    assert (answer.status_code, ProblemDetails.model_validate(answer.json()).status) == (status, status)


def test_a_fault_of_the_service_says_nothing_of_its_inside(app, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("course_utils.deploy.serving.predict", broken)
    answer = ask_value(app, RECORD)
    assert (answer.status_code, answer.json()["request_id"]) == (500, answer.headers["x-request-id"])
    assert "swordfish" not in answer.text + str(answer.headers)
    assert "swordfish" in caplog.text


def test_a_prediction_that_is_no_number_is_a_fault_and_no_answer_and_not_counted(tmp_path):
    huge = {"coefficients": (1e308, 1e308), "scale": (1e-3, 1e-3)}
    version, app = promote(tmp_path, **huge), create_app(settings_of(tmp_path))
    with pytest.warns(RuntimeWarning, match="overflow|invalid"):
        answer = ask_value(app, RECORD)
    assert answer.status_code == 500
    assert version not in ask(app, "GET", "/metrics").text


def test_without_a_model_the_service_lives_and_is_not_ready(tmp_path):
    app = create_app(settings_of(tmp_path))
    answers = [ask(app, "GET", path, key=None).status_code for path in ("/livez", "/readyz")]
    assert (answers, ask_value(app, RECORD).status_code) == ([200, 503], 503)


def test_with_a_model_the_service_is_ready_and_says_with_which(tmp_path):
    version = promote(tmp_path)
    answer = ask(create_app(settings_of(tmp_path)), "GET", "/readyz", key=None)
    assert answer.json() == {"status": "ready", "model_version": version}


def test_a_promotion_is_served_from_the_next_request_on(tmp_path):
    app = small_app(tmp_path)
    before = ask_value(app, RECORD).json()
    version = promote(tmp_path, 1000.0)
    after = ask_value(app, RECORD).json()
    assert after["model_version"] == version != before["model_version"]
    assert after["predicted_value"] == predict(small_model(1000.0), ROW)


def test_the_description_holds_the_features_and_an_example_that_is_answered(app):
    schemas = ask(app, "GET", "/openapi.json", key=None).json()["components"]["schemas"]
    asked = schemas["Record"]["properties"]["living area"]
    assert asked == {"type": "number", "minimum": 0.0, "maximum": 5700.0, "description": "in square feet"}
    assert ask_value(app, schemas["Record"]["examples"][0]).status_code == 200
    batch = schemas["Batch"]["examples"][0]
    assert ask(app, "POST", "/v1/predict_batch", json=batch).status_code == 200


def test_what_is_described_is_there(app):
    description = ask(app, "GET", "/openapi.json", key=None).json()
    wanted = {
        text.split('"')[0] for text in str(description).replace("'", '"').split("#/components/schemas/")[1:]
    }
    assert wanted <= set(description["components"]["schemas"])


def test_answers_are_as_they_are_described(app):
    one = ask_value(app, RECORD).json()
    many = ask(app, "POST", "/v1/predict_batch", json={"records": [RECORD]}).json()
    assert Prediction.model_validate(one, strict=True, extra="forbid").model_dump() == one
    assert Predictions.model_validate(many, strict=True, extra="forbid").model_dump() == many


IN_A_FRESH_INTERPRETER = """
import sys
from small_service import *
answer = ask_value(small_app(sys.argv[1]), RECORD)
heavy = {"sklearn", "scipy", "pandas", "matplotlib", "skops"} & set(sys.modules)
print(answer.status_code, sorted(heavy))
"""


def test_the_process_that_answers_has_no_heavy_library_in_it(tmp_path):
    command = [sys.executable, "-c", IN_A_FRESH_INTERPRETER, tmp_path]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("200 []\n", "")


def test_no_key_stands_in_what_the_settings_print(tmp_path):
    assert KEY not in repr(settings_of(tmp_path))
