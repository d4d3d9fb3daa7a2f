"""The log of calls, in and out, and what it tells: which talks wait on a number."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.call_views import UnfinishedTalk
from bot.records.codes import codes_of_keys
from bot.records.door import Door
from bot.records.numbers import e164
from bot.records.work import insert_new, open_state
from bot.storage.models import CallbackRow, CallRow, ConversationRow, DoNotCallRow, ParticipantRow, PlannedCallRow
from dialogues.errors import SaysoError

TALK_SECONDS = 3 * 3600.0
"""How long a call may go on before it counts as lost; longer than any talk."""

_HASHES_AT_ONCE = 500


class CallLog(Door):
    """The part of `Records` about calls that take place."""

    async def call_began(self, call_id: str, direction: str, *, number: str = "", planned_id: str = "") -> None:
        """Remembers that a call began, once; of a planned one too that it is under way.

        Args:
            call_id: The transport's id; never a number.
            direction: `inbound` or `outbound`.
            number: The other side's; "" where it is withheld. What is no number is taken as withheld.
            planned_id: The planned call that it carries out; "" otherwise.
        """
        now, whose = self._clock(), _number(number)
        async with self._database.write() as connection:
            known = select(PlannedCallRow.number, PlannedCallRow.number_hash).where(PlannedCallRow.id == planned_id)
            planned = (await connection.execute(known)).one_or_none()
            values: dict[str, Any] = {
                "call_id": call_id[:200],
                "direction": direction,
                "number": self._keys.encrypt(whose) if whose else planned and planned.number,
                "number_hash": self._number_hash(whose) if whose else planned and planned.number_hash,
                "planned_id": planned_id if planned else None,
                "started_at": now,
            }
            if await insert_new(connection, CallRow, values) and planned:
                under_way = update(PlannedCallRow).where(
                    PlannedCallRow.id == planned_id, PlannedCallRow.state == "calling"
                )
                lease = now + timedelta(seconds=TALK_SECONDS)
                same = func.coalesce(PlannedCallRow.call_id, call_id[:200])
                await connection.execute(under_way.values(claimed_until=lease, call_id=same))

    async def call_talks(self, call_id: str, conversation_id: str) -> None:
        """Remembers which conversation is held on a call, and that a planned call has found its person.

        Raises:
            SaysoError: `conversation_unknown`.
        """
        async with self._database.write() as connection:
            whose = await self._participant_of(connection, conversation_id)
            here = CallRow.call_id == call_id[:200]
            await connection.execute(update(CallRow).where(here).values(conversation_id=conversation_id))
            planned_id = await connection.scalar(select(CallRow.planned_id).where(here))
            found = update(PlannedCallRow).where(PlannedCallRow.id == planned_id)
            values = {"conversation_id": conversation_id, "participant_id": whose, "updated_at": self._clock()}
            await connection.execute(found.values(**values))

    async def call_ended(self, call_id: str, outcome: str) -> None:
        """Remembers that a call ended, and how (at most 16 characters)."""
        here = update(CallRow).where(CallRow.call_id == call_id[:200], CallRow.ended_at.is_(None))
        async with self._database.write() as connection:
            await connection.execute(here.values(ended_at=self._clock(), outcome=outcome))

    async def conversation_of_call(self, call_id: str) -> str:
        """Id of the conversation that is held on a call; "" where there is none."""
        query = select(CallRow.conversation_id).where(CallRow.call_id == call_id[:200])
        async with self._database.read() as connection:
            return str(await connection.scalar(query) or "")

    async def unfinished_talks(self, number: str) -> list[UnfinishedTalk]:
        """The talks that wait on a number, the latest first; several people may share a telephone."""
        whose = _number(number)
        if not whose:
            return []
        hashed, now = self._number_hash(whose), self._clock()
        called = select(CallRow.conversation_id).where(CallRow.number_hash == hashed)
        planned = select(PlannedCallRow.conversation_id).where(PlannedCallRow.number_hash == hashed)
        query = (
            select(
                ConversationRow.id,
                ConversationRow.service_id,
                ConversationRow.state,
                ConversationRow.updated_at,
                ParticipantRow.preferred_name,
            )
            .join(ParticipantRow, ParticipantRow.id == ConversationRow.participant_id)
            .where(
                ConversationRow.status != "ended",
                ConversationRow.words_erased.is_(False),
                or_(ConversationRow.paused_until.is_(None), ConversationRow.paused_until >= now),
                ConversationRow.id.in_(called.union(planned)),
            )
            .order_by(ConversationRow.updated_at.desc(), ConversationRow.id)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [
            UnfinishedTalk(
                conversation_id=row.id,
                service=row.service_id,
                preferred_name=self._keys.decrypt(row.preferred_name) if row.preferred_name else "",
                resume_code=str(open_state(self._keys, row.state).get("code", "")),
                updated_at=row.updated_at,
            )
            for row in rows
        ]

    async def talks_wait(self) -> bool:
        """True where some talk was put off and can be taken up by its code."""
        waits = (ConversationRow.status == "paused", ConversationRow.paused_until >= self._clock())
        query = select(ConversationRow.id).where(*waits, ConversationRow.words_erased.is_(False)).limit(1)
        async with self._database.read() as connection:
            return await connection.scalar(query) is not None

    async def code_of_keys(self, keys: str) -> str:
        """The code of the unfinished talk that eight keys stand for; "" where there is none, or more than one."""
        codes = await asyncio.to_thread(self._codes_by_hash, keys)
        hashed, found = list(codes), list[str]()
        async with self._database.read() as connection:
            for start in range(0, len(hashed), _HASHES_AT_ONCE):
                same = ConversationRow.resume_code.in_(hashed[start : start + _HASHES_AT_ONCE])
                query = select(ConversationRow.resume_code).where(same, ConversationRow.status != "ended")
                found += (await connection.scalars(query)).all()
        return codes[found[0]] if len(found) == 1 else ""

    def _codes_by_hash(self, keys: str) -> dict[str, str]:
        return {self._code_hash(code): code for code in codes_of_keys(keys)}

    async def book_call_back(self, conversation_id: str, reason: str, *, urgent: bool = False) -> bool:
        """Puts the person of a conversation on the call-back list; False where they are on it already.

        Raises:
            SaysoError: `conversation_unknown`.
        """
        is_open = (CallbackRow.conversation_id == conversation_id, CallbackRow.state == "open")
        async with self._database.write() as connection:
            await self._participant_of(connection, conversation_id)
            same = select(CallbackRow.id).where(*is_open, CallbackRow.reason == reason, CallbackRow.urgent == urgent)
            if await connection.scalar(same.limit(1)) is not None:
                return False
            values = {"conversation_id": conversation_id, "reason": reason, "urgent": urgent}
            await connection.execute(insert(CallbackRow).values(**values, requested_at=self._clock()))
        return True

    async def is_stopped(self, number: str) -> bool:
        """True for a number that is not to be rung."""
        whose = _number(number)
        async with self._database.read() as connection:
            return bool(whose) and await self._is_stopped(connection, self._number_hash(whose))

    async def _is_stopped(self, connection: AsyncConnection, number_hash: str | None) -> bool:
        here = select(DoNotCallRow.id).where(DoNotCallRow.number_hash == number_hash)
        return await connection.scalar(here) is not None

    def _number_hash(self, number: str) -> str:
        return self._keys.pseudonym("number", number)


def _number(text: str) -> str:
    """The number, or "" for what is none: "anonymous", "withheld"."""
    try:
        return e164(text)
    except SaysoError:
        return ""
