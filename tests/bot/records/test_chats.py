"""Chats, updates and invitations of a messenger."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from storing import Clock, opened, say

from bot.records import Records
from bot.records.chats import ChatView
from bot.storage import Database
from bot.storage.models import ArrivalRow, ChatRow, InvitationRow
from dialogues.errors import SaysoError
from dialogues.types import AllWithdrawn, Ended, EndReason


async def test_an_update_is_taken_in_once(records: Records) -> None:
    assert await records.take_in("telegram", [("1", "one"), ("2", "two")]) == ["1", "2"]
    assert await records.take_in("telegram", [("2", "two"), ("3", "three")]) == ["3"]
    assert [payload for _, payload in await records.arrivals_waiting("telegram")] == ["one", "two", "three"]


async def test_what_is_done_leaves_no_words(records: Records, database: Database) -> None:
    await records.take_in("telegram", [("1", "my words")])
    async with database.read() as connection:
        assert "my words" not in str(await connection.scalar(select(ArrivalRow.payload)))
    await records.arrival_done("telegram", "1")
    assert await records.arrivals_waiting("telegram") == []
    assert await records.take_in("telegram", [("1", "my words")]) == [], "the id is remembered"
    async with database.read() as connection:
        assert await connection.scalar(select(ArrivalRow.payload)) == ""


async def test_old_ids_go(records: Records, database: Database, clock: Clock) -> None:
    await records.take_in("telegram", [("1", "done"), ("2", "waits")])
    await records.arrival_done("telegram", "1")
    clock.advance(days=8)
    await records.purge()
    async with database.read() as connection:
        assert list((await connection.scalars(select(ArrivalRow.update_id))).all()) == ["2"]


async def test_a_chat_is_remembered_without_its_address(records: Records, database: Database) -> None:
    assert await records.chat("telegram", "77001") == ChatView()
    conversation = await opened(records)
    kept = ChatView(conversation, by_voice=True, words_a_minute=130, amends="m")
    for _ in range(2):
        await records.keep_chat("telegram", "77001", kept)
    assert await records.chat("telegram", "77001") == kept
    assert await records.chat("telegram", "77002") == ChatView()
    async with database.read() as connection:
        [row] = (await connection.execute(select(ChatRow.__table__))).all()
    assert "77001" not in f"{row.address_hash} {row.address}"


async def test_who_withdraws_can_no_longer_be_reached(records: Records, database: Database) -> None:
    conversation = await opened(records, identity="telegram:77001")
    await records.keep_chat("telegram", "77001", ChatView(conversation))
    await say(records, conversation, "take it all out", AllWithdrawn(), Ended(EndReason.WITHDRAWN), status="ended")
    async with database.read() as connection:
        assert await connection.scalar(select(ChatRow.address)) is None


class TestInvitations:
    async def test_a_code_opens_one_talk(self, records: Records, database: Database) -> None:
        code = await records.invite("home", preferred_name="Winnie")
        async with database.read() as connection:
            [row] = (await connection.execute(select(InvitationRow.__table__))).all()
        assert code.replace("-", "") not in str(row)
        assert "Winnie" not in str(row)
        typed = code.lower().replace("-", " ")
        found = await records.use_invitation(typed)
        assert found is not None
        assert (found.service, found.preferred_name) == ("home", "Winnie")
        assert await records.use_invitation(code) is None

    async def test_a_poster_is_for_many(self, records: Records) -> None:
        code = await records.invite("home", uses=None)
        assert [await records.use_invitation(code) is not None for _ in range(3)] == [True] * 3

    async def test_it_holds_for_its_time(self, records: Records, clock: Clock) -> None:
        code = await records.invite("home", valid_for=timedelta(days=2))
        clock.advance(days=3)
        assert await records.use_invitation(code) is None

    @pytest.mark.parametrize("code", ["", "AAAA", "not a code at all", "ACDE-FHJK"])
    async def test_what_does_not_fit(self, records: Records, code: str) -> None:
        assert await records.use_invitation(code) is None

    async def test_an_unknown_service_is_told(self, records: Records) -> None:
        with pytest.raises(SaysoError, match="no such service"):
            await records.invite("nowhere")
