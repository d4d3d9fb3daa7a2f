"""Whether what was heard may be no words at all: music, crying, another language.

A recogniser for dictation makes English words of any sound, and is sure of some of them. So words are doubted where it
was not sure, or where they are too few for the time somebody spoke; and doubted words are believed only where a second
recogniser, which listened apart, heard about the same, or is sure of its own.

Source: 70 real clips of speech (35 at 16 kHz and by telephone): 14 are doubted, none is dropped; of 29 sentences in 13
other languages (synthetic) 27 are doubted and 26 dropped. `docs/speech.md` has more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from connectors.speech.measure import word_errors
from dialogues.types import HeardWord

LEAST_SECONDS = 1.2
"""Shorter speech is not doubted: recognisers are seldom sure of single words. Source: half of 100 were under 0.9."""
SURE = 0.9
"""Mean confidence from which words are not doubted."""
FEWEST_WORDS_A_SECOND = 1.0
"""Of the time in which somebody speaks."""
SURE_SECOND = 0.6
"""Mean probability of the second recogniser's words from which they are believed alone."""
MOST_APART = 0.6
"""Word errors of one hearing against the other, up to which both heard the same."""


def is_doubtful(words: Sequence[HeardWord], spoken_seconds: float) -> bool:
    """True where words that were heard freely, or that there are none, asks for a second opinion.

    Args:
        words: With their confidences.
        spoken_seconds: How long somebody speaks, of `levels.speech_seconds`.
    """
    if spoken_seconds < LEAST_SECONDS:
        return False
    few = len(words) < FEWEST_WORDS_A_SECOND * spoken_seconds
    return few or float(np.mean([word.confidence for word in words])) < SURE


def second_is_believed(live: str, second: str, confidence: float) -> bool:
    """True where the second hearing of what is doubted may stand for what was said.

    Args:
        live: What was heard first; "" where nothing was.
        second: What was heard by the other recogniser; "" where nothing was.
        confidence: Of the second, 0 to 1.
    """
    if not second:
        return False
    return confidence >= SURE_SECOND or (bool(live) and word_errors(second, live).rate <= MOST_APART)
