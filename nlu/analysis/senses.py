"""The Senses framework: security, continuity, belonging, purpose, achievement, significance.

Coded only where somebody says why a thing matters.
Source: Nolan, Brown, Davies, Nolan and Keady (2006), The Senses Framework.
"""

from __future__ import annotations

from collections.abc import Iterable

from nlu.analysis.coding import Coder
from nlu.analysis.cues import CueBook, Hit, words_of
from nlu.reader.reader import shared_reader

ASKED = "What would that mean to you?"
"""What a person who says why a thing matters has been asked, at least in the thought."""


class SenseReader:
    """Reads the sense from a reply to "What would that mean to you?"."""

    def __init__(self, book: CueBook, coder: Coder) -> None:
        self._book = book
        self._coder = coder

    def read(self, text: str) -> str | None:
        """The sense of a text by cue phrases, else as the reader finds it; None when unsure."""
        words = words_of(text)
        if not words:
            return None
        cued = self.cued(self._book.hits(words), 0, len(text))
        return cued or self._coder.sense(shared_reader().read(text, ASKED).stretch())

    def cued(self, hits: Iterable[Hit], start: int, end: int) -> str | None:
        """The sense whose cue phrases lie between two offsets; None when there are none, or two senses tie."""
        tally: dict[str, int] = {}
        for hit in hits:
            if hit.section == "senses" and hit.start >= start and hit.end <= end and not hit.negated:
                tally[hit.id] = tally.get(hit.id, 0) + 1
        ranked = sorted(tally, key=lambda sense: -tally[sense])
        if not ranked or (len(ranked) > 1 and tally[ranked[0]] == tally[ranked[1]]):
            return None
        return ranked[0]
