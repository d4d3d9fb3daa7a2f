"""Puts invented data into the database, and takes it out again without touching anything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.samples.people import Rows, invent
from bot.storage.database import Database
from bot.storage.models import (
    AnswerRow,
    Base,
    ConsentRow,
    ContributionRow,
    ConversationRow,
    ParticipantRow,
    ServiceRow,
    StaffServiceRow,
    TurnRow,
)


@dataclass(frozen=True, slots=True)
class SampleCounts:
    """How much sample data there is."""

    people: int = 0
    contributions: int = 0


async def load_sample_data(database: Database, seed: int = 1, *, now: datetime | None = None) -> SampleCounts:
    """Adds about 120 invented people with about 350 contributions to three invented services.

    Args:
        database: Where.
        seed: Chooses the people.
        now: End of the nine months they spoke in; None for this moment.

    Returns:
        What was added; zeros when sample data is there already.
    """
    async with database.write() as connection:
        if await _is_there(connection):
            return SampleCounts()
        rows = invent(seed, now or datetime.now(UTC))
        await _insert(connection, rows)
    return SampleCounts(people=len(rows.participants), contributions=len(rows.contributions))


async def remove_sample_data(database: Database) -> None:
    """Removes every sample row; a sample service that real conversations or staff use stays."""
    conversations = select(ConversationRow.id).where(ConversationRow.sample)
    used = select(ConversationRow.service_id).union(select(StaffServiceRow.service_id))
    services = select(ServiceRow.id).where(ServiceRow.sample, ServiceRow.id.not_in(used))
    async with database.write() as connection:
        await connection.execute(delete(ConsentRow).where(ConsentRow.conversation_id.in_(conversations)))
        await connection.execute(delete(ConversationRow).where(ConversationRow.sample))
        await connection.execute(delete(ParticipantRow).where(ParticipantRow.sample))
        await connection.execute(delete(AnswerRow).where(AnswerRow.service_id.in_(services)))
        await connection.execute(delete(ServiceRow).where(ServiceRow.id.in_(services)))


async def has_sample_data(database: Database) -> bool:
    """True when invented rows are in the database."""
    async with database.read() as connection:
        return await _is_there(connection)


async def _is_there(connection: AsyncConnection) -> bool:
    return await connection.scalar(select(ParticipantRow.id).where(ParticipantRow.sample).limit(1)) is not None


async def _insert(connection: AsyncConnection, rows: Rows) -> None:
    known = set((await connection.scalars(select(ServiceRow.id))).all())
    await _insert_all(connection, ServiceRow, [row for row in rows.services if row["id"] not in known])
    await _insert_all(connection, ParticipantRow, rows.participants)
    query = select(ParticipantRow.pseudonym, ParticipantRow.id).where(ParticipantRow.sample)
    ids = {row.pseudonym: row.id for row in await connection.execute(query)}
    for table, several in ((ConversationRow, rows.conversations), (ConsentRow, rows.consents)):
        owned = [{**row, "participant_id": ids[row["pseudonym"]]} for row in several]
        await _insert_all(connection, table, [{k: v for k, v in row.items() if k != "pseudonym"} for row in owned])
    await _insert_all(connection, TurnRow, rows.turns)
    await _insert_all(connection, ContributionRow, rows.contributions)


async def _insert_all(connection: AsyncConnection, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await connection.execute(insert(table), list(rows))
