"""Numbers and letters as they are typed or spoken: "07700 900123", "oh seven seven", "b d fifty one s m r"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(r"\+?\w+(?:['’]\w+)?")
_UNITS = {
    "zero": "0",
    "oh": "0",
    "o": "0",
    "nought": "0",
    "naught": "0",
    "nil": "0",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
}
_TEENS = {
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
    "thirteen": "13",
    "fourteen": "14",
    "fifteen": "15",
    "sixteen": "16",
    "seventeen": "17",
    "eighteen": "18",
    "nineteen": "19",
}
_TENS = {
    "twenty": "2",
    "thirty": "3",
    "forty": "4",
    "fourty": "4",
    "fifty": "5",
    "sixty": "6",
    "seventy": "7",
    "eighty": "8",
    "ninety": "9",
}
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_ROUND = {"hundred": "00", "thousand": "000"}
_FILLERS = frozenset({"er", "um", "erm", "uh"})
_BETWEEN = re.compile(r"[\s\-–().,/]{0,3}")
_MAX_MIXED = 8


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: lower case, with its place (code points)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    """Characters said one after the other.

    Attributes:
        chars: The digits (and upper case letters) meant.
        places: For each character, the index of the token that it comes from.
        tokens: The tokens.
        words: How many of the tokens are number words (0 for typed digits).
    """

    chars: str
    places: tuple[int, ...]
    tokens: tuple[Token, ...]
    words: int

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Place in the text of characters `first` to `last` (exclusive)."""
        return self.tokens[self.places[first]].start, self.tokens[self.places[last - 1]].end


def tokenise(text: str) -> list[Token]:
    """The words of a text, lower case."""
    return [Token(m.group().lower(), m.start(), m.end()) for m in _TOKEN.finditer(text)]


def _number(token: str, following: str) -> tuple[str, int]:
    """Digits that a word stands for, and how many words it takes; ("", 0) when none."""
    bare = token.removeprefix("+")
    if bare.isascii() and bare.isdigit():
        return bare, 1
    if token in _UNITS or token in _TEENS:
        return _UNITS.get(token) or _TEENS[token], 1
    if token in _TENS:
        unit = _UNITS.get(following, "0")
        return (_TENS[token] + unit, 2) if unit != "0" else (_TENS[token] + "0", 1)
    if token in _TIMES:
        digit = _UNITS.get(following, following if len(following) == 1 and following.isdigit() else "")
        return (digit * _TIMES[token], 2) if digit else ("", 0)
    return "", 0


def _letters(token: str) -> str:
    mixed = token.isascii() and token.isalnum() and len(token) <= _MAX_MIXED and any(c.isdigit() for c in token)
    return token.upper() if mixed or (len(token) == 1 and token.isascii() and token.isalpha()) else ""


def runs(text: str, *, letters: bool = False) -> Iterator[Run]:
    """Finds the runs of digits (and, on request, single letters) in a text.

    Args:
        text: The words, typed or recognised.
        letters: Whether letters said or typed one by one count too (postcodes, registrations).
    """
    tokens = tokenise(text)
    chars, words, index = "", 0, 0
    places: list[int] = []
    used: list[Token] = []
    while index < len(tokens):
        token = tokens[index]
        digits, taken = _piece(tokens, index, chars, letters=letters)
        joined = not used or _BETWEEN.fullmatch(text[used[-1].end : token.start]) is not None
        if digits and joined:
            used.extend(tokens[index : index + taken])
            places.extend([len(used) - taken] if taken == 1 else [len(used) - 1])
            places.extend([len(used) - 1] * (len(digits) - 1))
            chars += digits
            words += not token.text.removeprefix("+").isdigit()
            index += taken
            continue
        if used and token.text in _FILLERS and joined and _followed(tokens, index, letters=letters):
            used.append(token)
            index += 1
            continue
        if used:
            yield Run(chars, tuple(places), tuple(used), words)
        chars, places, used, words = "", [], [], 0
        index += 0 if digits else 1
    if used:
        yield Run(chars, tuple(places), tuple(used), words)


def _followed(tokens: list[Token], index: int, *, letters: bool) -> bool:
    return index + 1 < len(tokens) and bool(_piece(tokens, index + 1, "0", letters=letters)[0])


def _piece(tokens: list[Token], index: int, before: str, *, letters: bool) -> tuple[str, int]:
    token = tokens[index].text
    following = tokens[index + 1].text if index + 1 < len(tokens) else ""
    digits, taken = _number(token, following)
    if digits:
        return digits, taken
    if token in _ROUND and before:
        return _ROUND[token], 1
    return (_letters(token), 1) if letters and _letters(token) else ("", 0)
