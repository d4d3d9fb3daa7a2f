"""A message that is changed takes the place of its turn; a second hearing is used in time, and proposed later."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from house import House
from sqlalchemy import select

from bot.storage.models import HearingRow, RecordingRow
from dialogues.types import HeardWord, Hearing, Point, Purpose, Reply, Status, Turn

LIVE = Hearing("vosk", (HeardWord("they", 0.1, 0.3, 0.9),), b"OggS live")
SECOND = Hearing("whisper")


async def points(house: House, conversation: str) -> dict[str, str]:
    return {p.point_id: p.quote or "" for p in await house.records.contributions(conversation, asked_by="test")}


async def asked(house: House, purpose: str = "topic_open") -> str:
    conversation = (await house.open()).conversation_id
    await house.until(conversation, purpose)
    return conversation


async def states(house: House) -> list[str]:
    async with house.database.read() as connection:
        return list((await connection.scalars(select(HearingRow.state).order_by(HearingRow.id))).all())


async def say_and_answer_until(house: House, conversation: str, purpose: str) -> Reply:
    """Answers without new points until a purpose comes."""
    reply = await house.engine.last_prompts(conversation)
    for _ in range(40):
        if reply.prompts[-1].purpose.value == purpose:
            return reply
        expects = reply.prompts[-1].expects.value
        reply = await house.say(conversation, {"yes_no": "no", "beans": "10", "read_back": "yes"}.get(expects, "skip"))
    raise AssertionError(purpose)


class TestEdits:
    async def test_an_edited_answer_takes_the_place_of_the_turn(self, house: House) -> None:
        conversation = await asked(house)
        first = await house.say(conversation, "the tea call comes at for", "m")
        again = await house.say(conversation, "the tea call comes at four", "m:edit", amends="m")
        assert [p.id for p in again.prompts] == ["repair.changed", *(p.id for p in first.prompts)]
        assert await points(house, conversation) == {"p2": "the tea call comes at four"}

    async def test_an_edit_may_be_edited(self, house: House) -> None:
        conversation = await asked(house)
        await house.say(conversation, "they come at for", "m")
        await house.say(conversation, "they come at fore", "m:1", amends="m")
        await house.say(conversation, "they come at four", "m:2", amends="m")
        assert list((await points(house, conversation)).values()) == ["they come at four"]

    async def test_a_yes_that_becomes_a_no_is_a_no(self, house: House) -> None:
        conversation = await asked(house, "consent_quote")
        await house.say(conversation, "yes", "m")
        reply = await house.say(conversation, "no", "m:edit", amends="m")
        assert reply.prompts[-1].purpose is Purpose.CONSENT_CONTACT
        async with house.records.unit(conversation) as unit:
            assert unit._work.current("consent_quote") is False

    async def test_a_confirmation_taken_back_by_an_edit_is_none(self, house: House) -> None:
        conversation = await asked(house)
        await house.say(conversation, "the tea call comes at four")
        await say_and_answer_until(house, conversation, "read_back")
        await house.say(conversation, "yes", "m")
        await house.say(conversation, "skip", "m:edit", amends="m")
        [point] = await house.records.contributions(conversation, asked_by="test")
        assert point.status == Status.HEARD

    async def test_an_edit_of_an_older_message_is_asked_about(self, house: House) -> None:
        conversation = await asked(house)
        await house.say(conversation, "the tea call comes at four", "old")
        last = await house.say(conversation, "skip", "new")
        reply = await house.say(conversation, "the tea call comes at six", "old:edit", amends="old")
        assert [p.id for p in reply.prompts] == ["repair.changed_earlier", last.prompts[-1].id]
        assert await points(house, conversation) == {"p1": "the tea call comes at four"}

    async def test_danger_in_an_edit_is_danger(self, house: House) -> None:
        conversation = await asked(house)
        await house.say(conversation, "I am on the flor", "m")
        reply = await house.say(conversation, "I am on the floor", "m:edit", amends="m")
        assert reply.done
        assert reply.prompts[0].id == "safety.ring_999"

    async def test_the_same_edit_twice_is_one(self, house: House) -> None:
        conversation = await asked(house)
        await house.say(conversation, "they come at for", "m")
        await house.say(conversation, "they come at four", "m:edit", amends="m")
        assert (await house.say(conversation, "they come at four", "m:edit", amends="m")).duplicate
        assert len(await points(house, conversation)) == 1


class TestSecondHearing:
    async def test_the_live_hearing_is_kept_with_its_recording(self, house: House) -> None:
        conversation = await asked(house)
        await house.say(conversation, "they come at for", "m", hearing=LIVE, confidence=0.8)
        spoken = await house.records.spoken(conversation, "m")
        assert spoken is not None
        assert await house.records.recording(conversation, spoken.number) == LIVE.recording
        async with house.database.read() as connection:
            assert await connection.scalar(select(RecordingRow.audio)) != LIVE.recording  # encrypted
            assert await connection.scalar(select(HearingRow.words)) == [["they", 0.1, 0.3, 0.9]]

    async def test_in_time_it_is_what_is_read_back(self, house: House) -> None:
        conversation = await asked(house)
        await house.say(conversation, "the tea coal comes at four", "m", hearing=LIVE)
        await house.engine.hear_again(conversation, "m", "the tea call comes at four", SECOND)
        assert await points(house, conversation) == {"p1": "the tea call comes at four"}
        turns = await house.records.transcript(conversation, asked_by="test")
        assert "the tea call comes at four" in [t.text for t in turns]
        assert await states(house) == ["live", "used"]
        reply = await say_and_answer_until(house, conversation, "read_back")
        assert "the tea call comes at four" in reply.prompts[-1].text

    async def test_the_same_words_change_nothing(self, house: House) -> None:
        conversation = await asked(house)
        await house.say(conversation, "they come late", "m", hearing=LIVE)
        await house.engine.hear_again(conversation, "m", "They come late.", SECOND)
        assert await states(house) == ["live", "same"]
        assert await points(house, conversation) == {"p1": "they come late"}

    @pytest.mark.parametrize(
        ("choice", "state", "quote"),
        [
            ("yes", "accepted", "the night carer never comes"),
            ("no", "refused", "the night career comes"),
        ],
    )
    async def test_after_confirmation_the_person_chooses(
        self,
        house: House,
        choice: str,
        state: str,
        quote: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        conversation = await asked(house)
        await house.say(conversation, "the night career comes", "m", hearing=LIVE)
        await say_and_answer_until(house, conversation, "read_back")
        await house.say(conversation, "yes")
        finder = house.engine._understander._analysis
        whole = finder.points

        def other_meaning(text: str, question: str) -> tuple[Point, ...]:
            return tuple(replace(p, themes=("staffing",)) for p in whole(text, question))

        monkeypatch.setattr(finder, "points", other_meaning)
        await house.engine.hear_again(conversation, "m", "the night carer never comes", SECOND)
        assert await points(house, conversation) == {"p1": "the night career comes"}, "confirmed words stand"
        assert await states(house) == ["live", "proposed"]
        for _ in range(10):
            reply = await house.say(conversation, "skip")
            if reply.prompts[-1].id == "second_hearing.which":
                break
        assert "the night carer never comes" in reply.prompts[-1].text
        await house.say(conversation, choice)
        assert await states(house) == ["live", state]
        [point] = await house.records.contributions(conversation, asked_by="test")
        assert (point.quote, point.status) == (quote, Status.CONFIRMED)

    async def test_a_pause_brings_the_question_at_the_next_contact(self, house: House) -> None:
        opened = await house.engine.start(service="home_care", channel="api", identity="telegram:1")
        conversation = opened.conversation_id
        await house.until(conversation, "topic_open")
        await house.say(conversation, "skip this", "m", hearing=LIVE)
        await house.engine.hear_again(conversation, "m", "the bread is always dry", SECOND)
        assert await states(house) == ["live", "proposed"]
        await house.say(conversation, "another day please")
        reply = await house.say(conversation, "hello")
        assert reply.prompts[-1].id == "second_hearing.which"
        await house.say(conversation, "yes")
        assert list((await points(house, conversation)).values()) == ["the bread is always dry"]

    async def test_danger_heard_only_the_second_time_raises_an_alert(self, house: House) -> None:
        conversation = await asked(house)
        await house.say(conversation, "I am on the four", "m", hearing=LIVE)
        await house.engine.hear_again(conversation, "m", "I am on the floor", SECOND)
        assert [a.level for a in await house.records.alerts(asked_by="test")] == ["immediate"]

    async def test_it_comes_twice_and_counts_once(self, house: House) -> None:
        conversation = await asked(house)
        await house.say(conversation, "the tea coal comes at four", "m", hearing=LIVE)
        for _ in range(2):
            await house.engine.hear_again(conversation, "m", "the tea call comes at four", SECOND)
        assert await states(house) == ["live", "used"]

    async def test_an_unknown_message_is_no_fault(self, house: House) -> None:
        conversation = await asked(house)
        await house.engine.hear_again(conversation, "never", "words", SECOND)
        assert await states(house) == []


async def test_the_same_identity_is_the_same_person(house: House) -> None:
    for _ in range(2):
        await house.engine.start(service="home_care", channel="telegram", identity="telegram:7")
    async with house.database.read() as connection:
        people = (await connection.exec_driver_sql("SELECT count(*) FROM participant")).scalar()
    assert people == 1


async def test_pieces_carry_the_reply_once(house: House) -> None:
    conversation = await asked(house)
    turns = [Turn(conversation, f"p{n}", f"piece {n}", house.clock.now, channel="telegram") for n in range(2)]
    first, second = await asyncio.gather(*(house.engine.handle_turn(t) for t in turns))
    assert (first.joined, second.joined) == (False, True)
