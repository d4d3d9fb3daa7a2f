"""A whole Sayso at the addresses where the shipped dialplan looks for it: engine, nlu, database, ears, voice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI
from real_asterisk import ARI_PASSWORD, OUR_NUMBER, PERSON_NUMBER, SECRET

from bot.app import App, open_app
from bot.phone import PhoneLine, line, open_phone
from bot.settings import load_settings
from bot.speech import Speech, open_speech
from connectors.phone.call import CallInProgress
from connectors.phone.ports import Line
from connectors.speech.models import is_present
from connectors.speech.ports import Clip
from connectors.speech.recognisers import CARE, GENERAL
from connectors.speech.telephone import telephone
from connectors.speech.voices.speaker import Speaker
from dialogues.types import Prompt

HTTP_PORT, AUDIO_PORT = 8642, 9092
"""Where the shipped `extensions.conf` looks for Sayso."""
MORNING = datetime(2026, 6, 2, 9, 0, tzinfo=UTC)
"""A Tuesday in London, 10:00 there."""
EVENING = MORNING + timedelta(hours=9, minutes=30)
"""19:30: people may be rung, and nobody takes calls."""


class Clock:
    """Goes on at its usual pace from a time of the test's choice."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.set(now)

    def set(self, now: datetime) -> None:
        self._ahead = now - datetime.now(UTC)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead


class NotingSpeaker:
    """Sayso's own voice, with a note of what it was given to say."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self.given: list[tuple[Prompt, int]] = []

    async def say(
        self, prompts: Iterable[Prompt], pace: int = 150, *, phone: bool = False
    ) -> AsyncGenerator[Clip, None]:
        prompts = tuple(prompts)
        self.given += [(prompt, pace) for prompt in prompts]
        async with aclosing(self._speaker.say(prompts, pace, phone=phone)) as clips:
            async for clip in clips:
                yield clip


@dataclass(slots=True)
class WholeSayso:
    """What runs.

    Attributes:
        held: Calls, in the order in which they came, those that are over too.
        speaker: Notes what was said, of all calls.
    """

    app: App
    speech: Speech
    line: PhoneLine
    clock: Clock
    speaker: NotingSpeaker
    held: list[CallInProgress] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    async def call(self, number: int = 0, seconds: float = 30) -> CallInProgress:
        """The call of this number, once it is there."""
        async with asyncio.timeout(seconds):
            while len(self.held) <= number:
                await asyncio.sleep(0.02)
        return self.held[number]

    async def conversation_of(self, number: int = 0) -> str:
        """The conversation that is held on a call; "" for none."""
        return await self.app.records.conversation_of_call(self.ids[number])

    def says(self, text: str) -> np.ndarray:
        """Sayso's own voice as a caller's, over a telephone."""
        clip = self.speech.speaker.voice.speak(text, 150)  # type: ignore[union-attr]
        return telephone(Clip((clip.samples * 0.5).astype(np.int16))).samples


def needs_speech() -> None:
    """Skips, loudly, where there is nothing to hear with."""
    folder = load_settings().models_folder
    if not (folder / CARE).exists() and not is_present(GENERAL, folder):
        pytest.skip("NO SPEECH MODELS: run make models")


@asynccontextmanager
async def whole_sayso(
    folder: Path,
    nlu: Any,
    *,
    voices: Path,
    clock: Clock | None = None,
    before: Callable[[App], Awaitable[None]] | None = None,
    **changes: object,
) -> AsyncIterator[WholeSayso]:
    """Runs it for as long as the context lasts.

    Args:
        folder: Empty; its data.
        nlu: A running nlu server.
        voices: Where rendered sentences are kept from one test to the next.
        clock: Sayso's own; a Tuesday morning where it is not given.
        before: Done before the phone line opens.
        changes: Settings.
    """
    needs_speech()
    clock = clock or Clock()
    _furnish(folder, voices)
    known: dict[str, object] = {
        "data_folder": folder,
        "database_url": "",
        "nlu_url": nlu.url,
        "nlu_token": nlu.token,
        "organisation": "Dales Care",
        "phone_audiosocket": f"127.0.0.1:{AUDIO_PORT}",
        "phone_secret": SECRET,
        "phone_number": OUR_NUMBER,
        "phone_person": PERSON_NUMBER,
        "phone_calls": 10,
        "ari_password": ARI_PASSWORD,
        "second_pass": "none",
    }
    settings = load_settings(**(known | changes))
    async with open_app(settings, clock=clock) as app, open_speech(settings, app.script) as speech:
        if before:
            await before(app)
        assert speech.speaker is not None
        speaker = NotingSpeaker(speech.speaker)
        with pytest.MonkeyPatch.context() as patched:
            found: list[CallInProgress] = []
            ids: list[str] = []

            class Held(CallInProgress):
                def __init__(self, on: Line, *rest: Any) -> None:
                    super().__init__(on, *rest)
                    found.append(self)
                    ids.append(on.call.id)

            patched.setattr(line, "CallInProgress", Held)
            own = replace(speech, speaker=speaker)  # type: ignore[arg-type]
            async with open_phone(app, own) as phone, _serving(phone):
                yield WholeSayso(app, speech, phone, clock, speaker, found, ids)


def _furnish(folder: Path, voices: Path) -> None:
    folder.mkdir()
    (folder / "voice").symlink_to(voices, target_is_directory=True)


@asynccontextmanager
async def _serving(phone: PhoneLine) -> AsyncIterator[None]:
    pages = FastAPI()
    for routes in phone.routes:
        pages.include_router(routes)
    config = uvicorn.Config(
        pages, host="127.0.0.1", port=HTTP_PORT, log_config=None, access_log=False, lifespan="off",
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(30):
        while not server.started:
            assert not serving.done(), f"port {HTTP_PORT} is taken"
            await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await serving
