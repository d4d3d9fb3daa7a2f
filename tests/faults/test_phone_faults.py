"""What goes wrong on a call: the caller always hears something sensible, and nothing that was acknowledged is lost."""

from __future__ import annotations

import asyncio
import random
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from connectors.phone import audiosocket, words
from connectors.phone.hearing import LiveHearing
from connectors.phone.ports import KEYS, Call, Step
from connectors.phone.session import Phase
from dialogues.errors import SaysoError
from dialogues.types import Expects, Purpose, Turn
from tests.connectors.phone.asterisk_peer import AudioSocketPeer, until
from tests.connectors.phone.virtual_call import VirtualCall, asks, question, statement
from tests.faults.on_the_phone import (
    FOUL,
    FullDisk,
    Locked,
    OnTheLine,
    PhoneHouse,
    Resources,
    Tones,
    Voice,
    Weather,
    open_phone_house,
    quickly,
)

NUMBER = "+441632960001"
STORY = "the carers come late in the evening"
WEEK, MEALS = "What has been good in your week?", "How are your meals?"


async def listens(call: OnTheLine) -> None:
    await call.until(lambda: call.held.session.phase is Phase.LISTENING)


async def says(house: PhoneHouse, call: OnTheLine, text: str, seconds: float = 0.6) -> None:
    """Speaks once Sayso listens, until that has been taken: a busy machine may ask for it again."""
    before = call.held.report.turns
    while call.held.report.turns == before:
        await listens(call)
        call.line.says(house.tones.say(text, seconds))
        with suppress(TimeoutError):
            await call.until(lambda: call.held.report.turns > before, within=20)


async def to_an_open_question(house: PhoneHouse, call: OnTheLine) -> None:
    """By keys to the first question that is answered in own words."""
    for _ in range(30):
        await listens(call)
        asked = call.held.session.said_last[-1]
        if asked.expects is Expects.OPEN:
            return
        before = call.held.report.turns
        call.line.presses("2" if "helper" in asked.id else "1")
        await call.until(lambda before=before: call.held.report.turns > before)  # type: ignore[misc]
    raise AssertionError("no open question came")


async def waits_with_the_same_question(house: PhoneHouse, call_id: str) -> None:
    """The talk of a call that broke off is taken up with the question that was asked last."""
    conversation = await house.conversation_of(call_id)
    asked = (await house.house.engine.last_prompts(conversation)).prompts[-1]
    taken_up = await house.house.engine.resume(conversation, "phone")
    assert not taken_up.done
    assert taken_up.prompts[-1].id == asked.id
    assert taken_up.prompts[-1].text == asked.text


# -- the line -----------------------------------------------------------------------------------------------------


def test_a_talk_comes_to_its_end_in_any_weather(tmp_path: Path) -> None:
    """Loss, doubled, swapped and late frames, stalls of up to a second, and all of it at once."""
    kinds = {
        "loss and jitter": Weather(lost=0.05, jitter=0.15),
        "doubled and swapped": Weather(doubled=0.05, swapped=0.1),
        "stalls": Weather(stalls=0.01),
        "all": FOUL,
    }

    async def talk() -> None:
        async with open_phone_house(tmp_path) as house:
            calls = [
                await house.ring(name, weather=weather, seed=seed, caller=house.caller(seed, stories=1))
                for seed, (name, weather) in enumerate(kinds.items())
            ]
            await asyncio.gather(*(call.over() for call in calls))
            for call in calls:
                conversation = await house.conversation_of(call.line.call.id)
                view = await house.house.records.conversation(conversation)
                assert (view.status, view.end_reason) == ("ended", "closing"), call.line.call.id
            assert await house.nothing_is_lost() >= 4 * 15

    quickly(talk, times=9)


def test_one_way_audio_is_asked_again_and_left_with_the_place_kept(tmp_path: Path) -> None:
    async def talk() -> None:
        async with open_phone_house(tmp_path) as house:
            call = await house.ring("one-way", number=NUMBER)
            await to_an_open_question(house, call)
            house.voice.said.clear()
            call.line.sends_sound = False
            await call.over()
            assert WEEK in house.voice.said[0]
            assert words.TAKE_YOUR_TIME.text in house.voice.said
            assert house.voice.said[-1] == words.KEEP_PLACE.text
            await house.nothing_is_lost()
            await waits_with_the_same_question(house, "one-way")

    quickly(talk)


