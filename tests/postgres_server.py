"""A Postgres server of the tests' own: in a folder that vanishes, on a socket in it, without a port."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

SECONDS_TO_START = 30
USUAL_PLACES = "/usr/lib/postgresql"
USER = "course"


def require_postgres() -> Path:
    """Return the folder of Postgres's programs; skip the test that needs them, or in continuous integration fail."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path(USUAL_PLACES).glob("*/bin"), reverse=True)
    found = [
        folder for folder in folders if (folder / "initdb").is_file() and (folder / "postgres").is_file()
    ]
    if found:
        return found[0]
    if os.environ.get("CI"):
        pytest.fail("Postgres is not installed, and CI is set: .ci/run installs what is needed")
    pytest.skip("Postgres is not installed: there is no initdb on the PATH")


@contextlib.contextmanager
def served_postgres() -> Iterator[Path]:
    """Start a server and yield the folder of its socket; stop it and leave nothing behind."""
    programs = require_postgres()
    with tempfile.TemporaryDirectory(
        prefix="pg"
    ) as name:  # short: a socket's path has at most 107 characters
        folder, who = Path(name), _who()
        if who:
            shutil.chown(folder, who["user"])
        data = ["-D", str(folder / "data")]
        make = [
            programs / "initdb",
            *data,
            "-U",
            USER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        subprocess.run(make, cwd=folder, check=True, capture_output=True, **who)
        serve = [programs / "postgres", *data, "-k", name, "-c", "listen_addresses=", "-F"]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(serve, cwd=folder, stdout=log, stderr=log, **who)
        try:
            _wait_until_it_answers(folder, process)
            yield folder
        finally:
            process.send_signal(signal.SIGQUIT)  # at once, whoever is still connected
            process.wait(SECONDS_TO_START)


def empty_database(folder: Path) -> str:
    """Empty the server's one database and return its address."""
    with _connected(folder) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return f"postgresql://{USER}@/postgres?host={folder}"


def _who() -> dict:
    """Return whom the server runs as: Postgres refuses to be root."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if is_root else {}


def _wait_until_it_answers(folder: Path, process: subprocess.Popen) -> None:
    import psycopg

    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(psycopg.OperationalError), _connected(folder):
            return
        time.sleep(0.05)
    raise RuntimeError(f"Postgres did not start:\n{(folder / 'log').read_text()}")


def _connected(folder: Path):
    import psycopg

    return psycopg.connect(host=str(folder), user=USER, dbname="postgres", autocommit=True)
