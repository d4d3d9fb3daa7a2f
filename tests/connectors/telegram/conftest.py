"""The double of the Bot API with a client, and the emulator where node is."""

from __future__ import annotations

import os
import warnings
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from bot_api import BotApi
from bot_api_wire import NO_CERTIFICATES
from emulator import Emulator, EmulatorMissingError
from telegram import Bot
from telegram.request import HTTPXRequest

os.environ.setdefault("PTB_TIMEDELTA", "1")
"""As `connectors.telegram` sets it, so that durations are the same in whatever order tests run."""


@pytest_asyncio.fixture
async def api() -> AsyncIterator[BotApi]:
    """The double, listening."""
    started = await BotApi.start()
    yield started
    await started.close()


@pytest_asyncio.fixture
async def client(api: BotApi) -> AsyncIterator[Bot]:
    """python-telegram-bot's own client of the double."""
    plain = {"verify": NO_CERTIFICATES}
    async with Bot(
        api.token,
        base_url=api.base_url,
        base_file_url=api.base_file_url,
        request=HTTPXRequest(httpx_kwargs=plain),
        get_updates_request=HTTPXRequest(connection_pool_size=1, httpx_kwargs=plain),
    ) as bot:
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
