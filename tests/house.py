"""An engine over a database of its own, with a screen and an analysis that tests can foresee."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from bot.engine import Engine
from bot.records import Records
from bot.services import default_services
from bot.storage.database import Database
from bot.storage.keys import Keys
from bot.understanding import Understander
from dialogues.script import default_script
from dialogues.types import Level, Point, Reply, Screening, Turn
from nlu.rules import RuleParser

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Finder:
    """Every answer is one point; `now` cannot wait."""

    def points(self, text: str, question: str) -> tuple[Point, ...]:
        quote = text.strip()
        start = text.index(quote)
        return (
            Point(start, start + len(quote), quote, ("problem",), ("food_and_drink",), "negative", label=quote[:20]),
        )

    def fresh(self, points: tuple[Point, ...], known: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple(p for p in points if p.quote not in {k.quote for k in known})

    def cannot_wait(self, text: str) -> bool:
        return "nobody has come" in text


def screen(text: str) -> Screening:
    if "on the floor" in text:
        return Screening(Level.IMMEDIATE, "danger_fall", ((0, len(text)),))
    if "takes my money" in text:
        return Screening(Level.CONCERN, "financial_abuse", ((0, len(text)),))
    if "waiting like a dog" in text:
        return Screening(Level.CONCERN, "neglect", ((0, len(text)),), sure=False)
    return Screening()


class House:
    """An engine over a database of its own."""

    def __init__(self, database: Database, records: Records, engine: Engine, clock: Clock) -> None:
        self.database, self.records, self.engine, self.clock = database, records, engine, clock
        self.count = 0

    async def open(self) -> Reply:
        return await self.engine.start(service="home_care", channel="api", preferred_name="Winnie")

    async def say(self, conversation: str, text: str, message: str = "", **changes: Any) -> Reply:
        self.count += 1
        self.clock.now += timedelta(seconds=5)
        turn = Turn(conversation, message or f"m{self.count}", text, self.clock.now, channel="api", **changes)
        return await self.engine.handle_turn(turn)

    async def until(self, conversation: str, purpose: str) -> Reply:
        reply = await self.engine.last_prompts(conversation)
        for _ in range(30):
            if reply.prompts[-1].purpose.value == purpose:
                return reply
            expects = reply.prompts[-1].expects.value
            text = {"yes_no": "yes", "choice": "1"}.get(expects, f"they come late, time {self.count}")
            reply = await self.say(conversation, text)
        raise AssertionError(purpose)


@asynccontextmanager
async def open_house(folder: Path) -> AsyncIterator[House]:
    clock = Clock()
    database = await Database.open(f"sqlite:///{folder / 'sayso.db'}")
    records = Records(database, Keys([Fernet.generate_key().decode()]), lambda text: text, clock)
    for service in default_services(default_script(), "Keighley Home Support"):
        await records.ensure_service(
            service.id, name=service.name, kind=service.kind, organisation=service.organisation
        )
    engine = Engine(records, Understander(RuleParser(), screen, Finder()), default_script(), clock)
    yield House(database, records, engine, clock)
    await database.close()
