"""Says at the end of a run how many wrong answers were caught by the hint written for them.

tests/conftest.py names this plugin. The counts travel as properties of the reports, so that they also arrive
from the workers of a parallel run.
"""

from __future__ import annotations

PROPERTY = "wrong answer"


def pytest_terminal_summary(terminalreporter):
    """Print one line, where a wrong answer was tested at all."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, ())
        if report.when == "call" and PROPERTY in dict(report.user_properties)
    ]
    caught = sum(report.passed for report in reports)
    if reports:
        terminalreporter.write_line(
            f"kill rate: {caught} of {len(reports)} wrong answers caught by their own hint"
        )
