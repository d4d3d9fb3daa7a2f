"""Sessions: kept here, not in the browser, whose cookie carries a random token alone.

Source: OWASP, Session Management Cheat Sheet (length, rotation at sign-in, idle and absolute limits).
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.staff.views import Opened, Stage
from bot.storage.keys import Keys
from bot.storage.models import StaffInvitationRow, StaffSessionRow

TOKEN_BYTES = 32
IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
UNFINISHED = timedelta(minutes=15)
"""For a sign-in that waits for its second step."""

SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last look is noted; a write for each page would be too many."""

KEPT = timedelta(days=30)
"""After its end."""


def hash_of(keys: Keys, token: str) -> str:
    """How a token is kept."""
    return keys.pseudonym("staff_session", token)


async def start(connection: AsyncConnection, keys: Keys, staff_id: int, stage: Stage, now: datetime) -> Opened:
    """A new session with a new token."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    values = {"staff_id": staff_id, "token_hash": hash_of(keys, token), "stage": str(stage)}
    expires = now + (LONGEST if stage is Stage.OPEN else UNFINISHED)
    moments = {"created_at": now, "seen_at": now, "expires_at": expires}
    await connection.execute(insert(StaffSessionRow).values(**values, **moments))
    return Opened(token, stage)


def is_alive(row: Row[Any], now: datetime) -> bool:
    """True until it is revoked, too old, or unused for too long."""
    return row.revoked_at is None and now < row.expires_at and now < row.seen_at + IDLE


async def note_seen(connection: AsyncConnection, session_id: int, now: datetime) -> None:
    """Somebody looked at a page."""
    await connection.execute(update(StaffSessionRow).where(StaffSessionRow.id == session_id).values(seen_at=now))


async def revoke(connection: AsyncConnection, session_id: int, now: datetime) -> None:
    """Ends one session."""
    here = update(StaffSessionRow).where(StaffSessionRow.id == session_id, StaffSessionRow.revoked_at.is_(None))
    await connection.execute(here.values(revoked_at=now, totp_offered=None))


async def revoke_all(connection: AsyncConnection, staff_id: int, now: datetime) -> None:
    """Ends every session of an account."""
    here = update(StaffSessionRow).where(StaffSessionRow.staff_id == staff_id, StaffSessionRow.revoked_at.is_(None))
    await connection.execute(here.values(revoked_at=now, totp_offered=None))


async def count_open(connection: AsyncConnection, staff_id: int, now: datetime) -> int:
    """How many browsers are signed in."""
    query = select(StaffSessionRow.__table__).where(
        StaffSessionRow.staff_id == staff_id, StaffSessionRow.stage == Stage.OPEN
    )
    return sum(is_alive(row, now) for row in (await connection.execute(query)).all())


async def forget_old(connection: AsyncConnection, now: datetime) -> None:
    """Removes sessions and invitations that ended long ago."""
    await connection.execute(delete(StaffSessionRow).where(StaffSessionRow.expires_at < now - KEPT))
    await connection.execute(delete(StaffInvitationRow).where(StaffInvitationRow.expires_at < now - KEPT))
