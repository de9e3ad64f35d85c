"""`course serve` as a process of its own, on a free port of this machine, always stopped."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

SECONDS = 60
NOT_INHERITED = ("COURSE_API_KEY", "COURSE_API_KEY_FILE", "COURSE_REGISTRY", "COURSE_PREDICTION_LOG")


class Served:
    """A service, the command for a first request that it printed, and a client with what that says."""

    def __init__(self, process: subprocess.Popen, folder: Path, greeting: str):
        self.process, self.folder, self.greeting = process, folder, greeting
        line = next(line for line in greeting.splitlines() if line.startswith("curl "))
        words = shlex.split(line)
        self.first = words[1]
        self.headers = dict(words[i + 1].split(": ") for i in range(len(words)) if words[i] == "-H")
        self.record = json.loads(words[words.index("-d") + 1])
        base = self.first.removesuffix("/v1/predict_value")
        self.client = httpx.Client(base_url=base, headers=self.headers, timeout=SECONDS)

    def ask(self) -> dict:
        """The answer to the first request, just as it was printed, on a connection of its own."""
        return httpx.post(self.first, headers=self.headers, json=self.record, timeout=SECONDS).json()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(SECONDS)

    def said(self) -> str:
        """What the service has written to its log."""
        return (self.folder / "stderr").read_text()


@contextlib.contextmanager
def served(registry: Path, folder: Path, *, workers: int = 1, **variables: str) -> Iterator[Served]:
    """Serve the models of a registry until the block ends; what it prints goes to files of the folder."""
    options = ["--registry", str(registry), "--port", "0", "--workers", str(workers)]
    command = [sys.executable, "-m", "course_utils", "serve", *options]
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED} | variables
    with (folder / "stdout").open("w") as out, (folder / "stderr").open("w") as err:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=err)
    try:
        until(lambda: "stops it" in (folder / "stdout").read_text(), folder)
        one = Served(process, folder, (folder / "stdout").read_text())
        until(lambda: one.said().count("startup complete") >= workers, folder)
        with one.client:
            yield one
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)


def until(happened, folder: Path) -> None:
    """Wait until something has happened; fail with what was printed if it does not."""
    deadline = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < deadline, [(folder / name).read_text() for name in ("stdout", "stderr")]
        time.sleep(0.02)
