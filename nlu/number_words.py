"""Numbers as people say them: digits, words, dialect, self-corrections, shares of ten, numbers given to labels.

Standard library only; used by the app and by the number extractor in the nlu environment. The name is not `numbers`,
because Rasa puts this folder first on the import path and would hide the standard library's module of that name.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import NamedTuple

TOTAL_BEANS = 10.0
LOWEST = 0.0
HIGHEST = 10.0

_UNITS = {
    word: float(value)
    for value, words in enumerate(
        (
            "zero nought naught nil nowt none nothing nada",
            "one wan",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        )
    )
    for word in words.split()
}
_TENS = {
    word: 10.0 * (index + 2)
    for index, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
}
_WORD = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+(?:['’][^\W\d_]+)?|[/%]|-(?=\d)")
_NOT_A_COUNT_BEFORE_ONE = frozenset("the that this first second third last any every each which no some".split())
_NOT_A_COUNT_AFTER_ONE = frozenset("day time thing night morning afternoon evening another lady lass chap".split())
_MEASURES = frozenset(
    "o'clock oclock o’clock pm am minute minutes hour hours day days week weeks month months year years time times "
    "pound pounds quid pence mile miles stone inch inches foot feet carers people girls lads kids children "
    "grandchildren sugars tablets pills steps stairs".split()
)
_RELATIVE = frozenset("more less fewer extra".split())
_CORRECTIONS = re.compile(
    r"\b(?:no|nay|sorry|i mean|i meant|make (?:it|that)|actually|or rather|rather|wait|hang on|scratch that|"
    r"on second thoughts|let'?s say|call it|change (?:it|that) to|better say|i'?ll say|go for)\b"
)
_NEGATED = re.compile(
    r"(?:\b(?:not|never)|n't)\s+(?:(?:give|say|call|put)\s+)?(?:it\s+|them\s+)?(?:quite\s+)?(?:an?\s+)?$"
)
_RANGE = re.compile(r"^\W*(?:or|to|and|maybe|perhaps|nearly)?\W*$")


class Number(NamedTuple):
    """A number found in a text: `text[start:end]` is how it was said."""

    start: int
    end: int
    surface: str
    value: float


class _Token(NamedTuple):
    start: int
    end: int
    word: str


def find_numbers(text: str, total: float = TOTAL_BEANS) -> list[Number]:
    """All numbers in a text, in order.

    Args:
        text: Any text.
        total: What "half of them", "all of them" and "four out of five" are shares of.
    """
    tokens = [
        _Token(match.start(), match.end(), match.group().lower().replace("’", "'")) for match in _WORD.finditer(text)
    ]
    found: list[Number] = []
    index = 0
    while index < len(tokens):
        used, value = _read(tokens, index, total)
        if used:
            start, end = tokens[index].start, tokens[index + used - 1].end
            found.append(Number(start, end, text[start:end], value))
        index += used or 1
    return found


def parse_numbers(text: str) -> list[tuple[str, float]]:
    """(how it was said, value) of all numbers in a text, in order."""
    return [(number.surface, number.value) for number in find_numbers(text)]


def final_number(text: str, lowest: float = LOWEST, highest: float = HIGHEST) -> float | None:
    """The one number that a person settles on.

    "Six. No, seven" is 7; "six or seven" is None (the person has not settled), and so is a number out of range.

    Args:
        text: The reply.
        lowest: Smallest number that counts.
        highest: Largest number that counts; "all of them" means it, "four out of five" is scaled to it.
    """
    numbers = [n for n in find_numbers(text, highest) if not _is_aside(text, n)]
    if not numbers:
        return None
    segment = _last_settled(text, numbers)
    segment = [n for n in segment if not _is_negated(text, n)] or segment
    if len(segment) > 1 and segment[0].value != segment[1].value and _is_range(text, segment[0], segment[1]):
        return None
    value = segment[0].value
    return value if lowest <= value <= highest else None


def is_mostly_number(text: str) -> bool:
    """True when a short reply is a number and little besides ("oh, about a seven", "six, no, seven")."""
    spare = len(text.split()) - sum(len(n.surface.split()) for n in find_numbers(text))
    return bool(find_numbers(text)) and spare <= 5


def labelled_numbers(text: str, labels: Sequence[str], total: float = TOTAL_BEANS) -> tuple[tuple[str, float], ...]:
    """Numbers given to things by name: "two for the door and eight for the folk".

    "The rest on Angela" gets what the others leave of `total`; "one each" goes to every label.

    Args:
        text: The reply.
        labels: What can be named.
        total: What there is to share.

    Returns:
        (label as given, number), in the order said; a label corrected later keeps its last number. Empty when no
        label is recognised.
    """
    everyone = _shared_out(text, labels, total)
    if everyone:
        return everyone
    shares: dict[str, float] = {}
    rests: list[str] = []
    for value, words in _pairs(text, total):
        label = best_label(words, labels)
        if label is None:
            continue
        if value is None:
            rests.append(label)
        else:
            shares.pop(label, None)
            shares[label] = value
    left = total - sum(shares.values())
    if len(rests) == 1 and left >= 0:
        shares[rests[0]] = left
    return tuple(shares.items())


def remaining_in(question: str, total: float = TOTAL_BEANS) -> float:
    """What a question says is left ("Three are left."), else `total`."""
    for number in find_numbers(question, total):
        if re.match(r"\s+(?:beans?\s+)?(?:is|are)\s+left\b|\s+left\b", question[number.end :], re.IGNORECASE):
            return number.value
    return total


# Reading one number ---------------------------------------------------------------------------------------------------


def _read(tokens: Sequence[_Token], index: int, total: float) -> tuple[int, float]:
    """(how many tokens the number at `index` takes, its value); (0, 0.0) when there is none."""
    for reader in (_read_phrase, _read_plain):
        used, value = reader(tokens, index, total)
        if used:
            return used, value
    return 0, 0.0


_PHRASES: tuple[tuple[tuple[str, ...], float, float], ...] = (
    # words, fixed value, share of the total
    (("all", "of", "them"), 0, 1),
    (("all", "of", "'em"), 0, 1),
    (("all", "of", "em"), 0, 1),
    (("every", "one", "of", "them"), 0, 1),
    (("every", "last", "one"), 0, 1),
    (("the", "whole", "lot"), 0, 1),
    (("the", "lot"), 0, 1),
    (("full", "marks"), 0, 1),
    (("top", "marks"), 0, 1),
    (("half", "of", "them"), 0, 0.5),
    (("half", "of", "em"), 0, 0.5),
    (("half", "the", "beans"), 0, 0.5),
    (("half", "them"), 0, 0.5),
    (("half", "and", "half"), 0, 0.5),
    (("a", "couple"), 2, 0),
    (("a", "pair"), 2, 0),
    (("half", "a", "dozen"), 6, 0),
    (("a", "single", "one"), 1, 0),
    (("not", "one"), 0, 0),
    (("not", "any"), 0, 0),
    (("not", "a", "one"), 0, 0),
    (("no", "beans"), 0, 0),
    (("no", "marks"), 0, 0),
    (("sweet", "fa"), 0, 0),
)


def _read_phrase(tokens: Sequence[_Token], index: int, total: float) -> tuple[int, float]:
    for words, fixed, share in _PHRASES:
        if tuple(token.word for token in tokens[index : index + len(words)]) == words:
            return len(words), fixed + share * total
    if tokens[index].word in {"all", "half"} and len(tokens) == 1:
        return 1, total if tokens[index].word == "all" else total / 2
    if (
        tokens[index].word == "all"
        and _word(tokens, index + 1) in _UNITS
        and _word(tokens, index + 1) not in {"one", "none"}
    ):
        return 2, _UNITS[tokens[index + 1].word]
    return 0, 0.0


def _read_plain(tokens: Sequence[_Token], index: int, total: float) -> tuple[int, float]:
    used, value = _cardinal(tokens, index)
    if not used:
        return 0, 0.0
    after = index + used
    if _word(tokens, after) in {"and"} and _word(tokens, after + 1) == "a" and _word(tokens, after + 2) == "half":
        return used + 3, value + 0.5
    if _word(tokens, after) in {"%", "percent"}:
        return used + 1, value * total / 100
    gap = 2 if (_word(tokens, after), _word(tokens, after + 1)) == ("out", "of") else int(_word(tokens, after) == "/")
    if gap:
        more, whole = _cardinal(tokens, after + gap)
        if more and whole:
            return used + gap + more, value * total / whole
    return used, value


def _cardinal(tokens: Sequence[_Token], index: int) -> tuple[int, float]:
    word = _word(tokens, index)
    if not word:
        return 0, 0.0
    if (
        word == "-"
        and _word(tokens, index + 1)[:1].isdigit()
        and (index == 0 or not tokens[index - 1].word[0].isdigit())
    ):
        return 2, -float(tokens[index + 1].word)
    if word[0].isdecimal():
        return 1, _as_float(word)
    if word in _TENS:
        unit = _UNITS.get(_word(tokens, index + 1), 0.0)
        return (2, _TENS[word] + unit) if 0 < unit < 10 else (1, _TENS[word])
    if word in {"hundred", "a"} and "hundred" in {word, _word(tokens, index + 1)}:
        return (1 if word == "hundred" else 2), 100.0
    if word in _UNITS and not (word == "one" and _is_pronoun(tokens, index)):
        return (2, _UNITS[word] * 100) if _word(tokens, index + 1) == "hundred" else (1, _UNITS[word])
    return 0, 0.0


def _as_float(digits: str) -> float:
    try:
        return float(digits)
    except ValueError:  # digits of another script around a dot
        return float("inf")


def _is_pronoun(tokens: Sequence[_Token], index: int) -> bool:
    before, after = _word(tokens, index - 1) if index else "", _word(tokens, index + 1)
    return (
        before in _NOT_A_COUNT_BEFORE_ONE
        or after in _NOT_A_COUNT_AFTER_ONE
        or (after == "of" and bool(_word(tokens, index + 2)))
    )


def _word(tokens: Sequence[_Token], index: int) -> str:
    return tokens[index].word if 0 <= index < len(tokens) else ""


# Settling on one ------------------------------------------------------------------------------------------------------


def _last_settled(text: str, numbers: Sequence[Number]) -> list[Number]:
    """The numbers after the last correction that still has a number behind it; all when there is none."""
    lowered = text.lower()
    start = 0
    for match in _CORRECTIONS.finditer(lowered):
        told = any(n.end <= match.start() for n in numbers)
        if told and any(n.start >= match.end() for n in numbers):
            start = match.end()
    return [n for n in numbers if n.start >= start]


def _is_range(text: str, first: Number, second: Number) -> bool:
    return bool(_RANGE.match(text[first.end : second.start].lower())) or bool(
        re.search(r"\bbetween\s+(?:an?\s+)?$", text[: first.start].lower())
    )


def _is_negated(text: str, number: Number) -> bool:
    return bool(_NEGATED.search(text[: number.start].lower().replace("’", "'")))


def _is_aside(text: str, number: Number) -> bool:
    """Times, measures and relative amounts are not the number asked for."""
    after = re.match(r"\s+([\w'’]+)", text[number.end :].lower())
    before = re.search(r"(half past|quarter past|quarter to|aged?|since|room|number)\s+$", text[: number.start].lower())
    return bool(before) or (after is not None and after.group(1) in _MEASURES | _RELATIVE)


# Labels ---------------------------------------------------------------------------------------------------------------

_REST = re.compile(
    r"\b(?:the rest|all the rest|what'?s left|whatever'?s left|what is left|the remainder|the others)\b", re.IGNORECASE
)
_EACH = re.compile(r"\b(?:each|apiece)\b", re.IGNORECASE)
_EVENLY = re.compile(r"\b(?:evenly|equally|the same (?:for|on) (?:each|all|both))\b", re.IGNORECASE)
_TOWARDS = re.compile(
    r"^\W*(?:beans?\s+)?(?:should\s+|can\s+|could\s+|would\s+)?(?:goes?\s+|going\s+)?(?:for|on|to|in|into|towards|at)\b"
)
_STOP_WORDS = frozenset(
    "the a an of for on to in into at and or my me i it them they that this is are was with more being having getting "
    "your you our all about towards put give".split()
)
_WORDS_COMPARED = 60
"""Words of a reply that are looked at for a label: comparing is slow, and who names a thing does so early."""
_NEAR = 0.8
"""Similarity from which two words count as the same ("offices", "ofice"); difflib's usual cut for spelling is .6-.8."""


