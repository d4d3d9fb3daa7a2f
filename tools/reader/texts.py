"""The texts that the reader learns from: everything that is kept in the project's training folders."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlu.examples import read_examples

PROJECT = Path(__file__).resolve().parents[2]
ANSWERS = PROJECT / "nlu" / "analysis" / "training"
SAFEGUARDING = PROJECT / "bot" / "safeguarding" / "training"
PRIVACY = PROJECT / "nlu" / "redaction" / "training"
_MARK = re.compile(r"\[\[([A-Z_]+):([^\]]*)\]\]")

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Utterance:
    """What somebody said, and the act of it."""

    text: str
    question: str
    kind: str
    act: str


@dataclass(frozen=True, slots=True)
class Coded:
    """How a stretch is coded; `sense` is None where it is unknown, and empty where there is none."""

    place: Place
    kinds: tuple[str, ...]
    themes: tuple[str, ...]
    sentiment: str
    sense: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A labelled answer; `points` is None where only the whole is labelled."""

    text: str
    question: str
    whole: Coded
    points: tuple[Coded, ...] | None


@dataclass(frozen=True, slots=True)
class Screened:
    """A text with its level of danger, the levels that are defensible, and the type of danger."""

    text: str
    level: str
    type: str = ""
    defensible: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Private:
    """A text with the places and types of its private words."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def utterances() -> list[Utterance]:
    """What acts are learned from: the examples of the Rasa project."""
    return [Utterance(text, question, kind, act) for (text, question, kind), act in read_examples()]


def answers() -> list[Answer]:
    """Labelled answers, most with their points marked."""
    return [_answer(row) for row in _rows(ANSWERS)]


def screened(ordinary: Sequence[str]) -> list[Screened]:
    """Texts for safeguarding, and as many ordinary ones, without which every odd sentence is taken for a hint."""
    rows = [
        Screened(row["text"], row["level"], row.get("type") or "", tuple(row.get("acceptable_levels") or ()))
        for row in _rows(SAFEGUARDING)
    ]
    known = {row.text for row in rows}
    background = [text for text in dict.fromkeys(ordinary) if text not in known]
    step = max(1, len(background) // max(1, len(rows)))
    return rows + [Screened(text, "none") for text in background[::step]]


def private() -> list[Private]:
    """Texts with private words marked `[[TYPE:words]]`."""
    return [_private(row["text"]) for row in _rows(PRIVACY)]


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)


def _answer(row: dict[str, Any]) -> Answer:
    text, themes = row["text"], tuple(theme for theme in row["themes"] if theme != "nothing_to_say")
    whole = Coded((0, len(text)), tuple(row["kinds"]), themes, row["sentiment"], None)
    points = row.get("points")
    return Answer(text, row.get("question", ""), whole, None if points is None else tuple(_points(text, points)))


def _points(text: str, points: Sequence[dict[str, Any]]) -> Iterator[Coded]:
    at = 0
    for point in points:
        start = text.find(point["quote"], at)
        start = text.index(point["quote"]) if start < 0 else start
        at = start + len(point["quote"])
        sense = point.get("sense") or ""
        yield Coded((start, at), tuple(point["kinds"]), tuple(point["themes"]), point["sentiment"], sense)


def _private(marked: str) -> Private:
    text, spans, last = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[last : match.start()]
        spans.append((len(text), len(text) + len(match.group(2)), match.group(1)))
        text += match.group(2)
        last = match.end()
    return Private(text + marked[last:], tuple(spans))
