"""Waiting for what happens in other processes, and measuring what was heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from stand_ins import parts_with_tone

from connectors.speech.ports import Samples


async def until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Waits until something is so."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


def seconds_of(samples: Samples, hz: float, rate_hz: int) -> float:
    """How long a tone is there, in steps of 0.1 s."""
    return sum(parts_with_tone(samples, hz, rate_hz=rate_hz)) / 10
