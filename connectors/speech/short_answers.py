"""Judges what grammars heard in a short answer: believes it, or does not.

Several decoders hear it: each model with the whole grammar, and with its single words alone. Each tells how likely its
best readings are. What they mean is added up, and set against what the language model for dictation hears freely: an
answer that fits no grammar is much likelier there. Vosk's own confidence says too little (it is near 1 for "aye" in
place of "five").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from connectors.speech.decoding import FRAME_SECONDS, PAD_SECONDS, Hypothesis, VoskModel
from connectors.speech.grammar import Grammar, normalised
from connectors.speech.levels import FRAME_SECONDS as LEVEL_SECONDS
from connectors.speech.levels import speech_frames
from connectors.speech.ports import RATE_HZ, Clip
from dialogues.types import HeardWord

LEAST_MARGIN = 1.5
"""By which a meaning must lead the next, nats over all decoders. Source: tuned; see `docs/speech.md`."""
LEAST_FIT, LEAST_FIT_AGREED = -0.13, -0.3
"""Log-likelihood a frame of 30 ms against free hearing; the second where all decoders agree. Source: tuned."""

_WORST = 2.5
"""What a meaning loses in a decoder that did not find it: a little more than Vosk's lattice beam of 2.0."""
_NOTHING, _UNCLEAR = "", "?"
_LOUDEST = 0.5
_AROUND_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was probably meant.

    Attributes:
        chosen: The likeliest reading of it.
        text: Its words, tidied.
        margin: Lead over the next meaning, nats.
        fit: Log-likelihood a frame against free hearing; 0 is as good, -0.3 much worse.
        is_agreed: True where all decoders put this meaning first.
    """

    chosen: Hypothesis
    text: str
    margin: float
    fit: float
    is_agreed: bool

    @property
    def is_believed(self) -> bool:
        """True where it is better to go by it than to ask again."""
        return self.margin >= LEAST_MARGIN and self.fit >= (LEAST_FIT_AGREED if self.is_agreed else LEAST_FIT)

    @property
    def confidence(self) -> float:
        """0.5 to 1: the odds against the next meaning."""
        return float(1 / (1 + np.exp(-self.margin)))


def judged(models: Sequence[VoskModel], grammar: Grammar, clip: Clip) -> Judgement | None:
    """What a short answer means; None where no decoder heard a meaning.

    Args:
        models: Each is asked; the first one hears freely too.
        clip: As `trimmed` gives it.
    """
    grammars = [each for each in (grammar, grammar.only_words()) if each.answers]
    heard = [model.hypotheses(clip.samples, each.weighted()) for each in grammars for model in models]
    readings = [_readings(grammar, hypotheses) for hypotheses in heard]
    sums = {meaning: sum(_loss(each, meaning) for each in readings) for meaning in set().union(*readings)}
    best = max(set(sums) - {_NOTHING, _UNCLEAR}, key=sums.__getitem__, default=None)
    if best is None:
        return None
    chosen = max((each[best] for each in readings if best in each), key=lambda found: found[0])[1]
    own = max(each[0].score for each in heard[:: len(models)])
    free = models[0].hypotheses(clip.samples)[0].score
    return Judgement(
        chosen,
        normalised(chosen.text),
        margin=sums[best] - max((sums[other] for other in sums if other != best), default=-_WORST * len(heard)),
        fit=(own - free) * FRAME_SECONDS / (clip.seconds + 2 * PAD_SECONDS),
        is_agreed=all(_loss(each, best) == 0 for each in readings),
    )


def trimmed(clip: Clip) -> tuple[Clip, float]:
    """The part of a clip in which somebody speaks, as loud as grammars like it, and when it begins in seconds."""
    speaks = np.flatnonzero(speech_frames(clip))
    if not len(speaks):
        return clip, 0.0
    start = max(0, round((speaks[0] * LEVEL_SECONDS - _AROUND_SECONDS) * RATE_HZ))
    end = round(((speaks[-1] + 1) * LEVEL_SECONDS + _AROUND_SECONDS) * RATE_HZ)
    samples = clip.samples[start:end].astype(np.float32)
    peak = float(np.max(np.abs(samples))) or 1.0
    return Clip(np.rint(samples * (_LOUDEST * 32767 / peak)).astype(np.int16)), start / RATE_HZ


def placed(words: tuple[HeardWord, ...], offset_seconds: float) -> tuple[HeardWord, ...]:
    """Words of a part of a clip, at their times in the whole."""
    return tuple(
        replace(word, start_seconds=word.start_seconds + offset_seconds, end_seconds=word.end_seconds + offset_seconds)
        for word in words
    )


def _readings(grammar: Grammar, heard: Sequence[Hypothesis]) -> dict[str, tuple[float, Hypothesis]]:
    """The best reading of each meaning, with what it loses against the best of all."""
    found: dict[str, tuple[float, Hypothesis]] = {}
    for reading in heard:
        words = normalised(reading.text)
        meaning = (grammar.meaning(words) or _UNCLEAR) if words else _NOTHING
        found.setdefault(meaning, (max(reading.score - heard[0].score, -_WORST), reading))
    return found


def _loss(readings: Mapping[str, tuple[float, Hypothesis]], meaning: str) -> float:
    return readings[meaning][0] if meaning in readings else -_WORST
