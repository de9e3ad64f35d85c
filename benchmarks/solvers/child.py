"""What runs in the libraries' environment: python -m benchmarks.solvers.child VERB --out FILE [--quick] [--only ...]"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from pathlib import Path

import threadpoolctl

from benchmarks.solvers import tasks
from benchmarks.solvers.measuring import ROUNDS


class TwoThreadsError(Exception):
    """A library of matrices computes on more than one thread."""


def main() -> None:
    """Measure, and write the cells."""
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=sorted(tasks.TABLES))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # the verified gap says it all
    must_be_one_thread()
    began = time.process_time()
    cells = tasks.TABLES[args.verb](args.only, quick=args.quick, rounds=args.rounds)
    must_be_one_thread()  # now every library is loaded
    about = {"minutes": round((time.process_time() - began) / 60, 1), "cells": cells}
    args.out.write_text(json.dumps(about), encoding="utf-8")


def must_be_one_thread() -> None:
    """Raise TwoThreadsError unless each library of matrices that is loaded has one thread."""
    import numpy as np  # the variables that say so were set before this process began

    np.ones((2, 2)) @ np.ones((2, 2))
    many = [pool for pool in threadpoolctl.threadpool_info() if pool["num_threads"] != 1]
    if many:
        raise TwoThreadsError(f"{len(many)} libraries have more than one thread: {many}")


if __name__ == "__main__":
    main()
