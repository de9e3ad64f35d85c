"""`course predict`: what a model says of all rows of a file, or of one record."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from course_utils.cli.deployed import (
    Refusal,
    add_registry,
    answered,
    full_hash,
    hint,
    registry_folder,
    serving_model,
)

HELP = "Predict all rows of a file, CSV or Parquet, however large; or one record."
EPILOG = """\
Columns are found by their names, in any order; what the model does not need is left out, or kept with --keep. Rows
with a value that is missing, no number, not finite or out of range are set aside, with row number, field and reason,
in a second file beside OUT, and counted. Rows are numbered from 1. Killed or stopped, the same command goes on where
it was: until then its work is in OUT.partial.

  course predict sales.parquet --out predicted.parquet --keep id
  course predict parts/ --out predicted.parquet --engine dask --scheduler tcp://10.0.0.1:8786
  course predict --record '{"living area": 1500, "overall quality": 7}'
  course predict < record.json

Exit code: 0 done (rows may have been set aside), 1 refused, 2 misused, 130 stopped.
"""
LARGEST_RECORD = 2**20  # bytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what is predicted, by which model, and where."""
    parser.formatter_class, parser.epilog = argparse.RawDescriptionHelpFormatter, EPILOG
    parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help="a file, or a folder of files")
    parser.add_argument("--out", metavar="FILE", type=Path, help="where the predictions go: a .parquet file")
    parser.add_argument(
        "--keep",
        metavar="COLUMN",
        action="append",
        default=[],
        help="carry a column through; may be repeated",
    )
    parser.add_argument("--record", metavar="JSON", help="one record, in place of a file")
    parser.add_argument(
        "--model", metavar="HASH", help="the first digits are enough (default: the model that serves)"
    )
    parser.add_argument(
        "--engine", choices=("stream", "dask"), help="on this machine alone (default), or on a Dask cluster"
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="of the Dask cluster (default: threads of this machine)"
    )
    add_registry(parser)


def run(args: argparse.Namespace) -> int:
    """Predict; return the exit code."""
    return answered("predict", partial(_predict, args))


def _predict(args) -> int:
    _require_sense(args)
    sha256, model = _chosen(args)
    print(_of_record(sha256, model, args.record) if args.file is None else _of_file(model, args))
    return 0


def _require_sense(args) -> None:
    """Raise Refusal for options that contradict each other."""
    if args.file is not None and args.record is not None:
        raise Refusal(f"both {args.file} and --record are given; one of them is needed")
    if args.file is not None and args.out is None:
        raise Refusal("--out FILE.parquet is missing: where the predictions go")
    if args.file is None and (args.out or args.keep or args.engine or args.scheduler):
        raise Refusal("--out, --keep, --engine and --scheduler belong to a FILE, and there is none")
    if args.engine == "stream" and args.scheduler:
        raise Refusal("--scheduler belongs to --engine dask, and --engine stream is given")


def _chosen(args):
    """Return the hash and the artifact of the model that is meant."""
    from course_utils.deploy.registry import Registry

    folder = registry_folder(args)
    if not folder.is_dir():
        raise Refusal(f"there is no folder {folder}: {hint(folder)}")
    if args.model is None:
        entry, model = serving_model(folder)
        return entry.sha256, model
    sha256 = full_hash(Registry(folder), args.model)
    return sha256, Registry(folder).load(sha256)


def _of_file(model, args) -> str:
    from course_utils.deploy.batch import one_by_one, predict_files
    from course_utils.deploy.batch_dask import on_dask

    is_dask = args.engine == "dask" or args.scheduler is not None
    engine = partial(on_dask, scheduler=args.scheduler) if is_dask else one_by_one
    return str(predict_files(args.file, args.out, model, keep=args.keep, engine=engine))


def _of_record(sha256: str, model, text: str | None) -> str:
    """Return what a model says of one record, in lines for people."""
    from course_utils.deploy.artifact import predict

    predicted = float(predict(model, model.contract.row_from(_record(text))))
    lines = [f"{model.target_name}: {predicted:.6g} {model.target_unit}"]
    if model.spread is not None:
        low, high = predicted + model.spread.low, predicted + model.spread.high
        lines.append(
            f"interval: {low:.6g} to {high:.6g}, which holds {100 * model.spread.level:.3g} % of outcomes"
        )
    return "\n".join([*lines, f"model: {model.name}, {sha256[:12]}"])


def _record(text: str | None):
    """Return the record in a text of JSON, or on standard input."""
    from course_utils.deploy.refusals import Refused
    from course_utils.deploy.strict_json import parsed

    if text is None and sys.stdin.isatty():
        raise Refusal("there is nothing to predict: a FILE, --record JSON, or a record on standard input")
    data = (
        sys.stdin.buffer.read(LARGEST_RECORD + 1) if text is None else text.encode("utf-8", "surrogateescape")
    )
    if len(data) > LARGEST_RECORD:
        raise Refusal(f"the record is longer than {LARGEST_RECORD:,} bytes; many rows go into a FILE")
    try:
        return parsed(data)
    except Refused as error:
        raise Refusal(error.detail.replace("the body", "the record", 1)) from None
