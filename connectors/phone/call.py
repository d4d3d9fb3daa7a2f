"""One call, carried out: sound in and out of a line, recognition, voice and dialogue, around a `CallSession`."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import structlog

from connectors.phone import actions
from connectors.phone.hearing import LiveHearing, LiveUtterance
from connectors.phone.manners import Manners
from connectors.phone.playout import Playout
from connectors.phone.ports import (
    FRAME_SAMPLES,
    FRAME_SECONDS,
    Dialogue,
    Direction,
    HungUp,
    Key,
    Line,
    LineEvent,
    Played,
    Sound,
    Step,
)
from connectors.phone.retrying import retried
from connectors.phone.session import CallSession
from connectors.speech.ports import RATE_HZ, Clip, Samples
from dialogues.errors import SaysoError
from dialogues.types import Prompt

BEFORE_SECONDS = 0.25
"""Sound before the speech began that a recogniser hears too: onsets are soft."""
REMEMBERED_SECONDS = 1.5
SILENT_LINE_SECONDS = 0.2
"""A line that gives no sound for so long is silent: time goes on."""
KEY_SECONDS = 0.3
"""After a key nothing counts as speech for so long: its tone may. Source: keys pressed fast make 0.29 s of it."""
VOICE_SECONDS = 15.0
"""A voice that takes longer for a sentence has failed."""
LAST_WORK_SECONDS = 90.0
"""The longest that storing what was said last is waited for after the call."""

log = structlog.get_logger(__name__)


class SaysPrompts(Protocol):
    """A voice for calls; see `connectors.speech.voices.speaker.Speaker`."""

    def say(self, prompts: Iterable[Prompt], pace: int = 150, *, phone: bool = False) -> AsyncGenerator[Clip, None]:
        """The prompts as sound, sentence by sentence."""


class Signals(Protocol):
    """What is made of a call's sound; see `signals.LineSignals`. One for each call."""

    def heard(self, frame: Samples) -> tuple[float, bool]:
        """A frame came in: the probability of speech, and whether it counts (no echo of ours, and near the phone)."""

    def accepted(self, *, was_caller: bool) -> None:
        """The utterance since the last call of this was the caller's, or was not."""

    def played(self, frame: Samples) -> None:
        """A frame of our own voice, or of nothing, goes out."""

    def spoken(self, frame: Samples) -> Samples:
        """A frame of our own voice as it goes out."""

    def louder(self, samples: Samples, gain_db: float) -> Samples:
        """Our own sound at another loudness."""

    def quiet(self) -> Samples:
        """A frame of a line on which nobody speaks."""


@dataclass(frozen=True, slots=True)
class CallServices:
    """What every call is given.

    Attributes:
        speaker: The voice.
        hearing: Recognition.
        signals: Makes what judges the sound of one call.
        manners: Pauses and limits.
    """

    speaker: SaysPrompts
    hearing: LiveHearing
    signals: Callable[[], Signals]
    manners: Manners = field(default_factory=Manners)


@dataclass(slots=True)
class CallReport:
    """How a call went, without a word of it.

    Attributes:
        seconds: Its length.
        turns: Utterances that were handed in.
        response_seconds: From the end of each turn's pause to our first sound.
        broken: The connection failed.
    """

    seconds: float = 0.0
    turns: int = 0
    response_seconds: list[float] = field(default_factory=list)
    broken: bool = False


