"""Data goes when its time is over: at the start, every six hours, and again soon after a fault."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.app import App, open_app
from bot.purging import AGAIN_SECONDS, EVERY_SECONDS, purge_by_the_clock
from bot.records.views import Purged
from bot.settings import load_settings
from bot.storage.models import RecordingRow

START = datetime(2026, 3, 2, 10, tzinfo=UTC)


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self, rounds: int) -> None:
        self.now = START
        self.waits: list[float] = []
        self.rounds = rounds

    def __call__(self) -> datetime:
        return self.now

    async def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)
        if len(self.waits) == self.rounds:
            raise asyncio.CancelledError


async def run(purge: Callable[[], Awaitable[Purged]], clock: Clock) -> None:
    with pytest.raises(asyncio.CancelledError):
        await purge_by_the_clock(purge, clock.wait)


async def test_at_once_and_every_six_hours() -> None:
    clock, at = Clock(3), list[datetime]()

    async def purge() -> Purged:
        at.append(clock.now)
        return Purged()

    await run(purge, clock)
    assert at == [START, START + timedelta(hours=6), START + timedelta(hours=12)]


async def test_a_fault_is_tried_again_soon_and_stops_nothing() -> None:
    clock, faults = Clock(3), iter([OSError("disk full"), ValueError("odd")])

    async def purge() -> Purged:
        if (fault := next(faults, None)) is not None:
            raise fault
        return Purged()

    await run(purge, clock)
    assert clock.waits == [AGAIN_SECONDS, AGAIN_SECONDS, EVERY_SECONDS]


async def recordings(app: App) -> int:
    async with app.database.read() as connection:
        return int((await connection.exec_driver_sql("SELECT count(*) FROM recording")).scalar_one())


async def with_recording(app: App, age: timedelta) -> None:
    opened = await app.engine.start(service="home_care", channel="api")
    row = {"conversation_id": opened.conversation_id, "turn_number": 0, "audio": b"x", "created_at": START - age}
    async with app.database.write() as connection:
        await connection.execute(insert(RecordingRow).values(**row))


async def test_a_recording_goes_within_seven_days_and_six_hours(tmp_path: Path) -> None:
    clock = Clock(6)
    settings = load_settings(data_folder=tmp_path, database_url="", nlu=False)
    async with open_app(settings, clock=clock) as app:
        await with_recording(app, timedelta(days=6, hours=19))
        held: list[int] = []

        async def purge() -> Purged:
            purged = await app.records.purge()
            held.append(await recordings(app))
            return purged

        await run(purge, clock)
    assert held == [1, 0, 0, 0, 0, 0]


async def test_the_app_purges_at_its_start(tmp_path: Path) -> None:
    settings = load_settings(data_folder=tmp_path, database_url="", nlu=False)
    async with open_app(settings, clock=Clock(9)) as app:
        await with_recording(app, timedelta(days=8))
    async with open_app(settings, clock=Clock(9)) as app, asyncio.timeout(60):
        while await recordings(app):
            await asyncio.sleep(0.05)
