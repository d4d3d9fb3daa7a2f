"""No export holds what the page hides. The page's own counting is the judge."""

from __future__ import annotations

import calendar
import io
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from storing import NOW, Clock, consents, contributes, redact, say
from test_suppression import FRAME, MONTHS, SERVICES, inside, views
from test_suppression import points as facts_of_many

from bot.exports import Exports, Format, Released
from bot.exports.release import Candidate, Point, Rules
from bot.insights import Filters, Insights
from bot.insights.counting import overview_of
from bot.insights.model import PointFacts
from bot.records import Records
from bot.storage import Database, Keys
from bot.storage.keys import new_key
from bot.storage.models import ContributionRow
from dialogues.types import BeansPlaced, PointWithdrawn, Voice

MANY = st.lists(facts_of_many, min_size=12, max_size=24).map(lambda several: [*chain.from_iterable(several)])
"""Enough of them that views show something."""

QUOTABLE = st.integers(0, 2**32).map(lambda seed: [Random(seed).random() < 0.9 for _ in range(24 * 160)])


def with_beans(seed: int) -> list[Point]:
    """Five to sixteen people of each service who laid beans, nearly all with leave to quote them."""
    chance = Random(seed)
    return [
        Point(
            PointFacts(
                person=20 * number + person,
                service=service,
                day=chance.choice(MONTHS),
                themes=chance.choice([FRAME[:1], FRAME[:2], FRAME[1:]]),
                kinds=("problem",),
                sentiment="negative",
                beans=chance.randint(0, 10),
                kept=(kept := chance.random() < 0.95),
            ),
            kept and chance.random() < 0.9,
        )
        for number, service in enumerate(SERVICES)
        for person in range(chance.randint(5, 16))
        for _ in range(chance.randint(1, 2))
    ]


def points_of(made: list[PointFacts], quotable: list[bool]) -> list[Point]:
    """Points with their quotes; nothing is quotable that does not count."""
    return [
        Point(facts, may and facts.kept and facts.confirmed and not facts.proxy)
        for facts, may in zip(made, quotable, strict=False)
    ]


def shown(points: list[Point], filters: Filters) -> set[str]:
    """The themes that the page shows in a view."""
    here = [point.facts for point in points if inside(point.facts, filters)]
    services = len({point.facts.service for point in points})
    found = overview_of(here, filters, frame=FRAME, services=services)
    return {theme.theme for theme in found.themes if not theme.people.hidden}


def released(points: list[Point], filters: Filters) -> Iterator[tuple[PointFacts, Released | None]]:
    rules = Rules(filters, points)
    for point in points:
        if point.quotable and inside(point.facts, filters):
            yield point.facts, rules.release(candidate(point.facts))


def candidate(facts: PointFacts) -> Candidate:
    return Candidate(
        quote="words",
        i_statement=None,
        themes=facts.themes,
        kinds=facts.kinds,
        sentiment=facts.sentiment,
        sense=facts.sense,
        beans=facts.beans,
        voice="own",
        service=facts.service,
        day=facts.day,
        sample=False,
    )


def month_of(month: str, service: str | None) -> Filters:
    year, number = map(int, month.split("-"))
    return Filters(service, date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1]))


@settings(max_examples=25, deadline=None)
@given(MANY, QUOTABLE)
def test_a_quote_says_no_more_than_a_view_of_the_page(made: list[PointFacts], quotable: list[bool]) -> None:
    points = points_of(made, quotable)
    page = {filters: shown(points, filters) for filters in views()}
    for filters, on_page in page.items():
        assert Rules(filters, points).themes == on_page
        for facts, quote in released(points, filters):
            themes = tuple(theme for theme in facts.themes if theme in on_page)
            assert (quote is None) is (not themes)
            if quote is None:
                continue
            assert quote.themes == themes
            own = replace(filters, service=facts.service)
            assert (quote.service is not None) is (set(themes) <= page[own])
            month = month_of(f"{facts.day:%Y-%m}", quote.service)
            assert (quote.month is not None) is (set(themes) <= page[month])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32).map(with_beans))
def test_sums_of_beans_less_quotes_tell_of_nobody_or_of_five(points: list[Point]) -> None:
    for service in SERVICES:
        view = Filters(service)
        own = [point.facts for point in points if point.facts.service == service]
        on_page = {theme.theme: theme.beans for theme in overview_of(own, view, frame=FRAME).themes}
        told: dict[str, list[PointFacts]] = {theme: [] for theme in FRAME}
        for filters in views():
            for facts, quote in released(points, filters):
                if quote is not None and quote.beans is not None and facts.service == service:
                    assert facts.themes[0] in quote.themes
                    told[facts.themes[0]].append(facts)
        for theme, given_away in told.items():
            laid = [facts for facts in own if facts.beans and facts.themes[0] == theme]
            counting = [facts for facts in laid if facts.confirmed and not facts.proxy]
            known = {id(facts) for facts in given_away}
            left = {facts.person for facts in counting if id(facts) not in known}
            if given_away:
                assert on_page[theme] is not None
                assert not 0 < len(left) < 5


