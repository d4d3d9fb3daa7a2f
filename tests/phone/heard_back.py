"""What the caller heard, written down by a recogniser that had no part in the call."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from receivers import FRAME_SECONDS, sounding

from bot.settings import load_settings
from connectors.speech import recognisers
from connectors.speech.measure import Errors, word_errors
from connectors.speech.models import is_present
from connectors.speech.ports import RATE_HZ, Clip, Recogniser, Samples
from connectors.speech.voices.spoken import prompt_sentences
from dialogues.types import Prompt

PAUSE_SECONDS = 1.1
"""Longer than any pause between Sayso's sentences, shorter than any answer with the pauses around it."""
WHISPER = "whisper-base"


def listener() -> Recogniser:
    """Whisper where it was fetched, else Vosk."""
    settings = load_settings()
    if is_present(WHISPER, settings.models_folder):
        second = recognisers.second_pass(WHISPER, settings.models_folder, threads=2)
        assert second is not None
        return second
    return recognisers.live(settings.recogniser, settings.models_folder)


def passages(heard: Samples, pause: float = PAUSE_SECONDS) -> list[Samples]:
    """What was heard in one go, each with a little silence around it."""
    at = np.flatnonzero(sounding(heard))
    if not len(at):
        return []
    breaks = np.flatnonzero(np.diff(at) > pause / FRAME_SECONDS)
    size, margin = round(RATE_HZ * FRAME_SECONDS), round(0.2 / FRAME_SECONDS)
    begins, ends = at[np.r_[0, breaks + 1]], at[np.r_[breaks, len(at) - 1]]
    return [heard[max(0, b - margin) * size : (e + 1 + margin) * size] for b, e in zip(begins, ends, strict=True)]


def written_down(heard: Samples, by: Recogniser) -> str:
    """All words that were heard, in order."""
    return " ".join(by.recognise(Clip(passage)).text for passage in passages(heard)).lower()


def as_spoken(prompts: Iterable[Prompt]) -> str:
    """What the voice says of prompts, options with their keys."""
    return " ".join(sentence for prompt in prompts for sentence in prompt_sentences(prompt, phone=True))


def wrong_words(prompts: Iterable[Prompt], text: str) -> Errors:
    """How well a transcript fits what was said."""
    return word_errors(as_spoken(prompts), text)
