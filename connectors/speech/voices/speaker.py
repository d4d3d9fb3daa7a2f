"""Says prompts: a recording where there is one, a rendered sentence where it is known, else the voice, there and then.

Each sentence is given out as soon as it is ready, and the next is made while it is heard. A speaker keeps its voice for
as long as it lives, so no call changes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from concurrent.futures import Executor
from functools import partial

from connectors.speech.ports import Clip, Voice
from connectors.speech.voices.cache import PromptCache
from connectors.speech.voices.pacing import DEFAULT_PACE
from connectors.speech.voices.recordings import Recordings
from connectors.speech.voices.sound import without_tail
from connectors.speech.voices.spoken import fixed_sentences, prompt_sentences, spoken
from dialogues.types import Prompt

Progress = Callable[[int, int], None]
"""Told (done, of all) after each sentence."""
_Work = Callable[[], Clip]


class Speaker:
    """Says prompts with one voice.

    Args:
        voice: Whose voice; see `choose.choose_voice`.
        cache: Where rendered sentences are kept.
        pool: Threads in which sound is made and read; two or more.
        recordings: Prompts read by a real person.
    """

    def __init__(self, voice: Voice, cache: PromptCache, pool: Executor, recordings: Recordings | None = None) -> None:
        self.voice = voice
        self._cache = cache
        self._pool = pool
        self._recordings = recordings or Recordings()

    async def say(
        self, prompts: Iterable[Prompt], pace: int = DEFAULT_PACE, *, phone: bool = False
    ) -> AsyncGenerator[Clip, None]:
        """The prompts as sound, sentence by sentence, each with the pause after it, the last one without.

        Close it (`contextlib.aclosing`) when the person hangs up or speaks: what was not begun is then not made.

        Args:
            prompts: In order.
            pace: Words a minute, 110 to 190.
            phone: Whether options are said with their keys.

        Raises:
            SaysoError: `voice_failed`: the voice is there and did not speak; say it again.
        """
        left = self._work(prompts, pace, phone=phone)
        ahead = self._begin(next(left, None))
        try:
            while ahead:
                clip = await ahead
                ahead = self._begin(next(left, None))
                if len(clip.samples):
                    yield clip if ahead else without_tail(clip)
        finally:
            if ahead:
                ahead.cancel()

    async def warm(self, prompts: Iterable[Prompt], progress: Progress | None = None, pace: int = DEFAULT_PACE) -> int:
        """Renders fixed wordings ahead, one sentence at a time; run it as a task, beside the calls.

        Args:
            prompts: Every wording as it is written: sentences with a `{slot}` in them are left out.
            progress: Told how far it is.
            pace: Words a minute.

        Returns:
            How many sentences are ready.
        """
        sentences = tuple(dict.fromkeys(said for prompt in prompts for said in fixed_sentences(prompt)))
        self._cache.know(sentences)
        for done, sentence in enumerate(sentences, 1):
            await asyncio.get_running_loop().run_in_executor(self._pool, self._kept, sentence, pace)
            if progress:
                progress(done, len(sentences))
        return len(sentences)

    def _begin(self, work: _Work | None) -> asyncio.Future[Clip] | None:
        return asyncio.get_running_loop().run_in_executor(self._pool, work) if work else None

    def _work(self, prompts: Iterable[Prompt], pace: int, *, phone: bool) -> Iterator[_Work]:
        for prompt in prompts:
            sentences = prompt_sentences(prompt, phone=phone)
            if self._recordings.has(prompt, pace):
                yield partial(self._recorded, prompt, pace)
                sentences = sentences[len(prompt_sentences(prompt)) :]
            for sentence in sentences:
                make = self._kept if self._cache.keeps(prompt, sentence) else self.voice.speak
                yield partial(make, sentence, pace)

    def _recorded(self, prompt: Prompt, pace: int) -> Clip:
        return self._recordings.read(prompt) or self.voice.speak(spoken(prompt.text), pace)

    def _kept(self, sentence: str, pace: int) -> Clip:
        found = self._cache.get(sentence, self.voice.name, pace)
        if found is None:
            found = self.voice.speak(sentence, pace)
            self._cache.put(sentence, self.voice.name, pace, found)
        return found
