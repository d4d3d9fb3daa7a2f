"""The analysis of an answer: which points it holds, and how each is coded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from spacy.tokens import Doc, Span

from dialogues.types import Point
from nlu.analysis.coding import Coding, Stretch, clause_kinds, coded, content_probability
from nlu.analysis.cues import CueBook, Hit, Word, words_of
from nlu.analysis.embed import shared_embedder
from nlu.analysis.features import count
from nlu.analysis.frame import KINDS, NOTHING, Frame, load_frame
from nlu.analysis.labels import label_of, plain_label
from nlu.analysis.model import WEIGHTS_PATH, load_weights
from nlu.analysis.nothing import is_formula, says_nothing
from nlu.analysis.parsing import parsed
from nlu.analysis.segment import SHORT_ANSWER_WORDS, Clause, clauses, gathered
from nlu.analysis.senses import SenseReader
from nlu.analysis.wording import i_statement_of, read_back_of, trimmed

MAX_CHARACTERS = 6000
"""Characters analysed of one answer, about seven minutes of talk."""
LEAST_CONTENT = 0.35
"""Least probability that a stretch of a long answer holds a point. Source: our own background rows."""
LEAST_WORDS = 3
"""A shorter stretch goes with its neighbour, unless it is the whole answer."""
PLAIN_KIND = 0.8
"""Least probability at which a clause's kind counts as plain. Source: our own conversation rows, development half."""
_BUT = re.compile(r"\b(?:but|only thing(?: is)?|mind you|trouble is)[\s,]*$", re.IGNORECASE)
MAX_POINTS = 40


