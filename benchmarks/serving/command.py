"""`course bench serving`: what a prediction over HTTP costs our service and others; writes what it measured."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from course_utils.lessons.catalogue import ROOT

FOLDER = Path(__file__).resolve().parent
RESULTS, README, REQUIREMENTS = (FOLDER / name for name in ("results.json", "README.md", "requirements.txt"))
ENVIRONMENT = ROOT / ".venv-bench"
RIVALS = ("flask", "gunicorn", "mlserver", "scikit-learn", "numpy")
OURS = ("fastapi", "starlette", "uvicorn", "httptools", "h11", "numpy")
ROUNDS, REQUESTS = 7, 2000


class CannotMeasureError(Exception):
    """Something that the measurement needs is not here; the message says what."""


def add_arguments(parser) -> None:
    """Declare the arguments of `course bench serving`."""
    parser.add_argument(
        "--setup",
        action="store_true",
        help=f"first install the other servers into {ENVIRONMENT.name}, which nothing else uses",
    )
    parser.add_argument("--quick", action="store_true", help="two short rounds, and store nothing")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default: {ROUNDS}")
    parser.add_argument(
        "--requests",
        type=int,
        default=REQUESTS,
        help=f"of each service in each round (default: {REQUESTS:,})",
    )


def run(args) -> int:
    """Measure, store, and print; return the exit code."""
    from benchmarks.serving import report

    try:
        results = measure_all(args, rivals_python(set_up=args.setup))
    except CannotMeasureError as error:
        print(f"course bench serving: {error}", file=sys.stderr)
        return 1
    if not args.quick:
        write(RESULTS, json.dumps(results, indent=1) + "\n")
        write(README, report.readme(results))
    print("\n".join(report.lines(results)))
    return 0


def rivals_python(*, set_up: bool) -> Path:
    """Return the Python of the other servers; CannotMeasureError if there is none, or it cannot be made."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if set_up:
        uv = [sys.executable, "-m", "uv"]
        _must_work([*uv, "venv", "--clear", "--python", sys.executable, ENVIRONMENT])
        _must_work([*uv, "pip", "install", "--python", python, "-r", REQUIREMENTS])
    if not python.is_file():
        raise CannotMeasureError(
            f"{ENVIRONMENT.name} is not there, with the servers to be measured beside ours; `course bench serving "
            "--setup` makes it (about 500 MB from the registry)"
        )
    return python


def measure_all(args, rivals: Path) -> dict:
    """Measure every service in turns, and return the figures with the circumstances."""
    from benchmarks.serving import contenders, measuring, scene

    rounds, requests = (2, 300) if args.quick else (args.rounds, args.requests)
    about = circumstances(rivals) | {"rounds": rounds, "requests": requests}
    folder = Path(tempfile.mkdtemp())
    try:
        measured = measuring.measure(
            contenders.CONTENDERS, scene.set_up(folder, rivals), rounds=rounds, requests=requests
        )
    except subprocess.CalledProcessError as error:
        raise CannotMeasureError(f"the other servers have no model: {error.stderr[-300:]}") from None
    finally:
        shutil.rmtree(folder)
    about["load after"] = round(os.getloadavg()[0], 1)
    return about | {"contenders": [asdict(one) for one in measured]}


def circumstances(rivals: Path) -> dict:
    """Return when, where and with what a measurement is made."""
    from benchmarks.serving.measuring import N_CONNECTIONS

    return {
        "date": datetime.date.today().isoformat(),
        "command": "course bench serving",
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "connections": N_CONNECTIONS,
        "load before": round(os.getloadavg()[0], 1),
        "our versions": {name: _version(name) for name in OURS},
        "their versions": _versions_there(rivals),
    }


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _versions_there(rivals: Path) -> dict[str, str]:
    script = (
        f"import json, importlib.metadata as m; print(json.dumps({{n: m.version(n) for n in {RIVALS!r}}}))"
    )
    return json.loads(_must_work([rivals, "-c", script]))


def _must_work(command) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise CannotMeasureError(f"{' '.join(map(str, command[:4]))} ... has failed: {done.stderr[-500:]}")
    return done.stdout


def write(path: Path, text: str) -> None:
    """Write a result, and say so."""
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {path.relative_to(ROOT)}")
