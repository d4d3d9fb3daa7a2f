"""Messages of Sayso's own: with leave, where there is a way, in agreed hours, and not once they are not wanted."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from house import House
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from bot.records.chats import ChatView
from bot.records.reaching import AgreedHours
from bot.storage.models import OutboxRow
from dialogues.types import Purpose

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-07-01T07:59", "2026-07-01T08:00"),  # 09:00 British Summer Time
        ("2026-07-01T12:00", "2026-07-01T12:00"),
        ("2026-07-01T19:00", "2026-07-02T08:00"),  # 20:00 is over
        ("2026-10-24T20:00", "2026-10-25T09:00"),  # the clocks go back in between
        ("2026-12-31T23:30", "2027-01-01T09:00"),
    ],
)
def test_the_next_agreed_hour(moment: str, expected: str) -> None:
    found = AgreedHours().next(datetime.fromisoformat(moment).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@given(some.integers(min_value=0, max_value=2 * 365 * 24 * 60))
def test_it_lies_within_the_hours_and_never_before(minutes: int) -> None:
    asked = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = AgreedHours().next(asked)
    assert found >= asked
    assert time(9) <= found.astimezone(LONDON).time() < time(20)


async def queued(house: House) -> list[datetime]:
    async with house.database.read() as connection:
        query = select(OutboxRow.next_at).where(OutboxRow.kind == "telegram", OutboxRow.state == "queued")
        return list((await connection.scalars(query)).all())


async def paused(house: House, *, contact: str = "yes", chat: bool = True) -> str:
    opened = await house.engine.start(service="home_care", channel="telegram", identity="telegram:7")
    conversation = opened.conversation_id
    if chat:
        await house.records.keep_chat("telegram", "7", ChatView(conversation))
    await house.until(conversation, Purpose.CONSENT_CONTACT)
    await house.say(conversation, contact)
    await house.say(conversation, "another day please")
    return conversation


async def test_a_pause_is_brought_to_mind_in_the_agreed_hours(house: House) -> None:
    await paused(house)
    [at] = await queued(house)
    assert (at - house.clock.now).days == 3
    assert time(9) <= at.astimezone(LONDON).time() < time(20)


async def test_nobody_is_reminded_without_leave(house: House) -> None:
    await paused(house, contact="no")
    assert await queued(house) == []


async def test_nobody_is_reminded_without_a_chat(house: House) -> None:
    await paused(house, chat=False)
    assert await queued(house) == []


async def test_who_blocked_is_not_reminded(house: House) -> None:
    opened = await house.engine.start(service="home_care", channel="telegram", identity="telegram:7")
    await house.records.keep_chat("telegram", "7", ChatView(opened.conversation_id))
    await house.records.block_chat("telegram", "7", blocked=True)
    await house.until(opened.conversation_id, "needs")
    await house.say(opened.conversation_id, "another day please")
    assert await queued(house) == []


@pytest.mark.parametrize("words", ["hello", "stop"])
async def test_who_comes_back_first_is_not(house: House, words: str) -> None:
    conversation = await paused(house)
    await house.say(conversation, words)
    assert await queued(house) == []
