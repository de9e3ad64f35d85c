"""Prints at the end of a run what every attack on the grader came to, beside what stock nbgrader made of it.

tests/conftest.py names this plugin. The rows travel as properties of the reports, so that they also arrive from the
workers of a parallel run. The column of stock nbgrader was measured by `course bench grading` and is read from a file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pytest

from course_utils.lessons.catalogue import ROOT

PROPERTY = "attack"
STOCK = ROOT / "benchmarks" / "grading" / "stock_nbgrader.json"
HARMS = ("read", "written", "reached", "left", "forged", "markup")


@dataclass(frozen=True)
class Row:
    """What one attack came to.

    Attributes
    ----------
    name : str
    honest, points : float
        What the same answers are worth, and what they got; None where the submission was lost.
    seconds : float
    read, written, reached, left, forged, markup : bool
        Whether it has read a secret, written outside, reached the network, left a process running, changed what the
        gradebook says of it or of others, or put a script of its own into the feedback page.
    note : str
        How the run ended, if not by itself.
    """

    name: str
    honest: float
    points: float | None
    seconds: float
    read: bool = False
    written: bool = False
    reached: bool = False
    left: bool = False
    forged: bool = False
    markup: bool = False
    note: str = ""

    @property
    def harm(self) -> str:
        """What it did beside getting points, in words."""
        done = [harm for harm in HARMS if getattr(self, harm)] + [self.note] * bool(self.note)
        return ", ".join(done) or "-"

    @property
    def wins(self) -> bool:
        """Whether the attack got what it should not have got."""
        return (self.points or 0) > self.honest or any(getattr(self, harm) for harm in HARMS)


def record_attack(record_property, row: Row) -> None:
    """Leave the row for the table."""
    record_property(PROPERTY, asdict(row))


def pytest_terminal_summary(terminalreporter):
    """Print the table, where an attack was tested at all."""
    groups = terminalreporter.stats.values()
    reports = [report for group in groups for report in group if isinstance(report, pytest.TestReport)]
    rows = [
        Row(**value)
        for report in reports
        if report.when == "call"
        for name, value in report.user_properties
        if name == PROPERTY
    ]
    if rows:
        terminalreporter.section("attacks on the grader")
        for line in table(rows, stored()):
            terminalreporter.line(line)


def stored() -> dict[str, Any] | None:
    """Return what was measured of stock nbgrader, if anything was."""
    return json.loads(STOCK.read_text(encoding="utf-8")) if STOCK.is_file() else None


def table(rows: Sequence[Row], stock: Mapping[str, Any] | None) -> list[str]:
    """Return the lines: a heading, a line an attack, and what they come to."""
    theirs = {row["name"]: Row(**row) for row in stock["rows"]} if stock else {}
    name = f"nbgrader {stock['nbgrader']}, {stock['date']}" if stock else "nbgrader: `course bench grading`"
    heading = f"{'attack':42} honest | ours     s harm              | {name}"
    lines = [heading, "-" * len(heading)]
    lines += [_line(row, theirs.get(row.name)) for row in sorted(rows, key=lambda row: row.name)]
    return [*lines, "", *_sums(rows, theirs)]


def _line(row: Row, theirs: Row | None) -> str:
    ours = f"{_points(row):>4} {row.seconds:5.1f} {row.harm:17}"
    beside = f"{_points(theirs):>4} {theirs.seconds:5.1f} {theirs.harm}" if theirs else "not measured"
    return f"{row.name[:42]:42} {row.honest:6g} | {ours} | {beside}"


def _points(row: Row) -> str:
    return "lost" if row.points is None else f"{row.points:g}"


def _sums(rows: Sequence[Row], theirs: Mapping[str, Row]) -> list[str]:
    lines = [
        f"ours: {sum(row.wins for row in rows)} of {len(rows)} attacks got anything that they should not get"
    ]
    shared = [theirs[row.name] for row in rows if row.name in theirs]
    if shared:
        lost = sum(row.points is None for row in shared)
        won = sum(row.wins for row in shared)
        lines.append(f"stock nbgrader: {won} of {len(shared)} did, and {lost} cost a submission its marks")
    return lines
