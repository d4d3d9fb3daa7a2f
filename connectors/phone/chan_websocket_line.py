"""One connection of Asterisk's `chan_websocket`: a call's `Line`."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import structlog
from starlette.websockets import WebSocket

from connectors.phone.arrivals import Arrivals
from connectors.phone.asterisk import Ended
from connectors.phone.chan_websocket_wire import RATES_HZ, command, event
from connectors.phone.ports import FRAME_SECONDS, KEYS, Call, LineEvent
from connectors.phone.resampling import to_line
from connectors.speech.ports import Samples

AHEAD_SECONDS = 5.0
"""How far ahead of the person Asterisk is sent. It holds 18 s before it says stop, and drops sound after 20 s."""
MAX_WAITING = 3_000
"""Frames that may wait here: a minute."""
_CLOSED = frozenset({1000, 1001})
"""Close codes of an ordinary end; Asterisk always gives one. Source: RFC 6455, 7.4.1."""

log = structlog.get_logger(__name__)


class WebSocketLine:
    """A call on chan_websocket. Asterisk buffers and plays in its own time.

    Args:
        websocket: Accepted.
        call_id: The id that the dialplan gave; "" for Asterisk's own id of its channel.
        ended: Where the end is noted for the dialplan.

    Attributes:
        id: What the end is noted under.
        started: Set once Asterisk has said what it sends, or the call is over.
    """

    owns_clock = True

    def __init__(self, websocket: WebSocket, call_id: str, ended: Ended) -> None:
        self.id, self.call, self.started = call_id, Call(call_id), asyncio.Event()
        self._websocket, self._ended, self._arrivals = websocket, ended, Arrivals()
        self._rate_hz, self._json, self._marks_sent = 0, False, 0
        self._waiting: deque[bytes | str] = deque()
        self._marks: dict[str, str] = {}
        self._something, self._full = asyncio.Event(), False
        self._played_until = self._since = time.monotonic()
        self._sent = self._dropped = 0

    @property
    def known(self) -> bool:
        """True once Asterisk has said what it sends, and it is something that is taken."""
        return bool(self._rate_hz)

    # -- ports.Line --------------------------------------------------------------------------------------------

    def events(self) -> AsyncIterator[LineEvent]:
        """What comes in. Keys come when they are let go."""
        return self._arrivals.events()

    async def send(self, frame: Samples) -> None:
        """Plays a frame after those before it. Never waits; frames beyond a minute ahead are dropped."""
        if self._arrivals.over or not self.known or not len(frame):
            return
        if len(self._waiting) >= MAX_WAITING:
            self._dropped += 1
            return
        self._put(self._to_line.feed(frame).astype("<i2", copy=False).tobytes())

    async def clear(self) -> None:
        """Drops what was sent and not heard, here and in Asterisk. Asterisk forgets its marks: they count as played."""
        if self._arrivals.over or not self.known:
            return
        self._waiting.clear()
        self._played_until = time.monotonic()
        self._put(command("FLUSH_MEDIA", is_json=self._json))
        for mark in self._marks.values():
            self._arrivals.played(mark)
        self._marks.clear()

    async def mark(self, name: str) -> None:
        """Gives `Played` when Asterisk has come to it."""
        if self._arrivals.over or not self.known:
            return
        self._marks_sent += 1
        self._marks[str(self._marks_sent)] = name
        self._put(command("MARK_MEDIA", str(self._marks_sent), is_json=self._json))

    async def end(self, *, hand_over: bool = False) -> None:
        """Notes how the call ended (`asterisk.Ended`), then lets Asterisk hang up its side of the WebSocket.

        The caller is not hung up by that: `Dial(WebSocket/...,,g)` goes on at the dialplan's next priority, which
        asks what to do.
        """
        if not self._arrivals.over:
            self._ended.note(self.id, hand_over=hand_over)
            await self.close()

    # -- for the endpoint --------------------------------------------------------------------------------------

    async def close(self) -> None:
        """Ends the connection, with nothing noted."""
        if self._arrivals.over:
            return
        self._arrivals.hang_up()
        self._waiting.clear()
        self._put(command("HANGUP", is_json=self._json))

    async def read(self) -> None:
        """Takes what Asterisk sends until it is gone. Asterisk must never wait for us: it hangs up after 0.1 s."""
        try:
            while (message := await self._websocket.receive())["type"] != "websocket.disconnect":
                self._take(message)
            self._arrivals.hang_up(broken=message.get("code", 1005) not in _CLOSED)
        finally:
            self._arrivals.hang_up(broken=True)
            self.started.set()

    async def write(self) -> None:
        """Sends what waits, in order, `AHEAD_SECONDS` ahead at most, until cancelled."""
        while True:
            while self._waiting:
                item = self._waiting[0]
                if isinstance(item, bytes) and not await self._may_go():
                    continue
                self._waiting.popleft()
                await self._go(item)
            self._something.clear()
            await self._something.wait()

    def report(self) -> None:
        """Logs what there was of the call."""
        log.info(
            "chan_websocket_call_over",
            seconds=round(time.monotonic() - self._since, 1),
            frames_sent=self._sent,
            frames_dropped=self._dropped,
            pieces_dropped=self._arrivals.dropped_pieces,
        )

    # -- inside ------------------------------------------------------------------------------------------------

    def _put(self, item: bytes | str) -> None:
        self._waiting.append(item)
        self._something.set()

    async def _may_go(self) -> bool:
        """Waits while Asterisk has enough. False where it waited: what is first may have changed."""
        early_seconds = self._played_until - time.monotonic() - AHEAD_SECONDS
        if not self._full and early_seconds <= 0:
            return True
        self._something.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(early_seconds, FRAME_SECONDS)):
                await self._something.wait()
        return False

    async def _go(self, item: bytes | str) -> None:
        if isinstance(item, str):
            await self._websocket.send_text(item)
            return
        self._played_until = max(self._played_until, time.monotonic()) + FRAME_SECONDS
        self._sent += 1
        await self._websocket.send_bytes(item)

    def _take(self, message: Mapping[str, Any]) -> None:
        if (sound := message.get("bytes")) is not None:
            if self._rate_hz:
                self._arrivals.sound(np.frombuffer(sound, "<i2", len(sound) // 2))
            return
        found = event(message.get("text") or "")
        if found.name == "MEDIA_START":
            self._start(found.fields.get("format", ""), found.fields.get("channel_id", ""), is_json=found.is_json)
        elif found.name == "DTMF_END" and found.fields.get("digit") in KEYS:
            if not self._arrivals.key(found.fields["digit"]):
                self._arrivals.hang_up(broken=True)
        elif found.name == "MEDIA_MARK_PROCESSED":
            mark = self._marks.pop(found.fields.get("correlation_id", ""), None)
            if mark is not None:
                self._arrivals.played(mark)
        elif found.name in ("MEDIA_XOFF", "MEDIA_XON"):
            self._full = found.name == "MEDIA_XOFF"

    def _start(self, format_name: str, channel_id: str, *, is_json: bool) -> None:
        if self._rate_hz:
            return
        self._json = is_json
        self._rate_hz = RATES_HZ.get(format_name, 0)
        if self._rate_hz:
            self.id = self.id or channel_id
            self.call = Call(self.id)
            self._arrivals.at(self._rate_hz)
            self._to_line = to_line(self._rate_hz)
        else:
            log.warning("chan_websocket_format", remedy="Dial with c(slin16) or c(slin).")
        self.started.set()
