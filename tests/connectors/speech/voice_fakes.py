"""A voice that says nothing and records what it was asked, and prompts to say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np

from connectors.speech.ports import Clip
from connectors.speech.voices.sentences import sentences
from dialogues.errors import SaysoError
from dialogues.types import Expects, Option, Prompt, Purpose

YES_NO = (Option("Yes", "yes", "1"), Option("No", "no", "2"))


class FakeVoice:
    """A tone for each word, then a tenth of a second of silence. Records what it said."""

    def __init__(self, name: str = "fake-1", fails: bool = False) -> None:
        self.name = name
        self.fails = fails
        self.said: list[tuple[str, int]] = []

    def speak(self, text: str, words_a_minute: int = 150) -> Clip:
        self.said.append((text, words_a_minute))
        if self.fails:
            raise SaysoError("voice_failed", "Try again.", permanent=False)
        tone = np.arange(100 * len(text.split()), dtype=np.int16) % 50 + len(text)
        return Clip(np.concatenate([tone, np.zeros(1600, np.int16)]).astype(np.int16))

    async def stream(self, text: str, words_a_minute: int = 150) -> AsyncIterator[Clip]:
        for sentence in sentences(text):
            yield await asyncio.to_thread(self.speak, sentence, words_a_minute)


def prompt(text: str, *, name: str = "a.b", options: tuple[Option, ...] = (), quoted: tuple[str, ...] = ()) -> Prompt:
    return Prompt(name, text, Expects.NONE, Purpose.REPAIR, options, quoted=quoted)
