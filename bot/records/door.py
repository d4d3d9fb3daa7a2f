"""What every part of the records has: the database, the keys, and the audit of who asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import audit
from bot.storage.database import Database
from bot.storage.keys import Keys
from bot.storage.models import ConversationRow
from dialogues.errors import SaysoError

SELF = "participant"
"""Who asks when people look at what is their own; the only reading that the audit leaves out."""


class Door:
    """The shared inside of `Records`; see there for the arguments."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        redact: Callable[[str], str],
        clock: Callable[[], datetime],
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._keys = keys
        self._redact = redact
        self._clock = clock
        self._wake = wake

    async def _participant_of(self, connection: AsyncConnection, conversation_id: str) -> int:
        query = select(ConversationRow.participant_id).where(ConversationRow.id == conversation_id)
        participant_id = await connection.scalar(query)
        if participant_id is None:
            raise unknown_conversation()
        return int(participant_id)

    def _code_hash(self, bare_code: str) -> str:
        return self._keys.pseudonym("resume", bare_code)

    async def _note_access(self, asked_by: str, action: str, subject: str) -> None:
        if asked_by == SELF:
            return
        async with self._database.write() as connection:
            await self._audit(connection, asked_by, action, subject)

    async def _audit(self, connection: AsyncConnection, who: str, action: str, subject: str) -> None:
        await audit.append(connection, who=who, action=action, subject=subject, at=self._clock())


def unknown_conversation() -> SaysoError:
    """The error for an id that belongs to no conversation."""
    return SaysoError("conversation_unknown", "There is no such conversation. Open a new one.")
