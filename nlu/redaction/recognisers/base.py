"""What our recognisers share: Presidio's interface, and a look at the words before a match."""

from __future__ import annotations

import re
from collections.abc import Iterable

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

SURE = 0.9
BEFORE_CHARACTERS = 60


class Recogniser(EntityRecognizer):
    """A Presidio recogniser of one entity that needs no loading.

    Subclasses set `entity` and write `find`.
    """

    entity = ""

    def __init__(self) -> None:
        super().__init__(supported_entities=[self.entity], name=type(self).__name__, supported_language="en")

    def load(self) -> None:
        """Nothing to load."""

    def find(self, text: str, doc: NlpArtifacts | None) -> Iterable[tuple[int, int]]:
        """Places of the entity in a text."""
        raise NotImplementedError

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Presidio's entry point."""
        del entities
        return [RecognizerResult(self.entity, start, end, SURE) for start, end in self.find(text, nlp_artifacts)]


def before(text: str, start: int, cues: re.Pattern[str], reach: int = BEFORE_CHARACTERS) -> bool:
    """Whether one of the cues stands in the words just before a place."""
    return cues.search(text[max(0, start - reach) : start].lower()) is not None
