"""Prompts read out by a real person. A recording is used only while the wording is word for word what was read."""

from __future__ import annotations

import re
from pathlib import Path

import structlog

from connectors.speech.audio import decode, floats
from connectors.speech.ports import RATE_HZ, Clip
from connectors.speech.voices.pacing import DEFAULT_PACE, shortest_pause_seconds
from connectors.speech.voices.sound import finished, joined, silence
from connectors.speech.voices.spoken import spoken
from dialogues.errors import SaysoError
from dialogues.types import Prompt

WORDING_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")

_log = structlog.get_logger(__name__)


class Recordings:
    """A folder of `<wording id>.wav`, each with the words that were read beside it in `<wording id>.txt`.

    Args:
        folder: Read once, at the start; None or a missing one holds no recordings.
    """

    def __init__(self, folder: Path | None = None) -> None:
        texts = sorted(folder.glob("*.txt")) if folder else []
        self._said = {file.stem: spoken(file.read_text(encoding="utf-8")) for file in texts}
        self._folder = folder or Path()

    def has(self, prompt: Prompt, words_a_minute: int) -> bool:
        """Whether the prompt was recorded with these very words. Another pace than usual is left to the voice."""
        said = self._said.get(prompt.id) if WORDING_ID.fullmatch(prompt.id) else None
        return bool(said) and not prompt.quoted and words_a_minute == DEFAULT_PACE and said == spoken(prompt.text)

    def read(self, prompt: Prompt) -> Clip | None:
        """The recording at our loudness, with the usual pause after it; None when it cannot be read."""
        try:
            raw = decode((self._folder / f"{prompt.id}.wav").read_bytes())
        except (OSError, SaysoError) as error:
            _log.warning("recording_unreadable", prompt=prompt.id, reason=type(error).__name__)
            return None
        pause = silence(shortest_pause_seconds(prompt.text, DEFAULT_PACE))
        return joined((finished(floats(raw.samples), RATE_HZ), pause))
