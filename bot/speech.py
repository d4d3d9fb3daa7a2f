"""Hearing and speaking, as the connectors are given them. Without a model or a voice the text channels run on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import structlog

from bot.safeguarding import screen
from bot.settings import Settings
from connectors.speech import audio, recognisers
from connectors.speech.doubt import second_is_believed
from connectors.speech.pool import Listeners
from connectors.speech.ports import Clip, Hint, Recognised, Recogniser
from connectors.speech.voices.cache import PromptCache
from connectors.speech.voices.choose import VoiceFolders, choose_voice
from connectors.speech.voices.recordings import Recordings
from connectors.speech.voices.speaker import Speaker
from connectors.telegram.ports import HeardNote
from dialogues.errors import SaysoError
from dialogues.script import Script
from dialogues.types import Context, Expects, Hearing, Level, Prompt, Screening

SPEAKING_THREADS = 2
Made = TypeVar("Made")

log = structlog.get_logger(__name__)


class TwoPassRecogniser:
    """Hears voice notes; implements `connectors.telegram.NoteRecogniser`.

    Args:
        live: Hears at once.
        second: Hears again, better and slower; None where there is no such recogniser.
        screened: The safeguarding screen: what it finds in doubted words is never dropped.
    """

    def __init__(
        self, live: Listeners, second: Listeners | None, screened: Callable[[str], Screening] = screen
    ) -> None:
        self._live = live
        self._second = second
        self._screened = screened

    async def hear(self, sound: bytes, context: Context) -> HeardNote:
        """The words of a note; see the protocol.

        Where the live recogniser makes out nothing, or its words are doubtful, the second is asked at once; where that
        is not to be believed either (`connectors/speech/doubt.py`), there are no words. Without a second one the live
        words stand.
        """
        note = await self._heard(self._live, sound, Hint(context.kind, context.options), sound)
        again = await self.hear_again(sound) if note.doubtful or not note.text else None
        if again is None:
            return replace(note, doubtful=False)
        again = replace(again, hearing=replace(again.hearing, recording=sound), second=True, doubtful=False)
        return await asyncio.to_thread(self._settled, note, again)

    def _settled(self, note: HeardNote, again: HeardNote) -> HeardNote:
        if not note.doubtful or second_is_believed(note.text, again.text, again.confidence):
            return again
        for each in (again, note):
            if self._screened(each.text).level is not Level.NONE:
                return replace(each, second=True, doubtful=False)
        return replace(again, text="", doubtful=bool(note.text or again.text))

    async def hear_again(self, sound: bytes) -> HeardNote | None:
        """The second hearing, freely; None where there is none, or too many wait."""
        if self._second is None:
            return None
        try:
            return await self._heard(self._second, sound, Hint(), b"")
        except SaysoError as error:
            log.warning("second_pass_left_out", error=error.code)
            return None

    def expected_wait_seconds(self, note_seconds: float) -> float:
        """About how long until a note of this length that came now were heard."""
        return self._live.expected_wait_seconds(note_seconds)

    @staticmethod
    async def _heard(listeners: Listeners, sound: bytes, hint: Hint, keep: bytes) -> HeardNote:
        clip = await asyncio.to_thread(audio.decode, sound)
        heard = await listeners.recognise(clip, hint)
        hearing = Hearing(heard.recogniser, heard.words, keep)
        return HeardNote(heard.text, heard.confidence, hearing, doubtful=heard.doubtful)


class VoiceNoteSpeaker:
    """Speaks prompts as voice notes; implements `connectors.telegram.NoteSpeaker`."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    async def say(self, prompts: Sequence[Prompt], words_a_minute: int) -> tuple[bytes, float] | None:
        """The prompts as Ogg/Opus, with the length in seconds; None where the voice fails."""
        try:
            clips = [clip async for clip in self._speaker.say(prompts, words_a_minute)]
        except SaysoError as error:
            log.warning("voice_failed", error=error.code)
            return None
        if not clips:
            return None
        whole = Clip(np.concatenate([clip.samples for clip in clips]))
        return await asyncio.to_thread(audio.encode, whole), whole.seconds


