"""The emulator that somebody else wrote, with python-telegram-bot's client."""

from __future__ import annotations

import json

import emulator as installing
import pytest
from emulator import Emulator, EmulatorMissingError
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup

TOKEN = "666:emulated"


async def test_text_command_and_buttons_go_both_ways(emulator: Emulator) -> None:
    doris = emulator.user(TOKEN, user_id=7)
    async with Bot(TOKEN, base_url=emulator.base_url) as bot:
        assert (await bot.get_me()).is_bot

        await doris.commands("/start")
        await doris.says("Hello")
        first, second = await bot.get_updates(timeout=2)
        assert first.message is not None
        assert second.message is not None
        assert [entity.type for entity in first.message.entities] == ["bot_command"]
        assert (second.message.text, second.message.chat.id) == ("Hello", 7)

        keyboard = ReplyKeyboardMarkup([[KeyboardButton("Yes"), KeyboardButton("No")]], resize_keyboard=True)
        await bot.send_message(7, "Would you like to take part?", reply_markup=keyboard)
        heard = (await doris.hears())[0]["message"]
        assert heard["text"] == "Would you like to take part?"
        rows = heard["reply_markup"]["keyboard"]
        assert [[button["text"] for button in row] for row in rows] == [["Yes", "No"]]

        under = InlineKeyboardMarkup([[InlineKeyboardButton("That is right", callback_data="right")]])
        sent = await bot.send_message(7, "You said: they come late.", reply_markup=under)
        await doris.presses("right", sent.message_id, "You said: they come late.")
        (pressed,) = await bot.get_updates(timeout=2)
        assert pressed.callback_query is not None
        assert pressed.callback_query.data == "right"
        assert await bot.answer_callback_query(pressed.callback_query.id)
        assert "right" in json.dumps(await doris.hears())


def test_without_node_it_says_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EmulatorMissingError, match="Debian: apt install nodejs npm"):
        installing.install()


def test_every_package_is_locked_by_its_hash() -> None:
    lock = json.loads((installing.HERE / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages["node_modules/telegram-test-api"]["version"] == "4.2.1"
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []
