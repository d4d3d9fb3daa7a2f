"""The double itself: faults that tests order, as python-telegram-bot's own client meets them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest
from bot_api import BotApi
from telegram import Bot
from telegram.error import Forbidden, NetworkError, RetryAfter, TimedOut

OGG = b"OggS" + bytes(100_000)


async def test_429_tells_when_to_try_again(api: BotApi, client: Bot) -> None:
    doris = api.person()
    await doris.says("Hello")
    api.fail("sendMessage", times=2, status=429, retry_after=3)
    async with httpx.AsyncClient(trust_env=False) as browser:
        answer = await browser.get(f"{api.base_url}{api.token}/sendMessage")
    assert answer.status_code == 429
    assert answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 3",
        "parameters": {"retry_after": 3},
    }
    with pytest.raises(RetryAfter) as error:
        await client.send_message(doris.id, "Hello")
    assert error.value.retry_after == timedelta(seconds=3)
    await client.send_message(doris.id, "Hello")
    assert len(await doris.hears_all(0.01)) == 1
    assert [call.status for call in api.called("sendMessage")] == [429, 429, 200]


async def test_403_and_500(api: BotApi, client: Bot) -> None:
    api.fail("getMe", status=403)
    api.fail("getMe", status=500)
    api.fail("getMe", status=502)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await client.get_me()
    with pytest.raises(NetworkError, match="Internal Server Error"):
        await client.get_me()
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await client.get_me()
    assert await client.get_me()


@pytest.mark.parametrize(
    ("trouble", "acted", "heard"), [("half", None, 1), ("drop", None, 0), ("drop", True, 1), ("timeout", None, 0)]
)
async def test_a_lost_answer(api: BotApi, client: Bot, trouble: str, acted: bool | None, heard: int) -> None:
    doris = api.person()
    await doris.says("Hello")
    api.fail("sendMessage", status=trouble, acted=acted)  # type: ignore[arg-type]
    with pytest.raises(NetworkError) as error:
        await client.send_message(doris.id, "Hello", read_timeout=0.2)
    assert isinstance(error.value, TimedOut) == (trouble == "timeout")
    assert len(await doris.hears_all(0.01)) == heard
    assert await client.send_message(doris.id, "Hello again")


async def test_a_download_that_breaks_off_half_way(api: BotApi, client: Bot) -> None:
    said = await api.person().sends_voice(OGG)
    assert said.update is not None
    file = await client.get_file(said.update["message"]["voice"]["file_id"])
    api.fail("download", status="half")
    with pytest.raises(NetworkError, match="received 50002 bytes, expected 100004"):
        await file.download_as_bytearray()
    assert await file.download_as_bytearray() == OGG


async def test_updates_in_a_broken_answer_come_again(api: BotApi, client: Bot) -> None:
    said = await api.person().says("Hello")
    api.fail("getUpdates", status="half")
    with pytest.raises(NetworkError):
        await client.get_updates()
    assert [update.update_id for update in await client.get_updates()] == [said.update_id]


async def test_faults_can_be_taken_back(api: BotApi, client: Bot) -> None:
    api.fail("*", times=100, status="drop")
    with pytest.raises(NetworkError):
        await client.get_me()
    api.works()
    assert await client.get_me()


async def test_who_hangs_up_half_way_through_a_call_does_no_harm(
    api: BotApi, client: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", api.port)
    head = f"POST /bot{api.token}/sendMessage HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
    writer.write(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\nchat_id".encode())
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await asyncio.sleep(0.05)
    assert await client.get_me()
    assert api.called("sendMessage") == []
    assert [record for record in caplog.records if record.name == "uvicorn.error"] == []
