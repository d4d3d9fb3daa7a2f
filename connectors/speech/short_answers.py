"""Judges what grammars heard in a short answer: believes it, or does not.

Several decoders hear it: each model with the whole grammar, and with its single words where they explain the sound as
well. Each tells how likely its best readings are. What they mean is added up, and set against what the language model
for dictation hears freely: an answer that fits no grammar is much likelier there. Vosk's own confidence says too little
(it is near 1 for "aye" in place of "five").

Thresholds here and the weights of `grammar` are tuned on half of the speakers of the clips that `docs/speech.md` names:
those whose name has a SHA-256 that begins with an even hexadecimal digit. The other half only confirms them.
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

LEAST_MARGIN = 0.1
"""By which a meaning must lead the next, nats a decoder. Source: tuned, as above; up to 0.5 does nearly as well."""
LEAST_FIT, LEAST_FIT_AGREED = -0.13, -0.3
"""Log-likelihood a frame against free hearing; the second where all decoders agree. Source: tuned, as above."""

_WORST = 2.5
"""What a meaning loses in a decoder that did not find it: a little more than Vosk's lattice beam of 2.0."""
_MOST_BEHIND = 3.0
"""Nats. Source: single words are at most 2 behind, phrases 5 and more ahead, in a voice of ours over a telephone."""
_NOTHING, _UNCLEAR = "", "?"
_LOUDEST = 0.5
_AROUND_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was probably meant.

    Attributes:
        chosen: The likeliest reading of it.
        text: Its words, tidied.
        margin: Lead over the next meaning, nats a decoder, 2.5 at most.
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
        """0 to 1: 1 where no decoder heard another meaning."""
        return min(1.0, max(0.0, self.margin / _WORST))


def judged(models: Sequence[VoskModel], grammar: Grammar, clip: Clip) -> Judgement | None:
    """What a short answer means; None where fewer than half of the decoders hear one meaning first.

    That a decoder hears nothing is no evidence for another meaning: only meanings and pieces of phrases compete.

    Args:
        models: Each is asked; the first one hears freely too.
        clip: As `trimmed` gives it.
    """
    asked = [_asked(model, grammar, clip) for model in models]
    heard = [each for one in asked for each in one]
    sums = {meaning: sum(each.loss(meaning) for each in heard) for meaning in {m for each in heard for m in each.best}}
    best = max(sums.keys() - {_NOTHING, _UNCLEAR}, key=sums.__getitem__, default=None)
    if best is None or 2 * sum(each.loss(best) == 0 for each in heard) < len(heard):
        return None
    others = [loss for meaning, loss in sums.items() if meaning not in {best, _NOTHING}]
    margin = (sums[best] - max(others, default=-_WORST * len(heard))) / len(heard)
    own = max(each.score + each.loss(best) for each in asked[0])
    fit = (own - models[0].hypotheses(clip.samples)[0].score) * FRAME_SECONDS / (clip.seconds + 2 * PAD_SECONDS)
    chosen = next(each.best[best][1] for each in heard if each.loss(best) == 0)
    return Judgement(chosen, normalised(chosen.text), margin, fit, all(each.loss(best) == 0 for each in heard))


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


@dataclass(frozen=True, slots=True)
class _Heard:
    """What one decoder heard: its best score, and the best reading of each meaning with what it loses against that."""

    score: float
    best: Mapping[str, tuple[float, Hypothesis]]

    def loss(self, meaning: str) -> float:
        return self.best[meaning][0] if meaning in self.best else -_WORST


def _asked(model: VoskModel, grammar: Grammar, clip: Clip) -> list[_Heard]:
    """What a model hears with the whole grammar, and with its single words where they explain the sound as well."""
    whole, words = (_heard(model, part, grammar, clip) for part in (grammar, grammar.only_words()))
    return [whole, words] if words.score >= whole.score - _MOST_BEHIND else [whole]


def _heard(model: VoskModel, part: Grammar, whole: Grammar, clip: Clip) -> _Heard:
    readings = model.hypotheses(clip.samples, part.weighted())
    best: dict[str, tuple[float, Hypothesis]] = {}
    for reading in readings:
        words = normalised(reading.text)
        meaning = (whole.meaning(words) or _UNCLEAR) if words else _NOTHING
        best.setdefault(meaning, (max(reading.score - readings[0].score, -_WORST), reading))
    return _Heard(readings[0].score, best)
