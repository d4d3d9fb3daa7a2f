"""Insights over the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.insights import queries
from bot.insights.counting import overview_of
from bot.insights.model import Filters, Overview, Quote
from bot.storage.database import Database

_NO_FILTERS = Filters()


class Insights:
    """What providers may see.

    Args:
        database: Where.
        frame: Ids of every theme; those with too few people are listed as hidden. Empty leaves them out.
        trust_redaction: True shows redacted quotes that no person has checked.
    """

    def __init__(self, database: Database, *, frame: Sequence[str] = (), trust_redaction: bool = False) -> None:
        self._database = database
        self._frame = tuple(frame)
        self._trust_redaction = trust_redaction

    async def overview(self, filters: Filters = _NO_FILTERS) -> Overview:
        """Counts of people by theme, kind, sentiment and sense."""
        async with self._database.read() as connection:
            return await self._overview(connection, filters.whole_months())

    async def quotes(self, theme: str, filters: Filters = _NO_FILTERS) -> list[Quote]:
        """Quotes for a theme; none when fewer than five people spoke of it in this view."""
        return [quote for quote in await self.all_quotes(filters) if theme in quote.themes]

    async def all_quotes(self, filters: Filters = _NO_FILTERS) -> list[Quote]:
        """Every quote of the themes that this view shows, each once."""
        months = filters.whole_months()
        async with self._database.read() as connection:
            shown = _shown(await self._overview(connection, months))
            rows = await queries.quotable(connection, months, trust_redaction=self._trust_redaction)
            own_views = await self._shown_by_service(connection, {row.service_id for row in rows})
        quotes = (_quote(row, shown, own_views) for row in rows)
        return [quote for quote in quotes if quote.themes]

    async def _overview(self, connection: AsyncConnection, filters: Filters) -> Overview:
        points = await queries.facts(connection, filters)
        services = await queries.services_heard(connection)
        return overview_of(points, filters, frame=self._frame, services=services)

    async def _shown_by_service(self, connection: AsyncConnection, services: set[str]) -> Mapping[str, set[str]]:
        points = defaultdict(list)
        for point in await queries.facts(connection, Filters()):
            points[point.service].append(point)
        return {service: _shown(overview_of(points[service], Filters(service))) for service in services}


def _shown(overview: Overview) -> set[str]:
    return {theme.theme for theme in overview.themes if not theme.people.hidden}


def _quote(row: Row[Any], shown: set[str], own_views: Mapping[str, set[str]]) -> Quote:
    themes = tuple(theme for theme in row.themes if theme in shown)
    return Quote(
        quote=row.quote_redacted,
        i_statement=row.i_statement,
        themes=themes,
        kinds=tuple(row.kinds),
        sentiment=row.sentiment,
        sense=row.sense,
        voice=row.voice,
        service=row.service_id if set(themes) <= own_views[row.service_id] else None,
        sample=row.sample,
    )
