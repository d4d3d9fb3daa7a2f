"""A whole Sayso on the phone with parts that fail on purpose: real session, dialogue, engine and database.

Sound is plain tones, one for each sentence, so that what was heard is known for sure; time may run faster than it is.
"""

from __future__ import annotations

import asyncio
import gc
import random
import resource
import selectors
import sqlite3
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import numpy as np

from bot.app import App
from bot.phone import line as phone_line
from bot.phone.desk import People, PhoneDesk
from bot.phone.line import Calls
from bot.records.reaching import AgreedHours
from connectors.phone.call import CallInProgress, CallServices
from connectors.phone.hearing import LiveHearing
from connectors.phone.manners import END_OF_TURN, Manners
from connectors.phone.ports import FRAME_SAMPLES, FRAME_SECONDS, Call, HungUp, Key, Line, LineEvent, Played, Sound
from connectors.phone.talk import TalkServices
from connectors.ports import ServiceChoice
from connectors.speech.ports import RATE_HZ, Clip, Hint, Recognised, Samples
from dialogues.errors import SaysoError
from dialogues.script import default_script
from dialogues.types import Prompt, Reply, Turn
from nlu.rules import RuleParser
from tests.callers import caller as callers
from tests.callers.caller import Caller
from tests.house import House, open_house

SILENCE = np.zeros(FRAME_SAMPLES, np.int16)
SAYSO_LEVEL, FIRST_LEVEL = 1_000, 2_000
QUICK = Manners(
    end_of_turn=dict.fromkeys(END_OF_TURN, 0.6), ahead=0.2, moment=1.0, reprompts=(3.0, 3.0, 3.0, 3.0), last_wait=3.0,
)  # fmt: skip
Made = TypeVar("Made")


# -- time that runs faster ----------------------------------------------------------------------------------------


class _QuickSelector(selectors.DefaultSelector):
    def __init__(self, times: float) -> None:
        super().__init__()
        self._times = times

    def select(self, timeout: float | None = None) -> Any:
        return super().select(timeout / self._times if timeout and timeout > 0 else timeout)


class QuickLoop(asyncio.SelectorEventLoop):
    """An event loop whose seconds are shorter. Threads and databases take as long as they take."""

    def __init__(self, times: float) -> None:
        self._times = times
        super().__init__(_QuickSelector(times))

    def time(self) -> float:
        return super().time() * self._times


def quickly(work: Callable[[], Coroutine[Any, Any, Made]], times: float = 6.0) -> Made:
    """Runs the work with time going so many times as fast."""
    with asyncio.Runner(loop_factory=lambda: QuickLoop(times)) as runner:
        return runner.run(work())


# -- sound --------------------------------------------------------------------------------------------------------


class Tones:
    """Says each sentence as a tone of its own, and recognises it by its amplitude. Safe between threads.

    Attributes:
        crashes: So many hearings fail from now on.
        hangs: So many hearings take until `goes_on` is set, `hang_seconds` at most.
        stumbles: So many pieces of an utterance under way fail.
        listened: So many utterances were begun.
    """

    name = "tones"

    def __init__(self) -> None:
        self.crashes = self.hangs = self.stumbles = self.listened = 0
        self.goes_on = threading.Event()
        self.hang_seconds = 120.0
        self._levels: dict[int, str] = {}

    def say(self, text: str, seconds: float = 0.6) -> Samples:
        level = next((level for level, known in self._levels.items() if known == text), 0)
        level = level or FIRST_LEVEL + 5 * len(self._levels)
        self._levels[level] = text
        return np.full(round(seconds / FRAME_SECONDS) * FRAME_SAMPLES, level, np.int16)

    def recognise(self, clip: Clip, hint: Hint = Hint()) -> Recognised:  # noqa: B008 - frozen
        if self.hangs:
            self.hangs -= 1
            self.goes_on.wait(self.hang_seconds)
        if self.crashes:
            self.crashes -= 1
            raise RuntimeError("the recogniser crashed")
        levels = dict.fromkeys(np.abs(clip.samples).tolist())
        said = [self._levels[level] for level in levels if level in self._levels]
        return Recognised(" ".join(filter(None, said)), recogniser=self.name)

    def listen(self, hint: Hint = Hint()) -> _Listening:  # noqa: B008 - frozen
        self.listened += 1
        return _Listening(self, hint)


