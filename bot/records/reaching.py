"""Messages that Sayso sends of itself: only with leave to contact, only while a chat is open, only in agreed hours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.work import Work
from bot.storage.models import ChatRow, OutboxRow

LONDON = ZoneInfo("Europe/London")
_REMINDER, _CALL_BACK = "reminder", "callback"


@dataclass(frozen=True, slots=True)
class AgreedHours:
    """When people may be written to or rung. Source: the product's plan, agreed slots, 09:00 to 20:00 local.

    Attributes:
        start: From when.
        end: Until when.
        zone: Where people live.
    """

    start: time = time(9)
    end: time = time(20)
    zone: ZoneInfo = LONDON

    def next(self, moment: datetime) -> datetime:
        """The moment itself where it lies within the hours, else the next start of them."""
        local = moment.astimezone(self.zone)
        if self.start <= local.time() < self.end:
            return moment
        day = local.date() + timedelta(days=local.time() >= self.end)
        return datetime.combine(day, self.start, self.zone).astimezone(moment.tzinfo)


async def remind(work: Work, text: str, at: datetime) -> None:
    """Queues a reminder of a talk that waits, where the person agreed to be contacted and can be."""
    if work.current("consent_contact") is not True:
        return
    chats = select(ChatRow.channel, ChatRow.address).where(
        ChatRow.conversation_id == work.conversation_id, ChatRow.address.is_not(None), ChatRow.blocked.is_(False)
    )
    chat = (await work.execute(chats.limit(1))).one_or_none()
    if chat is None:
        return
    payload = json.dumps({"address": work.keys.decrypt(chat.address), "text": text})
    key = f"{_REMINDER}:{work.conversation_id}:{work.current('turn_count')}"
    await work.enqueue(chat.channel, payload, key, not_before=at)


async def forget_reminders(connection: AsyncConnection, conversation_ids: Sequence[str]) -> None:
    """Takes back reminders that have not left."""
    await _forget(connection, conversation_ids, (_REMINDER,))


async def forget_messages(connection: AsyncConnection, conversation_ids: Sequence[str]) -> None:
    """Takes back what has not left and would lead to contact: reminders, and calls for a call-back. Alerts stay."""
    await _forget(connection, conversation_ids, (_REMINDER, _CALL_BACK))


async def _forget(connection: AsyncConnection, conversation_ids: Sequence[str], kinds: Sequence[str]) -> None:
    if not conversation_ids:
        return
    of_these = or_(*(OutboxRow.dedupe_key.startswith(f"{kind}:{each}:") for kind in kinds for each in conversation_ids))
    await connection.execute(delete(OutboxRow).where(OutboxRow.state == "queued", of_these))