class CallInProgress:
    """Holds a conversation over a line.

    Args:
        line: The call on its transport.
        dialogue: Who answers the person.
        services: Voice, recognition and signals.
    """

    def __init__(self, line: Line, dialogue: Dialogue, services: CallServices) -> None:
        self._line, self._dialogue, self._services = line, dialogue, services
        self.session = CallSession(services.manners, waits=line.call.direction is Direction.OUTBOUND)
        self._signals = services.signals()
        self._playout = Playout(line, self._signals, self._ended, self._began)
        self._sayings: asyncio.Queue[actions.Say] = asyncio.Queue()
        self._asked: asyncio.Queue[actions.Action] = asyncio.Queue()
        self._saying: asyncio.Task[None] | None = None
        self._utterance: LiveUtterance | None = None
        self._past: deque[Samples] = deque()
        self._past_samples = 0
        self._rest: Samples = np.zeros(0, np.int16)
        self._started = self._sound_at = asyncio.get_running_loop().time()
        self._closed_at: float | None = None
        self._deaf_until = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_ended = False
        self.report = CallReport()

    async def run(self) -> CallReport:
        """Until the call is over, and what was said is stored."""
        background = [
            asyncio.create_task(work) for work in (self._playout.run(), self._keep_time(), self._speak(), self._ask())
        ]
        try:
            await self._carry_out(self.session.begin())
            async for event in self._line.events():
                await self._take(event)
            await self._finish()
        finally:
            going = [*background, *self._tasks, *([self._saying] if self._saying else [])]
            for task in going:
                task.cancel()
            await asyncio.gather(*going, return_exceptions=True)
            self.report.seconds = self._time()
        return self.report

    async def interject(self, step: Step) -> None:
        """Says something that nobody asked for: a message on an answering machine."""
        await self._carry_out(self.session.answered(step))

    # -- what comes in ----------------------------------------------------------------------------------------

    async def _take(self, event: LineEvent) -> None:
        match event:
            case Sound():
                self._sound_at = asyncio.get_running_loop().time()
                await self._hear(event.samples)
            case Key():
                self._deaf_until = self._time() + KEY_SECONDS
                await self._carry_out(self.session.key(event.key))
            case Played():
                self._playout.mark_returned(event.mark)
            case HungUp():
                self.report.broken = event.broken
                await self._carry_out(self.session.hung_up())

    async def _hear(self, samples: Samples) -> None:
        whole = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        for start in range(0, len(whole) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
            await self._frame(whole[start : start + FRAME_SAMPLES])
        self._rest = whole[len(whole) - len(whole) % FRAME_SAMPLES :]

    async def _frame(self, frame: Samples) -> None:
        self._past.append(frame)
        self._past_samples += len(frame)
        while self._past_samples > REMEMBERED_SECONDS * RATE_HZ:
            self._past_samples -= len(self._past.popleft())
        if self._utterance:
            self._utterance.feed(frame)
        speech, counts = self._signals.heard(frame)
        counts = counts and self._time() >= self._deaf_until
        so_far = self._utterance.so_far if self._utterance else ""
        await self._carry_out(self.session.frame(self._time(), FRAME_SECONDS, speech, counts=counts, so_far=so_far))

    async def _keep_time(self) -> None:
        """A line that sends nothing is silent; the session's time goes on all the same."""
        silence = np.zeros(FRAME_SAMPLES, np.int16)
        while True:
            await asyncio.sleep(SILENT_LINE_SECONDS / 2)
            if asyncio.get_running_loop().time() - self._sound_at >= SILENT_LINE_SECONDS:
                await self._frame(silence)

    def _time(self) -> float:
        return asyncio.get_running_loop().time() - self._started

    # -- actions ----------------------------------------------------------------------------------------------

    async def _carry_out(self, wanted: Iterable[actions.Action]) -> None:
        for action in wanted:
            match action:
                case actions.Say():
                    self._sayings.put_nowait(action)
                case actions.Hush():
                    await self._hush()
                case actions.Open():
                    self._utterance = self._services.hearing.open(action.hint)
                    self._utterance.feed(self._since(action.began_at - BEFORE_SECONDS))
                case actions.Guess():
                    if self._utterance:
                        self._utterance.guess()
                case actions.Close():
                    self._close(action)
                case actions.Drop():
                    self._utterance = None
                    self._signals.accepted(was_caller=False)
                case actions.Begin() | actions.Submit() | actions.Simpler() | actions.Leave():
                    self._asked.put_nowait(action)
                case actions.End():
                    await self._end(hand_over=action.hand_over)

    def _since(self, moment: float) -> Samples:
        """The sound since then, as far as it is remembered."""
        whole = np.concatenate([np.zeros(0, np.int16), *self._past])
        wanted = min(len(whole), max(0, round((self._time() - moment) * RATE_HZ)))
        return whole[len(whole) - wanted :]

    def _close(self, action: actions.Close) -> None:
        utterance, self._utterance = self._utterance, None
        self._closed_at = asyncio.get_running_loop().time()
        if utterance:
            self._beside(self._finish_hearing(utterance, guessed=action.guessed))

    async def _finish_hearing(self, utterance: LiveUtterance, *, guessed: bool) -> None:
        heard = await utterance.finish(after_guess=guessed)
        self._signals.accepted(was_caller=heard is not None and bool(heard.text))
        await self._carry_out(self.session.heard(heard))

    async def _hush(self) -> None:
        while not self._sayings.empty():
            self._sayings.get_nowait()
        if self._saying:
            self._saying.cancel()
        await self._playout.clear()
        self._closed_at = None

    async def _end(self, *, hand_over: bool) -> None:
        if not self._is_ended:
            self._is_ended = True
            await self._line.end(hand_over=hand_over)

    # -- speaking ---------------------------------------------------------------------------------------------

    async def _speak(self) -> None:
        while True:
            say = await self._sayings.get()
            self._saying = asyncio.create_task(self._say(say))
            await asyncio.wait([self._saying])
            self._saying = None

    async def _say(self, say: actions.Say) -> None:
        try:
            async with aclosing(self._services.speaker.say(say.prompts, say.words_a_minute, phone=True)) as clips:
                while (clip := await asyncio.wait_for(anext(clips, None), VOICE_SECONDS)) is not None:
                    self._playout.put(self._signals.louder(clip.samples, say.gain_db))
        except SaysoError as error:
            log.warning("voice_failed", error=error.code)
        except Exception as error:
            log.error("voice_failed", error=type(error).__name__)  # noqa: TRY400 - a traceback may hold words
        self._playout.mark(say.number)

    def _began(self) -> None:
        """The first sound after silence leaves."""
        if self._closed_at is not None:
            self.report.response_seconds.append(asyncio.get_running_loop().time() - self._closed_at)
            self._closed_at = None

    def _ended(self, number: int) -> None:
        self._beside(self._told_said(number))

    async def _told_said(self, number: int) -> None:
        await self._carry_out(self.session.said(number))

    # -- the dialogue -----------------------------------------------------------------------------------------

    async def _ask(self) -> None:
        """One question to the dialogue after the other."""
        while True:
            action = await self._asked.get()
            try:
                await self._ask_one(action)
            except SaysoError as error:
                log.warning("call_not_answered", error=error.code)
                await self._carry_out(self.session.failed(for_good=error.permanent))
            except Exception as error:
                log.error("call_failed", error=type(error).__name__)  # noqa: TRY400 - a traceback may hold words
                await self._carry_out(self.session.failed(for_good=True))
            finally:
                self._asked.task_done()

    async def _ask_one(self, action: actions.Action) -> None:
        match action:
            case actions.Begin():
                await self._answered(self._dialogue.begin)
            case actions.Submit():
                self.report.turns += 1
                await self._answered(lambda: self._dialogue.take(action.utterance))
            case actions.Simpler():
                await self._carry_out(self.session.simpler(await self._dialogue.simpler()))
            case actions.Leave():
                await retried(lambda: self._dialogue.left(asked=action.asked))

    async def _answered(self, ask: Callable[[], Awaitable[Step]]) -> None:
        await self._carry_out(self.session.answered(await retried(ask)))

    async def _finish(self) -> None:
        """Stores what was said last."""
        try:
            async with asyncio.timeout(LAST_WORK_SECONDS):
                while self._tasks:
                    await asyncio.wait(tuple(self._tasks))
                await self._asked.join()
        except TimeoutError:
            log.error("call_left_unstored")  # noqa: TRY400 - nothing to show

    def _beside(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
