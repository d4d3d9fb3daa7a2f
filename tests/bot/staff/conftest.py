"""Accounts over a database of their own, with a hasher that costs next to nothing and a clock that stands still."""

from __future__ import annotations

import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from desk import Desk
from storing import Clock

from bot.records import Records
from bot.staff import Accounts, Passwords
from bot.storage import Database, Keys


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest_asyncio.fixture
async def desk(records: Records, database: Database, keys: Keys, clock: Clock, passwords: Passwords) -> Desk:
    assert records
    return Desk(Accounts(database, keys, clock, passwords), database, keys, clock)
