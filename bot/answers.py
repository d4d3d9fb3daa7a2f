"""The analysis as a conversation needs it: new points only, with labels that can be told apart."""

from __future__ import annotations

from dataclasses import replace

from dialogues.types import Point
from nlu.analysis.duplicates import same_point
from nlu.analysis.labels import distinct_labels
from nlu.analysis.points import Analysis
from nlu.analysis.urgent import cannot_wait


class Answers:
    """Finds the points of answers; implements `bot.understanding.PointFinder`."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis

    def points(self, text: str, question: str) -> tuple[Point, ...]:
        """All points of an answer."""
        return self._analysis.points(text, question)

    def fresh(self, points: tuple[Point, ...], known: tuple[Point, ...]) -> tuple[Point, ...]:
        """The points that were not said before, labelled apart from those that were."""
        new: list[Point] = []
        for point in points:
            if not any(same_point(point, other) for other in (*known, *new)):
                new.append(point)
        labels = distinct_labels((*known, *new))[len(known) :]
        return tuple(replace(point, label=label) for point, label in zip(new, labels, strict=True))

    def cannot_wait(self, text: str) -> bool:
        """Whether it asks for help that cannot wait."""
        return cannot_wait(text)
