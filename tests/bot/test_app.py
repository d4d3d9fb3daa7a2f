"""The whole app, put together: an alert leaves at once, by real HTTP and real SMTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import open_app
from bot.pages import api_token
from bot.settings import load_settings
from dialogues.errors import SaysoError
from dialogues.types import Turn

DANGER = "i've fallen in the kitchen and i can't get up"


@asynccontextmanager
async def listening(
    answer: Callable[[str], bytes | None], greeting: bytes = b""
) -> AsyncIterator[tuple[int, list[str]]]:
    """A local server that takes lines down and answers them; gives its port and what it heard."""
    heard: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        while line := await reader.readline():
            heard.append(line.decode().rstrip("\r\n"))
            if reply := answer(heard[-1]):
                writer.write(reply)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heard


def smtp() -> Callable[[str], bytes | None]:
    """Answers as a small mail server does."""
    in_data = False

    def answer(line: str) -> bytes | None:
        nonlocal in_data
        if in_data:
            in_data = line != "."
            return None if in_data else b"250 taken\r\n"
        if line.upper() == "DATA":
            in_data = True
            return b"354 go on\r\n"
        return b"221 bye\r\n" if line.upper() == "QUIT" else b"250 fine\r\n"

    return answer


async def until(found: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not found():
            await asyncio.sleep(0.05)


async def test_an_alert_leaves_at_once_by_mail(tmp_path: Path) -> None:
    async with listening(smtp(), b"220 hello\r\n") as (port, heard):
        alerts = f"smtp://127.0.0.1:{port}/?from=sayso@example.org&to=lead@example.org"
        settings = load_settings(data_folder=tmp_path, database_url="", nlu=False, alerts=alerts)
        async with open_app(settings) as app:
            reply = await app.engine.start(service="home_care", channel="api", preferred_name="Winifred")
            reply = await app.engine.handle_turn(Turn(reply.conversation_id, "m", DANGER, datetime.now(UTC)))
            assert "999" in reply.prompts[0].text
            await until(lambda: "." in heard)
    mail = "\n".join(heard)
    assert "RCPT TO:<lead@example.org>" in mail
    assert "immediate" in mail
    assert "Winifred" not in mail


async def test_without_a_route_the_alert_waits_and_says_so(tmp_path: Path) -> None:
    settings = load_settings(data_folder=tmp_path, database_url="", nlu=False, alerts="")
    async with open_app(settings) as app:
        reply = await app.engine.start(service="home_care", channel="api")
        await app.engine.handle_turn(Turn(reply.conversation_id, "m", DANGER, datetime.now(UTC)))
        [waiting] = await app.outbox.pending_undeliverable()
        assert waiting.kind == "alert"
        assert not app.outbox_has_route


@pytest.mark.parametrize(
    ("text", "scopes"),
    [("a:converse:s", {"converse"}), ("a:converse+insights:s:t", {"converse", "insights"})],
)
def test_api_token(text: str, scopes: set[str]) -> None:
    assert api_token(text).scopes == scopes


@pytest.mark.parametrize("text", ["", "a", "a:converse", "a:everything:s", ":converse:s", "a:converse:"])
def test_bad_api_token(text: str) -> None:
    with pytest.raises(SaysoError, match="SAYSO_API_TOKENS"):
        api_token(text)


def test_a_wrong_setting_is_named_and_its_value_is_not() -> None:
    with pytest.raises(SaysoError, match="SAYSO_PORT") as caught:
        load_settings(port="a-secret")
    assert "a-secret" not in json.dumps([caught.value.message, repr(caught.value.__cause__)])
