"""The media stream as Twilio carries it: 20 ms a message, a buffer that plays in its own time, marks after playback.

Source: Twilio, Media Streams, "WebSocket messages"; error dictionary 31920 to 31951.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from connectors.speech.telephone import decode_mulaw

TICK_SECONDS = 0.02
TICK_BYTES = 160
SILENCE = b"\xff"
"""Nothing, in mu-law."""
KEY_SECONDS = 0.1
AUDIBLE = 300
"""Peak of a tick, of 32,768, from which the person hears something."""


@dataclass(frozen=True, slots=True)
class Weather:
    """What the network does to the sound that comes from the person.

    Attributes:
        loss: Share of messages that never come.
        reorder: Share of messages that come after the next one.
        duplicate: Share of messages that come twice.
        jitter_seconds: How late a message may be.
        seed: Makes it repeatable.
    """

    loss: float = 0.0
    reorder: float = 0.0
    duplicate: float = 0.0
    jitter_seconds: float = 0.0
    seed: int = 1


class Playback:
    """What was sent to the person and is not yet played, with marks in between."""

    def __init__(self) -> None:
        self._waiting: deque[bytes | str] = deque()
        self.heard = bytearray()
        """All that was played since the stream began, mu-law, with the silence in between."""
        self.ticks = self.last_audible = 0
        """Ticks that were played, and the last of them in which something was to be heard."""

    def add(self, sound: bytes) -> None:
        self._waiting.append(sound)

    def mark(self, name: str) -> None:
        self._waiting.append(name)

    def clear(self) -> list[str]:
        """Drops the sound; the marks that were pending come back."""
        marks = [item for item in self._waiting if isinstance(item, str)]
        self._waiting.clear()
        return marks

    def play(self) -> list[str]:
        """Plays one tick; returns the marks that were reached."""
        left, marks, begin = TICK_BYTES, [], len(self.heard)
        while self._waiting and (left or isinstance(self._waiting[0], str)):
            item = self._waiting.popleft()
            if isinstance(item, str):
                marks.append(item)
                continue
            self.heard += item[:left]
            if item[left:]:
                self._waiting.appendleft(item[left:])
            left -= len(item[:left])
        self.heard += SILENCE * left
        self.ticks += 1
        if np.abs(decode_mulaw(bytes(self.heard[begin:])).astype(int)).max() > AUDIBLE:
            self.last_audible = self.ticks
        return marks

    @property
    def waiting(self) -> int:
        """Bytes that were not played yet."""
        return sum(len(item) for item in self._waiting if isinstance(item, bytes))


@dataclass(slots=True)
class MediaStream:
    """One stream, from its opening to its end.

    Attributes:
        account_sid: Whose account.
        call_sid: Whose call.
        stream_sid: Its own id.
        parameters: Of the TwiML.
        playback: What the person hears.
        speech: What the person says, mu-law; silence where it is empty.
        speed: How many times faster than real time it runs.
        weather: What the network does.
        faults: Twilio's error codes, with what was wrong.
        marks: Names of the marks that were returned, in order.
        cleared: How often the buffer was cleared.
        open: True once it is.
    """

    account_sid: str
    call_sid: str
    stream_sid: str
    parameters: Mapping[str, str]
    playback: Playback
    speech: deque[bytes]
    speed: float
    weather: Weather
    faults: list[str]
    marks: list[str] = field(default_factory=list)
    cleared: int = 0
    open: bool = False
    _sequence: int = 0
    _chunk: int = 0
    _held: str = ""
    _socket: ClientConnection | None = None
    _chance: random.Random = field(default_factory=random.Random)

    async def run(self, url: str, headers: Mapping[str, str], hung_up: asyncio.Event) -> None:
        """Opens the WebSocket and streams until we close it, or the person hangs up."""
        self._chance.seed(self.weather.seed)
        try:
            async with connect(url, additional_headers=headers, proxy=None) as socket:
                self._socket = socket
                await self._streams(socket, hung_up)
        except InvalidStatus as error:
            self.faults.append(f"31920 handshake {error.response.status_code}")
        except (OSError, WebSocketException) as error:
            self.faults.append(f"31921 {type(error).__name__}")
        finally:
            self._socket = None

    async def _streams(self, socket: ClientConnection, hung_up: asyncio.Event) -> None:
        await self._tell({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        await self._tell(self._start(), numbered=True)
        self.open = True
        tasks = {
            asyncio.create_task(self._listens(socket)),
            asyncio.create_task(self._plays()),
            asyncio.create_task(hung_up.wait()),
        }
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for task in done:
            task.result()
        stop = {"accountSid": self.account_sid, "callSid": self.call_sid}
        await self._tell({"event": "stop", "stop": stop}, numbered=True)

    def _start(self) -> dict[str, object]:
        return {
            "event": "start",
            "start": {
                "accountSid": self.account_sid,
                "streamSid": self.stream_sid,
                "callSid": self.call_sid,
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": {**self.parameters},
            },
        }

    async def press(self, key: str) -> None:
        """One key."""
        await self._tell({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": key}}, numbered=True)
        await asyncio.sleep(KEY_SECONDS / self.speed)

    async def send_raw(self, text: str | bytes) -> None:
        """Anything at all, as it is."""
        if self._socket is not None:
            await self._socket.send(text)

    async def cut(self) -> None:
        """The network is gone, without a word."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _plays(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += TICK_SECONDS / self.speed
            await asyncio.sleep(max(0.0, due - loop.time()))
            await self._says(self.speech.popleft() if self.speech else SILENCE * TICK_BYTES)
            for name in self.playback.play():
                await self._returns(name)

    async def _says(self, sound: bytes) -> None:
        self._chunk += 1
        self._sequence += 1
        text = json.dumps(
            {
                "event": "media",
                "sequenceNumber": str(self._sequence),
                "media": {
                    "track": "inbound",
                    "chunk": str(self._chunk),
                    "timestamp": str(round((self._chunk - 1) * TICK_SECONDS * 1000)),
                    "payload": base64.b64encode(sound).decode(),
                },
                "streamSid": self.stream_sid,
            }
        )
        sky, chance = self.weather, self._chance.random
        if sky.jitter_seconds:
            await asyncio.sleep(chance() * sky.jitter_seconds / self.speed)
        if chance() < sky.loss:
            return
        if not self._held and chance() < sky.reorder:
            self._held = text
            return
        for each in [text, self._held] + [text] * (chance() < sky.duplicate):
            if each:
                await self._send(each)
        self._held = ""

    async def _listens(self, socket: ClientConnection) -> None:
        """Takes our messages until the WebSocket is closed."""
        try:
            async for text in socket:
                await self._takes(text)
        except ConnectionClosed:
            self.faults.append("31924 broken")

    async def _takes(self, text: str | bytes) -> None:
        try:
            event, content = _checked(text, self.stream_sid)
        except (ValueError, KeyError, TypeError) as error:
            self.faults.append(f"31951 {type(error).__name__}")
            return
        if event == "media":
            self.playback.add(base64.b64decode(content))
        elif event == "mark":
            self.playback.mark(content)
        else:
            self.cleared += 1
            for name in self.playback.clear():
                await self._returns(name)

    async def _returns(self, name: str) -> None:
        self.marks.append(name)
        await self._tell({"event": "mark", "mark": {"name": name}}, numbered=True)

    async def _tell(self, message: dict[str, object], *, numbered: bool = False) -> None:
        if numbered:
            self._sequence += 1
            message |= {"sequenceNumber": str(self._sequence), "streamSid": self.stream_sid}
        await self._send(json.dumps(message))

    async def _send(self, text: str) -> None:
        if self._socket is not None:
            try:
                await self._socket.send(text)
            except ConnectionClosed:
                return


def _checked(text: str | bytes, stream_sid: str) -> tuple[str, str]:
    """The event of one of our messages, with its payload or its name, where it is exactly as documented.

    Raises:
        ValueError: or KeyError, TypeError, where it is not.
    """
    message = json.loads(text if isinstance(text, str) else "")
    event = message["event"]
    if event not in {"media", "mark", "clear"} or message["streamSid"] != stream_sid:
        raise ValueError(event)
    if set(message) != {"event", "streamSid"} | ({event} - {"clear"}):
        raise ValueError("more than is documented")
    content = "" if event == "clear" else message[event][{"media": "payload", "mark": "name"}[event]]
    if event == "media":
        sound = base64.b64decode(content, validate=True)
        if not sound or sound[:4] in {b"RIFF", b".snd"}:
            raise ValueError("no sound, or a header")
    return event, content + ""
