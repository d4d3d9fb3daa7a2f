"""Queries that read participants' data. Only `Records` calls them, and it names who asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.views import (
    AlertView,
    CallbackView,
    ContributionView,
    ConversationView,
    SpokenTurn,
    TurnView,
)
from bot.records.work import open_state
from bot.storage.keys import Keys
from bot.storage.models import (
    AlertRow,
    CallbackRow,
    ContributionRow,
    ConversationRow,
    HearingRow,
    ParticipantRow,
    TurnRow,
)
from dialogues.types import Status


async def conversation(connection: AsyncConnection, keys: Keys, conversation_id: str) -> ConversationView | None:
    """One conversation; None when there is none."""
    query = select(ConversationRow.__table__).where(ConversationRow.id == conversation_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return ConversationView(
        conversation_id=row.id,
        service=row.service_id,
        status=row.status,
        end_reason=row.end_reason,
        dialogue_version=row.dialogue_version,
        state=open_state(keys, row.state),
        previous=open_state(keys, row.previous),
        last_reply=row.last_reply,
        turn_count=row.turn_count,
        paused_until=row.paused_until,
        sample=row.sample,
    )


async def spoken(connection: AsyncConnection, conversation_id: str, message_id: str) -> SpokenTurn | None:
    """A spoken turn by its message; None when there is none, or its words are gone."""
    mine = TurnRow.conversation_id == conversation_id
    heard = (HearingRow.conversation_id == conversation_id) & (HearingRow.turn_number == TurnRow.number)
    query = (
        select(TurnRow.number, TurnRow.text, TurnRow.voice, HearingRow.text.label("heard"))
        .join(HearingRow, heard & (HearingRow.state == "live"))
        .where(mine, TurnRow.message_id == message_id)
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None or row.text is None:
        return None
    before = select(TurnRow.text, TurnRow.expects, TurnRow.purpose).where(
        mine, TurnRow.speaker == "bot", TurnRow.number < row.number
    )
    asked = (await connection.execute(before.order_by(TurnRow.number.desc()).limit(1))).one_or_none()
    question, expects, purpose = tuple(asked) if asked else ("", None, None)
    return SpokenTurn(row.number, row.text, row.voice, question or "", expects, purpose, row.text == row.heard)


async def contributions(connection: AsyncConnection, conversation_id: str) -> list[ContributionView]:
    """The points of a conversation that were not withdrawn, in the order they were heard."""
    query = (
        select(ContributionRow.__table__)
        .where(ContributionRow.conversation_id == conversation_id, ContributionRow.status != Status.WITHDRAWN)
        .order_by(ContributionRow.id)
    )
    return [_contribution(row) for row in (await connection.execute(query)).all()]


def _contribution(row: Row[Any]) -> ContributionView:
    return ContributionView(
        conversation_id=row.conversation_id,
        point_id=row.point_id,
        turn_number=row.turn_number,
        start=row.start,
        end=row.end,
        quote=row.quote,
        quote_redacted=row.quote_redacted,
        quote_hash=row.quote_hash,
        label=row.label,
        kinds=tuple(row.kinds),
        themes=tuple(row.themes),
        sentiment=row.sentiment,
        sense=row.sense,
        sense_quote=row.sense_quote,
        i_statement=row.i_statement,
        read_back=row.read_back,
        correction_note=row.correction_note,
        beans=row.beans,
        status=row.status,
        voice=row.voice,
        service=row.service_id,
        redaction_checked=row.redaction_checked,
        created_at=row.created_at,
    )


async def transcript(connection: AsyncConnection, conversation_id: str) -> list[TurnView]:
    """The turns of a conversation, in order."""
    query = select(TurnRow.__table__).where(TurnRow.conversation_id == conversation_id).order_by(TurnRow.number)
    return [
        TurnView(
            number=row.number,
            speaker=row.speaker,
            voice=row.voice,
            text=row.text,
            act=row.act,
            confidence=row.confidence,
            degraded=row.degraded,
            expects=row.expects,
            purpose=row.purpose,
            prompt_id=row.prompt_id,
            at=row.at,
        )
        for row in (await connection.execute(query)).all()
    ]


async def alerts(connection: AsyncConnection, keys: Keys, *, state: str | None) -> list[AlertView]:
    """Alerts, the newest first; `state` None means all."""
    query = select(AlertRow.__table__, ConversationRow.service_id).join(
        ConversationRow, ConversationRow.id == AlertRow.conversation_id
    )
    if state is not None:
        query = query.where(AlertRow.state == state)
    return [_alert(row, keys) for row in (await connection.execute(query.order_by(AlertRow.id.desc()))).all()]


def _alert(row: Row[Any], keys: Keys) -> AlertView:
    return AlertView(
        alert_id=row.id,
        conversation_id=row.conversation_id,
        service=row.service_id,
        turn_number=row.turn_number,
        level=row.level,
        type=row.type,
        words=keys.decrypt(row.words),
        evidence=tuple((start, end) for start, end in row.evidence),
        staff_named=row.staff_named,
        wish=keys.decrypt(row.wish) if row.wish else None,
        state=row.state,
        raised_at=row.raised_at,
        acknowledged_at=row.acknowledged_at,
        closed_at=row.closed_at,
    )


async def callbacks(connection: AsyncConnection, keys: Keys, *, state: str | None) -> list[CallbackView]:
    """Call-backs, urgent ones first, then the oldest; `state` None means all."""
    query = (
        select(CallbackRow.__table__, ConversationRow.service_id, ParticipantRow.preferred_name)
        .join(ConversationRow, ConversationRow.id == CallbackRow.conversation_id)
        .join(ParticipantRow, ParticipantRow.id == ConversationRow.participant_id)
        .order_by(CallbackRow.urgent.desc(), CallbackRow.id)
    )
    if state is not None:
        query = query.where(CallbackRow.state == state)
    return [
        CallbackView(
            callback_id=row.id,
            conversation_id=row.conversation_id,
            service=row.service_id,
            preferred_name=keys.decrypt(row.preferred_name) if row.preferred_name else "",
            reason=row.reason,
            urgent=row.urgent,
            state=row.state,
            requested_at=row.requested_at,
        )
        for row in (await connection.execute(query)).all()
    ]


async def quotes_to_check(connection: AsyncConnection, limit: int, service: str | None) -> Sequence[Row[Any]]:
    """Contributions with leave to be quoted whose redaction nobody has checked yet, the oldest first."""
    query = (
        select(ContributionRow.__table__)
        .join(ConversationRow, ConversationRow.id == ContributionRow.conversation_id)
        .where(
            ContributionRow.status.in_([Status.CONFIRMED, Status.CORRECTED]),
            ContributionRow.redaction_checked.is_(False),
            ContributionRow.quote_redacted.is_not(None),
            ConversationRow.consent_take_part.is_(True),
            ConversationRow.consent_keep.is_(True),
            ConversationRow.consent_quote.is_(True),
        )
        .order_by(ContributionRow.id)
        .limit(limit)
    )
    if service is not None:
        query = query.where(ContributionRow.service_id == service)
    return (await connection.execute(query)).all()
