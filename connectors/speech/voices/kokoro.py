"""Kokoro, an optional British voice. On a busy machine it takes about as long to make a sentence as to say it."""

from __future__ import annotations

import hashlib
import importlib
import logging
import tempfile
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from connectors.speech.voices.base import SentenceVoice
from connectors.speech.voices.sound import Wave
from dialogues.errors import SaysoError

PACKAGE = "kokoro-onnx"
MODEL = "kokoro-v1.0.int8.onnx"
VOICE = "bf_emma"
SHA256 = {
    MODEL: "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
    f"{VOICE}.bin": "669fe0647f9dd04fcab92f1439a40eeb4c8b4ab1f82e4996fe3d918ce4a63b73",
}
"""Source: kokoro-onnx's own release v1.0; `voices/bf_emma.bin` of npm's kokoro-js 1.2.1."""
STYLE_SHAPE = (-1, 1, 256)
"""One style for each number of phonemes, as kokoro-onnx wants it."""


class Engine(Protocol):
    """What is used of `kokoro_onnx.Kokoro`."""

    def create(self, text: str, voice: NDArray[np.float32], speed: float, lang: str) -> tuple[Wave, int]:
        """One sentence as sound, and its rate in Hz.

        Raises:
            ValueError: for text without a phoneme.
        """


class KokoroVoice(SentenceVoice):
    """Speaks with Kokoro-82M (int8).

    Args:
        folder: Where the two files of `SHA256` lie; None when no setting names it.
        engine: Another engine, for tests; the files are then not looked at.

    Raises:
        SaysoError: `voice_missing`.
    """

    measured = ((0.6, 124.0), (0.7, 145.0), (0.9, 192.0), (1.1, 227.0))
    """Source: six to twelve of our sentences, with the real model."""

    def __init__(self, folder: Path | None, engine: Engine | None = None) -> None:
        self.name = f"kokoro:{VOICE}-1.0-int8"
        self._style = np.zeros((510, 1, 256), np.float32) if engine else _style(_known(folder))
        self._engine = engine or _engine(_known(folder), self._style)

    def _wave(self, sentence: str, speed: float) -> tuple[Wave, int]:
        try:
            return self._engine.create(sentence, voice=self._style, speed=speed, lang="en-gb")
        except ValueError:  # no phoneme in it: other scripts, signs
            return np.zeros(0, np.float32), 0


def _known(folder: Path | None) -> Path:
    if folder is None:
        raise SaysoError(
            "voice_missing", f"No folder for Kokoro is set. Put {' and '.join(SHA256)} into one and name it."
        )
    return folder


def _style(folder: Path) -> NDArray[np.float32]:
    for name, expected in SHA256.items():
        _check(folder / name, expected)
    return np.fromfile(folder / f"{VOICE}.bin", np.float32).reshape(STYLE_SHAPE)


def _check(file: Path, expected: str) -> None:
    if not file.is_file():
        raise SaysoError("voice_missing", f"Kokoro's {file.name} is not here. Put it into {file.parent}.")
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != expected:
        raise SaysoError("voice_missing", f"{file} is damaged or another version. Fetch it again: SHA-256 {expected}.")


def _engine(folder: Path, style: NDArray[np.float32]) -> Engine:
    package = _package()
    with tempfile.TemporaryDirectory() as scratch:
        styles = Path(scratch) / "voices.npz"  # the form in which it wants to read a voice
        arrays: dict[str, Any] = {VOICE: style}
        np.savez(styles, **arrays)
        engine: Engine = package.Kokoro(str(folder / MODEL), str(styles))
    return engine


def _package() -> Any:
    try:
        package = importlib.import_module("kokoro_onnx")
    except ImportError:
        message = f"The package {PACKAGE} is not installed. Run: pip install {PACKAGE}==0.6.1"
        raise SaysoError("voice_missing", message) from None
    logging.getLogger("kokoro_onnx").setLevel(logging.WARNING)  # at "debug" it would log what is said
    return package
