"""Saying prompts, with a made voice: what is said, in which order, from where, and what is left on disk."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import structlog
from test_voice_cache import record
from voice_fakes import YES_NO, FakeVoice, prompt

from connectors.speech.ports import Clip
from connectors.speech.voices import choose
from connectors.speech.voices.cache import PromptCache
from connectors.speech.voices.choose import choose_voice
from connectors.speech.voices.recordings import Recordings
from connectors.speech.voices.speaker import Speaker
from dialogues.errors import SaysoError
from dialogues.types import Prompt

HELLO = prompt("Hello, Winnie. This is Sayso, a talking machine.")
WORDING = prompt("Hello{name}. This is Sayso, a talking machine.")
ASKED = prompt("Shall we go on?", options=YES_NO)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def voice() -> FakeVoice:
    return FakeVoice()


@pytest.fixture
def speaker(voice: FakeVoice, tmp_path: Path, pool: ThreadPoolExecutor) -> Speaker:
    return Speaker(voice, PromptCache(tmp_path / "cache"), pool)


async def said(speaker: Speaker, *prompts: Prompt, pace: int = 150, phone: bool = False) -> list[Clip]:
    return [clip async for clip in speaker.say(prompts, pace, phone=phone)]


def kept(folder: Path) -> int:
    return len(list((folder / "cache").glob("*"))) if (folder / "cache").exists() else 0


async def test_sentences_in_order_at_the_pace(speaker: Speaker, voice: FakeVoice) -> None:
    clips = await said(speaker, HELLO, ASKED, pace=110)
    assert voice.said == [
        ("Hello, Winnie.", 110),
        ("This is Sayso, a talking machine.", 110),
        ("Shall we go on?", 110),
    ]
    assert len(clips) == 3


async def test_words_are_put_as_they_are_said(speaker: Speaker, voice: FakeVoice) -> None:
    await said(speaker, prompt("Ring 999. Your code is K7HM-4TWD."))
    assert [text for text, _ in voice.said] == ["Ring nine nine nine.", "Your code is K, seven, H, M; four, T, W, D."]


async def test_options_are_said_on_the_phone(speaker: Speaker, voice: FakeVoice) -> None:
    await said(speaker, ASKED, phone=True)
    assert [text for text, _ in voice.said] == ["Shall we go on?", "For Yes, press 1.", "For No, press 2."]


async def test_a_question_ends_with_its_last_word(speaker: Speaker) -> None:
    first, last = await said(speaker, HELLO)
    assert not first.samples[-1600:].any()
    assert last.samples[-1] != 0


async def test_nothing_to_say_gives_nothing(speaker: Speaker, voice: FakeVoice) -> None:
    assert await said(speaker) == []
    assert await said(speaker, prompt(""), prompt("😀 ...")) == []
    assert voice.said == []


async def test_known_sentences_come_from_the_cache(speaker: Speaker, voice: FakeVoice, tmp_path: Path) -> None:
    assert await speaker.warm([WORDING]) == 1
    voice.said.clear()
    clips = await said(speaker, HELLO)
    assert [text for text, _ in voice.said] == ["Hello, Winnie."]
    assert np.array_equal(
        clips[1].samples, np.trim_zeros(FakeVoice().speak("This is Sayso, a talking machine.").samples)
    )
    assert kept(tmp_path) == 1


async def test_what_a_person_said_is_never_kept(speaker: Speaker, voice: FakeVoice, tmp_path: Path) -> None:
    await speaker.warm([prompt("You said: {said}. Is that right?")])
    before = kept(tmp_path)
    await said(speaker, HELLO, prompt("You said: tea is late. Is that right?", quoted=("tea is late",)))
    await said(speaker, prompt("Your code is K7HM-4TWD."), prompt("How many for the tea call?"))
    assert kept(tmp_path) == before == 1


async def test_a_damaged_file_is_made_anew(speaker: Speaker, voice: FakeVoice, tmp_path: Path) -> None:
    await speaker.warm([WORDING])
    file = next((tmp_path / "cache").glob("*"))
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    assert len(await said(speaker, HELLO)) == 2
    assert file.read_bytes() == whole


async def test_warming_tells_how_far_it_is_and_does_nothing_twice(speaker: Speaker, voice: FakeVoice) -> None:
    told: list[tuple[int, int]] = []
    wordings = [WORDING, ASKED, WORDING, prompt("Thank you.")]
    assert await speaker.warm(wordings, lambda done, of: told.append((done, of))) == 5
    assert told == [(number, 5) for number in range(1, 6)]
    voice.said.clear()
    await speaker.warm(wordings)
    assert voice.said == []


async def test_the_next_sentence_is_made_while_one_is_heard(
    speaker: Speaker, voice: FakeVoice, pool: ThreadPoolExecutor
) -> None:
    stream = speaker.say([prompt("One. Two. Three.")])
    await anext(stream)
    await asyncio.to_thread(pool.shutdown)  # waits for what was begun
    await stream.aclose()
    assert [text for text, _ in voice.said] == ["One.", "Two."]


async def test_work_is_off_the_event_loop(voice: FakeVoice, tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    threads: list[threading.Thread] = []

    class Watched(FakeVoice):
        def speak(self, text: str, words_a_minute: int = 150) -> Clip:
            threads.append(threading.current_thread())
            return super().speak(text, words_a_minute)

    await said(Speaker(Watched(), PromptCache(tmp_path), pool), HELLO)
    assert threading.main_thread() not in threads


async def test_a_voice_that_fails_is_reported_and_not_replaced(tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    speaker = Speaker(FakeVoice(fails=True), PromptCache(tmp_path), pool)
    with pytest.raises(SaysoError, match=r"Try again\."):
        await said(speaker, HELLO)


async def test_a_real_recording_wins(voice: FakeVoice, tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    record(tmp_path, "a.b", ASKED.text)
    speaker = Speaker(voice, PromptCache(tmp_path / "cache"), pool, Recordings(tmp_path))
    clips = await said(speaker, ASKED, HELLO)
    assert clips[0].seconds > 1
    assert [text for text, _ in voice.said] == ["Hello, Winnie.", "This is Sayso, a talking machine."]
    await said(speaker, ASKED, phone=True)
    assert [text for text, _ in voice.said][2:] == ["For Yes, press 1.", "For No, press 2."]
    await said(speaker, ASKED, pace=110)
    assert voice.said[-1] == ("Shall we go on?", 110)


async def test_a_broken_recording_is_said_by_the_voice(
    voice: FakeVoice, tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    (tmp_path / "a.b.txt").write_text(ASKED.text)
    speaker = Speaker(voice, PromptCache(tmp_path / "cache"), pool, Recordings(tmp_path))
    assert len(await said(speaker, ASKED)) == 1
    assert voice.said == [("Shall we go on?", 150)]


def test_an_unknown_voice_is_refused_by_name() -> None:
    with pytest.raises(SaysoError, match="hibari, kokoro, espeak") as caught:
        choose_voice("siri")
    assert caught.value.code == "voice_unknown"


def test_the_fallback_is_for_the_default_voice_only(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def made(name: str, _folders: object) -> FakeVoice:
        asked.append(name)
        if name != "espeak":
            raise SaysoError("voice_missing", "It is not here. Install it.")
        return FakeVoice(name)

    monkeypatch.setattr(choose, "_made", made)
    with structlog.testing.capture_logs() as logs:
        assert choose_voice().name == "espeak"
    assert [log["event"] for log in logs] == ["voice_fallback"]
    with pytest.raises(SaysoError):
        choose_voice("kokoro")
    assert asked == ["hibari", "espeak", "kokoro"]


def test_a_default_voice_that_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "connectors.speech.voices.hibari", None)
    with pytest.raises(SaysoError, match="hibari did not start") as caught:
        choose._hibari("heart", None)
    assert caught.value.code == "voice_missing"
