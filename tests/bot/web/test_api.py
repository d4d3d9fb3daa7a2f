"""The HTTP API: what it gives, and what it refuses without repeating it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import httpx
import pytest
from talking import CODE

from bot.web.ports import Filters
from dialogues.errors import SaysoError
from dialogues.types import Voice

TALKER = {"authorization": "Bearer secret-of-talker"}
READER = {"authorization": "Bearer secret-of-reader"}
CONVERSATIONS = "/api/v1/conversations"
MARK = "zebra-words"  # stands in whatever is sent, so that an echo shows


async def start(client: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await client.post(CONVERSATIONS, json={"service": "home", **body}, headers=TALKER)


async def turn(client: httpx.AsyncClient, conversation_id: str, **body: Any) -> httpx.Response:
    return await client.post(f"{CONVERSATIONS}/{conversation_id}/turns", json=body, headers=TALKER)


def check_error(answer: httpx.Response, status: int, code: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"code", "message"}
    assert MARK not in answer.text
    if code:
        assert answer.json()["error"]["code"] == code


async def test_start_gives_the_first_prompts(client: httpx.AsyncClient, world: Any) -> None:
    answer = await start(client, preferred_name="Winnie", channel="phone")
    body = answer.json()
    assert answer.status_code == 201
    assert body["resume_code"] == CODE
    assert (body["expects"], body["purpose"], body["done"]) == ("yes_no", "consent_take_part", False)
    assert set(body["prompts"][1]) == {"id", "text", "expects", "purpose", "serious", "options"}
    assert body["prompts"][1]["options"][0] == {"label": "Yes", "value": "yes", "key": "1"}
    assert world.handler.starts[0]["preferred_name"] == "Winnie"
    assert world.handler.starts[0]["channel"] == "phone"


async def test_a_code_takes_a_conversation_up(client: httpx.AsyncClient) -> None:
    begun = (await start(client)).json()
    again = await client.post(CONVERSATIONS, json={"resume_code": CODE}, headers=TALKER)
    assert again.json()["conversation_id"] == begun["conversation_id"]


async def test_a_turn_is_answered(client: httpx.AsyncClient, world: Any) -> None:
    begun = (await start(client)).json()
    answer = await turn(client, begun["conversation_id"], text="Yes", voice="relayed", confidence=0.9)
    assert answer.status_code == 200
    assert answer.json()["expects"] == "choice"
    assert answer.json()["act"] == "answer"
    assert answer.json()["duplicate"] is False
    (taken,) = world.handler.turns
    assert (taken.voice, taken.confidence, taken.channel) == (Voice.RELAYED, 0.9, "api")


async def test_the_same_message_is_handled_once(client: httpx.AsyncClient, world: Any) -> None:
    begun = (await start(client)).json()
    first = await turn(client, begun["conversation_id"], text="Yes", message_id="m1")
    second = await turn(client, begun["conversation_id"], text="Yes", message_id="m1")
    assert (first.json()["duplicate"], second.json()["duplicate"]) == (False, True)
    assert len(world.handler.turns) == 1


async def test_messages_without_an_id_are_all_different(client: httpx.AsyncClient, world: Any) -> None:
    begun = (await start(client)).json()
    for _ in range(2):
        await turn(client, begun["conversation_id"], text="Yes")
    assert len({taken.message_id for taken in world.handler.turns}) == 2


@pytest.mark.parametrize(
    ("sent", "handed_on"),
    [
        ("", ""),
        ("/greet", "/greet"),
        ("<script>x</script>", "<script>x</script>"),
        ("'; DROP TABLE turns; --", "'; DROP TABLE turns; --"),
        ("שלום", "שלום"),
        ("👵🏽", "👵🏽"),
        ("a\x00b\x1bc", "abc"),
        ("x" * 20_000, "x" * 20_000),
    ],
)
async def test_odd_words_are_taken(client: httpx.AsyncClient, world: Any, sent: str, handed_on: str) -> None:
    begun = (await start(client)).json()
    answer = await turn(client, begun["conversation_id"], text=sent)
    assert answer.status_code == 200
    assert [taken.text for taken in world.handler.turns] == [handed_on]


async def test_broken_code_points_are_left_out(client: httpx.AsyncClient, world: Any) -> None:
    begun = (await start(client)).json()
    url = f"{CONVERSATIONS}/{begun['conversation_id']}/turns"
    body = b'{"text": "cold \\ud800dinners", "message_id": "m1"}'
    answer = await client.post(url, content=body, headers={**TALKER, "content-type": "application/json"})
    assert answer.status_code == 200
    assert [(taken.text, taken.message_id) for taken in world.handler.turns] == [("cold dinners", "m1")]


@pytest.mark.parametrize("length", [20_001, 100_000])
async def test_a_long_text_is_refused_kindly(client: httpx.AsyncClient, world: Any, length: int) -> None:
    begun = (await start(client)).json()
    check_error(await turn(client, begun["conversation_id"], text="x" * length), 413, "text_too_long")
    assert world.handler.turns == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"zebra-words", 400),
        (b'{"text": "zebra-words"', 400),
        (b'["zebra-words"]', 422),
        (b'"zebra-words"', 422),
        (b"null", 422),
        (b"{}", 422),
        (b'{"text": null}', 422),
        (b'{"text": {"zebra-words": 1}}', 422),
        (b'{"text": "zebra-words", "voice": "zebra-words"}', 422),
        (b'{"text": "zebra-words", "confidence": 7}', 422),
        (b'{"text": "zebra-words", "confidence": NaN}', 422),
        (b'{"text": "zebra-words", "message_id": ""}', 422),
        (b'{"text": "zebra-words", "message_id": "\\ud800"}', 422),
        (b"\xff\xfe zebra-words", 400),
        (b"[" * 60_000, 400),
    ],
)
async def test_invalid_bodies_are_refused_without_an_echo(
    client: httpx.AsyncClient, world: Any, body: bytes, status: int
) -> None:
    begun = (await start(client)).json()
    url = f"{CONVERSATIONS}/{begun['conversation_id']}/turns"
    answer = await client.post(url, content=body, headers={**TALKER, "content-type": "application/json"})
    check_error(answer, status)
    assert world.handler.turns == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"service": MARK}, 404, "service_unknown"),
        ({"service": ""}, 422, "service_missing"),
        ({}, 422, "service_missing"),
        ({"resume_code": "NOPE-NOPE"}, 404, "resume_code_unknown"),
        ({"service": "home", "channel": MARK}, 422, "invalid"),
        ({"service": "home", "preferred_name": MARK * 20}, 422, "invalid"),
        ({"service": 7}, 422, "invalid"),
    ],
)
async def test_a_start_that_cannot_be(client: httpx.AsyncClient, body: dict[str, Any], status: int, code: str) -> None:
    check_error(await client.post(CONVERSATIONS, json=body, headers=TALKER), status, code)


@pytest.mark.parametrize("given", ["nope", MARK, "%00", "x" * 300, "..%2f..%2fetc", "1 OR 1=1"])
@pytest.mark.parametrize("tail", ["turns", "contributions"])
async def test_an_unknown_conversation(client: httpx.AsyncClient, given: str, tail: str) -> None:
    method = "POST" if tail == "turns" else "GET"
    body = {"text": MARK} if tail == "turns" else None
    answer = await client.request(method, f"{CONVERSATIONS}/{given}/{tail}", json=body, headers=TALKER)
    check_error(answer, 404)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": "Bearer zebra-words"},
        {"authorization": "Bearer secret-of-talker2"},
        {"authorization": "Basic secret-of-talker"},
        {"authorization": "secret-of-talker"},
        {"authorization": "Bearer \xe9\xe9"},
    ],
)
@pytest.mark.parametrize("path", [CONVERSATIONS, "/api/v1/insights"])
async def test_no_valid_token(client: httpx.AsyncClient, headers: dict[str, str], path: str) -> None:
    method = "POST" if path == CONVERSATIONS else "GET"
    raw = [(name, value.encode("latin-1")) for name, value in headers.items()]
    answer = await client.request(method, path, json={"service": "home"}, headers=raw)
    check_error(answer, 401, "token_wrong")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_each_scope_opens_its_own_door(client: httpx.AsyncClient) -> None:
    check_error(await client.post(CONVERSATIONS, json={"service": "home"}, headers=READER), 403, "forbidden")
    check_error(await client.get("/api/v1/insights", headers=TALKER), 403, "forbidden")
    assert (await client.get("/api/v1/insights", headers=READER)).status_code == 200


async def test_contributions_are_listed(client: httpx.AsyncClient) -> None:
    begun = (await start(client)).json()
    answer = await client.get(f"{CONVERSATIONS}/{begun['conversation_id']}/contributions", headers=TALKER)
    assert answer.json()["contributions"][0]["quote"] == "They come at four"


async def test_insights_keep_small_counts_unsaid(client: httpx.AsyncClient, world: Any) -> None:
    query = {"service": "home", "from": "2026-01-01", "to": "2026-11-30"}
    answer = await client.get("/api/v1/insights", params=query, headers=READER)
    assert answer.json()["people_heard"] == 61
    assert answer.json()["themes"][1]["people"] is None
    assert answer.json()["themes"][0]["sentiments"]["negative"] == {"people": 8, "rounded": False}
    assert world.insights.asked == [Filters("home", date(2026, 1, 1), date(2026, 11, 30))]


async def test_a_theme_comes_with_its_quotes(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/insights/themes/food_and_drink", headers=READER)
    assert answer.json()["theme"]["people"] == 14
    assert answer.json()["quotes"][0]["month"] == "2026-11"
    check_error(await client.get(f"/api/v1/insights/themes/{MARK}", headers=READER), 404, "theme_unknown")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"from": MARK}, "invalid"),
        ({"to": "2026-02-30"}, "invalid"),
        ({"from": "2026-03-01", "to": "2026-02-01"}, "period_reversed"),
        ({"service": MARK * 50}, "invalid"),
    ],
)
async def test_a_period_that_cannot_be(client: httpx.AsyncClient, query: dict[str, str], code: str) -> None:
    check_error(await client.get("/api/v1/insights", params=query, headers=READER), 422, code)


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (RuntimeError(MARK), 500, "unexpected"),
        (TimeoutError(MARK), 503, "not_ready"),
        (SaysoError("conversation_ended", "This conversation is over. Start a new one."), 409, "conversation_ended"),
        (SaysoError("message_empty", "Send some words."), 400, "message_empty"),
        (SaysoError("database_busy", "Try again in a moment.", permanent=False), 503, "database_busy"),
        (SaysoError("key_wrong", f"Put the key back. {MARK}"), 500, "unexpected"),
    ],
)
async def test_faults_are_told_in_one_shape(
    client: httpx.AsyncClient, world: Any, failure: Exception, status: int, code: str
) -> None:
    begun = (await start(client)).json()
    world.handler.failures.append(failure)
    answer = await turn(client, begun["conversation_id"], text=MARK)
    check_error(answer, status, code)
    assert ("retry-after" in answer.headers) is (status == 503)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/api/v1/nope", 404), ("PUT", CONVERSATIONS, 405)])
async def test_wrong_addresses_have_the_same_shape(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    check_error(await client.request(method, path, headers=TALKER), status)


async def test_openapi_describes_every_address(client: httpx.AsyncClient) -> None:
    described = (await client.get("/api/v1/openapi.json")).json()
    assert {path for path in described["paths"] if path.startswith("/api")} == {
        CONVERSATIONS,
        f"{CONVERSATIONS}/{{conversation_id}}/turns",
        f"{CONVERSATIONS}/{{conversation_id}}/contributions",
        "/api/v1/insights",
        "/api/v1/insights/themes/{theme}",
    }
    assert "secret-of" not in json.dumps(described)
    assert "HTTPBearer" in described["components"]["securitySchemes"]
