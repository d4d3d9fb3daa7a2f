"""Which periods are held against each other. Pure.

Periods follow the calendar and today, never the data: where the data begins is itself something about people.
"""

from __future__ import annotations

import calendar
from datetime import date

from bot.insights.columns import month_of
from bot.insights.model import Filters

QUARTER = 3  # months
MOST_PERIODS = 8
LONGEST_BY_MONTH = 6
"""Months; a longer view is cut into quarters."""


def periods(filters: Filters, today: date) -> list[Filters]:
    """A view cut into months, or into quarters of the year; the latest ones, oldest first."""
    first = None if filters.since is None else month_of(filters.since)
    last = min(month_of(filters.until or today), month_of(today))
    by_month = first is not None and last - first < LONGEST_BY_MONTH
    step = 1 if by_month else QUARTER
    start = last - last % step
    cut = [(start - step * back, start - step * back + step - 1) for back in range(MOST_PERIODS)]
    inside = [(max(a, first or a), min(b, last)) for a, b in cut if first is None or b >= first]
    return [_view(filters.service, a, b) for a, b in reversed(inside) if a <= b]


def now_and_before(filters: Filters, today: date) -> tuple[Filters, Filters]:
    """The view and one as long just before it. A view without both ends stands for the last three whole months."""
    if filters.since is not None and filters.until is not None:
        first, last = month_of(filters.since), month_of(filters.until)
    else:
        last = month_of(today) - 1
        first = last - QUARTER + 1
    length = last - first + 1
    return _view(filters.service, first, last), _view(filters.service, first - length, first - 1)


def _view(service: str | None, first: int, last: int) -> Filters:
    start, end = (divmod(month, 12) for month in (first, last))
    until = date(end[0], end[1] + 1, calendar.monthrange(end[0], end[1] + 1)[1])
    return Filters(service, date(start[0], start[1] + 1, 1), until)
