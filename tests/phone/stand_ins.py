"""What stands in for Sayso in the tests of the telephone: the AudioSocket server and the two loopback addresses."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable
from urllib.parse import parse_qs
from uuid import UUID

import numpy as np

from connectors.speech.ports import Samples

LINE_HZ = 8_000
FRAME = LINE_HZ // 50
TERMINATE, IDENTITY, DIGIT, SOUND = 0x00, 0x01, 0x03, 0x10


def message(kind: int, payload: bytes = b"") -> bytes:
    """One AudioSocket message. It is sent in one write: Asterisk waits 5 ms for the rest of a message, then ends the
    call."""
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload


class Talk:
    """One AudioSocket connection.

    Attributes:
        id: The call's.
        arrivals: When sound came, on the monotonic clock, with its samples at 8 kHz.
        digits: Keys, in order, with when they came.
        other: Messages of any other kind.
        ended: How it ended: "eof", "terminate" or "reset"; "" while it goes on.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.id = ""
        self.arrivals: list[tuple[float, Samples]] = []
        self.digits: list[tuple[float, str]] = []
        self.other: list[tuple[int, bytes]] = []
        self.ended = ""
        self._sound = bytearray()
        self._quiet = False
        self._idle = asyncio.Event()
        self.over = asyncio.Event()
        self.known = asyncio.Event()

    async def read(self) -> None:
        """Takes in all that comes, until the end."""
        try:
            while not self.ended:
                head = await self._reader.readexactly(3)
                self._take(head[0], await self._reader.readexactly(int.from_bytes(head[1:], "big")))
        except asyncio.IncompleteReadError:
            self.ended = "eof"
        except ConnectionError:
            self.ended = "reset"
        finally:
            self.known.set()
            self.over.set()

    def _take(self, kind: int, payload: bytes) -> None:
        match kind:
            case 0x01:
                self.id = str(UUID(bytes=payload))
                self.known.set()
            case 0x10:
                self.arrivals.append((time.monotonic(), np.frombuffer(payload, "<i2")))
            case 0x03:
                self.digits.append((time.monotonic(), payload.decode("ascii")))
            case 0x00:
                self.ended = "terminate"
            case _:
                self.other.append((kind, payload))

    def heard(self) -> Samples:
        """All sound so far, 8 kHz."""
        return np.concatenate([samples for _, samples in self.arrivals] or [np.zeros(0, np.int16)])

    async def play(self, samples: Samples) -> None:
        """Plays sound of 8 kHz in its own time; returns after the last frame was sent."""
        self._sound.extend(samples.astype("<i2").tobytes())
        self._idle.clear()
        await self._idle.wait()

    def clear(self) -> None:
        """Drops what was not sent yet."""
        self._sound.clear()

    async def send(self) -> None:
        """Sends a frame every 20 ms until the end: what is to be played, else silence."""
        due = time.monotonic()
        size = 2 * FRAME
        while not self.ended and not self._quiet:
            if not self._sound:
                self._idle.set()
            frame = bytes(self._sound[:size]).ljust(size, b"\0")
            del self._sound[:size]
            self._writer.write(message(SOUND, frame))
            due = max(due + FRAME / LINE_HZ, time.monotonic() - 0.2)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        self._idle.set()

    async def terminate(self) -> None:
        """Says that it is over (0x00), and leaves the closing to Asterisk."""
        self._quiet = True
        self._writer.write(message(TERMINATE))
        await self._writer.drain()

    async def close(self) -> None:
        """Closes the connection without a word."""
        self._quiet = True
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    def reset(self) -> None:
        """Breaks the connection (RST), as a process that dies with unread data does."""
        self._quiet = True
        connection = self._writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


class SaysoStandIn:
    """Answers `/phone/asterisk/announce` and `/after`, and takes AudioSocket connections.

    Attributes:
        announced: The fields of each announcement.
        after: What `/after` answers, given the call's id.
        status: Of the answers; 200 is success.
        requests: The first line of every request.
    """

    def __init__(self, *, http_port: int = 8642, audio_port: int = 9092) -> None:
        self._http_port, self._audio_port = http_port, audio_port
        self.announced: list[dict[str, str]] = []
        self.asked_after: list[dict[str, str]] = []
        self.after: Callable[[str], str] = lambda _: "hangup"
        self.status = 200
        self.requests: list[str] = []
        self.talks: list[Talk] = []
        self._arrived: asyncio.Queue[Talk] = asyncio.Queue()
        self._servers: list[asyncio.Server] = []
        self._readers: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._servers = [
            await asyncio.start_server(self._answer, "127.0.0.1", self._http_port),
            await asyncio.start_server(self._converse, "127.0.0.1", self._audio_port),
        ]

    async def stop(self) -> None:
        for server in self._servers:
            server.close()
        for talk in self.talks:
            if not talk.ended:
                talk.reset()
        await asyncio.gather(*self._readers)

    async def talk(self, seconds: float = 20) -> Talk:
        """The next call that reaches AudioSocket, its id known."""
        async with asyncio.timeout(seconds):
            return await self._arrived.get()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = Talk(reader, writer)
        task = asyncio.create_task(talk.read())
        self._readers.add(task)
        await talk.known.wait()
        self.talks.append(talk)
        self._arrived.put_nowait(talk)
        await talk.send()
        await task
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
        fields = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        self.requests.append(head[0])
        path = head[0].split()[1]
        if path.endswith("/announce"):
            self.announced.append(fields)
            text = "ok"
        else:
            self.asked_after.append(fields)
            text = self.after(fields.get("id", ""))
        writer.write(
            f"HTTP/1.1 {self.status} Answer\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n"
            f"Connection: close\r\n\r\n{text}".encode()
        )
        await writer.drain()
        writer.close()


def tone(hz: float, seconds: float, *, rate_hz: int = LINE_HZ, loudness: float = 0.25) -> Samples:
    """A pure tone, int16; loudness as a part of full scale."""
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    return (np.sin(2 * np.pi * hz * times) * loudness * 32_767).astype(np.int16)


def parts_with_tone(samples: Samples, hz: float, *, rate_hz: int = LINE_HZ, window: float = 0.1) -> list[bool]:
    """For each window, whether the tone is there: most of the energy near its frequency, and not near silence."""
    size = round(window * rate_hz)
    found = []
    for at in range(0, len(samples) - size + 1, size):
        piece = samples[at : at + size].astype(np.float64)
        power = np.abs(np.fft.rfft(piece * np.hanning(size))) ** 2
        middle = round(hz * size / rate_hz)
        near = power[max(0, middle - 3) : middle + 4].sum()
        found.append(bool(np.abs(piece).mean() > 300 and near > 0.7 * power.sum()))
    return found
