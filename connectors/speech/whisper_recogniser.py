"""The second pass: hears whole clips again with faster-whisper, better and later. An optional library."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from connectors.speech.audio import floats
from connectors.speech.levels import FRAME_SECONDS, speech_frames, speech_seconds
from connectors.speech.ports import RATE_HZ, Clip, Hint, Listening, Recognised
from connectors.speech.short_answers import trimmed
from dialogues.errors import SaysoError
from dialogues.types import Expects, HeardWord

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

_OPEN = Hint()

LEAST_SPEECH_SECONDS = 0.09
SHORT_SECONDS = 2.0
"""Up to here a closed question's likely answers are put before, as a prompt: "now" becomes "no", "thanks" "six"."""
PAD_SECONDS = 0.5
"""Silence put before and after. Source: tuned on telephone speech, 7.3 % to 5.7 % of words wrong."""
MOST_NO_SPEECH = 0.8
"""Above this Whisper itself thinks that nobody spoke. Source: its own 0.6, raised because short answers reach it."""
MOST_COMPRESSION = 2.4
"""A text that packs better than this goes round in circles. Source: Whisper's own threshold."""
LEAST_SPOKEN_SHARE = 0.1
"""Share of a segment's time in which somebody speaks; Whisper makes up sentences for silence and noise."""
_PAD = round(PAD_SECONDS * RATE_HZ)


class WhisperRecogniser:
    """Implements `ports.Recogniser` with a faster-whisper folder; int8, one beam, English.

    Args:
        folder: A model in CTranslate2's format (`model.bin`, `config.json`, `tokenizer.json`, `vocabulary`).
        threads: Of the processor, for one clip.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        self.name = f"whisper:{folder.name.removeprefix('whisper-').removeprefix('faster-')}"
        self._folder, self._threads = folder, threads
        self._lock = threading.Lock()
        self._model: WhisperModel | None = None

    def recognise(self, clip: Clip, hint: Hint = _OPEN) -> Recognised:
        """Hears a whole clip. Takes 0.1 to 0.2 s of one core a second of sound, and half a second at the least."""
        spoken = speech_seconds(clip)
        if spoken < LEAST_SPEECH_SECONDS:
            return Recognised("", recogniser=self.name)
        likely = _likely(hint) if spoken <= SHORT_SECONDS else None
        part = clip if likely is None else trimmed(clip)[0]
        segments, _ = self._loaded().transcribe(
            np.pad(floats(part.samples), _PAD),
            language="en",
            beam_size=1,
            condition_on_previous_text=False,
            vad_filter=False,
            **({"word_timestamps": True} if likely is None else _short(likely)),
        )
        speaks = speech_frames(part)
        said = [segment for segment in segments if _is_said(segment, speaks)]
        return self._recognised(said) if likely is None else self._without_times(said)

    def listen(self, hint: Hint = _OPEN) -> Listening:
        """Not there: Whisper hears whole clips only."""
        raise NotImplementedError("Whisper hears whole clips only: use recognise")

    def _recognised(self, segments: Iterable[Any]) -> Recognised:
        words = tuple(
            HeardWord(word.word.strip(), _unpadded(word.start), _unpadded(word.end), float(word.probability))
            for segment in segments
            for word in segment.words or ()
        )
        confidence = float(np.mean([word.confidence for word in words])) if words else 1.0
        return Recognised(" ".join(word.text for word in words), words, confidence, self.name)

    def _without_times(self, segments: Sequence[Any]) -> Recognised:
        confidence = float(np.exp(np.mean([segment.avg_logprob for segment in segments]))) if segments else 1.0
        return Recognised(" ".join(segment.text.strip() for segment in segments), (), confidence, self.name)

    def _loaded(self) -> WhisperModel:
        with self._lock:
            if self._model is None:
                self._model = _load(self._folder, self._threads)
            return self._model


def _is_said(segment: Any, speaks: NDArray[np.bool_]) -> bool:
    start, end = (round(_unpadded(seconds) / FRAME_SECONDS) for seconds in (segment.start, segment.end))
    spoken = float(np.mean(speaks[start : max(end, start + 1)])) if start < len(speaks) else 0.0
    return (
        segment.no_speech_prob <= MOST_NO_SPEECH
        and segment.compression_ratio <= MOST_COMPRESSION
        and spoken >= LEAST_SPOKEN_SHARE
    )


def _short(likely: str) -> dict[str, Any]:
    """Times cost a short answer its words: with them 77 % of the tuning half's yes and no are right, without 94 %."""
    return {"initial_prompt": likely, "without_timestamps": True, "temperature": 0.0}


def _unpadded(seconds: float) -> float:
    return max(0.0, round(float(seconds) - PAD_SECONDS, 3))


def _likely(hint: Hint) -> str | None:
    match hint.expects:
        case Expects.YES_NO | Expects.READ_BACK:
            return "Yes. No. Yes, please. No, thank you."
        case Expects.SCALE | Expects.BEANS:
            return "Zero, one, two, three, four, five, six, seven, eight, nine, ten."
        case Expects.CHOICE if hint.options:
            return ". ".join(option.label for option in hint.options) + "."
        case _:
            return None


def _load(folder: Path, threads: int) -> WhisperModel:
    try:
        from faster_whisper import WhisperModel  # noqa: PLC0415 - optional, and slow to import
    except ImportError as error:
        message = "faster-whisper is not installed. Run: make setup, or set SAYSO_SECOND_PASS=none"
        raise SaysoError("second_pass_missing", message) from error
    if not (folder / "model.bin").exists():
        raise SaysoError("model_missing", f"There is no faster-whisper model in {folder}. Run: sayso models fetch")
    try:
        return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)
    except (RuntimeError, ValueError, OSError) as error:
        message = f"The faster-whisper model in {folder} cannot be loaded. Run: sayso models verify"
        raise SaysoError("model_broken", message) from error