def test_beans_are_given_where_everybody_lets_them() -> None:
    facts = [
        PointFacts(person, "a", date(2026, 1, 5), ("food_and_drink",), ("problem",), "negative", beans=3)
        for person in range(8)
    ]
    for kept_back, told in ((0, 3), (1, None), (4, None)):
        points = [Point(each, number >= kept_back) for number, each in enumerate(facts)]
        (_, quote), *_ = released(points, Filters("a"))
        assert quote is not None
        assert quote.beans == told


def test_memory_of_people_stops_at_five() -> None:
    facts = [PointFacts(n, "a", date(2026, 1, 5), ("x",), (), "negative", beans=1) for n in range(1000)]
    rules = Rules(Filters(), [Point(each, False) for each in facts])
    cells = (rules._people, rules._all_time, rules._laid, rules._kept_back)
    assert max(len(people) for several in cells for people in several.values()) == 5


SAID = st.lists(
    st.fixed_dictionaries(
        {
            "service": st.sampled_from(["home", "other"]),
            "months": st.integers(0, 1),
            "themes": st.sampled_from([("food_and_drink",), ("cost_and_money", "food_and_drink")]),
            "quote": st.booleans() | st.just(True),
            "confirmed": st.booleans() | st.just(True),
            "checked": st.booleans() | st.just(True),
            "voice": st.sampled_from([Voice.OWN, Voice.OWN, Voice.RELAYED, Voice.PROXY]),
            "withdrawn": st.sampled_from([False, False, False, True]),
            "beans": st.booleans(),
        }
    ),
    min_size=6,
    max_size=24,
)


@settings(max_examples=10, deadline=None)
@given(SAID)
async def test_exports_hold_what_the_page_shows(said: list[dict[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(f"sqlite:///{folder}/sayso.db")
        records = Records(database, Keys([new_key()]), redact, Clock())
        for service in ("home", "other"):
            await records.ensure_service(service, name=service, kind="home_care")
        for number, one in enumerate(said):
            words = f"the pie number {number}. was cold"
            await _says(records, words, one)
            day = NOW + timedelta(days=31 * int(str(one["months"])))
            known = {"redaction_checked": one["checked"], "created_at": day}
            async with database.write() as connection:
                await connection.execute(update(ContributionRow).where(ContributionRow.quote == words).values(known))
        may, june = date(NOW.year, 5, 1), date(NOW.year, 6, 1)
        for service in (None, "home", "other"):
            for since, until in ((None, None), (may, may), (june, None)):
                await _agree(database, Filters(service, since, until), said)
        await database.close()


async def _says(records: Records, words: str, one: dict[str, object]) -> None:
    conversation_id = await contributes(
        records,
        words,
        service=str(one["service"]),
        given=consents(quote=bool(one["quote"])),
        confirmed=bool(one["confirmed"]),
        voice=Voice(str(one["voice"])),
        themes=one["themes"],
    )
    if one["beans"]:
        await say(records, conversation_id, "ten on it", BeansPlaced((("p1", 10),)))
    if one["withdrawn"]:
        await say(records, conversation_id, "take it back", PointWithdrawn("p1"))


async def _agree(database: Database, filters: Filters, said: list[dict[str, object]]) -> None:
    """The page lists the same quotes under the same themes, and every format holds the same of them."""
    page = {
        (quote.quote, quote.themes, quote.sentiment): quote.service
        for quote in await Insights(database).all_quotes(filters)
    }
    files = {format: io.BytesIO() for format in (Format.CSV, Format.JSONL, Format.FHIR)}
    for format, file in files.items():
        exports = Exports(database, Clock(), names={}, wording="1")
        assert await exports.write(format, file, filters, asked_by="Alice") == len(page)
    rows = [json.loads(line) for line in files[Format.JSONL].getvalue().splitlines()]
    assert {(row["quote"], tuple(row["themes"]), row["sentiment"]) for row in rows} == set(page)
    for row in rows:
        on_page = page[row["quote"], tuple(row["themes"]), row["sentiment"]]
        assert row["service"] in {on_page, None}
        assert filters != Filters(filters.service) or row["service"] == on_page
    for number, one in enumerate(said):
        words = f"the pie number {number}. was cold".encode()
        is_there = {words in file.getvalue() for file in files.values()}
        assert is_there == {any(words.decode() == quote for quote, _, _ in page)}
        assert not (True in is_there and (one["withdrawn"] or not one["quote"] or not one["checked"]))
