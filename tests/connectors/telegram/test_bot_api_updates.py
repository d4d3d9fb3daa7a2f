"""The double itself: updates by offset and by webhook, with python-telegram-bot's own client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from bot_api import BotApi
from bot_api_line import Line
from bot_api_webhook import SECRET_HEADER
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from telegram import Bot, Update
from telegram.error import BadRequest, Conflict, NetworkError

SECRET = "a-secret_0"


class Taker:
    """A webhook that answers with `statuses`, then with 200, and keeps what it was given."""

    def __init__(self) -> None:
        self.line = Line(self)
        self.statuses: list[int] = []
        self.got: list[tuple[str | None, int]] = []
        self.changed = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.got.append((request.headers.get(SECRET_HEADER), (await request.json())["update_id"]))
        self.changed.set()
        await Response(status_code=self.statuses.pop(0) if self.statuses else 200)(scope, receive, send)

    async def until(self, number: int) -> list[int]:
        """The ids of all updates, once there are so many."""
        async with asyncio.timeout(15):
            while len(self.got) < number:
                self.changed.clear()
                await self.changed.wait()
        return [update_id for _, update_id in self.got]


@pytest_asyncio.fixture
async def taker() -> AsyncIterator[Taker]:
    made = Taker()
    await made.line.open()
    yield made
    await made.line.cut()


async def ids(client: Bot, offset: int | None = None, limit: int | None = None) -> list[int]:
    return [update.update_id for update in await client.get_updates(offset, limit)]


async def polling(api: BotApi, bot: Bot, number: int = 1) -> asyncio.Task[tuple[Update, ...]]:
    """A long poll that has arrived; it is the `number`th call of getUpdates."""
    task = asyncio.create_task(bot.get_updates(timeout=30))
    async with asyncio.timeout(15):
        while len(api.called("getUpdates")) < number:
            await asyncio.sleep(0.01)
    return task


async def test_an_update_stays_until_a_higher_offset_confirms_it(api: BotApi, client: Bot) -> None:
    doris = api.person()
    first, second, third = [(await doris.says(text)).update_id for text in ("one", "two", "three")]
    assert second == first + 1
    assert await ids(client) == [first, second, third]
    assert await ids(client, first) == [first, second, third], "the offset itself is not confirmed"
    assert await ids(client, second, limit=1) == [second]
    assert await ids(client) == [second, third], "what was confirmed is forgotten"
    assert [update["update_id"] for update in api.pending()] == [second, third]
    assert await ids(client, -1) == [third], "a negative offset counts from the end, and forgets the rest"
    assert await ids(client, third + 1) == []
    assert api.pending() == []


async def test_long_polling_waits_for_what_comes(api: BotApi, client: Bot) -> None:
    poll = await polling(api, client)
    said = await api.person().says("Hello")
    async with asyncio.timeout(10):
        assert [update.update_id for update in await poll] == [said.update_id]


async def test_one_poll_ends_another(api: BotApi, client: Bot) -> None:
    first = await polling(api, client)
    async with Bot(api.token, base_url=api.base_url) as other:
        second = await polling(api, other, 2)
        with pytest.raises(Conflict, match="make sure that only one bot instance is running"):
            await first
        await api.person().says("Hello")
        assert len(await second) == 1


async def test_only_wanted_kinds_come(api: BotApi, client: Bot) -> None:
    doris = api.person()
    before = await doris.blocks_bot()
    await client.get_updates(allowed_updates=["message"])
    assert (await doris.unblocks()).update is None
    said = await doris.says("Hello")
    assert await ids(client) == [before.update_id, said.update_id], "what came before is not affected"
    await client.get_updates(allowed_updates=[])
    assert (await doris.blocks_bot()).update is not None


async def test_an_update_can_come_twice(api: BotApi, client: Bot) -> None:
    said = await api.person().says("Hello")
    await ids(client, said.update_id + 1)
    api.redeliver(said)
    assert await ids(client, said.update_id + 1) == [said.update_id]
    assert await ids(client, said.update_id + 1) == []


async def test_a_lost_network_loses_no_update(api: BotApi, client: Bot) -> None:
    poll = await polling(api, client)
    url = api.url
    await api.stop()
    with pytest.raises(NetworkError):
        await poll
    with pytest.raises(NetworkError, match="ConnectError"):
        await client.get_me()
    said = await api.person().says("Hello?")
    await api.resume()
    assert (await ids(client), api.url) == ([said.update_id], url)


async def test_webhook_with_secret_until_it_is_taken(api: BotApi, client: Bot, taker: Taker) -> None:
    doris, walter = api.person("Doris"), api.person("Walter")
    taker.statuses = [503, 401]
    poll = await polling(api, client)
    await client.set_webhook(f"{taker.line.url}/telegram", secret_token=SECRET, allowed_updates=["message"])
    with pytest.raises(Conflict, match="terminated by setWebhook"):
        await poll
    with pytest.raises(Conflict, match="use deleteWebhook"):
        await client.get_updates()

    first = await doris.says("one")
    assert await taker.until(2) == [first.update_id] * 2
    info = await client.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 401 Unauthorized"
    assert (info.url, info.pending_update_count) == (f"{taker.line.url}/telegram", 1)
    second, other = await doris.says("two"), await walter.says("three")
    got = await taker.until(5)
    assert [one for one in got if one != other.update_id] == [first.update_id] * 3 + [second.update_id]
    assert got[2] == other.update_id, "another chat does not wait"
    assert {secret for secret, _ in taker.got} == {SECRET}

    api.redeliver(first)
    assert (await taker.until(6))[-1] == first.update_id
    assert await client.delete_webhook()
    third = await doris.says("four")
    assert await ids(client) == [third.update_id]


async def test_webhook_waits_while_the_network_is_lost(api: BotApi, client: Bot, taker: Taker) -> None:
    await client.set_webhook(taker.line.url)
    await api.stop()
    said = await api.person().says("Hello?")
    await asyncio.sleep(0.1)
    assert taker.got == []
    await api.resume()
    assert await taker.until(1) == [said.update_id]


async def test_a_webhook_needs_a_fit_secret(client: Bot) -> None:
    with pytest.raises(BadRequest, match="Secret token contains unallowed characters"):
        await client.set_webhook("https://sayso.test/", secret_token="not this: one")
    assert (await client.get_webhook_info()).url == ""
