"""What a sender is, and how a message reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message on its way.

    Attributes:
        message_id: The dedupe key; the same for every try.
        kind: `alert`, `callback`, ...
        payload: Plain JSON. An alert or a callback names nobody; a reminder to the person holds their address and may
            hold the name that they like to be called.
        created_at: When it was queued, UTC.
    """

    message_id: str
    kind: str
    payload: Mapping[str, Any]
    created_at: datetime


class Sender(Protocol):
    """Delivers one message, or raises `SaysoError`."""

    async def send(self, message: OutgoingMessage) -> None:
        """Returns once the other side took the message."""


def subject(message: OutgoingMessage) -> str:
    """One line that says what it is, without anybody's words."""
    level, type_ = message.payload.get("level"), message.payload.get("type")
    facts = " ".join(str(fact) for fact in (level, type_ and f"({type_})") if fact)
    return f"Sayso {message.kind}: {facts}" if facts else f"Sayso {message.kind}"


def body(message: OutgoingMessage) -> str:
    """The payload as lines of "name: value"."""
    lines = [f"{key.replace('_', ' ')}: {value}" for key, value in message.payload.items() if value not in (None, [])]
    return "\n".join([*lines, "", "Open the queue in Sayso to acknowledge it.", ""])
