"""A talk through an emulator of the Bot API that nobody here wrote: text, keys and buttons, from start to a point."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from emulator import Emulator, EmulatorUser
from house import open_house
from on_telegram import HOME, FakeNoteRecogniser, FakeNoteSpeaker, Talking

from bot.telegram import connected, make_bot
from connectors.telegram import words
from connectors.telegram.keyboards import VOICE_OFF

TOKEN = "4711:emulated"


class _Api:
    """What `Talking` needs to know of an API."""

    def __init__(self, emulator: Emulator) -> None:
        self.token, self.url = TOKEN, emulator.url


def labels(message: dict[str, Any]) -> list[str]:
    """What stands on the keys under a message."""
    markup = message["message"].get("reply_markup") or {}
    markup = json.loads(markup) if isinstance(markup, str) else markup
    rows = markup.get("keyboard") or markup.get("inline_keyboard") or []
    return [key if isinstance(key, str) else key["text"] for row in rows for key in row]


async def heard(user: EmulatorUser, count: int = 1) -> list[dict[str, Any]]:
    """So many messages of the bot."""
    got: list[dict[str, Any]] = []
    while len(got) < count:
        got += await user.hears()
    return got


async def test_a_talk_from_start_to_a_point(emulator: Emulator, tmp_path: Path) -> None:
    doris = emulator.user(TOKEN)
    async with open_house(tmp_path) as house, connected(make_bot(TOKEN, api=emulator.url)):
        talk = Talking(_Api(emulator), house, FakeNoteRecogniser(), FakeNoteSpeaker(), (HOME,))  # type: ignore[arg-type]
        async with talk.running():
            await doris.commands("/start")
            how, question = await heard(doris, 2)
            assert words.HOW_TO in how["message"]["text"]
            assert labels(how) == [words.READ_ALOUD]
            await doris.presses(VOICE_OFF, how.get("messageId", 1))
            assert (await heard(doris))[0]["message"]["text"] == words.TEXT_NOW
            for _ in range(12):
                if "matters most" in question["message"]["text"].lower():
                    break
                keys = labels(question)
                await doris.says("Yes" if "Yes" in keys else keys[0] if keys else "well, fine")
                [question] = await heard(doris)
            await doris.says("the tea call comes at four")
            await heard(doris)
            await talk.settled()
        assert await talk.points() == ["the tea call comes at four"]
