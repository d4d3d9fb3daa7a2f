"""Messages of the outbox leave by Telegram, and whoever blocked the bot is left alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from bot_api import BotApi
from telegram.error import NetworkError

from bot.telegram import connected, make_bot, name_of
from connectors.telegram import TelegramSender
from connectors.telegram.client import BotClient, split
from dialogues.errors import SaysoError


@dataclass(frozen=True)
class Message:
    payload: dict[str, Any]


@pytest_asyncio.fixture
async def api() -> AsyncIterator[BotApi]:
    started = await BotApi.start()
    yield started
    await started.close()


async def test_a_message_arrives(api: BotApi) -> None:
    doris = api.person()
    await doris.says("hello")
    bot = make_bot(api.token, api=api.url)
    async with connected(bot):
        await TelegramSender(bot, _nobody).send(Message({"address": str(doris.id), "text": "Our talk waits."}))
    assert (await doris.hears()).text == "Our talk waits."


async def test_who_blocked_is_noted_and_that_is_no_fault(api: BotApi) -> None:
    doris, noted = api.person(), []
    await doris.blocks_bot()

    async def note(address: int) -> None:
        noted.append(address)

    bot = make_bot(api.token, api=api.url)
    async with connected(bot):
        await TelegramSender(bot, note).send(Message({"address": doris.id, "text": "hello"}))
    assert noted == [doris.id]


async def test_a_fault_that_does_not_pass_is_tried_again_later(api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(*_: object, **__: object) -> bool:
        raise NetworkError("lost")

    monkeypatch.setattr(BotClient, "text", lost)
    bot = make_bot(api.token, api=api.url)
    with pytest.raises(SaysoError) as caught:
        await TelegramSender(bot, _nobody).send(Message({"address": 1, "text": "hello"}))
    assert not caught.value.permanent


async def test_the_name_of_a_token(api: BotApi) -> None:
    assert await name_of(api.token, api=api.url) == "sayso_test_bot"
    with pytest.raises(SaysoError, match="BotFather"):
        await name_of("123:wrong", api=api.url)


@pytest.mark.parametrize("token", ["", "nonsense", "abc:def", "123:"])
def test_what_cannot_be_a_token(token: str) -> None:
    with pytest.raises(SaysoError, match="BotFather"):
        make_bot(token)


@pytest.mark.parametrize(
    ("text", "parts"),
    [("", [""]), ("short", ["short"]), ("aaa bbb ccc", ["aaa bbb", "ccc"]), ("a" * 20, ["a" * 8, "a" * 8, "aaaa"])],
)
def test_long_texts_are_cut_between_words(text: str, parts: list[str]) -> None:
    assert split(text, 8) == parts


async def _nobody(_: int) -> None:
    raise AssertionError("nobody is blocked")
