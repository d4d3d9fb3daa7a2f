"""A chat in memory, with a handler that records what it gets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from talking import FakeHandler, services

from connectors.web import router


@pytest.fixture
def handler() -> FakeHandler:
    return FakeHandler()


@pytest.fixture
def app(handler: FakeHandler) -> FastAPI:
    made = FastAPI()
    chat = router(
        handler, services=services, transcript=handler.transcript, resume_code=handler.resume_code, contact="Ring Anna."
    )
    made.include_router(chat)
    return made


@pytest_asyncio.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sayso.test") as client:
        yield client
