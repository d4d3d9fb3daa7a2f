"""The queries of insights: facts to count, and quotes that may be shown. Withdrawn points are in none of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, distinct, func, or_, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.insights import columns
from bot.insights.columns import NO_BEANS, Book, Coding, hash_order
from bot.insights.model import Filters
from bot.insights.talks import Talks, step_of
from bot.storage.models import AboutYouRow, ContributionRow, ConversationRow, PersonChangeRow, PlannedCallRow
from dialogues.types import EndReason, Status, Voice

CONFIRMED = (Status.CONFIRMED, Status.CORRECTED)
_LIVE = ContributionRow.status != Status.WITHDRAWN
_IS_CONFIRMED = ContributionRow.status.in_(CONFIRMED)
_MAY_QUOTE = (
    _IS_CONFIRMED,
    ContributionRow.voice != Voice.PROXY,
    ContributionRow.quote_redacted.is_not(None),
    ConversationRow.consent_take_part.is_(True),
    ConversationRow.consent_keep.is_(True),
    ConversationRow.consent_quote.is_(True),
)


async def changes(connection: AsyncConnection, since: int) -> tuple[list[int], int]:
    """People whose facts may have changed, and what to ask with next time.

    Args:
        connection: A read transaction.
        since: What the last answer gave; 0 at first.
    """
    query = select(PersonChangeRow.participant_id).where(PersonChangeRow.seq >= since)
    if connection.dialect.name == "postgresql":
        # A transaction that is still open may have a lower number than one that is stored: so these come again.
        oldest_open = cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text)
        following = int(await connection.scalar(select(oldest_open)) or 0)
    else:
        following = (await connection.scalar(select(func.max(PersonChangeRow.seq))) or 0) + 1
        if following == since:
            return [], since
    return list((await connection.scalars(query)).all()), following


async def services_heard(connection: AsyncConnection) -> int:
    """How many services have a live point."""
    return int(await connection.scalar(select(func.count(distinct(ContributionRow.service_id))).where(_LIVE)) or 0)


def point_rows(connection: AsyncConnection, people: Sequence[int] | None, after: int, limit: int) -> Select[Any]:
    """Facts of live points of people who take part and answered whether their words may be kept, by id.

    Args:
        connection: For its dialect.
        people: Whose; None for everybody's.
        after: The last id that was read.
        limit: How many at most.
    """
    wanted = (
        ContributionRow.id,
        ConversationRow.participant_id,
        ContributionRow.service_id,
        _month(connection, ContributionRow.created_at),
        cast(ContributionRow.themes, Text),
        cast(ContributionRow.kinds, Text),
        ContributionRow.sentiment,
        ContributionRow.sense,
        ContributionRow.beans,
        ContributionRow.quote_hash,
        _bits(
            (columns.KEPT, ConversationRow.consent_keep.is_(True)),
            (columns.CONFIRMED, _IS_CONFIRMED),
            (columns.PROXY, ContributionRow.voice == Voice.PROXY),
            (columns.SAMPLE, ContributionRow.sample.is_(True)),
            (columns.QUOTABLE, and_(*_MAY_QUOTE)),
            (columns.CHECKED, ContributionRow.redaction_checked.is_(True)),
        ),
    )
    joined = select(*wanted).join(ConversationRow, ConversationRow.id == ContributionRow.conversation_id)
    query: Any = joined.where(
        _LIVE, ConversationRow.consent_take_part.is_(True), ConversationRow.consent_keep.is_not(None)
    )
    if people is not None:
        query = query.where(ConversationRow.participant_id.in_(people))
    rows: Select[Any] = query.where(ContributionRow.id > after).order_by(ContributionRow.id).limit(limit)
    return rows


def decode_points(book: Book, codings: dict[tuple[str, str, str, str | None], int], rows: Sequence[Any]) -> list[Any]:
    """Rows of `point_rows` as rows of `Columns`; `codings` remembers what was read before."""
    made = []
    for point, person, service, month, themes, kinds, sentiment, sense, beans, quote_hash, flags in rows:
        key = (themes, kinds, sentiment, sense)
        code = codings.get(key)
        if code is None:
            coding = Coding(tuple(json.loads(themes)), tuple(json.loads(kinds)), sentiment, sense)
            code = codings[key] = book.codings.code(coding)
        laid = NO_BEANS if beans is None else beans
        made.append(
            (person, book.services.code(service), _number(month), code, laid, flags, point, hash_order(quote_hash))
        )
    return made


async def talks(connection: AsyncConnection, book: Book, people: Sequence[int] | None) -> Talks:
    """How far every talk came. Whoever took everything back is in no figure."""
    mine = [] if people is None else [ConversationRow.participant_id.in_(people)]
    points = and_(ContributionRow.conversation_id == ConversationRow.id, _LIVE)
    query = (
        select(
            ConversationRow.id,
            ConversationRow.participant_id,
            ConversationRow.service_id,
            _month(connection, ConversationRow.created_at),
            ConversationRow.consent_take_part,
            ConversationRow.beans_abstained,
            ConversationRow.end_reason,
            func.count(ContributionRow.id),
            func.count(ContributionRow.beans),
            func.sum(case((_IS_CONFIRMED, 1), else_=0)),
        )
        .join(ContributionRow, points, isouter=True)
        .where(or_(ConversationRow.end_reason.is_(None), ConversationRow.end_reason != EndReason.WITHDRAWN), *mine)
        .group_by(ConversationRow.id)
    )
    answers = await _answers(connection, mine)
    made = []
    for talk, person, service, month, part, abstained, reason, heard, laid, confirmed in await connection.execute(
        query
    ):
        step = step_of(
            consented=part is True,
            topic=part is True and heard > 0,
            beans=part is True and (laid > 0 or abstained),
            read_back=part is True and (confirmed or 0) > 0,
            ended=part is True and reason == EndReason.CLOSING,
        )
        given = book.answers.code(answers.get(talk, ()))
        made.append((person, book.services.code(service), _number(month), step, given))
    return Talks.of_rows(book, made)


async def _answers(
    connection: AsyncConnection, mine: Sequence[ColumnElement[bool]]
) -> dict[str, tuple[tuple[str, str], ...]]:
    query = (
        select(AboutYouRow.conversation_id, AboutYouRow.question, AboutYouRow.answer)
        .join(ConversationRow, ConversationRow.id == AboutYouRow.conversation_id)
        .where(ConversationRow.consent_take_part.is_(True), ConversationRow.consent_keep.is_(True), *mine)
        .order_by(AboutYouRow.conversation_id, AboutYouRow.question)
    )
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for talk, question, answer in await connection.execute(query):
        found[talk] = (*found.get(talk, ()), (question, answer))
    return found


async def invited(connection: AsyncConnection, filters: Filters) -> int:
    """To how many people a first call was planned; numbers that are forgotten count by their call."""
    query = select(func.count(func.distinct(func.coalesce(PlannedCallRow.number_hash, PlannedCallRow.id))))
    where = [PlannedCallRow.kind == "first_talk"]
    if filters.service is not None:
        where.append(PlannedCallRow.service_id == filters.service)
    where += _between(PlannedCallRow.window_start, filters)
    return int(await connection.scalar(query.where(*where)) or 0)


async def quotable(
    connection: AsyncConnection,
    *,
    trust_redaction: bool,
    filters: Filters | None = None,
    points: Sequence[int] | None = None,
) -> list[Row[Any]]:
    """Redacted quotes that people confirmed and let be quoted, in an order that says nothing of when or who.

    Args:
        connection: A read transaction.
        trust_redaction: True also gives quotes that no person has checked.
        filters: The view; None for all.
        points: Ids of those wanted; None for all.
    """
    query = _released(select(ContributionRow.__table__), filters or Filters(), trust_redaction=trust_redaction)
    if points is not None:
        query = query.where(ContributionRow.id.in_(points))
    return list((await connection.execute(query.order_by(ContributionRow.quote_hash))).all())


async def with_words(
    connection: AsyncConnection, words: Sequence[str], filters: Filters, *, trust_redaction: bool, limit: int
) -> list[int]:
    """Ids of quotes that hold every one of the words, in any case."""
    query = _released(select(ContributionRow.id), filters, trust_redaction=trust_redaction)
    for word in words:
        query = query.where(ContributionRow.quote_redacted.icontains(word, autoescape=True))
    return list((await connection.scalars(query.limit(limit))).all())


def _released(query: Select[Any], filters: Filters, *, trust_redaction: bool) -> Select[Any]:
    query = query.join(ConversationRow, ConversationRow.id == ContributionRow.conversation_id).where(*_MAY_QUOTE)
    if not trust_redaction:
        query = query.where(ContributionRow.redaction_checked.is_(True))
    if filters.service is not None:
        query = query.where(ContributionRow.service_id == filters.service)
    return query.where(*_between(ContributionRow.created_at, filters))


def _between(moment: Any, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.since is not None:
        conditions.append(moment >= datetime.combine(filters.since, time(), UTC))
    if filters.until is not None:
        conditions.append(moment < datetime.combine(filters.until + timedelta(days=1), time(), UTC))
    return conditions


def _month(connection: AsyncConnection, moment: Any) -> ColumnElement[str]:
    """The month as `2026-11`."""
    if connection.dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", moment), "YYYY-MM")
    return func.substr(moment, 1, 7)


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _bits(*tests: tuple[int, ColumnElement[bool]]) -> ColumnElement[int]:
    total: Any = case((tests[0][1], tests[0][0]), else_=0)
    for bit, test in tests[1:]:
        total = total + case((test, bit), else_=0)
    return total  # type: ignore[no-any-return]
