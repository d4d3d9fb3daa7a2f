from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx
import pytest

from dialogues.types import Act, Context, Expects, Option
from nlu.client import NluClient
from nlu.server import NluEndpoint

if TYPE_CHECKING:
    from tests.conftest import SharedNluServer

ENDPOINT = NluEndpoint("http://127.0.0.1:1", "secret-token")
ASKED = Context("Do you feel the staff listen to you?", Expects.YES_NO)
LATER = Context(kind=Expects.CHOICE, options=(Option("Another day", "later", "2"),))
Handler = Callable[[httpx.Request], httpx.Response]


def intent(name: str, confidence: float = 0.8) -> httpx.Response:
    return httpx.Response(200, json={"intent": {"name": name, "confidence": confidence}, "entities": []})


def client(handler: Handler, **settings: float) -> NluClient:
    return NluClient(ENDPOINT, transport=httpx.MockTransport(handler), **settings)  # type: ignore[arg-type]


async def test_the_question_travels_in_the_text() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return intent("deny")

    found = await client(handler).parse("/chance would be a fine thing", ASKED)
    assert json.loads(seen[0].content) == {
        "text": "yes_no ¦ Do you feel the staff listen to you? ¦ chance would be a fine thing"
    }
    assert seen[0].url.params["token"] == "secret-token"
    assert (found.act, found.confidence, found.degraded) == (Act.DENY, 0.8, False)
    assert found.text == "/chance would be a fine thing"


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(500),
        httpx.Response(401, json={"status": "failure"}),
        httpx.Response(200, text="not json"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"intent": None}),
        httpx.Response(200, json={"intent": {"name": "no_such_act", "confidence": 1}}),
        httpx.Response(200, json={"intent": {"name": "stop"}}),
    ],
)
async def test_a_useless_answer_falls_back_to_the_rules(reply: httpx.Response) -> None:
    found = await client(lambda request: reply).parse("aye", ASKED)
    assert (found.act, found.degraded) == (Act.AFFIRM, True)


async def test_no_connection_falls_back_to_the_rules() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    assert (await client(handler).parse("they never stop to talk", ASKED)).degraded


async def test_the_circuit_opens_after_five_failures_and_closes_again() -> None:
    calls = 0
    healthy = False

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        return intent("affirm") if healthy else httpx.Response(503)

    parser = client(handler, open_seconds=0.05)
    for _ in range(8):
        assert (await parser.parse("aye", ASKED)).degraded
    assert calls == 5
    healthy = True
    await asyncio.sleep(0.1)
    assert not (await parser.parse("aye", ASKED)).degraded
    assert calls == 6


async def test_the_token_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await client(lambda request: intent("affirm")).parse("aye", ASKED)
    await client(lambda request: httpx.Response(500)).parse("aye", ASKED)
    assert "secret-token" not in caplog.text
    assert "secret-token" not in repr(ENDPOINT)


async def test_keys_need_no_server() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise AssertionError("asked")

    found = await client(handler).parse("1", ASKED)
    assert (found.act, found.degraded) == (Act.AFFIRM, False)


async def test_without_a_server_the_rules_answer() -> None:
    assert (await NluClient(None).parse("aye", ASKED)).degraded


@pytest.mark.parametrize(
    ("text", "said", "context", "act", "value"),
    [
        ("six, no, seven", "correct", Context(kind=Expects.SCALE), Act.ANSWER, 7.0),
        ("six or seven", "partial", Context(kind=Expects.SCALE), Act.PARTIAL, None),
        ("can you say that again", "repeat", Context(kind=Expects.SCALE), Act.REPEAT, None),
        ("none", "deny", Context(kind=Expects.BEANS), Act.ANSWER, 0.0),
        ("take back what I said about meals", "take_back", Context(), Act.TAKE_BACK, "meals"),
        ("no, I said six o'clock", "correct", Context(kind=Expects.READ_BACK), Act.CORRECT, "six o'clock"),
        ("another day", "pause", LATER, Act.ANSWER, "later"),
        ("put me through to another sort of person", "human", LATER, Act.HUMAN, None),
    ],
)  # fmt: skip
async def test_values(text: str, said: str, context: Context, act: Act, value: object) -> None:
    found = await client(lambda request: intent(said)).parse(text, context)
    assert (found.act, found.value) == (act, value)


@pytest.mark.real
async def test_the_real_server_understands(nlu_server: SharedNluServer) -> None:
    parser = NluClient(NluEndpoint(nlu_server.url, nlu_server.token))
    opened = Context("What matters most to you about the people who come to help you?", Expects.OPEN)
    scale = Context("How would you rate the meals, from nought to ten?", Expects.SCALE)
    rows = [
        ("could you say that again please", opened, Act.REPEAT),
        ("they come at four and I'm not hungry while six so it goes in the bin", opened, Act.ANSWER),
        ("can I speak to a real person please", opened, Act.HUMAN),
        ("speak up a bit, I can't hear you", opened, Act.LOUDER),
        ("yes", ASKED, Act.AFFIRM),
        ("no, never", ASKED, Act.DENY),
        ("seven", scale, Act.ANSWER),
        ("I've no idea", scale, Act.DONT_KNOW),
        ("thank you very much", opened, Act.THANKS),
        ("take back what I said about meals", opened, Act.TAKE_BACK),
    ]
    found = [await parser.parse(text, context) for text, context, _ in rows]
    assert not any(understanding.degraded for understanding in found)
    assert [u.act for u in found] == [act for _, _, act in rows]
    assert found[6].value == 7.0
    await parser.close()


@pytest.mark.real
async def test_a_killed_server_is_replaced(nlu_server: SharedNluServer) -> None:
    parser = NluClient(NluEndpoint(nlu_server.url, nlu_server.token), open_seconds=0.5)
    starts = nlu_server.starts
    assert nlu_server.process_id is not None
    os.kill(nlu_server.process_id, signal.SIGKILL)
    await asyncio.sleep(0.2)
    assert (await parser.parse("aye", ASKED)).degraded
    for _ in range(600):
        if not (await parser.parse("aye", ASKED)).degraded:
            break
        await asyncio.sleep(0.1)
    assert not (await parser.parse("aye", ASKED)).degraded
    assert nlu_server.starts == starts + 1
    await parser.close()
