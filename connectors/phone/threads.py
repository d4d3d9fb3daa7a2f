"""Worker threads that are replaced where they hang: nobody can end a thread, but nobody has to wait for it either."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog

MOST_REPLACED = 4
"""So often all threads are replaced; then only a new start of Sayso helps."""
Made = TypeVar("Made")

log = structlog.get_logger(__name__)


class Threads:
    """A fixed number of threads for short work. Belongs to one event loop.

    Args:
        count: How many.
        name: What they are called.
        patience_seconds: Work that runs longer hangs. Work that only waits for a thread does not.
    """

    def __init__(self, count: int, name: str, patience_seconds: float) -> None:
        self._count, self._name, self._patience_seconds = count, name, patience_seconds
        self._pool = self._new()
        self._at_work: dict[object, float] = {}
        self._replaced = 0

    def run(self, work: Callable[[], Made]) -> asyncio.Future[Made]:
        """Does the work in a thread."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._pool, self._timed, work, loop.time)

    def look(self) -> None:
        """Call it where work took too long: if all threads hang, new ones take their place."""
        if self._hanging() < self._count or self._replaced >= MOST_REPLACED:
            return
        self._replaced += 1
        log.error("threads_hang", threads=self._count, replaced=self._replaced)
        self._at_work.clear()
        old, self._pool = self._pool, self._new()
        old.shutdown(wait=False)

    async def close(self) -> None:
        """Lets what is being done come to its end, unless it hangs; nothing new is begun."""
        if self._hanging():
            self._pool.shutdown(wait=False, cancel_futures=True)
        else:
            await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)

    def _new(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._count, thread_name_prefix=self._name)

    def _hanging(self) -> int:
        now = asyncio.get_running_loop().time()
        return sum(now - began > self._patience_seconds for began in tuple(self._at_work.values()))

    def _timed(self, work: Callable[[], Made], clock: Callable[[], float]) -> Made:
        this = object()
        self._at_work[this] = clock()
        try:
            return work()
        finally:
            self._at_work.pop(this, None)
