"""The web application in memory, with fakes that record what they got."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from argon2 import PasswordHasher

sys.path.insert(0, str(Path(__file__).parents[2] / "connectors" / "web"))
sys.path.insert(0, str(Path(__file__).parents[1] / "staff"))

from desk import Desk
from storing import Clock
from talking import FakeHandler, services

from bot.records import Records
from bot.staff import Accounts, Passwords
from bot.storage import Database, Keys
from bot.web.app import create_app
from bot.web.ports import (
    ApiToken,
    Filters,
    Overview,
    Parts,
    QuoteView,
    Readiness,
    ThemeInsight,
    WebSettings,
)
from dialogues.errors import SaysoError

BOTH = ApiToken("both", "secret-of-both", frozenset({"converse", "insights"}))
CONVERSE = ApiToken("talker", "secret-of-talker", frozenset({"converse"}))
INSIGHTS = ApiToken("reader", "secret-of-reader", frozenset({"insights"}))
EMPTY = ApiToken("empty", "", frozenset({"converse", "insights"}))
STAFF_TOKEN = "staff-token"
EVIL = "<script>alert('quote')</script>"

THEMES = (
    ThemeInsight(
        "food_and_drink",
        "Food and drink",
        14,
        60,
        {"positive": 6, "negative": 8, "mixed": 0, "neutral": 0},
        {"problem": 8},
    ),
    ThemeInsight("dignity_and_privacy", "Dignity and privacy", None, None, dict.fromkeys(["positive", "negative"])),
)


@dataclass
class FakeInsights:
    """Gives one overview and records the filters it was asked with."""

    shown: Overview = field(
        default_factory=lambda: Overview(61, 61, THEMES, {"problem": 33}, {"positive": 40, "negative": 33}, 6)
    )
    asked: list[Filters] = field(default_factory=list)

    async def overview(self, filters: Filters) -> Overview:
        self.asked.append(filters)
        return self.shown

    async def quotes(self, theme: str, filters: Filters) -> Sequence[QuoteView]:
        if theme != "food_and_drink":
            return []
        words = f"It goes in the bin. {EVIL}"
        return [QuoteView(words, ("problem",), "negative", "significance", "I'd eat it.", "own", "2026-11")]


@dataclass
class World:
    """Everything behind the application."""

    handler: FakeHandler = field(default_factory=FakeHandler)
    insights: FakeInsights = field(default_factory=FakeInsights)
    readiness: Readiness | Exception = field(default_factory=lambda: Readiness(database=True))
    settings: WebSettings = field(
        default_factory=lambda: WebSettings(
            provider_token=STAFF_TOKEN, api_tokens=(BOTH, CONVERSE, INSIGHTS, EMPTY), contact="Ring Anna."
        )
    )

    accounts: Accounts | None = None

    def change(self, **settings: Any) -> None:
        self.settings = replace(self.settings, **settings)

    async def ready(self) -> Readiness:
        if isinstance(self.readiness, Exception):
            raise self.readiness
        return self.readiness

    async def contributions(self, conversation_id: str) -> Sequence[Mapping[str, Any]]:
        if conversation_id not in self.handler.replies:
            raise SaysoError("conversation_unknown", "There is no such conversation. Open a new one.")
        return [{"point_id": "p1", "quote": "They come at four", "start": 0, "end": 17}]

    def client(self, *, base_url: str = "http://sayso.test", address: str = "192.0.2.7") -> httpx.AsyncClient:
        parts = Parts(
            handler=self.handler,
            services=services,
            transcript=self.handler.transcript,
            resume_code=self.handler.resume_code,
            contributions=self.contributions,
            insights=self.insights,
            ready=self.ready,
            settings=self.settings,
            accounts=self.accounts,
        )
        transport = httpx.ASGITransport(app=create_app(parts), client=(address, 50_000))
        return httpx.AsyncClient(transport=transport, base_url=base_url)


@pytest.fixture
def world() -> World:
    return World()


@pytest_asyncio.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with world.client() as opened:
        yield opened


@pytest_asyncio.fixture
async def desk(world: World, records: Records, database: Database, keys: Keys, clock: Clock) -> Desk:
    """Accounts behind the application, with a hasher that costs next to nothing."""
    assert records
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    world.accounts = Accounts(database, keys, clock, passwords)
    return Desk(world.accounts, database, keys, clock)
