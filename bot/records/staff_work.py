"""What staff do to records: erasing, working through alerts and call-backs. All of it is audited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from bot.records import erasure, retention
from bot.records.door import Door
from bot.records.views import (
    Purged,
)
from bot.storage import audit
from bot.storage.models import (
    AlertRow,
    CallbackRow,
    ConversationRow,
)
from dialogues.errors import SaysoError


class StaffWork(Door):
    """The part of `Records` for staff and for the daily clean-up."""

    async def erase(self, conversation_id: str, *, asked_by: str) -> None:
        """Withdraws the person from everything: every point, every word, name and contact, in all conversations.

        The consent log and safeguarding alerts stay.
        """
        async with self._database.write() as connection:
            participant_id = await self._participant_of(connection, conversation_id)
            ids = await erasure.withdraw_everything(connection, participant_id)
            now = self._clock()
            ended = {"status": "ended", "end_reason": "withdrawn", "ended_at": now, "updated_at": now}
            await connection.execute(update(ConversationRow).where(ConversationRow.id.in_(ids)).values(**ended))
            await self._audit(connection, asked_by, "erase", conversation_id)

    async def purge(self, now: datetime | None = None) -> Purged:
        """Applies retention; `bot/purging.py` calls it by the clock."""
        moment = now or self._clock()
        async with self._database.write() as connection:
            purged = await retention.purge(connection, moment)
            detail = {"transcripts": purged.transcripts, "contributions": purged.contributions}
            if purged != Purged():
                await audit.append(
                    connection, who="sayso", action="purge", subject="retention", at=moment, detail=detail
                )
        return purged

    async def set_alert_state(self, alert_id: int, state: str, *, asked_by: str) -> None:
        """Moves an alert to `acknowledged` or `closed`."""
        columns = {"acknowledged": "acknowledged_at", "closed": "closed_at"}
        if state not in columns:
            raise SaysoError("state_unknown", "An alert can be acknowledged or closed.")
        async with self._database.write() as connection:
            values = {"state": state, columns[state]: self._clock()}
            await connection.execute(update(AlertRow).where(AlertRow.id == alert_id).values(**values))
            await self._audit(connection, asked_by, f"alert_{state}", str(alert_id))

    async def close_callback(self, callback_id: int, *, asked_by: str) -> None:
        """Marks a call-back as done."""
        async with self._database.write() as connection:
            here = update(CallbackRow).where(CallbackRow.id == callback_id, CallbackRow.state == "open")
            await connection.execute(here.values(state="done", done_at=self._clock()))
            await self._audit(connection, asked_by, "callback_done", str(callback_id))