class Summary(TypedDict):
    """Top-level coding of an answer, as `sayso analyse` writes it."""

    kinds: list[str]
    themes: list[str]
    sentiment: str


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer, read once."""

    text: str
    question: str
    doc: Doc
    words: tuple[Word, ...]
    hits: tuple[Hit, ...]

    @property
    def is_short(self) -> bool:
        """Short answers are to the point: all of them is kept that is more than politeness."""
        return len(self.words) <= SHORT_ANSWER_WORDS

    def stretch(self, start: int, end: int) -> Stretch:
        words = tuple(word for word in self.words if word.start >= start and word.end <= end)
        return Stretch(start, end, words, self.hits)


class Analysis:
    """Finds and codes the points in answers. Pure, and safe to share between threads.

    Args:
        frame: Path of a coding frame; None for Sayso's own.
        weights: Path of trained weights; None for Sayso's own.

    Raises:
        SaysoError: When the frame, the weights or a model cannot be used.
    """

    def __init__(self, frame: Path | None = None, weights: Path | None = None) -> None:
        self.frame: Frame = load_frame(frame)
        self._weights = load_weights(weights or WEIGHTS_PATH)
        self._book = CueBook(self.frame)
        self._embed = shared_embedder()
        self._senses = SenseReader(self.frame, self._book)
        parsed("Good morning.")

    def points(self, text: str, question: str) -> tuple[Point, ...]:
        """The points of an answer, in order, never overlapping.

        Args:
            text: The answer; its first 6,000 characters are analysed.
            question: The question it answers; may be empty.

        Returns:
            Points whose `quote` equals `text[start:end]`; empty when nothing of substance was said.
        """
        answer = self._read(text[:MAX_CHARACTERS], question)
        if answer is None:
            return ()
        spans = self._spans(answer)
        embeddings = self._embed([text[start:end] for start, end in spans])
        found = []
        for (start, end), embedding in zip(spans, embeddings, strict=True):
            stretch = answer.stretch(start, end)
            lean = _lean(answer.text[:start])
            coding = coded(stretch, embedding, question, self.frame, self._weights, lean=lean, surely=answer.is_short)
            found.append((start, end, coding))
        return tuple(self._point(answer, *item) for item in self._kept(found))

    def summary(self, points: Sequence[Point]) -> Summary:
        """The union over the points of an answer.

        Returns:
            `kinds` in the frame's order, `themes` in order of mention, `sentiment` (mixed when points disagree).
        """
        if not points:
            return Summary(kinds=[], themes=[NOTHING], sentiment="neutral")
        kinds = [kind for kind in KINDS if any(kind in point.kinds for point in points)]
        themes = list(dict.fromkeys(theme for point in points for theme in point.themes))
        return Summary(kinds=kinds, themes=themes, sentiment=_overall({point.sentiment for point in points}))

    def sense_of(self, text: str) -> str | None:
        """The sense that the words speak of, when somebody says why a thing matters; None when none stands out."""
        return self._senses.read(text[:MAX_CHARACTERS])

    def _read(self, text: str, question: str) -> _Answer | None:
        words = words_of(text)
        if not words or says_nothing(words):
            return None
        return _Answer(text, question, parsed(text), words, self._book.hits(words))

    def _spans(self, answer: _Answer) -> list[tuple[int, int]]:
        """The stretches worth coding, trimmed of fillers at their edges."""
        parts = clauses(
            answer.doc,
            lambda start, end: count(answer.hits, start, end),
            lambda start, end: is_formula(answer.stretch(start, end).words),
            lambda start, end: self._plain_kind(answer.stretch(start, end)),
        )
        groups = _long_enough(gathered(parts))
        judged = [(span, self._content(answer, span)) for span in groups]
        least = 0.0 if answer.is_short else LEAST_CONTENT
        kept = [span for span, content in judged if content > least]
        if not kept and judged:
            kept = [max(judged, key=lambda item: item[1])[0]]
        spans = [trimmed(answer.text, *span) for span in kept[:MAX_POINTS]]
        return [(start, end) for start, end in spans if start < end]

    def _plain_kind(self, stretch: Stretch) -> str:
        found = clause_kinds(stretch, self.frame, self._weights)
        best = int(found.argmax())
        return KINDS[best] if found[best] >= PLAIN_KIND else ""

    def _content(self, answer: _Answer, span: tuple[int, int]) -> float:
        stretch = answer.stretch(*span)
        if says_nothing(stretch.words):
            return 0.0
        return content_probability(stretch, self.frame, self._weights)

    def _kept(self, found: list[tuple[int, int, Coding]]) -> list[tuple[int, int, Coding]]:
        """Leaves out what turned out to be telling."""
        return [item for item in found if item[2].kinds]

    def _point(self, answer: _Answer, start: int, end: int, coding: Coding) -> Point:
        quote = answer.text[start:end]
        span = answer.doc.char_span(start, end, alignment_mode="expand")
        tokens: Span = span if span is not None else answer.doc[0:0]
        return Point(
            start=start,
            end=end,
            quote=quote,
            kinds=coding.kinds,
            themes=coding.themes,
            sentiment=coding.sentiment,
            sense=self._senses.cued(answer.hits, start, end),
            confidence=coding.confidence,
            read_back=read_back_of(quote, tokens),
            i_statement=i_statement_of(quote),
            label=label_of(tokens, coding.themes, self._book) or plain_label(coding.themes, self.frame),
        )


def _long_enough(groups: Sequence[Sequence[Clause]]) -> list[tuple[int, int]]:
    """Start and end of each stretch; one of a word or two goes with its neighbour."""
    found: list[tuple[int, int, int]] = []
    for group in groups:
        start, end, size = group[0].start, group[-1].end, sum(part.words for part in group)
        if found and min(size, found[-1][2]) < LEAST_WORDS and not group[0].formula and not group[0].stop:
            found[-1] = (found[-1][0], end, found[-1][2] + size)
        else:
            found.append((start, end, size))
    return [(start, end) for start, end, _ in found]


def _lean(before: str) -> str:
    """What follows "but" or "the only thing is", after something said, leans towards a problem."""
    return "problem" if _BUT.search(before) and len(before.split()) > 2 else ""


def _overall(sentiments: set[str]) -> str:
    if "mixed" in sentiments or {"positive", "negative"} <= sentiments:
        return "mixed"
    return next((each for each in ("negative", "positive") if each in sentiments), "neutral")
