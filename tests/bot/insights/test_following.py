"""Insights that stay open follow the database: what was stored before a view began is in it, whoever stored it."""

from __future__ import annotations

import tempfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from storing import Clock, consents, contributes, opened, redact, say

from bot.insights import Filters, Insights, Selection
from bot.insights.model import Cell
from bot.records import Records
from bot.samples.sample_data import load_sample_data, remove_sample_data
from bot.storage import Database, Keys
from bot.storage.keys import new_key
from bot.storage.models import ContributionRow, ConversationRow
from dialogues.types import AboutYouAnswered, AllWithdrawn, Ended, EndReason, PointWithdrawn, Voice

HOME = Filters("home")
QUESTIONS = {"age": ("under_75", "75_to_84")}
VIEWS = (Filters(), HOME, Filters(None, date(2026, 5, 1), date(2026, 5, 31)), Filters("other"))


async def same(kept: Insights, database: Database) -> None:
    """Insights that were open all along say what new ones say."""
    fresh = Insights(database, trust_redaction=True, questions=QUESTIONS)
    for view in VIEWS:
        assert await kept.overview(view) == await fresh.overview(view)
        assert await kept.journey(view) == await fresh.journey(view)
        assert await kept.briefs([view]) == await fresh.briefs([view])
        assert await kept.find(Selection("food_and_drink"), view) == await fresh.find(Selection("food_and_drink"), view)


