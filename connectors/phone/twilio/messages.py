"""The messages of a Media Stream, read and written. Source: Twilio, Media Streams, "WebSocket messages"."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field

from connectors.phone.ports import KEYS
from connectors.phone.twilio.twiml import TOKEN

LARGEST_BYTES = 64 * 1024
"""More than any message of Twilio: 20 ms of sound take 300 bytes."""
LATEST_CHUNKS = 3
"""How long a chunk that is missing is waited for, in chunks (of 20 ms)."""


@dataclass(frozen=True, slots=True)
class Start:
    """The stream begins.

    Attributes:
        stream_sid: Stands in every message that is sent back.
        call_sid: Whose stream it is.
        token: As it was given in the TwiML; "" where there is none.
    """

    stream_sid: str
    call_sid: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Media:
    """Sound of the person.

    Attributes:
        chunk: Its number, from 1; None where it cannot be read.
        sound: Mu-law, 8 kHz.
    """

    chunk: int | None
    sound: bytes


@dataclass(frozen=True, slots=True)
class Digit:
    """A key was pressed, one of `KEYS`."""

    key: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What was sent before the mark was played, or cleared."""

    name: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The stream is over: somebody hung up."""


Message = Start | Media | Digit | Mark | Stop


def read(text: str) -> Message | None:
    """One message; None for one that says nothing to us: `connected`, another track, junk. Never raises."""
    if len(text) > LARGEST_BYTES:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    event = _text(found, "event")
    part = found.get(event) if isinstance(found, dict) and event else None
    if event == "start":
        return _start(found, part)
    if event == "media":
        return _media(part)
    if event == "dtmf":
        key = _text(part, "digit")
        return Digit(key) if key in KEYS else None
    if event == "mark":
        name = _text(part, "name")
        return Mark(name) if name else None
    return Stop() if event == "stop" else None


def media(stream_sid: str, sound: bytes) -> str:
    """Sound to be played: mu-law, 8 kHz, without a header."""
    return json.dumps(
        {"event": "media", "streamSid": stream_sid, "media": {"payload": base64.b64encode(sound).decode()}}
    )


def mark(stream_sid: str, name: str) -> str:
    """Asks for `Mark(name)` once all before it was played."""
    return json.dumps({"event": "mark", "streamSid": stream_sid, "mark": {"name": name}})


def clear(stream_sid: str) -> str:
    """Drops what waits to be played."""
    return json.dumps({"event": "clear", "streamSid": stream_sid})


class Order:
    """Puts chunks into order again: waits for one that is missing, for a little, and drops what comes too late."""

    def __init__(self) -> None:
        self._next = 1
        self._early: dict[int, bytes] = {}
        self._late = 0

    def take(self, chunk: Media) -> bytes:
        """What can be heard now: the chunk, chunks that waited for it, or nothing yet."""
        number = chunk.chunk
        if number is None:
            return chunk.sound
        if number < self._next:
            self._late += 1
            if self._late <= LATEST_CHUNKS:
                return b""
            self._early.clear()  # the count began again, or went astray
            self._next = number
        self._late = 0
        self._early[number] = chunk.sound
        heard = self._in_turn()
        while len(self._early) > LATEST_CHUNKS:
            self._next = min(self._early)
            heard += self._in_turn()
        return heard

    def rest(self) -> bytes:
        """What still waited for a chunk that never came."""
        waited = b"".join(self._early[number] for number in sorted(self._early))
        self._early.clear()
        return waited

    def _in_turn(self) -> bytes:
        heard = b""
        while self._next in self._early:
            heard += self._early.pop(self._next)
            self._next += 1
        return heard


def _start(found: object, part: object) -> Start | None:
    stream_sid = _text(part, "streamSid") or _text(found, "streamSid")
    given = part.get("customParameters") if isinstance(part, dict) else None
    if not stream_sid or not isinstance(part, dict) or not _is_mulaw(part.get("mediaFormat")):
        return None
    return Start(stream_sid, _text(part, "callSid"), _text(given, TOKEN))


def _is_mulaw(given: object) -> bool:
    return isinstance(given, dict) and (given.get("encoding"), given.get("sampleRate"), given.get("channels")) == (
        "audio/x-mulaw",
        8000,
        1,
    )


def _media(part: object) -> Media | None:
    if _text(part, "track") not in {"inbound", ""}:
        return None
    try:
        sound = base64.b64decode(_text(part, "payload"), validate=True)
    except ValueError:
        return None
    return Media(_number(_text(part, "chunk")), sound) if sound else None


def _number(text: str) -> int | None:
    return int(text) if len(text) <= 18 and text.isascii() and text.isdigit() else None


def _text(found: object, name: str) -> str:
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) else ""
