"""What a recogniser and a voice are. Everything that speaks or listens is behind these two protocols."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dialogues.types import Expects, HeardWord, Option

RATE_HZ = 16_000
"""The one rate between decoding and recognition, and between speaking and encoding."""

Samples = NDArray[np.int16]
"""Mono PCM at `RATE_HZ`, shape (samples,), -32768 to 32767."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A piece of sound.

    Attributes:
        samples: Mono PCM at `RATE_HZ`.
    """

    samples: Samples

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / RATE_HZ


@dataclass(frozen=True, slots=True)
class Hint:
    """What is likely to be said: it chooses a runtime grammar where a recogniser has one.

    Attributes:
        expects: The form of reply that the question waits for.
        options: The options that it offers, for choice.
    """

    expects: Expects = Expects.OPEN
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was heard.

    Attributes:
        text: The words, lower case or written, as the recogniser gives them; "" where nothing was said.
        words: The words with their times; empty where a recogniser has none.
        confidence: 0 to 1, the mean over the words; never trusted alone.
        recogniser: Name and model (`vosk:zamia-en`, `whisper:base`).
        doubtful: True where it may be no words at all, and a second recogniser should be asked; see `doubt`.
    """

    text: str
    words: tuple[HeardWord, ...] = ()
    confidence: float = 1.0
    recogniser: str = ""
    doubtful: bool = False


class Listening(Protocol):
    """One utterance under way. Made by `Recogniser.listen`; used from one thread or task at a time."""

    def feed(self, samples: Samples) -> str:
        """Takes the next piece of sound; returns the words so far (they may still change)."""

    def finish(self) -> Recognised:
        """Ends the utterance."""


class Recogniser(Protocol):
    """Turns speech into words. Safe to share between threads; each `Listening` is one utterance's own."""

    name: str

    def recognise(self, clip: Clip, hint: Hint = Hint()) -> Recognised:
        """Hears a whole clip. Blocks; call it through `pool.Listeners`, never on the event loop."""

    def listen(self, hint: Hint = Hint()) -> Listening:
        """Begins to hear an utterance as it comes.

        Raises:
            NotImplementedError: where a recogniser only hears whole clips.
        """


class Voice(Protocol):
    """Speaks. Safe to share between threads."""

    name: str

    def speak(self, text: str, words_a_minute: int = 150) -> Clip:
        """The words as sound. Blocks; call it off the event loop.

        Args:
            text: Plain words, one or more sentences.
            words_a_minute: Pace, 110 to 190.
        """

    def stream(self, text: str, words_a_minute: int = 150) -> AsyncIterator[Clip]:
        """The words as sound, sentence by sentence, so that the first is heard while the next is made."""
