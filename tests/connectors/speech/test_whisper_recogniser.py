"""The second pass: words with times, and nothing made up where nobody spoke."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from connectors.speech.ports import RATE_HZ, Clip, Hint
from connectors.speech.whisper_recogniser import PAD_SECONDS, WhisperRecogniser
from dialogues.errors import SaysoError
from dialogues.types import Expects, Option
from tests.connectors.speech.sounds import babble, joined, noise, silence


def segment(start: float, end: float, *words: str, no_speech: float = 0.1, compression: float = 1.0) -> SimpleNamespace:
    start, end = start + PAD_SECONDS, end + PAD_SECONDS  # as Whisper hears it
    step = (end - start) / max(1, len(words))
    said = [
        SimpleNamespace(word=f" {word}", start=start + n * step, end=start + (n + 1) * step, probability=0.5)
        for n, word in enumerate(words)
    ]
    return SimpleNamespace(
        start=start,
        end=end,
        text=f" {' '.join(words)}",
        words=said,
        avg_logprob=-0.1,
        no_speech_prob=no_speech,
        compression_ratio=compression,
    )


class FakeWhisper:
    """Gives prepared segments; records what it was given."""

    def __init__(self, *segments: SimpleNamespace) -> None:
        self.segments = segments
        self.given: list[tuple[int, dict[str, Any]]] = []

    def transcribe(self, values: np.ndarray, **options: Any) -> tuple[Iterator[SimpleNamespace], None]:
        self.given.append((len(values), options))
        return iter(self.segments), None


def recogniser(whisper: FakeWhisper) -> WhisperRecogniser:
    made = WhisperRecogniser(Path("models/whisper-base"))
    made._model = whisper  # type: ignore[assignment]
    return made


def test_words_have_their_times() -> None:
    whisper = FakeWhisper(segment(0.5, 1.5, "The", "tea"), segment(1.5, 2.0, "came."))
    heard = recogniser(whisper).recognise(joined(silence(0.5), babble(2.0)))
    assert heard.text == "The tea came."
    assert [word.start_seconds for word in heard.words] == [0.5, 1.0, 1.5]
    assert heard.confidence == pytest.approx(0.5)
    assert heard.recogniser == "whisper:base"
    options = whisper.given[0][1]
    assert options["language"] == "en"
    assert options["beam_size"] == 1
    assert options["word_timestamps"]


@pytest.mark.parametrize(
    "clip", [silence(2), noise(2), Clip(np.zeros(0, np.int16))], ids=["silence", "noise", "nothing"]
)
def test_where_nobody_speaks_it_is_not_even_asked(clip: Clip) -> None:
    whisper = FakeWhisper(segment(0, 1, "Thank", "you."))
    assert recogniser(whisper).recognise(clip).text == ""
    assert not whisper.given


@pytest.mark.parametrize(
    "made_up",
    [
        segment(0, 1, "Thanks", "for", "watching!", no_speech=0.95),
        segment(0, 1, *["bye"] * 30, compression=9.0),
        segment(2.2, 3.8, "Subtitles", "by", "nobody"),
        segment(9, 10, "Beyond", "the", "end"),
    ],
    ids=["says so itself", "in circles", "over silence", "after the end"],
)
def test_what_nobody_said_is_left_out(made_up: SimpleNamespace) -> None:
    clip = joined(babble(2.0), silence(2.0))
    heard = recogniser(FakeWhisper(segment(0, 2, "Hello"), made_up)).recognise(clip)
    assert heard.text == "Hello"


@pytest.mark.parametrize(
    ("hint", "seconds", "prompt"),
    [
        (Hint(), 1.0, None),
        (Hint(Expects.YES_NO), 1.0, "Yes. No."),
        (Hint(Expects.BEANS), 1.0, "Zero, one"),
        (Hint(Expects.CHOICE, (Option("The carers", "a", "1"), Option("Meals", "b", "2"))), 1.0, "The carers. Meals."),
        (Hint(Expects.CHOICE), 1.0, None),
        (Hint(Expects.YES_NO), 8.0, None),
    ],
)
def test_short_closed_answers_are_prompted(hint: Hint, seconds: float, prompt: str | None) -> None:
    whisper = FakeWhisper(segment(0.5, 1.0, "No."))
    heard = recogniser(whisper).recognise(joined(silence(0.5), babble(seconds)), hint)
    options = whisper.given[0][1]
    assert heard.text == "No."
    assert bool(heard.words) is (prompt is None)
    assert options.get("initial_prompt", "")[: len(prompt or "")] == (prompt or "")
    assert options.get("word_timestamps", False) is (prompt is None)


def test_a_short_answer_in_long_silence_is_cut_out() -> None:
    whisper = FakeWhisper(segment(0.0, 1.0, "No."))
    clip = joined(silence(20.0), babble(0.4), silence(20.0))
    assert recogniser(whisper).recognise(clip, Hint(Expects.YES_NO)).text == "No."
    assert whisper.given[0][0] < 3 * RATE_HZ


def test_it_does_not_listen_live() -> None:
    with pytest.raises(NotImplementedError):
        recogniser(FakeWhisper()).listen()


def test_without_the_library_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(SaysoError, match="SAYSO_SECOND_PASS=none") as caught:
        WhisperRecogniser(Path("anywhere")).recognise(babble())
    assert caught.value.code == "second_pass_missing"


def test_without_a_model_it_says_what_to_do(tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper")
    with pytest.raises(SaysoError, match="sayso models fetch") as caught:
        WhisperRecogniser(tmp_path).recognise(babble())
    assert caught.value.code == "model_missing"


@pytest.mark.real_speech
def test_the_real_one_hears_nothing_in_noise_that_swells(whisper_base: Path) -> None:
    heard = WhisperRecogniser(whisper_base).recognise(joined(noise(0.5, 0.01), noise(0.5, 0.05), noise(0.5, 0.01)))
    assert len(heard.words) <= 2
