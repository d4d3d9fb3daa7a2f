"""One turn, one transaction."""

from __future__ import annotations

import asyncio

import pytest
from storing import NOW, Clock, opened, say

from bot.records import Records
from dialogues.errors import SaysoError
from dialogues.types import Paused, Resumed


async def test_a_turn_is_stored_with_its_reply_and_handled_once(records: Records) -> None:
    conversation_id = await opened(records)
    async with records.unit(conversation_id) as unit:
        assert await unit.reply_to("m1") is None
        number = await unit.add_turn(speaker="person", text="Yes love.", message_id="m1", act="affirm", confidence=0.9)
        await unit.add_turn(speaker="bot", text="Thank you.", prompt_id="thanks", purpose="closing", expects="none")
        await unit.save(state={"step": "keep"}, reply={"prompts": [{"text": "Thank you."}]}, status="open")
    assert number == 0
    async with records.unit(conversation_id) as unit:
        assert await unit.reply_to("m1") == {"prompts": [{"text": "Thank you."}]}
        assert (unit.state, unit.turn_count, unit.status) == ({"step": "keep"}, 2, "open")
        assert (unit.service, unit.preferred_name, unit.dialogue_version) == ("home", "Winnie", "1")
    turns = await records.transcript(conversation_id, asked_by="Alice")
    assert [(turn.speaker, turn.text) for turn in turns] == [("person", "Yes love."), ("bot", "Thank you.")]


async def test_a_message_cannot_be_added_twice(records: Records) -> None:
    conversation_id = await opened(records)
    for expected in (None, "message_known"):
        try:
            async with records.unit(conversation_id) as unit:
                await unit.add_turn(speaker="person", text="Yes", message_id="same")
            code = None
        except SaysoError as error:
            code = error.code
        assert code == expected


async def test_an_exception_rolls_everything_back(records: Records) -> None:
    conversation_id = await opened(records)

    async def fails() -> None:
        async with records.unit(conversation_id) as unit:
            await unit.add_turn(speaker="person", text="lost", message_id="m1")
            await unit.enqueue(kind="alert", payload={}, dedupe_key="a")
            await unit.save(state={"step": "lost"}, reply={}, status="paused")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    async with records.unit(conversation_id) as unit:
        assert (unit.state, unit.turn_count, unit.status) == ({"step": "opening"}, 0, "open")
        assert await unit.reply_to("m1") is None


async def test_an_unknown_conversation_is_refused(records: Records) -> None:
    with pytest.raises(SaysoError) as caught:
        async with records.unit("nobody"):
            pass
    assert caught.value.code == "conversation_unknown"


async def test_an_unknown_service_is_refused(records: Records) -> None:
    with pytest.raises(SaysoError) as caught:
        await opened(records, service="nowhere")
    assert caught.value.code == "service_unknown"


async def test_turns_at_the_same_time_are_numbered_one_after_another(records: Records) -> None:
    conversation_id = await opened(records)

    async def turn(index: int) -> None:
        async with records.unit(conversation_id) as unit:
            await unit.add_turn(speaker="person", text=str(index), message_id=f"m{index}")
            await asyncio.sleep(0)

    await asyncio.gather(*(turn(index) for index in range(20)))
    turns = await records.transcript(conversation_id, asked_by="participant")
    assert [turn.number for turn in turns] == list(range(20))


async def test_a_resume_code_finds_only_unfinished_conversations(records: Records, clock: Clock) -> None:
    made = await records.open_conversation(
        service="home", channel="phone", preferred_name="", dialogue_version="1", state={}, reply={}
    )
    code = made.resume_code
    assert len(code) == 9
    assert code[4] == "-"
    assert not set(code) & set("018BGILOQSUVZ25")
    typed = code.lower().replace("-", " ")
    assert await records.find_by_resume_code(typed) == made.conversation_id
    await say(records, made.conversation_id, "another day", Paused(14), status="paused")
    clock.advance(days=13)
    assert await records.find_by_resume_code(code) == made.conversation_id
    clock.advance(days=2)
    assert await records.find_by_resume_code(code) is None
    await say(records, made.conversation_id, "hello", Resumed())
    assert await records.find_by_resume_code(code) == made.conversation_id


@pytest.mark.parametrize("code", ["", "AAAA", "AAAA-AAA!", "OOOO-0000", "ACDE-FHJK"])
async def test_other_codes_find_nothing(records: Records, code: str) -> None:
    await opened(records)
    assert await records.find_by_resume_code(code) is None


async def test_an_ended_conversation_stays_ended(records: Records) -> None:
    from dialogues.types import Ended, EndReason

    conversation_id = await opened(records)
    await say(records, conversation_id, "bye", Ended(EndReason.STOPPED), status="open")
    assert (await records.conversation(conversation_id)).status == "ended"
    async with records.unit(conversation_id) as unit:
        await unit.save(state={}, reply={}, status="open")
    view = await records.conversation(conversation_id)
    assert (view.status, view.end_reason) == ("ended", "stopped")


async def test_an_unknown_status_is_refused(records: Records) -> None:
    conversation_id = await opened(records)
    with pytest.raises(SaysoError, match="open, paused, ended"):
        await say(records, conversation_id, "hm", status="asleep")


async def test_the_same_person_is_recognised_without_being_named(records: Records, database: object) -> None:
    first = await opened(records, identity="+447700900001")
    second = await opened(records, identity="+447700900001", name="")
    await records.save_contact(first, kind="phone", value="+447700900001")
    assert await records.contacts(second, asked_by="Alice") == {"phone": "+447700900001"}
    assert await records.contacts(await opened(records), asked_by="Alice") == {}
    _ = NOW
