"""Makes exports: one look at the database, in pieces; what leaves is audited before it is handed out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import BinaryIO

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.exports import reading
from bot.exports.fhir import FhirWriter
from bot.exports.model import About, Format, Progress, Writer
from bot.exports.release import Rules
from bot.exports.tables import CsvWriter, JsonLinesWriter
from bot.exports.workbook import WorkbookWriter
from bot.insights import Filters, Overview
from bot.insights.counting import overview_of
from bot.insights.model import PointFacts
from bot.insights.queries import services_heard
from bot.storage import audit
from bot.storage.database import Database
from dialogues.errors import SaysoError

MOST_WAITING = 4
"""Exports are made one at a time; more than so many waiting are sent away."""


LONGEST_WHO_CHARACTERS = 120
"""What the audit holds."""


class Exports:
    """Exports of what insights show.

    Args:
        database: Where.
        clock: The time now, UTC.
        names: Plain names of the themes, by id, in the order of the coding frame.
        wording: Version of Sayso's texts.
        trust_redaction: True exports redacted quotes that no person has checked.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        names: Mapping[str, str],
        wording: str,
        trust_redaction: bool = False,
    ) -> None:
        self._database = database
        self._clock = clock
        self._names = dict(names)
        self._wording = wording
        self._trust_redaction = trust_redaction
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def write(
        self,
        format: Format,
        out: BinaryIO,
        filters: Filters | None = None,
        *,
        asked_by: str,
        bom: bool = False,
        progress: Progress = lambda done, total: None,
    ) -> int:
        """Writes an export, and notes it in the audit.

        Args:
            format: Which.
            out: An open file that can seek. Hand it on only when this has returned: the audit comes last.
            filters: The view; widened to whole months. None for everything.
            asked_by: Who asks, for the audit: a staff id, the name of a token, `command line`.
            bom: True starts CSV with a byte order mark.
            progress: Told how far it is.

        Returns:
            The number of quotes.

        Raises:
            SaysoError: `service_unknown`; `export_too_long`; `exports_busy`, where trying again helps.
        """
        months = (filters or Filters()).whole_months()
        async with self._one_at_a_time():
            async with self._database.read() as connection:
                if months.service is not None and not await reading.has_service(connection, months.service):
                    raise SaysoError("service_unknown", "There is no such service. Check its id.")
                written = await self._write(connection, _writer(format, out, bom), format, months, progress)
            await self._audit(asked_by, format, months, written)
        return written

    async def _write(
        self, connection: AsyncConnection, writer: Writer, format: Format, filters: Filters, progress: Progress
    ) -> int:
        rules, written, done = Rules(filters), 0, 0
        facts: list[PointFacts] | None = [] if format is Format.XLSX else None
        async for points in reading.points(connection, trust_redaction=self._trust_redaction):
            rules.count_all(points)
            if facts is not None:
                facts += [point.facts for point in points if rules.holds(point.facts)]
        total = await reading.count_candidates(connection, filters, trust_redaction=self._trust_redaction)
        overview = None if facts is None else await self._overview(connection, facts, filters)
        await asyncio.to_thread(writer.begin, self._about(filters, rules.themes, overview))
        async for candidates in reading.candidates(connection, filters, trust_redaction=self._trust_redaction):
            released = [quote for quote in map(rules.release, candidates) if quote is not None]
            await asyncio.to_thread(writer.add, released)
            written, done = written + len(released), done + len(candidates)
            progress(done, total)
        await asyncio.to_thread(writer.end)
        return written

    def _about(self, filters: Filters, shown: frozenset[str], overview: Overview | None) -> About:
        order = [theme for theme in self._names if theme in shown]
        themes = (*order, *sorted(shown - set(order)))
        checked = not self._trust_redaction
        return About(filters, self._clock(), self._wording, checked, self._names, themes, overview)

    async def _overview(self, connection: AsyncConnection, facts: list[PointFacts], filters: Filters) -> Overview:
        services = await services_heard(connection)
        frame = tuple(self._names)
        return await asyncio.to_thread(lambda: overview_of(facts, filters, frame=frame, services=services))

    @asynccontextmanager
    async def _one_at_a_time(self) -> AsyncIterator[None]:
        if self._waiting > MOST_WAITING:
            raise SaysoError("exports_busy", "Many exports are under way. Try again in a minute.", permanent=False)
        self._waiting += 1
        try:
            async with self._turn:
                yield
        finally:
            self._waiting -= 1

    async def _audit(self, who: str, format: Format, filters: Filters, quotes: int) -> None:
        detail = {
            "format": str(format),
            "from": filters.since and filters.since.isoformat(),
            "to": filters.until and filters.until.isoformat(),
            "quotes": quotes,
        }
        async with self._database.write() as connection:
            await audit.append(
                connection,
                who=who[:LONGEST_WHO_CHARACTERS],
                action="export",
                subject=filters.service or "all services",
                at=self._clock(),
                detail=detail,
            )


def _writer(format: Format, out: BinaryIO, bom: bool) -> Writer:
    match format:
        case Format.CSV:
            return CsvWriter(out, bom=bom)
        case Format.XLSX:
            return WorkbookWriter(out)
        case Format.JSONL:
            return JsonLinesWriter(out)
        case Format.FHIR:
            return FhirWriter(out)
