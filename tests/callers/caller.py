"""Somebody who rings: hears when Sayso listens, and answers by voice over a telephone band, or by keys."""

from __future__ import annotations

import asyncio
import hashlib
import io
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import soundfile
import soxr

from connectors.phone.call import CallInProgress
from connectors.phone.keys import NUMBERS
from connectors.phone.ports import FRAME_SAMPLES, FRAME_SECONDS, Call, HungUp, Key, LineEvent, Played, Sound
from connectors.phone.session import Phase
from connectors.speech.ports import RATE_HZ, Clip, Samples, Voice
from connectors.speech.telephone import telephone
from dialogues.types import Expects, Prompt, Purpose

REACTION_SECONDS = 0.5
SILENCE = np.zeros(FRAME_SAMPLES, np.int16)
YES, NO = ("yes", "yes please", "aye", "yes that's fine"), ("no", "no thank you", "no that's all")
STORIES = (
    "the carers come late in the evening and my tea is cold by then",
    "I never know who is coming through the door",
    "the girl who comes on monday is lovely and she has time for a chat",
    "the meals are all right but there is too much salt in the soup",
    "I would like them to ring me when they are going to be late",
    "the bus does not stop near my house any more so I stay at home",
)
Say = Callable[[str], Samples]


def spoken_by(voice: Voice, pace: int = 150) -> Say:
    """A voice of ours, over the telephone."""
    return lru_cache(256)(
        lambda text: telephone(Clip((voice.speak(text, pace).samples * 0.5).astype(np.int16))).samples
    )


def spoken_by_espeak(variant: str = "en-gb", words_a_minute: int = 135) -> Say:
    """espeak-ng, over the telephone: clear to people, hard for recognisers that were taught by people."""

    @lru_cache(256)
    def say(text: str) -> Samples:
        made = subprocess.run(
            ["espeak-ng", "-v", variant, "-s", str(words_a_minute), "--stdout", text], capture_output=True, check=True
        ).stdout
        sound, rate = soundfile.read(io.BytesIO(made), dtype="float32")
        sound = soxr.resample(sound, rate, RATE_HZ)
        return telephone(Clip((sound / np.abs(sound).max() * 9_000).astype(np.int16))).samples

    return say


class CallerLine:
    """A `Line` within the process; the caller is at its other end."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.owns_clock = False
        self.heard: list[Samples] = []
        self.ended: bool | None = None
        self._events: asyncio.Queue[LineEvent] = asyncio.Queue()
        self._says: list[Samples] = []
        self._over = False

    async def events(self):  # type: ignore[no-untyped-def]
        while True:
            event = await self._events.get()
            yield event
            if isinstance(event, HungUp):
                return

    async def send(self, frame: Samples) -> None:
        self.heard.append(frame)

    async def clear(self) -> None: ...

    async def mark(self, name: str) -> None:
        self._events.put_nowait(Played(name))

    async def end(self, *, hand_over: bool = False) -> None:
        self.ended = hand_over
        self.hang_up()

    @property
    def is_silent(self) -> bool:
        """True when the caller has said all."""
        return not self._says

    def says(self, samples: Samples) -> None:
        whole = np.pad(samples, (0, -len(samples) % FRAME_SAMPLES))
        self._says += list(whole.reshape(-1, FRAME_SAMPLES))

    def presses(self, key: str) -> None:
        self._events.put_nowait(Key(key))

    def hang_up(self) -> None:
        if not self._over:
            self._over = True
            self._events.put_nowait(HungUp())

    async def carries(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not self._over:
            self._events.put_nowait(Sound(self._says.pop(0) if self._says else SILENCE))
            due += FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - loop.time()))


@dataclass
class Caller:
    """Answers whatever is asked; tells one or two stories, then comes to the end.

    Attributes:
        say: The voice; None for somebody who only presses keys.
        number: Of the caller among others; it varies what they say.
        stories: How many they tell.
    """

    say: Say | None
    number: int = 0
    stories: int = 2
    told: int = 0
    said: list[str] = field(default_factory=list)
    _answer: str = ""

    async def talks(self, line: CallerLine, held: CallInProgress) -> None:
        """Until the call is over."""
        answered: tuple[Prompt, ...] | None = None
        while line.ended is None:
            await asyncio.sleep(0.05)
            session = held.session
            if session.phase is not Phase.LISTENING or not line.is_silent:
                continue
            prompts = session.said_last
            if not prompts or prompts[-1].expects is Expects.NONE:
                continue
            await asyncio.sleep(REACTION_SECONDS)
            if session.phase is not Phase.LISTENING:
                continue
            if prompts is not answered:  # asked again, they say the same
                self._answer = self._reply(prompts[-1]) if self.say else self._keys(prompts[-1])
                answered = prompts
            self.said.append(self._answer)
            before = len(line.heard)
            if self.say:
                line.says(self.say(self._answer))
            else:
                for key in self._answer:
                    line.presses(key)
                    await asyncio.sleep(0.25)
            while line.ended is None and session.phase is Phase.LISTENING and len(line.heard) - before < 600:
                await asyncio.sleep(0.05)

    def _reply(self, asked: Prompt) -> str:
        match asked.purpose:
            case Purpose.READ_BACK:
                return "yes that's right" if asked.expects is Expects.READ_BACK else "it was just as I said"
            case Purpose.TOPIC_OPEN | Purpose.PROBE | Purpose.LADDER:
                return self._story()
            case Purpose.ANYTHING_ELSE | Purpose.OFFER:
                return self._one_of(NO)
            case Purpose.WARM_UP:
                return "my daughter came to see me on sunday"
            case Purpose.CLOSING if asked.expects is not Expects.YES_NO:
                return "it was very nice thank you"
        if asked.expects is Expects.YES_NO:
            return self._one_of(NO if "helper" in asked.id else YES)
        if asked.expects in NUMBERS:
            return "five"
        if asked.expects is Expects.CHOICE:
            return asked.options[self.number % len(asked.options)].label
        return self._one_of(NO)

    def _story(self) -> str:
        if self.told >= self.stories:
            return "no that's all"
        self.told += 1
        return STORIES[(self.number + self.told) % len(STORIES)]

    def _keys(self, asked: Prompt) -> str:
        if asked.expects in {Expects.YES_NO, Expects.READ_BACK}:
            return "2" if "helper" in asked.id else "1"
        if asked.expects in NUMBERS:
            return "5"
        return asked.options[0].key if asked.options else "#"

    def _one_of(self, said: tuple[str, ...]) -> str:
        place = hashlib.sha256(f"{self.number}:{len(self.said)}".encode()).digest()[0]
        return said[place % len(said)]
