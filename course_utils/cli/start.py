"""`course start`: refresh the learner's copies and open them in JupyterLab."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import threading
import time
import urllib.request
from pathlib import Path

from course_utils.cli import command
from course_utils.cli.installation import Installation
from course_utils.lessons import copies

HELP = "Open the lessons in JupyterLab."
HOST = "127.0.0.1"
FIRST_PORT = 8888
FIRST_LESSON = "00_start_here.ipynb"
# Settings of this server alone: an instructor's nbgrader has nothing to show among lessons, and would be heard.
JUPYTER_SETTINGS = Path(__file__).with_name("jupyter")
LAB_SETTINGS = {
    # The news popup would cover the lesson, and would ask the network.
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}


def add_arguments(parser) -> None:
    """Declare what a learner may want different."""
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--port", type=int, help=f"default: the first free one from {FIRST_PORT}")


def run(args) -> int:
    """Serve the learner's folder until Ctrl-C."""
    try:
        port = choose_port(args.port)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    folder = prepare_folder()
    _silence_news()
    # The token stays out of the command line, which other users of the machine can read.
    token = os.environ.setdefault("JUPYTER_TOKEN", secrets.token_hex(16))
    os.environ.setdefault("COURSE_PROGRESS", str(folder / "progress.json"))
    address = f"http://{HOST}:{port}/lab/tree/{FIRST_LESSON}?token={token}"
    threading.Thread(target=_announce, args=(port, token, address), daemon=True).start()
    return serve(folder, port, open_browser=not args.no_browser)


def prepare_folder() -> Path:
    """Refresh the learner's copies, say what happened to them, and return their folder."""
    folder, sources = copies.learner_folder(), copies.originals()
    refreshed = copies.refresh(folder, sources)
    copies.trust(folder, sources)
    print("\n".join([f"Your lessons are in {folder}", *_report(refreshed)]), flush=True)
    return folder


def choose_port(wanted: int | None) -> int:
    """Return the wanted port, or else the first free one from 8888; OSError if the wanted one is in use."""
    if wanted is not None:
        if not _is_free(wanted):
            raise OSError(f"Port {wanted} is in use or not allowed. Leave out --port to get a free one.")
        return wanted
    candidates = range(FIRST_PORT, FIRST_PORT + 100)
    port = next((port for port in candidates if _is_free(port)), None)
    if port is None:
        raise OSError(f"Ports {FIRST_PORT} to {candidates[-1]} are all in use. Name a free one: --port 9999.")
    if port != FIRST_PORT:
        print(f"Port {FIRST_PORT} is in use, so this is port {port}.")
    return port


def serve(folder: Path, port: int, *, open_browser: bool) -> int:
    """Run JupyterLab in this process until Ctrl-C."""
    paths = [str(JUPYTER_SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    from jupyterlab.labapp import LabApp

    options = [
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.ip={HOST}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.open_browser={open_browser}",
        "--ServerApp.answer_yes=True",  # Ctrl-C stops at once
        f"--LabApp.default_url=/lab/tree/{FIRST_LESSON}",
        "--Application.log_level=ERROR",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # containers
        options.append("--ServerApp.allow_root=True")
    LabApp.launch_instance(options)
    print("Stopped. Your work is saved in", folder)
    return 0


def _report(refreshed: copies.Refreshed) -> list[str]:
    lines = []
    if refreshed.broken_manifest:
        aside = refreshed.broken_manifest.name
        lines.append(f"  Its list of copies could not be read and is now {aside}; nothing is lost.")
    if refreshed.updated:
        lines.append(f"  Updated, because you had not changed them: {', '.join(refreshed.updated)}")
    for name in refreshed.kept:
        number = name.split("_")[0]
        lines.append(
            f"  {name} has a new version, and yours is kept because you changed it. For the new one: "
            f"{command(f'reset {number}')} (yours stays beside it)"
        )
    return lines


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name != "nt":  # as the server does: a port that was closed a moment ago is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True


def _silence_news() -> None:
    installation = Installation()
    if Path(sys.prefix).resolve() != installation.environment.resolve():
        return  # an environment that the learner shares with other work
    overrides = installation.environment / "share/jupyter/lab/settings/overrides.json"
    overrides.parent.mkdir(parents=True, exist_ok=True)
    overrides.write_text(json.dumps(LAB_SETTINGS, indent=1), encoding="utf-8")


def _announce(port: int, token: str, address: str) -> None:
    """Print the address as soon as the server answers there."""
    request = urllib.request.Request(f"http://{HOST}:{port}/api", headers={"Authorization": f"token {token}"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(240):
        try:
            with opener.open(request, timeout=5):
                print(f"\nThe course is open at\n\n  {address}\n\nCtrl-C here stops it.", flush=True)
                return
        except OSError:
            time.sleep(0.25)
