"""What came in over a line and waits to be taken."""

from __future__ import annotations

from asyncio import Event
from collections import deque
from collections.abc import AsyncIterator

from connectors.phone.ports import HungUp, Key, LineEvent, Played, Sound
from connectors.phone.resampling import from_line
from connectors.speech.ports import RATE_HZ, Samples

MAX_SECONDS = 10.0
"""Of sound that waits. A session takes it as it comes; this is for a machine that was busy for a moment."""
MAX_PIECES = 2_000
MAX_KEYS = 1_000
"""Nobody presses that many keys in `MAX_SECONDS`."""


class Arrivals:
    """Events in order, with bounds: what comes faster than it is taken costs the oldest sound, never a key.

    Sound is kept at the line's rate and changed when it is taken, so that what is dropped costs little.

    Attributes:
        dropped_pieces: How many pieces of sound were dropped.
    """

    def __init__(self) -> None:
        self.dropped_pieces = 0
        self._sounds: deque[tuple[int, Samples]] = deque()
        self._others: deque[tuple[int, Key | Played]] = deque()
        self._came = self._waiting_samples = self._keys = 0
        self._end: HungUp | None = None
        self._something = Event()
        self.at(RATE_HZ)

    @property
    def over(self) -> bool:
        """True once the call is over: nothing more is taken in."""
        return self._end is not None

    def at(self, rate_hz: int) -> None:
        """Sets the line's rate, 8,000 or 16,000, before the first sound."""
        self._rate_hz, self._resampler = rate_hz, from_line(rate_hz)

    def sound(self, samples: Samples) -> None:
        """A piece came in, at the line's rate."""
        if self.over or not len(samples):
            return
        self._sounds.append((self._next(), samples))
        self._waiting_samples += len(samples)
        while self._waiting_samples > MAX_SECONDS * self._rate_hz or len(self._sounds) > MAX_PIECES:
            self._waiting_samples -= len(self._sounds.popleft()[1])
            self.dropped_pieces += 1

    def key(self, key: str) -> bool:
        """A key was pressed, one of `ports.KEYS`. Returns False, and takes it not, where `MAX_KEYS` wait already."""
        if self._keys >= MAX_KEYS:
            return False
        if not self.over:
            self._keys += 1
            self._others.append((self._next(), Key(key)))
        return True

    def played(self, mark: str) -> None:
        """What was sent before the mark was heard."""
        if not self.over:
            self._others.append((self._next(), Played(mark)))

    def hang_up(self, *, broken: bool = False) -> None:
        """The call is over. The first time counts."""
        self._end = self._end or HungUp(broken)
        self._something.set()

    async def events(self) -> AsyncIterator[LineEvent]:
        """All of it, as `ports.Line.events` promises."""
        while True:
            while (event := self._taken()) is not None:
                yield event
            if self._end is not None:
                yield self._end
                return
            self._something.clear()
            await self._something.wait()

    def _next(self) -> int:
        self._came += 1
        self._something.set()
        return self._came

    def _taken(self) -> LineEvent | None:
        if self._others and (not self._sounds or self._others[0][0] < self._sounds[0][0]):
            event = self._others.popleft()[1]
            self._keys -= isinstance(event, Key)
            return event
        if not self._sounds:
            return None
        samples = self._sounds.popleft()[1]
        self._waiting_samples -= len(samples)
        return Sound(self._resampler.feed(samples))
