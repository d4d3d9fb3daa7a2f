"""Messenger chats: updates stored until they are answered, which conversation goes on where, and invitations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from bot.records import codes
from bot.records.door import Door
from bot.records.work import insert_new
from bot.storage.models import ArrivalRow, ChatRow, ConversationRow, InvitationRow, ServiceRow
from dialogues.errors import SaysoError

INVITATION_DAYS = 90


@dataclass(frozen=True, slots=True)
class ChatView:
    """What is remembered of a chat; see `connectors.telegram.ports.Chat`."""

    conversation_id: str = ""
    by_voice: bool = False
    words_a_minute: int = 150
    amends: str = ""


@dataclass(frozen=True, slots=True)
class InvitationView:
    """What an invitation opens."""

    service: str
    preferred_name: str


class Chats(Door):
    """The part of `Records` about messengers."""

    async def take_in(self, channel: str, arrivals: Sequence[tuple[str, str]]) -> list[str]:
        """Stores `(update id, payload)` pairs, all or none; returns the ids that were new, in order."""
        new = []
        async with self._database.write() as connection:
            for update_id, payload in arrivals:
                values = {"channel": channel, "update_id": update_id, "arrived_at": self._clock(), "state": "new"}
                if await insert_new(connection, ArrivalRow, {**values, "payload": self._keys.encrypt(payload)}):
                    new.append(update_id)
        return new

    async def arrivals_waiting(self, channel: str) -> list[tuple[str, str]]:
        """Updates that are not done with, oldest first."""
        query = select(ArrivalRow.update_id, ArrivalRow.payload).where(
            ArrivalRow.channel == channel, ArrivalRow.state == "new"
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query.order_by(ArrivalRow.id))).all()
        return [(row.update_id, self._keys.decrypt(row.payload)) for row in rows]

    async def arrival_done(self, channel: str, update_id: str) -> None:
        """The update was answered: its payload goes, its id stays."""
        here = (ArrivalRow.channel == channel, ArrivalRow.update_id == update_id)
        async with self._database.write() as connection:
            done = update(ArrivalRow).where(*here)
            await connection.execute(done.values(state="done", payload="", done_at=self._clock()))

    async def chat(self, channel: str, address: str) -> ChatView:
        """The chat at an address; a new one where there was none."""
        query = select(ChatRow.__table__).where(ChatRow.address_hash == self._address_hash(channel, address))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            return ChatView()
        return ChatView(row.conversation_id or "", row.by_voice, row.words_a_minute, row.amends or "")

    async def keep_chat(self, channel: str, address: str, chat: ChatView) -> None:
        """Remembers a chat, and whose it is."""
        now, address_hash = self._clock(), self._address_hash(channel, address)
        async with self._database.write() as connection:
            whose = select(ConversationRow.participant_id).where(ConversationRow.id == chat.conversation_id)
            values: dict[str, Any] = {
                "address": self._keys.encrypt(address),
                "participant_id": await connection.scalar(whose),
                "conversation_id": chat.conversation_id or None,
                "by_voice": chat.by_voice,
                "words_a_minute": chat.words_a_minute,
                "amends": chat.amends or None,
                "updated_at": now,
            }
            known = update(ChatRow).where(ChatRow.address_hash == address_hash).values(**values)
            if not (await connection.execute(known)).rowcount:
                fixed = {"channel": channel, "address_hash": address_hash, "blocked": False, "created_at": now}
                await connection.execute(insert(ChatRow).values(**values, **fixed))

    async def block_chat(self, channel: str, address: str, *, blocked: bool) -> None:
        """Notes that the person does not want to hear from Sayso, or does again."""
        here = ChatRow.address_hash == self._address_hash(channel, address)
        async with self._database.write() as connection:
            await connection.execute(update(ChatRow).where(here).values(blocked=blocked, updated_at=self._clock()))

    async def invite(
        self,
        service: str,
        *,
        preferred_name: str = "",
        uses: int | None = 1,
        valid_for: timedelta = timedelta(days=INVITATION_DAYS),
    ) -> str:
        """Makes an invitation and returns its code, which is stored as a keyed hash only.

        Args:
            service: Id of the service to talk about.
            preferred_name: How the person likes to be called; "" for a code that many may use.
            uses: How often it opens a talk; None for any number.
            valid_for: How long it holds.

        Raises:
            SaysoError: `service_unknown`.
        """
        code, now = codes.new_resume_code(), self._clock()
        async with self._database.write() as connection:
            if await connection.scalar(select(ServiceRow.id).where(ServiceRow.id == service)) is None:
                raise SaysoError("service_unknown", "There is no such service. Set it up first, or choose another.")
            values = {
                "code": self._code_hash(codes.normalise_code(code)),
                "service_id": service,
                "preferred_name": self._keys.encrypt(preferred_name) if preferred_name else None,
                "uses_left": uses,
                "expires_at": now + valid_for,
                "created_at": now,
            }
            await connection.execute(insert(InvitationRow).values(**values))
        return code

    async def use_invitation(self, code: str) -> InvitationView | None:
        """What a code opens, using it; None for one that does not fit, is used up, or too old."""
        bare = codes.normalise_code(code)
        if not bare:
            return None
        async with self._database.write() as connection:
            query = select(InvitationRow.__table__).where(InvitationRow.code == self._code_hash(bare))
            row = (await connection.execute(query.with_for_update())).one_or_none()
            if row is None or not _holds(row.uses_left, row.expires_at, self._clock()):
                return None
            if row.uses_left is not None:
                used = update(InvitationRow).where(InvitationRow.id == row.id)
                await connection.execute(used.values(uses_left=row.uses_left - 1))
        name = self._keys.decrypt(row.preferred_name) if row.preferred_name else ""
        return InvitationView(row.service_id, name)

    def secret_for(self, purpose: str) -> str:
        """A secret that only who has the keys can make, the same at every start (64 hexadecimal digits)."""
        return self._keys.pseudonym("secret", purpose)

    def _address_hash(self, channel: str, address: str) -> str:
        return self._keys.pseudonym("chat", f"{channel}:{address}")


def _holds(uses_left: int | None, expires_at: datetime | None, now: datetime) -> bool:
    return (uses_left is None or uses_left > 0) and (expires_at is None or now <= expires_at)
