"""Words around a quote, and words taken out of one. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

_BRACKETED = re.compile(r"\[[^\]]*\]")
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)]*\s+|\n+")


def sentence_around(text: str, start: int, end: int, taken_back: Iterable[tuple[int, int]] = ()) -> str | None:
    """The sentence of a turn, or the sentences, that a quote stands in.

    Args:
        text: The whole turn.
        start: First character of the quote.
        end: The character after its last.
        taken_back: Spans of the same turn that the person took back; a sentence that touches one is not given.

    Returns:
        None where there is no more to it than the quote itself.
    """
    first = max((match.end() for match in _SENTENCE_END.finditer(text, 0, start) if match.end() <= start), default=0)
    following = _SENTENCE_END.search(text, max(start, end - 1))
    last = following.end() if following else len(text)
    if any(a < last and first < b for a, b in taken_back):
        return None
    sentence = text[first:last].strip()
    return sentence if _words(sentence) != _words(text[start:end]) else None


def only_takes_out(before: str, after: str) -> bool:
    """True when `after` says nothing that `before` does not: words may go, or give way to brackets such as [name]."""
    left = iter(_words(_BRACKETED.sub(" ", before)))
    return all(word in left for word in _words(_BRACKETED.sub(" ", after)))


def fingerprint(*texts: str | None) -> str:
    """16 hexadecimal digits that change when any of the texts does."""
    return hashlib.sha256("\x00".join(text or "" for text in texts).encode()).hexdigest()[:16]


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
