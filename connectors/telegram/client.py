"""Sends to Telegram: again after a fault, not faster than allowed, and with a sign that somebody is at work."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from telegram import Bot
from telegram.constants import ChatAction, MessageLimit
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from connectors.telegram.keyboards import answer_keys
from dialogues.types import Prompt

TRIES = 6
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
ACTION_EVERY_SECONDS = 4.5
"""An indicator lasts five seconds. Source: Telegram Bot API, sendChatAction."""

log = structlog.get_logger(__name__)


class BotClient:
    """What goes out. A person who blocked the bot gets nothing, and that is no fault.

    Args:
        bot: The bot.
        wait: Sleeps; replaced in tests.
    """

    def __init__(self, bot: Bot, wait: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._bot = bot
        self._wait = wait

    async def prompts(self, address: int, prompts: Sequence[Prompt]) -> bool:
        """Sends what Sayso says, as one message with the keys of its question; False where nobody can get it."""
        if not prompts:
            return True
        text = "\n\n".join(prompt.text for prompt in prompts)
        return await self.text(address, text, answer_keys(prompts[-1]))

    async def text(self, address: int, text: str, keys: Any = None, *, answers: int = 0) -> bool:
        """Sends words; `answers` is the number of the message that they answer."""
        parts = split(text)
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            sent = await self._tried(
                lambda part=part, last=last: self._bot.send_message(  # type: ignore[misc]
                    address,
                    part,
                    reply_markup=keys if last else None,
                    reply_to_message_id=answers or None,
                    allow_sending_without_reply=True,
                )
            )
            if not sent:
                return False
        return True

    async def voice(self, address: int, audio: bytes, seconds: float) -> bool:
        """Sends a voice note."""
        return await self._tried(lambda: self._bot.send_voice(address, audio, duration=max(1, round(seconds))))

    async def acknowledge(self, query_id: str, text: str = "") -> None:
        """Ends the clock on a button; Telegram forgets old ones, and that is no fault."""
        with contextlib.suppress(TelegramError):
            await self._bot.answer_callback_query(query_id, text or None)

    async def leave(self, address: int) -> None:
        """Leaves a group."""
        with contextlib.suppress(TelegramError):
            await self._bot.leave_chat(address)

    async def download(self, file_id: str) -> bytes:
        """The bytes of a file.

        Raises:
            TelegramError: when it cannot be had.
        """
        got: list[bytes] = []

        async def fetch() -> None:
            file = await self._bot.get_file(file_id)
            got.append(bytes(await file.download_as_bytearray()))

        if not await self._tried(fetch):
            raise BadRequest("the file cannot be had")
        return got[-1]

    @asynccontextmanager
    async def at_work(self, address: int, action: str = ChatAction.TYPING) -> AsyncIterator[None]:
        """Shows "typing" (or "recording") for as long as the work takes."""
        task = asyncio.create_task(self._show(address, action))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _show(self, address: int, action: str) -> None:
        while True:
            with contextlib.suppress(TelegramError):
                await self._bot.send_chat_action(address, action)
            await self._wait(ACTION_EVERY_SECONDS)

    async def _tried(self, work: Callable[[], Awaitable[object]]) -> bool:
        """Does it, again after faults that pass; False where it can never be done.

        Raises:
            TelegramError: when the faults do not pass.
        """
        pause = FIRST_WAIT_SECONDS
        for attempt in range(TRIES):
            try:
                await work()
            except (Forbidden, BadRequest) as error:
                log.warning("telegram_refused", error=type(error).__name__)
                return False
            except RetryAfter as error:
                await self._wait(retry_seconds(error))
            except NetworkError:  # timeouts and faults of the server too
                if attempt == TRIES - 1:
                    raise
                await self._wait(pause)
                pause = min(LONGEST_WAIT_SECONDS, pause * 2)
            else:
                return True
        raise NetworkError("not sent")


def split(text: str, longest: int = int(MessageLimit.MAX_TEXT_LENGTH)) -> list[str]:
    """The text in pieces that fit into a message, cut between lines or words where there are any."""
    parts = []
    while len(text) > longest:
        cut = max(text.rfind("\n", 1, longest), text.rfind(" ", 1, longest))
        cut = cut if cut > 0 else longest
        parts.append(text[:cut])
        text = text[cut:].lstrip()
    return [*parts, text] if text or not parts else parts


def retry_seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    after: Any = error.retry_after
    return float(after.total_seconds()) if hasattr(after, "total_seconds") else float(after)
