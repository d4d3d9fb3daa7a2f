"""What an update of the Bot API means to a conversation. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from telegram import Bot, ChatMember, Message, Update
from telegram.constants import ChatType

UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates that are asked for."""
LONGEST_NOTE_SECONDS = 600
LARGEST_NOTE_BYTES = 20 * 1024 * 1024
"""What a bot can download. Source: Telegram Bot API, getFile."""
_GONE = {ChatMember.BANNED, ChatMember.LEFT}


@dataclass(frozen=True, slots=True)
class Incoming:
    """Something from one private chat.

    Attributes:
        address: Where to answer.
        message_id: Sayso's id of the message, unique for ever.
        shown_id: Telegram's number of the message in its chat; 0 where there is none.
        at: When it was sent, UTC.
    """

    address: int
    message_id: str
    shown_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Said(Incoming):
    """Typed words; `amends` is the id of the message that was edited, "" for a new one."""

    text: str = ""
    amends: str = ""


@dataclass(frozen=True, slots=True)
class Command(Incoming):
    """A slash command with what follows it."""

    name: str = ""
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Spoke(Incoming):
    """A voice note or an audio file."""

    file_id: str = ""
    seconds: float = 0.0
    size: int = 0

    @property
    def too_long(self) -> bool:
        """More than can be heard, or downloaded."""
        return self.seconds > LONGEST_NOTE_SECONDS or self.size > LARGEST_NOTE_BYTES


@dataclass(frozen=True, slots=True)
class Pressed(Incoming):
    """A button under one of Sayso's own messages."""

    query_id: str = ""
    data: str = ""


@dataclass(frozen=True, slots=True)
class Unsupported(Incoming):
    """A picture, a sticker, a place: nothing that can be read or heard."""


@dataclass(frozen=True, slots=True)
class Blocked(Incoming):
    """The person blocked the bot (or, with `blocked` False, took that back)."""

    blocked: bool = True


@dataclass(frozen=True, slots=True)
class Elsewhere(Incoming):
    """Something in a group or a channel, where Sayso does not talk."""


def parsed(payload: str, bot: Bot) -> Update | None:
    """The update in a stored payload; None where it is not one."""
    try:
        content = json.loads(payload)
        return Update.de_json(content, bot) if isinstance(content, dict) else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def read(update: Update) -> Incoming | None:
    """What an update means; None for what needs no answer."""
    if update.callback_query is not None:
        return _pressed(update)
    if update.my_chat_member is not None:
        return _membership(update)
    message = update.message or update.edited_message
    if message is None or (message.from_user is not None and message.from_user.is_bot):
        return None
    if message.chat.type != ChatType.PRIVATE:
        return Elsewhere(message.chat.id, "", message.message_id, _moment(message.date))
    return _message(message, edited=update.edited_message is not None)


def message_id_of(address: int, shown_id: int) -> str:
    """Sayso's id of a message."""
    return f"telegram:{address}:{shown_id}"


def _message(message: Message, *, edited: bool) -> Incoming | None:
    message_id = message_id_of(message.chat.id, message.message_id)
    here = (message.chat.id, message_id, message.message_id, _moment(message.date))
    text = message.text
    if edited:
        if not text or message.edit_date is None:
            return None
        changed = f"{message_id}:{int(message.edit_date.timestamp())}"
        return Said(message.chat.id, changed, message.message_id, here[3], text, amends=message_id)
    if text:
        return _command(here, text) if text.startswith("/") else Said(*here, text)
    sound = message.voice or message.audio
    if sound is not None:
        return Spoke(*here, sound.file_id, _seconds(sound.duration), sound.file_size or 0)
    if message.caption:
        return Said(*here, message.caption)
    return None if _is_service_message(message) else Unsupported(*here)


def _command(here: tuple[int, str, int, datetime], text: str) -> Incoming:
    first, _, rest = text.partition(" ")
    name = first[1:].partition("@")[0].lower()
    if not name.isalpha():
        return Said(*here, text)
    return Command(*here, name, rest.strip())


def _pressed(update: Update) -> Incoming | None:
    query = update.callback_query
    if query is None or query.message is None or query.message.chat.type != ChatType.PRIVATE:
        return None
    chat = query.message.chat.id
    return Pressed(chat, f"telegram:button:{query.id}", query.message.message_id, _now(), query.id, query.data or "")


def _membership(update: Update) -> Incoming | None:
    change = update.my_chat_member
    if change is None:
        return None
    here = (change.chat.id, "", 0, _moment(change.date))
    if change.chat.type != ChatType.PRIVATE:
        return None if change.new_chat_member.status in _GONE else Elsewhere(*here)
    return Blocked(*here, blocked=change.new_chat_member.status in _GONE)


def _is_service_message(message: Message) -> bool:
    """Notes of Telegram itself (a pinned message, a changed photo): nobody said anything."""
    return bool(message.pinned_message or message.new_chat_photo or message.message_auto_delete_timer_changed)


def _seconds(duration: object) -> float:
    total = getattr(duration, "total_seconds", None)
    return float(total()) if callable(total) else float(str(duration))


def _moment(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _now() -> datetime:
    return datetime.now(UTC)
