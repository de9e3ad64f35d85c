"""The service as a process of its own, on a free port of this machine, always stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from small_service import KEY

SECONDS = 60
STARTED = "startup complete"
COMMAND = [sys.executable, "-m", "uvicorn", "--factory", "course_utils.deploy.service:app_from_environment"]


@contextlib.contextmanager
def listening() -> Iterator[socket.socket]:
    """Hold a socket that outlives the processes which serve from it: who comes between two of them waits."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as held:
        # uvicorn takes a socket that it is given for one of Unix, and then an answer of two packets waits 40 ms
        held.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield held


@contextlib.contextmanager
def running(held: socket.socket, folder: Path) -> Iterator[subprocess.Popen]:
    """Serve the models of a folder from a socket until the block ends; the log goes to a file in the folder."""
    environment = os.environ | {
        "COURSE_REGISTRY": str(folder),
        "COURSE_API_KEY": KEY,
        "COURSE_RATE_LIMIT": "0",
    }
    command = [*COMMAND, "--fd", str(held.fileno())]
    with (folder / "log").open("a") as log:
        started = said(folder).count(STARTED)
        process = subprocess.Popen(command, env=environment, pass_fds=[held.fileno()], stdout=log, stderr=log)
    try:
        wait_for(lambda: process.poll() is None and said(folder).count(STARTED) > started, folder)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)


def said(folder: Path) -> str:
    """What the service has written to its log."""
    return (folder / "log").read_text()


def wait_for(happened, folder: Path) -> None:
    """Wait until something has happened; fail with the log if it does not."""
    deadline = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < deadline, said(folder)
        time.sleep(0.02)


def client(held: socket.socket) -> httpx.Client:
    """A client with a key."""
    host, port = held.getsockname()
    return httpx.Client(base_url=f"http://{host}:{port}", headers={"X-API-Key": KEY}, timeout=SECONDS)
