"""Compares words: case and spacing aside, and blind to the change from "I" to "you" in a read-back."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})
_PERSONS = frozenset(
    """i me my mine myself you your yours yourself we us our ours ourselves he him his she her hers it its they them
    their theirs m re ve s d ll t im ive ill id youre youve am are is was were be been being have has had do does
    did""".split()
)
"""Words that a read-back may change without changing what was said."""
_IDLE = frozenset(
    """a an the and or but so if then than that this these those there here of in on at to for from with by about as
    not no nor yes well oh ah er um like just very really quite too up out down off over again what which who when
    where how why all any some one can could will would shall should may might must now us""".split()
)


def plain(text: str) -> str:
    """Lower case, straight quotation marks, single spaces."""
    return " ".join(text.translate(_APOSTROPHES).lower().split())


def words(text: str) -> list[str]:
    """The words, lower case; "I'm" is two."""
    return _WORD.findall(text.translate(_APOSTROPHES).lower())


def word_count(text: str) -> int:
    """Words as people count them, between spaces."""
    return len(text.split())


def content_words(text: str) -> frozenset[str]:
    """Words that carry what is said; all that are no pronouns where there are no others."""
    found = frozenset(words(text)) - _PERSONS
    return (found - _IDLE) or found


def holds(text: str, piece: str) -> bool:
    """Whether a text holds a piece, case and spacing aside. An empty piece is held by none."""
    return bool(plain(piece)) and plain(piece) in plain(text)


def kept_to(said: frozenset[str], read_back: str) -> bool:
    """Whether every word read back was said, but for pronouns and auxiliaries."""
    return frozenset(words(read_back)) - _PERSONS <= said


def coverage(piece: str, text: str) -> float:
    """The share, 0 to 1, of a piece's content words that a text holds."""
    wanted = content_words(piece)
    return len(wanted & frozenset(words(text))) / len(wanted) if wanted else 0.0
