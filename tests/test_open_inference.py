"""Tests of course_utils.deploy.open_inference: a client of another model server finds what it knows."""

from __future__ import annotations

import pytest
from small_model import SMALL_MODEL
from small_service import RECORD, ask, promote, settings_of, small_app

from course_utils.deploy.artifact import predict
from course_utils.deploy.service import create_app

MODEL = "/v2/models/small houses"


def tensor(name, data, datatype="FP64", shape=None):
    """A tensor of the protocol."""
    return {"name": name, "datatype": datatype, "shape": shape or [len(data)], "data": data}


AREA, QUALITY = tensor("living area", [1500.0, 300.0]), tensor("quality", [7, 8], "INT64")


@pytest.fixture
def app(tmp_path):
    """The service of the small model."""
    return small_app(tmp_path)


def infer(app, *inputs, path=f"{MODEL}/infer", **others):
    """The answer to tensors."""
    return ask(app, "POST", path, json={"inputs": list(inputs)} | others)


def test_tensors_are_answered_with_a_tensor(tmp_path):
    version = promote(tmp_path)
    answer = infer(create_app(settings_of(tmp_path)), QUALITY, AREA, id="42")
    values = predict(SMALL_MODEL, [[1500.0, 7.0], [300.0, 8.0]]).tolist()
    output = {"name": "price", "datatype": "FP64", "shape": [2], "data": values}
    wanted = {"model_name": "small houses", "model_version": version, "id": "42", "outputs": [output]}
    assert (answer.status_code, answer.json()) == (200, wanted)


@pytest.mark.parametrize("data", [[1500.0, 300.0], [[1500.0], [300.0]]])
def test_a_column_may_be_written_as_a_matrix_of_one(app, data):
    area = tensor("living area", data, shape=[2, 1])
    assert infer(app, area, QUALITY).json()["outputs"] == infer(app, AREA, QUALITY).json()["outputs"]


def test_the_inputs_of_the_metadata_are_the_features_with_units_and_ranges(app):
    answer = ask(app, "GET", MODEL, key=None).json()
    about = {"unit": "square feet", "minimum": 0.0, "maximum": 5700.0}
    wanted = {"name": "living area", "datatype": "FP64", "shape": [-1], "parameters": about}
    assert (answer["inputs"][0], len(answer["inputs"])) == (wanted, 2)
    assert (answer["name"], answer["outputs"][0]["name"]) == ("small houses", "price")


def test_what_the_metadata_asks_for_is_answered(app):
    asked = ask(app, "GET", MODEL, key=None).json()["inputs"]
    inputs = [tensor(entry["name"], [RECORD[entry["name"]]], entry["datatype"]) for entry in asked]
    assert infer(app, *inputs).status_code == 200


def test_the_version_may_be_asked_for_and_no_other_is_answered(tmp_path):
    version = promote(tmp_path)
    app = create_app(settings_of(tmp_path))
    paths = [
        f"{MODEL}/versions/{version}/infer",
        f"{MODEL}/versions/{'0' * 64}/infer",
        "/v2/models/other/infer",
    ]
    assert [infer(app, AREA, QUALITY, path=path).status_code for path in paths] == [200, 404, 404]
    assert ask(app, "GET", f"{MODEL}/versions/{version}", key=None).json()["versions"] == [version]


@pytest.mark.parametrize("path", ["/v2", "/v2/health/live", "/v2/health/ready", f"{MODEL}/ready"])
def test_health_is_told_to_everybody(app, path):
    assert ask(app, "GET", path, key=None).status_code == 200


def test_without_a_model_the_server_lives_and_is_not_ready(tmp_path):
    app = create_app(settings_of(tmp_path))
    paths = ("/v2/health/live", "/v2/health/ready", f"{MODEL}/ready")
    assert [ask(app, "GET", path).status_code for path in paths] == [200, 503, 503]


def test_inference_needs_a_key(app):
    assert ask(app, "POST", f"{MODEL}/infer", key=None, json={}).status_code == 401


REFUSED = [
    (7, "inputs"),
    ({}, "inputs"),
    ({"inputs": []}, "inputs"),
    ({"inputs": [7]}, "inputs"),
    ({"inputs": {"living area": [1]}}, "inputs"),
    ({"inputs": [AREA | {"name": 7}]}, "inputs"),
    ({"inputs": [AREA, AREA, QUALITY]}, "inputs"),
    ({"inputs": [AREA, tensor("quality", [7])]}, "inputs"),
    ({"inputs": [tensor("living area", [1.0] * 1001), tensor("quality", [7] * 1001)]}, "inputs"),
    ({"inputs": [AREA, QUALITY | {"datatype": "BYTES"}]}, "quality"),
    ({"inputs": [AREA, QUALITY | {"datatype": ["FP64"]}]}, "quality"),
    ({"inputs": [AREA, QUALITY | {"data": []}]}, "quality"),
    ({"inputs": [AREA, QUALITY | {"data": "78"}]}, "quality"),
    ({"inputs": [AREA, QUALITY | {"shape": [3]}]}, "quality"),
    ({"inputs": [AREA, QUALITY | {"shape": [1, 2]}]}, "quality"),
    ({"inputs": [AREA, QUALITY | {"shape": None}]}, "quality"),
    ({"inputs": [AREA, {"name": "quality", "parameters": {"binary_data_size": 16}}]}, "quality"),
    ({"inputs": [AREA]}, "records[0].quality"),
    ({"inputs": [AREA, QUALITY, tensor("pool", [0, 1])]}, "records[0].pool"),
    ({"inputs": [AREA, QUALITY | {"data": [7, "8"]}]}, "records[1].quality"),
    ({"inputs": [AREA, QUALITY | {"data": [7, True]}]}, "records[1].quality"),
    ({"inputs": [AREA, QUALITY | {"data": [7, 11]}]}, "records[1].quality"),
    ({"inputs": [AREA, QUALITY | {"data": [[7], [8]]}]}, "records[0].quality"),
    ({"inputs": [AREA, QUALITY], "outputs": [{"name": "rent"}]}, "outputs"),
    ({"inputs": [AREA, QUALITY], "outputs": 7}, "outputs"),
    ({"inputs": [AREA, QUALITY], "id": 7}, "id"),
]


@pytest.mark.parametrize(("asked", "field"), REFUSED)
def test_a_bad_request_is_refused_with_the_field_and_the_error_that_clients_show(app, asked, field):
    answer = ask(app, "POST", f"{MODEL}/infer", json=asked)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert answer.json()["error"] == answer.json()["detail"]
    assert field.rpartition(".")[2] in answer.json()["error"]
