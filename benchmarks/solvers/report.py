"""Says what was measured, for the terminal and for the README; all numbers are those of the results."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from benchmarks.solvers.comparing import WITNESS, Comparison, compare, worst
from benchmarks.solvers.libraries import OURS
from benchmarks.solvers.tasks import SCENES_OF

OPENING = """# The compiled LASSO beside the libraries

`course bench solvers`, `path`, `cv` and `bootstrap` write this page, `results.json` and the figures beside it.
`course bench solvers --setup` first installs the libraries, from the lock `requirements.txt`, into an environment that
nothing else uses; `--only TEXT` measures some problems, `--quick` two small ones, and neither stores anything.

    (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1,       lam = lam_max / 10, / 50, / 100

How it is measured:

- **One process, one thread.** All contenders take turns in one process; another one begins each round. Its
  libraries of matrices have one thread, set before NumPy was imported and checked with threadpoolctl before and
  after. What counts is the processor time of the whole process, so that a second thread would count too, and
  busy neighbours count little. Calls that take less than 4 ms are repeated within a round. The median of the
  rounds is compared; behind it stand the lowest and the highest.
- **One gap.** (primal - dual) / (||y - mean||^2 / 2n), computed by a few lines of NumPy in float64
  (`verifying.py`) which neither our solver nor a library uses. Each library gets the loosest tolerance, on a
  grid of quarters of a decade, with which its solution has that gap, in each cell anew. Ours is called with the
  gap itself as its tolerance, and may solve better than was asked: it checks only after a pass over X.
- **Each library at its best.** `libraries.py` has every way that was tried: scikit-learn, skglm and adelie with
  and without the products of all columns, celer with small and large first working sets, the path solvers
  straight at lam and over penalties on the way there. The quickest way of each library that reaches the gap is
  the one that is timed. X lies in the order that the library wants (C for skein-glm, Fortran for all others);
  putting it there is not counted. Large listed problems have a centred y and no intercept, the others fit one. Who
  has no intercept on a path gets centred data, and the centring counts, as it would inside.
- **Who misses.** A library is given up for a gap when a trial that still misses it takes more than {hopeless}
  times our whole time ({witness}: {hopeless_witness} times). The tables then say `missed`, how near it came,
  and in what time; where nobody else is quicker, the ratio is given as larger (>) than that trial's. A library
  that misses every gap, or takes more than {aside} times our time, is not run at the weaker penalties of the
  same problem, {witness} excepted. Who is more than {far} times slower and needs more than {slow} s has one run
  instead of rounds, marked "once".
- **Ratios.** Their time divided by ours: 2 means that we take half as long, and anything below 1 is a LOSS.
  Problems in *italics* are in no list of goals: nothing was tuned on them.

Figures from one machine on one day; compare rows with each other, and none with those of another day.
"""
TITLES = {
    "solvers": "One lam",
    "path": "A path: 100 lams, down to lam_max / 100",
    "cv": "Five-fold cross-validation: the same folds, the same 100 lams",
    "bootstrap": "Bootstrap: the paths of 200 resamples, 50 lams down to lam_max / 100",
}
ABOUT = {
    "solvers": (
        "The goal is about the best library of each cell; for 20 x 5 and 50 x 20 it is to be no slower than "
        "scikit-learn, but who is quicker counts as a loss there too."
    ),
    "path": "The goal is about the best library of each cell; the gap is the largest of the whole path.",
    "cv": (
        "The goal is about scikit-learn's `LassoCV`: with its own tolerance of 1e-4 for up to 100 features, and else "
        "with 1e-6. `looped` calls a library's path on the training rows of each fold, with the tolerance that reaches "
        "1e-6 on all of them; a library's own cross-validation does more. (celer's `LassoCV` fails under this "
        "scikit-learn; those of adelie and python-glmnet draw their own folds.) Each curve of errors is compared with "
        "one from solutions whose gaps were verified to be below 1e-8."
    ),
    "bootstrap": (
        "The goal is about a loop over scikit-learn's `lasso_path` with tol=1e-6, as one would write it: rows drawn "
        "with replacement, taken out of X, centred, and solved. `looped` does the same with each library's best way, "
        "whose tolerance reaches the gap on the first three resamples. Every loop sees the same rows as ours; it runs "
        "on the first few, and its time is scaled to 200. Our gap is the largest over 20 resamples and all lams."
    ),
}


def readme(results: Mapping[str, Mapping]) -> str:
    """Return the page of all tables that were measured."""
    from benchmarks.solvers.at_best import HOPELESS, HOPELESS_WITNESS
    from benchmarks.solvers.cells import ASIDE
    from benchmarks.solvers.measuring import FAR_BEHIND, SLOW

    limits = {"hopeless": HOPELESS, "hopeless_witness": HOPELESS_WITNESS, "aside": ASIDE, "far": FAR_BEHIND}
    limits |= {"slow": SLOW}
    return OPENING.format(**limits, witness=WITNESS) + "".join(
        section(name, results[name]) for name in TITLES if name in results
    )


def section(name: str, results: Mapping) -> str:
    """Return one part of the page: what came out, the worst cell of each problem, the figure, and every cell."""
    comparisons = [compare(cell) for cell in results["cells"]]
    versions = ", ".join(f"{library} {version}" for library, version in results["versions"].items())
    loads, dates = zip(*((cell["load"], cell["date"]) for cell in results["cells"]), strict=True)
    measured = (
        f"`{results['command']}`, {max(dates)}, Python {results['python']}, {results['cores']} cores, load "
        f"{min(loads)} to {max(loads)}, {results['rounds']} rounds, {results['minutes']} minutes of the "
        f"processor; {versions}."
    )
    rows = [_worst_row(one) for one in worst(comparisons)]
    table = "| problem | worst cell | goal, against whom | ratio | best library | its ratio | verdict |\n"
    table += f"|{'---|' * 7}\n"
    picture = f"![Their time divided by ours in each cell; the table below has the numbers.]({name}.png)"
    about = " ".join([ABOUT[name], *not_yet(name, results["cells"])])
    parts = [
        f"## {TITLES[name]}",
        about,
        verdict(comparisons),
        table + "\n".join(rows),
        picture,
        measured,
    ]
    return "\n" + "\n\n".join([*parts, every_cell(results["cells"])]) + "\n"


def not_yet(name: str, cells) -> list[str]:
    """Return a sentence that names the problems of a table that were not measured, if there are any."""
    measured = {cell["scene"] for cell in cells}
    missing = [scene.name for scene in SCENES_OF[name] if scene.name not in measured]
    return [f"Not measured yet: {', '.join(missing)}."] if missing else []


def every_cell(cells) -> str:
    """Return the table of all contenders in all cells: milliseconds, spread, verified gap."""
    names = list(dict.fromkeys(one["name"] for cell in cells for one in cell["contenders"]))
    head = f"| cell | {' | '.join(names)} | ratio | verdict |\n|{'---|' * (len(names) + 3)}\n"
    rows = []
    for cell in cells:
        found = {one["name"]: _entry(one) for one in cell["contenders"]}
        comparison = compare(cell)
        entries = [found.get(name, "") for name in names]
        rows.append(
            f"| {_cell_name(comparison)} | {' | '.join(entries)} | {_ratio(comparison)} | {comparison.verdict} |"
        )
    about = "Milliseconds: median (lowest to highest; verified gap).\n\n"
    return "<details><summary>Every cell</summary>\n\n" + about + head + "\n".join(rows) + "\n\n</details>"


def lines(name: str, results: Mapping) -> list[str]:
    """Return the lines for the terminal, one a cell."""
    comparisons = [compare(cell) for cell in results["cells"]]
    text = [f"{TITLES[name]}: their time divided by ours, at one verified gap", ""]
    for cell, one in zip(results["cells"], comparisons, strict=True):
        where = f"{one.scene} /{one.divisor} gap {one.gap:.0e}"
        against = f"{_ratio(one):>7} {one.rival:22} {WITNESS} {_times(one.witness_ratio):>7}"
        text.append(f"{where:45}{1e3 * one.ours:10.3f} ms {against}  {one.verdict}")
        text += [
            f"{'':12}{other['name']}: missed, {other['missed']}"
            for other in cell["contenders"]
            if other["missed"]
        ]
        text += [f"{'':12}{other['name']}: {other['note']}" for other in cell["contenders"] if other["note"]]
    return [*text, "", f"{results['minutes']} minutes of the processor", verdict(comparisons)]


def verdict(comparisons: list[Comparison]) -> str:
    """Return what came out in a few sentences, losses as plainly as wins."""
    lost = [one for one in comparisons if one.verdict.startswith("LOSS")]
    short = [one for one in comparisons if one.verdict.startswith("short")]
    said = [
        f"Of {len(comparisons)} cells {len(comparisons) - len(lost) - len(short)} are wins, {len(short)} are short of "
        f"the goal, and {len(lost)} are losses."
    ]
    if lost:
        said.append("Losses: " + "; ".join(_in_words(one) for one in lost) + ".")
    if short:
        said.append("Short: " + "; ".join(_in_words(one) for one in short) + ".")
    beside = [one for one in comparisons if one.witness_ratio is not None]
    if beside:
        lowest = min(beside, key=lambda one: one.witness_ratio)
        said.append(
            f"Against {WITNESS} the lowest ratio is {_times(lowest.witness_ratio)} ({_cell_name(lowest, plain=True)})."
        )
    return " ".join(said)


def _in_words(one: Comparison) -> str:
    return f"{_cell_name(one, plain=True)} {_ratio(one)} ({one.rival})"


def _cell_name(one: Comparison, *, plain: bool = False) -> str:
    scene = one.scene if one.listed or plain else f"*{one.scene}*"
    return f"{scene}, 1/{one.divisor}, gap {one.gap:.0e}"


def _worst_row(one: Comparison) -> str:
    scene = one.scene if one.listed else f"*{one.scene}*"
    cell = f"1/{one.divisor}, gap {one.gap:.0e}"
    goal = f"{one.goal:g}, {one.rival}"
    return f"| {scene} | {cell} | {goal} | {_ratio(one)} | {one.best} | {_times(one.best_ratio)} | {one.verdict} |"


def _ratio(one: Comparison) -> str:
    return "> " * one.bounded + _times(one.ratio)


def _times(ratio: float | None) -> str:
    if ratio is None:
        return "-"
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def _entry(one: Mapping) -> str:
    if one["missed"]:
        return f"missed: {' '.join(one['missed'].split())}".replace("|", "/")
    gap = "" if one["gap"] is None else f"; {one['gap']:.0e}"
    spread = (
        f"{_ms(min(one['seconds']))} to {_ms(max(one['seconds']))}" if len(one["seconds"]) > 1 else "once"
    )
    bold = "**" * (one["name"] == OURS)
    note = f" {one['note']}" if one["note"] else ""
    return f"{bold}{_ms(median(one['seconds']))}{bold} ({spread}{gap}){note}"


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:.3g}" if seconds < 1 else f"{1e3 * seconds:.0f}"
