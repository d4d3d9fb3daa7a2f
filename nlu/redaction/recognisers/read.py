"""Private words as the reader sees them: what lists and patterns cannot know, it tells from the words around."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from nlu.reader.heads import Floats
from nlu.reader.reader import Reading, shared_reader
from nlu.redaction.lists import not_people
from nlu.redaction.spans import TYPES
from nlu.redaction.spoken import runs

SURE = 0.25
"""Least probability at which a word counts as private. Source: development texts."""
SURER = 0.9
"""The same for everything but names. Source: development texts."""
LEAST_DIGITS = {"NHS": 9, "PHONE": 5, "BANK": 3, "ACCESS_CODE": 3, "DOB": 3}
"""Digits, typed or said, that a number has at least: 999 and 111 are nobody's."""
_NOT_PRIVATE = re.compile(
    r"\b(?:order|ref|reference|policy|claim|room|page|bus|meter|serial|booking|invoice|model|part|ticket|case"
    r"|married|wed|wedding|anniversary|opened|moved|died|buried|war|rang|ring|dial|press)\b[^.]{0,25}$",
    re.IGNORECASE,
)
"""Before a number or a date: it is none of these. A phone number is told by patterns where it is rung."""
BELOW_PATTERNS = 0.85
"""Presidio's score of what only the reader sees, as a share of its probability: below what a pattern scores."""
_POSSESSIVE = re.compile(r"['’]s?$", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_EDGES = "\"'“”‘’.,;:!?()[]…"
_ACROSS = 3
"""Characters that may stand between two words of one span."""


class Privates:
    """How private each word of a text is, read once.

    Args:
        text: The text.
        reading: The text as it was read, capitals told.
    """

    def __init__(self, text: str, reading: Reading) -> None:
        head = shared_reader().heads["private"]
        self._text = text
        self._reading = reading
        chances = head.one_of(reading.pieces) if len(reading.places) else np.zeros((0, len(head.labels)), np.float32)
        self._chances = {
            name: np.asarray(
                sum(chances[:, n] for n, label in enumerate(head.labels) if label.endswith(f"-{name}")),
                dtype=np.float32,
            )
            for name in TYPES
        }
        self._any: Floats = np.asarray(sum(self._chances.values()), dtype=np.float32)

    def chance(self, start: int, end: int) -> float:
        """The greatest probability, 0 to 1, that a piece of `text[start:end]` is private, of whatever type."""
        inside = [n for n, (a, b) in enumerate(self._reading.places) if b > start and a < end]
        return float(self._any[inside].max()) if inside else 0.0

    def found(self) -> Iterator[tuple[int, int, str, float]]:
        """(start, end, type, probability) of each run of private words."""
        run: tuple[int, int, str, float] | None = None
        for start, end, name, chance in self._words():
            if run and run[2] == name and start - run[1] <= _ACROSS and "\n" not in self._text[run[1] : start]:
                run = (run[0], end, name, max(run[3], chance))
                continue
            if run:
                yield run
            run = (start, end, name, chance)
        if run:
            yield run

    def _words(self) -> Iterator[tuple[int, int, str, float]]:
        for match in _WORD.finditer(self._text):
            pieces = [n for n, (a, b) in enumerate(self._reading.places) if b > match.start() and a < match.end()]
            private = [n for n in pieces if self._any[n] >= SURE]
            if not private:
                continue
            start, end = self._reading.places[private[0]][0], self._reading.places[private[-1]][1]
            start, end = _whole(self._text, start, end)
            name = max(TYPES, key=lambda each: float(self._chances[each][private].sum()))
            if name == "NAME":
                end = start + len(_POSSESSIVE.sub("", self._text[start:end]))
            if start < end:
                yield start, end, name, float(self._any[private].max())


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """Moves both edges out to whole words of letters and digits."""
    while start > 0 and text[start - 1].isalnum() and text[start : start + 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    return start, end


class ReaderRecogniser(EntityRecognizer):
    """Presidio's face of `Privates`: every type."""

    def __init__(self) -> None:
        super().__init__(supported_entities=list(TYPES), name=type(self).__name__, supported_language="en")

    def load(self) -> None:
        """Nothing to load."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Presidio's entry point."""
        del entities
        privates = getattr(nlp_artifacts, "privates", None) or read_privates(text)
        famous = [match.span() for match in not_people().finditer(text.lower())]
        return [
            RecognizerResult(name, start, end, BELOW_PATTERNS * chance)
            for start, end, name, chance in privates.found()
            if not any(a <= start < b for a, b in famous)
            and (name == "NAME" or (chance >= SURER and _may_be(text, start, end, name)))
        ]


def _may_be(text: str, start: int, end: int, name: str) -> bool:
    """Whether words can be of a type: with digits enough, and not announced as something else."""
    digits = sum(len(run.chars) for run in runs(text[start:end]))
    return digits >= LEAST_DIGITS.get(name, 0) and not (
        name in LEAST_DIGITS and _NOT_PRIVATE.search(text[max(0, start - 40) : start])
    )


def read_privates(text: str) -> Privates:
    """Reads a text for private words."""
    return Privates(text, shared_reader().read(text, capitals=True))
