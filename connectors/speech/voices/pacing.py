"""How fast words are said and how long the pauses are, for every voice alike.

Pace counts as people hear it: each sentence with the pause after it. Words come a little faster than the pace, and the
pause takes up the rest. Below a floor the words get no slower and only the pauses longer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

DEFAULT_PACE = 150
SLOWEST = 110
FASTEST = 190
"""Words a minute. Source: the product's range of pace, which is the person's own choice."""

WORDS_TO_PACE = 1.15
"""Rate of the words by themselves to the pace. Source: measured, it leaves a median pause of 0.5 s at the default."""
FLOOR = 155.0
"""Words a minute within a sentence, pauses left out, below which words are not slowed.
Chosen, and not yet heard by listeners: 2.9 syllables a second (our words have 1.135), two thirds of hibari's own rate.
Against it: slow natural speech helped people of 55 to 68 in one study (Krause and Panagiotopoulos 2019)."""
SHORTEST_PAUSE = (0.25, 0.02)
"""Seconds, and seconds a word, at the default pace: more after a long sentence. Chosen, not measured."""
LONGEST_PAUSE_SECONDS = 2.0
"""A longer one could be taken for the end. Chosen, not measured."""


def clamped(words_a_minute: float) -> float:
    """The pace within the range that can be asked for."""
    return min(float(FASTEST), max(float(SLOWEST), float(words_a_minute)))


def word_rate(words_a_minute: float) -> float:
    """How fast the words of a sentence are said for a pace: words a minute, `FLOOR` or more."""
    return max(FLOOR, clamped(words_a_minute) * WORDS_TO_PACE)


def pause_seconds(sentence: str, said_seconds: float, words_a_minute: float) -> float:
    """The pause after a sentence: what the pace leaves, within what sounds natural.

    Args:
        sentence: Its words.
        said_seconds: How long they took.
        words_a_minute: Pace asked for; clamped to the range.
    """
    left = len(sentence.split()) * 60 / clamped(words_a_minute) - said_seconds
    return min(LONGEST_PAUSE_SECONDS, max(shortest_pause_seconds(sentence, words_a_minute), left))


def shortest_pause_seconds(sentence: str, words_a_minute: float) -> float:
    """The pause that a listener needs after a sentence, whatever the pace leaves."""
    breath, breath_a_word = SHORTEST_PAUSE
    return (breath + breath_a_word * len(sentence.split())) * DEFAULT_PACE / clamped(words_a_minute)


def speed_for(rate: float, measured: Sequence[tuple[float, float]]) -> float:
    """A voice's own setting for a word rate.

    Args:
        rate: Words a minute, pauses left out.
        measured: (setting, words a minute) as measured, both rising.
    """
    settings, rates = zip(*measured, strict=True)
    return float(np.interp(rate, rates, settings))
