"""Shares with their uncertainty, and which periods are compared. Pure functions."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.insights import Brief, Cell, Filters, differences, periods, share
from bot.insights.intervals import wilson
from bot.insights.periods import now_and_before
from bot.insights.suppression import publish

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (50, 100, 0.4038, 0.5962)],
)
def test_wilson(part: int, whole: int, low: float, high: float) -> None:
    """Source of the figures: R 4, `binom::binom.wilson`."""
    assert wilson(part, whole) == pytest.approx((low, high), abs=0.0001)


@given(st.integers(5, 400), st.data(), st.booleans())
def test_an_interval_holds_whatever_rounding_leaves_open(whole: int, data: st.DataObject, exact: bool) -> None:
    part = data.draw(st.integers(5, whole))
    found = share(publish(part, exact=exact), publish(whole, exact=exact))
    assert found is not None
    low, high = wilson(part, whole)
    assert found.low <= low + 1e-9
    assert found.high >= high - 1e-9
    assert found.low - 1e-9 <= found.middle <= found.high + 1e-9


def test_nothing_hidden_has_a_share() -> None:
    assert share(Cell(), Cell(20)) is None
    assert share(Cell(10), Cell()) is None


def brief(heard: int, food: int, negative: int) -> Brief:
    cells = [publish(count, exact=False) for count in (heard, food, negative)]
    return Brief(Filters(), cells[0], {"food": cells[1]}, {"negative": cells[2]})


def test_only_what_is_sure_is_a_change() -> None:
    (change,) = differences(brief(200, 20, 100), brief(200, 120, 110))
    assert (change.about, change.name) == ("theme", "food")
    assert change.now.low > change.before.high
    assert differences(brief(200, 100, 100), brief(200, 115, 110)) == []
    assert differences(brief(200, 4, 100), brief(200, 120, 110)) == []


@pytest.mark.parametrize(
    ("view", "first", "last", "many"),
    [
        (Filters("a"), "2025-01-01", "2026-12-31", 8),
        (Filters(None, date(2026, 6, 10), date(2026, 9, 2)), "2026-06-01", "2026-09-30", 4),
        (Filters(None, date(2026, 1, 1), date(2026, 11, 25)), "2026-01-01", "2026-11-30", 4),
        (Filters(None, None, date(2026, 5, 1)), "2024-07-01", "2026-05-31", 8),
    ],
)
def test_periods_follow_the_calendar(view: Filters, first: str, last: str, many: int) -> None:
    found = periods(view, TODAY)
    assert len(found) == many
    assert (str(found[0].since), {part.service for part in found}) == (first, {view.service})
    assert str(found[-1].until) <= last
    for part, following in pairwise(found):
        assert part.until is not None
        assert following.since is not None
        assert (following.since - part.until).days == 1
    assert all(part == part.whole_months() for part in found)


def test_now_and_before() -> None:
    now, before = now_and_before(Filters("a"), TODAY)
    assert now == Filters("a", date(2026, 8, 1), date(2026, 10, 31))
    assert before == Filters("a", date(2026, 5, 1), date(2026, 7, 31))
    now, before = now_and_before(Filters(None, date(2026, 1, 5), date(2026, 2, 5)), TODAY)
    assert (now.since, now.until) == (date(2026, 1, 1), date(2026, 2, 28))
    assert (before.since, before.until) == (date(2025, 11, 1), date(2025, 12, 31))
