"""The only door to participants' data."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import codes
from bot.records.calls import Calls
from bot.records.chats import Chats
from bot.records.door import SELF, unknown_conversation
from bot.records.quote_checks import QuoteChecks
from bot.records.reading import Reading
from bot.records.staff_work import StaffWork
from bot.records.unit import Unit
from bot.records.views import (
    OpenedConversation,
    ServiceView,
)
from bot.records.work import Work, insert_new, seal_state
from bot.storage.models import (
    ContactRow,
    ConversationRow,
    ParticipantRow,
    ServiceRow,
)
from dialogues.errors import SaysoError

__all__ = ["SELF", "Records"]


class Records(Reading, StaffWork, QuoteChecks, Chats, Calls):
    """Stores and reads what people said.

    Args:
        database: Where.
        keys: Encrypt names, contacts and alerts.
        redact: A text with identities replaced; called off the event loop.
        clock: The time now, UTC and time zone aware.
        wake: Called after a commit that queued outgoing messages, so that they leave at once.
    """

    async def ensure_service(
        self, service: str, *, name: str, kind: str, organisation: str = "", sample: bool = False
    ) -> None:
        """Adds a service, or leaves the one with this id as it is."""
        values = {"id": service, "name": name, "kind": kind, "organisation": organisation}
        async with self._database.write() as connection:
            await insert_new(connection, ServiceRow, {**values, "sample": sample, "created_at": self._clock()})

    async def service(self, service: str) -> ServiceView:
        """What people talk about.

        Raises:
            SaysoError: `service_unknown`.
        """
        query = select(ServiceRow.id, ServiceRow.name, ServiceRow.kind, ServiceRow.organisation)
        async with self._database.read() as connection:
            row = (await connection.execute(query.where(ServiceRow.id == service))).one_or_none()
        if row is None:
            raise _unknown_service()
        return ServiceView(*row)

    async def services_heard(self) -> list[ServiceView]:
        """The services that anybody has talked about, by name."""
        heard = select(ConversationRow.service_id).distinct()
        query = select(ServiceRow.id, ServiceRow.name, ServiceRow.kind, ServiceRow.organisation)
        async with self._database.read() as connection:
            rows = await connection.execute(query.where(ServiceRow.id.in_(heard)).order_by(ServiceRow.name))
            return [ServiceView(*row) for row in rows]

    @staticmethod
    def new_resume_code() -> str:
        """A fresh code that takes a conversation up again."""
        return codes.new_resume_code()

    async def open_conversation(
        self,
        *,
        service: str,
        channel: str,
        preferred_name: str,
        dialogue_version: str,
        state: Mapping[str, Any],
        reply: Mapping[str, Any],
        identity: str | None = None,
        resume_code: str = "",
    ) -> OpenedConversation:
        """Opens a conversation.

        Args:
            service: Id of a service that exists.
            channel: Where it happens.
            preferred_name: What the person likes to be called; "" when unknown.
            dialogue_version: Version of the dialogue files.
            state: The manager's first state.
            reply: The first reply.
            identity: What recognises the same person again (a telephone number, a Telegram id), so that people and
                not conversations are counted; only its keyed hash is stored. None for somebody unknown.
            resume_code: A code from `new_resume_code`, where the first words already name it; "" makes one.

        Raises:
            SaysoError: `service_unknown`.
        """
        opened = OpenedConversation(codes.new_conversation_id(), resume_code or codes.new_resume_code())
        now = self._clock()
        async with self._database.write() as connection:
            await _require_service(connection, service)
            participant_id = await self._participant(connection, identity, preferred_name, now)
            values = {
                "id": opened.conversation_id,
                "participant_id": participant_id,
                "service_id": service,
                "channels": [channel],
                "state": seal_state(self._keys, state),
                "last_reply": dict(reply),
                "dialogue_version": dialogue_version,
                "resume_code": self._code_hash(codes.normalise_code(opened.resume_code)),
                "created_at": now,
                "updated_at": now,
            }
            await connection.execute(insert(ConversationRow).values(**values))
        return opened

    @asynccontextmanager
    async def unit(self, conversation_id: str) -> AsyncIterator[Unit]:
        """ONE transaction of a conversation: commits at the end, rolls back on any exception.

        Raises:
            SaysoError: `conversation_unknown`.
        """
        async with self._database.write() as connection:
            query = (
                select(ConversationRow.__table__, ParticipantRow.preferred_name)
                .join(ParticipantRow, ParticipantRow.id == ConversationRow.participant_id)
                .where(ConversationRow.id == conversation_id)
                .with_for_update(of=ConversationRow)
            )
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                raise unknown_conversation()
            unit = Unit(Work(connection, row, self._keys, self._redact, self._clock()))
            yield unit
            enqueued = await unit.close()
        if enqueued:
            self._wake()

    async def save_contact(self, conversation_id: str, *, kind: str, value: str) -> None:
        """Keeps a way to reach the person (`phone`, `telegram`, `post`), encrypted and apart."""
        async with self._database.write() as connection:
            participant_id = await self._participant_of(connection, conversation_id)
            same = (ContactRow.participant_id == participant_id, ContactRow.kind == kind)
            token = self._keys.encrypt(value)
            values = {"participant_id": participant_id, "kind": kind, "value": token, "created_at": self._clock()}
            if not await insert_new(connection, ContactRow, values):
                await connection.execute(update(ContactRow).where(*same).values(value=token))

    async def _participant(
        self, connection: AsyncConnection, identity: str | None, preferred_name: str, now: datetime
    ) -> int:
        pseudonym = self._keys.pseudonym("participant", identity or uuid.uuid4().hex)
        name = self._keys.encrypt(preferred_name) if preferred_name else None
        values: dict[str, Any] = {"pseudonym": pseudonym, "preferred_name": name, "access_needs": {}, "created_at": now}
        is_new = await insert_new(connection, ParticipantRow, values)
        here = ParticipantRow.pseudonym == pseudonym
        if name and not is_new:
            await connection.execute(update(ParticipantRow).where(here).values(preferred_name=name))
        return int((await connection.execute(select(ParticipantRow.id).where(here))).scalar_one())


async def _require_service(connection: AsyncConnection, service: str) -> None:
    if await connection.scalar(select(ServiceRow.id).where(ServiceRow.id == service)) is None:
        raise _unknown_service()


def _unknown_service() -> SaysoError:
    return SaysoError("service_unknown", "There is no such service. Set it up first, or choose another.")
