"""Coding one stretch of an answer: kinds, themes, sentiment and sense, as the reader finds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlu.analysis.asked import asked_kind
from nlu.analysis.frame import KINDS
from nlu.reader.heads import Floats, Head
from nlu.reader.reader import Reading
from nlu.reader.words import WordHeads

MAX_THEMES = 3
MAX_KINDS = 2
SECOND_KIND = 0.4
SECOND_THEME = 0.35
"""Least probabilities, 0 to 1, of a second kind and of further themes. Source: development texts."""
LEAST_SENSE = 0.5
"""Least probability that the words say why a thing matters."""
STRETCH_SHARE = 0.6
"""How much the stretch itself counts beside the whole answer, 0 to 1."""
WORDS_SHARE = 0.4
"""How much its words count beside its reading, 0 to 1. Source: development texts."""
ASKED_SHARE = 0.35
"""How much the question counts where the words are bare, 0 to 1: words that are plain may still win."""
NO_SENSE = "none"
FEELINGS = {
    "praise": "positive",
    "problem": "negative",
    "offer": "positive",
    "suggestion": "neutral",
    "preference": "neutral",
}
"""The sentiment of bare words, by the kind that the question gives them."""


@dataclass(frozen=True, slots=True)
class Coding:
    """How a stretch is coded; `confidence` is 0 to 1."""

    kinds: tuple[str, ...]
    themes: tuple[str, ...]
    sentiment: str
    sense: str | None
    confidence: float


class Coder:
    """Codes stretches with the heads of the reader, or with an organisation's own.

    Args:
        heads: Heads `kind`, `theme`, `sentiment`, `sense`.
        words: The second reading; None to do without.
    """

    def __init__(self, heads: Mapping[str, Head], words: WordHeads | None = None) -> None:
        self._words = words
        self._kind, self._theme = heads["kind"], heads["theme"]
        self._sentiment, self._sense = heads["sentiment"], heads["sense"]

    def coded(self, text: str, reading: Reading, start: int, end: int, question: str = "") -> Coding:
        """Codes `text[start:end]` in the light of the whole answer.

        Args:
            text: The answer.
            reading: The answer as it was read.
            start: Where the stretch begins.
            end: Where it ends.
            question: The question; it decides where the words are bare.
        """
        stretch, answer = reading.stretch(start, end), reading.stretch()
        kinds = _both(self._kind.each(stretch), self._kind.each(answer))
        themes = _both(self._theme.each(stretch), self._theme.each(answer))
        feeling = _both(self._sentiment.one_of(stretch), self._sentiment.one_of(answer))
        if self._words is not None:
            counted = self._words.count(text[start:end])
            kinds = _mixed(self._kind.labels, kinds, self._words.labels("kind"), self._words.each("kind", counted))
            themes = _mixed(self._theme.labels, themes, self._words.labels("theme"), self._words.each("theme", counted))
            feeling = _mixed(
                self._sentiment.labels,
                feeling,
                self._words.labels("sentiment"),
                self._words.one_of("sentiment", counted),
            )
        asked = asked_kind(question, text[start:end])
        if asked is not None:
            told = np.asarray([float(kind == asked) for kind in self._kind.labels], dtype=np.float32)
            kinds = np.asarray((1 - ASKED_SHARE) * kinds + ASKED_SHARE * told, dtype=np.float32)
        found = _in_order(chosen(self._kind.labels, kinds, SECOND_KIND, MAX_KINDS))
        confidence = float(np.clip(np.sqrt(kinds.max() * themes.max()), 0.0, 1.0))
        return Coding(
            kinds=found,
            themes=chosen(self._theme.labels, themes, SECOND_THEME, MAX_THEMES),
            sentiment=FEELINGS[asked] if asked and found == (asked,) else self._sentiment.labels[int(feeling.argmax())],
            sense=self.sense(stretch),
            confidence=round(confidence, 3),
        )

    def likeliest_kind(self, reading: Reading) -> float:
        """Probability of the likeliest kind of the whole answer: low where nothing of substance is said."""
        return float(self._kind.each(reading.stretch()).max())

    def sense(self, vector: Floats) -> str | None:
        """The sense that the words of a vector speak of; None where they do not say why a thing matters."""
        chances = dict(zip(self._sense.labels, (float(p) for p in self._sense.one_of(vector)), strict=True))
        if 1.0 - chances.pop(NO_SENSE) < LEAST_SENSE:
            return None
        return max(chances, key=lambda sense: chances[sense])


def _both(stretch: Floats, answer: Floats) -> Floats:
    return np.asarray(STRETCH_SHARE * stretch + (1 - STRETCH_SHARE) * answer, dtype=np.float32)


def _mixed(labels: Sequence[str], read: Floats, known: Sequence[str], words: Floats) -> Floats:
    """The mean of both readings; a label that the words do not know (an organisation's own) stays as it was read."""
    counted = dict(zip(known, words, strict=True))
    both = [
        (1 - WORDS_SHARE) * chance + WORDS_SHARE * counted[label] if label in counted else chance
        for label, chance in zip(labels, read, strict=True)
    ]
    return np.asarray(both, dtype=np.float32)


def chosen(labels: Sequence[str], chances: Floats, least: float, most: int) -> tuple[str, ...]:
    """The best label, and up to `most` - 1 others of at least `least`, best first."""
    order = np.argsort(-chances, kind="stable")[:most]
    return tuple(labels[k] for n, k in enumerate(order) if n == 0 or chances[k] >= least)


def _in_order(kinds: Sequence[str]) -> tuple[str, ...]:
    return tuple(kind for kind in KINDS if kind in kinds)