actions = st.lists(
    st.tuples(st.sampled_from(["say", "proxy", "other", "back", "keep", "erase", "no", "sql"]), st.integers(0, 9)),
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(actions)
async def test_open_insights_and_new_ones_agree(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(f"sqlite:///{folder}/sayso.db")
        records = Records(database, Keys([new_key()]), redact, Clock())
        for service in ("home", "other"):
            await records.ensure_service(service, name=service, kind="home_care")
        talks = [await contributes(records, f"the pie number {n} was cold", identity=f"tg:{n}") for n in range(10)]
        kept = Insights(database, trust_redaction=True, questions=QUESTIONS)
        await same(kept, database)
        for action, number in steps:
            await act(records, database, talks[number], action, number)
            await same(kept, database)
        await database.close()


async def act(records: Records, database: Database, talk: str, action: str, number: int) -> None:
    if action == "say":
        await contributes(records, "the tea was late", identity=f"tg:{number}", themes=("cost_and_money",))
    elif action == "proxy":
        await contributes(records, "she was cold", voice=Voice.PROXY)
    elif action == "other":
        await contributes(records, "the peas are hard", service="other", identity=f"tg:{number}")
    elif action in {"back", "keep"}:
        await say(records, talk, "take it back", PointWithdrawn("p1", undone=action == "keep"))
    elif action == "erase":
        await records.erase(talk, asked_by="Alice")
    elif action == "no":
        await say(records, talk, "no", *consents(keep=False))
    else:
        async with database.write() as connection:
            await connection.execute(delete(ConversationRow).where(ConversationRow.id == talk))


@pytest.fixture
async def six(records: Records) -> list[str]:
    words = ["the gravy is grey", "the gravy is cold", "the tea is weak", "I'd like 100% more cake", "a_b", "toast"]
    return [await contributes(records, text) for text in words]


async def test_a_withdrawal_is_in_every_total_at_once(records: Records, database: Database, six: list[str]) -> None:
    insights = Insights(database, trust_redaction=True, questions=QUESTIONS)
    assert (await insights.overview(HOME)).people_heard == Cell(6)
    await say(records, six[0], "take it back", PointWithdrawn("p1"))
    assert (await insights.overview(HOME)).people_heard == Cell(5)
    await say(records, six[1], "take it all back", AllWithdrawn(), Ended(EndReason.WITHDRAWN), status="ended")
    assert (await insights.overview(HOME)).people_heard == Cell()
    assert (await insights.find(Selection("food_and_drink"), HOME)).quotes == ()
    journey = await insights.journey(HOME)
    assert journey.steps["started"] == Cell(5, rounded=True)
    assert journey.steps["first_topic"] == Cell()


async def test_sample_data_comes_and_goes(database: Database) -> None:
    insights = Insights(database)
    assert (await insights.overview()).empty_reason == "nobody_yet"
    await load_sample_data(database)
    assert (await insights.overview()).sample
    await remove_sample_data(database)
    assert (await insights.overview()).empty_reason == "nobody_yet"


async def test_how_far_people_came(records: Records, database: Database) -> None:
    for number in range(16):
        talk = await contributes(records, "the gravy is grey", confirmed=number < 11)
        if number < 6:
            await say(records, talk, "goodbye", Ended(EndReason.CLOSING), status="ended")
        await say(records, talk, "under 75", AboutYouAnswered("age", "under_75" if number < 9 else "75_to_84"))
    for _ in range(7):
        await say(records, await opened(records), "no", *consents(take_part=False))
    journey = await Insights(database, questions=QUESTIONS).journey(HOME)
    assert {step: cell.value for step, cell in journey.steps.items()} == {
        "started": 20,
        "consented": 15,
        "first_topic": 15,
        "beans": 10,
        "read_back": 10,
        "ended": 5,
    }
    assert all(cell.rounded for cell in journey.steps.values())
    assert journey.about == {"age": {"under_75": Cell(5, rounded=True), "75_to_84": Cell(5, rounded=True)}}
    assert journey.invited == Cell()


@pytest.mark.parametrize(
    ("words", "many"),
    [("gravy", 2), ("GRAVY is", 2), ("gravy cold", 1), ("100%", 1), ("%", 1), ("_", 1), ("a_b", 1), ("nothing", 0)],
)
async def test_quotes_are_found_by_words(database: Database, six: list[str], words: str, many: int) -> None:
    found = await Insights(database, trust_redaction=True).find(Selection(words=words), HOME)
    assert (found.total, len(found.quotes)) == (many, many)
    assert found.people == Cell(5, rounded=True)
    assert len(six) == 6


async def test_a_figure_that_is_hidden_leads_to_no_quote(records: Records, database: Database, six: list[str]) -> None:
    for _ in range(4):
        await contributes(records, "a rare thing", themes=("cost_and_money",), sentiment="positive")
    insights = Insights(database, trust_redaction=True)
    for hidden in (Selection("cost_and_money"), Selection(mark="positive"), Selection("food_and_drink", "positive")):
        found = await insights.find(hidden, HOME)
        assert (found.people, found.quotes, found.total) == (Cell(), (), 0)
    assert (await insights.find(Selection(words="rare"), HOME)).quotes == ()
    assert (await insights.find(Selection("food_and_drink", "negative"), HOME)).total == len(six)


async def test_unchecked_quotes_are_not_found(records: Records, database: Database, six: list[str]) -> None:
    insights = Insights(database)
    assert (await insights.find(Selection(words="gravy"), HOME)).total == 0
    for waiting in await records.quotes_to_check(asked_by="Alice"):
        await records.check_quote(waiting.contribution_id, asked_by="Alice")
    assert (await insights.find(Selection(words="gravy"), HOME)).total == 2
    async with database.write() as connection:
        await connection.execute(update(ContributionRow).values(redaction_checked=False))
    assert (await insights.find(Selection(words="gravy"), HOME)).total == 0
    assert len(six) == 6


async def test_pages_of_quotes(records: Records, database: Database) -> None:
    for number in range(45):
        await contributes(records, f"the pie number {number} was cold")
    insights = Insights(database, trust_redaction=True)
    pages = [await insights.find(Selection("food_and_drink"), HOME, page=page) for page in (1, 2, 3, 99)]
    assert [(len(page.quotes), page.page, page.pages) for page in pages] == [
        (20, 1, 3),
        (20, 2, 3),
        (5, 3, 3),
        (5, 3, 3),
    ]
    assert len({quote.quote for page in pages[:3] for quote in page.quotes}) == 45
