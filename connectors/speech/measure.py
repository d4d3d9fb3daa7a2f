"""How well something was recognised: word error rate with its counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connectors.speech.number_words import in_words

_WRITTEN = {
    "mr": "mister",
    "mrs": "missus",
    "dr": "doctor",
    "st": "saint",
    "etc": "etcetera",
    "ok": "okay",
    "o.k.": "okay",
    "'em": "them",
    "'til": "till",
    "%": "percent",
}
_ORDINALS = {"1st": "first", "2nd": "second", "3rd": "third", "4th": "fourth", "5th": "fifth", "20th": "twentieth"}
_SPELLINGS = (
    (re.compile(r"\b(?:won't|will not)\b"), "will not"),
    (re.compile(r"\b(?:can't|cannot)\b"), "can not"),
    (re.compile(r"(?<=[a-z])n't\b"), " not"),
    (re.compile(r"(?<=[a-z])'ll\b"), " will"),
    (re.compile(r"(?<=[a-z])'re\b"), " are"),
    (re.compile(r"(?<=[a-z])'ve\b"), " have"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"\bet cetera\b"), "etcetera"),
    (re.compile(r"\ball right\b"), "alright"),
    (re.compile(r"\b([a-z]{3,}[bcdghlmnprstvz])iz(e|ed|es|ing|ation)\b"), r"\1is\2"),
    (re.compile(r"\b(counse|trave|cance|labe|leve|fue|signa|quarre)l(ed|ing|er)\b"), r"\1ll\2"),
    (re.compile(r"\b(behavi|col|fav|flav|harb|hon|hum|lab|neighb|rum)or(s|ed|ing|ite|able)?\b"), r"\1our\2"),
)
"""Short forms and American spellings are no errors. Source: Whisper's own normaliser, of which these are a part."""
_WORD = re.compile(r"%|'?[a-z0-9]+(?:[.']?[a-z0-9]+)*\.?")
_GROUPED = re.compile(r"(?<=\d),(?=\d{3})")


@dataclass(frozen=True, slots=True)
class Errors:
    """Word errors of one text or of many; they add up.

    Attributes:
        words: Words in the reference.
        substituted: Words heard as another.
        left_out: Words of the reference that were not heard.
        put_in: Words heard that the reference has not.
    """

    words: int = 0
    substituted: int = 0
    left_out: int = 0
    put_in: int = 0

    @property
    def count(self) -> int:
        """All errors."""
        return self.substituted + self.left_out + self.put_in

    @property
    def rate(self) -> float:
        """Word error rate, 0.0 upwards; above 1.0 where more was put in than was said. 0.0 where nothing was said."""
        return self.count / self.words if self.words else float(self.count > 0)

    def __add__(self, other: Errors) -> Errors:
        return Errors(
            self.words + other.words,
            self.substituted + other.substituted,
            self.left_out + other.left_out,
            self.put_in + other.put_in,
        )


def word_errors(reference: str, heard: str) -> Errors:
    """Compares two texts word by word, after `comparable`."""
    return _aligned(comparable(reference), comparable(heard))


def total(errors: Iterable[Errors]) -> Errors:
    """The sum over many texts: the rate of the sum weighs each word the same."""
    return sum(errors, Errors())


def comparable(text: str) -> tuple[str, ...]:
    """The words of a text without what is no difference: case, punctuation, digits, titles, spelling, short forms."""
    plain = _GROUPED.sub("", text.lower().replace("’", "'"))
    words = " ".join(_said(word) for word in _WORD.findall(plain))
    for pattern, spelling in _SPELLINGS:
        words = pattern.sub(spelling, words)
    return tuple(words.split())


def _said(word: str) -> str:
    word = _WRITTEN.get(word, word)
    word = word.rstrip(".")
    word = _WRITTEN.get(word, _ORDINALS.get(word, word))
    return in_words(int(word)) if word.isdecimal() and len(word) <= 6 else word


def _aligned(reference: Sequence[str], heard: Sequence[str]) -> Errors:
    """The cheapest way from one to the other, by dynamic programming over (errors, substituted, left out, put in)."""
    row = [(count, 0, 0, count) for count in range(len(heard) + 1)]
    for said in reference:
        above, row = row, [(row[0][0] + 1, 0, row[0][2] + 1, 0)]
        for index, word in enumerate(heard):
            same = _plus(above[index], 1) if said != word else above[index]
            row.append(min(same, _plus(above[index + 1], 2), _plus(row[index], 3)))
    return Errors(len(reference), *row[-1][1:])


def _plus(cost: tuple[int, int, int, int], kind: int) -> tuple[int, int, int, int]:
    counts = list(cost)
    counts[0] += 1
    counts[kind] += 1
    return counts[0], counts[1], counts[2], counts[3]
