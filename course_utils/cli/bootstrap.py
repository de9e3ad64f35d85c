"""Make or mend the environment, then run a verb in it. Standard library only: course.py calls it first."""

from __future__ import annotations

import importlib.util
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
import venv
from collections import deque
from dataclasses import replace
from pathlib import Path

from course_utils import cli
from course_utils.cli.installation import Action, Condition, Installation

NEEDED_BYTES = 2_000_000_000  # the environment, and what pip unpacks while it works
NO_VENV = (
    "This Python cannot make virtual environments, because its {module} module is missing. "
    "On Debian or Ubuntu: sudo apt install python{version}-venv. Elsewhere install Python from "
    "https://www.python.org/downloads/. Then run this command again."
)
DISK_FULL = "The disk is full: {needed:.1f} GB are needed in {root}. Free some space, then run this again."
READ_ONLY = (
    "The folder {root} cannot be written. Copy the course to a folder of your own, and run this there."
)
FOREIGN = "{reason}, so it is left alone. Delete or rename that folder, then run this command again."
FAILED = "The installation failed: {words}. Mend that, then run this again."
UNKNOWN = "pip could not install the packages; its last words are above. Mend the cause, and run this again."
# Words of pip and of the operating systems, the most specific first, and what they mean to a learner.
EXPLANATIONS = (
    (r"No space left on device|Errno 28|WinError 112", DISK_FULL),
    (
        r"DO NOT MATCH THE HASHES",
        "A downloaded package is not the one that the lock names: the download broke, or the package index "
        "serves other files. Run `{pip} cache purge`, then run this again without a package mirror.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError",
        "The package index could not be trusted: something between this machine and the internet re-signs "
        "the traffic. Ask for its certificate and set PIP_CERT to that file, then run this again.",
    ),
    (
        r"NewConnectionError|ConnectionError|ConnectTimeout|ReadTimeout|ProxyError|MaxRetryError|Max retries"
        r"|name resolution|Name or service not known|getaddrinfo failed|nodename nor servname"
        r"|Network is unreachable|Connection (?:refused|reset|aborted)|Remote end closed",
        "The package index cannot be reached. Check the network (and proxy settings), then run this again.",
    ),
    (
        r"WinError (?:5|32)\b",
        "A file of the environment is in use. Close JupyterLab and every terminal that uses the course, then "
        "run this again.",
    ),
    (r"Permission denied|Errno 13|Read-only file system|Errno 30", READ_ONLY),
    (
        r"No matching distribution found|Could not find a version",
        "A package has no ready-made version for Python {python} on this system. Use a 64-bit Python 3.11 to "
        "3.14 from https://www.python.org/downloads/, then run this again.",
    ),
)


class InstallationError(Exception):
    """The environment cannot be made; the message is one sentence and the fix."""


def main(argv: list[str]) -> int:
    """Run a verb, after making sure that its environment is there. Returns the exit code."""
    installation = Installation()
    if not argv or argv[0] not in cli.VERBS or argv[0] == "doctor":
        return cli.main(argv)
    if _asks_for_help(argv):
        return _help(argv)
    try:
        prepare(installation, cli.VERBS[argv[0]].needs)
    except InstallationError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to finish the installation.", file=sys.stderr)
        return 130
    return hand_over(installation.python, ["-m", "course_utils", *argv])


def prepare(installation: Installation, needed: str) -> None:
    """Make, update or rebuild the environment if its condition asks for it.

    Raises InstallationError with one sentence and the fix.
    """
    condition = installation.condition(needed)
    if condition.action is Action.NOTHING:
        return
    if condition.action is Action.REFUSE:
        raise InstallationError(FOREIGN.format(reason=condition.reason))
    _require_venv_module()
    _require_room(installation, condition)
    kind = installation.kind_to_install(needed)
    print(f"{_announcement(condition)}\n  {installation.environment}", flush=True)
    began = time.monotonic()
    try:
        if condition.action is Action.UPDATE:
            _update(installation, kind)
        else:
            _make_environment(installation, kind)
            _install_packages(installation, kind)
    except OSError as error:
        raise InstallationError(_explain(str(error), installation, otherwise=FAILED)) from error
    _compile_ahead(installation)
    print(f"Done in {time.monotonic() - began:.0f} seconds.", flush=True)


