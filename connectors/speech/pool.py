"""Recognition beside the event loop: a bounded pool of worker threads behind a bounded queue."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from connectors.speech.ports import Clip, Hint, Recognised, Recogniser
from dialogues.errors import SaysoError

WAITING_PER_WORKER = 8
"""Clips that may wait for each worker. Source: 30-s voice notes at 0.15 s a second make the last wait half a minute."""
FIRST_GUESS = 0.15
"""Seconds of work a second of sound, before anything was measured. Source: Vosk and Whisper on one core."""
GIVES_WAY = 10
"""Niceness of a thread that gives way, 0 to 19."""
_WEIGHT = 0.2
_OPEN = Hint()


class Listeners:
    """Recognises clips, several at once, and never on the event loop. Belongs to one event loop.

    The library lets go of Python's lock while it works, so that threads are enough.

    Args:
        recogniser: Shared by all workers.
        workers: Clips recognised at once; None for one a core.
        waiting: Clips that may wait besides; None for eight a worker.
        gives_way: True for work that others need not wait for: its threads run only where the processor is free.
    """

    def __init__(
        self,
        recogniser: Recogniser,
        workers: int | None = None,
        waiting: int | None = None,
        *,
        gives_way: bool = False,
    ) -> None:
        self._recogniser = recogniser
        self._workers = workers or os.cpu_count() or 1
        self._places = self._workers + (WAITING_PER_WORKER * self._workers if waiting is None else waiting)
        begin = _give_way if gives_way else None
        self._threads = ThreadPoolExecutor(self._workers, thread_name_prefix="listener", initializer=begin)
        self._pending: dict[asyncio.Future[Recognised], tuple[float, Future[Recognised]]] = {}
        self._pace = FIRST_GUESS
        self._closed = False

    @property
    def name(self) -> str:
        """The recogniser's name."""
        return self._recogniser.name

    async def recognise(self, clip: Clip, hint: Hint = _OPEN) -> Recognised:
        """Hears a clip when its turn comes. A cancelled caller's clip is dropped unless it is being heard already.

        Raises:
            SaysoError: `speech_busy` when the queue is full (not permanent), `speech_closed` after `close`.
        """
        if self._closed:
            raise _closed()
        if len(self._pending) >= self._places:
            seconds = round(self.expected_wait_seconds()) + 1
            raise SaysoError("speech_busy", f"Too many recordings at once. Try again in {seconds} s.", permanent=False)
        work = self._threads.submit(self._timed, clip, hint)
        heard = asyncio.wrap_future(work)
        self._pending[heard] = (clip.seconds, work)
        heard.add_done_callback(self._pending.pop)
        try:
            return await heard
        except asyncio.CancelledError:
            if self._closed and work.cancelled():
                raise _closed() from None
            raise

    def expected_wait_seconds(self, clip_seconds: float = 0.0) -> float:
        """About how long until a clip that came now were heard, from a moving average.

        Args:
            clip_seconds: How long that clip is; 0.0 asks how long it waits before its turn comes.
        """
        ahead = sum(seconds for seconds, _ in self._pending.values()) / self._workers
        return (ahead + clip_seconds) * self._pace

    async def close(self) -> None:
        """Drops what waits (its callers get `speech_closed`) and lets what is being heard come to its end."""
        self._closed = True
        for _, work in tuple(self._pending.values()):
            work.cancel()
        await asyncio.to_thread(self._threads.shutdown, wait=True)

    def _timed(self, clip: Clip, hint: Hint) -> Recognised:
        started = time.perf_counter()
        heard = self._recogniser.recognise(clip, hint)
        if clip.seconds:
            pace = (time.perf_counter() - started) / clip.seconds
            self._pace += _WEIGHT * (pace - self._pace)
        return heard


def _give_way() -> None:
    """On Linux a thread, and those that it starts, can be nicer than its process; elsewhere nothing happens."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), GIVES_WAY)


def _closed() -> SaysoError:
    return SaysoError("speech_closed", "Recognition has been switched off. Start Sayso again.")
