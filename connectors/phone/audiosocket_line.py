"""One AudioSocket connection: a call's `Line`, and the bytes below it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import cast
from uuid import UUID

import numpy as np
import structlog

from connectors.phone.arrivals import Arrivals
from connectors.phone.asterisk import Ended
from connectors.phone.audiosocket_wire import HANG_UP_CODE, OTHER_RATES, RATES_HZ, Kind, Message, Parser, encoded
from connectors.phone.ports import KEYS, Call, LineEvent
from connectors.phone.resampling import to_line
from connectors.speech.ports import Samples
from dialogues.errors import SaysoError

WAITING_FRAMES = 10
"""200 ms that a slow Asterisk may be behind before sound is dropped."""
_SEND_BYTES = 8_192
"""Of the kernel's send buffer: what is in it cannot be cleared. Linux doubles it."""
_LINGER_SECONDS = 2.0
"""How long Asterisk has to take the hang-up before the connection is cut."""
_SOCKET_OPTIONS = (
    (socket.SOL_SOCKET, "SO_SNDBUF", _SEND_BYTES),
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 10),
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 5),
    (socket.IPPROTO_TCP, "TCP_KEEPCNT", 2),
    (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", 20_000),
)
"""A peer that is gone without a word is found out within 20 s. Names that a system lacks are passed over."""
_ORDINARY = (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)
"""Asterisk closes with our sound unread when a caller hangs up, which arrives as a reset."""

log = structlog.get_logger(__name__)


