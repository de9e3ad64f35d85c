"""Says what was measured, for the terminal and for the README; all numbers are those of the results."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.serving.contenders import BASELINE, OURS

OPENING = """# One prediction over HTTP

`course bench serving` writes this page and `results.json` beside it; `course bench serving --setup` installs the
other servers first, into an environment that nothing else uses.

Every service predicts the price of a house from eight features with the same LASSO, and was seen to predict the right
price. Measured on {date}, Python {python}, {cores} cores, load {before} before and {after} afterwards: {rounds} rounds,
in each of which every service in turn gets {requests:,} requests over {connections} connections at once, one worker
each. What counts is the processor time of the service and its children for a request, by the system's clock: how fast
the client is, or how long a request waits for a processor, does not enter it. The load of the machine does, as far as
it drives data out of the processor's caches: compare rows of this table, and none with those of another day.

"""
TABLE = """| | processor time, µs a request, median | lowest and highest round | memory, MB | beside the first |
|---|---|---|---|---|
"""
CLOSING = """
- The tutorial's service is a pickled scaler and a pickled scikit-learn model behind a route of Flask, which takes a
  list of numbers, checks nothing and answers every fault with 400 (tutorial_flask.py). The development server closes
  each connection after its answer, and so does gunicorn's usual worker: beside them stands our row with a connection
  for each request. The shares in the sentence above are those of our first row.
- `course serve` has everything on: the key, the contract of the model, the log of predictions in SQLite, the metrics, a
  JSON line for each request. Only the limit of requests a second is off. It predicts with NumPy, without scikit-learn.
  Where httptools is installed, uvicorn reads requests with it, and else with h11, which takes longer.
- MLServer has its own metrics and protocol on, and runs its model with scikit-learn in the process that answers.

Ours: {ours}. Theirs: {theirs}.
"""


def readme(results: Mapping) -> str:
    """Return the page."""
    named = {name: results[name] for name in ("date", "python", "cores", "rounds", "requests", "connections")}
    text = OPENING.format(**named, before=results["load before"], after=results["load after"]) + TABLE
    text += "".join(f"{_row(one, results)}\n" for one in results["contenders"])
    versions = {
        side: ", ".join(f"{name} {version}" for name, version in results[f"{side} versions"].items())
        for side in ("our", "their")
    }
    closing = CLOSING.format(ours=versions["our"], theirs=versions["their"])
    return f"{text}\n{verdict(results)}\n{closing}"


def lines(results: Mapping) -> list[str]:
    """Return the lines for the terminal."""
    text = [f"{'processor time, µs a request':45}  median   lowest  highest    MB"]
    for one in results["contenders"]:
        numbers = f"{one['median']:8.1f} {one['lowest']:8.1f} {one['highest']:8.1f} {one['megabytes']:5.0f}"
        text.append(f"{one['name']:45} {one['failed'] or numbers}")
    load = f"load {results['load before']} before, {results['load after']} afterwards"
    return [*text, "", load, verdict(results)]


def verdict(results: Mapping) -> str:
    """Return the comparisons that count, losses as plainly as wins: ours beside every other."""
    figures = {one["name"]: one["median"] for one in results["contenders"] if one["median"]}
    ours = figures.get(OURS)
    shares = {name: ours / figure for name, figure in figures.items() if ours and not name.startswith(OURS)}
    if not shares:
        return "One side could not be measured: there is no comparison."
    said = ", ".join(f"{share:.2f} of that of `{name}`" for name, share in shares.items())
    lost = [f"`{name}`" for name, share in shares.items() if share > 1]
    end = f"It takes more than {' and '.join(lost)}." if lost else "None of them takes less."
    return f"The processor time of `{OURS}` is {said}. {end}"


def _row(one: Mapping, results: Mapping) -> str:
    if one["failed"]:
        return f"| {one['name']} | failed | {' '.join(one['failed'].split())} | | |"
    first = next(entry["median"] for entry in results["contenders"] if entry["name"] == BASELINE)
    share = f"{one['median'] / first:.2f}" if first else ""
    spread = f"{one['lowest']:.0f} and {one['highest']:.0f}"
    return f"| {one['name']} | {one['median']:.0f} | {spread} | {one['megabytes']:.0f} | {share} |"
