"""What goes of calls when a person is forgotten, and when its time is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.call_views import RESUME
from bot.storage.models import CallRow, ConversationRow, PlannedCallRow

NUMBER_DAYS = 14
"""How long the number of a call is kept that nothing more follows from; as long as an unfinished talk waits."""
CALL_DAYS = 90
"""How long it is kept that there was a call; as long as transcripts."""
_NO_NUMBER: dict[str, Any] = {"number": None, "number_hash": None}
_NOBODY: dict[str, Any] = {**_NO_NUMBER, "preferred_name": None, "code_word": None}
_OPEN = PlannedCallRow.state.in_(["planned", "calling"])


async def forget(connection: AsyncConnection, participant_id: int) -> None:
    """Cancels what is planned for a person, and deletes name, number and code word; "do not ring" stays."""
    planned = update(PlannedCallRow).where(_planned_for(participant_id))
    waits = planned.where(PlannedCallRow.state == "planned")
    await connection.execute(waits.values(state="cancelled", claimed_until=None))
    await connection.execute(planned.values(**_NOBODY))
    for_them = select(PlannedCallRow.id).where(_planned_for(participant_id))
    theirs = or_(CallRow.conversation_id.in_(_conversations(participant_id)), CallRow.planned_id.in_(for_them))
    await connection.execute(update(CallRow).where(theirs).values(**_NO_NUMBER))


async def is_owed(connection: AsyncConnection, participant_id: int) -> bool:
    """True while a call is planned for a person, other than to go on with a talk that is over."""
    over = select(ConversationRow.id).where(ConversationRow.status == "ended")
    idle = (PlannedCallRow.kind == RESUME) & PlannedCallRow.conversation_id.in_(over)
    query = select(PlannedCallRow.id).where(_planned_for(participant_id), PlannedCallRow.state == "planned", ~idle)
    return await connection.scalar(query.limit(1)) is not None


async def purge(connection: AsyncConnection, now: datetime) -> None:
    """Forgets numbers after 14 days, and calls after 90; a slot that went by unused is given up."""
    unneeded, old = now - timedelta(days=NUMBER_DAYS), now - timedelta(days=CALL_DAYS)
    missed = update(PlannedCallRow).where(_OPEN, PlannedCallRow.window_end < unneeded)
    await connection.execute(missed.values(state="given_up", claimed_until=None, updated_at=now))
    closed = update(PlannedCallRow).where(~_OPEN, PlannedCallRow.updated_at < unneeded)
    await connection.execute(closed.where(PlannedCallRow.number_hash.is_not(None)).values(**_NOBODY))
    waiting = select(ConversationRow.id).where(ConversationRow.status != "ended")
    idle = or_(CallRow.conversation_id.is_(None), CallRow.conversation_id.not_in(waiting))
    numbers = update(CallRow).where(CallRow.started_at < unneeded, CallRow.number_hash.is_not(None), idle)
    await connection.execute(numbers.values(**_NO_NUMBER))
    await connection.execute(delete(CallRow).where(CallRow.started_at < old))
    await connection.execute(delete(PlannedCallRow).where(~_OPEN, PlannedCallRow.updated_at < old))


def _conversations(participant_id: int) -> Select[Any]:
    return select(ConversationRow.id).where(ConversationRow.participant_id == participant_id)


def _planned_for(participant_id: int) -> ColumnElement[bool]:
    mine = PlannedCallRow.conversation_id.in_(_conversations(participant_id))
    return or_(PlannedCallRow.participant_id == participant_id, mine)
