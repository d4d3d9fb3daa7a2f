"""`GET /api/v1/export`: the files, who may have them, and what is noted."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from typing import Any, BinaryIO

import httpx
import pytest
import pytest_asyncio
from fhir.resources.R4B.bundle import Bundle
from sqlalchemy import select
from storing import Clock, contributes, say
from talking import services

from bot.exports import Exports, Format
from bot.records import Records
from bot.storage import Database
from bot.storage.models import AuditRow
from bot.web.app import create_app
from bot.web.ports import Flood, Parts
from dialogues.errors import SaysoError
from dialogues.types import PointWithdrawn

READER = {"authorization": "Bearer secret-of-reader"}
TALKER = {"authorization": "Bearer secret-of-talker"}
EXPORT = "/api/v1/export"
MARK = "zebra-words"


def opened(world: Any, exports: Any) -> httpx.AsyncClient:
    parts = Parts(
        handler=world.handler,
        services=services,
        transcript=world.handler.transcript,
        resume_code=world.handler.resume_code,
        contributions=world.contributions,
        insights=world.insights,
        ready=world.ready,
        settings=world.settings,
        exports=exports,
    )
    transport = httpx.ASGITransport(app=create_app(parts), client=("192.0.2.7", 50_000))
    return httpx.AsyncClient(transport=transport, base_url="http://sayso.test", headers=READER)


@pytest.fixture
def exports(database: Database, clock: Clock) -> Exports:
    return Exports(database, clock, names={}, wording="abc", trust_redaction=True)


@pytest_asyncio.fixture
async def reader(world: Any, records: Records, exports: Exports) -> AsyncIterator[httpx.AsyncClient]:
    for index in range(6):
        await contributes(records, f"the tea is cold, Angela, {index}")
    async with opened(world, exports) as client:
        yield client


@pytest.mark.parametrize("format", list(Format))
async def test_each_format_is_a_file(reader: httpx.AsyncClient, format: Format) -> None:
    answer = await reader.get(EXPORT, params={"format": format, "service": "home"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == format.media_type
    assert answer.headers["content-disposition"].startswith('attachment; filename="sayso-home-20')
    assert answer.headers["content-disposition"].endswith(f'{format.suffix}"')
    assert int(answer.headers["content-length"]) == len(answer.content) > 0
    assert answer.headers["cache-control"] == "no-store"


async def test_the_files_hold_the_quotes(reader: httpx.AsyncClient) -> None:
    words = "the tea is cold, [name], 3"
    assert words in (await reader.get(EXPORT)).text
    assert (await reader.get(EXPORT, params={"bom": "true"})).content.startswith(b"\xef\xbb\xbf")
    lines = (await reader.get(EXPORT, params={"format": "jsonl"})).text.splitlines()
    assert words in {json.loads(line)["quote"] for line in lines}
    assert len(Bundle.model_validate_json((await reader.get(EXPORT, params={"format": "fhir"})).content).entry) == 7
    assert zipfile.is_zipfile(io.BytesIO((await reader.get(EXPORT, params={"format": "xlsx"})).content))


async def test_what_is_taken_back_is_gone_from_the_next(reader: httpx.AsyncClient, records: Records) -> None:
    conversation_id = await contributes(records, "the soup is thin")
    assert "soup" in (await reader.get(EXPORT)).text
    await say(records, conversation_id, "take it back", PointWithdrawn("p1"))
    for format in Format:
        answer = await reader.get(EXPORT, params={"format": format})
        assert answer.status_code == 200
        assert b"soup" not in answer.content


async def test_a_period_is_taken_in_whole_months(reader: httpx.AsyncClient) -> None:
    async def rows(since: str, until: str) -> int:
        answer = await reader.get(EXPORT, params={"format": "jsonl", "from": since, "to": until})
        return len(answer.text.splitlines())

    assert await rows("2026-05-20", "2026-05-21") == 6
    assert await rows("2026-06-01", "2026-06-30") == 0


async def test_each_export_is_noted_with_the_token(reader: httpx.AsyncClient, database: Database) -> None:
    await reader.get(EXPORT, params={"format": "fhir", "from": "2026-05-20"})
    async with database.read() as connection:
        (row,) = (await connection.execute(select(AuditRow.__table__))).all()
    assert (row.who, row.action, row.subject) == ("token reader", "export", "all services")
    assert row.detail == {"format": "fhir", "from": "2026-05-01", "to": None, "quotes": 6}


@pytest.mark.parametrize(("headers", "status"), [({"authorization": ""}, 401), (TALKER, 403)])
async def test_it_needs_the_scope_insights(
    reader: httpx.AsyncClient, database: Database, headers: dict[str, str], status: int
) -> None:
    assert (await reader.get(EXPORT, headers=headers)).status_code == status
    async with database.read() as connection:
        assert (await connection.execute(select(AuditRow.id))).all() == []


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"format": MARK}, 422, "invalid"),
        ({"from": MARK}, 422, "invalid"),
        ({"bom": MARK}, 422, "invalid"),
        ({"from": "2026-03-01", "to": "2026-02-01"}, 422, "period_reversed"),
        ({"service": MARK}, 404, "service_unknown"),
        ({"service": MARK * 50}, 422, "invalid"),
    ],
)
async def test_what_cannot_be_is_refused_without_an_echo(
    reader: httpx.AsyncClient, query: dict[str, str], status: int, code: str
) -> None:
    answer = await reader.get(EXPORT, params=query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert MARK not in answer.text


class Failing:
    """Exports that fail when they have begun."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def write(self, format: Format, out: BinaryIO, filters: object, **options: object) -> int:
        out.write(b"half")
        raise self.error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SaysoError("exports_busy", "Try again in a minute.", permanent=False), 503),
        (SaysoError("export_too_long", "Choose fewer months."), 413),
        (RuntimeError(MARK), 500),
    ],
)
async def test_a_fault_is_an_error_and_never_half_a_file(world: Any, error: Exception, status: int) -> None:
    async with opened(world, Failing(error)) as client:
        answer = await client.get(EXPORT)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert ("retry-after" in answer.headers) is (status == 503)


async def test_exports_count_towards_the_limit(world: Any, exports: Exports, records: Records) -> None:
    world.change(api_flood=Flood(burst=2, per_second=0.001))
    async with opened(world, exports) as client:
        assert [(await client.get(EXPORT)).status_code for _ in range(3)] == [200, 200, 429]


async def test_without_exports_there_is_no_such_address(world: Any) -> None:
    async with opened(world, None) as client:
        assert (await client.get(EXPORT)).status_code == 404


async def test_it_is_described(reader: httpx.AsyncClient) -> None:
    described = (await reader.get("/api/v1/openapi.json")).json()["paths"][EXPORT]["get"]
    assert {parameter["name"] for parameter in described["parameters"]} == {"format", "service", "from", "to", "bom"}
    assert set(described["responses"]["200"]["content"]) >= {"text/csv", "application/fhir+json"}
    assert described["security"]
