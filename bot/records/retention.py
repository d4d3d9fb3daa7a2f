"""Retention: what goes by itself, and when.

Source: "Defaults for data" of the product: transcripts 90 days, contributions 24 months, consent log 6 years,
paused conversations 14 days, recordings 7 days.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import call_data, erasure
from bot.records.views import Purged
from bot.storage.models import (
    ArrivalRow,
    ConsentRow,
    ContributionRow,
    ConversationRow,
    HearingRow,
    OutboxRow,
    RecordingRow,
    TalkRatingRow,
    TurnRow,
)

UNFINISHED_DAYS = 14
RECORDING_DAYS = 7
ARRIVAL_DAYS = 7  # longer than a messenger keeps what it could not deliver (Telegram: one day)
TRANSCRIPT_DAYS = 90
CONTRIBUTION_DAYS = 730  # 24 months
CONSENT_DAYS = 2190  # 6 years
_ENDED = ConversationRow.status == "ended"


async def purge(connection: AsyncConnection, now: datetime) -> Purged:
    """Removes everything whose time is over, in one transaction."""
    expired = await _expire_unfinished(connection, now)
    transcripts = await _purge_transcripts(connection, now - timedelta(days=TRANSCRIPT_DAYS))
    contributions = await _purge_contributions(connection, now - timedelta(days=CONTRIBUTION_DAYS))
    consents = await _count(connection, delete(ConsentRow).where(ConsentRow.at < now - timedelta(days=CONSENT_DAYS)))
    recordings = RecordingRow.created_at < now - timedelta(days=RECORDING_DAYS)
    await connection.execute(delete(RecordingRow).where(recordings))
    arrived = ArrivalRow.arrived_at < now - timedelta(days=ARRIVAL_DAYS)
    await connection.execute(delete(ArrivalRow).where(ArrivalRow.state == "done", arrived))
    sent = OutboxRow.sent_at < now - timedelta(days=TRANSCRIPT_DAYS)
    await connection.execute(delete(OutboxRow).where(OutboxRow.state == "sent", sent))
    await call_data.purge(connection, now)
    return Purged(transcripts=transcripts, contributions=contributions, expired=expired, consents=consents)


async def _expire_unfinished(connection: AsyncConnection, now: datetime) -> int:
    """Ends conversations that were paused, or left, for too long; without leave to keep them their words go."""
    idle = (ConversationRow.status == "open") & (ConversationRow.updated_at < now - timedelta(days=UNFINISHED_DAYS))
    over = (ConversationRow.status == "paused") & (ConversationRow.paused_until < now)
    query = select(
        ConversationRow.id,
        ConversationRow.participant_id,
        ConversationRow.consent_keep,
        ConversationRow.consent_take_part,
    ).where(or_(idle, over))
    rows = (await connection.execute(query)).all()
    ids = [row.id for row in rows]
    ended = {
        "status": "ended",
        "end_reason": "expired",
        "ended_at": now,
        "paused_until": None,
        "state": {},
        "previous": {},
    }
    await connection.execute(update(ConversationRow).where(ConversationRow.id.in_(ids)).values(**ended))
    await erasure.erase_all_but_consent(connection, [row.id for row in rows if row.consent_take_part is False])
    await erasure.erase_words(connection, [row.id for row in rows if row.consent_keep is not True])
    for participant_id in {row.participant_id for row in rows}:
        await erasure.forget_if_unneeded(connection, participant_id)
    return len(ids)


async def _purge_transcripts(connection: AsyncConnection, before: datetime) -> int:
    """Deletes turn texts, and what an ended conversation holds of them; quotes stand with their hash."""
    old = TurnRow.at < before
    blank = update(TurnRow).where(old, TurnRow.text.is_not(None)).values(text=None, reply=None)
    around = (ContributionRow.created_at < before, ContributionRow.context_redacted.is_not(None))
    await connection.execute(update(ContributionRow).where(*around).values(context_redacted=None))
    await connection.execute(update(TalkRatingRow).where(TalkRatingRow.at < before).values(text=None))
    ended = update(ConversationRow).where(_ENDED, ConversationRow.ended_at < before)
    await connection.execute(ended.values(state={}, previous={}, last_reply={}))
    await connection.execute(delete(HearingRow).where(HearingRow.created_at < before))
    return await _count(connection, blank)


async def _purge_contributions(connection: AsyncConnection, before: datetime) -> int:
    """Deletes contributions, and forgets people to whom nothing newer belongs."""
    removed = await _count(connection, delete(ContributionRow).where(ContributionRow.created_at < before))
    newer = select(ConversationRow.participant_id).where(or_(~_ENDED, ConversationRow.updated_at >= before))
    query = select(ConversationRow.participant_id).where(ConversationRow.participant_id.not_in(newer)).distinct()
    for participant_id in (await connection.scalars(query)).all():
        await erasure.forget_person(connection, participant_id)
    return removed


async def _count(connection: AsyncConnection, statement: Any) -> int:
    return int((await connection.execute(statement)).rowcount)
