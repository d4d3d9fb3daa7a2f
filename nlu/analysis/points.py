"""The analysis of an answer: which points it holds, and how each is coded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from spacy.tokens import Doc, Span

from dialogues.types import Point
from nlu.analysis.coding import Coder, Coding
from nlu.analysis.cues import CueBook, Hit, words_of
from nlu.analysis.frame import KINDS, NOTHING, Frame, load_frame
from nlu.analysis.labels import label_of, plain_label
from nlu.analysis.nothing import says_nothing
from nlu.analysis.parsing import parsed
from nlu.analysis.senses import SenseReader
from nlu.analysis.spans import Place, content, decoded, marked, most_likely
from nlu.analysis.wording import i_statement_of, read_back_of, trimmed
from nlu.reader.heads import load_heads
from nlu.reader.reader import Reading, shared_reader
from nlu.reader.words import shared_words

MAX_CHARACTERS = 6000
"""Characters analysed of one answer, about seven minutes of talk."""
MAX_POINTS = 40
MOST_ANNOUNCING = 7
_ANNOUNCEMENT = re.compile(r"(?:but |well |mind )*(?:the |my )?(?:only|one|main) thing (?:is|was)\b", re.IGNORECASE)
_LIKING = re.compile(r"\bi (?:do |really )?(?:like|love|enjoy)\b", re.IGNORECASE)
_TURN = re.compile(
    r"\bi (?:do(?:n'?t| not)|ca(?:n'?t|nnot)) (?:really )?(?:like|abide|stand|care for|hold with)\b|\bi hate\b",
    re.IGNORECASE,
)
_BREAKS = re.compile(r"[,.;!?]\s+")
_CARRIER = re.compile(
    r"(?:\b(?:says?|said|saying|reckons?|reckoned|asks?|asked|tells? (?:me|us|her|him)|told (?:me|us|her|him)"
    r"|would|could|should|if|unless|when|until|till|because|cos|not|never|nor|without|instead of|than|that'?s all)"
    r")\s+$",
    re.IGNORECASE,
)
"""Words that govern what comes after them: cut off, they leave a claim that nobody made."""
_FOLLOWS = re.compile(
    r"(?:and )?(?:so (?:it|i|i'm|he|she|they|we|that|the|my|you|now|nobody|there)|(?:because|cos|'cause|which"
    r"|that'?s why)\b)",
    re.IGNORECASE,
)
"""What begins so is the upshot of the point before it, or its reason."""
_JOINING = re.compile(r"[\s,;:-]*(?:\b(?:and so|so|because|cos|which|that'?s why))?\s*$", re.IGNORECASE)
_JOINTS = re.compile(r"[,.;:!?\n]\s*|\b(?:and|but|so|then)\s+", re.IGNORECASE)
MOST_CARRYING = 6
FRAME, HEADS = "coding_frame.yml", "coding.npz"
"""Files of an organisation's own coding, in its folder."""
LEAST_KIND = 0.25
LEAST_CONTENT = 0.5
"""Below both, the likeliest kind and the chance of any point, nothing of substance is said.
Source: development texts."""


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
    reading: Reading
    doc: Doc
    hits: tuple[Hit, ...]


