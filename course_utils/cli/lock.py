"""`course lock`: remake the three locks from pyproject.toml and say what changed."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from course_utils.lessons.catalogue import ROOT

HELP = "Remake the locks of learners, developers and the serving container from pyproject.toml. Needs the network."

LEARNER, DEVELOPER, SERVER = "requirements.txt", "requirements-dev.txt", "deploy/requirements.txt"
LOCKS = (LEARNER, DEVELOPER, SERVER)
LEARNER_EXTRAS = ("deploy", "fast")
DEVELOPER_EXTRAS = ("test", "grading", "deploy", "deploy-test", "fast", "cluster")
COURSE = ("pyproject.toml", "--group", "build")
COMPILE = [
    *("pip", "compile"),
    # One file for every platform and Python, and nothing in it that names the index or the machine.
    *("--universal", "--generate-hashes", "--no-emit-index-url", "--no-header", "--quiet"),
]
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)


class LockError(Exception):
    """uv is missing, or it found no set of versions that satisfies pyproject.toml."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course lock`."""
    parser.add_argument(
        "--upgrade",
        action="store_true",
        help="take the newest allowed versions; without it, keep what still fits",
    )


def run(args: argparse.Namespace) -> int:
    """Remake all locks, or none; print what changed; return the exit code."""
    before = {name: (ROOT / name).read_text(encoding="utf-8") for name in LOCKS}
    try:
        after = make_locks(upgrade=args.upgrade)
    except LockError as error:
        print(f"course lock: {error}\nAll locks are as they were.", file=sys.stderr)
        return 1
    for name, text in after.items():
        (ROOT / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{name}: {len(pins(text))} packages")
        print("\n".join(changes(pins(before[name]), pins(text))))
    if after != before:
        print("Now run `course test`, then commit the locks together with pyproject.toml.")
    return 0


def make_locks(*, upgrade: bool) -> dict[str, str]:
    """Return the text of each lock, made in a folder of their own so that a failure changes nothing."""
    with TemporaryDirectory() as folder:
        workshop = Path(folder)
        (workshop / SERVER).parent.mkdir()
        for name in ("pyproject.toml", DEVELOPER):
            shutil.copy(ROOT / name, workshop)
        compile_lock(
            workshop, DEVELOPER, *COURSE, *_extras(DEVELOPER_EXTRAS), *(["--upgrade"] if upgrade else [])
        )
        # uv keeps the versions it finds in its output file, so that a learner gets those the tests ran on.
        for name, wanted in ((LEARNER, (*COURSE, *_extras(LEARNER_EXTRAS))), (SERVER, ("--group", "serve"))):
            shutil.copy(workshop / DEVELOPER, workshop / name)
            compile_lock(workshop, name, *wanted)
        return {name: (workshop / name).read_text(encoding="utf-8") for name in LOCKS}


def _extras(names: Iterable[str]) -> list[str]:
    return [word for name in names for word in ("--extra", name)]


def compile_lock(workshop: Path, name: str, *options: str) -> None:
    """Let uv resolve pyproject.toml into the file called name."""
    if find_spec("uv") is None:
        raise LockError(
            "uv is not installed here; `python3 course.py lock` installs it into .venv and uses it"
        )
    command = [sys.executable, "-m", "uv", *COMPILE, *options, "-o", name]
    result = subprocess.run(command, cwd=workshop, capture_output=True, text=True)
    if result.returncode:
        raise LockError(f"uv could not make {name}:\n{result.stderr.strip()}")


def pins(lock: str) -> dict[str, str]:
    """Return name -> version; a name pinned differently on different Pythons has all its versions."""
    versions: dict[str, list[str]] = {}
    for name, version in PIN.findall(lock):
        versions.setdefault(name, []).append(version)
    return {name: " and ".join(found) for name, found in versions.items()}


def changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return one line for each package that was added, removed or moved to another version."""
    names = sorted(before.keys() | after.keys())
    lines = [
        f"  {name}: {before.get(name, 'not there')} -> {after.get(name, 'removed')}"
        for name in names
        if before.get(name) != after.get(name)
    ]
    return lines or ["  no version changed"]
