"""Planned calls, the log of calls, and contact that stops: what is stored, and what is forgotten."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql
from storing import NOW, Clock, consents, opened, say

from bot.records import CallPlan, Next, Records
from bot.records.calls import due
from bot.records.chats import ChatView
from bot.records.numbers import e164
from bot.storage import Database
from bot.storage.models import CallRow, ChatRow, DoNotCallRow, OutboxRow, PlannedCallRow
from dialogues.errors import SaysoError
from dialogues.types import (
    AlertRaised,
    AllWithdrawn,
    CallbackRequested,
    ConsentAnswered,
    Ended,
    EndReason,
    Level,
    Paused,
    Scope,
)

NUMBER, E164 = "01632 960123", "+441632960123"
CLOSING = Ended(EndReason.CLOSING)


async def plan(records: Records, *, number: str = NUMBER, kind: str = "first_talk", talk: str = "") -> str:
    window = (NOW, NOW + timedelta(days=3))
    agreed = CallPlan("home", number, *window, "Winifredina", "marigold", kind, talk)
    return await records.plan_call(agreed, NOW, asked_by="Alice")


async def rung(records: Records, talk: str, call_id: str = "c1", *, number: str = NUMBER) -> None:
    await records.call_began(call_id, "inbound", number=number)
    await records.call_talks(call_id, talk)
    await records.call_ended(call_id, "talked")


async def bytes_of(database: Database, folder: Path) -> str:
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql("COMMIT")
        await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        await connection.exec_driver_sql("BEGIN")
    return _bytes(folder)


def _bytes(folder: Path) -> str:
    return "".join(path.read_bytes().decode("latin-1") for path in sorted(folder.glob("sayso.db*")))


async def rows_of(database: Database, table: type) -> list[object]:
    async with database.read() as connection:
        return list((await connection.execute(select(table.__table__))).all())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("01632 960 123", E164),
        ("+44 (0)1632 960123", E164),
        ("0044 1632-960123", E164),
        (" (01632) 960.123 ", E164),
        ("+33 1 99 00 12 34", "+33199001234"),
    ],
)
def test_numbers_as_people_write_them(written: str, number: str) -> None:
    assert e164(written) == number


@pytest.mark.parametrize(
    "written", ["", "withheld", "anonymous", "789", "+0123456789", "0163296012345678901", "960123x"]
)
def test_what_is_no_number(written: str) -> None:
    with pytest.raises(SaysoError) as caught:
        e164(written)
    assert caught.value.code == "number_invalid"
    assert not written or written not in caught.value.message


async def test_who_is_rung_is_stored_encrypted_only(records: Records, database: Database, tmp_path: Path) -> None:
    planned_id = await plan(records)
    await records.call_began("c1", "inbound", number=NUMBER)
    await records.stop_contact("01632 960999", "asked", asked_by="phone")
    stored = await bytes_of(database, tmp_path)
    for secret in ("Winifredina", "marigold", "960123", "1632960", "960999"):
        assert secret not in stored
    call = await records.planned_call(planned_id)
    assert (call.preferred_name, call.number, call.code_word) == ("Winifredina", E164, "marigold")
    for secret in ("Winifredina", "960123", "marigold"):
        assert secret not in repr(call)


async def test_reading_the_list_is_audited(records: Records, database: Database) -> None:
    planned_id = await plan(records)
    assert [call.planned_id for call in await records.planned_calls(asked_by="Alice")] == [planned_id]
    await records.cancel_call(planned_id, asked_by="Alice")
    assert await records.planned_calls(asked_by="Alice") == []
    [gone] = await records.planned_calls(asked_by="Alice", every=True)
    assert (gone.state, gone.number, gone.preferred_name) == ("cancelled", "", "")
    with pytest.raises(SaysoError, match="no such planned call"):
        await records.cancel_call(planned_id, asked_by="Alice")


def test_due_calls_skip_what_another_worker_locks() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    assert "FOR UPDATE SKIP LOCKED" in str(due(NOW, 5).compile(dialect=dialect))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"service": "nowhere"}, "service_unknown"),
        ({"kind": "sales"}, "kind_unknown"),
        ({"number": "none"}, "number_invalid"),
        ({"conversation_id": "nothing"}, "conversation_unknown"),
    ],
)
async def test_what_cannot_be_planned(records: Records, changes: dict[str, str], code: str) -> None:
    agreed = {"service": "home", "number": NUMBER, "window_start": NOW, "window_end": NOW + timedelta(hours=2)}
    with pytest.raises(SaysoError) as caught:
        await records.plan_call(CallPlan(**(agreed | changes)), NOW, asked_by="Alice")  # type: ignore[arg-type]
    assert caught.value.code == code


class TestTalksOnANumber:
    async def test_two_people_share_a_telephone(self, records: Records) -> None:
        one, two = await opened(records, name="Doris"), await opened(records, name="Walter")
        await rung(records, one, "c1")
        await rung(records, two, "c2", number="+441632960123")
        other = await opened(records, name="Elsie")
        await rung(records, other, "c3", number="01632 960777")
        found = await records.unfinished_talks(NUMBER)
        assert {(talk.conversation_id, talk.preferred_name) for talk in found} == {(one, "Doris"), (two, "Walter")}
        assert "Doris" not in repr(found)

    async def test_the_code_is_there_to_go_on_with(self, records: Records) -> None:
        made = await records.open_conversation(
            service="home",
            channel="phone",
            preferred_name="Doris",
            dialogue_version="1",
            state={"code": "K7HM-4TWD"},
            reply={},
            resume_code="K7HM-4TWD",
        )
        await rung(records, made.conversation_id)
        [talk] = await records.unfinished_talks(NUMBER)
        assert await records.find_by_resume_code(talk.resume_code) == made.conversation_id

    async def test_a_code_is_found_by_its_keys(self, records: Records) -> None:
        made = await opened(records)
        code = "K7HM-4TWD"
        held = await records.open_conversation(
            service="home",
            channel="phone",
            preferred_name="Doris",
            dialogue_version="1",
            state={"code": code},
            reply={},
            resume_code=code,
        )
        assert made != held.conversation_id
        assert await records.code_of_keys("57464893") == "K7HM4TWD"
        assert await records.find_by_resume_code("K7HM4TWD") == held.conversation_id
        for other in ("57464892", "5746489", "57464891", "", "33333333"):
            assert await records.code_of_keys(other) == ""
        await say(records, held.conversation_id, "bye", *consents(), CLOSING, status="ended")
        assert await records.code_of_keys("57464893") == ""

    async def test_whether_any_talk_waits(self, records: Records, clock: Clock) -> None:
        talk = await opened(records)
        assert not await records.talks_wait()
        await say(records, talk, "another day", *consents(), Paused(14), status="paused")
        assert await records.talks_wait()
        clock.advance(days=15)
        assert not await records.talks_wait()

    async def test_only_those_that_can_be_taken_up(self, records: Records, clock: Clock) -> None:
        over, paused = await opened(records), await opened(records)
        await rung(records, over, "c1")
        await rung(records, paused, "c2")
        await say(records, over, "bye", *consents(), CLOSING, status="ended")
        await say(records, paused, "another day", *consents(), Paused(14), status="paused")
        assert [talk.conversation_id for talk in await records.unfinished_talks(NUMBER)] == [paused]
        clock.advance(days=15)
        assert await records.unfinished_talks(NUMBER) == []

    @pytest.mark.parametrize("number", ["", "anonymous", "01632 960999"])
    async def test_a_withheld_or_unknown_number_has_none(self, records: Records, number: str) -> None:
        await rung(records, await opened(records))
        await rung(records, await opened(records), "c2", number="")
        assert await records.unfinished_talks(number) == []

    async def test_a_planned_call_finds_its_person(self, records: Records) -> None:
        planned_id, talk = await plan(records), await opened(records)
        await records.call_began("c1", "outbound", planned_id=planned_id)
        await records.call_talks("c1", talk)
        assert (await records.planned_call(planned_id)).conversation_id == talk
        assert await records.conversation_of_call("c1") == talk
        assert [found.conversation_id for found in await records.unfinished_talks(NUMBER)] == [talk]


async def test_a_call_is_remembered_once(records: Records, database: Database, clock: Clock) -> None:
    for _ in range(2):
        await records.call_began("c1", "inbound", number="withheld")
    await records.call_ended("c1", "hung_up")
    clock.advance(minutes=5)
    await records.call_ended("c1", "talked")
    [row] = await rows_of(database, CallRow)
    assert (row.number, row.outcome, row.ended_at) == (None, "hung_up", NOW)  # type: ignore[attr-defined]


async def test_a_call_back_is_booked_once(records: Records) -> None:
    talk = await opened(records)
    assert [await records.book_call_back(talk, "asked") for _ in range(2)] == [True, False]
    assert len(await records.callbacks(asked_by="Alice")) == 1
    with pytest.raises(SaysoError, match="no such conversation"):
        await records.book_call_back("nothing", "asked")


class TestContactStops:
    async def reached(self, records: Records) -> tuple[str, str]:
        """A person with a talk that waits, a reminder, a call-back, an alert, a chat and a planned call."""
        talk = await opened(records, identity="phone:1")
        await rung(records, talk)
        await records.keep_chat("telegram", "77", ChatView(talk))
        contact = ConsentAnswered(Scope.CONTACT, True, "consent.contact", "1")
        alert = AlertRaised(0, Level.CONCERN, "neglect", ())
        await say(records, talk, "hello", *consents(), contact, alert, CallbackRequested("asked", urgent=True))
        async with records.unit(talk) as unit:
            await unit.record(Paused(14), at=NOW)
            await unit.save(state={"a": 1}, reply={}, status="paused")
            await unit.remind("Our talk waits.", NOW + timedelta(days=3))
        return talk, await plan(records, kind="resume", talk=talk)

    async def queued(self, database: Database) -> set[str]:
        async with database.read() as connection:
            query = select(OutboxRow.kind).where(OutboxRow.state == "queued")
            return set((await connection.scalars(query)).all())

    @pytest.mark.parametrize("reason", ["asked", "died", "hospital", "moved", "wrong_number"])
    async def test_at_one_word(self, records: Records, database: Database, reason: str) -> None:
        _, planned_id = await self.reached(records)
        other = await plan(records, number="01632 960777")
        assert await self.queued(database) == {"telegram", "callback", "alert"}
        assert await records.stop_contact(NUMBER, reason, asked_by="phone") == 1
        assert (await records.planned_call(planned_id)).state == "cancelled"
        assert (await records.planned_call(other)).state == "planned"
        assert await self.queued(database) == {"alert"}, "an alert always leaves"
        assert await records.callbacks(asked_by="Alice") == []
        assert await records.is_stopped(NUMBER)
        [chat] = await rows_of(database, ChatRow)
        assert chat.blocked is (reason in {"died", "hospital", "moved"})  # type: ignore[attr-defined]

    async def test_staff_can_take_it_up_again(self, records: Records, database: Database, clock: Clock) -> None:
        talk, planned_id = await self.reached(records)
        await records.stop_contact_of(planned_id, "died", asked_by="phone")
        clock.advance(hours=1)
        await records.stop_contact(NUMBER, "asked", asked_by="phone")  # somebody says it again
        assert await records.take_up_contact(NUMBER, asked_by="Alice")
        assert (await records.planned_call(planned_id)).state == "planned"
        assert [back.conversation_id for back in await records.callbacks(asked_by="Alice")] == [talk]
        [chat] = await rows_of(database, ChatRow)
        assert chat.blocked is False  # type: ignore[attr-defined]
        assert not await records.is_stopped(NUMBER)
        assert not await records.take_up_contact(NUMBER, asked_by="Alice")

    async def test_a_slot_that_went_by_is_not_taken_up(self, records: Records, clock: Clock) -> None:
        planned_id = await plan(records)
        await records.stop_contact(NUMBER, "asked", asked_by="phone")
        clock.advance(days=4)
        await records.take_up_contact(NUMBER, asked_by="Alice")
        assert (await records.planned_call(planned_id)).state == "given_up"

    async def test_what_was_cancelled_for_another_reason_stays_so(self, records: Records) -> None:
        planned_id = await plan(records)
        await records.cancel_call(planned_id, asked_by="Alice")
        await records.stop_contact(NUMBER, "asked", asked_by="phone")
        await records.take_up_contact(NUMBER, asked_by="Alice")
        assert (await records.planned_call(planned_id)).state == "cancelled"

    async def test_twice_is_as_once_and_needs_a_reason(self, records: Records, database: Database) -> None:
        for reason in ("asked", "died"):
            await records.stop_contact(NUMBER, reason, asked_by="phone")
        [row] = await rows_of(database, DoNotCallRow)
        assert row.reason == "died"  # type: ignore[attr-defined]
        with pytest.raises(SaysoError, match="A reason is one of"):
            await records.stop_contact(NUMBER, "bored", asked_by="phone")
        with pytest.raises(SaysoError, match="no such planned call"):
            await records.stop_contact_of("nothing", "asked", asked_by="phone")


class TestForgetting:
    async def numbers(self, database: Database) -> list[object]:
        async with database.read() as connection:
            planned = select(PlannedCallRow.number, PlannedCallRow.number_hash, PlannedCallRow.preferred_name)
            logged = select(CallRow.number, CallRow.number_hash)
            rows = [*(await connection.execute(planned)).all(), *(await connection.execute(logged)).all()]
            return [value for row in rows for value in row if value is not None]

    async def found(self, records: Records) -> tuple[str, str]:
        """A planned call that found its person, and another one that is planned for them."""
        planned_id, talk = await plan(records), await opened(records, name="Winifredina")
        await records.call_began("c1", "outbound", planned_id=planned_id)
        await records.call_talks("c1", talk)
        return talk, planned_id

    @pytest.mark.parametrize("by", ["person", "staff"])
    async def test_who_withdraws_has_no_number_left(
        self, records: Records, database: Database, tmp_path: Path, by: str
    ) -> None:
        talk, planned_id = await self.found(records)
        more = await plan(records, kind="answer", talk=talk)
        shared = await opened(records, name="Walter")
        await rung(records, shared, "c9")
        await records.stop_contact("01632 960999", "asked", asked_by="phone")
        if by == "person":
            withdrawn = Ended(EndReason.WITHDRAWN)
            await say(records, talk, "take it all out", AllWithdrawn(), withdrawn, status="ended")
        else:
            await records.erase(talk, asked_by="Alice")
        for each in (planned_id, more):
            call = await records.planned_call(each)
            assert (call.state, call.number, call.preferred_name, call.code_word) == ("cancelled", "", "", "")
        assert len(await self.numbers(database)) == 2, "the other one who shares the telephone keeps theirs"
        assert len(await rows_of(database, DoNotCallRow)) == 1
        stored = await bytes_of(database, tmp_path)
        assert "Winifredina" not in stored
        assert "960123" not in stored

    async def test_the_end_of_a_talk_forgets_the_number_where_nothing_is_owed(
        self, records: Records, database: Database
    ) -> None:
        talk, planned_id = await self.found(records)
        async with database.write() as connection:
            await connection.execute(PlannedCallRow.__table__.update().values(state="calling"))
        await say(records, talk, "bye", *consents(), CLOSING, status="ended")
        assert await self.numbers(database) == []
        assert await records.note_outcome(planned_id, "talked", lambda _: Next("done")) == Next("done")

    @pytest.mark.parametrize(("kind", "kept"), [("answer", True), ("call_back", True), ("resume", False)])
    async def test_a_call_that_is_owed_keeps_its_number(
        self, records: Records, database: Database, kind: str, kept: bool
    ) -> None:
        talk = await opened(records, name="Winifredina")
        await plan(records, kind=kind, talk=talk)
        await say(records, talk, "bye", *consents(), CLOSING, status="ended")
        assert bool(await self.numbers(database)) is kept

    async def test_by_and_by_everything_goes(self, records: Records, database: Database, clock: Clock) -> None:
        await records.call_began("c1", "inbound", number=NUMBER)
        await plan(records)
        await records.stop_contact("01632 960999", "asked", asked_by="phone")
        waiting = await opened(records)
        await rung(records, waiting, "c2")
        clock.advance(days=13)
        await say(records, waiting, "hello")
        await records.purge()
        assert len(await self.numbers(database)) == 7
        clock.advance(days=5)
        await records.purge()
        assert len(await self.numbers(database)) == 5, "a call without a talk has no number any more"
        [call] = await records.planned_calls(asked_by="Alice", every=True)
        assert call.state == "given_up"
        clock.advance(days=15)
        await records.purge()
        assert await self.numbers(database) == []
        clock.advance(days=100)
        await records.purge()
        for table, left in ((CallRow, 0), (PlannedCallRow, 0), (DoNotCallRow, 1)):
            async with database.read() as connection:
                assert await connection.scalar(select(func.count()).select_from(table)) == left
