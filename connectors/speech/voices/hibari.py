"""hibari, the default voice: its model is in the wheel, and a sentence takes one core some hundredths of a second."""

from __future__ import annotations

import threading
from importlib.metadata import version
from pathlib import Path

import hibari
import numpy as np
from hibari.voices import VOICES

from connectors.speech.voices.base import SentenceVoice
from connectors.speech.voices.sound import Wave
from dialogues.errors import SaysoError

SEED = 1
"""Of the noise in breath and consonants: the same text gives the same samples."""


class HibariVoice(SentenceVoice):
    """Speaks with hibari.

    Args:
        voice: `heart` (American, in the wheel), or a British one, `emma` or `fable`, whose file lies in the folder.
        folder: Where the files of other voices lie, named as hibari names them. Nothing is ever fetched here.

    Raises:
        SaysoError: `voice_missing`.
    """

    measured = ((0.65, 143.0), (0.7, 162.0), (0.775, 174.0), (0.825, 209.0), (0.9, 226.0), (1.0, 237.0))
    """Source: 103 sentences of `dialogues/en/wordings`. It rounds each sound to 12.5 ms, so that rates come in steps;
    the pauses make up for them."""

    def __init__(self, voice: str = "heart", folder: Path | None = None) -> None:
        self.name = f"hibari:{voice}-{version('hibari-tts')}"
        self._engine = hibari.Hibari(voice=voice, model=_model(voice, folder))
        self._dictionary = threading.Lock()
        self.speak("Ready.")  # loads the dictionaries now, not while somebody waits

    def _wave(self, sentence: str, speed: float) -> tuple[Wave, int]:
        parts = [self._engine.from_phonemes(phonemes, speed, SEED) for phonemes in self._phonemes(sentence)]
        return np.concatenate([np.zeros(0, np.float32), *parts]), hibari.SAMPLE_RATE

    def _phonemes(self, sentence: str) -> list[str]:
        unmarked = sentence.replace("](", "] (")  # its markup for phonemes, which nobody means to type
        with self._dictionary:
            return list(self._engine.phonemize(unmarked))


def _model(voice: str, folder: Path | None) -> str | None:
    known = VOICES.get(voice)
    if known is None:
        raise SaysoError("voice_missing", f"hibari has no voice of that name. Use one of: {', '.join(sorted(VOICES))}.")
    if known.get("bundled"):
        return None
    file = (folder or Path()) / known["file"]
    if folder is None or not file.is_file():
        raise SaysoError(
            "voice_missing", f"The voice `{voice}` is not here. Put {known['file']} into the voices' folder."
        )
    return str(file)
