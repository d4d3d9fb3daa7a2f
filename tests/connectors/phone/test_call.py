"""A call carried out, in real time: sound in and out, recognition beside the loop, failures of every part."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from in_process import LevelSignals, PipeLine, ScriptedDialogue, ToneRecogniser, ToneVoice
from virtual_call import asks, goodbye

from connectors.phone import words
from connectors.phone.call import CallInProgress, CallReport, CallServices
from connectors.phone.hearing import LiveHearing
from connectors.phone.manners import END_OF_TURN, Manners
from connectors.phone.ports import Call, Direction
from dialogues.errors import SaysoError
from dialogues.types import Expects

QUICK = Manners(
    end_of_turn=dict.fromkeys(END_OF_TURN, 0.4), ahead=0.2, reprompts=(1.0, 1.0, 1.0, 1.0), last_wait=1.0,
    pick_up=0.5, moment=0.6,
)  # fmt: skip
LONG = "one two three four five six seven eight nine ten"


@dataclass
class OnTheLine:
    """A call that goes on beside the test."""

    line: PipeLine
    dialogue: ScriptedDialogue
    voice: ToneVoice
    recogniser: ToneRecogniser
    serving: asyncio.Task[CallReport]

    async def until(self, condition: Callable[[], object], within: float = 20.0) -> None:
        async with asyncio.timeout(within):
            while not condition():
                await asyncio.sleep(0.01)

    async def until_it_listens(self) -> None:
        """Until Sayso has spoken and is silent again."""
        await self.until(self.line.loud_since)
        await self.until(lambda: asyncio.get_running_loop().time() - self.line.loud_since()[-1] > 0.25)

    async def says(self, text: str, seconds: float = 0.6) -> None:
        before = len(self.dialogue.taken)
        self.line.says(text, seconds)
        await self.until(lambda: len(self.dialogue.taken) > before)


@asynccontextmanager
async def on_the_line(
    dialogue: ScriptedDialogue,
    *,
    line: PipeLine | None = None,
    voice: ToneVoice | None = None,
    manners: Manners = QUICK,
) -> AsyncIterator[OnTheLine]:
    line, voice, recogniser = line or PipeLine(), voice or ToneVoice(), ToneRecogniser()
    hearing = LiveHearing(recogniser, 2)
    carrying = asyncio.create_task(line.carries())
    serving = asyncio.create_task(
        CallInProgress(line, dialogue, CallServices(voice, hearing, LevelSignals, manners)).run()
    )
    try:
        yield OnTheLine(line, dialogue, voice, recogniser, serving)
        line.hang_up()
        await asyncio.wait_for(serving, 30)
    finally:
        line.hang_up()
        carrying.cancel()
        serving.cancel()
        await asyncio.gather(carrying, serving, return_exceptions=True)
        await hearing.close()


async def test_a_turn_is_heard_with_its_sound_and_answered() -> None:
    async with on_the_line(ScriptedDialogue(asks("how are you"), goodbye("good bye then"))) as call:
        await call.until_it_listens()
        await call.says("my carers come late", 0.8)
        await call.until(lambda: call.line.ended is not None)
    (taken,) = call.dialogue.taken
    assert taken.text == "my carers come late"
    assert taken.clip is not None
    assert 0.8 <= taken.clip.seconds <= 2.5
    assert call.voice.said == ["how are you", "good bye then"]
    assert call.line.ended is False
    assert call.serving.result().turns == 1
    assert call.dialogue.left_asked == []


@pytest.mark.parametrize("owns_clock", [False, True])
async def test_sound_goes_out_in_time_and_never_stops(owns_clock: bool) -> None:
    async with on_the_line(ScriptedDialogue(asks(LONG)), line=PipeLine(owns_clock=owns_clock)) as call:
        await call.until_it_listens()
        await asyncio.sleep(0.5)
        times = [at for at, _ in call.line.heard]
        seconds = times[-1] - times[0]
        lead = 0.3 if owns_clock else 0.06
        assert abs(len(times) * 0.02 - seconds) < lead + 0.15
        assert len(call.line.loud_since()) == 60  # 1.2 s of the prompt, whole


async def test_a_closed_question_tells_the_recogniser_what_to_expect() -> None:
    async with on_the_line(ScriptedDialogue(asks("is it so", expects=Expects.YES_NO))) as call:
        await call.until_it_listens()
        await call.says("yes")
    assert call.recogniser.hints[0].expects is Expects.YES_NO
    assert call.dialogue.taken[0].text == "yes"


async def test_speech_stops_our_voice_and_is_heard() -> None:
    async with on_the_line(ScriptedDialogue(asks(LONG + " " + LONG, "how are you"))) as call:
        await call.until(call.line.loud_since)
        began = asyncio.get_running_loop().time()
        await call.says("can I say something", 1.2)
        last = call.line.loud_since()
        assert call.line.cleared == 1
    stopped = max(at for at in last if at < began + 1.5)
    assert stopped - began < 1.2  # before the person had finished
    assert call.dialogue.taken[0].text == "can I say something"


async def test_keys_are_answers() -> None:
    async with on_the_line(ScriptedDialogue(asks("is it so", expects=Expects.YES_NO))) as call:
        await call.until_it_listens()
        call.line.presses("1")
        await call.until(lambda: call.dialogue.taken)
    assert (call.dialogue.taken[0].text, call.dialogue.taken[0].keyed) == ("yes", True)


async def test_a_crash_of_the_recogniser_is_survived() -> None:
    async with on_the_line(ScriptedDialogue(asks("how are you"))) as call:
        await call.until_it_listens()
        call.recogniser.crashes = 1
        call.line.says("yes", 0.6)
        await call.until(lambda: words.SORRY_AGAIN.text in call.voice.said)
        await call.until_it_listens()
        await call.says("yes")
    assert [utterance.text for utterance in call.dialogue.taken] == ["yes"]


async def test_what_fails_for_the_moment_is_tried_again_without_a_word() -> None:
    busy = SaysoError("storage_busy", "Try again.", permanent=False)
    async with on_the_line(ScriptedDialogue(asks("how are you"), busy, busy, asks("and then"))) as call:
        await call.until_it_listens()
        await call.says("yes")
        await call.until(lambda: "and then" in call.voice.said)
    assert words.SORRY_AGAIN.text not in call.voice.said
    assert len(call.dialogue.taken) == 1


async def test_what_fails_for_good_ends_kindly() -> None:
    gone = SaysoError("conversation_unknown", "There is no such conversation.")
    async with on_the_line(ScriptedDialogue(asks("how are you"), gone)) as call:
        await call.until_it_listens()
        call.line.says("yes", 0.6)
        await call.until(lambda: call.line.ended is not None)
    assert call.voice.said[-1] == words.SORRY_GOODBYE.text


async def test_a_voice_that_fails_leaves_the_call_listening() -> None:
    async with on_the_line(ScriptedDialogue(asks("how are you")), voice=ToneVoice(fails=True)) as call:
        await call.until(lambda: call.voice.said)
        await asyncio.sleep(0.3)
        await call.says("yes")


async def test_hanging_up_in_a_word_keeps_the_words() -> None:
    async with on_the_line(ScriptedDialogue(asks("how are you"))) as call:
        await call.until_it_listens()
        call.line.says("my carers come late", 5)
        await asyncio.sleep(1.0)
        call.line.hang_up()
    assert [utterance.text for utterance in call.dialogue.taken] == ["my carers come late"]
    assert call.dialogue.left_asked == [False]


async def test_a_line_that_goes_silent_is_asked_again_and_left_in_the_end() -> None:
    async with on_the_line(ScriptedDialogue(asks("how are you"))) as call:
        await call.until_it_listens()
        call.line.sends_sound = False  # one-way audio
        await call.until(lambda: call.line.ended is not None, 40)
    assert call.voice.said[0:2] == ["how are you", "how are you"]
    assert call.voice.said[-1] == words.KEEP_PLACE.text
    assert call.dialogue.left_asked == [True]


async def test_a_broken_line_is_told_apart() -> None:
    async with on_the_line(ScriptedDialogue(asks("how are you"))) as call:
        await call.until_it_listens()
        call.line.hang_up(broken=True)
    assert call.serving.result().broken


async def test_an_outbound_call_waits_for_a_person() -> None:
    line = PipeLine(Call("out", Direction.OUTBOUND))
    async with on_the_line(ScriptedDialogue(asks("may I speak to doris")), line=line) as call:
        await asyncio.sleep(0.3)
        assert call.voice.said == []
        call.line.says("yes", 0.5)
        await call.until(lambda: "may I speak to doris" in call.voice.said)


async def test_a_slow_dialogue_is_bridged() -> None:
    dialogue = ScriptedDialogue(asks("how are you"))
    slow = replace(QUICK, moment=0.3)
    async with on_the_line(dialogue, manners=slow) as call:
        await call.until_it_listens()
        real_take = dialogue.take

        async def take(heard):  # type: ignore[no-untyped-def]
            await asyncio.sleep(1.0)
            return await real_take(heard)

        dialogue.take = take  # type: ignore[method-assign]
        await call.says("yes")
        assert words.MOMENT.text in call.voice.said


async def test_ten_calls_at_once_are_all_heard() -> None:
    async def one() -> str:
        async with on_the_line(ScriptedDialogue(asks("how are you"))) as call:
            await call.until_it_listens()
            await call.says("my carers come late", 0.8)
        return call.dialogue.taken[0].text

    assert set(await asyncio.gather(*(one() for _ in range(10)))) == {"my carers come late"}


async def test_first_sound_is_timed() -> None:
    async with on_the_line(ScriptedDialogue(asks("how are you"), asks("and then"))) as call:
        await call.until_it_listens()
        await call.says("yes")
        await call.until(lambda: len(call.line.loud_since()) >= 30)  # both prompts, whole
    (response,) = call.serving.result().response_seconds
    assert 0 < response < 5
