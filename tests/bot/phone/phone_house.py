"""A whole Sayso that answers the phone, with built-in rules, quick manners, and levels of sound for words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from in_process import LevelSignals, PipeLine

from bot.app import App, open_app
from bot.phone import PhoneLine, line, open_phone
from bot.phone.line import Calls
from bot.settings import load_settings
from bot.speech import Speech
from connectors.phone.call import CallInProgress
from connectors.phone.dialling import DialOrder, Outcome
from connectors.phone.manners import END_OF_TURN, Manners
from connectors.phone.ports import FRAME_SAMPLES, FRAME_SECONDS, Call, Line
from connectors.phone.session import Phase
from connectors.speech.ports import RATE_HZ, Clip, Hint, Recognised, Samples
from dialogues.types import Expects, Prompt

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
"""A Monday, in hours."""
EVENING = NOW + timedelta(hours=9)
CALLER, PERSON, OUR_NUMBER = "+441632960123", "+441632960999", "+441632960000"
SECRET = "only for tests & marks = %+"
QUICK = Manners(
    end_of_turn=dict.fromkeys(END_OF_TURN, 0.25), ahead=0.1, onset=0.04, mumble=0.06, still_going=0.0, digits=0.3,
    answered_pause=0.15, moment=20.0, reprompts=(30.0, 30.0, 30.0, 30.0), tail=0.0,
)  # fmt: skip
SAYSO_LEVEL = 1_200
"""Of Sayso's own voice: the caller hears it, and it counts as speech to nobody."""
_FIRST_LEVEL, _STEP = 3_000.0, 1.09
"""Each text has a level of its own, so far apart that mu-law does not mix them up."""
_MOST_TEXTS = 25


