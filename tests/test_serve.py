"""Tests of `course serve`: what it says, whom it lets in, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time

import pytest
from served import NOT_INHERITED, SECONDS, served, until
from small_service import KEY, promote
from test_service_metrics import counts

from course_utils import cli
from course_utils.cli import serve
from course_utils.deploy.contract import Feature

VALUE = "/v1/predict_value"
pytestmark = pytest.mark.service


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    """No key, folder or log of this machine; whatever the verb sets is taken back."""
    for name in NOT_INHERITED:
        monkeypatch.setenv(name, "")


def refused(capsys, *arguments):
    """What the verb says when it does not start."""
    assert cli.main(["serve", *map(str, arguments)]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    return said.err


@pytest.mark.parametrize(
    ("mean", "low", "high", "shown"),
    [
        (0.59, 0.0, 4.0, 1.0),
        (1498.3, 334.0, 3820.0, 1498.0),
        (0.123456, 0.0, 0.5, 0.1235),
        (-2.0, 0.0, 1.0, 0.0),
    ],
)
def test_the_request_that_it_prints_has_whole_numbers_where_the_rows_had(mean, low, high, shown):
    assert serve._ordinary(Feature("fireplaces", "fireplaces", 0.0, 6000.0), mean, low, high) == shown


def test_the_request_that_it_prints_is_answered(tmp_path):
    version = promote(tmp_path)
    with served(tmp_path, tmp_path) as service:
        assert f"small houses, {version[:12]}, answers at http://127.0.0.1:" in service.greeting
        assert service.ask()["model_version"] == version
        assert service.client.post(VALUE, json={}, headers={"X-API-Key": KEY}).status_code == 401
        assert service.stop() == 0


def test_ctrl_c_ends_it_too(tmp_path):
    promote(tmp_path)
    with served(tmp_path, tmp_path) as service:
        assert service.stop(signal.SIGINT) == 0
        assert "Traceback" not in service.said()


def test_a_key_of_ones_own_is_used_and_not_shown(tmp_path):
    promote(tmp_path)
    with served(tmp_path, tmp_path, COURSE_API_KEY=KEY) as service:
        assert '-H "X-API-Key: $COURSE_API_KEY"' in service.greeting
        assert KEY not in service.greeting + service.said()
        assert service.client.post(VALUE, json=service.record, headers={"X-API-Key": KEY}).status_code == 200


def test_several_workers_count_together_and_tidy_up(tmp_path):
    version = promote(tmp_path)
    with served(tmp_path, tmp_path, workers=2, TMPDIR=str(tmp_path)) as service:
        answers = [service.ask() for _ in range(20)]
        found = counts(service.client.get("/metrics").text)
        assert len(list(tmp_path.glob("counts-*"))) == 1
        assert service.stop() == 0
    assert {answer["model_version"] for answer in answers} == {version}
    assert found["http_requests_total", "POST", VALUE, "200"] == found["predicted_value_count", version] == 20
    assert list(tmp_path.glob("counts-*")) == []


def test_each_of_several_workers_sees_a_promotion(tmp_path):
    promote(tmp_path, 1)
    with served(tmp_path, tmp_path, workers=2) as service:
        service.ask()
        version = promote(tmp_path, 2)
        until(lambda: service.ask()["model_version"] == version, tmp_path)
        time.sleep(0.6)  # longer than one of them goes without looking
        assert {service.ask()["model_version"] for _ in range(20)} == {version}


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_in_flight_at_a_sigterm_is_answered(tmp_path, workers):
    promote(tmp_path)
    with served(tmp_path, tmp_path, workers=workers, COURSE_API_KEY=KEY) as service:
        url, body = service.client.base_url, b'{"living area": 1500, "quality": 7}'
        headers = f"Content-Type: application/json\r\nX-API-Key: {KEY}\r\nContent-Length: {len(body)}\r\n"
        with socket.create_connection((url.host, url.port), timeout=SECONDS) as slow:
            slow.sendall(
                f"POST {VALUE} HTTP/1.1\r\nHost: h\r\n{headers}Expect: 100-continue\r\n\r\n".encode()
            )
            assert slow.recv(65536).startswith(b"HTTP/1.1 100")  # it waits for the body
            service.process.terminate()
            until(lambda: service.said().count("Shutting down") == workers, tmp_path)
            slow.sendall(body)
            assert slow.recv(65536).startswith(b"HTTP/1.1 200 OK")
        assert service.process.wait(SECONDS) == 0


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="reads the memory map in /proc")
def test_the_process_that_serves_has_no_scikit_learn_in_it(tmp_path):
    promote(tmp_path)
    with served(tmp_path, tmp_path) as service:
        service.ask()
        with open(f"/proc/{service.process.pid}/maps") as maps:
            loaded = maps.read()
    assert "numpy" in loaded
    assert [name for name in ("sklearn", "scipy", "pandas", "pyarrow") if f"/{name}/" in loaded] == []


def test_without_a_model_it_says_how_to_make_one(tmp_path, capsys):
    said = refused(capsys, "--registry", tmp_path / "none")
    assert "no model serves in" in said
    assert f"`course models example --registry {tmp_path / 'none'}` makes" in said


def test_where_others_can_reach_it_a_key_is_needed(tmp_path, capsys, monkeypatch):
    promote(tmp_path)
    monkeypatch.setenv("COURSE_PREDICTION_LOG", "none://")  # with which it would not start either
    said = refused(capsys, "--registry", tmp_path, "--host", "0.0.0.0")
    assert "whoever reaches 0.0.0.0 could use the service: a key is needed in COURSE_API_KEY" in said


def test_a_short_key_a_port_that_is_taken_and_a_log_that_is_not_there_are_refused(
    tmp_path, capsys, monkeypatch
):
    promote(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = ["--registry", tmp_path, "--port", other.getsockname()[1]]
        assert "Address already in use" in refused(capsys, *taken)
        monkeypatch.setenv("COURSE_API_KEY", "short")
        assert "shorter than 16 characters" in refused(capsys, *taken)
    monkeypatch.setenv("COURSE_API_KEY", KEY)
    monkeypatch.setenv("COURSE_PREDICTION_LOG", f"sqlite:///{tmp_path}/nowhere/log.db")
    said = refused(capsys, "--registry", tmp_path, "--port", 0)
    assert "the log of predictions cannot be written (OperationalError): COURSE_PREDICTION_LOG" in said


def test_what_is_not_installed_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert 'uvicorn is not installed; it comes with the extra "deploy"' in refused(
        capsys, "--registry", tmp_path
    )


@pytest.mark.parametrize(
    "misuse", [["--port", "65536"], ["--port", "http"], ["--workers", "0"], ["--worker"]]
)
def test_misuse_is_answered_as_everywhere(misuse, capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["serve", *misuse])
    assert "usage: course serve" in capsys.readouterr().err
