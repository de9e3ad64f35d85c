"""`course retrain`: a challenger from newer rows, compared with the model that serves, and promoted if it is better."""

from __future__ import annotations

import argparse
from pathlib import Path

from course_utils.cli.deployed import (
    Refusal,
    add_registry,
    answered,
    login,
    now,
    registry_folder,
    serving_model,
)

HELP = "Make the model that serves again from newer rows, and let the new one serve if it is surely better."
EPILOG = """\
The rows are put in the order of --time. The last quarter, and nothing that the model that serves has seen, is held
out; from what comes before, a challenger is made by the champion's recipe; both predict the rows held out. The
challenger serves from then on only if an interval for what it saves lies wholly above zero. Give all rows there are,
the old ones too:

  course retrain --data sales_until_2008.csv sales_since_2009.csv --time sold

From cron, at four in the morning of the first of each month:

  0 4 1 * *  cd /srv/houses && course retrain --data sales.csv --time sold

It may be started twice at once, or again after it was killed: the same rows are decided on once, and a decision that
was not carried out is. What was rolled back by hand stays so. New rows are a new question, and where nothing has
changed, one question in forty is answered with a promotion: so ask each month, and not each night. All is written
down: `course models history`.

Exit code: 0 decided, whether promoted or kept; 1 refused, with too few new rows for example; 2 misused.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the rows, and how they are cut."""
    parser.formatter_class, parser.epilog = argparse.RawDescriptionHelpFormatter, EPILOG
    add_registry(parser)
    rows = "CSV or Parquet with the columns of the model and its target; several follow each other"
    parser.add_argument("--data", required=True, type=Path, nargs="+", metavar="FILE", help=rows)
    parser.add_argument("--time", required=True, metavar="COLUMN", help="2026-11, 2026-11-21, ...")
    parser.add_argument("--target", metavar="COLUMN", help="default: the target of the model that serves")
    parser.add_argument(
        "--share", type=float, default=0.25, help="of the rows, that are held out (default: 0.25)"
    )
    until = "the last time that the champion was made from (default: what its file says)"
    parser.add_argument("--champion-until", metavar="TIME", help=until)
    parser.add_argument("--who", help="who asks, for the history (default: who is logged in)")


def run(args: argparse.Namespace) -> int:
    """Decide, print the decision and what serves now; return the exit code."""
    return answered("retrain", lambda: _retrain(args))


def _retrain(args) -> int:
    from course_utils.deploy.decisions import decisions_folder
    from course_utils.deploy.recipe import Recipe, challenger
    from course_utils.deploy.registry import Registry
    from course_utils.deploy.retrain import REFUSE, retrain
    from course_utils.deploy.tables import read_rows

    registry = Registry(registry_folder(args))
    entry, model = serving_model(Path(registry.root))
    target = args.target or model.target_name
    rows = read_rows(args.data, model.feature_names, target=target, time=args.time, gaps=False)
    rows, until, when = rows.in_order_of_time(), _champion_until(args, model, rows), now()
    champion = _Champion(registry, entry, model)
    told = {
        "registry": registry,
        "folder": decisions_folder(registry),
        "when": when,
        "who": args.who or login(),
    }
    decision = retrain(
        *(rows.X, rows.y, rows.time),
        train=challenger(Recipe.of(model), registry, created=when[:10]),
        **{"champion": champion, "champion_until": until, "share": args.share, **told},
    )
    if decision.verdict == REFUSE:
        raise Refusal(decision.reason)
    print(*_story(decision, model, rows, champion.was_asked), sep="\n")
    serving = registry.current().sha256
    instead = "as before" if serving == entry.sha256 else f"instead of {entry.sha256[:12]}"
    print(f"{serving[:12]} serves now, {instead}.")
    return 0


def _champion_until(args, model, rows) -> str:
    """Return the last time that the champion has seen; Refusal if it is not known, or written in another way."""
    from course_utils.deploy.tables import written_alike

    until, first = args.champion_until or model.trained_until, rows.time[0].item()
    if until is None:
        raise Refusal(
            "the model that serves does not say until when it was trained; --champion-until TIME is needed"
        )
    if not written_alike(until, first):
        raise Refusal(
            f"the model that serves was trained until {until!r:.80}, and these rows have times like {first!r}: they "
            "cannot be compared; write them alike, or give --champion-until"
        )
    return until


class _Champion:
    """Predicts with the model that serves; Refusal if another was promoted since it was read."""

    def __init__(self, registry, entry, model):
        self._registry, self._entry, self._model, self.was_asked = registry, entry, model, False

    def __call__(self, X):
        from course_utils.deploy.artifact import predict

        if self._registry.current().sha256 != self._entry.sha256:
            raise Refusal("another model was promoted meanwhile; nothing was decided: ask again")
        self.was_asked = True
        return predict(self._model, X)


def _story(decision, model, rows, is_new: bool) -> list[str]:
    """Return what was decided and on what grounds, for people."""
    lines = [str(decision)]
    if decision.comparison is not None:
        lines.append(
            f"challenger made from {decision.n_training:,} rows until {decision.training_until}; "
            f"held out: {decision.holdout_from} to {decision.holdout_until}"
        )
    refused = (~model.contract.accepts(rows.X)).sum(axis=0)
    if refused.any():
        listed = ", ".join(f"{name} {n}" for name, n in zip(model.feature_names, refused, strict=True) if n)
        lines.append(f"values among these rows that the model before does not accept: {listed}")
    if not is_new:
        lines.append(f"decided {decision.when} on the same rows; nothing was made or compared again")
    return lines
