"""Finds the patterns in a text, minus those that their surroundings excuse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.safeguarding.library import Library, Pattern, library
from bot.safeguarding.scope import Surroundings, cover_idioms, find, surroundings
from bot.safeguarding.text import NormalText, Word
from dialogues.types import Level

CHUNK_WORDS = 240
OVERLAP_WORDS = 40


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern found.

    Attributes:
        first: Index of its first word in the normal text.
        last: One past its last word.
        strong: Enough on its own.
    """

    pattern: Pattern
    first: int
    last: int
    strong: bool


def _hits_in(text: NormalText, known: Library) -> Iterator[Hit]:
    covered = cover_idioms(text, known)
    around: Surroundings | None = None
    for category in known.categories:
        for pattern in category.patterns:
            for first, last in find(pattern.compiled, covered):
                around = around or surroundings(covered, known)
                if not around.excuses(pattern.category, first, last):
                    yield Hit(pattern, first, last, pattern.strong and not _only_fun(pattern, around, first, last))


def _only_fun(pattern: Pattern, around: Surroundings, first: int, last: int) -> bool:
    """Laughing together takes from a suspicion, never from a danger to life."""
    playful = pattern.level is not Level.IMMEDIATE or pattern.category == "danger_attack"
    return playful and around.playful(first, last)


@lru_cache(maxsize=64)
def _chunk_hits(norms: tuple[str, ...]) -> tuple[tuple[Pattern, int, int, bool], ...]:
    text = NormalText(tuple(Word(norm, 0, 0) for norm in norms))
    return tuple((hit.pattern, hit.first, hit.last, hit.strong) for hit in _hits_in(text, library()))


def find_hits(text: NormalText) -> list[Hit]:
    """Finds everything that the patterns see, in long texts piece by piece (the same piece is looked at once).

    Args:
        text: A normal text of any length.
    """
    hits: list[Hit] = []
    for start in range(0, max(1, len(text.words)), CHUNK_WORDS):
        norms = tuple(word.norm for word in text.words[start : start + CHUNK_WORDS + OVERLAP_WORDS])
        hits += [Hit(p, start + first, start + last, strong) for p, first, last, strong in _chunk_hits(norms)]
    return hits


def has_excuse(text: NormalText) -> bool:
    """Whether a text holds any sign of an idiom, a story, a drill, long ago, put right, denied or supposed.

    The learned scorer cannot tell these from the real thing, so that on its own it is not believed there.
    """
    known = library()
    head = NormalText(text.words[:CHUNK_WORDS])
    groups = ("idioms", "fiction", "past", "resolved", "drill", "banter", "denial")
    return any(find(compiled, head) for group in groups for compiled in known.scope[group])