class Analysis:
    """Finds and codes the points in answers. Pure, and safe to share between threads.

    Args:
        frame: Path of a coding frame; None for Sayso's own.
        heads: Path of an organisation's own heads (`sayso themes train`); None for Sayso's.

    Raises:
        SaysoError: When the frame cannot be used.
        ReaderMissing: When the reader cannot be used.
    """

    def __init__(self, frame: Path | None = None, heads: Path | None = None) -> None:
        self.frame: Frame = load_frame(frame)
        self._reader = shared_reader()
        self._coder = Coder(self._reader.heads | (load_heads(heads) if heads else {}), shared_words())
        self._book = CueBook(self.frame)
        self._senses = SenseReader(self._book, self._coder)
        parsed("Good morning.")

    def points(self, text: str, question: str) -> tuple[Point, ...]:
        """The points of an answer, in order, never overlapping.

        Args:
            text: The answer; its first 6,000 characters are analysed.
            question: The question it answers; may be empty.

        Returns:
            Points whose `quote` equals `text[start:end]`; empty when nothing of substance was said.
        """
        answer = text[:MAX_CHARACTERS]
        words = words_of(answer)
        if not words or says_nothing(words):
            return ()
        reading = self._reader.read(answer, question)
        places = self._places(answer, reading)
        if not places:
            return ()
        whole = _Answer(answer, question, reading, parsed(answer), self._book.hits(words))
        return tuple(self._point(whole, start, end) for start, end in places)

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

    def _places(self, text: str, reading: Reading) -> list[Place]:
        words = marked(text, reading, self._reader.heads["point"].one_of(reading.pieces))
        if content(words) < LEAST_CONTENT and self._coder.likeliest_kind(reading) < LEAST_KIND:
            return []
        said = _with_upshots(text, decoded(words) or most_likely(words))
        places = [half for place in said for half in _halves(text, *place)]
        found = [self._trimmed(text, *place) for place in places]
        kept = _with_carriers(text, [(start, end) for start, end in found if start < end])
        return [place for n, place in enumerate(kept) if not _announces(text, kept, n)][:MAX_POINTS]

    @staticmethod
    def _trimmed(text: str, start: int, end: int) -> Place:
        """Without fillers and politeness at the edges ("..., I've no complaints")."""
        start, end = trimmed(text, start, end)
        parts = [start, *(start + match.end() for match in _BREAKS.finditer(text[start:end])), end]
        while len(parts) > 2 and says_nothing(words_of(text[parts[-2] : parts[-1]])):
            parts.pop()
        while len(parts) > 2 and says_nothing(words_of(text[parts[0] : parts[1]])):
            parts.pop(0)
        return trimmed(text, parts[0], parts[-1])

    def _point(self, answer: _Answer, start: int, end: int) -> Point:
        coding: Coding = self._coder.coded(answer.text, answer.reading, start, end, answer.question)
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
            sense=self._senses.cued(answer.hits, start, end) or coding.sense,
            confidence=coding.confidence,
            read_back=read_back_of(quote, tokens),
            i_statement=i_statement_of(quote),
            label=label_of(tokens, coding.themes, self._book) or plain_label(coding.themes, self.frame),
        )


def _with_upshots(text: str, places: Sequence[Place]) -> list[Place]:
    """The places; one that only says what came of the one right before it is part of it."""
    whole: list[Place] = []
    for start, end in places:
        if whole and _goes_on(text, whole[-1], start, end):
            whole[-1] = (whole[-1][0], end)
        else:
            whole.append((start, end))
    return whole


def _goes_on(text: str, before: Place, start: int, end: int) -> bool:
    """Whether only a joining word stands between two places, and the second begins as an upshot or a reason does."""
    joining = _JOINING.search(text, before[0], start)
    return (
        joining is not None
        and joining.start() <= before[1]
        and _FOLLOWS.match(text[joining.start() : end].lstrip(" ,;:-")) is not None
    )


def _with_carriers(text: str, places: Sequence[Place]) -> list[Place]:
    """The places, each begun early enough to hold the words that govern it ("the lad says" / "I painted it")."""
    whole: list[Place] = []
    for start, end in places:
        after = whole[-1][1] if whole else 0
        whole.append((_carried(text, after, start), end))
    return whole


def _carried(text: str, after: int, start: int) -> int:
    before = text[after:start]
    if not _CARRIER.search(before):
        return start
    joints = [match.end() for match in _JOINTS.finditer(before) if match.end() < len(before)]
    clause = before[joints[-1] if joints else 0 :]
    words = list(re.finditer(r"\S+\s*", clause))[-MOST_CARRYING:]
    begin = start - len(clause) + words[0].start() if words else start
    return begin + len(text[begin:start]) - len(text[begin:start].lstrip())


def _halves(text: str, start: int, end: int) -> list[Place]:
    """Two places where liking turns to disliking without a joint: "i love the quiz i dont like the singing"."""
    turn = _TURN.search(text, start, end)
    if turn is None or not _LIKING.search(text, start, turn.start()):
        return [(start, end)]
    return [(start, turn.start()), (turn.start(), end)]


def _announces(text: str, places: Sequence[Place], number: int) -> bool:
    """True for a few words that only announce the point that follows: "The only thing is the tea call."."""
    start, end = places[number]
    follows = number + 1 < len(places) and not text[end : places[number + 1][0]].strip(" .,;:-")
    return (
        follows and _ANNOUNCEMENT.match(text[start:end]) is not None and len(text[start:end].split()) <= MOST_ANNOUNCING
    )


def _overall(sentiments: set[str]) -> str:
    if "mixed" in sentiments or {"positive", "negative"} <= sentiments:
        return "mixed"
    return next((each for each in ("negative", "positive") if each in sentiments), "neutral")