def test_the_line_drops_at_forty_moments(tmp_path: Path) -> None:
    """Nothing acknowledged is missing or doubled, and the same question is asked again."""

    async def dropped(house: PhoneHouse, seed: int) -> str:
        chance = random.Random(seed)
        call = await house.ring(f"dropped-{seed}", seed=seed, caller=house.caller(seed))
        turns, rest = chance.randrange(0, 9), chance.uniform(0.0, 1.8)
        await call.until(lambda: call.held.report.turns >= turns)
        await asyncio.sleep(rest)
        call.line.hang_up(broken=chance.random() < 0.5)
        await call.over()
        conversation = await house.conversation_of(call.line.call.id)
        if conversation:
            await waits_with_the_same_question(house, call.line.call.id)
        return conversation

    async def talk() -> None:
        async with open_phone_house(tmp_path) as house:
            places = asyncio.Semaphore(20)

            async def one(seed: int) -> str:
                async with places:
                    return await dropped(house, seed)

            found = await asyncio.gather(*(one(seed) for seed in range(40)))
            assert sum(map(bool, found)) >= 30
            assert await house.nothing_is_lost() > 100

    quickly(talk)


async def test_asterisk_starts_again_in_mid_call(tmp_path: Path) -> None:
    """Every connection is gone at once; every talk waits where it was, and new calls come and work."""
    async with (
        open_phone_house(tmp_path, voice=Voice(word_seconds=0.005)) as house,
        audiosocket.serving(house.calls.serve, port=0) as server,
    ):

        async def rings() -> AudioSocketPeer:
            peer = AudioSocketPeer(16_000)
            await peer.ring(server.port)
            await until(lambda: peer.id in house.held and house.held[peer.id].session.phase is Phase.LISTENING)
            return peer

        first = await asyncio.gather(*(rings() for _ in range(4)))
        for peer in first:
            await peer.press("1")
        await until(lambda: all(house.held[peer.id].report.turns for peer in first))
        for peer in first:
            await peer.break_off()
        await until(lambda: server.calls == 0)
        for peer in first:
            await waits_with_the_same_question(house, peer.id)
        second = await asyncio.gather(*(rings() for _ in range(4)))
        for peer in second:
            await peer.press("1")
        await until(lambda: all(house.held[peer.id].report.turns for peer in second))
        assert all(peer.frames_heard for peer in second)
        for peer in second:
            await peer.hang_up()
        await until(lambda: server.calls == 0)
        assert await house.nothing_is_lost() == 8


