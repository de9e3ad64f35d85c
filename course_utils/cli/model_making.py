"""The two actions of `course models` that make a model: lesson 08's, and one of one's own rows."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from course_utils.cli.deployed import REGISTRY, Refusal, add_registry, login, now, registry_folder

UNTIL, SINCE = "2008-12", "2009-01"
TIME = "sold"
NAME = "house prices in Ames"
PURPOSE = (
    "What an ordinary house in Ames, Iowa, sells for: to learn with, as in lesson 08. "
    "Not for a tax, a loan, another town or another decade."
)
FILES = {
    "sales_until_2008.csv": "the rows that it was made from",
    "sales_since_2009.csv": "what was sold later",
    "sales_since_2009_boom.csv": "the same, with an invented boom of 30 % in three neighbourhoods",
}


def add_example(actions) -> None:
    """Declare `course models example`."""
    help_ = (
        "make lesson 08's model from the bundled sales until 2008, let it serve, and write sales to try it on"
    )
    action = actions.add_parser("example", help=help_, description=f"{help_[0].upper()}{help_[1:]}.")
    add_registry(action)
    action.add_argument(
        "--into",
        metavar="DIR",
        type=Path,
        default=Path(),
        help="where the sales go; the models too, unless --registry or COURSE_REGISTRY is given (default: here)",
    )
    action.set_defaults(work=example)


def add_train(actions) -> None:
    """Declare `course models train`."""
    help_ = "make a model from the rows of a file; `promote` lets it serve"
    action = actions.add_parser(
        "train",
        help=help_,
        description="Make a model from the rows of a file: a LASSO on scaled columns, its penalty chosen and its "
        "errors measured forwards in time. It does not serve until it is promoted.",
    )
    add_registry(action)
    action.add_argument("file", type=Path, nargs="+", metavar="FILE", help="CSV with a header, or Parquet")
    action.add_argument("--target", required=True, metavar="COLUMN", help="what is predicted")
    action.add_argument(
        "--time",
        required=True,
        metavar="COLUMN",
        help="when the target became known: 2026-11, 2026-11-21, ...",
    )
    action.add_argument("--name", required=True, help="of the model")
    action.add_argument("--purpose", required=True, help="what it is for, and what it is not for")
    unit = "of a feature, or of the target; columns without one are not used"
    action.add_argument("--unit", action="append", required=True, metavar="COLUMN=UNIT", help=unit)
    limit = "the range in which a feature is accepted (default: that of the rows, and half its width on either side)"
    action.add_argument("--limit", action="append", default=[], metavar="COLUMN=LOW:HIGH", help=limit)
    action.set_defaults(work=train)


def example(args) -> int:
    """Make lesson 08's model, let it serve, write the sales, and say what can be done with them."""
    from course_utils.deploy import houses

    folder = registry_folder(args, default=args.into / REGISTRY)
    sales = houses.house_sales()
    earlier, later = sales.between("2006-01", UNTIL), sales.between(SINCE, "2010-07")
    tables = (earlier, later, houses.boom(later, since=SINCE))
    files = _files_to_write(args.into, map(_as_csv, tables))
    print(_serving(folder, earlier))
    args.into.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        path.write_bytes(content)
    print(
        "In this folder:" if args.into == Path() else f"In {args.into}:",
        *(f"  {name:<26} {what}" for name, what in FILES.items()),
        sep="\n",
    )
    print("\nTo be tried next:\n", *map(_shell_line, _next(folder, args.into)), sep="\n")
    return 0


def train(args) -> int:
    """Make a model from rows, and say how to let it serve."""
    from course_utils.deploy.recipe import make_model
    from course_utils.deploy.registry import Registry
    from course_utils.deploy.tables import read_rows

    recipe = _recipe(args)
    wanted = {"target": args.target, "time": args.time, "gaps": False}
    rows = read_rows(args.file, recipe.feature_names, **wanted).in_order_of_time()
    _require_within(recipe, rows.X)
    until = rows.time[-1].item()
    made = make_model(recipe, rows.X, rows.y, created=now()[:10], trained_until=until)
    sha256 = made.add_to(Registry(registry_folder(args)))
    print(
        f"{sha256[:12]} was made from {len(rows.y):,} rows until {until}: {_error(made.model)}.\n"
        f"`course models card {sha256[:12]}` tells more, "
        f"`course models promote {sha256[:12]} --why WHY` lets it serve."
    )
    return 0