class AudioSocketLine(asyncio.Protocol):
    """A call on AudioSocket. Asterisk plays what it gets as it gets it, so the sender keeps time.

    Args:
        came: Told once the call's id has come; may close the line.
        gone: Told when the connection is over.
        ended: Where the end is noted for the dialplan.
        patience_seconds: How long the id may take.

    Attributes:
        id: The UUID as text; "" before it has come.
    """

    owns_clock = False

    def __init__(
        self,
        came: Callable[[AudioSocketLine], None],
        gone: Callable[[AudioSocketLine], None],
        ended: Ended,
        patience_seconds: float,
    ) -> None:
        self.id, self.call = "", Call("")
        self._came, self._gone, self._ended, self._patience_seconds = came, gone, ended, patience_seconds
        self._arrivals, self._parser = Arrivals(), Parser()
        self._waiting: deque[bytes] = deque(maxlen=WAITING_FRAMES)
        self._paused = False
        self._sent = self._dropped = 0
        self._kind: Kind | None = None
        self._to_line = to_line(RATES_HZ[Kind.SOUND])
        self._since = time.monotonic()

    # -- ports.Line --------------------------------------------------------------------------------------------

    def events(self) -> AsyncIterator[LineEvent]:
        """What comes in. A connection that Asterisk resets is a caller who hung up; what is broken is a line that
        times out, sends what is no AudioSocket, or reports an error."""
        return self._arrivals.events()

    async def send(self, frame: Samples) -> None:
        """Plays a frame at the rate that Asterisk sends, 8 kHz before it has sent any. Never waits: where Asterisk
        takes nothing, the last `WAITING_FRAMES` are kept and older ones dropped."""
        if self._arrivals.over or not len(frame):
            return
        sound = self._to_line.feed(frame).astype("<i2", copy=False).tobytes()
        self._write(encoded(Message(self._kind or Kind.SOUND, sound)))

    async def clear(self) -> None:
        """Drops what Asterisk has not taken yet, at most 200 ms and the kernel's buffer excepted."""
        self._waiting.clear()

    async def mark(self, name: str) -> None:
        """Gives `Played` at once: AudioSocket knows no marks."""
        self._arrivals.played(name)

    async def end(self, *, hand_over: bool = False) -> None:
        """Notes how the call ended (`asterisk.Ended`), then ends AudioSocket.

        Asterisk gets the same either way, a hang-up message and the end of the stream, because all that it can be
        told is to go on in the dialplan. There the caller is still up, and the dialplan asks what to do.
        """
        if not self._arrivals.over:
            self._ended.note(self.id, hand_over=hand_over)
            self.close()

    # -- for the server ----------------------------------------------------------------------------------------

    def close(self, *, broken: bool = False) -> None:
        """Ends the connection, with nothing noted. What Asterisk still sends is read and dropped until it has closed,
        so that no reset overtakes the hang-up message: on a reset Asterisk would hang up on the caller."""
        if self._arrivals.over:
            return
        self._arrivals.hang_up(broken=broken)
        if self._transport.is_closing():
            return
        self._transport.write(b"".join(self._waiting) + encoded(Message(Kind.HANG_UP)))
        with suppress(OSError):  # they are gone already
            self._transport.write_eof()
        self._cut_later()

    def abort(self) -> None:
        """Cuts the connection."""
        self._arrivals.hang_up()
        self._transport.abort()

    def report(self) -> None:
        """Logs what there was of the call."""
        log.info(
            "audiosocket_call_over",
            seconds=round(time.monotonic() - self._since, 1),
            frames_sent=self._sent,
            frames_dropped=self._dropped,
            pieces_dropped=self._arrivals.dropped_pieces,
        )

    # -- asyncio.Protocol --------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=0)
        connection = self._transport.get_extra_info("socket")
        for level, name, value in _SOCKET_OPTIONS:
            if hasattr(socket, name):
                connection.setsockopt(level, getattr(socket, name), value)
        self._timer = asyncio.get_running_loop().call_later(self._patience_seconds, self._refuse, "no_id")

    def data_received(self, data: bytes) -> None:
        if self._arrivals.over:
            return
        try:
            for message in self._parser.feed(data):
                self._take(message)
        except SaysoError as error:
            self._refuse(error.code)

    def eof_received(self) -> None:
        self._over()

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._arrivals.hang_up(broken=exc is not None and not isinstance(exc, _ORDINARY))
        self._gone(self)

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        while self._waiting and not self._paused:
            self._transport.write(self._waiting.popleft())
            self._sent += 1

    # -- inside ------------------------------------------------------------------------------------------------

    def _write(self, message: bytes) -> None:
        if not self._paused:
            self._transport.write(message)
            self._sent += 1
            return
        self._dropped += len(self._waiting) == WAITING_FRAMES
        self._waiting.append(message)

    def _take(self, message: Message) -> None:
        if self._arrivals.over:
            return
        if not self.id:
            self._take_id(message)
        elif message.kind in RATES_HZ:
            self._take_sound(Kind(message.kind), message.payload)
        elif message.kind == Kind.KEY:
            self._take_key(message.payload)
        elif message.kind == Kind.HANG_UP:
            self._over()
        elif message.kind == Kind.ERROR:
            self._over(broken=message.payload != bytes([HANG_UP_CODE]))
        elif message.kind in OTHER_RATES:
            self._refuse("rate")

    def _take_id(self, message: Message) -> None:
        if message.kind != Kind.ID or len(message.payload) != 16:
            self._refuse("no_id")
            return
        self._timer.cancel()
        self.id = str(UUID(bytes=message.payload))
        self.call = Call(self.id)
        self._came(self)

    def _take_sound(self, kind: Kind, payload: bytes) -> None:
        if self._kind is None:
            self._kind = kind
            self._arrivals.at(RATES_HZ[kind])
            self._to_line = to_line(RATES_HZ[kind])
        if kind == self._kind:
            self._arrivals.sound(np.frombuffer(payload, "<i2", len(payload) // 2))
        else:
            self._refuse("rate")

    def _take_key(self, payload: bytes) -> None:
        key = payload.decode("ascii", "replace")
        if key in KEYS and not self._arrivals.key(key):
            self._refuse("keys")

    def _refuse(self, reason: str) -> None:
        log.warning("audiosocket_refused", reason=reason)
        self.close(broken=True)

    def _over(self, *, broken: bool = False) -> None:
        self._arrivals.hang_up(broken=broken)
        self._transport.close()
        self._cut_later()

    def _cut_later(self) -> None:
        self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._transport.abort)
