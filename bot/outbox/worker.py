"""Sends what is in the outbox, as soon as it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.outbox import queue
from bot.outbox.routes import Routes
from bot.outbox.senders import Sender
from bot.storage.database import Database
from bot.storage.keys import Keys
from bot.storage.models import OutboxRow
from dialogues.errors import SaysoError

BATCH = 20
LONGEST_SLEEP_SECONDS = 30.0
LATE_SECONDS = 60.0  # an alert reaches a named person within the minute

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """Messages of one kind that cannot leave: nobody is set up for them, or they keep failing."""

    kind: str
    count: int
    oldest: datetime
    last_error: str


class Worker:
    """Takes due messages and sends them. Several may run; on PostgreSQL they share the queue by row locks.

    Args:
        database: Where the outbox is.
        keys: Decrypt payloads.
        routes: Who takes what.
        clock: The time now, UTC.
    """

    def __init__(self, database: Database, keys: Keys, routes: Routes, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keys = keys
        self._routes = routes
        self._clock = clock
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Something was queued: look now. Give this to `Records` as its `wake`."""
        self._awake.set()

    def add_route(self, kind: str, sender: Sender) -> None:
        """From now on, messages of this kind leave by this sender."""
        self._routes = Routes({**self._routes.by_kind, kind: sender})
        self.wake()

    async def run(self) -> None:
        """Sends for ever; cancel the task to stop. A message cut off by that is sent again after its lease."""
        await queue.retry_waiting(self._database, self._clock())
        while True:
            self._awake.clear()
            try:
                while await self.deliver_due():
                    pass
                pause = await self._pause_seconds()
            except SQLAlchemyError as error:
                log.warning("outbox_database_failed", error=type(error).__name__)
                pause = LONGEST_SLEEP_SECONDS
            await self._sleep(pause)

    async def deliver_due(self) -> int:
        """Sends what is due now, all at once; returns how many messages it tried."""
        claimed = await queue.claim(self._database, self._keys, self._clock(), limit=BATCH)
        await asyncio.gather(*(self._deliver(one) for one in claimed))
        return len(claimed)

    async def pending_undeliverable(self) -> list[Undeliverable]:
        """What cannot leave, by kind: without a sender, or tried without success for a minute."""
        late = self._clock() - timedelta(seconds=LATE_SECONDS)
        stuck = (OutboxRow.last_error == "no_sender") | (OutboxRow.created_at < late)
        unrouted = OutboxRow.kind.not_in(list(self._routes.by_kind))
        query = (
            select(
                OutboxRow.kind,
                func.count().label("messages"),
                func.min(OutboxRow.created_at).label("oldest"),
                func.max(OutboxRow.last_error).label("last_error"),
            )
            .where(OutboxRow.state == "queued", stuck | unrouted)
            .group_by(OutboxRow.kind)
            .order_by(OutboxRow.kind)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [Undeliverable(row.kind, row.messages, row.oldest, row.last_error or "no_sender") for row in rows]

    async def _deliver(self, claimed: queue.Claimed) -> None:
        sender = self._routes.sender_for(claimed.message)
        if sender is None:
            await queue.put_off(self._database, claimed, self._clock())
            return
        code = await _send(sender, claimed)
        if code is None:
            await queue.sent(self._database, claimed, self._clock())
        else:
            await queue.failed(self._database, claimed, self._clock(), code)
        log.info("outbox_message", kind=claimed.message.kind, tries=claimed.tries + 1, error=code)

    async def _pause_seconds(self) -> float:
        moment = await queue.next_due(self._database)
        if moment is None:
            return LONGEST_SLEEP_SECONDS
        return min(LONGEST_SLEEP_SECONDS, max(0.05, (moment - self._clock()).total_seconds()))

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._awake.wait()
        except TimeoutError:
            return


async def _send(sender: Sender, claimed: queue.Claimed) -> str | None:
    """Sends one; returns the code of what went wrong, or None. A sender's defect never stops the other messages."""
    try:
        async with asyncio.timeout(queue.LEASE_SECONDS / 2):
            await sender.send(claimed.message)
    except SaysoError as error:
        return error.code
    except Exception as error:
        return type(error).__name__
    return None
