"""The double of the Bot API with a client, and the emulator where node is."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from bot_api import BotApi
from emulator import Emulator, EmulatorMissingError
from telegram import Bot


@pytest_asyncio.fixture
async def api() -> AsyncIterator[BotApi]:
    """The double, listening."""
    started = await BotApi.start()
    yield started
    await started.close()


@pytest_asyncio.fixture
async def client(api: BotApi) -> AsyncIterator[Bot]:
    """python-telegram-bot's own client of the double."""
    async with Bot(api.token, base_url=api.base_url, base_file_url=api.base_file_url) as bot:
        yield bot


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """The npm package telegram-test-api, running; skips, with a warning, where it cannot be had."""
    started = Emulator()
    try:
        started.start()
    except EmulatorMissingError as missing:
        warnings.warn(f"Skipped: {missing}", stacklevel=1)
        pytest.skip(str(missing))
    yield started
    started.stop()
