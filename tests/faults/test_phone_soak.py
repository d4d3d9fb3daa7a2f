"""The phone line for long: a real call in foul weather, hundreds of faulty calls, what an idle call costs."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from bot.app import App, open_app
from bot.phone import line as phone_line
from bot.phone.line import PhoneLine, open_phone
from bot.settings import load_settings
from bot.speech import Speech, open_speech
from connectors.phone import words
from connectors.phone.call import CallInProgress
from connectors.phone.manners import Manners
from connectors.phone.ports import Call, Line
from connectors.phone.session import Phase
from dialogues.types import Prompt, Purpose, Turn
from tests.callers.caller import STORIES, Caller, spoken_by
from tests.faults.on_the_phone import (
    FAIR,
    FOUL,
    FaultyLine,
    Locked,
    PhoneHouse,
    Resources,
    Voice,
    Weather,
    open_phone_house,
    quickly,
)

pytestmark = pytest.mark.soak
LONG_SECONDS = 600.0
MEGABYTES_A_CALL = 15.0
PATIENT = Manners(reprompts=(3_600.0,) * 4)


@asynccontextmanager
async def whole_sayso(
    folder: Path, manners: Manners | None = None, **settings: Any
) -> AsyncIterator[tuple[App, Speech, PhoneLine, dict[str, CallInProgress]]]:
    """Everything real, without a transport; and the calls that are held, by id."""
    held: dict[str, CallInProgress] = {}
    usual = phone_line.CallInProgress

    class Remembered(CallInProgress):
        def __init__(self, line: Line, *more: Any) -> None:
            super().__init__(line, *more)
            held[line.call.id] = self

    phone_line.CallInProgress = Remembered  # type: ignore[misc]
    chosen = load_settings(
        data_folder=folder, phone_secret="not-a-secret", second_pass="none", organisation="Dales Care", **settings
    )
    try:
        async with open_app(chosen) as app, open_speech(chosen, app.script) as speech:
            if speech.speaker is None or speech.recogniser is None:
                pytest.skip(f"no speech models: {speech.missing}")
            async with open_phone(app, speech, manners) as phone:
                yield app, speech, phone, held
    finally:
        phone_line.CallInProgress = usual  # type: ignore[misc]


class Talkative(Caller):
    """Has something more to say until the time is over."""

    until = 0.0

    def _reply(self, asked: Prompt) -> str:
        more = {Purpose.TOPIC_OPEN, Purpose.PROBE, Purpose.LADDER, Purpose.ANYTHING_ELSE, Purpose.OFFER}
        if asked.purpose in more and time.monotonic() < self.until:
            self.told += 1
            return STORIES[self.told % len(STORIES)]
        if asked.id == words.LONG_TALK.id:
            return "no thank you"
        return super()._reply(asked)


@pytest.mark.real
@pytest.mark.real_speech
async def test_ten_minutes_in_foul_weather_with_the_nlu_server_killed(tmp_path: Path, nlu_server: Any) -> None:
    """Real recogniser, voice, understanding and database; calls follow each other until ten minutes are over."""
    async with whole_sayso(tmp_path, nlu_url=nlu_server.url, nlu_token=nlu_server.token) as (app, speech, phone, held):
        assert speech.speaker is not None
        say = spoken_by(speech.speaker.voice)
        began = time.monotonic()
        killed = asyncio.create_task(_kill_later(nlu_server, LONG_SECONDS / 3))
        calls: list[tuple[FaultyLine, Talkative, CallInProgress]] = []
        while time.monotonic() - began < LONG_SECONDS:
            call_id = f"long-{len(calls)}"
            line = FaultyLine(Call(call_id, number=f"+44163296{len(calls):04d}"), FOUL, seed=len(calls))
            caller = Talkative(say, len(calls))
            caller.until = began + LONG_SECONDS
            serving = asyncio.create_task(phone.serve(cast(Line, line)))
            carrying = asyncio.create_task(line.carries())
            async with asyncio.timeout(60):
                while call_id not in held:
                    await asyncio.sleep(0.05)
            talking = asyncio.create_task(caller.talks(cast(Any, line), held[call_id]))
            await asyncio.wait_for(serving, 2 * LONG_SECONDS)
            for task in (carrying, talking):
                task.cancel()
            await asyncio.gather(carrying, talking, return_exceptions=True)
            calls.append((line, caller, held[call_id]))
        await killed
        turns = said_whole = 0
        responses: list[float] = []
        endings: list[str] = []
        for line, caller, call in calls:
            conversation = await app.records.conversation_of_call(line.call.id)
            view = await app.records.conversation(conversation)
            endings.append(f"{view.status}:{view.end_reason}")
            ids = await app.records.message_ids(conversation, asked_by="test")
            assert len(ids) == len(set(ids))
            transcript = await app.records.transcript(conversation, asked_by="test")
            assert [turn.number for turn in transcript] == list(range(len(transcript)))
            heard = [turn.text for turn in transcript if turn.speaker == "person" and turn.text]
            turns += len(heard)
            said_whole += sum(each in heard for each in caller.said)
            responses += call.report.response_seconds
        responses.sort()
        seconds = sum(call.report.seconds for *_, call in calls)
        print(
            f"\n{len(calls)} calls, {seconds:.0f} s in foul weather: {turns} turns, {endings}, "
            f"{said_whole} of {sum(len(c.said) for _, c, _ in calls)} heard word for word; first sound: median "
            f"{1000 * responses[len(responses) // 2]:.0f} ms, 90 % {1000 * responses[int(0.9 * len(responses))]:.0f} "
            f"ms; nlu server started {nlu_server.starts} times; load {os.getloadavg()[0]:.1f}"
        )
        assert set(endings) == {"ended:closing"}
        assert seconds >= LONG_SECONDS
        assert nlu_server.starts >= 2


async def _kill_later(nlu_server: Any, seconds: float) -> None:
    await asyncio.sleep(seconds)
    os.kill(nlu_server.process_id, signal.SIGKILL)


# -- hundreds -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(2))
def test_a_hundred_calls_with_random_faults(tmp_path: Path, seed: int) -> None:
    """Twice: weather, drops, crashes, stumbles, hangs, a mute voice, a failing engine, a locked database, floods."""
    counted: dict[str, int] = {}

    async def faulty(house: PhoneHouse, number: int) -> None:
        chance = random.Random(1_000 * seed + number)
        weather = chance.choice([FAIR, FOUL, Weather(lost=0.1, jitter=0.1, stalls=0.01)])
        call = await house.ring(f"c{number}", weather=weather, seed=number, caller=house.caller(number))
        for _ in range(chance.randrange(1, 4)):
            await asyncio.wait({call.serving}, timeout=chance.uniform(0, 12))
            fault = chance.choice(["crash", "stumble", "mute", "engine", "locked", "keys", "deaf line", "hang"])
            counted[fault] = counted.get(fault, 0) + 1
            await _cause(house, call.line, fault, chance, tmp_path)
        if chance.random() < 0.5:
            await asyncio.wait({call.serving}, timeout=chance.uniform(0, 12))
            call.line.hang_up(broken=True)
        await call.over(900)
        if conversation := await house.conversation_of(f"c{number}"):
            view = await house.house.records.conversation(conversation)
            if view.status != "ended":
                resumed = await house.house.engine.resume(conversation, "phone")
                assert resumed.prompts
                assert not resumed.done
        del house.held[f"c{number}"]

    async def talk() -> None:
        async with open_phone_house(tmp_path, reaction=0.1, workers=4) as house:
            house.tones.hang_seconds = 3.0
            before = Resources.now()
            places = asyncio.Semaphore(12)

            async def one(number: int) -> None:
                async with places:
                    await faulty(house, number)

            await asyncio.gather(*(one(number) for number in range(100)))
            turns = await house.nothing_is_lost()
            after = Resources.now()
            print(
                f"\n100 calls, faults {counted}: {turns} turns, none lost, none doubled; "
                f"{after.megabytes - before.megabytes:.1f} MB more, {after.threads} threads; "
                f"load {os.getloadavg()[0]:.1f}"
            )
            assert after.tasks == before.tasks
            assert after.files <= before.files + 16  # the database keeps five connections of three files

    quickly(talk, times=4)


async def _cause(house: PhoneHouse, line: FaultyLine, fault: str, chance: random.Random, folder: Path) -> None:
    match fault:
        case "crash":
            house.tones.crashes += chance.randrange(1, 3)
        case "stumble":
            house.tones.stumbles += 2
        case "hang":
            house.tones.hangs += 1
        case "mute":
            house.voice.fails += 1
        case "deaf line":
            line.sends_sound = False
            await asyncio.sleep(chance.uniform(0.5, 5))
            line.sends_sound = True
        case "keys":
            for _ in range(100):
                line.presses(chance.choice("12*#"))
                await asyncio.sleep(0.005)
        case "locked":
            async with Locked(folder):
                await asyncio.sleep(chance.uniform(0.5, 4))
        case "engine":
            left = [RuntimeError("engine")] * chance.randrange(1, 3)

            async def fails(turn: Turn) -> None:
                if left:
                    raise left.pop()

            house.handler.fault = fails


async def test_a_database_locked_for_half_a_minute(tmp_path: Path) -> None:
    """ "One moment", and again, then the answer; the turn is there once."""
    async with open_phone_house(tmp_path, voice=Voice(word_seconds=0.01)) as house:
        call = await house.ring("locked")
        story = "the carers come late in the evening"
        for _ in range(20):
            await call.until(lambda: call.held.session.phase is Phase.LISTENING)
            if call.held.session.said_last[-1].purpose is Purpose.WARM_UP:
                break
            asked, before = call.held.session.said_last[-1], call.held.report.turns
            call.line.presses("2" if "helper" in asked.id else "1")
            await call.until(lambda before=before: call.held.report.turns > before)  # type: ignore[misc]
        async with Locked(tmp_path):
            call.line.says(house.tones.say(story))
            await asyncio.sleep(30)
        await call.until(lambda: call.held.session.phase is Phase.LISTENING, 60)
        print(f"\nlocked for 30 s: 'one moment' was said {house.voice.said.count(words.MOMENT.text)} times")
        assert house.voice.said.count(words.MOMENT.text) >= 2
        assert words.SORRY_GOODBYE.text not in house.voice.said
        assert call.line.ended is None
        call.line.hang_up()
        await call.over()
        transcript = await house.house.records.transcript(await house.conversation_of("locked"), asked_by="test")
        assert [turn.text for turn in transcript].count(story) == 1
        await house.nothing_is_lost()


# -- what an idle call costs --------------------------------------------------------------------------------------


@asynccontextmanager
async def idle(phone: PhoneLine, held: dict[str, CallInProgress], first: int, count: int) -> AsyncIterator[None]:
    """So many more callers who say nothing, while Sayso listens."""
    lines = [FaultyLine(Call(f"idle-{number}"), FAIR) for number in range(first, first + count)]
    tasks = [asyncio.create_task(work) for line in lines for work in (phone.serve(cast(Line, line)), line.carries())]
    try:
        async with asyncio.timeout(180):
            while not all(
                line.call.id in held and held[line.call.id].session.phase is Phase.LISTENING for line in lines
            ):
                await asyncio.sleep(0.1)
        yield
    finally:
        for line in lines:
            line.hang_up()
        await asyncio.gather(*tasks)


@pytest.mark.real_speech
async def test_memory_of_idle_calls(tmp_path: Path) -> None:
    async with whole_sayso(tmp_path, PATIENT, nlu=False) as (_, speech, phone, held):
        assert speech.recogniser is not None
        async with idle(phone, held, 0, 1):
            speech.recogniser.recognise(_clip(speech))
        megabytes = {0: Resources.now().megabytes}
        async with idle(phone, held, 10, 8):
            await asyncio.sleep(3)
            megabytes[8] = Resources.now().megabytes
            async with idle(phone, held, 20, 8):
                await asyncio.sleep(3)
                megabytes[16] = Resources.now().megabytes
        each = (megabytes[16] - megabytes[0]) / 16
        print(
            f"\nresident memory with 0, 8, 16 idle calls: {[round(each) for each in megabytes.values()]} MB; "
            f"{each:.1f} MB a call; load {os.getloadavg()[0]:.1f}"
        )
        assert each <= MEGABYTES_A_CALL


@pytest.mark.real_speech
async def test_processor_share_of_an_idle_call(tmp_path: Path) -> None:
    async with whole_sayso(tmp_path, PATIENT, nlu=False) as (_, _, phone, held):
        async with idle(phone, held, 0, 1):
            await asyncio.sleep(2)
        await asyncio.sleep(60)  # the voice has rendered what it renders ahead, or most of it
        shares = []
        for number, count in enumerate((0, 1, 8)):
            async with idle(phone, held, 100 * number + 100, count):
                await asyncio.sleep(2)
                used, began = time.process_time(), time.monotonic()
                await asyncio.sleep(30)
                shares.append(100 * (time.process_time() - used) / (time.monotonic() - began))
        one, eight = shares[1] - shares[0], (shares[2] - shares[0]) / 8
        print(
            f"\nprocessor, % of a core, over 30 s: nothing {shares[0]:.1f}, one idle call {shares[1]:.1f}, eight "
            f"{shares[2]:.1f}: {one:.1f} the first, {eight:.1f} each of eight; load {os.getloadavg()[0]:.1f}"
        )
        assert eight < 10


def _clip(speech: Speech) -> Any:
    assert speech.speaker is not None
    return speech.speaker.voice.speak("the carers come late")
