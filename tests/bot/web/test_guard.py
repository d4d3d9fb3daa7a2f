"""What stands around every address: headers, floods, sizes, faults."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import structlog

from bot.web.limits import LARGEST_BODY_BYTES, Buckets
from bot.web.ports import Flood

PATHS = ["/", "/talk", "/provider", "/nope", "/healthz", "/api/v1/insights", "/static/talk/site.css"]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_is_guarded(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "strict-transport-security" not in headers
    assert ("no-store" in headers.get("cache-control", "")) is (not path.startswith("/static/"))


async def test_https_is_kept(world: Any) -> None:
    world.change(https=True)
    async with world.client(base_url="https://sayso.test") as client:
        assert "max-age" in (await client.get("/")).headers["strict-transport-security"]


async def test_cookies_are_secure_behind_a_proxy_that_ends_https(world: Any) -> None:
    world.change(https=True)
    async with world.client(base_url="http://sayso.test") as client:
        started = await client.post("/talk/start", data={"service": "home"})
        signed_in = await client.post("/provider/sign-in", data={"token": "staff-token"})
    cookies = started.headers.get_list("set-cookie") + signed_in.headers.get_list("set-cookie")
    assert len(cookies) >= 3
    assert all("Secure" in cookie for cookie in cookies)


@pytest.mark.parametrize("path", ["/nope", "/talk/nope", "/static/../bot", "/%00", "/provider/themes/x/y", "/docs"])
async def test_unknown_addresses_get_plain_words(client: httpx.AsyncClient, path: str) -> None:
    page = await client.get(path)
    assert page.status_code == 404
    assert "This page is not here" in page.text
    assert "Traceback" not in page.text


@pytest.mark.parametrize("path", ["/talk/conversation", "/provider/sign-in"])
async def test_a_wrong_method_gets_a_page(client: httpx.AsyncClient, path: str) -> None:
    page = await client.put(path)
    assert page.status_code == 405
    assert "<h1>Something went wrong</h1>" in page.text


async def test_a_fault_shows_and_logs_no_words(client: httpx.AsyncClient, world: Any) -> None:
    await client.post("/talk/start", data={"service": "home"})

    async def fail(_conversation_id: str) -> None:
        raise RuntimeError("Winnie said it")

    world.handler.last_prompts = fail
    with structlog.testing.capture_logs() as logged:
        page = await client.get("/talk/conversation")
    assert page.status_code == 500
    assert "Something went wrong" in page.text
    assert [entry["event"] for entry in logged] == ["web.unexpected"]
    assert logged[0]["error"] == "RuntimeError"
    assert "Winnie" not in page.text + str(logged)


@pytest.mark.parametrize("path", ["/talk/say", "/talk/start", "/api/v1/conversations", "/provider/sign-in", "/nope"])
@pytest.mark.parametrize("is_told", [True, False])
async def test_a_large_body_is_turned_away(client: httpx.AsyncClient, path: str, is_told: bool) -> None:
    body = b"x" * (LARGEST_BODY_BYTES + 1)

    async def parts() -> AsyncIterator[bytes]:
        for first in range(0, len(body), 50_000):
            yield body[first : first + 50_000]

    answer = await client.post(path, content=body if is_told else parts())
    assert answer.status_code == 413
    assert "too long" in answer.text


async def test_a_body_of_the_largest_size_is_read(client: httpx.AsyncClient) -> None:
    answer = await client.post("/nope", content=b"x" * LARGEST_BODY_BYTES)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("setting", "method", "path"),
    [
        ("page_flood", "GET", "/talk"),
        ("api_flood", "GET", "/api/v1/insights"),
        ("sign_in_flood", "POST", "/talk/start"),
    ],
)
async def test_a_flood_is_turned_away(world: Any, setting: str, method: str, path: str) -> None:
    world.change(**{setting: Flood(burst=3, per_second=0.001)})
    async with world.client() as client:
        statuses = [(await client.request(method, path)).status_code for _ in range(5)]
        last = await client.request(method, path)
        assert statuses[3:] == [429, 429]
        assert 429 not in statuses[:3]
        assert int(last.headers["retry-after"]) > 0
        assert ("error" in last.text) is path.startswith("/api")
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/static/talk/site.css")).status_code == 200


async def test_programs_are_counted_by_token_and_not_with_each_other(world: Any) -> None:
    world.change(api_flood=Flood(burst=2, per_second=0.001))
    async with world.client() as client:
        wrong = [(await client.get("/api/v1/insights", headers=_bearer(f"guess {n}"))).status_code for n in range(4)]
        right = [(await client.get("/api/v1/insights", headers=_bearer("secret-of-reader"))).status_code for _ in "123"]
        other = (await client.get("/api/v1/insights", headers=_bearer("secret-of-both"))).status_code
    assert wrong == [401, 401, 429, 429]
    assert right == [200, 200, 429]
    assert other == 200


def _bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def test_a_bucket_fills_again() -> None:
    now = 0.0
    buckets = Buckets(Flood(burst=2, per_second=0.5), lambda: now)
    assert [buckets.wait_seconds("a") for _ in range(3)] == [0.0, 0.0, 2.0]
    assert buckets.wait_seconds("b") == 0.0
    now = 2.0
    assert [buckets.wait_seconds("a") for _ in range(2)] == [0.0, 2.0]
    now = 1_000.0
    assert [buckets.wait_seconds("a") for _ in range(3)] == [0.0, 0.0, 2.0]


def test_buckets_stay_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.limits.MOST_CALLERS", 3)
    buckets = Buckets(Flood(burst=1, per_second=0.001), lambda: 0.0)
    for caller in "abcd":
        buckets.wait_seconds(caller)
    assert buckets.wait_seconds("d") > 0
    assert buckets.wait_seconds("a") == 0.0
