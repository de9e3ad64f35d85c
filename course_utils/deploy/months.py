"""Times as months since the year 0, so that a window can be a month: 2009-01 is 2009 * 12, its 16th about a half more.

Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

import calendar
from datetime import UTC, datetime

JANUARY = "-01"


def month_of(text: str) -> float:
    """Return the month of a year, a month, a day or a time in ISO 8601; ValueError for anything else."""
    try:
        return month_at(datetime.fromisoformat(text + JANUARY * max(0, 2 - text[:10].count("-"))))
    except ValueError as error:
        raise ValueError(f"{text!r:.80} is no time: {error}") from None


def month_at(moment: datetime | float) -> float:
    """Return the month of a moment; a number is seconds since 1970."""
    if not isinstance(moment, datetime):
        moment = datetime.fromtimestamp(moment, UTC)
    days = calendar.monthrange(moment.year, moment.month)[1]
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6
    return moment.year * 12 + moment.month - 1 + (moment.day - 1 + seconds / 86_400) / days


def month_text(month: float) -> str:
    """Return the month in which a time lies as ISO 8601 writes it: 2009-01."""
    year, number = divmod(int(month), 12)
    return f"{year:04}-{number + 1:02}"
