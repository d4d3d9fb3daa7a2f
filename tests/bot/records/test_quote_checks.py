"""The queue of quotes: the sentence around each, what an edit may do, and that nothing taken back stands in one."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from storing import Clock, consents, heard, opened, redact, say

from bot.insights import Filters, Insights
from bot.records import Records
from bot.records.quote_words import only_takes_out, sentence_around
from bot.storage import Database
from bot.storage.models import AuditRow, ContributionRow
from dialogues.errors import SaysoError
from dialogues.types import PointConfirmed, PointWithdrawn

TURN = "Well. Angela comes late and the gravy is grey, every day. I told her so."
LATE, GREY = "Angela comes late", "the gravy is grey"


@pytest.mark.parametrize(
    ("text", "quote", "sentence"),
    [
        (TURN, GREY, "Angela comes late and the gravy is grey, every day."),
        ("The gravy is grey.", "The gravy is grey", None),
        ("Yes! The gravy is grey. So there.", "The gravy is grey", None),
        ("One. Two is bad and so. Three", "Two is bad", "Two is bad and so."),
        ("a. b c. d e. f", "c. d", "b c. d e."),
        ("no end to it at all", "to it", "no end to it at all"),
    ],
)
def test_the_sentence_around_a_quote(text: str, quote: str, sentence: str | None) -> None:
    start = text.index(quote)
    assert sentence_around(text, start, start + len(quote)) == sentence


def test_no_sentence_holds_what_was_taken_back() -> None:
    start, late = TURN.index(GREY), TURN.index(LATE)
    assert sentence_around(TURN, start, start + len(GREY), [(late, late + len(LATE))]) is None
    told = TURN.index("I told")
    assert sentence_around(TURN, start, start + len(GREY), [(told, len(TURN))]) is not None


@pytest.mark.parametrize(
    ("before", "after", "is_allowed"),
    [
        ("the gravy is grey", "the gravy is grey", True),
        ("the gravy is grey", "the [...] is grey", True),
        ("[name] comes late", "comes late", True),
        ("the gravy is grey", "", True),
        ("the gravy is grey", "the gravy is lovely", False),
        ("the gravy is grey", "grey is the gravy", False),
        ("the gravy is grey", "the gravy is grey and grey", False),
    ],
)
def test_an_edit_only_takes_words_out(before: str, after: str, is_allowed: bool) -> None:
    assert only_takes_out(before, after) is is_allowed


async def two_points(records: Records, **names: str) -> str:
    talk = await opened(records, **names)
    events = (heard(0, TURN, LATE, "p1"), heard(0, TURN, GREY, "p2"), PointConfirmed("p1"), PointConfirmed("p2"))
    await say(records, talk, TURN, *consents(), *events)
    return talk


async def row_of(database: Database, point_id: str) -> ContributionRow:
    async with database.read() as connection:
        query = select(ContributionRow.__table__).where(ContributionRow.point_id == point_id)
        return (await connection.execute(query)).one()  # type: ignore[return-value]


async def test_the_queue_shows_a_quote_in_its_sentence(records: Records) -> None:
    await two_points(records)
    first, second = await records.quotes_to_check(asked_by="Alice")
    assert first.quote_redacted == "[name] comes late"
    assert first.context == second.context == "[name] comes late and the gravy is grey, every day."
    assert first.seen != second.seen


async def test_a_checked_sentence_goes_when_a_part_of_it_is_taken_back(records: Records, database: Database) -> None:
    talk = await two_points(records)
    for waiting in await records.quotes_to_check(asked_by="Alice"):
        await records.check_quote(waiting.contribution_id, context=waiting.context, seen=waiting.seen, asked_by="Alice")
    assert (await row_of(database, "p2")).context_redacted == "[name] comes late and the gravy is grey, every day."
    await say(records, talk, "take that back", PointWithdrawn("p1"))
    kept = await row_of(database, "p2")
    assert (kept.context_redacted, kept.quote_redacted) == (None, GREY)
    await records.uncheck_quote(kept.id, asked_by="Alice")
    (waiting,) = await records.quotes_to_check(asked_by="Alice")
    assert waiting.context is None


async def test_the_sentence_goes_with_the_transcript(records: Records, database: Database, clock: Clock) -> None:
    await two_points(records)
    waiting = (await records.quotes_to_check(asked_by="Alice"))[1]
    await records.check_quote(waiting.contribution_id, context=waiting.context, asked_by="Alice")
    clock.advance(days=91)
    await records.purge()
    kept = await row_of(database, "p2")
    assert (kept.context_redacted, kept.quote_redacted) == (None, GREY)


async def test_words_taken_out_of_a_quote_stand_in_no_sentence(records: Records, database: Database) -> None:
    await two_points(records)
    waiting = (await records.quotes_to_check(asked_by="Alice"))[1]
    await records.check_quote(
        waiting.contribution_id, redacted="the [...] is grey", context=waiting.context, asked_by="Alice"
    )
    kept = await row_of(database, "p2")
    assert (kept.quote_redacted, kept.context_redacted) == ("the [...] is grey", None)


@pytest.mark.parametrize("values", [{"redacted": "the gravy is lovely"}, {"context": "Angela comes late"}])
async def test_an_edit_that_adds_words_changes_nothing(
    records: Records, database: Database, values: dict[str, str]
) -> None:
    await two_points(records)
    waiting = (await records.quotes_to_check(asked_by="Alice"))[1]
    with pytest.raises(SaysoError, match="only take words out"):
        await records.check_quote(waiting.contribution_id, **values, asked_by="Alice")
    assert not (await row_of(database, "p2")).redaction_checked


async def test_two_people_do_not_overrule_each_other(records: Records, database: Database) -> None:
    talk = await two_points(records)
    first, second = await records.quotes_to_check(asked_by="Alice")
    await records.check_quote(first.contribution_id, reject=True, seen=first.seen, asked_by="Alice")
    with pytest.raises(SaysoError, match="Look again"):
        await records.check_quote(first.contribution_id, seen=first.seen, asked_by="Bob")
    await say(records, talk, "take that back", PointWithdrawn("p2"))
    with pytest.raises(SaysoError, match="Look again"):
        await records.check_quote(second.contribution_id, seen=second.seen, asked_by="Bob")
    assert (await row_of(database, "p1")).quote_redacted is None


@pytest.mark.parametrize("values", [{}, {"reject": True}, {"redacted": "[...] late"}])
async def test_every_decision_can_be_undone(records: Records, database: Database, values: dict[str, object]) -> None:
    await two_points(records)
    before = await records.quotes_to_check(asked_by="Alice")
    await records.check_quote(before[0].contribution_id, **values, asked_by="Alice")  # type: ignore[arg-type]
    assert len(await records.quotes_to_check(asked_by="Alice")) == 1
    await records.uncheck_quote(before[0].contribution_id, asked_by="Alice")
    assert await records.quotes_to_check(asked_by="Alice") == before
    async with database.read() as connection:
        done = (await connection.scalars(select(AuditRow.action).where(AuditRow.who == "Alice"))).all()
    assert [action for action in done if action != "read_quotes_to_check"] == ["check_quote", "uncheck_quote"]


async def test_what_was_taken_back_does_not_come_back_by_undoing(records: Records, database: Database) -> None:
    talk = await two_points(records)
    (first, _) = await records.quotes_to_check(asked_by="Alice")
    await records.check_quote(first.contribution_id, asked_by="Alice")
    await say(records, talk, "take that back", PointWithdrawn("p1"))
    await records.uncheck_quote(first.contribution_id, asked_by="Alice")
    gone = await row_of(database, "p1")
    assert (gone.status, gone.quote, gone.quote_redacted) == ("withdrawn", None, None)


async def test_a_quote_is_shown_in_its_sentence_once_checked(records: Records, database: Database) -> None:
    for number in range(5):
        await two_points(records, identity=f"tg:{number}")
    for waiting in await records.quotes_to_check(asked_by="Alice"):
        await records.check_quote(waiting.contribution_id, context=waiting.context, asked_by="Alice")
    quotes = await Insights(database).quotes("food_and_drink", Filters("home"))
    assert {quote.context for quote in quotes} == {"[name] comes late and the gravy is grey, every day."}
    assert redact(TURN) != TURN
