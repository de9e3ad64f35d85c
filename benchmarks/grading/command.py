"""`course bench grading`: our grader beside stock nbgrader, in speed and under attack; writes what it measured."""

from __future__ import annotations

import datetime
import importlib.metadata
import importlib.util
import json
import os
import platform
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from course_utils.grading.errors import GradingError
from course_utils.grading.sandbox import require_sandbox
from course_utils.lessons.catalogue import ROOT

FOLDER = Path(__file__).resolve().parent
RESULTS, STOCK, README = (FOLDER / name for name in ("results.json", "stock_nbgrader.json", "README.md"))
TESTS = ROOT / "tests"
PARTS = ("speed", "attacks")


class CannotMeasureError(GradingError):
    """Something that the measurement needs is not here; the message says what."""


def add_arguments(parser) -> None:
    """Declare the arguments of `course bench grading`."""
    parser.add_argument(
        "--quick", action="store_true", help="a few submissions and attacks, and store nothing"
    )
    parser.add_argument(
        "--only", choices=PARTS, help="measure one part, and keep what is stored of the other"
    )
    parser.add_argument("--submissions", type=int, default=20, help="how many to grade in each run")
    parser.add_argument("--runs", type=int, default=3, help="how often each contender grades them")


def run(args) -> int:
    """Measure, store, and print; return the exit code."""
    try:
        require_everything()
        parts = [args.only] if args.only else PARTS
        measured = {part: MEASURES[part](args) for part in parts}
    except GradingError as error:
        print(f"course bench grading: {error}", file=sys.stderr)
        return 1
    from benchmarks.grading import report

    speed = measured.get("speed") or stored(RESULTS)
    attacks = measured.get("attacks") or stored(STOCK)
    if not args.quick:
        for path, part in ((RESULTS, "speed"), (STOCK, "attacks")):
            if part in measured:
                write(path, json.dumps(measured[part], indent=1) + "\n")
        write(README, report.readme(speed, attacks))
    print("\n".join([*report.speed_lines(speed), "", *report.attack_lines(attacks)]))
    return 0


def require_everything() -> None:
    """Raise CannotMeasureError, or SandboxUnavailableError, unless all that is measured can be run here."""
    require_sandbox()
    if importlib.util.find_spec("nbgrader") is None:
        raise CannotMeasureError(
            "nbgrader is not installed; run `python3 course.py test` once, which installs it, and then this again"
        )
    if not (TESTS / "attacks").is_dir():
        raise CannotMeasureError(f"the attacks are read from {TESTS / 'attacks'}, which is not there")
    if str(TESTS) not in sys.path:
        sys.path.append(str(TESTS))


def measure_speed(args) -> dict:
    """Time both graders on the same submissions."""
    from benchmarks.grading import speed

    n_students, n_runs = (5, 1) if args.quick else (args.submissions, args.runs)
    measured = speed.measure(n_students, n_runs, np.random.default_rng(5))
    about = circumstances(args) | {"assignment": speed.ASSIGNMENT, "submissions": n_students, "runs": n_runs}
    return about | {"contenders": [asdict(one) for one in measured]}


def measure_attacks(args) -> dict:
    """Let the attacks loose on stock nbgrader, in the outer sandbox."""
    from attacks import ATTACKS

    from benchmarks.grading import attack_stock

    names = list(ATTACKS)[::12] if args.quick else list(ATTACKS)
    with tempfile.TemporaryDirectory() as folder, attack_stock.stock_class(Path(folder)) as home:
        rows = attack_stock.attack_all(names, home, jobs=2)
    limits = {"seconds for a cell": attack_stock.CELL_TIMEOUT, "seconds for all": attack_stock.TIMEOUT}
    return circumstances(args) | limits | {"rows": [asdict(row) for row in rows]}


MEASURES = {"speed": measure_speed, "attacks": measure_attacks}


def circumstances(args) -> dict:
    """Return when, where and how a measurement was made."""
    options = [*["--quick"] * args.quick, *(["--only", args.only] if args.only else [])]
    return {
        "date": datetime.date.today().isoformat(),
        "command": " ".join(["course bench grading", *options]),
        "nbgrader": importlib.metadata.version("nbgrader"),
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
        "load afterwards": round(os.getloadavg()[0], 1),
    }


def stored(path: Path) -> dict | None:
    """Return what an earlier run has stored, if one did."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def write(path: Path, text: str) -> None:
    """Write a result, and say so."""
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {path.relative_to(ROOT)}")
