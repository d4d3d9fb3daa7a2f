"""What people see and hear of a chat of the double."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot_api_chats import Chat
from bot_api_heard import Heard, Rows, keyboard_rows
from bot_api_wire import Json
from bot_api_world import World


@dataclass(frozen=True)
class Said:
    """Something a person did.

    Attributes:
        update: What the bot gets of it; None when it gets nothing.
        message_id: The number of the message.
        query_id: The id of the callback query, after an inline button.
    """

    update: Json | None
    message_id: int = 0
    query_id: str = ""

    @property
    def update_id(self) -> int:
        """The id of the update; 0 where there is none."""
        return int(self.update["update_id"]) if self.update else 0


class Listener:
    """Looks at a chat, as the people in it do."""

    def __init__(self, world: World, chat: Chat) -> None:
        self._world, self.chat = world, chat

    async def hears(self, timeout: float = 10.0) -> Heard:  # noqa: ASYNC109
        """The bot's next message, in order.

        Raises:
            AssertionError: None came in time.
        """
        try:
            async with asyncio.timeout(timeout):
                return await self.chat.sent.get()
        except TimeoutError:
            raise AssertionError(f"nothing heard within {timeout:g} s") from None

    async def hears_all(self, quiet: float = 0.3) -> list[Heard]:
        """The bot's next messages, until it is quiet for so many seconds."""
        got: list[Heard] = []
        while True:
            try:
                got.append(await self.hears(quiet))
            except AssertionError:
                return got

    async def hears_nothing(self, seconds: float = 0.3) -> None:
        """Fails if the bot says something.

        Raises:
            AssertionError: It did.
        """
        if said := await self.hears_all(seconds):
            raise AssertionError(f"heard {[one.text for one in said]}")

    def sees(self, message_id: int) -> Heard:
        """A message of the bot as it is now, after all edits."""
        return self._world.look(self.chat, message_id)

    @property
    def keyboard(self) -> Rows:
        """The reply keyboard that is shown now."""
        return keyboard_rows(self.chat.keyboard)
