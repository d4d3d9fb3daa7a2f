"""Insights over the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import numpy as np
from sqlalchemy.engine import Row

from bot.insights import queries
from bot.insights.columns import CHECKED, CONFIRMED, KEPT, PROXY, QUOTABLE, Columns, Ints, people
from bot.insights.counting import brief_of, published
from bot.insights.intervals import differences
from bot.insights.model import Brief, Cell, Change, Filters, Found, Journey, Overview, Quote, Selection
from bot.insights.periods import now_and_before
from bot.insights.store import Facts, Store
from bot.insights.suppression import publish
from bot.insights.talks import Questions, journey_of
from bot.storage.database import Database

_NO_FILTERS = Filters()
QUOTES_A_PAGE = 20
MOST_LOOKED_THROUGH = 5000
"""Quotes with the words of a search that are looked through."""
_MOST_REMEMBERED = 512
T = TypeVar("T")


class Insights:
    """What providers may see.

    Args:
        database: Where.
        frame: Ids of every theme; those with too few people are listed as hidden. Empty leaves them out.
        trust_redaction: True shows redacted quotes that no person has checked.
        questions: The about-you questions that may be counted, with their answers.
    """

    def __init__(
        self,
        database: Database,
        *,
        frame: Sequence[str] = (),
        trust_redaction: bool = False,
        questions: Questions | None = None,
    ) -> None:
        self._database = database
        self._frame = tuple(frame)
        self._trust_redaction = trust_redaction
        self._questions = questions or {}
        self._store = Store(database)
        self._working = asyncio.Lock()

    async def warm(self) -> None:
        """Reads the facts and counts the views that are asked for most, so that the first page need not."""
        facts = await self._store.facts()
        for service in (None, *facts.points.book.services.values):
            await self.overview(Filters(service))

    async def overview(self, filters: Filters = _NO_FILTERS) -> Overview:
        """Counts of people by theme, kind, sentiment and sense."""
        facts = await self._store.facts()
        months = filters.whole_months()
        return await self._worked_out(facts, ("overview", months), lambda: self._overview(facts, months))

    async def briefs(self, views: Sequence[Filters]) -> list[Brief]:
        """The few figures that are held against each other, for several views of one moment."""
        facts = await self._store.facts()
        found = []
        for filters in views:
            months = filters.whole_months()
            make = _later(self._brief, facts, months)
            found.append(await self._worked_out(facts, ("brief", months), make))
        return found

    async def changes(self, filters: Filters, today: date) -> tuple[Filters, Filters, list[Change]]:
        """What changed from the period before to this one, beyond what is unsure; themes, then feelings."""
        now, before = await self.briefs(now_and_before(filters, today))
        return now.filters, before.filters, differences(before, now)

    async def journey(self, filters: Filters = _NO_FILTERS) -> Journey:
        """How far people came, and who they say they are."""
        facts = await self._store.facts()
        months = filters.whole_months()
        async with self._database.read() as connection:
            invited = await queries.invited(connection, months)
        make = _later(journey_of, facts.talks.within(months), self._questions, invited)
        return await self._worked_out(facts, ("journey", months, invited), make)

    async def quotes(self, theme: str, filters: Filters = _NO_FILTERS) -> list[Quote]:
        """Quotes for a theme; none when fewer than five people spoke of it in this view."""
        return [quote for quote in await self.all_quotes(filters) if theme in quote.themes]

    async def all_quotes(self, filters: Filters = _NO_FILTERS) -> list[Quote]:
        """Every quote of the themes that this view shows, each once."""
        facts = await self._store.facts()
        months = filters.whole_months()
        shown, own_views = await self._shown(facts, months)
        async with self._database.read() as connection:
            rows = await queries.quotable(connection, filters=months, trust_redaction=self._trust_redaction)
        quotes = (_quote(row, shown, own_views) for row in rows)
        return [quote for quote in quotes if quote.themes]

    async def find(self, selection: Selection, filters: Filters = _NO_FILTERS, *, page: int = 1) -> Found:
        """The quotes behind a figure, or those that hold certain words, a page at a time.

        None are shown where the selection counts fewer than five people, whatever the words. Services are not named.
        """
        facts = await self._store.facts()
        months = filters.whole_months()
        key = ("find", months, selection.theme, selection.mark)
        cell, points = await self._worked_out(facts, key, lambda: self._select(facts, months, selection))
        words = selection.words.split()
        is_cut = False
        async with self._database.read() as connection:
            if words and len(points):
                ids = await queries.with_words(
                    connection, words, months, trust_redaction=self._trust_redaction, limit=MOST_LOOKED_THROUGH
                )
                is_cut = len(ids) == MOST_LOOKED_THROUGH
                points = points[np.isin(points, np.array(ids, dtype=np.int64))]
            pages = max(1, -(-len(points) // QUOTES_A_PAGE))
            page = min(max(1, page), pages)
            wanted = [int(point) for point in points[(page - 1) * QUOTES_A_PAGE : page * QUOTES_A_PAGE]]
            rows = await queries.quotable(connection, trust_redaction=self._trust_redaction, points=wanted)
        shown = self._shown_here(facts, months)
        quotes = (_quote(row, shown, {}) for row in rows)
        return Found(cell, tuple(quote for quote in quotes if quote.themes), len(points), page, pages, is_cut)

    def _select(self, facts: Facts, filters: Filters, selection: Selection) -> tuple[Cell, Any]:
        """The cell of a selection, and its quotes' points in an order that says nothing of when or who."""
        view, rows = self._headline(facts, filters, selection.theme)
        book, shown = view.book, self._shown_here(facts, filters)
        if selection.theme is not None:
            shown &= {selection.theme}
        if selection.mark is not None:
            rows = rows[book.with_mark(selection.mark)[view.coding[rows]]]
        cell = publish(people(view.person[rows]), exact=False)
        wanted = QUOTABLE if self._trust_redaction else QUOTABLE | CHECKED
        rows = rows[(view.flags[rows] & wanted) == wanted]
        rows = rows[book.with_any_theme(shown)[view.coding[rows]]] if shown and not cell.hidden else rows[:0]
        return cell, view.point[rows][np.argsort(view.order[rows])]

    @staticmethod
    def _headline(facts: Facts, filters: Filters, theme: str | None) -> tuple[Columns, Ints]:
        """The points of a view, and which of them headline counts are about; those of one theme are remembered."""
        key = ("headline", filters, theme)
        if key in facts.remembered:
            known: tuple[Columns, Ints] = facts.remembered[key]
            return known
        view = facts.points.within(filters)
        rows = view.flagged(KEPT | CONFIRMED, without=PROXY)
        if theme is not None:
            rows = rows[view.book.with_theme(theme)[view.coding[rows]]]
            view, rows = view.take(rows), np.arange(len(rows))
            facts.remembered[key] = view, rows
        return view, rows

    async def _shown(self, facts: Facts, filters: Filters) -> tuple[frozenset[str], Mapping[str, frozenset[str]]]:
        """The themes that a view shows, and those that each service shows by itself."""

        def work_out() -> tuple[frozenset[str], Mapping[str, frozenset[str]]]:
            services = facts.points.book.services.values
            own = {service: self._shown_here(facts, Filters(service)) for service in services}
            return self._shown_here(facts, filters), own

        return await self._worked_out(facts, ("shown", filters), work_out)

    def _shown_here(self, facts: Facts, filters: Filters) -> frozenset[str]:
        brief = self._brief(facts, filters)
        return frozenset(theme for theme, cell in brief.themes.items() if not cell.hidden)

    def _overview(self, facts: Facts, filters: Filters) -> Overview:
        return published(facts.tally(filters), filters, frame=self._frame, services=facts.services())

    def _brief(self, facts: Facts, filters: Filters) -> Brief:
        return brief_of(facts.tally(filters), filters, services=facts.services())

    async def _worked_out(self, facts: Facts, key: Any, make: Callable[[], T]) -> T:
        """What `make` gives, off the event loop, once for these facts."""
        async with self._working:
            if key not in facts.remembered:
                if len(facts.remembered) >= _MOST_REMEMBERED:
                    facts.remembered.clear()
                facts.remembered[key] = await asyncio.to_thread(make)
            made: T = facts.remembered[key]
            return made


def _later(function: Callable[..., T], *arguments: Any) -> Callable[[], T]:
    return lambda: function(*arguments)


def _quote(row: Row[Any], shown: frozenset[str], own_views: Mapping[str, frozenset[str]]) -> Quote:
    themes = tuple(theme for theme in row.themes if theme in shown)
    return Quote(
        quote=row.quote_redacted,
        i_statement=row.i_statement,
        themes=themes,
        kinds=tuple(row.kinds),
        sentiment=row.sentiment,
        sense=row.sense,
        voice=row.voice,
        service=row.service_id if set(themes) <= own_views.get(row.service_id, frozenset()) else None,
        sample=row.sample,
        context=row.context_redacted,
    )
