"""Timings of the telephone, in one run: first sound, several callers at once, what a call costs.

    python -m tests.bench_phone [--callers 8]

Everything is real but the line, which is in the process: recogniser, voice, understanding, database. The callers speak
with Sayso's own voice over a simulated telephone band.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from bot.app import open_app
from bot.phone.line import PhoneLine, open_phone
from bot.settings import load_settings
from bot.speech import Speech, open_speech
from connectors.phone.call import CallInProgress, CallServices
from connectors.phone.hearing import LiveHearing
from connectors.phone.ports import Call, Step, Utterance
from connectors.phone.session import Phase
from connectors.phone.signals import LineSignals
from connectors.speech.ports import Clip
from dialogues.types import Expects, Option, Prompt, Purpose
from tests.callers.caller import STORIES, Caller, CallerLine, spoken_by

IDLE_SECONDS, TALK_SECONDS = 20.0, 150.0
NEW_TURNS = 12
FIRST_SOUND_KNOWN, FIRST_SOUND_NEW = 0.3, 0.6
"""Aims, seconds. Source: the product's plan."""


def resident_mb() -> float:
    """Memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Watch:
    """Holds on to every call, and to how long its caller waited."""

    def __init__(self) -> None:
        self.held: dict[str, CallInProgress] = {}
        self._init = CallInProgress.__init__

    def __enter__(self) -> Watch:
        watch, init = self, self._init

        def watched(self: CallInProgress, line, dialogue, services) -> None:  # type: ignore[no-untyped-def]
            init(self, line, dialogue, services)
            watch.held[line.call.id] = self

        CallInProgress.__init__ = watched  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        CallInProgress.__init__ = self._init  # type: ignore[method-assign]

    def responses(self) -> list[float]:
        """Seconds from the end of the pause to the first sound."""
        return [seconds for held in self.held.values() for seconds in held.report.response_seconds]


class NewWords:
    """A dialogue whose every answer begins with a sentence that was never said before."""

    def __init__(self) -> None:
        self._asked = 0

    async def begin(self) -> Step:
        return self._next()

    async def take(self, heard: Utterance) -> Step:
        return self._next()

    async def simpler(self) -> tuple[Prompt, ...]:
        return ()

    async def left(self, *, asked: bool) -> None: ...

    def _next(self) -> Step:
        self._asked += 1
        said = f"You said that {STORIES[self._asked % len(STORIES)]}, and that was number {self._asked}."
        options = (Option("yes", "yes", "1"), Option("no", "no", "2"))
        asked = Prompt("bench.new", f"{said} Is that right?", Expects.YES_NO, Purpose.NEEDS, options)
        return Step((asked,), done=self._asked > NEW_TURNS)


async def new_words(speech: Speech, say) -> list[float]:  # type: ignore[no-untyped-def]
    """Waits for the first sound of sentences that have to be made."""
    hearing = LiveHearing(speech.recogniser)
    line = CallerLine(Call("new-words"))
    held = CallInProgress(line, NewWords(), CallServices(speech.speaker, hearing, LineSignals))
    tasks = [asyncio.create_task(line.carries()), asyncio.create_task(Caller(say).talks(line, held))]
    await held.run()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await hearing.close()
    return held.report.response_seconds


async def talk(phone: PhoneLine, watch: Watch, say, number: int, name: str) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """One call, for `TALK_SECONDS` at most; its length, and how far its sound fell behind."""
    call = Call(f"{name}-{number}")
    line, caller = CallerLine(call), Caller(say, number, stories=1)
    carrying = asyncio.create_task(line.carries())
    started = time.perf_counter()
    serving = asyncio.create_task(phone.serve(line))
    while call.id not in watch.held:
        await asyncio.sleep(0.01)
    talking = asyncio.create_task(caller.talks(line, watch.held[call.id]))
    await asyncio.wait([serving], timeout=TALK_SECONDS)
    line.hang_up()
    await serving
    seconds = time.perf_counter() - started
    for task in (carrying, talking):
        task.cancel()
    await asyncio.gather(carrying, talking, return_exceptions=True)
    return seconds, abs(seconds - 0.02 * len(line.heard))


async def idle(phone: PhoneLine, watch: Watch, count: int) -> tuple[float, float]:
    """Calls that listen to silence: share of a core a call, and MB a call."""
    gc.collect()
    before_mb = resident_mb()
    started = time.process_time()
    await asyncio.sleep(IDLE_SECONDS / 2)
    rest = (time.process_time() - started) / (IDLE_SECONDS / 2)
    lines = [CallerLine(Call(f"idle-{count}-{number}")) for number in range(count)]
    tasks = [asyncio.create_task(work) for line in lines for work in (line.carries(), phone.serve(line))]
    while not all(
        line.call.id in watch.held and watch.held[line.call.id].session.phase is Phase.LISTENING for line in lines
    ):
        await asyncio.sleep(0.1)
    for line in lines:  # they listen for ever
        session = watch.held[line.call.id].session
        session.manners = type(session.manners)(reprompts=(1e6,), moment=1e6)
    started = time.process_time()
    await asyncio.sleep(IDLE_SECONDS)
    used = (time.process_time() - started) / IDLE_SECONDS
    gc.collect()
    grown = resident_mb() - before_mb
    for line in lines:
        line.hang_up()
    await asyncio.gather(*tasks, return_exceptions=True)
    return (used - rest) / count, grown / count


async def bench(callers: int) -> None:
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f} before the run")
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_folder=Path(folder), phone_secret="x", second_pass="none")
        async with (
            open_app(settings) as app,
            open_speech(settings, app.script) as speech,
            open_phone(app, speech) as phone,
        ):
            assert speech.speaker is not None
            assert speech.recogniser is not None
            say = spoken_by(speech.speaker.voice)
            await asyncio.to_thread(speech.recogniser.recognise, Clip(say("yes please")))  # loads the model
            await asyncio.sleep(20)  # the voice has rendered its fixed wordings
            with Watch() as watch:
                await talk(phone, watch, say, 0, "alone")
                known, new = watch.responses(), await new_words(speech, say)
                print(f"first sound, known words: {_times(known)} (aim {FIRST_SOUND_KNOWN * 1000:.0f} ms)")
                print(f"first sound, a new sentence: {_times(new)} (aim {FIRST_SOUND_NEW * 1000:.0f} ms)")
                share, megabytes = await idle(phone, watch, 4)
                print(f"a call that listens to silence: {100 * share:.1f} % of a core, {megabytes:.1f} MB")
            with Watch() as watch:
                used, started = time.process_time(), time.perf_counter()
                told = await asyncio.gather(*(talk(phone, watch, say, n, "many") for n in range(callers)))
                wall = time.perf_counter() - started
                cores = (time.process_time() - used) / wall
                together = watch.responses()
                times = median(together) / median(known)
                print(f"{callers} callers talk at once: {_times(together)}, {times:.1f} times alone")
                late = max(behind for _, behind in told)
                share = cores / callers
                print(f"  {cores:.2f} of {os.cpu_count()} cores, {share:.3f} a call; at most {late:.2f} s behind")


def _times(seconds: list[float]) -> str:
    if len(seconds) < 2:
        return f"{[round(1000 * s) for s in seconds]} ms"
    ninety = quantiles(seconds, n=10)[-1]
    return f"median {1000 * median(seconds):.0f} ms, 90 % {1000 * ninety:.0f} ms, {len(seconds)} turns"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--callers", type=int, default=8, help="How many talk at once.")
    asyncio.run(bench(parser.parse_args().callers))


if __name__ == "__main__":
    main()
