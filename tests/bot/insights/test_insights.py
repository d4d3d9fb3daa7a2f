"""Insights over a real database: consents, withdrawals, quotes."""

from __future__ import annotations

import io
import tempfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from storing import NOW, Clock, consents, contributes, redact, say

from bot.exports import Exports, Format
from bot.insights import Filters, Insights
from bot.records import Records
from bot.storage import Database, Keys
from bot.storage.keys import new_key
from bot.storage.models import ContributionRow
from dialogues.types import PointWithdrawn, Voice

HOME = Filters("home")


async def checked(database: Database) -> None:
    """Somebody looked at every quote."""
    async with database.write() as connection:
        await connection.execute(update(ContributionRow).values(redaction_checked=True))


async def seven(records: Records, **values: object) -> list[str]:
    return [await contributes(records, f"the gravy is grey says Angela {n}", **values) for n in range(7)]  # type: ignore[arg-type]


async def test_an_empty_database_says_so(database: Database) -> None:
    assert (await Insights(database).overview()).empty_reason == "nobody_yet"


async def test_people_are_counted_once(records: Records, database: Database) -> None:
    await seven(records)
    for _ in range(3):
        await contributes(records, "the gravy is grey", identity="tg:1")
    overview = await Insights(database).overview(HOME)
    assert overview.people_heard.value == overview.themes[0].people.value == 8
    assert overview.sample is False


@pytest.mark.parametrize(
    "given_consents",
    [consents(take_part=False), consents(keep=False), ()],
    ids=["no part", "not kept", "not asked"],
)
async def test_only_people_who_agreed_are_counted(records: Records, database: Database, given_consents: tuple) -> None:  # type: ignore[type-arg]
    await seven(records)
    for _ in range(6):
        await contributes(records, "the soup is cold", given=given_consents)
    insights = Insights(database, trust_redaction=True)
    assert (await insights.overview(HOME)).people_heard.value == 7
    assert not [quote for quote in await insights.all_quotes(HOME) if "soup" in quote.quote]


async def test_filters(records: Records, database: Database, clock: Clock) -> None:
    await records.ensure_service("other", name="Other", kind="care_home")
    await seven(records)
    await seven(records, service="other")
    insights = Insights(database)
    assert (await insights.overview(HOME)).people_heard.value == 7
    both = (await insights.overview()).people_heard
    assert (both.value, both.rounded) == (10, True)
    may = await insights.overview(Filters("home", date(2026, 5, 20), date(2026, 5, 21)))
    assert may.filters.since == date(2026, 5, 1)
    assert (may.people_heard.value, may.people_heard.rounded) == (5, True)
    assert (await insights.overview(Filters("home", until=date(2026, 4, 30)))).empty_reason == "fewer_than_five"
    assert (await insights.overview(Filters("nowhere"))).empty_reason == "fewer_than_five"


async def test_quotes_are_redacted_checked_and_allowed(records: Records, database: Database) -> None:
    await seven(records)
    assert await Insights(database).quotes("food_and_drink", HOME) == []
    assert len(await Insights(database, trust_redaction=True).quotes("food_and_drink", HOME)) == 7
    await checked(database)
    quotes = await Insights(database).quotes("food_and_drink", HOME)
    assert sorted(quote.quote for quote in quotes)[0] == "the gravy is grey says [name] 0"
    for refused in (
        {"given": consents(quote=False)},
        {"voice": Voice.PROXY},
        {"confirmed": False},
        {"themes": ("cost_and_money",)},
    ):
        await contributes(records, "not this one", **refused)  # type: ignore[arg-type]
    await checked(database)
    assert await Insights(database).all_quotes(HOME) == quotes


async def test_a_rejected_quote_is_never_shown(records: Records, database: Database) -> None:
    await seven(records)
    for waiting in await records.quotes_to_check(asked_by="Alice"):
        await records.check_quote(
            waiting.contribution_id, reject=waiting.quote_redacted.endswith("3"), asked_by="Alice"
        )
    quotes = await Insights(database).all_quotes(HOME)
    assert len(quotes) == 6


async def test_a_quote_does_not_name_themes_or_services_that_are_hidden(records: Records, database: Database) -> None:
    await records.ensure_service("other", name="Other", kind="care_home")
    await seven(records, themes=("food_and_drink", "cost_and_money"))
    for text in ("the peas are hard", "the beef is tough"):
        await contributes(records, text, service="other", themes=("food_and_drink", "continuity_of_staff"))
    quotes = await Insights(database, trust_redaction=True).all_quotes()
    assert {quote.themes for quote in quotes} == {("food_and_drink", "cost_and_money"), ("food_and_drink",)}
    assert {quote.service for quote in quotes if "peas" in quote.quote or "beef" in quote.quote} == {None}
    assert {quote.service for quote in quotes if "gravy" in quote.quote} == {"home"}


@settings(max_examples=12, deadline=None)
@given(withdrawn=st.sets(st.integers(0, 8)), back=st.sets(st.integers(0, 8)))
async def test_a_withdrawn_point_is_nowhere(withdrawn: set[int], back: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(f"sqlite:///{folder}/sayso.db")
        records = Records(database, Keys([new_key()]), redact, Clock())
        await records.ensure_service("home", name="Home", kind="home_care")
        ids = [await contributes(records, f"the pie number {n} was cold") for n in range(9)]
        for n in sorted(withdrawn):
            await say(records, ids[n], "take it back", PointWithdrawn("p1"))
        for n in sorted(back):
            await say(records, ids[n], "no, keep it", PointWithdrawn("p1", undone=True))
        left = set(range(9)) - (withdrawn - back)
        await agree(database, records, ids, left)
        await database.close()


async def agree(database: Database, records: Records, ids: list[str], left: set[int]) -> None:
    """Every way of reading knows exactly the points that are left."""
    insights = Insights(database, trust_redaction=True)
    shown = left if len(left) >= 5 else set()
    overview = await insights.overview(HOME)
    assert overview.people_heard.value == (len(left) if shown else None)
    exports = Exports(database, Clock(), names={}, wording="1", trust_redaction=True)
    files = {format: io.BytesIO() for format in (Format.CSV, Format.JSONL, Format.FHIR)}
    for format, file in files.items():
        assert await exports.write(format, file, HOME, asked_by="Alice") == len(shown)
    waiting = {quote.quote_redacted for quote in await records.quotes_to_check(asked_by="Alice")}
    for n in range(9):
        words = f"the pie number {n} was cold"
        points = await records.contributions(ids[n], asked_by="participant")
        assert [point.quote for point in points] == ([words] if n in left else [])
        assert (words in waiting) is (n in left)
        assert {words.encode() in file.getvalue() for file in files.values()} == {n in shown}
    _ = NOW
