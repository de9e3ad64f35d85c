"""`course test`: everything that continuous integration needs, offline once installed."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import time

from course_utils.cli import command
from course_utils.lessons.catalogue import ROOT, ready_lessons
from course_utils.lessons.environment import validation_environment

HELP = "check the whole course: lint, package, exercises, lessons, house rules"
TOOLS = ("pytest", "nbval", "xdist", "hypothesis", "ruff")
SLOW = ("notebook", "browser", "sandbox", "service", "simulation", "matrix", "weekly")
WORKERS = 2  # one file a worker, one thread of linear algebra each
NOTHING_COLLECTED = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `course test`."""
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument(
        "--fast", action="store_true", help="no kernel, browser, server, sandbox or simulation"
    )
    extent.add_argument("--matrix", action="store_true", help="add other processor kernels and thread counts")
    extent.add_argument("--weekly", action="store_true", help="everything slow, and many more drawn cases")
    parser.add_argument(
        "targets",
        nargs="*",
        metavar="-- targets",
        help="paths and options for pytest in place of the tests and all lessons; no lint",
    )


def run(args: argparse.Namespace) -> int:
    """Run lint and pytest; 0 when both are content, else the code of the one that is not."""
    if missing := [tool for tool in TOOLS if importlib.util.find_spec(tool) is None]:
        print(
            f"Not installed here: {', '.join(missing)}. Run {command('test')} instead: it installs them.",
            file=sys.stderr,
        )
        return 1
    began = time.monotonic()
    shutil.rmtree(ROOT / "test-artifacts", ignore_errors=True)
    environment = os.environ | validation_environment()
    environment["HYPOTHESIS_PROFILE"] = "weekly" if args.weekly else "course"
    lint_code = 0 if args.targets else lint(environment)
    code = subprocess.call([sys.executable, "-m", *pytest_command(args)], cwd=ROOT, env=environment)
    if code == NOTHING_COLLECTED:
        print("No test was found: check the paths and options after `--`.", file=sys.stderr)
    print(f"{time.monotonic() - began:.0f} seconds in all")
    if lint_code:
        print("Lint found faults: see the top of this output.", file=sys.stderr)
    return code or lint_code


def lint(environment: dict[str, str]) -> int:
    """Check code and notebooks for faults and format; return the first code that is not 0."""
    checks = (["check", "--quiet"], ["format", "--check", "--quiet"])
    codes = [
        subprocess.call([sys.executable, "-m", "ruff", *check, "."], cwd=ROOT, env=environment)
        for check in checks
    ]
    return next(filter(None, codes), 0)


def pytest_command(args: argparse.Namespace) -> list[str]:
    """Return pytest's arguments: lessons first, because a long one that begins last keeps a worker alone."""
    lessons = [] if args.fast else [f"notebooks/{lesson.file}" for lesson in ready_lessons()]
    return [
        "pytest",
        *("-n", str(WORKERS), "--dist", "loadfile"),
        *("-p", "course_utils.lessons.plugin", "--nbval", "--nbval-current-env"),
        *selection(args),
        *(args.targets or [*lessons, "tests"]),
    ]


def selection(args: argparse.Namespace) -> list[str]:
    """Return the option that leaves slow tests out."""
    if args.weekly:
        return []
    left_out = SLOW if args.fast else ("weekly",) if args.matrix else ("matrix", "weekly")
    return ["-m", f"not ({' or '.join(left_out)})"]
