"""The learned second opinion: what the reader (`nlu.reader`) makes of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from nlu.reader.reader import Reader, Reading, shared_reader

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the learned scorer thinks of a text.

    Attributes:
        concern: Probability of concern, 0 to 1.
        immediate: Probability of danger now, 0 to 1.
        type: The likeliest type, should there be an alert.
        reading: The text as it was read.
    """

    concern: float
    immediate: float
    type: str
    reading: Reading

    @property
    def alert(self) -> float:
        """Probability of any alert, 0 to 1."""
        return self.concern + self.immediate


class Scorer:
    """Level (none, concern, immediate) and type of what is said. Thread-safe; no network."""

    def __init__(self, reader: Reader | None = None) -> None:
        self._reader = reader or shared_reader()
        self._level, self._type = self._reader.heads["level"], self._reader.heads["danger"]
        self._dangers = np.asarray([name.startswith("danger_") for name in self._type.labels])

    def opinion(self, text: str) -> Opinion:
        """Scores one text of at most some sixty words."""
        reading = self._reader.read(text)
        whole = reading.whole()
        level = dict(zip(self._level.labels, (float(p) for p in self._level.one_of(whole)), strict=True))
        fitting = self._dangers if level["immediate"] >= level["concern"] else ~self._dangers
        best = int(np.argmax(np.where(fitting, self._type.scores(whole), -np.inf)))
        return Opinion(level["concern"], level["immediate"], self._type.labels[best], reading)

    def most_telling(self, opinion: Opinion, places: Sequence[Place]) -> Place:
        """The one of some stretches of a scored text that speaks most for an alert, read in its context."""
        none = self._level.labels.index("none")
        reading = opinion.reading

        def calm(place: Place) -> float:
            vector = np.concatenate([reading.first, reading.stretch(*place)])
            return float(self._level.one_of(vector)[none])

        return min(places, key=calm)


@lru_cache(maxsize=1)
def scorer() -> Scorer:
    """The one scorer of the process."""
    return Scorer()
