"""A whole Sayso on Telegram: the double of the Bot API, the real engine, a recogniser and a speaker to order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot_api import BotApi
from bot_api_heard import Heard
from bot_api_people import Person
from house import House, open_house

from bot.telegram import RecordsChatStore, connected, make_bot
from connectors.telegram import ServiceChoice, TelegramConnector
from connectors.telegram.ports import HeardNote
from dialogues.errors import SaysoError
from dialogues.types import Context, HeardWord, Hearing, Prompt

HOME = ServiceChoice("home_care", "Home care")
MEALS = ServiceChoice("meals", "Meals on wheels")
WINDOW = 0.3
"""How long further pieces of a turn are waited for here."""
PACE = 0.15
"""Seconds of work a second of sound."""
QUIET = 0.8
"""Longer than the pieces of a turn are waited for."""


@dataclass
class FakeNoteRecogniser:
    """Hears what it was told to: the bytes of a note name its words."""

    heard: dict[bytes, str] = field(default_factory=dict)
    second: dict[bytes, str] = field(default_factory=dict)
    fault: SaysoError | None = None
    wait: float = 0.0
    again: int = 0
    unclear: set[bytes] = field(default_factory=set)
    pause: float = 0.0
    contexts: list[Context] = field(default_factory=list)

    async def hear(self, audio: bytes, context: Context) -> HeardNote:
        if self.fault is not None:
            raise self.fault
        self.contexts.append(context)
        await asyncio.sleep(self.pause)
        if audio in self.unclear:
            return HeardNote("", 0.3, Hearing("second", (), audio), second=True, doubtful=True)
        words = tuple(HeardWord(word, n, n + 0.5, 0.9) for n, word in enumerate(self.heard[audio].split()))
        if not self.heard[audio] and audio in self.second:
            return HeardNote(self.second[audio], 0.95, Hearing("second", (), audio), second=True)
        return HeardNote(self.heard[audio], 0.9, Hearing("live", words, audio))

    async def hear_again(self, audio: bytes) -> HeardNote | None:
        self.again += 1
        text = self.second.get(audio)
        return None if text is None else HeardNote(text, 0.95, Hearing("second"))

    def expected_wait_seconds(self, note_seconds: float) -> float:
        return self.wait + note_seconds * PACE


@dataclass
class FakeNoteSpeaker:
    """Says the words as bytes."""

    said: list[tuple[str, int]] = field(default_factory=list)

    async def say(self, prompts: Sequence[Prompt], words_a_minute: int) -> tuple[bytes, float] | None:
        text = " ".join(prompt.text for prompt in prompts)
        self.said.append((text, words_a_minute))
        return b"OggS " + text.encode(), 2.0


@dataclass
class Talking:
    """What a test has at hand."""

    api: BotApi
    house: House
    recogniser: FakeNoteRecogniser
    speaker: FakeNoteSpeaker
    services: Sequence[ServiceChoice] = (HOME,)

    @asynccontextmanager
    async def running(self, *, speech: bool = True, grace_seconds: float = 5.0) -> AsyncIterator[TelegramConnector]:
        """The connector at work; leaving is a stop of the program, without any grace a sudden one."""
        bot = make_bot(self.api.token, api=self.api.url)
        store = RecordsChatStore(self.house.records, self.services)
        recogniser, speaker = (self.recogniser, self.speaker) if speech else (None, None)
        connector = TelegramConnector(
            bot,
            self.house.engine,
            store,
            recogniser=recogniser,
            speaker=speaker,
            wait=_soon,
            grace_seconds=grace_seconds,
        )
        async with connected(bot):
            task = asyncio.create_task(connector.run())
            try:
                yield connector
            finally:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def begins(self, person: Person) -> Heard:
        """Somebody starts; returns the first question."""
        await person.says("/start")
        await person.hears()  # how it works
        return await person.hears()

    async def asked(self, person: Person, purpose: str = "topic_open") -> Heard:
        """Somebody starts, and the talk goes on (elsewhere, for speed) until such a question waits."""
        await self.begins(person)
        conversation = (await self.house.records.chat("telegram", str(person.id))).conversation_id
        await self.house.until(conversation, purpose)
        await person.says("/start")
        return await person.hears()

    async def said(self) -> list[str]:
        """What people said, as it is stored."""
        async with self.house.database.read() as connection:
            rows = await connection.exec_driver_sql(
                "SELECT text FROM turn WHERE speaker = 'person' AND text <> '' ORDER BY id"
            )
            return [row[0] for row in rows]

    async def points(self) -> list[str]:
        """The live points."""
        async with self.house.database.read() as connection:
            rows = await connection.exec_driver_sql("SELECT quote FROM contribution WHERE status <> 'withdrawn'")
            return [row[0] for row in rows]

    async def settled(self) -> None:
        """Waits until every update is done with."""
        async with asyncio.timeout(5):
            while await self.waiting():
                await asyncio.sleep(0.02)

    async def waiting(self) -> int:
        """Updates that are not done with."""
        return len(await self.house.records.arrivals_waiting("telegram"))


async def _soon(seconds: float) -> None:
    """Waits, but not as long as in life."""
    await asyncio.sleep(min(seconds, 0.3))


@asynccontextmanager
async def talking_in(folder: Path) -> AsyncIterator[Talking]:
    """Opens it all, without the connector."""
    api = await BotApi.start()
    try:
        async with open_house(folder) as house:
            house.engine._inbox._windows = {"telegram": WINDOW}
            yield Talking(api, house, FakeNoteRecogniser(), FakeNoteSpeaker())
    finally:
        await api.close()
