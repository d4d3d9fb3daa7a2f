"""Callers ring a whole Sayso, several at once: real recogniser, real voice, real understanding, real database.

    python -m tests.callers.ringing --callers 8 --at-once 4 --voice own

prints how many came to the end, what was misheard, and how long they waited for an answer.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bot.app import App, open_app
from bot.phone.line import open_phone
from bot.settings import load_settings
from bot.speech import open_speech
from connectors.phone import call as calls
from connectors.phone.call import CallInProgress
from connectors.phone.ports import Call, Direction
from tests.callers.caller import Caller, CallerLine, Say, spoken_by, spoken_by_espeak

LONGEST_SECONDS = 20 * 60.0


@dataclass
class Rung:
    """How one call went."""

    ending: str
    seconds: float
    caller: Caller
    heard: list[str]
    responses: list[float] = field(default_factory=list)

    @property
    def completed(self) -> bool:
        return self.ending == "ended:closing"


async def ring(app: App, serve, say: Say | None, number: int, held_by: dict[str, CallInProgress]) -> Rung:  # type: ignore[no-untyped-def]
    """One call to its end."""
    call = Call(f"caller-{number}", Direction.INBOUND, f"+44163296{number:04d}")
    line, caller = CallerLine(call), Caller(say, number)
    started = time.perf_counter()
    carrying = asyncio.create_task(line.carries())
    serving = asyncio.create_task(serve(line))
    while call.id not in held_by and not serving.done():
        await asyncio.sleep(0.01)
    held = held_by[call.id]
    talking = asyncio.create_task(caller.talks(line, held))
    try:
        await asyncio.wait_for(serving, LONGEST_SECONDS)
        ending = ""
    except TimeoutError:
        ending = "too long"
    finally:
        line.hang_up()
        for task in (carrying, talking):
            task.cancel()
        await asyncio.gather(carrying, talking, return_exceptions=True)
    conversation_id = await app.records.conversation_of_call(call.id)
    heard: list[str] = []
    if conversation_id:
        view = await app.records.conversation(conversation_id)
        ending = ending or f"{view.status}:{view.end_reason or ''}"
        heard = [
            t.text or ""
            for t in await app.records.transcript(conversation_id, asked_by="bench")
            if t.speaker == "person"
        ]
    return Rung(ending, time.perf_counter() - started, caller, heard, held.report.response_seconds)


async def rung(callers: int, at_once: int, voice: str, second_pass: str = "none") -> list[Rung]:
    """Several callers, so many at once."""
    held_by: dict[str, CallInProgress] = {}
    remember = CallInProgress.__init__

    def remembered(self: CallInProgress, line, dialogue, services) -> None:  # type: ignore[no-untyped-def]
        remember(self, line, dialogue, services)
        held_by[line.call.id] = self

    calls.CallInProgress.__init__ = remembered  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            data_folder=Path(folder), phone_secret="not-a-secret", second_pass=second_pass, organisation="Dales Care"
        )
        async with (
            open_app(settings) as app,
            open_speech(settings, app.script) as speech,
            open_phone(app, speech) as phone,
        ):
            assert speech.speaker is not None
            own, espeak = spoken_by(speech.speaker.voice), spoken_by_espeak()
            says: dict[str, Say | None] = {"own": own, "espeak": espeak, "keys": None}
            places = asyncio.Semaphore(at_once)

            async def one(number: int) -> Rung:
                async with places:
                    await asyncio.sleep(0.7 * (number % at_once))
                    return await ring(app, phone.serve, says[voice], number, held_by)

            try:
                return list(await asyncio.gather(*(one(number) for number in range(callers))))
            finally:
                calls.CallInProgress.__init__ = remember  # type: ignore[method-assign]


def told(results: list[Rung], started: float, cpu: float) -> str:
    """The figures, in plain words."""
    responses = sorted(r for result in results for r in result.responses)
    seconds = sum(result.seconds for result in results)
    wall, used = time.perf_counter() - started, cpu_seconds() - cpu
    lines = [
        f"completed {sum(r.completed for r in results)} of {len(results)}: {sorted({r.ending for r in results})}",
        f"calls of {median(r.seconds for r in results):.0f} s in the median; {seconds:.0f} s of calls in {wall:.0f} s",
        f"processor {used:.0f} s: {used / seconds:.3f} s a second of call",
    ]
    if responses:
        ninety = responses[int(0.9 * (len(responses) - 1))]
        lines.append(
            f"first sound after the pause: median {1000 * median(responses):.0f} ms, 90 % {1000 * ninety:.0f} ms, "
            f"{len(responses)} turns"
        )
    return "\n".join(lines)


def cpu_seconds() -> float:
    """Of this process and its children that have ended."""
    return sum(
        r.ru_utime + r.ru_stime for r in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Callers ring a whole Sayso, several at once.")
    parser.add_argument("--callers", type=int, default=8)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--voice", choices=["own", "espeak", "keys"], default="own")
    parser.add_argument("--show", action="store_true", help="Show what was said and heard.")
    given = parser.parse_args()
    started, cpu = time.perf_counter(), cpu_seconds()
    results = asyncio.run(rung(given.callers, given.at_once, given.voice))
    print(told(results, started, cpu))
    if given.show:
        for result in results:
            print(result.ending, round(result.seconds))
            print("  said ", result.caller.said)
            print("  heard", result.heard)


if __name__ == "__main__":
    main()
