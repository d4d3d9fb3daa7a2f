"""What fails for the moment is tried again; a turn is stored once, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from dialogues.errors import SaysoError

DELAYS_SECONDS = (0.3, 1.0, 2.5, 5.0)
"""With the 5 s that SQLite itself waits for a lock, half a minute in all: a backup is over by then."""
Made = TypeVar("Made")

log = structlog.get_logger(__name__)


async def retried(work: Callable[[], Awaitable[Made]]) -> Made:
    """Does what may be done twice, up to five times. What nobody foresaw counts as for the moment.

    Raises:
        SaysoError: At once where it is permanent.
        Exception: Whatever the last try raised.
    """
    for delay in DELAYS_SECONDS:
        try:
            return await work()
        except SaysoError as error:
            if error.permanent:
                raise
        except Exception as error:
            log.warning("tried_again", error=type(error).__name__)
        await asyncio.sleep(delay)
    return await work()
