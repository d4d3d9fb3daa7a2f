"""`GET /api/v1/export`: what may be shown, as a file."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from bot import insights
from bot.exports import Format
from bot.web import tokens
from bot.web.period import End, Service, Start, filters_of
from bot.web.ports import Exports, Filters
from bot.web.tokens import Tokens

PIECE_BYTES = 64 * 1024

RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {each.media_type.partition(";")[0]: {"schema": {"type": "string"}} for each in Format},
        "headers": {"Content-Disposition": {"description": "Names the file.", "schema": {"type": "string"}}},
    }
}


def router(exports: Exports, known: Tokens) -> APIRouter:
    """Builds the route."""
    calls = _Export(exports, known)
    routes = APIRouter(tags=["insights"], dependencies=[Depends(tokens.requires(known, tokens.INSIGHTS))])
    routes.add_api_route(
        "/export", calls.export, methods=["GET"], response_class=StreamingResponse, responses=RESPONSES
    )
    return routes


class _Export:
    def __init__(self, exports: Exports, known: Tokens) -> None:
        self._exports = exports
        self._known = known

    async def export(
        self,
        request: Request,
        format: Annotated[Format, Query(description="csv, xlsx, jsonl (JSON Lines) or fhir (R4, R4B).")] = Format.CSV,
        service: Service = None,
        start: Start = None,
        end: End = None,
        bom: Annotated[bool, Query(description="Start CSV with a byte order mark, as Excel likes it.")] = False,
    ) -> StreamingResponse:
        """Gives the quotes that may be shown as a file, through the same rules as the provider's page.

        Time is widened to whole months. Each export is noted in the audit. The file is complete before the first byte
        is sent. Exports are made one at a time; when many wait, the answer is 503.
        """
        filters = filters_of(service, start, end)
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer has been sent; it has no name
        try:
            await self._exports.write(
                format,
                file,
                insights.Filters(filters.service, filters.start, filters.end),
                asked_by=f"token {self._known.name_of(request.headers['authorization'])}",
                bom=bom,
            )
        except BaseException:
            file.close()
            raise
        headers = {
            "content-disposition": f'attachment; filename="{_file_name(format, filters)}"',
            "content-length": str(file.seek(0, 2)),
        }
        return StreamingResponse(_pieces(file), media_type=format.media_type, headers=headers)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(PIECE_BYTES):
            yield piece


def _file_name(format: Format, filters: Filters) -> str:
    service = re.sub(r"[^A-Za-z0-9_-]", "", filters.service or "")
    parts = ("sayso", service, f"{datetime.now(UTC):%Y-%m-%d}")
    return "-".join(part for part in parts if part) + format.suffix
