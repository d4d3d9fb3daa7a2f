"""Finds what a person means by "take back what I said about ..."."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogues.state import Heard

_EVERYTHING = re.compile(
    r"\b(everything|all of (?:it|that)|the (?:lot|whole)|all (?:i|ive|i've) said|forget all)\b", re.IGNORECASE
)
_IDLE = frozenset(
    "the a an that this it of to in on at about my me i we they he she his her their said what bit thing one was "
    "were is please not and for with you your take out back down put dont don't".split()
)


def wants_everything(text: str) -> bool:
    """Whether all that was said is meant."""
    return bool(_EVERYTHING.search(text))


def matching(points: Sequence[Heard], subject: str | None) -> tuple[Heard, ...]:
    """The points that a subject names, best matches only.

    Args:
        points: Live points, oldest first.
        subject: What was named ("meals", "Dawn"); None or empty means the last thing said.

    Returns:
        Points with the best score; empty where none shares a word with the subject.
    """
    if not points:
        return ()
    words = _stems(subject or "")
    if not words:
        return (points[-1],)
    scores = [(_score(p, words), p) for p in points]
    best = max(score for score, _ in scores)
    return tuple(p for score, p in scores if score == best) if best else ()


def _score(point: Heard, words: frozenset[str]) -> int:
    themes = " ".join(point.point.themes).replace("_", " ")
    return 2 * len(words & _stems(f"{point.point.quote} {point.said} {point.point.label}")) + len(
        words & _stems(themes)
    )


def _stems(text: str) -> frozenset[str]:
    found = re.findall(r"[\w']+", text.lower())
    return frozenset(re.sub(r"(?:'s|s)$", "", w) for w in found if w not in _IDLE and len(w) > 1)
