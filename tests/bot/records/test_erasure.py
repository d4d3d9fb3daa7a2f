"""What goes, when, and what stays."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from storing import NOW, Clock, consents, heard, opened, say

from bot.records import CallPlan, Purged, Records
from bot.storage import Database, audit
from bot.storage.models import (
    AuditRow,
    CallRow,
    ConsentRow,
    ContactRow,
    ContributionRow,
    ParticipantRow,
    PlannedCallRow,
    TalkRatingRow,
    TurnRow,
)
from dialogues.types import (
    AlertRaised,
    AllWithdrawn,
    BeansPlaced,
    CallbackRequested,
    ConsentAnswered,
    Ended,
    EndReason,
    Level,
    Paused,
    PointConfirmed,
    PointWithdrawn,
    Restarted,
    Scope,
    TalkRated,
)

TEA = "They come at four and the gravy is zinc grey. I do miss Angela."
GRAVY = "the gravy is zinc grey"
CLOSING = Ended(EndReason.CLOSING)


async def everything_in(database: Database, tmp_path: Path) -> str:
    """Every byte of the database's files, after a checkpoint."""
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql("COMMIT")
        await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        await connection.exec_driver_sql("BEGIN")
    return _bytes(tmp_path)


def _bytes(folder: Path) -> str:
    return "".join(path.read_bytes().decode("latin-1") for path in sorted(folder.glob("sayso.db*")))


async def count(database: Database, table: type) -> int:
    async with database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


async def numbers(database: Database) -> int:
    """How many numbers, their hashes, and names and code words of planned calls are left."""
    columns = (PlannedCallRow.number, PlannedCallRow.number_hash, PlannedCallRow.preferred_name)
    async with database.read() as connection:
        planned = (await connection.execute(select(*columns, PlannedCallRow.code_word))).all()
        logged = (await connection.execute(select(CallRow.number, CallRow.number_hash))).all()
    return sum(value is not None for row in (*planned, *logged) for value in row)


async def by_telephone(records: Records, conversation_id: str) -> None:
    """The conversation is held on a planned call that is under way."""
    window = (NOW, NOW + timedelta(hours=2))
    agreed = CallPlan("home", "01632 960123", *window, "Winifredina", "marigold")
    planned_id = await records.plan_call(agreed, NOW, asked_by="Alice")
    [claimed] = await records.due_calls(NOW, at_once=9)
    await records.begin_dialling(claimed, lambda _: None)
    await records.call_began(f"call-{planned_id}", "outbound", planned_id=planned_id)
    await records.call_talks(f"call-{planned_id}", conversation_id)


async def talk(records: Records, *, keep: bool = True, take_part: bool = True, contact: bool = False) -> str:
    """A whole conversation about gravy, up to just before its end."""
    conversation_id = await opened(records, name="Winifredina")
    await records.save_contact(conversation_id, kind="phone", value="07700 900123")
    await by_telephone(records, conversation_id)
    answers = (
        *consents(take_part=take_part, keep=keep),
        ConsentAnswered(Scope.CONTACT, contact, "consent.contact", "1"),
    )
    await say(records, conversation_id, TEA, *answers, heard(0, TEA, GRAVY, label="the grey gravy", read_back=GRAVY))
    async with records.unit(conversation_id) as unit:
        await unit.add_turn(speaker="person", text="right, ten", message_id="b")
        for event in (PointConfirmed("p1"), BeansPlaced((("p1", 10),)), TalkRated(1)):
            await unit.record(event, at=NOW)
        reply = {"prompts": [{"text": f"You said: {GRAVY}, Winifredina.", "quoted": [GRAVY]}]}
        await unit.save(state={"label": GRAVY}, reply=reply, status="open")
    return conversation_id


async def test_without_leave_to_keep_every_word_goes_at_the_end(
    records: Records, database: Database, tmp_path: Path
) -> None:
    conversation_id = await talk(records, keep=False)
    async with records.unit(conversation_id) as unit:
        await unit.record(CLOSING, at=NOW)
        await unit.add_turn(speaker="bot", text="Goodbye, Winifredina.")
        reply = {"prompts": [{"text": f"Goodbye, Winifredina. You said {GRAVY}.", "quoted": [GRAVY]}]}
        await unit.save(state={"label": GRAVY}, reply=reply, status="ended")
    stored = await everything_in(database, tmp_path)
    assert "zinc" not in stored
    assert "Winifredina" not in stored
    assert "Angela" not in stored
    (point,) = await records.contributions(conversation_id, asked_by="participant")
    assert (point.beans, point.quote, point.themes) == (10, None, ("food_and_drink",))
    assert await count(database, TalkRatingRow) == 1
    assert await count(database, ContactRow) == 0
    assert await numbers(database) == 0
    view = await records.conversation(conversation_id)
    assert view.state == {}
    assert view.last_reply["prompts"][0]["text"].startswith("Goodbye. You said")