class _Listening:
    def __init__(self, tones: Tones, hint: Hint) -> None:
        self._tones, self._hint, self._pieces = tones, hint, [SILENCE]

    def feed(self, samples: Samples) -> str:
        if self._tones.stumbles:
            self._tones.stumbles -= 1
            raise RuntimeError("the recogniser stumbled")
        self._pieces.append(samples)
        return ""

    def finish(self) -> Recognised:
        return self._tones.recognise(Clip(np.concatenate(self._pieces)), self._hint)


@dataclass
class Voice:
    """Says prompts as a tone that no caller has.

    Attributes:
        word_seconds: How long a word is.
        fails: So many sayings fail from now on.
        hangs: So many sayings never come.
        said: Whatever was said, by text, over all calls.
    """

    word_seconds: float = 0.02
    fails: int = 0
    hangs: int = 0
    said: list[str] = field(default_factory=list)

    async def say(
        self, prompts: Iterable[Prompt], pace: int = 150, *, phone: bool = False
    ) -> AsyncGenerator[Clip, None]:
        for prompt in prompts:
            if self.fails:
                self.fails -= 1
                raise SaysoError("voice_failed", "The voice failed. Say it again.", permanent=False)
            if self.hangs:
                self.hangs -= 1
                await asyncio.Event().wait()
            self.said.append(prompt.text)
            yield Clip(np.full(round(self.word_seconds * RATE_HZ * len(prompt.text.split())), SAYSO_LEVEL, np.int16))


class LoudIsSpeech:
    """Implements `call.Signals`: whatever is louder than Sayso is speech."""

    def heard(self, frame: Samples) -> tuple[float, bool]:
        return (0.95 if int(np.abs(frame).max()) >= FIRST_LEVEL else 0.02), True

    def accepted(self, *, was_caller: bool) -> None: ...

    def spoken(self, frame: Samples) -> Samples:
        return frame

    def played(self, frame: Samples) -> None: ...

    def louder(self, samples: Samples, gain_db: float) -> Samples:
        return samples

    def quiet(self) -> Samples:
        return SILENCE


# -- a line with weather ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Weather:
    """What happens to frames between the caller and Sayso.

    Attributes:
        lost: Share that never arrives.
        doubled: Share that arrives twice.
        swapped: Share that arrives after the next one.
        jitter: Seconds that one may be late, at most.
        stalls: A chance, with each frame, that nothing arrives for up to `longest_stall`; then all arrive at once.
        longest_stall: Seconds.
    """

    lost: float = 0.0
    doubled: float = 0.0
    swapped: float = 0.0
    jitter: float = 0.0
    stalls: float = 0.0
    longest_stall: float = 1.0


FAIR = Weather()
FOUL = Weather(lost=0.05, doubled=0.02, swapped=0.03, jitter=0.06, stalls=0.004)


class FaultyLine:
    """A `Line` with a caller at its other end, and weather in between. See `tests.callers.caller.CallerLine`."""

    owns_clock = False

    def __init__(self, call: Call, weather: Weather = FAIR, seed: int = 0) -> None:
        self.call, self.weather = call, weather
        self.chance = random.Random(seed)
        self.heard = _Counted()
        self.ended: bool | None = None
        self.sends_sound = True
        self.may_send = asyncio.Event()
        self.may_send.set()
        self.over = False
        self.loud_at: list[float] = []
        self._events: asyncio.Queue[LineEvent] = asyncio.Queue()
        self._says: list[Samples] = []

    async def events(self) -> AsyncIterator[LineEvent]:
        while True:
            event = await self._events.get()
            yield event
            if isinstance(event, HungUp):
                return

    async def send(self, frame: Samples) -> None:
        await self.may_send.wait()
        self.heard.append(frame)
        if abs(int(frame[0])) == SAYSO_LEVEL:
            self.loud_at.append(asyncio.get_running_loop().time())

    async def clear(self) -> None: ...

    async def mark(self, name: str) -> None:
        self._events.put_nowait(Played(name))

    async def end(self, *, hand_over: bool = False) -> None:
        self.ended = hand_over
        self.hang_up()

    @property
    def is_silent(self) -> bool:
        return not self._says

    def says(self, samples: Samples) -> None:
        whole = np.pad(samples, (0, -len(samples) % FRAME_SAMPLES))
        self._says += list(whole.reshape(-1, FRAME_SAMPLES))

    def presses(self, key: str) -> None:
        self._events.put_nowait(Key(key))

    def hang_up(self, *, broken: bool = False) -> None:
        if not self.over:
            self.over = True
            self.ended = bool(self.ended)
            self._events.put_nowait(HungUp(broken))

    async def carries(self) -> None:
        """20 ms after 20 ms, as the weather lets them through, until the call is over."""
        loop, weather, chance = asyncio.get_running_loop(), self.weather, self.chance
        due, stalled_until = loop.time(), 0.0
        late: list[Samples] = []
        while not self.over:
            frame = self._says.pop(0) if self._says else SILENCE
            arrives = [] if chance.random() < weather.lost else [frame]
            if chance.random() < weather.doubled:
                arrives *= 2
            if late and chance.random() < weather.swapped:
                late[-1:] = [*arrives, late[-1]]
            else:
                late += arrives
            if chance.random() < weather.stalls:
                stalled_until = due + chance.uniform(0.2, weather.longest_stall)
            if due >= stalled_until:
                keep = 1 if weather.swapped and chance.random() < 0.5 else 0
                while self.sends_sound and len(late) > keep:
                    self._events.put_nowait(Sound(late.pop(0)))
            due += FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - loop.time() + chance.uniform(0, weather.jitter)))


