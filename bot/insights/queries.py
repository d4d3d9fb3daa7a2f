"""The two queries of insights: facts to count, and quotes that may be shown. Withdrawn points are in neither."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, distinct, func, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.insights.model import Filters, PointFacts
from bot.storage.models import ContributionRow, ConversationRow
from dialogues.types import Status, Voice

CONFIRMED = (Status.CONFIRMED, Status.CORRECTED)
_LIVE = ContributionRow.status != Status.WITHDRAWN


async def facts(connection: AsyncConnection, filters: Filters) -> list[PointFacts]:
    """Every live point of people who take part and answered whether their words may be kept."""
    columns = (
        ConversationRow.participant_id,
        ConversationRow.consent_keep,
        ContributionRow.service_id,
        ContributionRow.created_at,
        ContributionRow.themes,
        ContributionRow.kinds,
        ContributionRow.sentiment,
        ContributionRow.sense,
        ContributionRow.beans,
        ContributionRow.status,
        ContributionRow.voice,
        ContributionRow.sample,
    )
    query = select(*columns).join(ConversationRow, ConversationRow.id == ContributionRow.conversation_id)
    query = query.where(_LIVE, ConversationRow.consent_take_part.is_(True), ConversationRow.consent_keep.is_not(None))
    return [_facts(row) for row in (await connection.execute(query.where(*_within(filters)))).all()]


def _facts(row: Any) -> PointFacts:
    return PointFacts(
        person=row.participant_id,
        service=row.service_id,
        day=row.created_at.date(),
        themes=tuple(row.themes),
        kinds=tuple(row.kinds),
        sentiment=row.sentiment,
        sense=row.sense,
        beans=row.beans,
        kept=row.consent_keep,
        confirmed=row.status in CONFIRMED,
        proxy=row.voice == Voice.PROXY,
        sample=row.sample,
    )


async def services_heard(connection: AsyncConnection) -> int:
    """How many services have a live point."""
    return int(await connection.scalar(select(func.count(distinct(ContributionRow.service_id))).where(_LIVE)) or 0)


async def quotable(connection: AsyncConnection, filters: Filters, *, trust_redaction: bool) -> list[Row[Any]]:
    """Redacted quotes that people confirmed and let be quoted, in an order that says nothing of when or who.

    Args:
        connection: A read transaction.
        filters: The view.
        trust_redaction: True also gives quotes that no person has checked.
    """
    query = (
        select(ContributionRow.__table__)
        .join(ConversationRow, ConversationRow.id == ContributionRow.conversation_id)
        .where(
            ContributionRow.status.in_(CONFIRMED),
            ContributionRow.voice != Voice.PROXY,
            ContributionRow.quote_redacted.is_not(None),
            ConversationRow.consent_take_part.is_(True),
            ConversationRow.consent_keep.is_(True),
            ConversationRow.consent_quote.is_(True),
        )
        .order_by(ContributionRow.quote_hash)
    )
    if not trust_redaction:
        query = query.where(ContributionRow.redaction_checked.is_(True))
    return list((await connection.execute(query.where(*_within(filters)))).all())


def _within(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.service is not None:
        conditions.append(ContributionRow.service_id == filters.service)
    if filters.since is not None:
        conditions.append(ContributionRow.created_at >= datetime.combine(filters.since, time(), UTC))
    if filters.until is not None:
        after = datetime.combine(filters.until + timedelta(days=1), time(), UTC)
        conditions.append(ContributionRow.created_at < after)
    return conditions
