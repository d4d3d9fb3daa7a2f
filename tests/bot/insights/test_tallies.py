"""Tallies that are kept up with changes are the ones that a fresh count gives. Pure functions; no database."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.insights.columns import Book, Columns, row_of
from bot.insights.model import Filters, PointFacts
from bot.insights.tally import MARKS, Tally, tally_of

THEMES = ("food_and_drink", "cost_and_money", "family_and_carers")
VIEWS = (Filters(), Filters("a"), Filters("b", date(2026, 1, 1), date(2026, 1, 31)), Filters(None, date(2026, 2, 1)))

point = st.builds(
    PointFacts,
    person=st.integers(0, 12),
    service=st.sampled_from("ab"),
    day=st.sampled_from([date(2026, month, 1) for month in (1, 2, 3)]),
    themes=st.lists(st.sampled_from(THEMES), max_size=2, unique=True).map(tuple),
    kinds=st.lists(st.sampled_from(MARKS[:6]), min_size=1, max_size=2, unique=True).map(tuple),
    sentiment=st.sampled_from(MARKS[6:10]),
    sense=st.none() | st.sampled_from(MARKS[10:]),
    beans=st.none() | st.integers(0, 10),
    kept=st.booleans(),
    confirmed=st.booleans(),
    proxy=st.booleans(),
    sample=st.booleans(),
)
points = st.lists(point, max_size=40)


def naive(made: list[PointFacts], filters: Filters) -> dict[str, int]:
    """The plainest way to count, for comparison."""
    since, until = filters.since or date.min, filters.until or date.max
    here = [one for one in made if filters.service in (None, one.service) and since <= one.day <= until]
    headline = [one for one in here if one.kept and one.confirmed and not one.proxy]
    laid = [one for one in here if one.beans and one.confirmed and not one.proxy]
    found = {"heard": len({one.person for one in headline})}
    for mark in MARKS:
        found[mark] = len({one.person for one in headline if mark in (*one.kinds, one.sentiment, one.sense)})
    for theme in THEMES:
        of = [one for one in headline if theme in one.themes]
        main = [one for one in laid if one.themes[:1] == (theme,)]
        found[f"{theme} people"] = len({one.person for one in of})
        found[f"{theme} beans"] = sum(one.beans or 0 for one in main)
        found[f"{theme} givers"] = len({one.person for one in main})
        for mark in MARKS:
            found[f"{theme} {mark}"] = len({one.person for one in of if mark in (*one.kinds, one.sentiment, one.sense)})
    found["proxies"] = len({one.person for one in here if one.kept and one.confirmed and one.proxy})
    found["unconfirmed"] = len({one.person for one in here if one.kept and not one.confirmed and not one.proxy})
    found["samples"] = sum(one.sample for one in here)
    return found


def flat(tally: Tally) -> dict[str, int]:
    found = {"heard": tally.heard} | dict(zip(MARKS, map(int, tally.marks), strict=True))
    for theme in THEMES:
        names = (f"{theme} people", f"{theme} beans", f"{theme} givers", *(f"{theme} {mark}" for mark in MARKS))
        found |= dict(zip(names, map(int, tally.theme(theme)), strict=True))
    return found | {"proxies": tally.proxies, "unconfirmed": tally.unconfirmed, "samples": tally.samples}


@settings(max_examples=80, deadline=None)
@given(points)
def test_a_tally_counts_as_the_plainest_way_does(made: list[PointFacts]) -> None:
    columns = Columns.of(made)
    for view in VIEWS:
        assert flat(tally_of(columns.within(view))) == naive(made, view)


@settings(max_examples=80, deadline=None)
@given(points, st.lists(st.tuples(st.sets(st.integers(0, 12), min_size=1, max_size=4), points), max_size=4))
def test_what_is_kept_up_is_what_is_counted_anew(
    made: list[PointFacts], steps: list[tuple[set[int], list[PointFacts]]]
) -> None:
    book = Book.new()
    columns = Columns.of_rows(book, [row_of(book, one) for one in made])
    tallies = {view: tally_of(columns.within(view)) for view in VIEWS}
    for people, later in steps:
        now = [one for one in later if one.person in people]
        fresh = Columns.of_rows(book, [row_of(book, one) for one in now])
        stale = columns.of_people(sorted(people))
        for view in VIEWS:
            tallies[view] = tallies[view].changed(tally_of(stale.within(view)), tally_of(fresh.within(view)))
        columns = columns.with_people(sorted(people), fresh)
        made = [one for one in made if one.person not in people] + now
        assert list(columns.person) == sorted(one.person for one in made)
        assert bool(np.all(np.diff(columns.person) >= 0))
    for view in VIEWS:
        assert flat(tallies[view]) == naive(made, view)
