"""Lock-out: failed sign-ins in a row make the next one wait, for an e-mail and for a network address alike.

A try counts as failed before the password is looked at, and is taken back when it was right: many at once gain nothing.
Whether an e-mail is known makes no difference here, so the waiting tells nobody who works for whom.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.work import insert_new
from bot.storage.models import SignInTryRow

FREE_FAILURES = 4
"""The fifth in a row locks."""

FIRST_LOCK_SECONDS = 60
LONGEST_LOCK_SECONDS = 3600
FORGOTTEN_AFTER = timedelta(hours=24)
"""Without a further failure."""

_IPV6_NETWORK_BITS = 64


def lock_seconds(failures: int) -> int:
    """How long so many failures in a row lock: 0 for up to four, then one minute, doubling to an hour."""
    over = failures - FREE_FAILURES
    return min(FIRST_LOCK_SECONDS << min(over - 1, 16), LONGEST_LOCK_SECONDS) if over > 0 else 0


def network(address: str) -> str:
    """An address as it is counted: of IPv6 the network of 64 bits, because a household has all of it."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    return str(ipaddress.ip_network((ip, _IPV6_NETWORK_BITS), strict=False).network_address)


async def reserve(connection: AsyncConnection, keys: Sequence[str], now: datetime) -> float:
    """Counts a try as failed, for each key.

    Returns:
        0 where it may go on; else the seconds to wait, and then nothing was counted.
    """
    rows = [await _row(connection, key, now) for key in sorted(keys)]
    until = [row.locked_until for row in rows if row.locked_until and row.locked_until > now]
    if until:
        return float((max(until) - now).total_seconds())
    for row in rows:
        failures = 1 if row.last_at < now - FORGOTTEN_AFTER else row.failures + 1
        seconds = lock_seconds(failures)
        values = {"last_at": now, "locked_until": now + timedelta(seconds=seconds) if seconds else None}
        here = update(SignInTryRow).where(SignInTryRow.key_hash == row.key_hash)
        await connection.execute(here.values(failures=failures, **values))
    return 0.0


async def take_back(connection: AsyncConnection, keys: Sequence[str]) -> None:
    """The try was right as far as it went; earlier failures still count."""
    here = update(SignInTryRow).where(SignInTryRow.key_hash.in_(keys), SignInTryRow.failures > 0)
    await connection.execute(here.values(failures=SignInTryRow.failures - 1, locked_until=None))


async def clear(connection: AsyncConnection, keys: Sequence[str]) -> None:
    """Somebody is in: nothing failed in a row any more."""
    await connection.execute(delete(SignInTryRow).where(SignInTryRow.key_hash.in_(keys)))


async def forget_old(connection: AsyncConnection, now: datetime) -> None:
    """Removes what no longer counts."""
    await connection.execute(delete(SignInTryRow).where(SignInTryRow.last_at < now - FORGOTTEN_AFTER))


async def _row(connection: AsyncConnection, key: str, now: datetime) -> Row[Any]:
    await insert_new(connection, SignInTryRow, {"key_hash": key, "failures": 0, "last_at": now})
    query = select(SignInTryRow.__table__).where(SignInTryRow.key_hash == key).with_for_update()
    return (await connection.execute(query)).one()
