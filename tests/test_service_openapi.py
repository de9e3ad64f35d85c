"""Tests of course_utils.deploy.service_openapi: the service keeps what its description promises."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from running_service import listening, running, said
from small_service import KEY, ask, promote, settings_of, small_app

from course_utils.deploy.service import create_app

PROGRAM = Path(sys.executable).with_name("schemathesis")
# JSON Schema cannot say that the shape of a tensor is the length of its data, nor that all are of one length: what it
# lets through may be refused there, by 422. Everywhere else what is valid has to be answered.
CONFIGURATION = """
[[operations]]
include-path-regex = "/infer$"
checks.positive_data_acceptance.expected-statuses = ["2xx", "422"]
"""
OPTIONS = {
    "--checks": "all",
    "--phases": "examples,coverage,fuzzing,stateful",
    "--max-examples": "20",
    "--seed": "1",
    "--header": f"X-API-Key:{KEY}",
}


def asked_by_schemathesis(folder):
    """The report of schemathesis on the service of a folder, as a process, and what it has printed."""
    (folder / "schemathesis.toml").write_text(CONFIGURATION)
    command = [PROGRAM, "--config-file", "schemathesis.toml", "run", "--report-json-path", "report.json"]
    command += [part for option in OPTIONS.items() for part in option]
    with listening() as held, running(held, folder):
        host, port = held.getsockname()
        command.append(f"http://{host}:{port}/openapi.json")
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    return json.loads((folder / "report.json").read_text()), done.stdout


@pytest.mark.service
@pytest.mark.skipif(os.name == "nt", reason="a socket is handed over as Unix does it")
def test_schemathesis_finds_nothing(tmp_path):
    promote(tmp_path)
    report, printed = asked_by_schemathesis(tmp_path)
    assert report["exit_code"] == 0, printed
    assert {phase["status"] for phase in report["phases"].values()} == {"success"}
    assert report["operations"]["tested"] == report["operations"]["total"] == 14
    assert report["test_cases"]["generated"] > 300
    warned = [address for addresses in report["warnings"].values() for address in addresses]
    assert [address for address in warned if not address.endswith("/infer")] == []
    assert report["failures"] == report["errors"] == []
    assert '"level": "error"' not in said(tmp_path)


def described(app):
    """The operations of a service, by path and method."""
    paths = ask(app, "GET", "/openapi.json", key=None).json()["paths"]
    return {
        (path, method): operation for path, methods in paths.items() for method, operation in methods.items()
    }


def places(operation):
    """The parameters of an operation: what may stand where."""
    return [(one["name"], one["in"], one["schema"].get("enum")) for one in operation.get("parameters", [])]


def test_the_model_that_is_answered_stands_in_the_description_of_its_addresses(tmp_path):
    version = promote(tmp_path)
    operations = described(create_app(settings_of(tmp_path)))
    name, exact = ("name", "path", ["small houses"]), ("version", "path", [version])
    assert places(operations["/v2/models/{name}", "get"]) == [name]
    assert places(operations["/v2/models/{name}/infer", "post"]) == [name]
    assert places(operations["/v2/models/{name}/versions/{version}/infer", "post"]) == [name, exact]


def test_without_a_model_any_name_may_stand_in_an_address(tmp_path):
    operations = described(create_app(settings_of(tmp_path)))
    assert places(operations["/v2/models/{name}", "get"]) == [("name", "path", None)]


def test_the_counts_are_described_as_text(tmp_path):
    answers = described(small_app(tmp_path))["/metrics", "get"]["responses"]
    assert list(answers["200"]["content"]) == ["text/plain"]


def test_the_example_of_the_other_protocol_is_answered(tmp_path):
    app = small_app(tmp_path)
    schemas = ask(app, "GET", "/openapi.json", key=None).json()["components"]["schemas"]
    (example,) = schemas["InferenceRequest"]["examples"]
    assert ask(app, "POST", "/v2/models/small houses/infer", json=example).status_code == 200


def test_a_version_behind_a_question_mark_is_not_taken_for_one(tmp_path):
    answer = ask(small_app(tmp_path), "GET", "/v2/models/small houses?version=other")
    assert answer.status_code == 200
