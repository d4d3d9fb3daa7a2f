"""Plays sound into a line: frame by frame, in time, and a quiet line in between."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np

from connectors.phone.loudness import faded
from connectors.phone.ports import FRAME_SAMPLES, FRAME_SECONDS, Line
from connectors.speech.ports import Samples

LEAD_SECONDS = 0.04
"""So far ahead of time a frame is sent, against gaps. What was sent can not be taken back: it delays a barge-in."""
BUFFERED_LEAD_SECONDS = 0.3
"""The same for a line that buffers, and drops its buffer when told."""
MARK_SECONDS = 3.0
"""A mark that takes so much longer than the sound before it is lost."""
_LATE_SECONDS = 0.5
"""A sender that fell so far behind does not catch up: the other side has waited, and goes on from here."""

Ended = Callable[[int], None]


class Outgoing(Protocol):
    """What goes out; see `call.Signals`."""

    def spoken(self, frame: Samples) -> Samples: ...

    def quiet(self) -> Samples: ...

    def played(self, frame: Samples) -> None: ...


class Playout:
    """The speaking side of one call.

    Args:
        line: Where to.
        sound: What goes out while we speak, and while nobody does; it is told every frame that leaves.
        ended: Told the number of a mark once everything before it was heard.
        began: Told when the first frame after silence leaves.
    """

    def __init__(self, line: Line, sound: Outgoing, ended: Ended, began: Callable[[], None] = lambda: None) -> None:
        self._line, self._sound, self._ended, self._began = line, sound, ended, began
        self._queue: deque[Samples | int] = deque()
        self._rest: Samples = np.zeros(0, np.int16)
        self._marks: dict[str, tuple[int, float]] = {}
        self._lead = BUFFERED_LEAD_SECONDS if line.owns_clock else LEAD_SECONDS
        self._next_at = 0.0
        self._was_quiet = True

    def put(self, samples: Samples) -> None:
        """Sound to be played after all before it."""
        whole = np.concatenate([self._rest, samples])
        count = len(whole) // FRAME_SAMPLES
        self._queue.extend(whole[: count * FRAME_SAMPLES].reshape(count, FRAME_SAMPLES))
        self._rest = whole[count * FRAME_SAMPLES :]

    def mark(self, number: int) -> None:
        """Asks to be told when everything so far was heard."""
        if len(self._rest):
            self._queue.append(np.pad(self._rest, (0, FRAME_SAMPLES - len(self._rest))))
            self._rest = np.zeros(0, np.int16)
        self._queue.append(number)

    async def clear(self) -> None:
        """Stops speaking at once, without a click; marks that wait are forgotten."""
        following = next((item for item in self._queue if not isinstance(item, int)), None)
        self._queue.clear()
        self._marks.clear()
        self._rest = np.zeros(0, np.int16)
        self._next_at = min(self._next_at, asyncio.get_running_loop().time() + LEAD_SECONDS)
        await self._line.clear()
        if following is not None:
            await self._line.send(faded(following))

    def mark_returned(self, name: str) -> None:
        """The line says that a mark was reached."""
        number, _ = self._marks.pop(name, (None, 0.0))
        if number is not None:
            self._ended(number)

    async def run(self) -> None:
        """Plays until cancelled."""
        loop = asyncio.get_running_loop()
        self._next_at = loop.time()
        while True:
            lead = self._lead if self._queue else LEAD_SECONDS
            delay = self._next_at - lead - loop.time()
            if delay < -_LATE_SECONDS:
                self._next_at = loop.time()
            elif delay > 0:
                await asyncio.sleep(delay)
                continue
            await self._send_next(loop.time())

    async def _send_next(self, now: float) -> None:
        self._lose_marks(now)
        while self._queue and isinstance(self._queue[0], int):
            await self._send_mark(self._queue.popleft(), now)  # type: ignore[arg-type]
        if self._queue:
            frame = self._queue.popleft()
            assert not isinstance(frame, int)  # noqa: S101 - taken off above
            if self._was_quiet:
                self._began()
            self._was_quiet = False
            frame = self._sound.spoken(frame)
        else:
            frame = self._sound.quiet()
            self._was_quiet = True
        self._next_at += FRAME_SECONDS
        self._sound.played(frame)
        await self._line.send(frame)

    async def _send_mark(self, number: int, now: float) -> None:
        name = str(number)
        self._marks[name] = (number, max(now, self._next_at) + MARK_SECONDS)
        await self._line.mark(name)

    def _lose_marks(self, now: float) -> None:
        for name in [name for name, (_, until) in self._marks.items() if now > until]:
            self.mark_returned(name)
