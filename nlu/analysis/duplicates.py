"""Noticing that somebody says the same thing twice, so that it counts once."""

from __future__ import annotations

from dialogues.types import Point
from nlu.analysis.cues import words_of
from nlu.minilm import shared_embedder

SAME_OVERLAP = 0.75
SAME_LIKENESS = 0.80
LIKELY_OVERLAP = 0.34
LIKELY_LIKENESS = 0.68
"""Shares of content words, and cosine similarities. Source: our own pairs in tests/nlu/analysis/test_duplicates.py."""
_EMPTY = frozenset(
    "the a an and or but so to of in on at for with it its is was are were be been i im ive id my me you they them "
    "their he she his her we us "
    "that this there thats do does did dont not no just well oh er um have has had would could as if when what all "
    "any get got".split()
)


def same_point(a: Point, b: Point) -> bool:
    """True when two points say the same: of one kind and main theme, and alike in words or in meaning."""
    if (
        not set(a.kinds) & set(b.kinds)
        or not _themes_meet(a, b)
        or {a.sentiment, b.sentiment} == {"positive", "negative"}
    ):
        return False
    overlap = _overlap(a.quote, b.quote)
    if overlap >= SAME_OVERLAP:
        return True
    embedder = shared_embedder()
    first, second = embedder.embed(a.quote), embedder.embed(b.quote)
    likeness = float(first @ second)
    return likeness >= SAME_LIKENESS or (likeness >= LIKELY_LIKENESS and overlap >= LIKELY_OVERLAP)


def _themes_meet(a: Point, b: Point) -> bool:
    return bool(a.themes and b.themes) and (a.themes[0] in b.themes or b.themes[0] in a.themes)


def _overlap(first: str, second: str) -> float:
    """Content words shared, as a part of the shorter one's, 0 to 1."""
    one, other = ({word.form for word in words_of(text) if word.form not in _EMPTY} for text in (first, second))
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller > 1 else float(one == other and bool(one))