async def test_a_line_that_takes_nothing_costs_no_memory_and_recovers(tmp_path: Path) -> None:
    async with (
        open_phone_house(tmp_path, voice=Voice(word_seconds=0.05)) as house,
        audiosocket.serving(house.calls.serve, port=0) as server,
    ):
        peer = AudioSocketPeer(16_000)
        await peer.ring(server.port, receive_bytes=4_096)
        await until(lambda: peer.frames_heard > 5)
        held = house.held[peer.id]
        peer.stall()
        line: Any = held._line
        most_waiting = most_queued = 0
        for _ in range(100):
            await asyncio.sleep(0.03)
            most_waiting = max(most_waiting, len(line._waiting), line._transport.get_write_buffer_size() // 640)
            most_queued = max(most_queued, len(held._playout._queue))
        assert most_waiting <= 12
        assert most_queued <= 2_000
        peer.go_on()
        before = peer.frames_heard
        await until(lambda: peer.frames_heard > before + 20)
        await until(lambda: held.session.phase is Phase.LISTENING)
        await peer.press("1")
        await until(lambda: held.report.turns == 1)
        peer.stall()
        await asyncio.sleep(0.5)
        await peer.hang_up()
        await until(lambda: server.calls == 0)
        await house.nothing_is_lost()


# -- hearing and speaking -----------------------------------------------------------------------------------------


def test_a_recogniser_that_crashes_twice_leads_to_the_keys(tmp_path: Path) -> None:
    async def talk() -> None:
        async with open_phone_house(tmp_path) as house:
            call = await house.ring("crashes")
            await to_an_open_question(house, call)
            house.tones.crashes = 2
            for said in (words.SORRY_AGAIN.text, words.HARD_TO_HEAR.text):
                await listens(call)
                call.line.says(house.tones.say(STORY))
                await call.until(lambda said=said: said in house.voice.said)  # type: ignore[misc]
            assert call.held.report.turns == 6
            await listens(call)
            before = call.held.report.turns
            call.line.presses("#")
            await call.until(lambda: call.held.report.turns > before)
            await says(house, call, "the times they come")
            call.line.hang_up()
            await call.over()
            await house.nothing_is_lost()
            await waits_with_the_same_question(house, "crashes")

    quickly(talk)


def test_a_recogniser_that_hangs_is_given_up_and_others_are_heard(tmp_path: Path) -> None:
    """As many hearings hang as there are threads: the keys are offered, and whoever speaks next is heard."""

    async def talk() -> None:
        async with open_phone_house(tmp_path, workers=1) as house:
            call = await house.ring("hangs")
            await to_an_open_question(house, call)
            house.tones.hangs = 2
            for _ in range(2):
                await listens(call)
                call.line.says(house.tones.say(STORY))
                await call.until(lambda: call.held.session.phase is not Phase.LISTENING)
                await call.until(lambda: house.tones.hangs == 0 or call.held.session.phase is Phase.LISTENING)
            await call.until(lambda: words.HARD_TO_HEAR.text in house.voice.said)
            await says(house, call, STORY)
            other = await house.ring("another")
            await says(house, other, "yes")
            for each in (call, other):
                each.line.hang_up()
                await each.over()
            conversation = await house.conversation_of("hangs")
            transcript = await house.house.records.transcript(conversation, asked_by="test")
            assert STORY in [turn.text for turn in transcript]

    quickly(talk)


async def test_the_first_caller_does_not_wait_for_the_model() -> None:
    """What a recogniser loads when it is first used is loaded before; one that fails then is left for the calls."""
    tones = Tones()
    hearing = LiveHearing(tones, 1)
    await hearing.warm()
    assert tones.listened == 1
    tones.listen = lambda hint: 1 / 0  # type: ignore[assignment, method-assign, return-value]
    await hearing.warm()
    await hearing.close()


def test_a_recogniser_that_stumbles_within_an_answer_hears_it_whole(tmp_path: Path) -> None:
    async def talk() -> None:
        async with open_phone_house(tmp_path) as house:
            call = await house.ring("stumbles")
            await to_an_open_question(house, call)
            house.tones.stumbles = 3
            call.line.says(house.tones.say(STORY, 0.4))
            call.line.says(house.tones.say("and my tea is cold", 0.8))
            await call.until(lambda: call.held.report.turns == 7)
            call.line.hang_up()
            await call.over()
            transcript = await house.house.records.transcript(await house.conversation_of("stumbles"), asked_by="test")
            assert f"{STORY} and my tea is cold" in [turn.text for turn in transcript]

    quickly(talk)


@pytest.mark.parametrize("how", ["fails", "hangs"])
def test_a_voice_that_fails_in_mid_call_comes_back(tmp_path: Path, how: str) -> None:
    async def talk() -> None:
        async with open_phone_house(tmp_path) as house:
            call = await house.ring("voiceless")
            await to_an_open_question(house, call)
            house.voice.said.clear()
            setattr(house.voice, how, 1)
            await says(house, call, STORY)
            await call.until(lambda: house.voice.said)
            await says(house, call, "the times they come")
            assert house.voice.said[0] in {p.text for p in call.held.session.said_last} or len(house.voice.said) > 1
            call.line.hang_up()
            await call.over()
            await house.nothing_is_lost()
            await waits_with_the_same_question(house, "voiceless")

    quickly(talk)


# -- the database -------------------------------------------------------------------------------------------------


async def test_a_database_locked_for_three_seconds_is_bridged(tmp_path: Path) -> None:
    """Another connection holds the lock: "one moment", then the answer; the turn is there once."""
    async with open_phone_house(tmp_path, voice=Voice(word_seconds=0.005)) as house:
        call = await house.ring("locked")
        await to_an_open_question(house, call)
        async with Locked(tmp_path):
            call.line.says(house.tones.say(STORY))
            await call.until(lambda: words.MOMENT.text in house.voice.said)
            await asyncio.sleep(2)
        await call.until(lambda: call.held.session.phase is Phase.LISTENING)
        assert words.SORRY_AGAIN.text not in house.voice.said
        call.line.hang_up()
        await call.over()
        transcript = await house.house.records.transcript(await house.conversation_of("locked"), asked_by="test")
        assert [turn.text for turn in transcript].count(STORY) == 1
        await house.nothing_is_lost()


def test_what_fails_unforeseen_is_tried_again_and_stored_once(tmp_path: Path) -> None:
    async def talk() -> None:
        async with open_phone_house(tmp_path) as house:
            call = await house.ring("unforeseen")
            await to_an_open_question(house, call)
            left = [RuntimeError("once"), RuntimeError("twice")]

            async def fault(turn: Turn) -> None:
                if left:
                    raise left.pop()

            house.handler.fault = fault
            await says(house, call, STORY)
            await listens(call)
            assert words.SORRY_GOODBYE.text not in house.voice.said
            assert call.line.ended is None
            call.line.hang_up()
            await call.over()
            transcript = await house.house.records.transcript(
                await house.conversation_of("unforeseen"), asked_by="test"
            )
            assert [turn.text for turn in transcript].count(STORY) == 1
            await house.nothing_is_lost()

    quickly(talk)


def test_a_full_disk_ends_the_call_kindly_with_nothing_lost(tmp_path: Path) -> None:
    async def talk() -> None:
        async with open_phone_house(tmp_path) as house:
            call = await house.ring("full")
            await to_an_open_question(house, call)
            pages = FullDisk(house)
            await pages.fill()
            call.line.says(house.tones.say(STORY))
            await call.over()
            assert house.voice.said[-1] == words.SORRY_GOODBYE.text
            await pages.make_room()
            assert await house.nothing_is_lost() == 6
            await waits_with_the_same_question(house, "full")

    quickly(talk)


@pytest.mark.parametrize("part", ["began", "opening"])
def test_a_call_that_can_not_be_looked_up_is_not_dropped_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    async def talk() -> None:
        async with open_phone_house(tmp_path) as house:

            async def fails(call: Call) -> None:
                raise RuntimeError("database is locked")

            with monkeypatch.context() as patched:
                patched.setattr(house.desk, part, fails)
                call = await house.ring("unlucky")
                await call.over()
            assert house.voice.said == [words.SORRY_GOODBYE.text]
            call = await house.ring("lucky")
            await listens(call)
            call.line.hang_up()
            await call.over()

    quickly(talk)


def test_a_talk_whose_first_note_fails_is_begun_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The talk was opened, but the call could not be noted: the person hears the first question before they answer."""

    async def talk() -> None:
        async with open_phone_house(tmp_path) as house:
            real, opened, left = house.desk.talk_begun, [], [1, 2]

            async def talk_begun(call: Call, conversation_id: str) -> Any:
                opened.append(conversation_id)
                if left:
                    left.pop()
                    raise SaysoError("storage_busy", "Busy. Try again.", permanent=False)
                return await real(call, conversation_id)

            monkeypatch.setattr(house.desk, "talk_begun", talk_begun)
            call = await house.ring("noted-late")
            await to_an_open_question(house, call)
            assert len(opened) == 3
            assert len(set(opened)) == 1
            call.line.hang_up()
            await call.over()
            assert await house.nothing_is_lost() == 6

    quickly(talk)


# -- floods -------------------------------------------------------------------------------------------------------


def test_five_hundred_keys_in_a_second(tmp_path: Path) -> None:
    """Whatever is pressed, few turns come of it, and the call goes on or ends as the person was told."""

    async def flooded(house: PhoneHouse, keys: str) -> None:
        chance = random.Random(keys)
        call = await house.ring(f"keys {keys}")
        await to_an_open_question(house, call)
        before = call.held.report.turns
        for _ in range(500):
            call.line.presses(chance.choice(keys))
            await asyncio.sleep(0.002)
        await call.until(lambda: call.held.session.phase is Phase.LISTENING or call.serving.done())
        assert call.held.report.turns - before < 60
        if not call.serving.done():
            await says(house, call, STORY)
        call.line.hang_up()
        await call.over()

    async def talk() -> None:
        async with open_phone_house(tmp_path, voice=Voice(word_seconds=0.06)) as house:
            await asyncio.gather(*(flooded(house, keys) for keys in ("0", "1", "123456789*#", "".join(sorted(KEYS)))))
            await house.nothing_is_lost()

    quickly(talk)


def test_zero_pressed_again_and_again_asks_for_a_person_once() -> None:
    call = VirtualCall(asks(WEEK), asks(MEALS), thinking=5.0).listening()
    for _ in range(500):
        call._do(call.session.key("0"))
    call.wait(4)
    assert call.log.turns == [words.PERSON]
    call.listening()
    assert call.log.words[-1] == MEALS


@pytest.mark.parametrize("key", [True, False])
def test_nobody_consents_to_what_they_have_not_heard(key: bool) -> None:
    """Keys and speech over the words before a consent do not answer the consent."""
    asked = question("May I keep your words?", Expects.YES_NO, Purpose.CONSENT_KEEP, serious=True)
    call = VirtualCall(asks(WEEK), Step((statement("Thank you. " * 6), asked)), asks(MEALS)).says("all good").wait(1)
    if key:
        call.presses("1")
    else:
        call.speaks(1.0, "yes").wait(3)
    assert call.log.turns == ["all good"]
    call.listening()
    assert asked.text in " ".join(call.log.words)
    call.says("yes")
    assert call.log.turns == ["all good", "yes"]


@pytest.mark.parametrize("expects", [Expects.OPEN, Expects.YES_NO])
@pytest.mark.parametrize("minutes", [10, 95])
def test_a_caller_who_never_stops_talking(expects: Expects, minutes: int) -> None:
    """Turns are taken all the same, none grows without bound, and a sound that never ends does not hold the line."""
    call = VirtualCall(asks("Hello.", WEEK, expects=expects), asks("I see.", MEALS, expects=expects)).listening()
    for _ in range(minutes * 30):
        call.speaks(1.9, "and then", after=0.0).wait(2.0)
        if call.log.ended:
            break
    assert call.log.submitted
    longest = max(len(utterance.text.split()) for _, utterance in call.log.submitted)
    assert longest <= (2 * 60 * 3.3 if expects is Expects.OPEN else 60)
    assert sum(MEALS in said for said in call.log.words) >= minutes / 10
    if minutes > 60:
        assert call.log.ended
        assert call.log.words[-1] == words.KEEP_PLACE.text
        assert call.log.left


def test_silence_for_ever_ends_kindly_wherever_it_begins() -> None:
    for moment in range(0, 60, 3):
        call = VirtualCall(asks("Hello.", WEEK), asks("I see.", MEALS)).wait(0.1)
        call.says("all good") if moment > 20 else None
        call.wait(moment / 3)
        call.over()
        assert call.log.words[-1] == words.KEEP_PLACE.text
        assert call.log.left == [True]


def test_what_is_said_to_somebody_else_in_the_room_is_not_taken_at_the_end() -> None:
    call = VirtualCall(asks(WEEK), asks(MEALS)).says("hold on a minute").wait(6)
    assert call.session.phase is Phase.HOLDING
    call.speaks(3, "it is only the phone bert").wait(1).hangs_up()
    assert call.log.turns == []
    assert call.log.left == [False]


@pytest.mark.parametrize("failure", ["busy", "for good"])
def test_a_failure_after_danger_does_not_hang_up(failure: str) -> None:
    ring = statement("Please ring 999 now.", purpose=Purpose.SAFETY, serious=True)
    call = VirtualCall(asks(WEEK), Step((ring,), done=True), RuntimeError(failure)).says("I have had a fall")
    call.says("are you there").listening()
    assert call.log.words[-1] == words.STAYING.text
    assert call.log.ended == []


def test_hanging_up_at_every_moment_keeps_what_was_said() -> None:
    """Speech that began is taken, whatever Sayso was doing; the talk waits, once."""
    for step in range(0, 160):
        call = VirtualCall(asks("Hello.", WEEK), asks("I see.", MEALS), asks("And?"), thinking=1.0).listening()
        call.speaks(2.0, "the carers come late").speaks(1.5, "on sundays", after=5.0).wait(0.1 + step * 0.1)
        call.hangs_up()
        said = " ".join(text for text in call.log.turns)
        heard = 0.1 + step * 0.1
        if heard > 0.3:
            assert "the carers come late" in said, (step, call.log)
        if heard > 5.3:
            assert "on sundays" in said, (step, call.log)
        assert len(call.log.left) == 1
        assert call.session.phase is Phase.OVER


def test_keys_while_somebody_speaks_leave_one_answer() -> None:
    call = VirtualCall(asks("Is it so?", expects=Expects.YES_NO), asks("And so?", expects=Expects.YES_NO)).listening()
    call.wait(1).speaks(3.0, "well I think").wait(0.5).presses("1")
    assert call.log.turns == ["yes"]
    call.wait(10)
    assert len(call.log.turns) <= 2
    assert call.session.phase in {Phase.LISTENING, Phase.SPEAKING, Phase.THINKING}


# -- many at once -------------------------------------------------------------------------------------------------


def test_ten_calls_begin_and_hang_up_at_the_same_moment(tmp_path: Path) -> None:
    async def talk() -> None:
        async with open_phone_house(tmp_path) as house:
            calls = await asyncio.gather(*(house.ring(f"at-once-{n}") for n in range(10)))
            await asyncio.gather(*(to_an_open_question(house, call) for call in calls))
            for call in calls:
                call.line.says(house.tones.say(STORY, 3.0))
            await asyncio.sleep(1.5)
            for call in calls:
                call.line.hang_up()
            await asyncio.gather(*(call.over() for call in calls))
            for call in calls:
                transcript = await house.house.records.transcript(
                    await house.conversation_of(call.line.call.id), asked_by="test"
                )
                assert [turn.text for turn in transcript].count(STORY) == 1
                await waits_with_the_same_question(house, call.line.call.id)
            assert await house.nothing_is_lost() == 10 * 7

    quickly(talk)


def test_two_hundred_short_calls_leave_nothing_behind(tmp_path: Path) -> None:
    """Tasks, threads, file descriptors and memory go back to where they were."""

    async def talk() -> None:
        async with open_phone_house(tmp_path) as house:

            async def short(number: int) -> None:
                chance = random.Random(number)
                call = await house.ring(f"short-{number}")
                await listens(call)
                if number % 3 == 0:
                    call.line.presses("1")
                elif number % 3 == 1:
                    call.line.says(house.tones.say("yes", 1.0))
                await asyncio.sleep(chance.uniform(0, 0.8))
                call.line.hang_up(broken=number % 2 == 0)
                await call.over()
                del house.held[f"short-{number}"]

            async def batches(first: int, last: int) -> None:
                for batch in range(first, last):
                    await asyncio.gather(*(short(20 * batch + n) for n in range(20)))

            await batches(0, 2)
            before = Resources.now()
            await batches(2, 12)
            after = Resources.now()
            assert after.tasks == before.tasks == 1
            assert after.threads <= before.threads + 1
            assert after.files <= before.files + 1
            assert after.megabytes - before.megabytes < 12
            assert sum(t.name.startswith("call-listener") for t in threading.enumerate()) <= 2

    quickly(talk)