class _Counted(list[Samples]):
    """Frames that were heard; only how many is kept."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0

    def append(self, frame: Samples) -> None:
        self._count += 1

    def __len__(self) -> int:
        return self._count


# -- the house ----------------------------------------------------------------------------------------------------


class Acknowledging:
    """The engine, with what it acknowledged; `fault` is called before each turn and may raise or wait.

    Attributes:
        acknowledged: Message ids by conversation, in order.
    """

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.acknowledged: dict[str, list[str]] = {}
        self.fault: Callable[[Turn], Coroutine[Any, Any, None]] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    async def handle_turn(self, turn: Turn) -> Reply:
        if self.fault:
            await self.fault(turn)
        reply: Reply = await self._engine.handle_turn(turn)
        self.acknowledged.setdefault(turn.conversation_id, []).append(turn.message_id)
        return reply


@dataclass
class OnTheLine:
    """One call that goes on."""

    line: FaultyLine
    held: CallInProgress
    serving: asyncio.Task[None]
    tasks: tuple[asyncio.Task[Any], ...]
    caller: Caller

    async def until(self, condition: Callable[[], object], within: float = 600.0) -> None:
        async with asyncio.timeout(within):
            while not condition():
                await asyncio.sleep(0.02)

    async def over(self, within: float = 3_000.0) -> None:
        try:
            await asyncio.wait_for(asyncio.shield(self.serving), within)
        finally:
            self.line.hang_up()
            for task in self.tasks:
                task.cancel()
            await asyncio.gather(*self.tasks, self.serving, return_exceptions=True)


class PhoneHouse:
    """A house with a telephone.

    Attributes:
        house: Engine and database.
        handler: The engine; see `Acknowledging`.
        tones: What callers sound like, and the recogniser.
        voice: Sayso's.
    """

    def __init__(self, house: House, hearing: LiveHearing, tones: Tones, voice: Voice, manners: Manners) -> None:
        self.house, self.tones, self.voice, self.hearing = house, tones, voice, hearing
        self.handler = Acknowledging(house.engine)
        self.held: dict[str, CallInProgress] = {}
        people = People("", AgreedHours())
        self.desk = PhoneDesk(
            house.records, default_script(), _services, "Dales Care", people, None, house.clock
        )  # fmt: skip
        talk = TalkServices(cast(Any, self.handler), self.desk, house.clock, None, lambda work: None)
        services = CallServices(voice, hearing, LoudIsSpeech, manners)
        app = cast(App, SimpleNamespace(parser=RuleParser()))
        self.calls = Calls(app, self.desk, services, talk, None)

    async def ring(
        self, call_id: str, *, number: str = "", weather: Weather = FAIR, seed: int = 0, caller: Caller | None = None
    ) -> OnTheLine:
        """A call comes, and its caller answers as `caller` does; without one nobody says anything."""
        line = FaultyLine(Call(call_id, number=number), weather, seed)
        serving = asyncio.create_task(self.calls.serve(cast(Line, line)))
        carrying = asyncio.create_task(line.carries())
        async with asyncio.timeout(600):
            while call_id not in self.held and not serving.done():
                await asyncio.sleep(0.01)
        held = self.held[call_id]
        tasks: tuple[asyncio.Task[Any], ...] = (carrying,)
        if caller:
            tasks += (asyncio.create_task(caller.talks(cast(Any, line), held)),)
        return OnTheLine(line, held, serving, tasks, caller or Caller(None))

    def caller(self, number: int = 0, stories: int = 1) -> Caller:
        """Somebody who talks in tones."""
        return Caller(self.tones.say, number, stories)

    async def conversation_of(self, call_id: str) -> str:
        return await self.house.records.conversation_of_call(call_id)

    async def nothing_is_lost(self) -> int:
        """Every acknowledged turn is there once, turns are numbered without a gap; returns how many turns there are."""
        count = 0
        for conversation, acknowledged in tuple(self.handler.acknowledged.items()):
            stored = await self.house.records.message_ids(conversation, asked_by="test")
            assert len(stored) == len(set(stored)), "a turn is stored twice"
            missing = [each for each in acknowledged if each not in stored]
            view = await self.house.records.conversation(conversation)
            if not missing or view.state:  # after a refusal all words are erased, and nothing more is stored
                assert not missing, f"{missing} of {acknowledged} are missing: {view.status}, {view.end_reason}"
            transcript = await self.house.records.transcript(conversation, asked_by="test")
            assert [turn.number for turn in transcript] == list(range(len(transcript)))
            count += len(stored)
        return count


# -- the machine --------------------------------------------------------------------------------------------------


class Locked:
    """Another program holds the database's write lock for as long as the context lasts."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(
            folder / "sayso.db", timeout=60, isolation_level=None, check_same_thread=False
        )

    async def __aenter__(self) -> Locked:
        await asyncio.to_thread(self._connection.execute, "BEGIN EXCLUSIVE")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._connection.execute("ROLLBACK")
        self._connection.close()


