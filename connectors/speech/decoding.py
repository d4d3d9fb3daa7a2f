"""One utterance's way through Vosk, and Vosk's model: the only module that touches the library."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from connectors.speech.ports import RATE_HZ, Samples
from dialogues.errors import SaysoError
from dialogues.types import HeardWord

if TYPE_CHECKING:
    import vosk

PAD_SECONDS = 0.3
"""Silence put before and after: the model has heard few utterances that begin at once.

Source: tuned on telephone speech, 12.3 % to 11.1 % of words wrong; at 16 kHz it changes nothing.
"""
READINGS = 5
"""Readings asked for. Source: the lattice of one spoken word holds no more that differ."""
FRAME_SECONDS = 0.03
"""What Vosk weighs at a time: 10 ms, every third."""
_PIECE = RATE_HZ // 5
_SILENCE: Samples = np.zeros(round(PAD_SECONDS * RATE_HZ), np.int16)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One reading of an utterance.

    Attributes:
        words: Without confidence: Vosk has none beside likelihoods.
        score: Log-likelihood of sound and words, nats; comparable between readings of the same sound by one model.
    """

    words: tuple[HeardWord, ...]
    score: float

    @property
    def text(self) -> str:
        """The words."""
        return " ".join(word.text for word in self.words)


class VoskModel:
    """A model's folder, loaded when it is first needed and only once. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._model: vosk.Model | None = None

    def decoder(self, phrases: list[str] | None = None) -> Decoder:
        """A decoder for one utterance.

        Args:
            phrases: The runtime grammar, words of the vocabulary only; None for the model's own language model.
        """
        return Decoder(self._loaded(), phrases)

    def hypotheses(self, samples: Samples, phrases: list[str] | None = None) -> tuple[Hypothesis, ...]:
        """The likeliest readings of a short piece of sound, the best first; at least one, which may have no words."""
        decoder = Decoder(self._loaded(), phrases, READINGS)
        decoder.feed(samples)
        return decoder.hypotheses()

    def knows(self, word: str) -> bool:
        """True for a word of the model's vocabulary."""
        return bool(self._loaded().vosk_model_find_word(word) >= 0)

    def _loaded(self) -> vosk.Model:
        with self._lock:
            if self._model is None:
                self._model = _load(self.folder)
            return self._model


class Decoder:
    """Hears one utterance. Used from one thread at a time.

    Vosk ends a segment wherever it finds a pause, and tells so again and again until its result is taken: segments are
    gathered here.
    """

    def __init__(self, model: vosk.Model, phrases: list[str] | None, readings: int = 0) -> None:
        grammar = () if phrases is None else (json.dumps(phrases, ensure_ascii=False),)
        import vosk  # noqa: PLC0415 - slow to import

        self._vosk = vosk.KaldiRecognizer(model, RATE_HZ, *grammar)
        self._vosk.SetWords(True)
        if readings:
            self._vosk.SetMaxAlternatives(readings)
        self._segments: list[dict[str, Any]] = []
        self._accept(_SILENCE)

    def feed(self, samples: Samples) -> None:
        """Takes the next piece of sound, of any length."""
        for start in range(0, len(samples), _PIECE):
            self._accept(samples[start : start + _PIECE])

    def so_far(self) -> str:
        """The words so far; the last ones may still change."""
        partial = str(json.loads(self._vosk.PartialResult()).get("partial", ""))
        return " ".join(filter(None, [*(word.text for word in self._words()), partial]))

    def finish(self) -> tuple[HeardWord, ...]:
        """All words of the utterance, with their times from its start in seconds."""
        self._end()
        return self._words()

    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """Ends the utterance; its readings, the best first."""
        self._end()
        made = [Hypothesis((), 0.0)]
        for segment in self._segments:
            found = [Hypothesis(_words(each), float(each["confidence"])) for each in segment.get("alternatives", ())]
            if found:
                both = [Hypothesis(one.words + two.words, one.score + two.score) for one in made for two in found]
                made = sorted(both, key=lambda reading: -reading.score)[:READINGS]
        return tuple(made)

    def _accept(self, samples: Samples) -> None:
        if len(samples) and self._vosk.AcceptWaveform(samples.tobytes()):
            self._segments.append(json.loads(self._vosk.Result()))

    def _end(self) -> None:
        self._accept(_SILENCE)
        self._segments.append(json.loads(self._vosk.FinalResult()))

    def _words(self) -> tuple[HeardWord, ...]:
        return tuple(word for segment in self._segments for word in _words(segment))


def _words(result: dict[str, Any]) -> tuple[HeardWord, ...]:
    return tuple(
        HeardWord(
            word["word"],
            max(0.0, round(word["start"] - PAD_SECONDS, 3)),
            max(0.0, round(word["end"] - PAD_SECONDS, 3)),
            float(word.get("conf", 1.0)),
        )
        for word in result.get("result", ())
    )


def _load(folder: Path) -> vosk.Model:
    if not (folder / "am" / "final.mdl").exists() and not (folder / "final.mdl").exists():
        raise SaysoError("model_missing", f"There is no Vosk model in {folder}. Run: sayso models fetch")
    import vosk  # noqa: PLC0415 - slow to import

    vosk.SetLogLevel(-1)
    try:
        return vosk.Model(str(folder))
    except Exception as error:  # Vosk raises nothing more exact
        message = f"The Vosk model in {folder} cannot be loaded. Run: sayso models verify"
        raise SaysoError("model_broken", message) from error
