"""The words of Asterisk's `chan_websocket`: TEXT frames with events and commands, as JSON or as plain text. Pure.

Source: docs.asterisk.org, Configuration/Channel-Drivers/WebSocket, and Asterisk's `channels/chan_websocket.c`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_COMMAND_BYTES = 128
"""Asterisk passes over a longer one."""
RATES_HZ = {"slin": 8_000, "slin16": 16_000}
"""Formats that are taken, both signed 16-bit little-endian mono."""

_ID_LAST = frozenset({"MEDIA_MARK_PROCESSED", "MEDIA_BUFFERING_COMPLETED"})


@dataclass(frozen=True, slots=True)
class Event:
    """What Asterisk tells.

    Attributes:
        name: `MEDIA_START`, `DTMF_END`, `MEDIA_XOFF`, `MEDIA_XON`, `MEDIA_MARK_PROCESSED`, ...; "" for what is none.
        fields: By Asterisk's name, as text.
        is_json: True where Asterisk speaks JSON, and wants commands so.
    """

    name: str
    fields: Mapping[str, str] = field(default_factory=dict)
    is_json: bool = False


def event(text: str) -> Event:
    """Reads a TEXT frame in either form. Never raises."""
    if text.lstrip().startswith("{"):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = {}
        fields = {key: str(value) for key, value in found.items() if isinstance(value, str | int)}
        return Event(fields.pop("event", ""), fields, is_json=True)
    name, _, rest = text.strip().partition(" ")
    if name in _ID_LAST:
        return Event(name, {"correlation_id": rest})
    pairs = (word.partition(":") for word in rest.split())
    return Event(name, {key: value for key, _, value in pairs})


def command(name: str, correlation_id: str = "", *, is_json: bool) -> str:
    """Writes `HANGUP`, `FLUSH_MEDIA` or `MARK_MEDIA` (with an id) for a TEXT frame."""
    if not is_json:
        return f"{name} {correlation_id}".rstrip()
    found = {"command": name} | ({"correlation_id": correlation_id} if correlation_id else {})
    return json.dumps(found, separators=(",", ":"))
