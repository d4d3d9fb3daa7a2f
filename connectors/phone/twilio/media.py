"""A call on Twilio's Media Streams, as a `Line`: one WebSocket, mu-law at 8 kHz both ways."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Protocol

from connectors.phone.ports import FRAME_SECONDS, Call, HungUp, Key, LineEvent, Played, Sound
from connectors.phone.resampling import from_line, to_line
from connectors.phone.twilio import messages
from connectors.phone.twilio.messages import Digit, Mark, Media, Order, Start, Stop
from connectors.speech.ports import Samples
from connectors.speech.telephone import LINE_RATE_HZ, decode_mulaw, encode_mulaw

WAITING_SECONDS = 120
"""How much sound waits to be sent, or to be heard by us; what is more is dropped."""
CLOSING_SECONDS = 2.0

_MOST = round(WAITING_SECONDS / FRAME_SECONDS)


class Wire(Protocol):
    """The WebSocket."""

    async def receive(self) -> str | None:
        """The next text; None once it is closed. Never raises."""

    async def send(self, text: str) -> None:
        """Sends a text. Does nothing once it is closed."""

    async def close(self) -> None:
        """Closes it. Does nothing once it is closed."""


class MediaLine:
    """One call. Sound can be sent ahead; Twilio plays it in its own time.

    What was sent and not yet heard is lost when the line ends: wait for a mark before `end`.

    Args:
        call: Whose.
        wire: The WebSocket, after its `start` message.
        stream_sid: Of that message.
        on_end: Told how our part ended, before Twilio asks what to do next.
    """

    owns_clock = True

    def __init__(self, call: Call, wire: Wire, stream_sid: str, on_end: Callable[[bool], None]) -> None:
        self.call = call
        self._wire = wire
        self._stream_sid = stream_sid
        self._on_end = on_end
        self._to_line, self._from_line = to_line(LINE_RATE_HZ), from_line(LINE_RATE_HZ)
        self._order = Order()
        self._events: asyncio.Queue[LineEvent] = asyncio.Queue()
        self._waiting: deque[bytes | Mark] = deque()
        self._commands: deque[str] = deque()
        self._something = asyncio.Event()
        self._pending: list[str] = []
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Carries messages both ways until the call is over, and closes the WebSocket."""
        receiver, sender = asyncio.create_task(self._receive()), asyncio.create_task(self._send())
        ended = asyncio.create_task(self._over.wait())
        try:
            await asyncio.wait({receiver, ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (receiver, sender, ended):
                task.cancel()
            await asyncio.gather(receiver, sender, ended, return_exceptions=True)
            self.drop()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wire.close(), CLOSING_SECONDS)

    # -- the line -----------------------------------------------------------------------------------------------

    async def events(self) -> AsyncIterator[LineEvent]:
        """What comes in, in order; ends after `HungUp`. To be read once."""
        while True:
            event = await self._events.get()
            yield event
            if isinstance(event, HungUp):
                return

    async def send(self, frame: Samples) -> None:
        """Puts a frame in the queue; never waits."""
        if self._over.is_set() or len(self._waiting) >= _MOST:
            return
        if sound := encode_mulaw(self._to_line.feed(frame)):
            self._put(sound)

    async def clear(self) -> None:
        """Drops what waits here and at Twilio; marks that wait here come back at once, the others from Twilio."""
        if self._over.is_set():
            return
        marks = [item.name for item in self._waiting if isinstance(item, Mark)]
        self._waiting.clear()
        self._commands.append(messages.clear(self._stream_sid))
        self._something.set()
        for name in marks:
            self._played(name)

    async def mark(self, name: str) -> None:
        """Asks for `Played(name)`."""
        if not self._over.is_set():
            self._pending.append(name)
            self._put(Mark(name))

    async def end(self, *, hand_over: bool = False) -> None:
        """Closes the stream, after which Twilio asks what to do with the call."""
        if not self._over.is_set():
            self._on_end(hand_over)
            self._finish(HungUp())

    def drop(self) -> None:
        """Ends the line as broken, where it has not ended: Twilio is told that the line has failed."""
        self._finish(HungUp(broken=True))

    # -- both ways ----------------------------------------------------------------------------------------------

    def _put(self, item: bytes | Mark) -> None:
        self._waiting.append(item)
        self._something.set()

    async def _send(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            while self._commands or self._waiting:
                await self._wire.send(self._commands.popleft() if self._commands else self._written())

    def _written(self) -> str:
        item = self._waiting.popleft()
        if isinstance(item, Mark):
            return messages.mark(self._stream_sid, item.name)
        return messages.media(self._stream_sid, item)

    async def _receive(self) -> None:
        """Reads until the stream stops; a stream that ends without saying so is broken."""
        while (text := await self._wire.receive()) is not None:
            match messages.read(text):
                case Media() as media:
                    self._heard(self._order.take(media))
                case Digit(key):
                    self._arrived(Key(key))
                case Mark(name):
                    self._played(name)
                case Stop():
                    self._heard(self._order.rest())
                    self._finish(HungUp())
                    return
                case Start() | None:
                    continue

    def _heard(self, sound: bytes) -> None:
        if sound:
            self._arrived(Sound(self._from_line.feed(decode_mulaw(sound))))

    def _played(self, name: str) -> None:
        if name in self._pending:
            self._pending.remove(name)
            self._events.put_nowait(Played(name))

    def _arrived(self, event: Sound | Key) -> None:
        if not self._over.is_set() and self._events.qsize() < _MOST:
            self._events.put_nowait(event)

    def _finish(self, last: HungUp) -> None:
        if not self._over.is_set():
            self._over.set()
            self._events.put_nowait(last)
