"""Chooses the voice, once, when the app starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import structlog

from connectors.speech.ports import Voice
from dialogues.errors import SaysoError

DEFAULT_VOICE = "hibari"
NAMES = ("hibari", "kokoro", "espeak")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class VoiceFolders:
    """Where the files of voices lie that are not in a package.

    Attributes:
        hibari: Files of hibari's other voices (`hibari:emma`, `hibari:fable` are British).
        kokoro: Kokoro's model and voice.
    """

    hibari: Path | None = None
    kokoro: Path | None = None


def choose_voice(name: str = DEFAULT_VOICE, folders: VoiceFolders = VoiceFolders()) -> Voice:
    """The voice of that name. Takes up to some seconds: it loads what it needs, and speaks a word.

    Args:
        name: `hibari`, `kokoro` or `espeak`, and where one has more, which: `hibari:emma`, `espeak:en-gb-scotland`.
        folders: Where their files lie.

    Returns:
        That voice; espeak in place of the default one, where that cannot start at all.

    Raises:
        SaysoError: `voice_unknown`; `voice_missing` for a voice that was asked for by name, or when none starts.
    """
    try:
        return _made(name, folders)
    except SaysoError as error:
        if name != DEFAULT_VOICE or error.code == "voice_unknown":
            raise
        _log.warning("voice_fallback", wanted=name, code=error.code)
        return _made("espeak", folders)


def _made(name: str, folders: VoiceFolders) -> Voice:
    """Imports only what the one voice needs."""
    engine, _, which = name.partition(":")
    if engine == "hibari":
        return _hibari(which or "heart", folders.hibari)
    if engine == "espeak":
        from connectors.speech.voices.espeak import ACCENT, EspeakVoice  # noqa: PLC0415 - only when used

        return EspeakVoice(which or ACCENT)
    if engine == "kokoro":
        from connectors.speech.voices.kokoro import KokoroVoice  # noqa: PLC0415 - only when used

        return KokoroVoice(folders.kokoro)
    raise SaysoError("voice_unknown", f"There is no voice of that name. Use one of: {', '.join(NAMES)}.")


def _hibari(which: str, folder: Path | None) -> Voice:
    try:
        from connectors.speech.voices.hibari import HibariVoice  # noqa: PLC0415 - only when used

        return HibariVoice(which, folder)
    except SaysoError:
        raise
    except Exception as error:  # not installed, or its model cannot be loaded on this machine
        message = f"hibari did not start ({type(error).__name__}). Install hibari-tts again, or choose another voice."
        raise SaysoError("voice_missing", message) from error
