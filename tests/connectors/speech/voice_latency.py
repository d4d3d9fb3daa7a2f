"""Prints how soon the first sound comes: `OMP_NUM_THREADS=1 python tests/connectors/speech/voice_latency.py [voice]`.

Wall time says what a person waits on this machine now. Processor time is about what it would be on an idle core; it
leaves out other programs, so for espeak it says nothing.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[3]))

from voice_fakes import prompt

from connectors.speech.voices.cache import PromptCache
from connectors.speech.voices.choose import choose_voice
from connectors.speech.voices.speaker import Speaker
from dialogues.lint import filled
from dialogues.script import default_script
from dialogues.types import Prompt

LONG = (
    "You said: they come late in the morning and then they have no time to talk, and when I ring the office nobody "
    "picks up, so I sit and wait for my breakfast until ten and sometimes it is nearly eleven before anybody comes."
)


async def first_sound(speaker: Speaker, prompts: Sequence[Prompt]) -> list[tuple[float, float]]:
    """(wall, processor) milliseconds until the first clip of each prompt."""
    found = []
    for each in prompts:
        wall, processor = time.perf_counter(), time.process_time()
        stream = speaker.say([each])
        await anext(stream)
        found.append(((time.perf_counter() - wall) * 1000, (time.process_time() - processor) * 1000))
        await stream.aclose()
    return found


def show(name: str, found: list[tuple[float, float]]) -> None:
    wall, processor = np.percentile(np.array(found), [50, 95], axis=0).T
    print(f"{name:24} wall {wall[0]:6.1f} {wall[1]:6.1f}   processor {processor[0]:6.1f} {processor[1]:6.1f} ms")


def megabytes(folder: str) -> float:
    return sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6


async def main(name: str) -> None:
    wordings = [prompt(filled(w.text), name=key) for key, w in sorted(default_script().wordings.items())]
    began = time.perf_counter()
    voice = choose_voice(name)
    print(f"{voice.name}: started in {time.perf_counter() - began:.2f} s\n{'':24} median and 95th percentile")
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        speaker = Speaker(voice, PromptCache(Path(folder)), pool)
        show("new sentence", await first_sound(speaker, wordings[::3]))
        show("longest piece (206)", await first_sound(speaker, [prompt(LONG)] * 10))
        began = time.perf_counter()
        count = await speaker.warm(wordings)
        print(f"{count} sentences rendered in {time.perf_counter() - began:.1f} s, {megabytes(folder):.1f} MB")
        show("known prompt", await first_sound(speaker, wordings))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "hibari"))
