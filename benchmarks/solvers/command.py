"""`course bench solvers|path|cv|bootstrap`: the compiled LASSO beside the libraries; writes what it measured."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.solvers import environment
from benchmarks.solvers.environment import ENVIRONMENT, LOCK, CannotMeasureError
from benchmarks.solvers.measuring import FEWEST, ROUNDS
from benchmarks.solvers.tasks import SCENES_OF
from course_utils.lessons.catalogue import ROOT

FOLDER = Path(__file__).resolve().parent
RESULTS, README = FOLDER / "results.json", FOLDER / "README.md"
NAMED = (
    "numpy",
    "numba",
    "scikit-learn",
    "celer",
    "skglm",
    "adelie",
    "python-glmnet",
    "glmstar",
    "skein-glm",
)
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)


def add_arguments(parser) -> None:
    """Declare the arguments of each of the four measurements."""
    parser.add_argument(
        "--setup",
        action="store_true",
        help=f"first install the libraries into {ENVIRONMENT.name}, from their lock",
    )
    parser.add_argument("--lock", action="store_true", help="make that lock again, measure nothing")
    parser.add_argument("--quick", action="store_true", help="two small problems, and store nothing")
    parser.add_argument(
        "--only", nargs="+", metavar="TEXT", help="problems whose name holds one of these; store nothing"
    )
    parser.add_argument(
        "--merge", action="store_true", help="with --only: put these problems in the place of the stored ones"
    )
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"default: {ROUNDS}; fewer than {FEWEST} store nothing"
    )


def run(args) -> int:
    """Measure, store, and print; return the exit code."""
    from benchmarks.solvers import report

    try:
        if args.lock:
            environment.make_lock()
            return 0
        if args.setup:
            environment.set_up()
        results = measure(args)
    except CannotMeasureError as error:
        print(f"course bench {args.name}: {error}", file=sys.stderr)
        return 1
    if not args.quick and args.rounds >= FEWEST and (args.merge or not args.only):
        store(args.name, merged(args.name, stored().get(args.name), results) if args.merge else results)
    print("\n".join(report.lines(args.name, results)))
    return 0


def measure(args) -> dict:
    """Return the cells of one table with the circumstances; they come from a child in the libraries' environment."""
    python = environment.require()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "cells.json"
        command = [python, "-m", "benchmarks.solvers.child", args.name, "--out", out, "--rounds", args.rounds]
        command += ["--quick"] * args.quick + (["--only", *args.only] if args.only else [])
        done = subprocess.run([*map(str, command)], env=environment.one_thread())
        if done.returncode or not out.is_file():
            raise CannotMeasureError(
                f"the measurement ended with {done.returncode}; its last lines stand above"
            )
        measured = json.loads(out.read_text(encoding="utf-8"))
    return circumstances(args) | measured


def circumstances(args) -> dict:
    """Return when, where and with what a measurement is made."""
    pins = dict(PIN.findall(LOCK.read_text(encoding="utf-8")))
    return {
        "command": f"course bench {args.name}",
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "rounds": args.rounds,
        "versions": {name: pins[name] for name in NAMED},
    }


def merged(name: str, before: dict | None, now: dict) -> dict:
    """Return the results of now with the cells of before that now has not, in the order of the problems."""
    if before is None:
        return now
    order = [scene.name for scene in SCENES_OF[name]]
    cells = {_cell_of(cell): cell for cell in before["cells"]} | {
        _cell_of(cell): cell for cell in now["cells"]
    }
    in_order = sorted(cells.values(), key=lambda cell: order.index(cell["scene"]))
    return now | {"minutes": round(before["minutes"] + now["minutes"], 1), "cells": in_order}


def _cell_of(cell: dict) -> tuple:
    return cell["scene"], cell["divisor"], cell["gap"]


def store(name: str, results: dict) -> None:
    """Write the results beside those of the other tables, the page that they all make, and the figure of this one."""
    from benchmarks.solvers import figure, report

    together = stored() | {name: results}
    write(RESULTS, json.dumps(together, indent=1) + "\n")
    write(README, report.readme(together))
    figure.save(FOLDER / f"{name}.png", name, results)
    print(f"wrote {FOLDER.name}/{name}.png")


def stored() -> dict:
    """Return what earlier runs have stored."""
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}


def write(path: Path, text: str) -> None:
    """Write a result, and say so."""
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {path.relative_to(ROOT)}")
