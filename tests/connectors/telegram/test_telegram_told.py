"""Whoever starts Sayso is told, in one line, that it talks on Telegram, and how."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from bot_api import BotApi

from bot.app import open_app
from bot.settings import load_settings
from bot.telegram import on_telegram


@pytest.mark.parametrize(
    ("webhook", "how"),
    [
        ("", "it asks Telegram for messages itself"),
        ("https://sayso.example.org/", "Telegram brings messages to https://sayso.example.org/telegram"),
    ],
    ids=["polling", "webhook"],
)
async def test_it_is_told_once_telegram_knows(tmp_path: Path, webhook: str, how: str) -> None:
    api = await BotApi.start()
    settings = load_settings(
        data_folder=tmp_path,
        database_url="",
        nlu=False,
        telegram_token=api.token,
        telegram_api=api.url,
        telegram_webhook=webhook,
    )
    told: list[str] = []
    async with open_app(settings) as app, on_telegram(app, None, None, told.append), asyncio.timeout(60):
        while not told:
            await asyncio.sleep(0.02)
    await api.close()
    assert api.called("setWebhook" if webhook else "deleteWebhook")
    assert told == [f"Sayso talks on Telegram: {how}. `sayso telegram` shows the bot's address."]
