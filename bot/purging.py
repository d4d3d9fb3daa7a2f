"""Keeps the promise that data goes when its time is over: retention by the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.records.views import Purged

EVERY_SECONDS = 6 * 3600.0
"""Recordings are promised to go after seven days; so they go within seven days and six hours."""
AGAIN_SECONDS = 60.0

log = structlog.get_logger(__name__)


async def purge_by_the_clock(
    purge: Callable[[], Awaitable[Purged]], wait: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Purges at once and every six hours, until cancelled; a minute after a fault it tries again.

    Args:
        purge: Removes everything whose time is over.
        wait: Sleeps; replaced in tests.
    """
    while True:
        pause = EVERY_SECONDS
        try:
            purged = await purge()
        except Exception as error:  # the database is locked, the disk is full: the data is still there next time
            log.warning("purge_failed", error=type(error).__name__)
            pause = AGAIN_SECONDS
        else:
            log.info("purged", transcripts=purged.transcripts, contributions=purged.contributions)
        await wait(pause)
