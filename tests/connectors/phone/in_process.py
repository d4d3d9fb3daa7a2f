"""A line within the test's own process, a voice and a recogniser of plain tones: a call's plumbing in real time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from connectors.phone.ports import (
    FRAME_SAMPLES,
    FRAME_SECONDS,
    Call,
    HungUp,
    Key,
    LineEvent,
    Played,
    Sound,
    Step,
    Utterance,
)
from connectors.speech.ports import RATE_HZ, Clip, Hint, Recognised, Samples
from dialogues.errors import SaysoError
from dialogues.types import Prompt

SAYSO_LEVEL = 9_000
SILENCE = np.zeros(FRAME_SAMPLES, np.int16)
LEVELS = {"yes": 3_000, "no": 4_000, "my carers come late": 5_000, "": 6_000, "can I say something": 7_000}
"""What a tone of this amplitude says."""


class PipeLine:
    """A `Line`, and the telephone at its other end."""

    def __init__(self, call: Call | None = None, *, owns_clock: bool = False) -> None:
        self.call = call or Call("test-call")
        self.owns_clock = owns_clock
        self.heard: list[tuple[float, Samples]] = []
        self.cleared = 0
        self.ended: bool | None = None
        self._events: asyncio.Queue[LineEvent] = asyncio.Queue()
        self._says: list[Samples] = []
        self._over = False
        self.sends_sound = True

    # -- as the session sees it -------------------------------------------------------------------------------

    async def events(self) -> AsyncIterator[LineEvent]:
        while True:
            event = await self._events.get()
            yield event
            if isinstance(event, HungUp):
                return

    async def send(self, frame: Samples) -> None:
        assert len(frame) == FRAME_SAMPLES
        if not self._over:
            self.heard.append((asyncio.get_running_loop().time(), frame))

    async def clear(self) -> None:
        self.cleared += 1

    async def mark(self, name: str) -> None:
        self._events.put_nowait(Played(name))

    async def end(self, *, hand_over: bool = False) -> None:
        self.ended = hand_over
        self.hang_up()

    # -- as the person holds it -------------------------------------------------------------------------------

    def says(self, text: str, seconds: float) -> None:
        self._says += [np.full(FRAME_SAMPLES, LEVELS[text], np.int16)] * round(seconds / FRAME_SECONDS)

    def presses(self, key: str) -> None:
        self._events.put_nowait(Key(key))

    def hang_up(self, *, broken: bool = False) -> None:
        if not self._over:
            self._over = True
            self._events.put_nowait(HungUp(broken))

    async def carries(self) -> None:
        """Sends what is said, else silence, every 20 ms, until the call is over."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not self._over:
            frame = self._says.pop(0) if self._says else SILENCE
            if self.sends_sound:
                self._events.put_nowait(Sound(frame))
            due += FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - loop.time()))

    def loud_since(self, since: float = 0.0) -> list[float]:
        """When frames of Sayso's voice came."""
        return [at for at, frame in self.heard if at >= since and np.abs(frame).max() > 2_000]


@dataclass
class ToneVoice:
    """Says a prompt as a tone of 0.12 s a word; `delay` is how long it takes to begin."""

    delay: float = 0.0
    fails: bool = False
    said: list[str] = field(default_factory=list)

    async def say(
        self, prompts: Iterable[Prompt], pace: int = 150, *, phone: bool = False
    ) -> AsyncGenerator[Clip, None]:
        for prompt in prompts:
            self.said.append(prompt.text)
            await asyncio.sleep(self.delay)
            if self.fails:
                raise SaysoError("voice_failed", "The voice failed. Say it again.")
            yield Clip(np.full(round(0.12 * RATE_HZ * len(prompt.text.split())), SAYSO_LEVEL, np.int16))


class ToneRecogniser:
    """Knows words by their amplitude."""

    name = "tone"

    def __init__(self) -> None:
        self.crashes = 0
        self.hints: list[Hint] = []

    def recognise(self, clip: Clip, hint: Hint = Hint()) -> Recognised:  # noqa: B008 - frozen
        self.hints.append(hint)
        if self.crashes:
            self.crashes -= 1
            raise RuntimeError("crashed")
        loud = np.abs(clip.samples[np.abs(clip.samples) > 1_000]).astype(int)
        levels = list(dict.fromkeys(loud.tolist()))
        words = {level: text for text, level in LEVELS.items()}
        return Recognised(" ".join(filter(None, (words.get(level, "") for level in levels))), recogniser=self.name)

    def listen(self, hint: Hint = Hint()) -> _ToneListening:  # noqa: B008 - frozen
        return _ToneListening(self, hint)


class _ToneListening:
    def __init__(self, recogniser: ToneRecogniser, hint: Hint) -> None:
        self._recogniser, self._hint = recogniser, hint
        self._pieces: list[Samples] = []

    def feed(self, samples: Samples) -> str:
        self._pieces.append(samples)
        return ""

    def finish(self) -> Recognised:
        return self._recogniser.recognise(Clip(np.concatenate([SILENCE, *self._pieces])), self._hint)


class LevelSignals:
    """Speech is whatever is loud."""

    def heard(self, frame: Samples) -> tuple[float, bool]:
        return (0.95 if np.abs(frame).max() > 1_000 else 0.02), True

    def accepted(self, *, was_caller: bool) -> None: ...

    def spoken(self, frame: Samples) -> Samples:
        return frame

    def played(self, frame: Samples) -> None: ...

    def louder(self, samples: Samples, gain_db: float) -> Samples:
        return samples

    def quiet(self) -> Samples:
        return SILENCE


class ScriptedDialogue:
    """Answers in turn; the last answer is repeated."""

    def __init__(self, *steps: Step | SaysoError, simpler: tuple[Prompt, ...] = ()) -> None:
        self._steps, self._simpler = list(steps), simpler
        self.taken: list[Utterance] = []
        self.left_asked: list[bool] = []
        self.before: Callable[[], None] = lambda: None

    async def begin(self) -> Step:
        return self._next()

    async def take(self, heard: Utterance) -> Step:
        self.before()
        step = self._next()
        self.taken.append(heard)
        return step

    async def simpler(self) -> tuple[Prompt, ...]:
        return self._simpler

    async def left(self, *, asked: bool) -> None:
        self.left_asked.append(asked)

    def _next(self) -> Step:
        step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
        if isinstance(step, SaysoError):
            raise step
        return step
