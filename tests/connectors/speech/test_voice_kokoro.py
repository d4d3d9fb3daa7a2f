"""The optional British voice, with a made engine; the real one needs 92 MB and a package that is not installed."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from connectors.speech.voices import kokoro
from connectors.speech.voices.choose import VoiceFolders, choose_voice
from connectors.speech.voices.kokoro import SHA256, KokoroVoice
from connectors.speech.voices.sound import Wave
from dialogues.errors import SaysoError


class FakeEngine:
    """A tone for each word; refuses text without Latin letters, as the real one does."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, float, str]] = []

    def create(self, text: str, voice: NDArray[np.float32], speed: float, lang: str) -> tuple[Wave, int]:
        self.asked.append((text, speed, lang))
        if not text.isascii():
            raise ValueError(f"Nothing to synthesize, {text!r} produced no phonemes")
        if "break" in text:
            raise RuntimeError(text)
        return np.sin(np.arange(6000 * len(text.split())) / 20).astype(np.float32), 24_000


def test_it_speaks_sentence_by_sentence() -> None:
    engine = FakeEngine()
    clip = KokoroVoice(None, engine).speak("Hello there. Shall we go on?", 150)
    assert clip.seconds > 1.5
    assert [(text, lang) for text, _, lang in engine.asked] == [("Hello there.", "en-gb"), ("Shall we go on?", "en-gb")]


def test_a_slower_pace_is_a_slower_engine_down_to_the_floor() -> None:
    engine = FakeEngine()
    for pace in (110, 130, 150, 190):
        KokoroVoice(None, engine).speak("Hello.", pace)
    speeds = [speed for _, speed, _ in engine.asked]
    assert speeds == sorted(speeds)
    assert speeds[0] == speeds[1] < speeds[2] < speeds[3]


def test_what_has_no_sound_is_an_empty_clip() -> None:
    assert KokoroVoice(None, FakeEngine()).speak("你好").seconds == 0


def test_a_failure_keeps_the_words_to_itself() -> None:
    with pytest.raises(SaysoError) as caught:
        KokoroVoice(None, FakeEngine()).speak("break this")
    assert caught.value.code == "voice_failed"
    assert "break" not in caught.value.message
    assert caught.value.__suppress_context__


def refused(folder: Path | None) -> str:
    with pytest.raises(SaysoError) as caught:
        choose_voice("kokoro", VoiceFolders(kokoro=folder))
    assert caught.value.code == "voice_missing"
    return caught.value.message


def test_what_is_missing_is_named_with_what_to_do(tmp_path: Path) -> None:
    assert "No folder" in refused(None)
    assert f"Put it into {tmp_path}" in refused(tmp_path)
    for name in SHA256:
        (tmp_path / name).write_bytes(b"half a file")
    assert "damaged" in refused(tmp_path)


def test_the_package_is_asked_for_only_when_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kokoro, "_check", lambda *_: None)
    (tmp_path / "bf_emma.bin").write_bytes(np.zeros((510, 256), np.float32).tobytes())
    monkeypatch.setitem(sys.modules, "kokoro_onnx", None)
    assert "pip install kokoro-onnx" in refused(tmp_path)
    read: list[tuple[int, ...]] = []

    def engine(_model: str, styles: str) -> FakeEngine:
        read.append(np.load(styles)["bf_emma"].shape)
        return FakeEngine()

    monkeypatch.setitem(sys.modules, "kokoro_onnx", SimpleNamespace(Kokoro=engine))
    assert choose_voice("kokoro", VoiceFolders(kokoro=tmp_path)).speak("Hello.").seconds > 0.2
    assert read == [(510, 1, 256)]
