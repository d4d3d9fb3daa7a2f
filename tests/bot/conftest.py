"""Fixtures for tests that store: a database in a file, fresh keys, and a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from house import House, open_house
from storing import Clock, redact

from bot.records import Records
from bot.storage import Database, Keys
from bot.storage.keys import new_key


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys() -> Keys:
    return Keys([new_key()])


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite:///{tmp_path}/sayso.db")
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def records(database: Database, keys: Keys, clock: Clock) -> Records:
    made = Records(database, keys, redact, clock)
    await made.ensure_service("home", name="Home Support", kind="home_care")
    return made


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened
