"""Tests of course_utils.deploy.service_access: the service as a process, while models and processes change."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading

import pytest
from running_service import client, listening, running, said, wait_for
from small_service import KEY, RECORD, promote
from test_prediction_log import rows_in

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(os.name == "nt", reason="a socket is handed over as Unix does it"),
]
BODY = json.dumps(RECORD).encode()
HEAD = (
    f"POST /v1/predict_value HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\n"
    f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\nExpect: 100-continue\r\n\r\n"
).encode()


def received(connection):
    """All that comes until the other side closes."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def asked_all_the_time(held, answers, stop):
    """Ask until stopped, each time on a connection of its own."""
    while not stop.is_set():
        with client(held) as one:
            answer = one.post("/v1/predict_value", json=RECORD)
        answers.append((answer.status_code, answer.json().get("model_version")))


def test_what_is_in_flight_at_a_sigterm_is_answered_and_written_down(tmp_path):
    version = promote(tmp_path)
    with (
        listening() as held,
        socket.create_connection(held.getsockname(), timeout=60) as slow,
        running(held, tmp_path) as process,
    ):
        slow.sendall(HEAD + BODY[:10])
        assert slow.recv(65536).startswith(b"HTTP/1.1 100")  # it waits for the rest of the body
        process.send_signal(signal.SIGTERM)
        wait_for(lambda: "Shutting down" in said(tmp_path), tmp_path)
        slow.sendall(BODY[10:])
        answer = received(slow)
    assert (answer[:15], version.encode() in answer) == (b"HTTP/1.1 200 OK", True)
    assert [row["version"] for row in rows_in(f"sqlite:///{tmp_path / 'predictions.db'}")] == [version]


def test_a_promotion_and_a_restart_are_seen_by_nobody_who_asks(tmp_path):
    versions, answers, stop = [promote(tmp_path, 1)], [], threading.Event()
    with listening() as held:
        asking = threading.Thread(target=asked_all_the_time, args=(held, answers, stop), daemon=True)
        with running(held, tmp_path):
            asking.start()
            wait_for(lambda: len(answers) >= 20, tmp_path)
            versions.append(promote(tmp_path, 2))
            wait_for(lambda: answers[-1][1] == versions[1], tmp_path)
        with running(held, tmp_path):
            seen = len(answers)
            wait_for(lambda: len(answers) >= seen + 20, tmp_path)
            stop.set(), asking.join()
    order = [version for _, version in answers]
    assert {status for status, _ in answers} == {200}
    assert order == sorted(order, key=versions.index)


def test_a_body_that_is_too_long_is_refused_and_not_cut_off(tmp_path):
    promote(tmp_path)
    with listening() as held, running(held, tmp_path), client(held) as one:
        chunked = (b" " * 100_000 for _ in range(50))
        json_kind = {"Content-Type": "application/json"}
        answers = [
            one.post("/v1/predict_value", content=c, headers=json_kind) for c in (chunked, b" " * 5_000_000)
        ]
        after = one.post("/v1/predict_value", json=RECORD)
    assert [answer.status_code for answer in answers] == [413, 413]
    assert after.status_code == 200


def test_everything_that_the_process_writes_is_json(tmp_path):
    promote(tmp_path)
    with listening() as held, running(held, tmp_path), client(held) as one:
        one.post("/v1/predict_value", json=RECORD)
    lines = [json.loads(line) for line in said(tmp_path).splitlines()]
    assert [line["status"] for line in lines if line["message"] == "request"] == [200]
    assert KEY not in said(tmp_path)