class FullDisk:
    """The disk is full for the database: SQLite may take no more pages, on any connection."""

    def __init__(self, house: PhoneHouse) -> None:
        self._database = house.house.database

    async def fill(self) -> None:
        await self._allow(1)

    async def make_room(self) -> None:
        await self._allow(1_000_000)

    async def _allow(self, pages: int) -> None:
        """Fewer than there are allows no more. The pool gives out the same connection again."""
        async with self._database.write() as connection:
            await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


@dataclass(frozen=True, slots=True)
class Resources:
    """What this process holds now."""

    tasks: int
    threads: int
    files: int
    megabytes: float

    @classmethod
    def now(cls) -> Resources:
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return cls(
            len(asyncio.all_tasks()),
            threading.active_count(),
            len(list(Path("/proc/self/fd").iterdir())),
            pages * resource.getpagesize() / 1e6,
        )


async def _services() -> list[ServiceChoice]:
    return [ServiceChoice("home_care", "home care")]


@asynccontextmanager
async def open_phone_house(
    folder: Path, *, manners: Manners = QUICK, voice: Voice | None = None, reaction: float = 0.1, workers: int = 2
) -> AsyncIterator[PhoneHouse]:
    """A whole Sayso with a telephone, the built-in rules, and tones for speech.

    Args:
        folder: Of the database.
        manners: Pauses and limits.
        voice: Sayso's.
        reaction: Seconds before a caller answers.
        workers: Threads that hear.
    """
    tones = Tones()
    hearing = LiveHearing(tones, workers)
    usual_reaction, usual_call = callers.REACTION_SECONDS, phone_line.CallInProgress
    async with open_house(folder) as house:
        opened = PhoneHouse(house, hearing, tones, voice or Voice(), manners)

        class Remembered(CallInProgress):
            def __init__(self, line: Line, *more: Any) -> None:
                super().__init__(line, *more)
                opened.held[line.call.id] = self

        callers.REACTION_SECONDS = reaction
        phone_line.CallInProgress = Remembered  # type: ignore[misc]
        try:
            yield opened
        finally:
            callers.REACTION_SECONDS, phone_line.CallInProgress = usual_reaction, usual_call  # type: ignore[misc]
            tones.goes_on.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(hearing.close(), 30)
