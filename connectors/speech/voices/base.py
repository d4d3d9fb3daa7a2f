"""What all voices share: they say one sentence at a time, and each sentence is followed by its pause."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence

from connectors.speech.ports import Clip
from connectors.speech.voices.pacing import DEFAULT_PACE, pause_seconds, speed_for, word_rate
from connectors.speech.voices.sentences import sentences
from connectors.speech.voices.sound import Wave, finished, joined, silence
from dialogues.errors import SaysoError


class SentenceVoice(ABC):
    """A `Voice` made of an engine that says one sentence. Safe to share between threads.

    Attributes:
        name: Engine, voice and version: two names that are alike sound alike.
        measured: (engine's own speed, words a minute without pauses) as measured, both rising.
    """

    name: str
    measured: Sequence[tuple[float, float]]

    @abstractmethod
    def _wave(self, sentence: str, speed: float) -> tuple[Wave, int]:
        """One sentence as raw sound, shape (samples,), and its rate in Hz; an empty wave for what cannot be said."""

    def speak(self, text: str, words_a_minute: int = DEFAULT_PACE) -> Clip:
        """The words as sound; each sentence with the pause after it. See `ports.Voice`.

        Raises:
            SaysoError: `voice_failed`.
        """
        return joined(self._sentence(sentence, words_a_minute) for sentence in sentences(text))

    async def stream(self, text: str, words_a_minute: int = DEFAULT_PACE) -> AsyncIterator[Clip]:
        """The words as sound, sentence by sentence. See `ports.Voice`."""
        for sentence in sentences(text):
            yield await asyncio.to_thread(self._sentence, sentence, words_a_minute)

    def _sentence(self, sentence: str, words_a_minute: int) -> Clip:
        said = finished(*self._raw(sentence, speed_for(word_rate(words_a_minute), self.measured)))
        pause = silence(pause_seconds(sentence, said.seconds, words_a_minute))
        return joined((said, pause)) if len(said.samples) else said

    def _raw(self, sentence: str, speed: float) -> tuple[Wave, int]:
        try:
            return self._wave(sentence, speed)
        except SaysoError:
            raise
        except Exception as error:  # an engine's own message may hold the words
            message = (
                f"The voice {self.name} failed ({type(error).__name__}). Try again; if it stays so, choose another."
            )
            raise SaysoError("voice_failed", message, permanent=False) from None
