"""Asterisk as the other side of a line: AudioSocket and chan_websocket, as its source does them.

A peer plays what it is told to, keeps what it heard, and tells what became of the call in the dialplan.
Source: `res/res_audiosocket.c`, `apps/app_audiosocket.c`, `channels/chan_websocket.c`, Asterisk 22.
"""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import struct
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from typing import Any, Protocol
from uuid import uuid4

import numpy as np
import uvicorn
from fastapi import FastAPI
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from connectors.phone import audiosocket, chan_websocket
from connectors.phone.asterisk import Announced, Ended
from connectors.phone.ports import Serve

SECRET = "only-asterisk-knows"
CONTINUES, HANGS_UP = "the dialplan goes on", "the caller is hung up"
PLENTY_SECONDS = 30.0

Pcm = NDArray[np.int16]


async def until(condition: Callable[[], object], seconds: float = PLENTY_SECONDS) -> None:
    """Waits until it is so."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)


class Peer(Protocol):
    """One call, from Asterisk's side.

    Attributes:
        id: What the dialplan calls the call.
        rate_hz: Of its sound.
        outcome: `CONTINUES` or `HANGS_UP` once Sayso's part is over; "" before.
    """

    id: str
    rate_hz: int
    outcome: str

    @property
    def heard(self) -> Pcm:
        """All that the caller heard so far, at the line's rate."""

    @property
    def frames_heard(self) -> int:
        """How many frames that was."""

    async def say(self, piece: Pcm) -> None:
        """The caller makes a sound, at the line's rate."""

    async def press(self, key: str) -> None:
        """The caller presses a key."""

    async def hang_up(self) -> None:
        """The caller hangs up."""

    async def break_off(self) -> None:
        """Asterisk is gone without a word."""

    def stall(self) -> None:
        """Asterisk takes nothing any more."""

    def go_on(self) -> None:
        """It does again."""


