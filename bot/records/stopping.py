"""Contact stops at one word, from anybody; and begins again when staff find that it was said in error."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import reaching
from bot.records.call_views import STOP_REASONS
from bot.records.door import Door
from bot.records.numbers import e164
from bot.records.work import insert_new
from bot.storage.models import CallbackRow, CallRow, ChatRow, ConversationRow, DoNotCallRow, PlannedCallRow
from dialogues.errors import SaysoError

STOPPED = "stopped"
EVERYWHERE = frozenset({"died", "hospital", "moved"})
"""Reasons for which no messenger is written to either; the others are about the telephone alone."""


class Stopping(Door):
    """The part of `Records` about numbers that are not to be rung."""

    async def stop_contact(self, number: str, reason: str, *, asked_by: str) -> int:
        """Nobody is rung on this number any more, at once.

        Planned calls are cancelled, reminders that wait are deleted, and call-backs closed. Alerts stay.

        Args:
            number: As written.
            reason: One of `STOP_REASONS`.
            asked_by: Who says so, for the audit; `phone` for somebody on the telephone.

        Returns:
            How many planned calls were cancelled.

        Raises:
            SaysoError: `number_invalid`, `reason_unknown`.
        """
        return await self._stop(self._keys.pseudonym("number", e164(number)), reason, asked_by)

    async def stop_contact_of(self, planned_id: str, reason: str, *, asked_by: str) -> int:
        """As `stop_contact`, for the number of a planned call.

        Raises:
            SaysoError: `call_unknown`, `reason_unknown`.
        """
        query = select(PlannedCallRow.number_hash).where(PlannedCallRow.id == planned_id)
        async with self._database.read() as connection:
            number_hash = await connection.scalar(query)
        if number_hash is None:
            raise SaysoError("call_unknown", "There is no such planned call, or its number is gone. Give the number.")
        return await self._stop(str(number_hash), reason, asked_by)

    async def take_up_contact(self, number: str, *, asked_by: str) -> bool:
        """It was said in error: what was stopped is taken up again, apart from reminders.

        Returns:
            False where the number was not stopped.

        Raises:
            SaysoError: `number_invalid`.
        """
        number_hash, now = self._keys.pseudonym("number", e164(number)), self._clock()
        async with self._database.write() as connection:
            here = DoNotCallRow.number_hash == number_hash
            at = await connection.scalar(select(DoNotCallRow.at).where(here))
            if at is None:
                return False
            await connection.execute(delete(DoNotCallRow).where(here))
            stopped = update(PlannedCallRow).where(
                PlannedCallRow.number_hash == number_hash,
                PlannedCallRow.state == "cancelled",
                PlannedCallRow.last_outcome == STOPPED,
            )
            too_late = stopped.where(PlannedCallRow.window_end <= now)
            await connection.execute(too_late.values(state="given_up", updated_at=now))
            await connection.execute(stopped.values(state="planned", updated_at=now))
            await self._reopen(connection, number_hash, at, now)
            await self._audit(connection, asked_by, "take_up_contact", number_hash[:16])
        self._wake()
        return True

    async def _stop(self, number_hash: str, reason: str, asked_by: str) -> int:
        if reason not in STOP_REASONS:
            raise SaysoError("reason_unknown", f"A reason is one of: {', '.join(STOP_REASONS)}.")
        now = self._clock()
        async with self._database.write() as connection:
            values = {"number_hash": number_hash, "reason": reason, "at": now}
            if not await insert_new(connection, DoNotCallRow, values):
                here = update(DoNotCallRow).where(DoNotCallRow.number_hash == number_hash)
                await connection.execute(here.values(reason=reason))
                first = select(DoNotCallRow.at).where(DoNotCallRow.number_hash == number_hash)
                now = await connection.scalar(first) or now
            calls = update(PlannedCallRow).where(
                PlannedCallRow.number_hash == number_hash, PlannedCallRow.state.in_(["planned", "calling"])
            )
            ended = {"state": "cancelled", "last_outcome": STOPPED, "claimed_until": None, "updated_at": now}
            cancelled = (await connection.execute(calls.values(**ended))).rowcount
            ids = (await connection.scalars(_conversations(number_hash))).all()
            await reaching.forget_messages(connection, ids)
            backs = update(CallbackRow).where(CallbackRow.conversation_id.in_(ids), CallbackRow.state == "open")
            await connection.execute(backs.values(state="cancelled", done_at=now))
            if reason in EVERYWHERE:
                chats = update(ChatRow).where(ChatRow.conversation_id.in_(ids), ChatRow.blocked.is_(False))
                await connection.execute(chats.values(blocked=True, updated_at=now))
            await self._audit(connection, asked_by, f"stop_contact_{reason}", number_hash[:16])
        return int(cancelled)

    async def _reopen(self, connection: AsyncConnection, number_hash: str, at: datetime, now: datetime) -> None:
        """Call-backs and chats that were closed in the moment of the stop."""
        ids = (await connection.scalars(_conversations(number_hash))).all()
        backs = update(CallbackRow).where(
            CallbackRow.conversation_id.in_(ids), CallbackRow.state == "cancelled", CallbackRow.done_at == at
        )
        await connection.execute(backs.values(state="open", done_at=None))
        chats = update(ChatRow).where(
            ChatRow.conversation_id.in_(ids), ChatRow.blocked.is_(True), ChatRow.updated_at == at
        )
        await connection.execute(chats.values(blocked=False, updated_at=now))


def _conversations(number_hash: str) -> Select[Any]:
    """All conversations of the people who were reached on a number."""
    called = select(CallRow.conversation_id).where(CallRow.number_hash == number_hash)
    planned = select(PlannedCallRow.conversation_id).where(PlannedCallRow.number_hash == number_hash)
    here = select(ConversationRow.participant_id).where(ConversationRow.id.in_(called.union(planned)))
    expected = select(PlannedCallRow.participant_id).where(PlannedCallRow.number_hash == number_hash)
    whose = or_(ConversationRow.participant_id.in_(here), ConversationRow.participant_id.in_(expected))
    return select(ConversationRow.id).where(whose)
