"""The queue of updates: kept until the bot confirms them, as documented under getUpdates."""

from __future__ import annotations

import asyncio

from bot_api_wire import OTHER_POLL, ApiError, Json

FIRST_UPDATE_ID = 481_620_001
LONGEST_POLL_SECONDS = 50
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
"""Source: Telegram Bot API, getUpdates, allowed_updates."""


class Updates:
    """What the bot has not confirmed yet.

    Attributes:
        allowed: The kinds the bot asked for; None for the default. Holds for updates that come from now on.
        changed: Set whenever there is something new.
    """

    def __init__(self) -> None:
        self.allowed: set[str] | None = None
        self.changed = asyncio.Event()
        self._next_id = FIRST_UPDATE_ID
        self._kept: list[Json] = []
        self._again: list[Json] = []
        self._poll: asyncio.Future[None] | None = None

    def add(self, kind: str, content: Json) -> Json | None:
        """Makes an update; None when the bot did not ask for this kind."""
        wanted = kind not in NOT_BY_DEFAULT if self.allowed is None else kind in self.allowed
        if not wanted:
            return None
        update = {"update_id": self._next_id, kind: content}
        self._next_id += 1
        self._kept.append(update)
        self._wake()
        return update

    def add_again(self, update: Json) -> None:
        """Delivers an update once more, whether it was confirmed or not."""
        self._again.append({**update})
        self._wake()

    def waiting(self) -> list[Json]:
        """All that is not confirmed."""
        return [*self._again, *self._kept]

    def delivered(self, update: Json) -> None:
        """The webhook took it."""
        self._again = [kept for kept in self._again if kept is not update]
        self._kept = [kept for kept in self._kept if kept is not update]

    def forget_all(self) -> None:
        """As with `drop_pending_updates`."""
        self._kept, self._again = [], []

    async def poll(self, offset: int, limit: int, seconds: int) -> list[Json]:
        """Answers getUpdates.

        Updates below the offset are confirmed and forgotten; a negative offset keeps so many from the end. What is
        delivered stays until it is confirmed.

        Raises:
            ApiError: 409 when another getUpdates, or a webhook, takes the place of this one.
        """
        if offset < 0:
            self._kept = self._kept[offset:]
        else:
            self._kept = [update for update in self._kept if update["update_id"] >= offset]
        if seconds > 0 and not self.waiting():
            await self._wait(seconds)
        again, self._again = self._again[:limit], self._again[limit:]
        return [*again, *self._kept[: limit - len(again)]]

    def interrupt(self, error: ApiError) -> None:
        """Ends the long poll that waits, if any."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(error)

    async def _wait(self, seconds: int) -> None:
        self.interrupt(ApiError(409, OTHER_POLL))
        mine = self._poll = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await mine
        except TimeoutError:
            pass
        finally:
            if self._poll is mine:
                self._poll = None

    def _wake(self) -> None:
        self.changed.set()
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