def _serving(folder: Path, sales) -> str:
    """Let a model of these sales serve; return what was done. Refusal if another model serves there."""
    from course_utils.deploy.freezing import training_data_hash
    from course_utils.deploy.houses import LIMITS
    from course_utils.deploy.recipe import Recipe, make_model
    from course_utils.deploy.registry import Registry

    registry, data = Registry(folder), sales.dataset
    entry = registry.current()
    if entry is not None:
        if registry.load(entry.sha256).training_data_sha256 != training_data_hash(data.X, data.y):
            raise Refusal(f"{entry.sha256[:12]} serves from {folder}; the example replaces no other model")
        return f"{entry.sha256[:12]}, the model of lesson 08, serves already from {folder}."
    recipe = Recipe(NAME, PURPOSE, data.feature_names, data.target_name, data.units, LIMITS)
    made = make_model(recipe, data.X, data.y, created=now()[:10], trained_until=UNTIL)
    sha256 = made.add_to(registry)
    registry.promote(
        sha256, who=login(), when=now(), why="the model of lesson 08", metrics=made.model.metrics
    )
    return (
        f"{sha256[:12]} serves now from {folder}: {len(data.y):,} sales until {UNTIL}, {_error(made.model)}."
    )


def _error(model) -> str:
    metric = model.metrics[0]
    figures = f"{metric.estimate:.1f} [{metric.low:.1f}, {metric.high:.1f}]"
    return f"{metric.name} {figures} {model.target_unit} on the last fifth"


def _files_to_write(folder: Path, texts) -> dict[Path, bytes]:
    """Return the content of each file of sales; Refusal if there is another file of that name."""
    files = {folder / name: text.encode() for name, text in zip(FILES, texts, strict=True)}
    for path, content in files.items():
        if path.exists() and path.read_bytes() != content:
            raise Refusal(f"{path} is there, and is something else; nothing was made or written")
    return files


def _as_csv(sales) -> str:
    header = ",".join([TIME, *sales.dataset.feature_names, sales.dataset.target_name])
    rows = zip(sales.time.tolist(), sales.X.tolist(), sales.y.tolist(), strict=True)
    lines = (",".join([time, *map(repr, values), repr(price)]) for time, values, price in rows)
    return "\n".join([header, *lines, ""])


def _next(folder: Path, into: Path) -> list[list[str]]:
    """Return the commands to be tried next."""
    where = [] if folder == registry_folder(argparse.Namespace()) else ["--registry", str(folder)]
    then, _, boom = (str(into / name) for name in FILES)
    rows = ["--reference", then, "--current", boom, "--outcomes", boom, "--time", TIME]
    return [
        ["course", "serve", *where],
        ["course", "monitor", *where, *rows],
        ["course", "retrain", *where, "--data", then, boom, "--time", TIME],
    ]


def _shell_line(command: list[str]) -> str:
    import shlex
    import subprocess

    return "  " + (subprocess.list2cmdline(command) if sys.platform == "win32" else shlex.join(command))


def _recipe(args: argparse.Namespace):
    """Return what is wanted of the model; Refusal if a unit or a limit says nothing."""
    from course_utils.deploy.recipe import Recipe

    units = dict(_pair(text, "--unit", "COLUMN=UNIT") for text in args.unit)
    if args.target not in units or len(units) < 2:
        raise Refusal(
            f"units came for {', '.join(units)}; the target {args.target!r} and one feature or more need one"
        )
    limits = dict(_pair(text, "--limit", "COLUMN=LOW:HIGH") for text in args.limit)
    features = tuple(name for name in units if name != args.target)
    ranges = {name: _range(text) for name, text in limits.items()}
    return Recipe(args.name, args.purpose, features, args.target, units, ranges)


def _require_within(recipe, X) -> None:
    """Raise Refusal if a row contradicts a limit that was given: one of the two is wrong."""
    for name, (low, high) in recipe.limits.items():
        if name not in recipe.feature_names:
            raise Refusal(f"--limit is given for {name!r}, which has no --unit: it is no feature")
        column = X[:, recipe.feature_names.index(name)]
        outside = column[(column < low) | (column > high)]
        if len(outside):
            raise Refusal(
                f"{len(outside)} row(s) have {name!r} outside {low:g} to {high:g}, the first {outside[0]:g}"
            )


def _pair(text: str, option: str, wanted: str) -> tuple[str, str]:
    name, found, value = text.rpartition("=") if option == "--limit" else text.partition("=")
    if not (found and name and value):
        raise Refusal(f"{option} {text!r:.80} says nothing; {wanted} is needed")
    return name, value


def _range(text: str) -> tuple[float, float]:
    low, _, high = text.partition(":")
    try:
        return float(low), float(high)
    except ValueError:
        raise Refusal(f"the limit {text!r:.80} is no range; LOW:HIGH is needed, as 1:10") from None
