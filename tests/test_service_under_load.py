"""Tests of the service under load: ten thousand requests, while a model is promoted and the process is exchanged."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import signal
import threading
import time
from dataclasses import dataclass, field

import pytest
from running_service import listening, running, wait_for
from small_model import small_model
from small_service import KEY, promote

from course_utils.deploy.artifact import predict

N_REQUESTS, N_CLIENTS = 10_000, 4
RECORDS = [{"living area": 300.0 + 7 * i, "quality": float(1 + i % 10)} for i in range(50)]
HEADERS = {"X-API-Key": KEY, "Content-Type": "application/json"}
INTERCEPTS = (180.9, 1000.0)


@dataclass
class Load:
    """Clients that ask as fast as they can, each over a connection that it keeps, and what they were answered.

    A server that ends closes the connections on which nothing is asked, and a question may cross with that: a client
    asks again then, over a new connection, as those of every library do. `closed` counts how often.
    """

    port: int
    answers: list = field(default_factory=list)
    closed: list = field(default_factory=list)
    failures: list = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self):
        self.threads = [threading.Thread(target=self.ask_on, daemon=True) for _ in range(N_CLIENTS)]
        self.started = time.monotonic()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(60)
        self.seconds = time.monotonic() - self.started

    def ask_on(self):
        """Ask until stopped; what nobody may see is a failure."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for i in itertools.cycle(range(len(RECORDS))):
            if self.stop.is_set():
                return connection.close()
            kept = connection.sock is not None
            try:
                self.answers.append((i, *asked(connection, RECORDS[i])))
            except (ConnectionResetError, BrokenPipeError) as error:
                connection.close()
                (self.closed if kept else self.failures).append(error)
            except Exception as error:
                self.failures.append(error)

    def wait(self, n_answers, folder):
        """Wait until so many more were answered."""
        wanted = len(self.answers) + n_answers
        wait_for(lambda: len(self.answers) >= wanted, folder)


def asked(connection, record):
    """The status of an answer, its version and its value."""
    connection.request("POST", "/v1/predict_value", json.dumps(record), HEADERS)
    answer = connection.getresponse()
    content = json.loads(answer.read())
    return answer.status, content.get("model_version"), content.get("predicted_value")


def loaded_service(folder, versions):
    """Load a service, promote a second model, exchange the process, and go on; return what was seen."""
    with listening() as held, contextlib.ExitStack() as processes:
        first = processes.enter_context(running(held, folder))
        with Load(held.getsockname()[1]) as load:
            load.wait(N_REQUESTS // 5, folder)
            versions.append(promote(folder, INTERCEPTS[1]))
            load.wait(N_REQUESTS // 5, folder)
            processes.enter_context(running(held, folder))
            first.send_signal(signal.SIGTERM)
            first.wait(60)
            load.wait(max(N_REQUESTS // 5, N_REQUESTS - len(load.answers)), folder)
    return load


def values_of(intercept):
    """What the model with this intercept predicts for each record."""
    rows = [list(record.values()) for record in RECORDS]
    return [predict(small_model(intercept), [row]).item() for row in rows]


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """What the clients have seen, and the versions in their order."""
    folder = tmp_path_factory.mktemp("models")
    versions = [promote(folder, INTERCEPTS[0])]
    return loaded_service(folder, versions), versions


pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(os.name == "nt", reason="a socket is handed over as Unix does it"),
]


def test_of_ten_thousand_requests_none_is_refused(seen):
    load, _ = seen
    print(f"{len(load.answers) / load.seconds:.0f} requests a second, {len(load.closed)} connections closed")
    assert len(load.answers) >= N_REQUESTS
    assert load.failures == []
    assert {status for _, status, _, _ in load.answers} == {200}


def test_a_kept_connection_is_closed_at_most_once_by_the_restart(seen):
    load, _ = seen
    assert len(load.closed) <= N_CLIENTS


def test_every_answer_is_exactly_that_of_the_model_it_names(seen):
    load, versions = seen
    expected = dict(zip(versions, map(values_of, INTERCEPTS), strict=True))
    assert [a for a in load.answers if a[3] != expected[a[2]][a[0]]] == []


def test_both_models_have_answered_and_after_the_restart_only_the_new_one(seen):
    load, versions = seen
    named = [version for _, _, version, _ in load.answers]
    assert set(named) == set(versions)
    assert set(named[-N_REQUESTS // 10 :]) == {versions[1]}
