"""Chats and files of the double."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field

from bot_api_heard import Heard
from bot_api_wire import Json

_COMMAND = re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@\w+)?")


@dataclass
class Chat:
    """One chat.

    Attributes:
        id: Negative for groups.
        kind: `private`, `group` or `supergroup`.
        about: Names or title.
        known: The bot may write: the person wrote first, or the bot was added.
        blocked: The person blocked the bot.
        gone: `left` or `kicked` when the bot is no member any more; "" while it is.
        messages: All messages, by number.
        markups: The `reply_markup` of each, as it came.
        keyboard: The reply keyboard that is shown.
        sent: The bot's messages that nobody looked at yet.
        actions: What was shown beside the bot's name, such as `typing`.
    """

    id: int
    kind: str
    about: Json
    known: bool = False
    blocked: bool = False
    gone: str = ""
    messages: dict[int, Json] = field(default_factory=dict)
    markups: dict[int, Json] = field(default_factory=dict)
    keyboard: Json = field(default_factory=dict)
    sent: asyncio.Queue[Heard] = field(default_factory=asyncio.Queue)
    actions: list[str] = field(default_factory=list)

    @property
    def json(self) -> Json:
        """A Chat of the API."""
        return {"id": self.id, "type": self.kind, **self.about}


@dataclass(frozen=True)
class StoredFile:
    """A file on Telegram's servers; `size` may be told larger than the content is."""

    id: str
    unique_id: str
    path: str
    content: bytes
    mime: str
    size: int

    @property
    def json(self) -> Json:
        """What all kinds of files have."""
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": self.size}


def commands_in(text: str) -> list[Json]:
    """The `bot_command` entities of a text, in UTF-16 units."""
    return [
        {
            "type": "bot_command",
            "offset": len(text[: found.start()].encode("utf-16-le")) // 2,
            "length": len(found.group()),
        }
        for found in _COMMAND.finditer(text)
    ]
