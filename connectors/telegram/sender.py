"""Delivers messages that Sayso sends of itself, from the outbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from telegram import Bot
from telegram.error import TelegramError

from connectors.telegram.client import BotClient
from dialogues.errors import SaysoError


class Outgoing(Protocol):
    """A message of the outbox."""

    @property
    def payload(self) -> Mapping[str, Any]: ...


class TelegramSender:
    """Sends `{"address": ..., "text": ...}`. Somebody who blocked the bot gets nothing, and is not tried again.

    Args:
        bot: The bot.
        blocked: Told the address of whoever cannot be reached.
    """

    def __init__(self, bot: Bot, blocked: Callable[[int], Awaitable[None]]) -> None:
        self._client = BotClient(bot)
        self._blocked = blocked

    async def send(self, message: Outgoing) -> None:
        """Sends it.

        Raises:
            SaysoError: `telegram_failed`; it may be tried again.
        """
        address = int(message.payload["address"])
        try:
            if not await self._client.text(address, str(message.payload["text"])):
                await self._blocked(address)
        except TelegramError:
            raise SaysoError("telegram_failed", "Telegram could not be reached.", permanent=False) from None
