"""The probes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.web.ports import Readiness


async def test_the_process_is_up(client: httpx.AsyncClient, world: Any) -> None:
    world.readiness = Readiness(database=False)
    assert (await client.get("/healthz")).json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("readiness", "status", "nlu"),
    [
        (Readiness(database=True), 200, "ok"),
        (Readiness(database=True, nlu="degraded"), 200, "degraded"),
        (Readiness(database=False), 503, "ok"),
        (RuntimeError("postgres://user:secret@db"), 503, "unknown"),
        (TimeoutError(), 503, "unknown"),
    ],
)
async def test_ready(
    client: httpx.AsyncClient, world: Any, readiness: Readiness | Exception, status: int, nlu: str
) -> None:
    world.readiness = readiness
    answer = await client.get("/readyz")
    assert answer.status_code == status
    assert answer.json()["nlu"] == nlu
    assert "secret" not in answer.text
