"""`course monitor`: have the rows moved, and is the model still as good as it was?"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from course_utils.cli.deployed import Refusal, add_registry, answered, registry_folder, serving_model

HELP = "Ask whether the rows have moved since training, and whether the model is still as good as it was."
EPILOG = """\
Drift: the columns of the model in --current are compared with those in --reference, and what it predicts for both.
  course monitor --reference training.csv --current november.csv
Without --current, the predictions that the service wrote down are compared with those for the reference.
  course monitor --reference training.csv --log

Error: --outcomes has the columns of the model and its target. The model predicts these rows, and its error is
compared with the one that it had at training, window by window of --time. With --log, what is judged are the
predictions that the service made, found by their features; --time is then when an outcome became known.
  course monitor --outcomes november.csv --time sold
  course monitor --outcomes november.csv --log

Exit code, for cron: 0 quiet, 3 alarm, 1 refused, 2 misused. An alarm is a column, or the predictions, whose change is
more than chance and large; or a latest window in which the model is worse than at training. Where nothing has
changed, the first rings in at most 5 of 100 runs, the second in 2 or 3.
"""
ALARM = 3
METRIC = "root mean squared error"
DAYS = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what is compared with what."""
    parser.formatter_class, parser.epilog = argparse.RawDescriptionHelpFormatter, EPILOG
    add_registry(parser)
    parser.add_argument("--reference", metavar="FILE", type=Path, help="rows of training, CSV or Parquet")
    parser.add_argument("--current", metavar="FILE", type=Path, help="rows of today, with the same columns")
    parser.add_argument("--outcomes", metavar="FILE", type=Path, help="rows whose target has become known")
    parser.add_argument("--time", metavar="COLUMN", help="of --outcomes: 2026-11, 2026-11-21, ...")
    parser.add_argument("--window", metavar="MONTHS", type=float, default=3.0, help="default: 3")
    log = "use what the service wrote down (default: COURSE_PREDICTION_LOG, or the file beside the models)"
    parser.add_argument("--log", metavar="URL", nargs="?", const="", help=log)
    parser.add_argument(
        "--days", type=float, default=DAYS, help=f"of the log, without --current (default: {DAYS})"
    )
    patience = "how long an outcome of a logged prediction is waited for (default: 6)"
    parser.add_argument("--patience", metavar="MONTHS", type=float, default=6.0, help=patience)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    parser.set_defaults(misused=parser.error)


def run(args: argparse.Namespace) -> int:
    """Print what was found; return the exit code."""
    if args.reference is None and args.outcomes is None:
        args.misused("--reference or --outcomes is needed, or both")
    if args.reference is not None and args.current is None and args.log is None:
        args.misused("--reference needs --current, or --log, to be compared with")
    if args.current is not None and args.reference is None:
        args.misused("--current needs --reference, to be compared with")
    return answered("monitor", lambda: _monitor(args))


def _monitor(args) -> int:
    entry, model = serving_model(registry_folder(args))
    drift = None if args.reference is None else _drift(args, entry.sha256, model)
    joined = None if args.outcomes is None else _joined(args, entry.sha256, model)
    performance = None if joined is None else _performance(args, joined, model)
    reasons = _reasons(drift, performance)
    if args.json:
        print(json.dumps(_as_json(entry.sha256, drift, joined, performance, reasons), indent=1))
    else:
        print(f"{model.name}, {entry.sha256[:12]}, trained until {model.trained_until or 'an unknown time'}")
        print(*_paragraphs(model, drift, joined, performance), sep="\n")
        print(f"\nALARM: {'; '.join(reasons)}." if reasons else "\nQuiet.")
    return ALARM if reasons else 0


def _drift(args, sha256: str, model):
    """Return the comparison of the rows of today, or of the logged predictions, with the reference."""
    import numpy as np

    from course_utils.deploy.drift import drift_report
    from course_utils.deploy.tables import read_rows

    then, rng = read_rows([args.reference], model.feature_names).X, np.random.default_rng(0)
    if args.current is not None:
        now = read_rows([args.current], model.feature_names).X
        both = (_predicted(model, then), _predicted(model, now))
        return drift_report(then, now, feature_names=model.feature_names, predictions=both, rng=rng)
    since = (datetime.now(UTC) - timedelta(days=args.days)).timestamp()
    values = _logged(args, sha256, since).value
    if len(values) == 0:
        raise Refusal(f"the log has no prediction of {sha256[:12]} in the last {args.days:g} days")
    return drift_report(
        _predicted(model, then)[:, None], values[:, None], feature_names=["prediction"], rng=rng
    )