def _shared_out(text: str, labels: Sequence[str], total: float) -> tuple[tuple[str, float], ...]:
    if not labels:
        return ()
    numbers = find_numbers(text, total)
    if _EACH.search(text) and len(numbers) == 1:
        return tuple((label, numbers[0].value) for label in labels)
    if _EVENLY.search(text) and not numbers and total % len(labels) == 0:
        return tuple((label, total / len(labels)) for label in labels)
    return ()


def _pairs(text: str, total: float) -> list[tuple[float | None, str]]:
    """(number or None for the rest, words that name what it is for)."""
    marks = sorted(_marks(text, total))
    if not marks:
        return []
    after = any(_TOWARDS.match(text[end:].lower()) for _, end, _ in marks)
    pairs = []
    for index, (start, end, value) in enumerate(marks):
        following = marks[index + 1][0] if index + 1 < len(marks) else len(text)
        preceding = marks[index - 1][1] if index else 0
        pairs.append((value, text[end:following] if after else text[preceding:start]))
    return pairs


def _marks(text: str, total: float) -> list[tuple[int, int, float | None]]:
    rests: list[tuple[int, int, float | None]] = [(m.start(), m.end(), None) for m in _REST.finditer(text)]
    numbers = [
        (n.start, n.end, n.value)
        for n in find_numbers(text, total)
        if 0 <= n.value <= total and not any(start <= n.start < end for start, end, _ in rests)
    ]
    return [*rests, *numbers]


def best_label(words: str, labels: Sequence[str]) -> str | None:
    """The label that shares most words with `words`; None when none does or two share as many."""
    said = _content_words(words)
    scored = sorted(((_overlap(said, _content_words(label)), label) for label in labels), key=lambda row: -row[0])
    if not scored or scored[0][0] == 0:
        return None
    if len(scored) > 1 and scored[1][0] == scored[0][0]:
        return None
    return scored[0][1]


def _content_words(text: str) -> list[str]:
    words = re.findall(r"[^\W\d_]+", text.lower())[:_WORDS_COMPARED]
    return [_stem(word) for word in words if word not in _STOP_WORDS]


def _stem(word: str) -> str:
    for ending in ("ing", "es", "s", "ed"):
        if word.endswith(ending) and len(word) - len(ending) > 2:
            return word[: -len(ending)]
    return word


def _overlap(said: Sequence[str], label: Sequence[str]) -> float:
    hits = sum(any(_same(word, other) for other in said) for word in label)
    return hits + hits / (len(label) + 1) if hits else 0.0


def _same(one: str, other: str) -> bool:
    return one == other or (
        min(len(one), len(other)) > 3 and difflib.SequenceMatcher(None, one, other).ratio() >= _NEAR
    )
