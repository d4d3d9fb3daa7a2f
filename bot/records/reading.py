"""Reading records. Every reading says who asks, and is audited unless people look at what is their own."""

from __future__ import annotations

from sqlalchemy import select

from bot.records import access, codes
from bot.records.door import Door, unknown_conversation
from bot.records.views import (
    AlertView,
    CallbackView,
    ContributionView,
    ConversationView,
    SpokenTurn,
    TurnView,
)
from bot.storage.models import (
    ContactRow,
    ConversationRow,
    ParticipantRow,
    RecordingRow,
    TurnRow,
)


class Reading(Door):
    """The part of `Records` that reads."""

    async def find_by_resume_code(self, code: str) -> str | None:
        """The id of the unfinished conversation with this code, however it was typed; None when there is none."""
        bare = codes.normalise_code(code)
        query = select(ConversationRow.id, ConversationRow.paused_until).where(
            ConversationRow.resume_code == self._code_hash(bare), ConversationRow.status != "ended"
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if not bare or row is None or (row.paused_until is not None and row.paused_until < self._clock()):
            return None
        return str(row.id)

    async def access_needs(self, conversation_id: str) -> dict[str, str]:
        """What helps the person of a conversation to hear: `pace` slower or faster, `volume` louder, `helper` yes."""
        query = (
            select(ParticipantRow.access_needs)
            .join(ConversationRow, ConversationRow.participant_id == ParticipantRow.id)
            .where(ConversationRow.id == conversation_id)
        )
        async with self._database.read() as connection:
            return dict(await connection.scalar(query) or {})

    async def conversation(self, conversation_id: str) -> ConversationView:
        """Where a conversation stands, without taking its lock.

        Raises:
            SaysoError: `conversation_unknown`.
        """
        async with self._database.read() as connection:
            view = await access.conversation(connection, self._keys, conversation_id)
        if view is None:
            raise unknown_conversation()
        return view

    async def spoken(self, conversation_id: str, message_id: str) -> SpokenTurn | None:
        """A spoken turn by its message; None when there is none, or its words are gone."""
        async with self._database.read() as connection:
            return await access.spoken(connection, conversation_id, message_id)

    async def recording(self, conversation_id: str, turn_number: int) -> bytes | None:
        """The audio of a turn; None when it is gone, or there never was any."""
        query = select(RecordingRow.audio).where(
            RecordingRow.conversation_id == conversation_id, RecordingRow.turn_number == turn_number
        )
        async with self._database.read() as connection:
            audio = await connection.scalar(query)
        return None if audio is None else self._keys.decrypt_bytes(audio)

    async def contributions(self, conversation_id: str, *, asked_by: str) -> list[ContributionView]:
        """The points of a conversation; withdrawn ones are in no reading."""
        await self._note_access(asked_by, "read_contributions", conversation_id)
        async with self._database.read() as connection:
            return await access.contributions(connection, conversation_id)

    async def transcript(self, conversation_id: str, *, asked_by: str) -> list[TurnView]:
        """The turns of a conversation."""
        await self._note_access(asked_by, "read_transcript", conversation_id)
        async with self._database.read() as connection:
            return await access.transcript(connection, conversation_id)

    async def message_ids(self, conversation_id: str, *, asked_by: str) -> list[str]:
        """The ids of the messages that were handled, in order."""
        await self._note_access(asked_by, "read_message_ids", conversation_id)
        query = select(TurnRow.message_id).where(
            TurnRow.conversation_id == conversation_id, TurnRow.message_id.is_not(None)
        )
        async with self._database.read() as connection:
            return [str(i) for i in (await connection.scalars(query.order_by(TurnRow.number))).all()]

    async def alerts(self, *, asked_by: str, state: str | None = None) -> list[AlertView]:
        """Safeguarding alerts, the newest first."""
        await self._note_access(asked_by, "read_alerts", state or "all")
        async with self._database.read() as connection:
            return await access.alerts(connection, self._keys, state=state)

    async def callbacks(self, *, asked_by: str, state: str | None = "open") -> list[CallbackView]:
        """People who asked for a person."""
        await self._note_access(asked_by, "read_callbacks", state or "all")
        async with self._database.read() as connection:
            return await access.callbacks(connection, self._keys, state=state)

    async def contacts(self, conversation_id: str, *, asked_by: str) -> dict[str, str]:
        """Ways to reach the person of a conversation, by kind."""
        await self._note_access(asked_by, "read_contacts", conversation_id)
        query = (
            select(ContactRow.kind, ContactRow.value)
            .join(ConversationRow, ConversationRow.participant_id == ContactRow.participant_id)
            .where(ConversationRow.id == conversation_id)
        )
        async with self._database.read() as connection:
            return {row.kind: self._keys.decrypt(row.value) for row in await connection.execute(query)}
