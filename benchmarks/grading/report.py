"""Says what was measured, for the terminal and for the README; all numbers are those of the files."""

from __future__ import annotations

from collections.abc import Mapping

from attack_table import HARMS, Row

OPENING = """# Grading a class, beside stock nbgrader

`course bench grading` writes this page and the two files beside it. Stock nbgrader is measured with its own settings,
time-outs aside, as a user of the machine who can read and write the class.
"""
SPEED = """
## Submissions a minute

{submissions} submissions of problem set 1, from worked solutions to nothing, graded {runs} times by each contender in
turns, each run on a fresh copy of the class ({date}, {cores} cores, load afterwards {load}, Python {python}, nbgrader
{nbgrader}). Every run was checked: marks of everybody in the gradebook, full ones for the worked solutions, none for
who did nothing. Stock runs the cells of a notebook, the visible examples among them, and a question's points are all or
nothing. Ours runs the same cells in a sandbox and then the hidden checks, which is why its mean is another.

| | submissions a minute, median | slowest and fastest run | mean points |
|---|---|---|---|
"""
ATTACKS = """
## Attacks

The same attacks that our tests hand in to our grader, handed in to stock nbgrader {nbgrader} in an outer sandbox
({date}, Python {python}, {cell} seconds a cell, {all} seconds a submission). A `-` means that nothing was seen to
happen. `lost`: nbgrader ended without marks for the submission, so that a person has to look at it. The outer sandbox
allows 2 GiB of memory, 120 processes and files of 100 MiB; without such limits the bombs would do worse. What became of
the same attacks with our grader, `course test` prints beside this.

| attack | honest points | points got | seconds | what else |
|---|---|---|---|---|
"""


def readme(speed: Mapping | None, attacks: Mapping | None) -> str:
    """Return the page."""
    text = OPENING
    if speed:
        named = {key: speed[key] for key in ("submissions", "runs", "date", "cores", "python", "nbgrader")}
        text += SPEED.format(**named, load=speed["load afterwards"])
        text += "".join(f"{_speed_row(one)}\n" for one in speed["contenders"])
        text += f"\n{verdict(speed)}\n"
    if attacks:
        named = {key: attacks[key] for key in ("nbgrader", "date", "python")}
        text += ATTACKS.format(**named, cell=attacks["seconds for a cell"], all=attacks["seconds for all"])
        text += "".join(f"{_attack_row(Row(**row))}\n" for row in attacks["rows"])
        text += "\n" + "\n".join(_sums(attacks)) + "\n"
    return text


def speed_lines(speed: Mapping | None) -> list[str]:
    """Return the lines for the terminal."""
    if not speed:
        return ["speed: not measured yet"]
    lines = [f"{'submissions a minute':40} median  slowest  fastest  mean points"]
    for one in speed["contenders"]:
        numbers = (
            f"{one['per_minute']:6.1f} {one['slowest']:8.1f} {one['fastest']:8.1f} {one['mean_points']:12.1f}"
        )
        lines.append(f"{one['name']:40} {one['failed'] or numbers}")
    return [*lines, verdict(speed)]


def verdict(speed: Mapping) -> str:
    """Return the comparison that counts: the best of each side, as a department would run it."""
    stock, ours = (
        max((one for one in speed["contenders"] if one["name"].startswith(side)), key=_rate)
        for side in ("nbgrader", "course")
    )
    if not (_rate(stock) and _rate(ours)):
        return "One side could not be measured: there is no comparison."
    ratio = _rate(ours) / _rate(stock)
    words = f"{ratio:.1f} times as fast as" if ratio >= 1 else f"{1 / ratio:.1f} times slower than"
    return f"`{ours['name']}` is {words} `{stock['name']}`, the fastest way of each, hidden checks included."


def attack_lines(attacks: Mapping | None) -> list[str]:
    """Return the lines for the terminal."""
    if not attacks:
        return ["attacks on stock nbgrader: not measured yet"]
    rows = [Row(**row) for row in attacks["rows"]]
    lines = [f"{row.name:42} {row.honest:g} {_points(row):>5} {row.seconds:6.1f}  {row.harm}" for row in rows]
    return [f"attacks on stock nbgrader {attacks['nbgrader']}", *lines, *_sums(attacks)]


def _sums(attacks: Mapping) -> list[str]:
    rows = [Row(**row) for row in attacks["rows"]]
    paid = sum((row.points or 0) > row.honest for row in rows)
    harms = ", ".join(f"{harm} {sum(getattr(row, harm) for row in rows)}" for harm in HARMS)
    lost = sum(row.points is None for row in rows)
    return [
        f"Of {len(rows)} attacks on stock nbgrader {paid} got more points than their answers are worth, and {lost} "
        f"cost the submission its marks. What else was seen, and how often: {harms}."
    ]


def _rate(one: Mapping) -> float:
    return one["per_minute"]


def _points(row: Row) -> str:
    return "lost" if row.points is None else f"{row.points:g}"


def _speed_row(one: Mapping) -> str:
    if one["failed"]:
        return f"| `{one['name']}` | failed | {' '.join(one['failed'].split())} | |"
    spread = f"{one['slowest']:.1f} and {one['fastest']:.1f}"
    return f"| `{one['name']}` | {one['per_minute']:.1f} | {spread} | {one['mean_points']:.1f} |"


def _attack_row(row: Row) -> str:
    return f"| {row.name} | {row.honest:g} | {_points(row)} | {row.seconds:.0f} | {row.harm} |"
