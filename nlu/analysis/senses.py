"""The Senses framework: security, continuity, belonging, purpose, achievement, significance.

Coded only where somebody says why a thing matters.
Source: Nolan, Brown, Davies, Nolan and Keady (2006), The Senses Framework.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from nlu.analysis.cues import CueBook, Hit, words_of
from nlu.analysis.embed import Matrix, shared_embedder
from nlu.analysis.frame import Frame

LEAST_SIMILARITY = 0.62
"""Least cosine similarity to an example of the frame. Source: our own sentences with and without a reason."""
LEAST_MARGIN = 0.04


class SenseReader:
    """Reads the sense from a reply to "What would that mean to you?"."""

    def __init__(self, frame: Frame, book: CueBook) -> None:
        self._book = book
        self._ids = [sense for sense, entry in frame.senses.items() for _ in entry.examples]
        self._texts = [text for entry in frame.senses.values() for text in entry.examples]

    @cached_property
    def _examples(self) -> Matrix:
        """The examples' embeddings, made when a reply without a cue is first read."""
        return shared_embedder()(self._texts)

    def read(self, text: str) -> str | None:
        """The sense of a text by cue phrases, else by likeness to the frame's examples; None when unsure."""
        words = words_of(text)
        if not words:
            return None
        cued = self.cued(self._book.hits(words), 0, len(text))
        return cued or self._nearest(text)

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

    def _nearest(self, text: str) -> str | None:
        likeness = self._examples @ shared_embedder()([text])[0]
        best = {sense: float(np.max(likeness[[i == sense for i in self._ids]])) for sense in dict.fromkeys(self._ids)}
        ranked = sorted(best, key=lambda sense: -best[sense])
        sure = best[ranked[0]] >= LEAST_SIMILARITY and best[ranked[0]] - best[ranked[1]] >= LEAST_MARGIN
        return ranked[0] if sure else None
