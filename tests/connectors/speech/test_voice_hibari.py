"""The default voice, as it is in its wheel: pace, loudness, and text that nobody meant to be spoken."""

from __future__ import annotations

import itertools
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from connectors.speech.ports import Clip
from connectors.speech.voices.choose import VoiceFolders, choose_voice
from connectors.speech.voices.hibari import HibariVoice
from connectors.speech.voices.sound import CEILING, TARGET_LEVEL, speech_level, without_tail
from connectors.speech.voices.spoken import spoken
from dialogues.errors import SaysoError
from dialogues.lint import filled
from dialogues.script import default_script

WORDINGS = """opening.hello opening.good_time consent.promise consent.keep needs.will_be_plain warm_up.week
topics.open_easier topics.ladder beans.first read_back.intro safety.ring_999 closing.next""".split()
"""Twelve prompts: every part of a talk, one sentence to four."""
PACES = (110, 130, 150, 170, 190)


def prompts() -> list[str]:
    return [spoken(filled(default_script().wordings[wording].text)) for wording in WORDINGS]


def paces(voice: HibariVoice, asked: int) -> list[float]:
    """Words a minute of each prompt, as heard: with the pause after each sentence."""
    return [len(text.split()) * 60 / voice.speak(text, asked).seconds for text in prompts()]


@pytest.fixture(scope="module")
def voice() -> HibariVoice:
    return HibariVoice()


@pytest.mark.parametrize("asked", PACES)
def test_the_pace_is_the_one_asked_for(voice: HibariVoice, asked: int) -> None:
    assert median(paces(voice, asked)) == pytest.approx(asked, rel=0.05)


def test_a_faster_pace_takes_less_time(voice: HibariVoice) -> None:
    for text in prompts()[:4]:
        seconds = [voice.speak(text, pace).seconds for pace in range(110, 191, 10)]
        assert all(faster <= slower for slower, faster in itertools.pairwise(seconds))


def test_loud_enough_and_never_clipped(voice: HibariVoice) -> None:
    for text in prompts():
        wave = (without_tail(voice.speak(text)).samples / 32768).astype(np.float32)
        assert 20 * np.log10(speech_level(wave) / TARGET_LEVEL) == pytest.approx(0, abs=1.0)
        assert np.abs(wave).max() <= CEILING


def test_the_same_text_gives_the_same_sound(voice: HibariVoice) -> None:
    again = HibariVoice()
    for text in prompts()[:3]:
        assert np.array_equal(voice.speak(text, 150).samples, again.speak(text, 150).samples)


def test_threads_share_it(voice: HibariVoice) -> None:
    texts = prompts()[:4] * 2
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(voice.speak, texts))
    assert all(np.array_equal(a.samples, voice.speak(t).samples) for a, t in zip(together, texts, strict=True))


async def test_a_stream_is_the_whole_in_pieces(voice: HibariVoice) -> None:
    text = prompts()[2]
    pieces = [clip async for clip in voice.stream(text, 150)]
    assert len(pieces) == 4
    assert np.array_equal(np.concatenate([clip.samples for clip in pieces]), voice.speak(text, 150).samples)


@pytest.mark.parametrize(
    "text",
    [
        "Right.",
        "a",
        "7",
        "😀 hello 👍🏽",
        "naïve café",
        "They come late, " * 125,
        "and then they came and " * 90,
        "x" * 2000,
        "9" * 100,
        "one\n\ntwo\r\nthree",
        "[x](/y/) [[h@]] <b>bold</b>",
        "\x00\x07 hello \ufeff",
        "£££ 50",
        "I.",
    ],
)
def test_never_silent_for_words(voice: HibariVoice, text: str) -> None:
    clip = voice.speak(text)
    assert clip.seconds > 0.2
    assert np.abs(clip.samples).max() > 1000


@pytest.mark.parametrize("text", ["", " \n", "!!! ... ?", "😀", "—", "你好", "привет мир", "שלום", "नमस्ते", "\ud800"])
def test_anything_else_gives_a_clip(voice: HibariVoice, text: str) -> None:
    assert isinstance(voice.speak(text), Clip)
    assert isinstance(voice.speak(spoken(text)), Clip)


def test_its_name_tells_voice_and_version(voice: HibariVoice) -> None:
    assert voice.name.startswith("hibari:heart-")


@pytest.mark.parametrize(("name", "folder"), [("hibari:nobody", None), ("hibari:emma", None), ("hibari:emma", Path())])
def test_another_voice_that_is_not_there(name: str, folder: Path | None) -> None:
    with pytest.raises(SaysoError) as caught:
        choose_voice(name, VoiceFolders(hibari=folder))
    assert caught.value.code == "voice_missing"


def main() -> None:
    """Prints the pace as measured: `PYTHONPATH=. python tests/connectors/speech/test_voice_hibari.py`."""
    voice = HibariVoice()
    sys.stdout.write(f"{voice.name}\nasked  median  lowest  highest\n")
    for asked in PACES:
        found = paces(voice, asked)
        sys.stdout.write(f"{asked:5} {median(found):7.1f} {min(found):7.1f} {max(found):8.1f}\n")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