def _joined(args, sha256: str, model):
    """Return the predictions that can be judged, with their outcomes; times are months."""
    import numpy as np

    from course_utils.deploy.months import month_at, month_of
    from course_utils.deploy.outcomes import Log, join_outcomes
    from course_utils.deploy.prediction_log import features_hash
    from course_utils.deploy.tables import read_rows

    rows = read_rows([args.outcomes], model.feature_names, target=model.target_name, time=args.time)
    time = None if rows.time is None else np.array([month_of(text) for text in rows.time])
    if args.log is None:
        predicted, time = _predicted(model, rows.X), np.zeros(len(rows.y)) if time is None else time
        there = ~np.isnan(predicted)
        key = np.flatnonzero(there)
        logs = Log(key, time[there], predicted[there]), Log(key, time[there], rows.y[there])
        return join_outcomes(*logs, now=math.inf, patience=math.inf)
    log, now = _logged(args, sha256), month_at(datetime.now(UTC))
    asked = Log(log.features_sha256, [month_at(seconds) for seconds in log.time], log.value)
    key = np.array([features_hash(model.feature_names, row) for row in rows.X])
    known = Log(key, np.full(len(key), now) if time is None else time, rows.y)
    return join_outcomes(asked, known, now=now, patience=args.patience)


def _performance(args, joined, model):
    """Return the error of the model window by window, beside the one that it had at training."""
    import numpy as np

    from course_utils.deploy.performance import rolling_performance

    at_training = next((metric for metric in model.metrics if metric.name == METRIC), None)
    if at_training is None:
        raise Refusal(
            f"the model does not say what its {METRIC} was at training; its outcomes cannot be judged"
        )
    # a LASSO on centred columns: its intercept is the mean of the training rows
    usual = {"training_mean": model.intercept, "at_training": at_training, "rng": np.random.default_rng(0)}
    return rolling_performance(joined, window=args.window, **usual)


def _logged(args, sha256: str, since: float = 0.0):
    """Return what the service has predicted with this model."""
    from course_utils.deploy.logged import read_predictions
    from course_utils.deploy.service_settings import log_from_environment

    url = args.log or log_from_environment(os.environ, registry_folder(args))
    if url is None:
        raise Refusal("COURSE_PREDICTION_LOG is none: nothing was written down")
    return read_predictions(url, version=sha256, since=since)


def _predicted(model, X):
    """Return the predictions for rows, NaN where a feature is missing."""
    import numpy as np

    from course_utils.deploy.artifact import predict

    complete = ~np.isnan(X).any(axis=1)
    values = np.full(len(X), np.nan)
    values[complete] = predict(model, X[complete])
    return values


def _reasons(drift, performance) -> list[str]:
    """Return why there is an alarm; nothing if there is none."""
    from course_utils.deploy.months import month_text

    reasons = [] if drift is None else [f"drift of {change.name}" for change in drift.alarms]
    judged = (
        [] if performance is None else [window for window in performance.windows if window.error is not None]
    )
    if judged and judged[-1].is_worse:
        since = f" since {month_text(judged[-1].start)}" if judged[-1].start else ""
        reasons.append(f"the error{since} is {judged[-1].error}, {judged[-1].change} more than at training")
    return reasons


def _paragraphs(model, drift, joined, performance) -> list[str]:
    """Return what was found, for people."""
    from course_utils.deploy.months import month_text

    lines = [] if drift is None else ["", f"Drift since the reference: {drift}"]
    if performance is not None:
        at_training = next(metric for metric in model.metrics if metric.name == METRIC)
        lines += ["", f"{METRIC} in {model.target_unit}, at training {at_training.estimate:.4g} ".rstrip()]
        lines += [f"{'from':<8}{'rows':>6}  {'error':<22}  {'more than at training':<22}  verdict"]
        for window in performance.windows:
            start = month_text(window.start) if window.start else "-"
            error, change = (str(found or "-") for found in (window.error, window.change))
            lines.append(f"{start:<8}{window.n_rows:6}  {error:<22}  {change:<22}  {window.verdict}")
        lines += ["", str(joined)]
    return lines


def _as_json(sha256: str, drift, joined, performance, reasons: list[str]) -> dict:
    """Return what was found, for programs; a number that was not computed is null."""
    found = {"model": sha256, "alarm": bool(reasons), "reasons": reasons}
    if drift is not None:
        found["drift"] = [dataclasses.asdict(change) | {"alarm": change.alarm} for change in drift.changes]
    if performance is not None:
        windows = [_window(window) for window in performance.windows]
        found |= {"windows": windows, "fates": joined.fates, "outcomes_never_predicted": joined.n_unasked}
    return _without_nan(found)


def _window(window) -> dict:
    from course_utils.deploy.months import month_text

    facts = dataclasses.asdict(window)
    del facts["start"], facts["end"]
    return {"from": month_text(window.start) if window.start else None, **facts, "worse": window.is_worse}


def _without_nan(value):
    if isinstance(value, dict):
        return {name: _without_nan(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
