"""All facts at hand: read once, then kept up with what changed. Triggers tell of every change in its own transaction,
so a view that begins after a withdrawal has been stored never counts it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.insights import queries
from bot.insights.columns import Book, Columns
from bot.insights.model import Filters
from bot.insights.talks import Talks
from bot.insights.tally import Tally, tally_of
from bot.storage.database import Database

READ_AT_ONCE = 50_000
PEOPLE_AT_ONCE = 500
MOST_TALLIES = 256
TOO_MANY_CHANGES = 5_000
"""People; with more of them changed, everything is read anew."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What there was to count at one moment.

    Attributes:
        points: Every live point.
        talks: Every talk.
        tallies: Counts of views that were asked for.
        remembered: What else was worked out from exactly these facts, by what was asked.
    """

    points: Columns
    talks: Talks
    tallies: dict[Filters, Tally] = field(default_factory=dict)
    remembered: dict[Any, Any] = field(default_factory=dict)

    def tally(self, filters: Filters) -> Tally:
        """The counts of a view."""
        found = self.tallies.get(filters)
        if found is None:
            if len(self.tallies) >= MOST_TALLIES:
                self.tallies.pop(next(iter(self.tallies)))
            found = self.tallies[filters] = tally_of(self.points.within(filters))
        return found

    def services(self) -> int:
        """How many services have points."""
        if "services" not in self.remembered:
            points = self.points
            self.remembered["services"] = np.count_nonzero(np.bincount(points.service)) if len(points) else 0
        return int(self.remembered["services"])


def _caught_up(tallies: dict[Filters, Tally], stale: Columns, fresh: Columns) -> dict[Filters, Tally]:
    return {view: _tally_caught_up(tally, stale.within(view), fresh.within(view)) for view, tally in tallies.items()}


def _tally_caught_up(tally: Tally, stale: Columns, fresh: Columns) -> Tally:
    return tally.changed(tally_of(stale), tally_of(fresh)) if len(stale) or len(fresh) else tally


class Store:
    """Follows the database; one for a process is enough.

    Args:
        database: Where.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = asyncio.Lock()
        self._book = Book.new()
        self._codings: dict[tuple[str, str, str, str | None], int] = {}
        self._next = 0
        self._facts: Facts | None = None

    async def facts(self) -> Facts:
        """The facts as they are now, all changes included that are stored."""
        async with self._lock, self._database.read() as connection:
            people, following = await queries.changes(connection, self._next)
            if self._facts is None or len(people) > TOO_MANY_CHANGES:
                self._facts = await self._read_all(connection)
            elif people:
                self._facts = await self._catch_up(connection, self._facts, people)
            self._next = following
            return self._facts

    async def _read_all(self, connection: AsyncConnection) -> Facts:
        empty = Columns.of_rows(self._book, [])
        return Facts(
            empty.joined(await self._points(connection, None)), await queries.talks(connection, self._book, None)
        )

    async def _catch_up(self, connection: AsyncConnection, old: Facts, people: list[int]) -> Facts:
        points, talks, tallies = old.points, old.talks, dict(old.tallies)
        for start in range(0, len(people), PEOPLE_AT_ONCE):
            some = people[start : start + PEOPLE_AT_ONCE]
            fresh = Columns.of_rows(self._book, []).joined(await self._points(connection, some))
            stale = points.of_people(some)
            tallies = await asyncio.to_thread(_caught_up, tallies, stale, fresh)
            points = points.with_people(some, fresh)
            talks = talks.with_people(some, await queries.talks(connection, self._book, some))
        return Facts(points, talks, tallies)

    async def _points(self, connection: AsyncConnection, people: Sequence[int] | None) -> list[Columns]:
        parts = []
        after = 0
        while True:
            rows = (await connection.execute(queries.point_rows(connection, people, after, READ_AT_ONCE))).all()
            parts.append(await asyncio.to_thread(self._decoded, rows))
            if len(rows) < READ_AT_ONCE:
                return parts
            after = int(rows[-1][0])

    def _decoded(self, rows: Any) -> Columns:
        return Columns.of_rows(self._book, queries.decode_points(self._book, self._codings, rows))
