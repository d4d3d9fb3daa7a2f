"""AudioSocket's messages: one byte of kind, two of length (big-endian), the payload. Pure.

Source: docs.asterisk.org, Configuration/Channel-Drivers/AudioSocket, and Asterisk's `res/res_audiosocket.c`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from dialogues.errors import SaysoError

MAX_PAYLOAD_BYTES = 16_384
"""More than half a second at 16 kHz; Asterisk sends 20 ms, or what its codec packs together."""

_HEADER = struct.Struct(">BH")


class Kind(IntEnum):
    """What a message is; other numbers are allowed, and mean nothing here."""

    HANG_UP = 0x00
    ID = 0x01
    KEY = 0x03
    SOUND = 0x10
    SOUND_16 = 0x12
    ERROR = 0xFF


RATES_HZ = {Kind.SOUND: 8_000, Kind.SOUND_16: 16_000}
"""Signed 16-bit little-endian mono, by kind."""
OTHER_RATES = frozenset(range(0x11, 0x19)) - {Kind.SOUND_16}
"""Sound at 12, 24, 32, 44.1, 48, 96 and 192 kHz: a telephone has none of it."""
HANG_UP_CODE = 0x01
"""The error code that says the calling party hung up."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        kind: A `Kind`, or another number from 0 to 255.
        payload: 0 to `MAX_PAYLOAD_BYTES` bytes.
    """

    kind: int
    payload: bytes = b""


def encoded(message: Message) -> bytes:
    """The message as bytes. Write it at once: Asterisk waits 5 ms for the rest of a payload, then hangs up.

    Raises:
        struct.error: where the payload is longer than 65,535 bytes.
    """
    return _HEADER.pack(message.kind, len(message.payload)) + message.payload


class Parser:
    """Finds the messages in what arrives, however it was split. One connection's own."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[Message]:
        """Takes what arrived; gives the messages that are whole now. To be taken to its end.

        Raises:
            SaysoError: `audiosocket_too_long` where a length is beyond `MAX_PAYLOAD_BYTES`: these are not AudioSocket's
                bytes, or their beginning was lost. Nothing can be read after it.
        """
        self._rest += data
        at = 0
        try:
            while len(self._rest) - at >= _HEADER.size:
                kind, length = _HEADER.unpack_from(self._rest, at)
                if length > MAX_PAYLOAD_BYTES:
                    raise SaysoError(
                        "audiosocket_too_long",
                        f"A message of {length} bytes came, and {MAX_PAYLOAD_BYTES} is the most. "
                        "Point only Asterisk's AudioSocket at this port.",
                    )
                end = at + _HEADER.size + length
                if len(self._rest) < end:
                    break
                payload = bytes(self._rest[at + _HEADER.size : end])
                at = end
                yield Message(kind, payload)
        finally:
            del self._rest[:at]