def hand_over(python: Path, arguments: list[str]) -> int:
    """Run the environment's Python in place of this one; its exit code is ours."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(python, [str(python), *arguments])
    child = subprocess.Popen([str(python), *arguments])
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # the child received it too, and decides
            continue


def _asks_for_help(argv: list[str]) -> bool:
    own = argv[: argv.index("--")] if "--" in argv else argv
    return "-h" in own or "--help" in own


def _help(argv: list[str]) -> int:
    try:
        return cli.main(argv)
    except ModuleNotFoundError:  # this verb's module needs the environment: nothing is installed to show help
        print(cli.overview())
        return 0


def _announcement(condition: Condition) -> str:
    if condition.action is Action.CREATE:
        return "Installing the course, once: one to two minutes and 1 GB. Everything goes into"
    if condition.action is Action.UPDATE:
        return f"Updating the environment, because {condition.reason}: less than a minute."
    return f"Making the environment again, because {condition.reason}: one to two minutes and 1 GB."


def _require_venv_module() -> None:
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            raise InstallationError(NO_VENV.format(module=module, version=version))


def _require_room(installation: Installation, condition: Condition) -> None:
    if not os.access(installation.root, os.W_OK):
        raise InstallationError(READ_ONLY.format(root=installation.root))
    # A rebuild or an update first frees what it needs.
    is_new = condition.action is Action.CREATE
    if is_new and shutil.disk_usage(installation.root).free < NEEDED_BYTES:
        raise InstallationError(DISK_FULL.format(root=installation.root, needed=NEEDED_BYTES / 1e9))


def _make_environment(installation: Installation, kind: str) -> None:
    installation.environment.mkdir(exist_ok=True)
    # First of all, so that an interruption leaves something that the next run recognises as its own.
    installation.write_stamp(replace(installation.wanted_stamp(kind), finished=False))
    _clear(installation)
    try:
        venv.EnvBuilder(with_pip=True, symlinks=os.name != "nt").create(installation.environment)
    except subprocess.CalledProcessError as error:
        words = (error.output or b"").decode(errors="replace")
        raise InstallationError(_explain(words, installation)) from error


def _clear(installation: Installation) -> None:
    for entry in installation.environment.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry != installation.stamp_file:
            entry.unlink()


def _update(installation: Installation, kind: str) -> None:
    before = installation.read_stamp()
    try:
        _install_packages(installation, kind)
    except InstallationError:
        # pip fetches everything before it changes anything: without a network the old environment lives on.
        installation.write_stamp(before)
        raise


def _install_packages(installation: Installation, kind: str) -> None:
    wanted = installation.wanted_stamp(kind)
    installation.write_stamp(replace(wanted, finished=False))
    # Only wheels: a package built from source would need a compiler and many minutes.
    lock = ["--require-hashes", "--only-binary", ":all:", "-r", str(installation.lock(kind))]
    in_place = ["--no-deps", "--no-build-isolation", "-e", str(installation.root)]
    for arguments in (lock, in_place):
        _pip_install(installation, arguments)
    installation.write_stamp(wanted)


def _compile_ahead(installation: Installation) -> None:
    # While the learner waits anyway. What fails here is compiled at its first use instead.
    command = [str(installation.python), "-m", "course_utils.fast.ahead"]
    subprocess.run(command, cwd=installation.root, capture_output=True, check=False)


def _pip_install(installation: Installation, arguments: list[str]) -> None:
    command = [str(installation.python), "-m", "pip", "install", "--progress-bar", "off", "--no-input"]
    process = subprocess.Popen(
        [*command, "--disable-pip-version-check", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=_pip_environment(),
    )
    try:
        words = _follow(process, installation.environment)
    finally:
        _end(process)
    if process.returncode:
        telling = [line for line in words if not line.startswith("Ignoring ")]  # packages of other systems
        print("".join(f"  pip: {line}\n" for line in telling[-8:]), file=sys.stderr, flush=True)
        raise InstallationError(_explain("\n".join(words), installation))


def _pip_environment() -> dict[str, str]:
    # Settings of the learner that would send the packages elsewhere, or hide progress from us.
    misleading = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_QUIET", "PYTHONPATH", "PYTHONHOME")
    kept = {name: value for name, value in os.environ.items() if name not in misleading}
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}


def _end(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
    process.wait()
    process.stdout.close()


def _follow(process: subprocess.Popen, environment: Path) -> list[str]:
    """Show that pip is alive until it ends, and return the last lines that it wrote."""
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_read_lines, args=(process.stdout, lines), daemon=True).start()
    words: deque[str] = deque(maxlen=200)
    status, fetched, to_install, before = StatusLine(), 0, 0, 0
    while True:
        try:
            line = lines.get(timeout=1)
        except queue.Empty:
            line = ""
        if line is None:
            break
        if line:
            words.append(line)
        if line.startswith("Collecting "):
            fetched += 1
            status.show(f"fetching packages: {fetched}, now {re.split('[=<>! ]', line.split()[1])[0]}")
        elif line.startswith("Installing collected packages:"):
            to_install, before = line.count(",") + 1, _count_installed(environment)
        elif to_install > 1:
            done = min(max(_count_installed(environment) - before, 0), to_install)
            status.show(f"installing packages: {done} of {to_install}")
    status.close()
    process.wait()
    return list(words)


def _read_lines(stream, lines: queue.Queue) -> None:
    for line in stream:
        lines.put(line.rstrip())
    lines.put(None)


def _count_installed(environment: Path) -> int:
    pattern = "Lib/site-packages/*.dist-info" if os.name == "nt" else "lib/python*/site-packages/*.dist-info"
    return sum(1 for _ in environment.glob(pattern))


class StatusLine:
    """One line that is rewritten on a terminal, and a line every ten seconds elsewhere."""

    def __init__(self, stream=None):
        self.stream = sys.stdout if stream is None else stream
        self.last = float("-inf")

    def show(self, text: str) -> None:
        """Show the text now, or not at all where it would flood a log."""
        now = time.monotonic()
        if self.stream.isatty():
            self.stream.write(f"\r  {text:<70.70}")
        elif now - self.last >= 10:
            self.stream.write(f"  {text}\n")
        else:
            return
        self.last = now
        self.stream.flush()

    def close(self) -> None:
        """Clear the line, so that what follows starts at the margin."""
        if self.stream.isatty():
            self.stream.write("\r" + " " * 72 + "\r")
            self.stream.flush()


def _explain(words: str, installation: Installation, *, otherwise: str = UNKNOWN) -> str:
    """Return one sentence and the fix for what pip, venv or the operating system said."""
    sentence = next((text for pattern, text in EXPLANATIONS if re.search(pattern, words)), otherwise)
    return sentence.format(
        root=installation.root,
        needed=NEEDED_BYTES / 1e9,
        python=sys.version.split()[0],
        pip=f"{installation.python} -m pip",
        words=words,
    )
