"""One utterance's way through Vosk: all segments, once each, at their times; one model for all threads."""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from connectors.speech.decoding import PAD_SECONDS, VoskModel
from connectors.speech.ports import RATE_HZ
from dialogues.errors import SaysoError
from dialogues.types import HeardWord
from tests.connectors.speech.sounds import silence


class FakeVosk(ModuleType):
    """Ends a segment at every second of sound, and says so until its result is taken, as Vosk does."""

    def __init__(self) -> None:
        super().__init__("vosk")
        self.levels: list[int] = []
        self.loaded = 0
        self.fails = False
        self.grammars: list[list[str] | None] = []
        fake = self

        class Model:
            def __init__(self, folder: str) -> None:
                time.sleep(0.02)
                if fake.fails:
                    raise Exception("Failed to create a model")  # noqa: TRY002 - as Vosk does
                fake.loaded += 1

            def vosk_model_find_word(self, word: str) -> int:
                return 7 if word in {"yes", "no"} else -1

        class KaldiRecognizer:
            def __init__(self, model: Model, rate: int, grammar: str | None = None) -> None:
                fake.grammars.append(None if grammar is None else json.loads(grammar))
                self.samples, self.taken = 0, 0

            def SetWords(self, on: bool) -> None:
                assert on

            def AcceptWaveform(self, data: bytes) -> int:
                self.samples += len(data) // 2
                return int(self.samples // RATE_HZ > self.taken)

            def Result(self) -> str:
                self.taken += 1
                return json.dumps({"result": [self._word(self.taken)], "text": "ignored"})

            def PartialResult(self) -> str:
                return json.dumps({"partial": "and so" if self.samples > RATE_HZ // 2 else ""})

            def FinalResult(self) -> str:
                return json.dumps({"text": ""})

            def _word(self, number: int) -> dict[str, Any]:
                return {"word": f"w{number}", "start": number - 1 + 0.1, "end": number - 0.2, "conf": 0.5}

        self.Model, self.KaldiRecognizer = Model, KaldiRecognizer

    def SetLogLevel(self, level: int) -> None:
        self.levels.append(level)


@pytest.fixture
def vosk(monkeypatch: pytest.MonkeyPatch) -> FakeVosk:
    fake = FakeVosk()
    monkeypatch.setitem(sys.modules, "vosk", fake)
    return fake


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "am").mkdir()
    (tmp_path / "am" / "final.mdl").touch()
    return tmp_path


@pytest.mark.parametrize("piece", [160, 3_333, RATE_HZ * 3])
def test_all_segments_are_gathered_once_with_their_times(vosk: FakeVosk, folder: Path, piece: int) -> None:
    decoder = VoskModel(folder).decoder()
    samples = silence(3.0).samples
    for start in range(0, len(samples), piece):
        decoder.feed(samples[start : start + piece])
    words = decoder.finish()
    assert [word.text for word in words] == ["w1", "w2", "w3"]
    assert words[0] == HeardWord("w1", 0.0, pytest.approx(0.8 - PAD_SECONDS), 0.5)
    assert words[2].start_seconds == pytest.approx(2.1 - PAD_SECONDS)


def test_the_words_so_far(vosk: FakeVosk, folder: Path) -> None:
    decoder = VoskModel(folder).decoder()
    assert decoder.so_far() == ""
    decoder.feed(silence(1.0).samples)
    assert decoder.so_far() == "w1 and so"
    decoder.feed(np.zeros(0, np.int16))
    assert decoder.so_far() == "w1 and so"


def test_a_grammar_is_handed_on(vosk: FakeVosk, folder: Path) -> None:
    VoskModel(folder).decoder(["yes", "no"])
    assert vosk.grammars == [["yes", "no"]]


def test_many_threads_load_it_once_and_quietly(vosk: FakeVosk, folder: Path) -> None:
    model = VoskModel(folder)
    assert vosk.loaded == 0
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: model.decoder(), range(8)))
    assert vosk.loaded == 1
    assert vosk.levels == [-1]
    assert model.knows("yes")
    assert not model.knows("yup")


def test_a_missing_or_broken_model_says_what_to_do(vosk: FakeVosk, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SaysoError, match="sayso models fetch") as caught:
        VoskModel(tmp_path / "nowhere").decoder()
    assert caught.value.code == "model_missing"
    vosk.fails = True
    with pytest.raises(SaysoError, match="sayso models verify") as caught:
        VoskModel(folder).decoder()
    assert caught.value.code == "model_broken"
