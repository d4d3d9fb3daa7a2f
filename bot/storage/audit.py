"""The audit: append-only and hash-chained, so that a change or a gap shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.models import AuditRow

_FIRST = "0" * 64
_LOCK = 5_393_201  # any number; serialises writers of the chain on PostgreSQL


async def append(
    connection: AsyncConnection,
    *,
    who: str,
    action: str,
    subject: str,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Adds a row to the chain inside the given write transaction.

    Args:
        connection: A write transaction.
        who: Who did it: a staff id, `participant`, or `sayso`.
        action: `read_transcript`, `erase`, ...
        subject: What it was done to; an id, never words or names.
        at: When, UTC.
        detail: Plain facts; never words or names.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = await connection.scalar(select(AuditRow.hash).order_by(AuditRow.id.desc()).limit(1))
    values = {"at": at, "who": who, "action": action, "subject": subject, "detail": dict(detail or {})}
    previous = last or _FIRST
    digest = _digest(previous, values)
    await connection.execute(insert(AuditRow).values(**values, previous_hash=previous, hash=digest))


async def first_break(connection: AsyncConnection) -> int | None:
    """The id of the first audit row that does not fit the chain; None when all is well."""
    previous = _FIRST
    for row in await connection.execute(select(AuditRow.__table__).order_by(AuditRow.id)):
        values = {"at": row.at, "who": row.who, "action": row.action, "subject": row.subject, "detail": row.detail}
        if row.previous_hash != previous or row.hash != _digest(previous, values):
            return int(row.id)
        previous = row.hash
    return None


def _digest(previous: str, values: Mapping[str, Any]) -> str:
    canonical = json.dumps({**values, "at": values["at"].isoformat()}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()
