"""Processor time of each service for a request, in turns on the same machine.

What is counted is the processor time of the service and its children, by the system; how fast the client is does not
enter it. The clock of the system ticks a hundred times a second, so that a round has to take much longer than that.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import psutil
from tqdm.auto import tqdm

from benchmarks.serving.asking import Question, WrongAnswerError, ask, question_for
from benchmarks.serving.contenders import Contender, Scene, environment_of

N_CONNECTIONS = 4
WARM_UP = 300
SECONDS_TO_START = 60
TOLERANCE = 1e-6  # relative: two solvers found the coefficients


@dataclass
class Measured:
    """What one service took.

    Attributes
    ----------
    microseconds : list of float
        Of processor time for a request, a round each; `median`, `lowest` and `highest` of them.
    megabytes : float
        Of memory, after the last round.
    failed : str
        Why it could not be measured.
    """

    name: str
    microseconds: list[float] = field(default_factory=list)
    median: float = 0.0
    lowest: float = 0.0
    highest: float = 0.0
    megabytes: float = 0.0
    failed: str = ""

    def add(self, microseconds: float) -> None:
        """Take the figure of a round."""
        self.microseconds.append(round(microseconds, 1))
        self.median = round(statistics.median(self.microseconds), 1)
        self.lowest, self.highest = min(self.microseconds), max(self.microseconds)


@dataclass(frozen=True)
class Running:
    """A service that answers."""

    process: psutil.Process
    question: Question
    measured: Measured


def measure(contenders: Sequence[Contender], scene: Scene, *, rounds: int, requests: int) -> list[Measured]:
    """Return what each service takes for a request.

    Parameters
    ----------
    contenders : sequence of Contender
    scene : Scene
    rounds : int
        Each service is asked once a round; who goes first changes.
    requests : int
        Of each service in each round.

    Returns
    -------
    list of Measured, in the order of the contenders; one that cannot be started says why.
    """
    measured = [Measured(contender.name) for contender in contenders]
    with contextlib.ExitStack() as stack:
        services = []
        for contender, one in zip(contenders, measured, strict=True):
            try:
                services.append(stack.enter_context(_running(contender, scene, one)))
            except (OSError, WrongAnswerError) as error:
                one.failed = f"{type(error).__name__}: {error}"[:300]
        for number in tqdm(range(rounds), desc="rounds"):
            first = number % max(len(services), 1)
            for service in services[first:] + services[:first]:
                _one_round(service, requests)
        for service in services:
            service.measured.megabytes = round(_memory(service.process) / 1e6, 1)
    return measured


def _one_round(service: Running, requests: int) -> None:
    before = processor_seconds(service.process)
    ask(service.question, requests, N_CONNECTIONS)
    service.measured.add(1e6 * (processor_seconds(service.process) - before) / requests)


def processor_seconds(process: psutil.Process) -> float:
    """Return the processor time of a process and its children so far."""
    times = [one.cpu_times() for one in _family(process)]
    ended = process.cpu_times()
    return sum(one.user + one.system for one in times) + ended.children_user + ended.children_system


def _memory(process: psutil.Process) -> int:
    return sum(one.memory_info().rss for one in _family(process))


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


@contextlib.contextmanager
def _running(contender: Contender, scene: Scene, measured: Measured) -> Iterator[Running]:
    """Start a service, see that it answers what it should, and stop it at the end."""
    port = _free_port()
    command, environment = contender.command(scene, port), environment_of(contender)
    with (scene.folder / f"log of {port}").open("w") as log:
        started = subprocess.Popen(command, env=environment, cwd=scene.folder, stdout=log, stderr=log)
    try:
        question = question_for(contender, scene, port)
        _wait_for(started, port)
        body = ask(question, WARM_UP, N_CONNECTIONS)
        _must_be_right(contender.predicted(json.loads(body)), scene)
        yield Running(psutil.Process(started.pid), question, measured)
    finally:
        started.terminate()
        started.wait(SECONDS_TO_START)


def _wait_for(started: subprocess.Popen, port: int) -> None:
    """Wait until somebody listens and is ready; OSError if the process ends before or nothing happens."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if started.poll() is not None:
            raise OSError(f"the service ended with {started.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            time.sleep(1)  # who listens may still be loading its model
            return
        time.sleep(0.05)
    raise OSError(f"nobody listened within {SECONDS_TO_START} seconds")


def _must_be_right(predicted: float, scene: Scene) -> None:
    if abs(predicted - scene.expected) > TOLERANCE * abs(scene.expected):
        raise WrongAnswerError(f"the prediction is {predicted!r}, and {scene.expected!r} is right")


def _free_port() -> int:
    """Return a port of this machine that nobody uses, nor the two after it."""
    for port in range(20_000 + os.getpid() % 10_000, 60_000, 3):
        if all(_is_free(one) for one in (port, port + 1, port + 2)):
            return port
    raise OSError("no three ports in a row are free")


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
