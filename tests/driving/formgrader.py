"""nbgrader's formgrader, served from a class folder."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course_utils.cli import start
from driving.server import TOKEN, free_port, learners_environment, printed_address, stop

EXTENSION = {"ServerApp": {"jpserver_extensions": {"nbgrader.server_extensions.formgrader": True}}}


@dataclass(frozen=True)
class Formgrader:
    """A formgrader that answers at `origin`."""

    origin: str

    def address_of(self, student: str, name: str) -> str:
        """Return the address of the page on which a student's work is marked by hand."""
        asked = f"{self.origin}/formgrader/api/submitted_notebooks/{name}/{name}?token={TOKEN}"
        with urllib.request.urlopen(asked, timeout=60) as answer:
            (found,) = [entry["id"] for entry in json.load(answer) if entry["student"] == student]
        return self.address(f"submissions/{found}/")

    def address(self, page: str) -> str:
        """Return the address of one of its pages."""
        return f"{self.origin}/formgrader/{page}?token={TOKEN}"


@contextlib.contextmanager
def served_formgrader(folder: Path, home: Path) -> Iterator[Formgrader]:
    """Start a server in a class folder, with settings of its own at `home`, and stop it."""
    (home / "config").mkdir(parents=True)
    (home / "config" / "jupyter_server_config.json").write_text(json.dumps(EXTENSION), encoding="utf-8")
    port, log = free_port(), home / "server.log"
    command = [sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser"]
    command += [f"--ServerApp.root_dir={folder}", f"--port={port}", "--ServerApp.port_retries=0"]
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=learners_environment(home), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        printed_address(process, log)
        yield Formgrader(f"http://{start.HOST}:{port}")
    finally:
        stop(process)
