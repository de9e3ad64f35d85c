"""What a comparison of then with now has found, and how a report of many reads.

Lesson: notebooks/08b_monitoring.ipynb
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LINES_SHOWN = 12
NOT_COMPUTED = float("nan")


@dataclass(frozen=True)
class Change:
    """What one comparison found: of the values of a column, or of the share of its values that are missing.

    Attributes
    ----------
    name : the feature, or "prediction"; with " missing" after it where shares of missing values are compared
    n_reference, n_current : values compared (rows, for missing values)
    effect : of values, the Kolmogorov-Smirnov distance: the largest difference between the two shares of rows
        at or below any one value; of missing values, the difference between their shares. From 0 to 1
    shift : mean now minus mean then, in standard deviations of the reference; for reading, rings nothing
    p_value, p_adjusted : the chance of such an effect without a change; the same after Holm's correction
    psi, psi_limit : population stability index, and what chance alone stays below; rings nothing
    significant, large : p_adjusted is below the level; effect is at least what matters
    remark : what a reader should know about this comparison, or ""
    """

    name: str
    n_reference: int
    n_current: int
    effect: float = NOT_COMPUTED
    shift: float = NOT_COMPUTED
    p_value: float = NOT_COMPUTED
    p_adjusted: float = NOT_COMPUTED
    psi: float = NOT_COMPUTED
    psi_limit: float = NOT_COMPUTED
    significant: bool = False
    large: bool = False
    remark: str = ""

    @property
    def alarm(self) -> bool:
        """More than chance, and large enough to matter."""
        return self.significant and self.large

    @property
    def verdict(self) -> str:
        """The two answers in words."""
        if np.isnan(self.p_value):
            return "not compared"
        return {
            (True, True): "ALARM",
            (True, False): "real, small",
            (False, True): "may be chance",
            (False, False): "",
        }[self.significant, self.large]


@dataclass(frozen=True)
class DriftReport:
    """All comparisons, in the order of the columns; printed, the alarms and the largest effects come first."""

    changes: tuple[Change, ...]
    level: float

    @property
    def alarms(self) -> tuple[Change, ...]:
        """The comparisons that ring."""
        return tuple(change for change in self.changes if change.alarm)

    def __getitem__(self, name: str) -> Change:
        for change in self.changes:
            if change.name == name:
                return change
        raise KeyError(f"nothing called {name!r} was compared")

    def __str__(self) -> str:
        first = sorted(self.changes, key=lambda change: (not change.alarm, -np.nan_to_num(change.effect)))
        shown, hidden = first[:LINES_SHOWN], first[LINES_SHOWN:]
        width = max(len(change.name) for change in shown)
        headings = f"{'':{width}}  effect  p (Holm)    shift    PSI  chance  verdict"
        lines = [f"{len(self.alarms)} alarm(s) in {len(self.changes)} comparisons", headings]
        lines += [_line(change, width) for change in shown]
        if hidden:
            lines.append(f"and {len(hidden)} more, {sum(change.alarm for change in hidden)} of them an alarm")
        return "\n".join(lines)


def _line(change: Change, width: int) -> str:
    p = "-" if np.isnan(change.p_adjusted) else f"{change.p_adjusted:.2g}"
    numbers = (
        _number(change.effect, "6.2f"),
        f"{p:>8}",
        _number(change.shift, "+7.2f"),
        _number(change.psi, "5.2f"),
        _number(change.psi_limit, "6.2f"),
    )
    words = "; ".join(filter(None, (change.verdict, change.remark)))
    return f"{change.name:{width}}  {'  '.join(numbers)}  {words}".rstrip()


def _number(value: float, form: str) -> str:
    width = int(form.strip("+").partition(".")[0])
    return f"{'-':>{width}}" if np.isnan(value) else f"{value:{form}}"
