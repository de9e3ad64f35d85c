"""`course start --no-browser`, in a folder and with settings of the test's own."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from course_utils.cli import start
from course_utils.cli.installation import Installation
from course_utils.lessons.catalogue import ROOT

TOKEN = "secret"
SECONDS_TO_START, SECONDS_TO_STOP = 90, 30
# A learner has none of these; the tests that start the server do.
NOT_A_LEARNERS = ("COURSE_PROGRESS", "COURSE_SWEEP", "MPLBACKEND", "TQDM_DISABLE")


@dataclass(frozen=True)
class Course:
    """A course that is served: its process, its address, the learner's folder, and what it printed."""

    process: subprocess.Popen
    port: int
    address: str  # as `course start` printed it
    folder: Path
    log: Path

    @property
    def origin(self) -> str:
        """The part of every address that belongs to this server."""
        return f"http://{start.HOST}:{self.port}"

    def address_of(self, file: str) -> str:
        """Return the address of a notebook, alone in the Lab whatever was open before."""
        return f"{self.origin}/lab/tree/{file}?token={TOKEN}&reset"

    def read(self, file: str) -> dict:
        """Return a notebook of the learner, as it is saved."""
        return json.loads((self.folder / file).read_text(encoding="utf-8"))

    def end_kernels(self) -> None:
        """Shut down every kernel: a closed tab leaves its own running."""
        for session in json.loads(self._ask("GET", "/api/sessions")):
            self._ask("DELETE", f"/api/sessions/{session['id']}")

    def _ask(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(
            self.origin + path, method=method, headers={"Authorization": f"token {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()


@contextlib.contextmanager
def served_course(home: Path):
    """Start the course, yield it, and stop it; a second start at `home` finds the same learner."""
    home.mkdir(parents=True, exist_ok=True)
    port, log = free_port(), home / "server.log"
    command = [sys.executable, *front_door(), "start", "--no-browser", "--port", str(port)]
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=learners_environment(home), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield Course(process, port, printed_address(process, log), home / "my_course", log)
    finally:
        stop(process)


def front_door() -> list[str]:
    """Return course.py; in an environment that it did not make, where it would make its own, what it hands over to."""
    is_own = Path(sys.prefix).resolve() == Installation().environment.resolve()
    return ["course.py"] if is_own else ["-m", "course_utils"]


def learners_environment(home: Path) -> dict[str, str]:
    """Return what a learner's server has, kept offline: no setting of this machine's user, none of the tests."""
    environment = {name: value for name, value in os.environ.items() if name not in NOT_A_LEARNERS}
    return environment | {
        "COURSE_FOLDER": str(home / "my_course"),
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_TOKEN": TOKEN,
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server((start.HOST, 0)) as probe:
        return probe.getsockname()[1]


def printed_address(process: subprocess.Popen, log: Path) -> str:
    """Return the address that the course prints once it answers there; RuntimeError with what it printed instead."""
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        lines = log.read_text(encoding="utf-8").split()
        if found := [word for word in lines if word.startswith("http://")]:
            return found[0]
        time.sleep(0.1)
    raise RuntimeError(f"the course did not start:\n{log.read_text(encoding='utf-8')}")


def stop(process: subprocess.Popen) -> None:
    """Stop the course, and if it does not listen, by force. Not with Ctrl-C: background jobs may be deaf to it."""
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
