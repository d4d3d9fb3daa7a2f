"""Hears callers: recognition of utterances as they come, in worker threads shared by all calls."""

from __future__ import annotations

import asyncio
import os
from functools import partial

import numpy as np
import structlog

from connectors.phone.ports import Utterance
from connectors.phone.threads import Threads
from connectors.phone.words import YES_OR_NO
from connectors.speech.ports import Clip, Hint, Listening, Recognised, Recogniser, Samples
from dialogues.types import Expects

PIECE_SECONDS = 0.2
"""Sound is handed to the recogniser in pieces of this length: fewer hops between threads, and Vosk's own step."""
CLOSED_SECONDS = 3.0
"""A closed question's answer is kept until its end, when grammars hear it; what is longer is heard as it comes."""
PATIENCE_SECONDS = 8.0
"""A recogniser that takes longer has failed: the person is asked again."""
_OPEN = frozenset({Expects.OPEN, Expects.PROBE, Expects.NONE})

log = structlog.get_logger(__name__)


class LiveHearing:
    """Opens utterances. Belongs to one event loop.

    Args:
        recogniser: Shared by all calls.
        workers: Threads; None for one a core. Vosk lets go of Python's lock while it works.
    """

    def __init__(self, recogniser: Recogniser, workers: int | None = None) -> None:
        self._recogniser = recogniser
        self._threads = Threads(workers or os.cpu_count() or 1, "call-listener", 0.75 * PATIENCE_SECONDS)

    async def warm(self) -> None:
        """Loads what the first caller would else wait for. Never raises."""
        try:
            await self._threads.run(partial(self._recogniser.listen, Hint(Expects.YES_NO, YES_OR_NO)))
        except Exception as error:
            log.info("recogniser_not_warmed", error=type(error).__name__)

    def open(self, hint: Hint) -> LiveUtterance:
        """Begins an utterance."""
        return LiveUtterance(self._recogniser, hint, self._threads)

    async def close(self) -> None:
        """Lets what is being heard come to its end; nothing new is begun."""
        await self._threads.close()


class LiveUtterance:
    """One utterance under way. `feed` never waits; the work goes on in one thread at a time.

    Attributes:
        so_far: The words so far; they may still change, and are empty for closed questions.
    """

    def __init__(self, recogniser: Recogniser, hint: Hint, threads: Threads) -> None:
        self._recogniser, self._hint, self._threads = recogniser, hint, threads
        self._all: list[Samples] = []
        self._waiting: list[Samples] = []
        self._waiting_seconds = self._seconds = 0.0
        self._stream: Listening | None = None
        self._is_streamed = hint.expects in _OPEN
        self._work: asyncio.Future[None] | None = None
        self._guess: asyncio.Future[Recognised] | None = None
        self._guessed_seconds = 0.0
        self._has_stumbled = False
        self.so_far = ""

    def feed(self, samples: Samples) -> None:
        """Takes the next piece of sound, 16 kHz, any length."""
        seconds = Clip(samples).seconds
        self._all.append(samples)
        self._seconds += seconds
        self._waiting.append(samples)
        self._waiting_seconds += seconds
        self._is_streamed = self._is_streamed or self._seconds > CLOSED_SECONDS
        if self._is_streamed and self._waiting_seconds >= PIECE_SECONDS:
            self._go_on()

    def guess(self) -> None:
        """Works out ahead what was said so far: the utterance will probably end in a moment."""
        if self._is_streamed:
            self._go_on()
        else:
            clip, hint = self._clip(), self._hint
            self._guessed_seconds = clip.seconds
            self._guess = self._threads.run(lambda: self._recogniser.recognise(clip, hint))

    async def finish(self, *, after_guess: bool = False) -> Utterance | None:
        """Ends the utterance.

        Args:
            after_guess: True where nothing was said since `guess`.

        Returns:
            What was said, text "" where nobody made it out; None where the recogniser failed.
        """
        try:
            heard = await asyncio.wait_for(self._finished(after_guess), PATIENCE_SECONDS)
        except Exception as error:
            log.warning("recogniser_failed", error=type(error).__name__)
            self._threads.look()
            return None
        return Utterance(heard.text, confidence=heard.confidence, recognised=heard, clip=self._clip())

    async def _finished(self, after_guess: bool) -> Recognised:
        if not self._is_streamed:
            if not (after_guess and self._guess):
                self.guess()
            assert self._guess is not None  # noqa: S101 - for the type checker
            return await self._guess
        while self._work is not None:
            await self._work
        if self._has_stumbled:
            return await self._threads.run(partial(self._recogniser.recognise, self._clip(), self._hint))
        return await self._threads.run(self._end_stream)

    def _go_on(self) -> None:
        """Hands what waits to the recogniser, unless it is at work: then it takes it next."""
        if self._work is None and self._waiting and not self._has_stumbled:
            self._work = asyncio.ensure_future(self._hand_over())

    async def _hand_over(self) -> None:
        try:
            while self._waiting_seconds >= PIECE_SECONDS or (self._waiting and self._stream is None):
                self.so_far = await self._threads.run(partial(self._feed, self._taken()))
        except Exception as error:  # at its end the utterance is heard anew, as a whole
            log.warning("recogniser_stumbled", error=type(error).__name__)
            self._has_stumbled = True
        finally:
            self._work = None

    def _taken(self) -> Samples:
        piece = np.concatenate([np.zeros(0, np.int16), *self._waiting])
        self._waiting, self._waiting_seconds = [], 0.0
        return piece

    def _feed(self, piece: Samples) -> str:
        if self._stream is None:
            self._stream = self._recogniser.listen(self._hint)
        return self._stream.feed(piece)

    def _end_stream(self) -> Recognised:
        self._feed(self._taken())
        assert self._stream is not None  # noqa: S101 - `_feed` makes it
        return self._stream.finish()

    def _clip(self) -> Clip:
        return Clip(np.concatenate([np.zeros(0, np.int16), *self._all]))
