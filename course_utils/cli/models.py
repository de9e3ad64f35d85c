"""`course models`: which models there are, which one serves and who decided so, the way back, and the first one."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

from course_utils.cli import model_making
from course_utils.cli.deployed import (
    Refusal,
    add_registry,
    answered,
    full_hash,
    hint,
    login,
    now,
    registry_folder,
    serving_model,
)

HELP = "Show the models of a registry, let one of them serve or the one before, and make the first."
EPILOG = """\
A model is named by the hash of its file; the first digits are enough where they name one.
A service that runs (`course serve`) answers with another model within a second of its promotion.

  course models example --into tryout        lesson 08's model and rows to try everything with
  course models train sales.csv --target price --time sold --name houses --purpose "..." \\
      --unit "living area=square feet" --unit "price=thousands of dollars"
  course models promote 1a2b3c --why "better on the sales of May"
  course models rollback --why "complaints from the north"

Exit code: 0 done, 1 refused, 2 misused.
"""
KEPT_OR_REFUSED = ("keep", "refuse")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions, each with its arguments."""
    parser.formatter_class, parser.epilog = argparse.RawDescriptionHelpFormatter, EPILOG
    add_registry(parser)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, (work, help_) in ACTIONS.items():
        action = actions.add_parser(name, help=help_, description=f"{help_[0].upper()}{help_[1:]}.")
        add_registry(action)
        action.set_defaults(work=work)
        if name in ("show", "card"):
            action.add_argument("sha256", metavar="HASH", nargs="?", help="default: the model that serves")
        if name == "promote":
            action.add_argument("sha256", metavar="HASH", help="the first digits are enough")
        if name in ("promote", "rollback"):
            action.add_argument("--why", required=True, help="one line, for the history")
            add_who(action)
    model_making.add_example(actions)
    model_making.add_train(actions)


def add_who(parser: argparse.ArgumentParser) -> None:
    """Declare --who."""
    parser.add_argument("--who", help="who decides, for the history (default: who is logged in)")


def run(args: argparse.Namespace) -> int:
    """Do what was asked; return the exit code."""
    return answered(f"models {args.action}", lambda: args.work(args))


def list_models(args) -> int:
    """Print a line for each model, a star before the one that serves."""
    registry = _registry(args)
    models, current = registry.models(), registry.current()
    if not models:
        print(f"There is no model in {registry.root}: {hint(registry.root)}.")
        return 0
    print(f"  {'model':<12}  {'made':<10}  {'rows':>7}  {'until':<10}  {'error at training':<22}  name")
    for sha256 in sorted(models, key=lambda sha256: _made(registry, sha256)):
        star = "*" if current is not None and current.sha256 == sha256 else " "
        print(f"{star} {sha256[:12]}  {_line(registry, sha256)}")
    if current is None:
        print("None of them serves: `course models promote HASH --why WHY` lets one.")
    return 0


def show(args) -> int:
    """Print every fact of a model as JSON."""
    sha256, model = _chosen(args)
    print(json.dumps({"sha256": sha256, **dataclasses.asdict(model)}, indent=1))
    return 0


def card(args) -> int:
    """Print what a person should know of a model, as Markdown."""
    from course_utils.deploy.card import model_card

    print(model_card(_chosen(args)[1]), end="")
    return 0


def promote(args) -> int:
    """Let a model serve."""
    registry = _registry(args)
    sha256 = full_hash(registry, args.sha256)
    before = registry.current()
    entry = registry.promote(sha256, **_told(args))
    instead = f" instead of {before.sha256[:12]}" if before is not None and before.sha256 != sha256 else ""
    print(f"{entry.sha256[:12]} serves now{instead}. The way back: `course models rollback --why WHY`.")
    return 0


def rollback(args) -> int:
    """Let the model serve that served before."""
    registry = _registry(args)
    before = registry.current()
    entry = registry.rollback(**_told(args))
    print(f"{entry.sha256[:12]} serves again instead of {before.sha256[:12]}.")
    return 0


def history(args) -> int:
    """Print every promotion and rollback, then what `course retrain` decided without promoting."""
    from course_utils.deploy.decisions import decisions_folder, decisions_in

    registry = _registry(args)
    entries = registry.history()
    for entry in entries:
        print(
            f"{entry.number:3}  {entry.when}  {entry.action:<8}  {entry.sha256[:12]}  {entry.who}: {entry.why}"
        )
    if not entries:
        print(f"No model has served in {registry.root} yet.")
    decisions = [d for d in decisions_in(decisions_folder(registry)) if d.verdict in KEPT_OR_REFUSED]
    if decisions:
        print("\nDecided by `course retrain` without a promotion:")
    for decision in decisions:
        print(
            f"     {decision.when}  {decision.verdict:<8}  {decision.champion_sha256[:12]}  {decision.reason}"
        )
    return 0


def collect(args) -> int:
    """Remove the models that never served."""
    from course_utils.deploy.decisions import collect_garbage

    removed = collect_garbage(_registry(args))
    print(f"Removed {len(removed)} model(s) that never served{': ' if removed else ''}", end="")
    print(", ".join(sha256[:12] for sha256 in removed) + ".")
    return 0


ACTIONS = {
    "list": (list_models, "show a line for each model; a star stands before the one that serves"),
    "show": (show, "print every fact of a model as JSON"),
    "card": (card, "print what a person should know of a model, as Markdown"),
    "promote": (promote, "let a model serve from now on"),
    "rollback": (rollback, "let the model serve that served before; once more goes one further back"),
    "history": (history, "show who let which model serve when and why, and what retraining decided"),
    "collect": (collect, "remove the models that never served; what did serve is kept for ever"),
}


def _registry(args):
    from course_utils.deploy.registry import Registry

    folder = registry_folder(args)
    if args.action != "list" and not folder.is_dir():
        raise Refusal(f"there is no folder {folder}: {hint(folder)}")
    return Registry(folder)


def _chosen(args):
    """Return the hash and the artifact of the model that is meant."""
    registry = _registry(args)
    if args.sha256 is None:
        entry, model = serving_model(Path(registry.root))
        return entry.sha256, model
    sha256 = full_hash(registry, args.sha256)
    return sha256, registry.load(sha256)


def _told(args) -> dict[str, str]:
    return {"who": args.who or login(), "when": now(), "why": args.why}


def _made(registry, sha256: str) -> tuple[str, str]:
    """Return what to sort a model by: when it was made; what cannot be read comes last."""
    try:
        return registry.load(sha256).created, sha256
    except (OSError, ValueError):
        return "~", sha256


def _line(registry, sha256: str) -> str:
    """Return a model in one line, or why it cannot be read."""
    try:
        model = registry.load(sha256)
    except (OSError, ValueError) as error:
        return f"CANNOT BE READ: {error}"
    metric = model.metrics[0] if model.metrics else None
    error = "-" if metric is None else f"{metric.estimate:.4g} [{metric.low:.4g}, {metric.high:.4g}]"
    until = model.trained_until or "-"
    return f"{model.created[:10]:<10}  {model.n_samples:7,}  {until:<10}  {error:<22}  {model.name}"
