"""Prints at the end of a run what the service has answered to every bad input of tests/test_bad_inputs.py.

tests/conftest.py names this plugin. The rows travel as properties of the reports, so that they also arrive from the
workers of a parallel run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pytest

PROPERTY = "bad input"


@dataclass(frozen=True)
class Row:
    """What one bad input was answered: the status, and the faulty fields, or else the sentence."""

    name: str
    asked: str
    status: int
    told: str


def record_answer(record_property, row: Row) -> None:
    """Leave the row for the table; half a surrogate pair could not travel between processes."""
    record_property(PROPERTY, asdict(row) | {"told": ascii(row.told)})


def pytest_terminal_summary(terminalreporter):
    """Print the table, where a bad input was tested at all."""
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
        terminalreporter.section("bad input to the service")
        for line in table(rows):
            terminalreporter.line(line)


def table(rows: Sequence[Row]) -> list[str]:
    """Return the lines: a heading, a line an input, and what they come to."""
    heading = f"{'sent':42} {'to':28} answer"
    lines = [heading, "-" * len(heading)]
    lines += [f"{row.name[:42]:42} {row.asked[:28]:28} {row.status} {row.told[:62]}" for row in rows]
    faults = sum(row.status >= 500 for row in rows)
    answered = sum(row.status < 400 for row in rows)
    return [
        *lines,
        "",
        f"of {len(rows)} bad inputs {answered} were answered, and {faults} were faults of ours",
    ]
