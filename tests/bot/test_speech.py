"""A recogniser and a speaker for the connectors: what is missing is told, and the text channels run on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.settings import load_settings
from bot.speech import TwoPassRecogniser, fixed_prompts, open_speech
from connectors.speech import audio
from connectors.speech.pool import Listeners
from connectors.speech.ports import RATE_HZ, Clip, Hint, Recognised
from dialogues.errors import SaysoError
from dialogues.script import default_script
from dialogues.types import Context, Expects, HeardWord, Prompt, Purpose

SOUND = audio.encode(Clip((np.sin(np.arange(RATE_HZ) / 9) * 8000).astype(np.int16)))


class FakeRecogniser:
    """Hears what it was told to, and remembers what it was asked."""

    def __init__(
        self, name: str, text: str, fault: SaysoError | None = None, confidence: float = 0.9, *, doubtful: bool = False
    ) -> None:
        self.name, self.text, self.fault, self.confidence, self.doubtful = name, text, fault, confidence, doubtful
        self.hints: list[Hint] = []

    def recognise(self, clip: Clip, hint: Hint = Hint()) -> Recognised:  # noqa: B008 - frozen
        if self.fault:
            raise self.fault
        self.hints.append(hint)
        assert clip.seconds == pytest.approx(1.0, abs=0.1)
        words = tuple(HeardWord(word, 0.0, 0.5, 0.9) for word in self.text.split())
        return Recognised(self.text, words, self.confidence, self.name, self.doubtful)


async def heard(live: FakeRecogniser, second: FakeRecogniser | None, kind: Expects = Expects.YES_NO) -> object:
    recogniser = TwoPassRecogniser(Listeners(live), Listeners(second) if second else None)  # type: ignore[arg-type]
    return await recogniser.hear(SOUND, Context("Is that right?", kind))


async def test_a_note_is_heard_in_the_light_of_its_question() -> None:
    live = FakeRecogniser("live", "aye go on")
    note = await heard(live, None)
    assert (note.text, note.hearing.recogniser, note.hearing.recording) == ("aye go on", "live", SOUND)  # type: ignore[attr-defined]
    assert live.hints[0].expects is Expects.YES_NO
    assert not note.second  # type: ignore[attr-defined]


async def test_where_the_live_one_makes_out_nothing_the_second_is_asked() -> None:
    note = await heard(FakeRecogniser("live", ""), FakeRecogniser("second", "oh aye, go on"))
    assert (note.text, note.hearing.recogniser, note.hearing.recording) == ("oh aye, go on", "second", SOUND)  # type: ignore[attr-defined]
    assert note.second  # type: ignore[attr-defined]


async def test_a_second_one_that_is_too_busy_is_left_out() -> None:
    busy = FakeRecogniser("second", "", SaysoError("speech_busy", "busy", permanent=False))
    note = await heard(FakeRecogniser("live", ""), busy)
    assert note.text == ""  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("live", "second", "confidence", "believed"),
    [
        ("they come at for", "They come at four.", 0.4, "They come at four."),
        ("the tee coal", "They come at four.", 0.8, "They come at four."),
        ("you may not even ask", "I will make a small amount of money.", 0.3, ""),
        ("yeah yeah yeah", "", 1.0, ""),
        ("her", "So", 0.0, ""),
        ("i have fallen and i can't get up", "I have foreign hand a kettle.", 0.3, "i have fallen and i can't get up"),
        ("a foreign hand a kettle", "I've fallen and I can't get up.", 0.3, "I've fallen and I can't get up."),
    ],
    ids=["agreed", "sure", "another language", "crying", "music", "danger live", "danger second"],
)
async def test_doubted_words_need_a_second_opinion(live: str, second: str, confidence: float, believed: str) -> None:
    note = await heard(
        FakeRecogniser("live", live, doubtful=True), FakeRecogniser("second", second, confidence=confidence)
    )
    assert note.text == believed  # type: ignore[attr-defined]
    assert (note.doubtful, note.second) == (not believed, True)  # type: ignore[attr-defined]
    assert note.hearing.recording == SOUND  # type: ignore[attr-defined]


async def test_without_a_second_opinion_doubted_words_stand() -> None:
    note = await heard(FakeRecogniser("live", "they come at for", doubtful=True), None)
    assert (note.text, note.doubtful, note.second) == ("they come at for", False, False)  # type: ignore[attr-defined]


async def test_what_is_made_up_for_a_sound_without_words_is_dropped() -> None:
    live = FakeRecogniser("live", "", doubtful=True)
    note = await heard(live, FakeRecogniser("second", "Thanks for watching.", confidence=0.2))
    assert (note.text, note.doubtful) == ("", True)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("sound", "code"),
    [(b"", "audio_empty"), (b"not a sound", "audio_unreadable"), (SOUND[:200], "audio_unreadable")],
    ids=["empty", "rubbish", "cut off"],
)
async def test_bad_sound_says_what_is_wrong(sound: bytes, code: str) -> None:
    recogniser = TwoPassRecogniser(Listeners(FakeRecogniser("live", "yes")), None)  # type: ignore[arg-type]
    with pytest.raises(SaysoError) as caught:
        await recogniser.hear(sound, Context())
    assert caught.value.code == code


async def test_without_models_there_is_a_voice_and_a_word_on_what_is_missing(tmp_path: Path) -> None:
    settings = load_settings(models=tmp_path / "none", data_folder=tmp_path)
    async with open_speech(settings, default_script()) as speech:
        assert speech.note_recogniser is None
        assert any("sayso models fetch" in line for line in speech.missing)
        assert speech.note_speaker is not None
        spoken = await speech.note_speaker.say([Prompt("x", "Hello, Doris.", Expects.NONE, Purpose.GREETING)], 150)
    assert spoken is not None
    sound, seconds = spoken
    assert audio.decode(sound).seconds == pytest.approx(seconds, abs=0.1)
    assert 0.5 < seconds < 3


async def test_an_unknown_voice_is_told_and_nothing_else_stops(tmp_path: Path) -> None:
    settings = load_settings(models=tmp_path / "none", data_folder=tmp_path, voice="nobody")
    async with open_speech(settings, default_script()) as speech:
        assert speech.note_speaker is None
        assert any("voice" in line for line in speech.missing)


def test_every_wording_is_rendered_ahead() -> None:
    texts = {prompt.text for prompt in fixed_prompts(default_script())}
    script = default_script()
    assert {wording.text for wording in script.wordings.values()} <= texts
