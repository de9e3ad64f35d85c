"""`course progress`: print what is done, or write it for an instructor."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from pathlib import Path

from course_utils.exercises.report import progress_records, progress_report

HELP = "Show which exercises are done (--export FILE: write it for an instructor, .json or .csv)."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course progress`."""
    parser.add_argument("--export", metavar="FILE", type=Path, help="write JSON, or CSV if FILE ends in .csv")


def run(args: argparse.Namespace) -> int:
    """Print the progress, or write it to args.export; return the exit code."""
    if args.export is None:
        print(progress_report())
        return 0
    records = progress_records()
    text = as_csv(records) if args.export.suffix.lower() == ".csv" else as_json(records)
    try:
        args.export.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        print(f"course progress: cannot write {args.export}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"course progress: wrote {len(records)} exercises to {args.export}")
    return 0


def as_json(records: list[dict]) -> str:
    """The records as a JSON list, one object an exercise."""
    return json.dumps(records, indent=1) + "\n"


def as_csv(records: list[dict]) -> str:
    """The records as CSV with a header; empty where there are no exercises."""
    table = io.StringIO()
    if records:
        writer = csv.DictWriter(table, fieldnames=list(records[0]))
        writer.writeheader()
        writer.writerows(records)
    return table.getvalue()