async def test_words_said_after_such_an_end_go_too(records: Records) -> None:
    conversation_id = await talk(records, keep=False)
    await say(records, conversation_id, "bye", CLOSING, status="ended")
    await say(records, conversation_id, "one more thing", status="ended")
    turns = await records.transcript(conversation_id, asked_by="Alice")
    assert {turn.text for turn in turns} == {None}
    async with records.unit(conversation_id) as unit:
        assert await unit.reply_to("b") is not None  # a message that comes twice is known


async def test_a_no_to_taking_part_keeps_nothing_but_the_no(
    records: Records, database: Database, tmp_path: Path
) -> None:
    conversation_id = await talk(records, take_part=False)
    await say(records, conversation_id, "no thanks", Ended(EndReason.DECLINED), status="ended")
    assert "zinc" not in await everything_in(database, tmp_path)
    for table in (TurnRow, ContributionRow, TalkRatingRow, ContactRow):
        assert await count(database, table) == 0
    assert await numbers(database) == 0
    assert await count(database, ConsentRow) == 4
    assert (await records.conversation(conversation_id)).end_reason == "declined"


async def test_with_leave_words_stay_but_a_withdrawn_point_does_not(
    records: Records, database: Database, tmp_path: Path
) -> None:
    conversation_id = await talk(records)
    await say(records, conversation_id, "take back the gravy", PointWithdrawn("p1"))
    async with records.unit(conversation_id) as unit:
        await unit.record(CLOSING, at=NOW)
        point = {"quote": GRAVY, "label": "the zinc gravy"}
        state = {"points": [{"point": point, "said": "your zinc gravy"}], "prompts": ["How about the zinc gravy?"]}
        await unit.save(state=state, reply={"prompts": []}, status="ended")
    assert "zinc" not in await everything_in(database, tmp_path)
    assert "zinc" not in json.dumps(dict((await records.conversation(conversation_id)).state))
    turns = await records.transcript(conversation_id, asked_by="Alice")
    assert turns[0].text == TEA.replace(GRAVY, "█" * len(GRAVY))


async def test_names_and_states_are_encrypted(records: Records, database: Database, tmp_path: Path) -> None:
    made = await records.open_conversation(
        service="home",
        channel="api",
        preferred_name="Winifredina",
        dialogue_version="1",
        state={"name": "Winifredina", "code": "K7HM-4TWD"},
        reply={},
    )
    await records.save_contact(made.conversation_id, kind="phone", value="07700 900123")
    stored = await everything_in(database, tmp_path)
    assert not [secret for secret in ("Winifredina", "K7HM", "900123", made.resume_code) if secret in stored]
    assert (await records.conversation(made.conversation_id)).state["name"] == "Winifredina"


async def test_a_live_quote_over_a_withdrawn_one_stays_whole(records: Records) -> None:
    conversation_id = await opened(records)
    whole, part = TEA[: TEA.index(".")], GRAVY
    await say(records, conversation_id, TEA, *consents(), heard(0, TEA, whole, "p1"), heard(0, TEA, part, "p2"))
    await say(records, conversation_id, "take it back", PointWithdrawn("p2"), CLOSING, status="ended")
    turns = await records.transcript(conversation_id, asked_by="Alice")
    (point,) = await records.contributions(conversation_id, asked_by="Alice")
    assert (turns[0].text or "")[point.start : point.end] == point.quote == whole


async def test_withdrawing_from_everything(records: Records, database: Database, tmp_path: Path) -> None:
    earlier = await opened(records, identity="tg:1", name="Winifredina")
    await say(records, earlier, TEA, *consents(), heard(0, TEA, GRAVY), CLOSING, status="ended")
    later = await opened(records, identity="tg:1", name="Winifredina")
    await records.save_contact(later, kind="telegram", value="1")
    await by_telephone(records, later)
    alert = AlertRaised(0, Level.CONCERN, "neglect", ())
    await say(records, later, TEA, *consents(), heard(0, TEA, GRAVY), alert, CallbackRequested("asked"))
    await say(records, later, "I withdraw", AllWithdrawn(), Ended(EndReason.WITHDRAWN), status="ended")
    stored = await everything_in(database, tmp_path)
    assert "zinc" not in stored
    assert "Winifredina" not in stored
    for conversation_id in (earlier, later):
        assert await records.contributions(conversation_id, asked_by="Alice") == []
        assert {turn.text for turn in await records.transcript(conversation_id, asked_by="Alice")} == {None}
    assert await count(database, ContactRow) == 0
    assert await numbers(database) == 0
    assert await count(database, ConsentRow) == 6
    assert await records.callbacks(asked_by="Alice") == []
    assert (await records.alerts(asked_by="Alice"))[0].words == TEA


