"""The invented data: enough of it, varied, marked, and gone when told."""

from __future__ import annotations

from collections import Counter, defaultdict

from sqlalchemy import func, select
from storing import NOW, consents, contributes, opened, say

from bot.insights import Filters, Insights
from bot.records import Records
from bot.samples import has_sample_data, load_sample_data, remove_sample_data
from bot.samples.people import SERVICES, invent
from bot.samples.quotes import redacted, sayings, spoken
from bot.storage import Database
from bot.storage.models import Base, ConsentRow, ConversationRow, ServiceRow


def test_the_same_seed_invents_the_same_people() -> None:
    assert invent(1, NOW) == invent(1, NOW)
    assert invent(1, NOW) != invent(2, NOW)


def test_there_is_enough_and_no_two_people_say_the_same() -> None:
    rows = invent(1, NOW)
    assert 110 <= len(rows.participants) <= 130
    assert 320 <= len(rows.contributions) <= 380
    quotes = [row["quote"] for row in rows.contributions if row["quote"]]
    assert len(set(quotes)) == len(quotes)
    assert sum(len(sayings(kind)) for _, _, kind, _ in SERVICES) >= 120


def test_quotes_stand_where_they_say_in_their_turns() -> None:
    rows = invent(3, NOW)
    turns = {(row["conversation_id"], row["number"]): row["text"] for row in rows.turns}
    for row in rows.contributions:
        text = turns[row["conversation_id"], row["turn_number"]]
        if row["quote"] is None:
            assert text is None
        else:
            assert text[row["start"] : row["end"]] == row["quote"]


def test_beans_sum_to_ten_or_are_left_out() -> None:
    placed: dict[str, int] = defaultdict(int)
    for row in invent(1, NOW).contributions:
        if row["beans"] is not None:
            placed[row["conversation_id"]] += row["beans"]
    assert len(placed) > 80
    assert set(placed.values()) == {10}


def test_every_kind_of_case_is_in() -> None:
    rows = invent(1, NOW)
    assert {row["status"] for row in rows.contributions} == {"heard", "confirmed", "corrected", "withdrawn"}
    assert {row["voice"] for row in rows.contributions} == {"own", "relayed", "interpreted", "proxy"}
    given = Counter((row["scope"], row["answer"]) for row in rows.consents)
    assert all(given[scope, answer] for scope in ("take_part", "keep", "quote", "contact") for answer in (True, False))
    assert all("(sample data)" in row["name"] for row in rows.services)


def test_names_are_said_and_not_shown() -> None:
    assert spoken("I do miss <Doreen>") == "I do miss Doreen"
    assert redacted("I do miss <Doreen>") == "I do miss [name]"
    assert not any("<" in (row["quote"] or "") + (row["quote_redacted"] or "") for row in invent(1, NOW).contributions)


async def test_insights_show_and_mark_the_sample(database: Database) -> None:
    counts = await load_sample_data(database, now=NOW)
    assert await load_sample_data(database, now=NOW) != counts  # once is enough
    insights = Insights(database)
    for service, *_ in SERVICES:
        overview = await insights.overview(Filters(service))
        assert overview.sample
        assert len([theme for theme in overview.themes if not theme.people.hidden]) >= 4
    quotes = await insights.all_quotes()
    assert len(quotes) > 150
    assert all(quote.sample for quote in quotes)


async def test_removing_it_leaves_everything_else(records: Records, database: Database) -> None:
    for index in range(5):
        await contributes(records, f"real words {index}")
    before = await _counts(database)
    await load_sample_data(database, now=NOW)
    real = await opened(records, service="sample-elm-court")  # somebody tries the demonstration out
    await say(records, real, "hello", *consents())
    assert await has_sample_data(database)
    await remove_sample_data(database)
    assert not await has_sample_data(database)
    assert not (await Insights(database).overview()).sample
    async with database.read() as connection:
        assert (await connection.scalars(select(ServiceRow.id).order_by(ServiceRow.id))).all() == [
            "home",
            "sample-elm-court",
        ]
        assert await connection.scalar(select(func.count()).select_from(ConversationRow)) == 6
        assert await connection.scalar(select(func.count()).select_from(ConsentRow)) == 18
    assert before["contribution"] == (await _counts(database))["contribution"] == 5


async def _counts(database: Database) -> dict[str, int]:
    async with database.read() as connection:
        return {
            name: int(await connection.scalar(select(func.count()).select_from(table)) or 0)
            for name, table in Base.metadata.tables.items()
        }