class AudioSocketPeer:
    """The dialplan's `AudioSocket()`, or `Dial(AudioSocket/...)` at 16 kHz."""

    def __init__(self, rate_hz: int = 8_000, id: str = "") -> None:
        self.id, self.rate_hz, self.outcome = id or str(uuid4()), rate_hz, ""
        self.pieces: list[bytes] = []
        self._kind = {8_000: 0x10, 16_000: 0x12}.get(rate_hz, 0x13)
        self._going = asyncio.Event()
        self._going.set()

    async def ring(self, port: int, *, receive_bytes: int = 0, greet: bool = True) -> None:
        connection = socket.socket()
        if receive_bytes:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
        self._reader, self._writer = await asyncio.open_connection(sock=connection, limit=4_096)
        if greet:
            await self.write(0x01, bytes.fromhex(self.id.replace("-", "")))
        self._listening = asyncio.create_task(self._listen())

    async def write(self, kind: int, payload: bytes = b"") -> None:
        await self.write_raw(struct.pack(">BH", kind, len(payload)) + payload)

    async def write_raw(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    @property
    def heard(self) -> Pcm:
        return np.frombuffer(b"".join(self.pieces), "<i2")

    @property
    def frames_heard(self) -> int:
        return len(self.pieces)

    async def say(self, piece: Pcm) -> None:
        await self.write(self._kind, piece.astype("<i2").tobytes())

    async def press(self, key: str) -> None:
        await self.write(0x03, key.encode())

    async def hang_up(self) -> None:
        """The caller is gone: `close(svc)`."""
        self._listening.cancel()
        self.outcome = self.outcome or HANGS_UP
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def half_close(self) -> None:
        self._writer.write_eof()

    async def break_off(self) -> None:
        self._listening.cancel()
        self._writer.transport.abort()

    def stall(self) -> None:
        self._going.clear()

    def go_on(self) -> None:
        self._going.set()

    async def _listen(self) -> None:
        self.outcome = await self._until_over()
        self._writer.close()

    async def _until_over(self) -> str:
        while True:
            await self._going.wait()
            try:
                header = await self._reader.readexactly(3)
                kind, length = struct.unpack(">BH", header)
                if kind == 0x00:
                    return CONTINUES
                if kind not in range(0x10, 0x19) or length < 1:
                    return HANGS_UP
                self.pieces.append(await self._reader.readexactly(length))
            except asyncio.IncompleteReadError as error:
                return HANGS_UP if error.partial else CONTINUES
            except OSError:
                return HANGS_UP


class WebSocketPeer:
    """`Dial(WebSocket/sayso/c(slin16)f(json)v(call=...),,g)`.

    Attributes:
        flushed: Frames that were dropped by FLUSH_MEDIA.
        most_queued: The most frames that ever waited.
        commands: Every TEXT frame that came.
    """

    def __init__(self, rate_hz: int = 16_000, is_json: bool = True, tick_seconds: float = 0.001) -> None:
        self.id, self.rate_hz, self.outcome = str(uuid4()), rate_hz, ""
        self.flushed = self.most_queued = 0
        self.commands: list[str] = []
        self.is_json = is_json
        self.paused = False
        self._tick_seconds, self._frame_bytes = tick_seconds, rate_hz // 25
        self._played: list[bytes] = []
        self._queue: deque[bytes | str] = deque()
        self._frames, self._full = 0, False
        self._going = asyncio.Event()
        self._going.set()

    async def ring(self, port: int, *, secret: str = SECRET, query: str | None = None, start: bool = True) -> None:
        coded = base64.b64encode(f"sayso:{secret}".encode()).decode()
        self._socket: ClientConnection = await connect(
            f"ws://127.0.0.1:{port}{chan_websocket.PATH}?{f'call={self.id}' if query is None else query}",
            subprotocols=["media"],  # type: ignore[list-item]
            additional_headers={"Authorization": f"Basic {coded}"} if secret else {},
            compression=None,
            max_queue=4,
        )
        assert self._socket.subprotocol == "media"
        if start:
            await self.start()
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._play())]

    async def start(self, format_name: str = "") -> None:
        name = format_name or {8_000: "slin", 16_000: "slin16"}[self.rate_hz]
        await self.tell(
            "MEDIA_START",
            connection_id="c",
            channel="WebSocket/sayso/0x7f",
            format=name,
            optimal_frame_size=640,
            ptime=20,
        )

    async def tell(self, event: str, **fields: str | int) -> None:
        fields |= {"channel_id": "1732500000.1"}
        if self.is_json:
            text = json.dumps({"event": event} | fields)
        elif event == "MEDIA_MARK_PROCESSED":
            text = f"{event} {fields['correlation_id']}"
        else:
            text = " ".join([event, *(f"{key}:{value}" for key, value in fields.items())])
        with suppress(ConnectionClosed):
            await self._socket.send(text)

    async def send_raw(self, message: str | bytes) -> None:
        await self._socket.send(message)

    @property
    def heard(self) -> Pcm:
        return np.frombuffer(b"".join(self._played), "<i2")

    @property
    def frames_heard(self) -> int:
        return len(self._played)

    async def say(self, piece: Pcm) -> None:
        await self._socket.send(piece.astype("<i2").tobytes())

    async def press(self, key: str) -> None:
        await self.tell("DTMF_END", digit=key)

    async def hang_up(self) -> None:
        self._stop()
        self.outcome = self.outcome or HANGS_UP
        await self._socket.close(1000)

    async def break_off(self) -> None:
        self._stop()
        self._socket.transport.abort()

    def stall(self) -> None:
        self._going.clear()

    def go_on(self) -> None:
        self._going.set()

    def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _listen(self) -> None:
        with suppress(ConnectionClosed):
            while not self.outcome:
                await self._going.wait()
                message = await self._socket.recv()
                await (self._obey(message) if isinstance(message, str) else self._queue_sound(message))
        self.outcome = CONTINUES
        self._tasks[1].cancel()
        await self._socket.close(1000)

    async def _queue_sound(self, sound: bytes) -> None:
        for at in range(0, len(sound) - self._frame_bytes + 1, self._frame_bytes):
            if self._frames >= 1_000:
                return
            self._queue.append(sound[at : at + self._frame_bytes])
            self._frames += 1
            self.most_queued = max(self.most_queued, self._frames)
            if self._frames >= 900 and not self._full:
                self._full = True
                await self.tell("MEDIA_XOFF")

    async def _obey(self, text: str) -> None:
        self.commands.append(text)
        if len(text.encode()) > 128:
            return
        if self.is_json:
            try:
                found: dict[str, Any] = json.loads(text)
            except ValueError:
                await self.tell("ERROR", error_text="Unable to parse JSON command")
                return
            name, mark = found["command"], found.get("correlation_id", "")
        else:
            name, _, mark = text.partition(" ")
        if name == "HANGUP":
            self.outcome = CONTINUES
        elif name == "MARK_MEDIA":
            self._queue.append(mark)
        elif name == "FLUSH_MEDIA":
            self.flushed += self._frames
            self._queue.clear()
            self._frames = 0
        else:
            raise AssertionError(text)

    async def _play(self) -> None:
        while True:
            await asyncio.sleep(self._tick_seconds)
            if self.paused:
                continue
            if self._full and self._frames < 800:
                self._full = False
                await self.tell("MEDIA_XON")
            while self._queue and isinstance(self._queue[0], str):
                await self.tell("MEDIA_MARK_PROCESSED", correlation_id=str(self._queue.popleft()))
            if self._queue:
                frame = self._queue.popleft()
                assert isinstance(frame, bytes)
                self._played.append(frame)
                self._frames -= 1


