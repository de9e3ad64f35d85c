"""Tests of `course bench serving`: what it needs, how it asks and counts, and what it says."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import threading
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from benchmarks.serving import command, contenders, measuring, report
from benchmarks.serving.asking import WrongAnswerError, ask, question_for
from benchmarks.serving.contenders import BASELINE, CONTENDERS, OURS, Contender, Scene
from benchmarks.serving.measuring import Measured
from course_utils import cli

SCENE = Scene(Path("none"), Path("none"), {"area": 1500.0, "quality": 7.0}, 200.0)
QUICK = SimpleNamespace(quick=True, setup=False, rounds=7, requests=2000)
VERSIONS = {"our versions": {"uvicorn": "0.54.0"}, "their versions": {"flask": "3.1.3"}}
ABOUT = {
    "date": "2026-11-21",
    "python": "3.11.7",
    "cores": 2,
    "rounds": 3,
    "requests": 2000,
    "connections": 4,
}
ABOUT |= VERSIONS | {"load before": 1.0, "load after": 2.0}


def figures(name, microseconds, failed=""):
    """What was measured of one."""
    one = Measured(name, failed=failed)
    if not failed:
        one.add(microseconds)
    return asdict(one)


def results(ours=300.0, others=(1500.0, 700.0)):
    """Results of a run."""
    names = (BASELINE, "tutorial, gunicorn")
    rows = [figures(name, value) for name, value in zip(names, others, strict=True)]
    return ABOUT | {"contenders": [*rows, figures(OURS, ours)]}


class Counting(BaseHTTPRequestHandler):
    """Answers what is asked, and counts requests and connections."""

    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.server.connections += 1

    def do_POST(self):
        self.server.asked.append(self.rfile.read(int(self.headers["content-length"])))
        body = b'{"prediction": 200.0}'
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@contextlib.contextmanager
def counting_server(status=200):
    """A server that counts."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Counting) as server:
        server.status, server.asked, server.connections = status, [], 0
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.service
@pytest.mark.parametrize(("keeps", "connections"), [(True, 3), (False, 10)])
def test_all_is_asked_over_kept_connections_or_each_over_its_own(keeps, connections):
    contender = next(one for one in CONTENDERS if one.keeps == keeps and one.path == "/predict")
    with counting_server() as server:
        body = ask(question_for(contender, SCENE, server.server_port), 10, 3)
    assert contender.predicted(json.loads(body)) == 200.0
    assert [json.loads(asked) for asked in server.asked] == [{"features": [1500.0, 7.0]}] * 10
    assert server.connections == connections


@pytest.mark.service
def test_an_answer_that_is_none_ends_the_measurement():
    with counting_server(status=400) as server, pytest.raises(WrongAnswerError, match="the answer is b'HTTP"):
        ask(question_for(CONTENDERS[0], SCENE, server.server_port), 10, 2)


def test_the_time_of_children_counts_whether_they_run_or_have_ended():
    burn = "import time\nwhile time.process_time() < 0.3: pass\n"
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); print(); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", script], **pipes) as parent:
        parent.stdout.readline()
        assert measuring.processor_seconds(psutil.Process(parent.pid)) >= 0.29
        parent.communicate(b"\n")


def test_the_median_of_the_rounds_is_what_counts():
    one = Measured("x")
    for microseconds in (5.0, 1.0, 2.0):
        one.add(microseconds)
    assert (one.median, one.lowest, one.highest) == (2.0, 1.0, 5.0)


def test_a_prediction_that_is_wrong_is_no_measurement():
    with pytest.raises(WrongAnswerError, match=r"the prediction is 200\.1, and 200\.0 is right"):
        measuring._must_be_right(200.1, SCENE)


def test_a_service_that_does_not_start_says_why_and_the_others_are_measured(tmp_path):
    ends = Contender("ends", lambda *_: [sys.executable, "-c", "exit(3)"], "/", lambda _: {}, dict)
    scene = Scene(tmp_path, Path("none"), {}, 0.0)
    (one,) = measuring.measure([ends], scene, rounds=1, requests=1)
    assert one.failed == "OSError: the service ended with 3"


def test_our_service_is_measured_with_all_that_it_has():
    told = contenders.environment_of(next(one for one in CONTENDERS if one.name == OURS))
    assert told["COURSE_API_KEY"] == contenders.KEY
    assert told.get("COURSE_PREDICTION_LOG", "") != "none"


def test_without_the_environment_of_the_others_the_verb_says_how_to_make_it(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(command, "ENVIRONMENT", tmp_path / ".venv-bench")
    assert cli.main(["bench", "serving"]) == 1
    assert "`course bench serving --setup` makes it" in capsys.readouterr().err


@pytest.fixture
def written(monkeypatch):
    """What is stored, where nothing is measured and nothing written."""
    monkeypatch.setattr(command, "rivals_python", lambda set_up: Path("python"))
    monkeypatch.setattr(command, "measure_all", lambda args, rivals: results())
    files = {}
    monkeypatch.setattr(command, "write", lambda path, text: files.update({path.name: text}))
    return files


def test_a_quick_run_prints_and_stores_nothing(written, capsys):
    assert (command.run(QUICK), written) == (0, {})
    assert f"is 0.20 of that of `{BASELINE}`" in capsys.readouterr().out


def test_a_whole_run_stores_the_results_and_the_page(written):
    assert command.run(SimpleNamespace(**vars(QUICK) | {"quick": False})) == 0
    assert json.loads(written["results.json"]) == results()
    assert written["README.md"] == report.readme(results())


@pytest.mark.parametrize(
    ("ours", "end"), [(300.0, "None of them takes less."), (900.0, "more than `tutorial, g")]
)
def test_a_loss_is_told_as_plainly_as_a_win(ours, end):
    assert end in report.verdict(results(ours))


def test_a_service_that_failed_is_named_with_the_reason_and_not_compared():
    rows = [figures(BASELINE, 0, "OSError: no\nport"), figures(OURS, 300.0)]
    page = report.readme(ABOUT | {"contenders": rows})
    assert f"| {BASELINE} | failed | OSError: no port | | |" in page
    assert "there is no comparison" in page


def test_the_stored_results_say_when_and_with_what_they_were_measured():
    stored = json.loads(command.RESULTS.read_text(encoding="utf-8"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", stored["date"])
    assert [one["name"] for one in stored["contenders"]] == [one.name for one in CONTENDERS]
    assert set(command.RIVALS) <= set(stored["their versions"])


def test_the_stored_page_is_what_the_stored_results_make():
    stored = json.loads(command.RESULTS.read_text(encoding="utf-8"))
    assert command.README.read_text(encoding="utf-8") == report.readme(stored)
