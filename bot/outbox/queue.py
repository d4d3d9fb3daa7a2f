"""The outbox table: claiming what is due, and writing down how it went."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, or_, select, update

from bot.outbox.senders import OutgoingMessage
from bot.storage.database import Database
from bot.storage.keys import Keys
from bot.storage.models import OutboxRow

LEASE_SECONDS = 120.0  # longer than every sender's timeout; a dead worker's messages are free again after it
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 300.0
_QUEUED = OutboxRow.state == "queued"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker holds for the length of the lease."""

    row_id: int
    tries: int
    message: OutgoingMessage


def due(now: datetime, limit: int) -> Select[Any]:
    """Queued messages whose time has come and whom nobody holds; locked, skipping those that others lock."""
    free = or_(OutboxRow.claimed_until.is_(None), OutboxRow.claimed_until < now)
    query = select(OutboxRow.__table__).where(_QUEUED, OutboxRow.next_at <= now, free)
    return query.order_by(OutboxRow.next_at, OutboxRow.id).limit(limit).with_for_update(skip_locked=True)


async def claim(database: Database, keys: Keys, now: datetime, *, limit: int) -> list[Claimed]:
    """Takes due messages for the length of the lease."""
    async with database.read() as connection:  # most looks find nothing: they need no write lock
        query = select(OutboxRow.id).where(_QUEUED, OutboxRow.next_at <= now).limit(1)
        if await connection.scalar(query) is None:
            return []
    async with database.write() as connection:
        rows = (await connection.execute(due(now, limit))).all()
        held = update(OutboxRow).where(OutboxRow.id.in_([row.id for row in rows]))
        await connection.execute(held.values(claimed_until=now + timedelta(seconds=LEASE_SECONDS)))
    return [Claimed(row.id, row.tries, _message(row, keys)) for row in rows]


async def sent(database: Database, claimed: Claimed, now: datetime) -> None:
    """It left: the payload goes, the id stays."""
    values: dict[str, Any] = {"state": "sent", "sent_at": now, "payload": "", "claimed_until": None, "last_error": None}
    await _update(database, claimed, tries=claimed.tries + 1, **values)


async def failed(database: Database, claimed: Claimed, now: datetime, code: str) -> None:
    """It did not leave: again later, and never given up."""
    next_at = now + timedelta(seconds=wait_seconds(claimed.tries))
    await _update(database, claimed, tries=claimed.tries + 1, next_at=next_at, claimed_until=None, last_error=code[:64])


async def put_off(database: Database, claimed: Claimed, now: datetime) -> None:
    """Nobody is set up to take it: it waits, and that is no try."""
    next_at = now + timedelta(seconds=LONGEST_WAIT_SECONDS)
    await _update(database, claimed, next_at=next_at, claimed_until=None, last_error="no_sender")


async def next_due(database: Database) -> datetime | None:
    """When the next message is due; None when the queue is empty."""
    held = OutboxRow.claimed_until > OutboxRow.next_at
    free_at = case((held, OutboxRow.claimed_until), else_=OutboxRow.next_at)
    async with database.read() as connection:
        moment: datetime | None = await connection.scalar(select(func.min(free_at)).where(_QUEUED))
        return moment


async def retry_waiting(database: Database, now: datetime) -> None:
    """Makes messages due that waited for a sender; called at the start, when routes may be new."""
    waiting = update(OutboxRow).where(_QUEUED, OutboxRow.last_error == "no_sender")
    async with database.write() as connection:
        await connection.execute(waiting.values(next_at=now))


def wait_seconds(tries: int) -> float:
    """How long to wait after so many earlier tries: 1 s, doubling, at most 5 minutes."""
    return min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** min(tries, 20))


def _message(row: Any, keys: Keys) -> OutgoingMessage:
    return OutgoingMessage(row.dedupe_key, row.kind, json.loads(keys.decrypt(row.payload)), row.created_at)


async def _update(database: Database, claimed: Claimed, **values: Any) -> None:
    async with database.write() as connection:
        await connection.execute(update(OutboxRow).where(OutboxRow.id == claimed.row_id).values(**values))