class _Quiet(uvicorn.Server):
    def capture_signals(self) -> Any:
        return nullcontext()


class Exchange:
    """Sayso's side with a way to ring it.

    Attributes:
        announced: What the dialplan told.
        ended: What it is answered.
    """

    def __init__(self) -> None:
        self.announced, self.ended = Announced(), Ended()
        self.ports: dict[str, int] = {}

    async def ring(self, transport: str) -> Peer:
        """A call comes, by one of `TRANSPORTS`."""
        peer = self.peer(transport)
        await self.connect(peer)
        return peer

    def peer(self, transport: str) -> Any:
        return {
            "audiosocket": AudioSocketPeer,
            "audiosocket 16 kHz": lambda: AudioSocketPeer(16_000),
            "chan_websocket": WebSocketPeer,
            "chan_websocket 8 kHz, plain": lambda: WebSocketPeer(8_000, is_json=False),
        }[transport]()

    async def connect(self, peer: Any, **more: Any) -> None:
        await peer.ring(self.ports["audio" if isinstance(peer, AudioSocketPeer) else "web"], **more)


TRANSPORTS = ["audiosocket", "audiosocket 16 kHz", "chan_websocket", "chan_websocket 8 kHz, plain"]


@asynccontextmanager
async def web_app(serve: Serve, **more: Any) -> AsyncIterator[int]:
    """The WebSocket endpoint in a real server; its port."""
    app = FastAPI()
    app.include_router(chan_websocket.router(serve, SECRET, **more))
    server = _Quiet(uvicorn.Config(app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=5))
    running = asyncio.create_task(server.serve())
    await until(lambda: server.started or running.done())
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def exchange(serve: Serve, **more: Any) -> AsyncIterator[Exchange]:
    """Both transports, with one `Serve`."""
    both = Exchange()
    shared = {"lookup": both.announced, "ended": both.ended} | more
    async with audiosocket.serving(serve, port=0, **shared) as server, web_app(serve, **shared) as port:
        both.ports = {"audio": server.port, "web": port}
        yield both
