"""The two queries of exports, read in pieces so that memory does not grow. Withdrawn points are in neither."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Executable, and_, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.exports.release import Candidate, Point
from bot.insights import Filters
from bot.insights.model import PointFacts
from bot.insights.queries import CONFIRMED
from bot.storage.models import ContributionRow, ConversationRow, ServiceRow
from dialogues.types import Status, Voice

ROWS_AT_ONCE = 200
_OWNER = ConversationRow.id == ContributionRow.conversation_id


async def has_service(connection: AsyncConnection, service: str) -> bool:
    """True for a service that Sayso knows."""
    return await connection.scalar(select(ServiceRow.id).where(ServiceRow.id == service)) is not None


async def points(connection: AsyncConnection, *, trust_redaction: bool) -> AsyncIterator[list[Point]]:
    """Every live point of people who take part and answered whether their words may be kept, in pieces.

    Args:
        connection: A read transaction.
        trust_redaction: True takes redacted quotes for quotable that no person has checked.
    """
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
        case((and_(*_quotable(trust_redaction)), literal(1)), else_=literal(0)).label("quotable"),
    )
    query = (
        select(*columns)
        .join(ConversationRow, _OWNER)
        .where(
            ContributionRow.status != Status.WITHDRAWN,
            ConversationRow.consent_take_part.is_(True),
            ConversationRow.consent_keep.is_not(None),
        )
    )
    shared = _Shared()
    async for rows in _pieces(connection, query):
        yield [Point(_facts(row, shared), bool(row.quotable)) for row in rows]


class _Shared(dict[Any, Any]):
    """Equal values become one object, so that many points take little memory."""

    def __missing__(self, value: Any) -> Any:
        self[value] = value
        return value


def _facts(row: Any, shared: _Shared) -> PointFacts:
    return PointFacts(
        person=row.participant_id,
        service=shared[row.service_id],
        day=shared[row.created_at.date()],
        themes=shared[tuple(row.themes)],
        kinds=shared[tuple(row.kinds)],
        sentiment=shared[row.sentiment],
        sense=shared[row.sense],
        beans=row.beans,
        kept=row.consent_keep,
        confirmed=row.status in CONFIRMED,
        proxy=row.voice == Voice.PROXY,
        sample=row.sample,
    )


async def count_candidates(connection: AsyncConnection, filters: Filters, *, trust_redaction: bool) -> int:
    """How many quotes `candidates` gives."""
    query = (
        select(func.count())
        .select_from(ContributionRow)
        .join(ConversationRow, _OWNER)
        .where(*_quotable(trust_redaction), *_within(filters))
    )
    return int(await connection.scalar(query) or 0)


async def candidates(
    connection: AsyncConnection, filters: Filters, *, trust_redaction: bool
) -> AsyncIterator[list[Candidate]]:
    """Quotes of a view with every leave they need, in pieces, in an order that says nothing of when or who.

    Args:
        connection: A read transaction.
        filters: The view, in whole months.
        trust_redaction: True also gives quotes that no person has checked.
    """
    columns = (
        ContributionRow.quote_redacted,
        ContributionRow.i_statement,
        ContributionRow.themes,
        ContributionRow.kinds,
        ContributionRow.sentiment,
        ContributionRow.sense,
        ContributionRow.beans,
        ContributionRow.voice,
        ContributionRow.service_id,
        ContributionRow.created_at,
        ContributionRow.sample,
    )
    query = select(*columns).join(ConversationRow, _OWNER).where(*_quotable(trust_redaction), *_within(filters))
    async for rows in _pieces(connection, query.order_by(ContributionRow.quote_hash)):
        yield [
            Candidate(
                quote=row.quote_redacted,
                i_statement=row.i_statement,
                themes=tuple(row.themes),
                kinds=tuple(row.kinds),
                sentiment=row.sentiment,
                sense=row.sense,
                beans=row.beans,
                voice=row.voice,
                service=row.service_id,
                day=row.created_at.date(),
                sample=row.sample,
            )
            for row in rows
        ]


async def _pieces(connection: AsyncConnection, query: Executable) -> AsyncIterator[list[Any]]:
    async with connection.stream(query.execution_options(yield_per=ROWS_AT_ONCE)) as result:
        async for rows in result.partitions():
            yield list(rows)


def _quotable(trust_redaction: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        ContributionRow.status.in_(CONFIRMED),
        ContributionRow.voice != Voice.PROXY,
        ContributionRow.quote_redacted.is_not(None),
        ConversationRow.consent_take_part.is_(True),
        ConversationRow.consent_keep.is_(True),
        ConversationRow.consent_quote.is_(True),
    ]
    return conditions if trust_redaction else [*conditions, ContributionRow.redaction_checked.is_(True)]


def _within(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.service is not None:
        conditions.append(ContributionRow.service_id == filters.service)
    if filters.since is not None:
        conditions.append(ContributionRow.created_at >= datetime.combine(filters.since, time(), UTC))
    if filters.until is not None:
        conditions.append(ContributionRow.created_at < datetime.combine(filters.until + timedelta(days=1), time(), UTC))
    return conditions
