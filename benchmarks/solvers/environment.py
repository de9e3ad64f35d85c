"""The libraries' own environment: its lock, how it is made, and how something runs in it.

They want an older NumPy than the course, and two of them, python-glmnet and glmstar, a package of the same name:
glmstar therefore lies in a folder apart, where `benchmarks.solvers.apart` finds it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from course_utils.lessons.catalogue import ROOT

FOLDER = Path(__file__).resolve().parent
WANTED, LOCK = FOLDER / "requirements.in", FOLDER / "requirements.txt"
ENVIRONMENT = ROOT / ".venv-bench-solvers"
APART = "glmstar"
THREADS = ("OPENBLAS", "OMP", "MKL", "BLIS", "VECLIB", "NUMEXPR", "NUMBA", "RAYON")
ENTRY = re.compile(rf"^{APART}==.*?(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


class CannotMeasureError(Exception):
    """Something that the measurement needs is not here; the message says what."""


def make_lock() -> None:
    """Resolve requirements.in to requirements.txt: exact versions, hashes, every platform, no address."""
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"]
    lock = ["--no-header", "--quiet", "--output-file", LOCK.name, WANTED.name]
    must_work([sys.executable, "-m", "uv", "pip", "compile", *options, *lock], cwd=FOLDER)


def set_up() -> None:
    """Make the environment from the lock, in place of what was there."""
    uv = [sys.executable, "-m", "uv"]
    must_work([*uv, "venv", "--clear", "--python", sys.executable, ENVIRONMENT])
    together, apart = divided(LOCK.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        for name, text, where in (("together", together, []), ("apart", apart, ["--target", folder_apart()])):
            (Path(folder) / name).write_text(text, encoding="utf-8")
            options = ["--python", python(), "--no-deps", "-r", Path(folder) / name, *where]
            must_work([*uv, "pip", "install", *options])


def divided(lock: str) -> tuple[str, str]:
    """Return a lock without the package that lies apart, and that package's lines."""
    found = ENTRY.search(lock)
    if found is None:
        raise CannotMeasureError(f"{LOCK.name} has no {APART}; `course bench solvers --lock` makes it again")
    return lock[: found.start()] + lock[found.end() :], found.group()


def folder_apart() -> Path:
    """Where the package lies that shares its name with another."""
    return ENVIRONMENT / "apart"


def python() -> Path:
    """The environment's Python, whether it is there or not."""
    return ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def require() -> Path:
    """Return the environment's Python; CannotMeasureError if there is none."""
    if not python().is_file():
        raise CannotMeasureError(
            f"{ENVIRONMENT.name} is not there, with the libraries to be measured beside ours; `course bench "
            "solvers --setup` makes it (about 700 MB from the registry)"
        )
    return python()


def one_thread() -> dict[str, str]:
    """Return an environment in which nothing computes on two threads, and the course's package is found."""
    threads = {f"{name}_NUM_THREADS": "1" for name in THREADS} | {"VECLIB_MAXIMUM_THREADS": "1"}
    # compiled code of another NumPy must not be mixed with that of the course's own environment
    return (
        dict(os.environ) | threads | {"PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(ENVIRONMENT / "numba")}
    )


def must_work(command, **options) -> str:
    """Run a command and return what it says; CannotMeasureError if it fails."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    if done.returncode:
        raise CannotMeasureError(f"{' '.join(map(str, command[:5]))} ... has failed: {done.stderr[-500:]}")
    return done.stdout
