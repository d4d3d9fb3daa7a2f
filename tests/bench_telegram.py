"""Timings of Telegram and speech, as ratios in one run: part of `make bench`.

A voice note of 20 seconds against the bare recognition of the same sound; fifty chats at once against one; the first
sound of a known and of a new sentence. The Bot API is the double of the tests, everything else is real.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from bot_api import BotApi
from bot_api_people import Person

from bot.app import App, open_app
from bot.settings import load_settings
from bot.speech import Speech, open_speech
from bot.telegram import on_telegram
from connectors.speech import audio
from connectors.speech.ports import Hint
from dialogues.types import Expects, Prompt, Purpose

CHATS = 50
NOTE = (
    "They come at four and I am not hungry until six, so it goes in the bin. The girls are lovely, but it is a "
    "different one each day, and I have to tell every one of them where the cups are. I would like the same two or "
    "three, and I would like them to ring me when they are late."
)


async def measure(notes: int, turns: int) -> dict[str, float]:
    """All figures, in seconds and as ratios."""
    with tempfile.TemporaryDirectory() as folder:
        api = await BotApi.start()
        settings = load_settings(data_folder=Path(folder), telegram_token=api.token, telegram_api=api.url)
        async with open_app(settings, progress=_tell) as app, open_speech(settings, app.script) as speech:
            async with on_telegram(app, speech.note_recogniser, speech.note_speaker, _tell):
                found = await _chats(api, turns) | (await _notes(api, speech, notes) if speech.note_recogniser else {})
            found |= await _sound(speech, app)
        await api.close()
    return found


async def _chats(api: BotApi, turns: int) -> dict[str, float]:
    """The 95th percentile of text turns, alone and among fifty; both hold the 1.2 s that wait for further pieces."""

    async def talk(person: Person, into: list[float]) -> None:
        for _ in range(turns):
            into.append(await _timed(lambda: _said(person)))

    alone: list[float] = []
    await talk(await _opened(api), alone)
    people = await asyncio.gather(*(_opened(api) for _ in range(CHATS)))
    together: list[float] = []
    await asyncio.gather(*(talk(person, together) for person in people))
    one, many = _p95(alone), _p95(together)
    return {"text_turn_alone_p95": one, "text_turn_of_50_p95": many, "of_50_to_alone": many / one}


async def _opened(api: BotApi) -> Person:
    person = api.person("Doris")
    await person.says("/start")
    first = await person.hears(60)
    if "Home care" in first.labels:
        await person.presses("Home care")
        await person.hears(60)
    await person.hears(60)
    return person


async def _said(person: Person) -> None:
    await person.says("yes")
    await person.hears(60)


async def _notes(api: BotApi, speech: Speech, notes: int) -> dict[str, float]:
    assert speech.note_speaker is not None
    assert speech.listeners is not None
    spoken = await speech.note_speaker.say([Prompt("bench", NOTE, Expects.NONE, Purpose.WARM_UP)], 150)
    assert spoken is not None
    sound, seconds = spoken
    clip = audio.decode(sound)
    person = await _opened(api)
    bare, whole = [], []
    for _ in range(notes):
        bare.append(await _timed(lambda: speech.listeners.recognise(clip, Hint(Expects.YES_NO))))  # type: ignore[union-attr]

        async def note() -> None:
            await person.sends_voice(sound, round(seconds))
            await person.hears(60)  # what was heard
            await person.hears(60)  # the answer

        whole.append(await _timed(note))
        await asyncio.sleep(8)  # the second pass comes to its end
    once, all_of_it = statistics.median(bare), statistics.median(whole)
    return {
        "note_seconds": seconds,
        "note_recognised": once,
        "note_answered": all_of_it,
        "note_answered_to_recognised": all_of_it / once,
        "note_allowed": 1.5 * once + 0.3,
    }


async def _sound(speech: Speech, app: App) -> dict[str, float]:
    if speech.speaker is None:
        return {}
    known = app.script.wordings["consent.keep"]
    prompt = Prompt("consent.keep", known.text, Expects.NONE, known.purpose)
    await speech.speaker.warm([prompt])
    fresh = [
        Prompt("x", f"You said the tea call comes at number {n}.", Expects.NONE, Purpose.READ_BACK) for n in range(9)
    ]
    return {
        "first_sound_known": statistics.median([await _first(speech, prompt) for _ in range(9)]),
        "first_sound_new": statistics.median([await _first(speech, each) for each in fresh]),
    }


async def _first(speech: Speech, prompt: Prompt) -> float:
    assert speech.speaker is not None
    started = time.perf_counter()
    async for _ in speech.speaker.say([prompt]):
        break
    return time.perf_counter() - started


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


def _p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(0.95 * (len(seconds) - 1))]


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


def main() -> None:
    """Measures, and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=5)
    parser.add_argument("--turns", type=int, default=6)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    found = asyncio.run(measure(options.notes, options.turns))
    if options.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name.replace('_', ' '):>32}  {value:8.3f}")


if __name__ == "__main__":
    main()
