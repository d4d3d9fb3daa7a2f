"""How fast words are said and how long the pauses are, for every voice alike.

Pace counts as people hear it: each sentence with the pause after it. Words come a little faster than the pace, and the
pause takes up the rest. Below a floor the words get no slower and only the pauses longer: drawled words are harder to
understand, not easier.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

DEFAULT_PACE = 150
SLOWEST = 110
FASTEST = 190
"""Words a minute. Source: the product's range of pace, which is the person's own choice."""

WORDS_TO_PACE = 1.15
"""Rate of the words by themselves to the pace. Source: it leaves pauses of about half a second at the default pace."""
FLOOR = 155.0
"""Words a minute within a sentence, pauses left out, below which words are not slowed.
Source: about 3.2 syllables a second with our short words (1.25 syllables each), the slow end of clear speech."""
SHORTEST_PAUSE = (0.25, 0.02)
"""Seconds, and seconds a word, at the default pace: room to breathe, more after a long sentence."""
LONGEST_PAUSE_SECONDS = 2.0
"""A longer one sounds like the end of what is said."""


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