async def test_staff_can_erase_and_it_is_audited(records: Records, database: Database) -> None:
    conversation_id = await talk(records)
    await records.erase(conversation_id, asked_by="Alice")
    assert await records.contributions(conversation_id, asked_by="participant") == []
    view = await records.conversation(conversation_id)
    assert (view.status, view.end_reason, view.state) == ("ended", "withdrawn", {})
    assert await numbers(database) == 0
    async with database.read() as connection:
        rows = (await connection.execute(select(AuditRow.who, AuditRow.action, AuditRow.subject))).all()
        assert await audit.first_break(connection) is None
    assert ("Alice", "erase", conversation_id) in [tuple(row) for row in rows]


async def test_every_staff_reading_is_audited_and_the_persons_own_is_not(records: Records, database: Database) -> None:
    conversation_id = await talk(records)
    before = await count(database, AuditRow)
    await records.transcript(conversation_id, asked_by="participant")
    assert await count(database, AuditRow) == before
    await records.transcript(conversation_id, asked_by="Alice")
    await records.contributions(conversation_id, asked_by="Alice")
    await records.alerts(asked_by="Alice")
    await records.callbacks(asked_by="Alice")
    await records.contacts(conversation_id, asked_by="Alice")
    await records.quotes_to_check(asked_by="Alice")
    assert await count(database, AuditRow) == before + 6


async def test_starting_again_takes_the_points_back_and_keeps_consents(records: Records, database: Database) -> None:
    conversation_id = await talk(records)
    await say(records, conversation_id, "start again", Restarted())
    assert await records.contributions(conversation_id, asked_by="participant") == []
    assert await count(database, ConsentRow) == 4


async def test_a_quote_is_checked_by_a_person(records: Records) -> None:
    conversation_id = await talk(records)
    (waiting,) = await records.quotes_to_check(asked_by="Alice")
    assert waiting.quote_redacted == GRAVY
    await records.check_quote(waiting.contribution_id, redacted="the gravy is [...] grey", asked_by="Alice")
    assert await records.quotes_to_check(asked_by="Alice") == []
    (point,) = await records.contributions(conversation_id, asked_by="participant")
    assert (point.quote, point.quote_redacted, point.redaction_checked) == (GRAVY, "the gravy is [...] grey", True)


@pytest.mark.parametrize(("keep", "words_stay"), [(True, True), (False, False)])
@pytest.mark.parametrize("paused", [True, False])
async def test_unfinished_conversations_expire_after_14_days(
    records: Records, clock: Clock, keep: bool, words_stay: bool, paused: bool
) -> None:
    conversation_id = await talk(records, keep=keep)
    if paused:
        await say(records, conversation_id, "another day", Paused(14), status="paused")
    clock.advance(days=13, hours=23)
    assert (await records.purge()).expired == 0
    clock.advance(hours=2)
    assert (await records.purge()).expired == 1
    assert (await records.conversation(conversation_id)).end_reason == "expired"
    turns = await records.transcript(conversation_id, asked_by="Alice")
    assert (turns[0].text is not None) is words_stay


async def test_retention(records: Records, database: Database, clock: Clock, tmp_path: Path) -> None:
    conversation_id = await talk(records, contact=True)
    await say(records, conversation_id, "bye", CLOSING, status="ended")
    assert await numbers(database) == 6, "the answer is owed"
    clock.advance(days=89)
    assert await records.purge() == Purged()
    clock.advance(days=2)
    assert (await records.purge()).transcripts == 3
    (point,) = await records.contributions(conversation_id, asked_by="participant")
    assert point.quote == GRAVY
    clock.advance(days=730)
    assert (await records.purge()).contributions == 1
    assert "zinc" not in await everything_in(database, tmp_path)
    async with database.read() as connection:
        assert await connection.scalar(select(ParticipantRow.preferred_name)) is None
    assert await count(database, ContactRow) == 0
    assert await count(database, CallRow) == await count(database, PlannedCallRow) == 0
    assert await count(database, ConsentRow) == 4
    clock.advance(days=1460)
    assert (await records.purge()).consents == 4