@dataclass(frozen=True, slots=True)
class Speech:
    """What there is of it.

    Attributes:
        note_recogniser: None where no recogniser is to be had.
        note_speaker: None where there is no voice.
        speaker: The same voice, sentence by sentence, for calls.
        listeners: The live recogniser.
        recogniser: The same, for calls, which hear speech as it comes.
        again: Hears a clip again, better and slower; None where there is no such recogniser.
        missing: In plain words, what is missing and what to do.
    """

    note_recogniser: TwoPassRecogniser | None
    note_speaker: VoiceNoteSpeaker | None
    speaker: Speaker | None
    listeners: Listeners | None
    recogniser: Recogniser | None
    again: Callable[[Clip], Awaitable[Recognised | None]] | None
    missing: tuple[str, ...]


@asynccontextmanager
async def open_speech(settings: Settings, script: Script) -> AsyncIterator[Speech]:
    """Opens recognisers and the voice for as long as the context lasts; loads nothing heavy before it is used.

    Args:
        settings: Which models and voice.
        script: Its fixed wordings are rendered ahead, beside all else.
    """
    missing: list[str] = []
    recogniser = _there(lambda: recognisers.live(settings.recogniser, settings.models_folder), missing)
    live = Listeners(recogniser) if recogniser else None
    second = _there(lambda: _second(settings), missing) if live else None
    pool = ThreadPoolExecutor(SPEAKING_THREADS, thread_name_prefix="speaker")
    speaker = await asyncio.to_thread(_there, lambda: _speaker(settings, pool), missing)
    warming = asyncio.create_task(_warm(speaker, script)) if speaker else None
    try:
        yield Speech(
            TwoPassRecogniser(live, second) if live else None,
            VoiceNoteSpeaker(speaker) if speaker else None,
            speaker,
            live,
            recogniser,
            _again(second) if second else None,
            tuple(missing),
        )
    finally:
        if warming:
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)
        for listeners in (live, second):
            if listeners:
                await listeners.close()
        pool.shutdown(wait=False, cancel_futures=True)


def _again(second: Listeners) -> Callable[[Clip], Awaitable[Recognised | None]]:
    async def again(clip: Clip) -> Recognised | None:
        try:
            return await second.recognise(clip)
        except SaysoError as error:
            log.warning("second_pass_left_out", error=error.code)
            return None

    return again


def fixed_prompts(script: Script) -> list[Prompt]:
    """Every wording as a prompt, for rendering ahead."""
    wordings = script.wordings.items()
    texts = ((i, w, text) for i, w in wordings for text in (w.text, *w.variants, w.simpler, w.keys) if text)
    return [Prompt(i, text, Expects.NONE, w.purpose) for i, w, text in texts]


async def _warm(speaker: Speaker, script: Script) -> None:
    try:
        ready = await speaker.warm(fixed_prompts(script))
        log.info("voice_ready", sentences=ready)
    except SaysoError as error:
        log.warning("voice_not_ready", error=error.code)


def _second(settings: Settings) -> Listeners | None:
    again = recognisers.second_pass(settings.second_pass, settings.models_folder)
    return Listeners(again, workers=1, gives_way=True) if again else None


def _speaker(settings: Settings, pool: ThreadPoolExecutor) -> Speaker:
    folders = VoiceFolders(hibari=settings.models_folder / "hibari", kokoro=settings.models_folder / "kokoro")
    voice = choose_voice(settings.voice, folders)
    cache = PromptCache(settings.data_folder / "voice")
    return Speaker(voice, cache, pool, Recordings(settings.recordings))


def _there(make: Callable[[], Made], missing: list[str]) -> Made | None:
    try:
        return make()
    except SaysoError as error:
        missing.append(error.message)
        return None
