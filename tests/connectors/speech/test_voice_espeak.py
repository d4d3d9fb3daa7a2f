"""The fallback voice: the real program where it is installed, and made ones that fail."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from voice_fakes import prompt

from connectors.speech.voices import espeak
from connectors.speech.voices.espeak import EspeakVoice
from dialogues.errors import SaysoError

installed = pytest.mark.skipif(
    not shutil.which("espeak-ng"), reason="espeak-ng is not installed (apt install espeak-ng)"
)
SPEAKS = """#!/bin/sh
[ "$1" = --version ] && { echo "eSpeak NG text-to-speech: 1.51"; exit 0; }
"""


def program(folder: Path, script: str) -> str:
    file = folder / "espeak-ng"
    file.write_text(script)
    file.chmod(0o700)
    return str(file)


def test_a_missing_program_says_what_to_do() -> None:
    with pytest.raises(SaysoError) as caught:
        EspeakVoice(program="espeak-not-there")
    assert (caught.value.code, caught.value.permanent) == ("voice_missing", True)
    assert "apt install espeak-ng" in caught.value.message


def test_a_program_that_fails_is_missing_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SaysoError, match="does not speak with the voice xx") as caught:
        EspeakVoice("xx", program(tmp_path, SPEAKS + "exit 1\n"))
    assert caught.value.code == "voice_missing"


def test_a_failure_later_keeps_the_words_to_itself(tmp_path: Path) -> None:
    voice = EspeakVoice(program=program(tmp_path, SPEAKS + "cat >/dev/null\n"))
    program(tmp_path, SPEAKS + 'cat >&2; exit "3"\n')
    with pytest.raises(SaysoError) as caught:
        voice.speak("Secret words.")
    assert (caught.value.code, caught.value.permanent) == ("voice_failed", False)
    assert "Secret" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert caught.value.__suppress_context__


def test_a_program_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    voice = EspeakVoice(program=program(tmp_path, SPEAKS + "cat >/dev/null\n"))
    program(tmp_path, SPEAKS + "exec sleep 30\n")
    monkeypatch.setattr(espeak, "TIMEOUT_SECONDS", 0.2)
    with pytest.raises(SaysoError, match="TimeoutExpired"):
        voice.speak("Hello.")


def test_words_are_never_on_the_command_line(tmp_path: Path) -> None:
    voice = EspeakVoice(program=program(tmp_path, SPEAKS + f'echo "$@" >> {tmp_path}/args; cat >> {tmp_path}/in\n'))
    voice.speak("-v secret words.")
    assert "secret" not in (tmp_path / "args").read_text()
    assert "-v secret words." in (tmp_path / "in").read_text()
    assert "-v en-gb-x-rp" in (tmp_path / "args").read_text()


@pytest.fixture(scope="module")
def voice() -> EspeakVoice:
    return EspeakVoice()


@installed
class TestInstalled:
    @pytest.mark.parametrize("asked", [110, 150, 190])
    def test_pace(self, voice: EspeakVoice, asked: int) -> None:
        text = "I will go more slowly. You can ask me to say anything again. Is somebody with you to help?"
        assert len(text.split()) * 60 / voice.speak(text, asked).seconds == pytest.approx(asked, rel=0.15)

    def test_the_same_sound_again(self, voice: EspeakVoice) -> None:
        text = prompt("Would you like to take part?").text
        assert np.array_equal(voice.speak(text).samples, voice.speak(text).samples)

    @pytest.mark.parametrize(
        "text", ["", "!!!", "😀", "[[h@l'oU]] there", "<b>x</b>", "-h", "привет", "\x00 x", "a" * 2000]
    )
    def test_anything_gives_a_clip(self, voice: EspeakVoice, text: str) -> None:
        assert np.abs(voice.speak(text).samples.astype(int)).max(initial=0) < 32767

    def test_another_accent(self) -> None:
        assert EspeakVoice("en-gb-scotland").name.startswith("espeak:en-gb-scotland-1")
