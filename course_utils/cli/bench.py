"""`course bench`: measure the course's code beside what one would use instead; see the folder benchmarks."""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import NamedTuple

from course_utils.lessons.catalogue import ROOT

HELP = (
    "Measure the course's own code beside what one would use instead, and store the results in benchmarks/."
)
BENCHMARKS = ROOT / "benchmarks"


class Benchmark(NamedTuple):
    """A line of the help, and the module that has add_arguments(parser) and run(args) -> exit code."""

    help: str
    module: str


TABLE = {
    "grading": Benchmark(
        "our grader beside stock nbgrader: submissions a minute, and what attacks get",
        "benchmarks.grading.command",
    ),
    "serving": Benchmark(
        "our service beside the usual tutorial's and MLServer: processor time and memory of a prediction",
        "benchmarks.serving.command",
    ),
    "solvers": Benchmark(
        "the compiled lasso beside the libraries: one lam, at one verified gap", "benchmarks.solvers.command"
    ),
    "path": Benchmark("the same for a path of 100 lams", "benchmarks.solvers.command"),
    "cv": Benchmark(
        "cross-validation beside scikit-learn's LassoCV and loops over the libraries",
        "benchmarks.solvers.command",
    ),
    "bootstrap": Benchmark(
        "the paths of 200 resamples, beside loops over the libraries", "benchmarks.solvers.command"
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the measurements, each with its arguments."""
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, benchmark in TABLE.items():
        arguments = names.add_parser(name, help=benchmark.help, description=benchmark.help)
        if BENCHMARKS.is_dir():
            _module(benchmark).add_arguments(arguments)


def run(args: argparse.Namespace) -> int:
    """Run one measurement; return its exit code."""
    if not BENCHMARKS.is_dir():
        print(
            f"course bench: the measurements stand in {BENCHMARKS}, which is not there. They come with the folder of "
            "the course, and not with an installed course_utils alone.",
            file=sys.stderr,
        )
        return 1
    return _module(TABLE[args.name]).run(args)


def _module(benchmark: Benchmark):
    if str(ROOT) not in sys.path:  # where `benchmarks` is found, and `course_utils` was
        sys.path.append(str(ROOT))
    return importlib.import_module(benchmark.module)