class Clock:
    """Stands still until it is set."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class LevelRecogniser:
    """Hears texts by how loud they are."""

    name = "levels"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def sound(self, text: str, seconds: float = 0.3) -> Samples:
        """What a text sounds like."""
        if text not in self.texts:
            self.texts.append(text)
        assert len(self.texts) <= _MOST_TEXTS
        level = _FIRST_LEVEL * _STEP ** self.texts.index(text)
        frames = round(seconds / FRAME_SECONDS)
        return np.full(FRAME_SAMPLES * frames, round(level), np.int16)

    def recognise(self, clip: Clip, hint: Hint = Hint()) -> Recognised:  # noqa: B008 - frozen
        loud = np.abs(clip.samples[np.abs(clip.samples) > 2_000]).astype(float)
        if not len(loud):
            return Recognised("", recogniser=self.name)
        place = round(np.log(np.median(loud) / _FIRST_LEVEL) / np.log(_STEP))
        return Recognised(self.texts[min(max(place, 0), len(self.texts) - 1)], recogniser=self.name)

    def listen(self, hint: Hint = Hint()) -> _Listening:  # noqa: B008 - frozen
        return _Listening(self)


class _Listening:
    def __init__(self, recogniser: LevelRecogniser) -> None:
        self._recogniser = recogniser
        self._pieces: list[Samples] = []

    def feed(self, samples: Samples) -> str:
        self._pieces.append(samples)
        return ""

    def finish(self) -> Recognised:
        return self._recogniser.recognise(Clip(np.concatenate(self._pieces)))


class QuickVoice:
    """Says a word in a hundredth of a second, or as long as it is told."""

    def __init__(self) -> None:
        self.said: list[Prompt] = []
        self.word_seconds = 0.01

    async def say(
        self, prompts: Iterable[Prompt], pace: int = 150, *, phone: bool = False
    ) -> AsyncGenerator[Clip, None]:
        for prompt in prompts:
            self.said.append(prompt)
            samples = round(self.word_seconds * RATE_HZ * len(prompt.text.split()))
            yield Clip(np.full(max(samples, FRAME_SAMPLES), SAYSO_LEVEL, np.int16))
            await asyncio.sleep(0)

    @property
    def ids(self) -> list[str]:
        return [prompt.id for prompt in self.said]


class Levels(LevelSignals):
    """Speech is whatever is as loud as a text."""

    def heard(self, frame: Samples) -> tuple[float, bool]:
        return (0.95 if np.abs(frame).max() > 2_000 else 0.02), True


@dataclass
class Orders:
    """A dialler that rings nobody; notes the orders."""

    orders: list[DialOrder] = field(default_factory=list)

    async def dial(self, order: DialOrder) -> str:
        self.orders.append(order)
        return f"call-{len(self.orders)}"

    async def hang_up(self, call_id: str) -> None: ...


@dataclass
class OnThePhone:
    """Somebody in a call."""

    house: PhoneHouse
    held: CallInProgress
    line: PipeLine | None
    press: Callable[[str], Awaitable[None]]
    speak: Callable[[Samples], Awaitable[None]]
    serving: asyncio.Task[None] | None = None

    async def until(self, holds: Callable[[], object], seconds: float = 30) -> None:
        async with asyncio.timeout(seconds):
            while not holds():
                if self.serving and self.serving.done():
                    self.serving.result()
                await asyncio.sleep(0.01)

    async def asked(self, beginning: str = "") -> Prompt:
        """The question that waits, once one does."""
        session = self.held.session

        def waits() -> bool:
            said = session.said_last
            listens = session.phase is Phase.LISTENING and not session._is_open and not session._closing
            return listens and bool(said) and said[-1].expects is not Expects.NONE and said[-1].id.startswith(beginning)

        await self.until(waits)
        return self.held.session.said_last[-1]

    async def asked_or_over(self) -> Prompt | None:
        """The question that waits, once one does; None where the call comes to its end before."""
        waiting = asyncio.ensure_future(self.asked())
        try:
            while not waiting.done() and not self.is_over:
                await asyncio.sleep(0.01)
            return waiting.result() if waiting.done() else None
        finally:
            waiting.cancel()

    async def presses(self, keys: str) -> None:
        """Answers by keys; returns once it is taken."""
        turns = self.held.report.turns
        await self.press(keys)
        await self.until(lambda: self.held.report.turns > turns or self.is_over)

    async def says(self, text: str) -> None:
        """Answers by voice; returns once it is taken."""
        turns = self.held.report.turns
        await self.speak(self.house.ears.sound(text))
        await self.until(lambda: self.held.report.turns > turns or self.is_over)

    @property
    def is_over(self) -> bool:
        return self.held.session.phase is Phase.OVER

    async def hangs_up(self) -> None:
        """Puts the receiver down; returns when all is put away."""
        assert self.line is not None
        assert self.serving is not None
        self.line.hang_up()
        await asyncio.wait_for(self.serving, 30)

    async def over(self) -> None:
        """Until Sayso has ended the call, and all is put away."""
        assert self.serving is not None
        await asyncio.wait_for(self.serving, 30)

    async def by_keys_until(self, beginning: str) -> Prompt:
        """Presses 1 (2 for a helper, # for open questions) until something is asked."""
        for _ in range(60):
            asked = await self.asked()
            if asked.id.startswith(beginning):
                return asked
            await self.presses(key_for(asked))
        raise AssertionError(beginning)


def key_for(asked: Prompt) -> str:
    """A likely key."""
    if asked.expects in {Expects.YES_NO, Expects.READ_BACK}:
        return "2" if "helper" in asked.id else "1"
    if asked.expects in {Expects.SCALE, Expects.BEANS}:
        return "5"
    return asked.options[0].key if asked.options else "#"


@dataclass
class PhoneHouse:
    """What runs."""

    app: App
    line: PhoneLine
    clock: Clock
    ears: LevelRecogniser
    voice: QuickVoice
    orders: Orders
    held: list[CallInProgress]

    async def reports(self, call_id: str, planned_id: str, outcome: Outcome) -> None:
        """What a transport reports of a call."""
        calls: Calls = self.line.serve.__self__  # type: ignore[attr-defined]
        await calls.report(call_id, planned_id, outcome)

    @asynccontextmanager
    async def ringing(self, call: Call) -> AsyncIterator[OnThePhone]:
        """A call within the process."""
        pipe = PipeLine(call)
        before = len(self.held)
        carrying = asyncio.create_task(pipe.carries())
        serving = asyncio.create_task(self.line.serve(pipe))

        async def press(keys: str) -> None:
            for key in keys:
                pipe.presses(key)

        async def speak(samples: Samples) -> None:
            pipe._says += list(samples.reshape(-1, FRAME_SAMPLES))

        try:
            async with asyncio.timeout(20):
                while len(self.held) == before and not serving.done():
                    await asyncio.sleep(0.01)
            if serving.done():
                serving.result()
            yield OnThePhone(self, self.held[before], pipe, press, speak, serving)
            pipe.hang_up()
            await asyncio.wait_for(serving, 30)
        finally:
            pipe.hang_up()
            for task in (carrying, serving):
                task.cancel()
            await asyncio.gather(carrying, serving, return_exceptions=True)


@asynccontextmanager
async def phone_house(
    folder: Path, *, now: datetime = NOW, rings: bool = True, by_orders: bool = True, **changes: Any
) -> AsyncIterator[PhoneHouse]:
    """Runs it for as long as the context lasts.

    Args:
        folder: For the data.
        now: The time there.
        rings: Whether Sayso rings people.
        by_orders: By `Orders`, which notes it; False by whatever the settings name.
        changes: Settings.
    """
    known: dict[str, Any] = {
        "data_folder": folder,
        "database_url": "",
        "nlu": False,
        "organisation": "Dales Care",
        "phone_secret": SECRET,
        "phone_number": OUR_NUMBER,
        "phone_person": PERSON,
        "phone_audiosocket": "",
        "telegram_token": "",
        "alerts": "",
    }
    ears, voice, orders, clock = LevelRecogniser(), QuickVoice(), Orders(), Clock(now)
    speech = Speech(None, None, voice, None, ears, None, ())  # type: ignore[arg-type]
    held: list[CallInProgress] = []

    class Held(CallInProgress):
        def __init__(self, on: Line, *rest: Any) -> None:
            super().__init__(on, *rest)
            held.append(self)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(line, "CallInProgress", Held)
        patched.setattr(line, "LineSignals", Levels)
        if by_orders or not rings:
            patched.setattr(line, "_dialler", lambda settings, stack: orders if rings else None)
        async with (
            open_app(load_settings(**(known | changes)), clock=clock) as app,
            open_phone(app, speech, QUICK) as phone,
        ):
            yield PhoneHouse(app, phone, clock, ears, voice, orders, held)
