"""Prints at the end of a run how fast the explorers answered.

tests/conftest.py names this plugin. The figures travel as properties of the reports, so that they also arrive from
the workers of a parallel run.
"""

from __future__ import annotations

from dataclasses import asdict

import pytest

from driving.explorers import Answers

ANSWERS, DISPLAY = "explorer answers", "explorer display"
HEAD = "explorer, control              keys  median   min   max   burst  frames  blank  display"


def record_answers(record_property, answers: Answers, display_ms: float) -> None:
    """Leave what was measured of one control, and the ms until its explorer first appeared, for the table."""
    record_property(ANSWERS, asdict(answers) | {DISPLAY: display_ms})


def pytest_terminal_summary(terminalreporter):
    """Print what the tests of the browser took, and the table, where a browser measured at all."""
    groups = terminalreporter.stats.values()
    reports = [report for group in groups for report in group if isinstance(report, pytest.TestReport)]
    reports = [report for report in reports if "browser" in report.keywords]
    measured = [
        value
        for report in reports
        if report.when == "call"
        for name, value in report.user_properties
        if name == ANSWERS
    ]
    if reports:
        terminalreporter.write_line(f"browser tests: {sum(report.duration for report in reports):.0f} s")
    if measured:
        terminalreporter.section("milliseconds from a key press to the next picture")
        for line in table(measured):
            terminalreporter.line(line)


def table(measured: list[dict]) -> list[str]:
    """Return a line a control, its explorer's and its own name first."""
    rows = [dict(row) for row in measured]
    displays = [row.pop(DISPLAY) for row in rows]
    return [HEAD, *(_line(Answers(**row), display) for row, display in zip(rows, displays, strict=True))]


def _line(answers: Answers, display: float) -> str:
    name = f"{answers.explorer}, {answers.control}"
    times = answers.latencies or [float("nan")]
    return (
        f"{name[:30]:30} {len(answers.latencies):4d} {answers.median:7.0f} {min(times):5.0f} {max(times):5.0f} "
        f"{answers.burst_ms:7.0f} {answers.burst_frames:7d} {answers.blank_frames:6d} {display:8.0f}"
    )
