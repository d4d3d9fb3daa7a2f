"""Codes, telephone numbers, ranges and money as they are said in Britain: patterns and their words, in order.

What is none of these (£4.505, 12345) is left as it is written; voices read plain numbers themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Match = re.Match[str]
Words = str | Callable[[Match], str]
Rule = tuple[re.Pattern[str], Words]
"""A pattern, and what stands in its place."""

DIGITS = dict(zip("0123456789", "oh one two three four five six seven eight nine".split(), strict=True))
CURRENCIES = {"£": ("pound", "penny", "pence"), "€": ("euro", "cent", "cents"), "$": ("dollar", "cent", "cents")}
SCALES = {"k": "thousand", "m": "million", "bn": "billion"}

START = r"(?<![\w.,:£€$/+-])"
END = r"(?![\w/]|[.,:-]\d)"
NOT_COUNTED = r"(?!%|\s(?:pounds|pence|euros|dollars|people|times|days|hours|miles|per)\b)"


def rule(pattern: str, words: Words) -> Rule:
    """A rule of a compiled pattern."""
    return re.compile(pattern), words


def spelled(text: str) -> str:
    """Letters and digits one by one; "Eh", because a bare A is taken for the article."""
    return ", ".join("Eh" if letter == "A" else DIGITS.get(letter, letter) for letter in text)


def digits(text: str) -> str:
    """The digits of a text one by one, with a pause at each gap; a long number without gaps gets some."""
    groups = re.findall(r"\d+", text)
    if len(groups) == 1 and len(groups[0]) > 8:
        groups = [groups[0][:5], groups[0][5:8], groups[0][8:]]
    return ", ".join(" ".join(DIGITS[digit] for digit in group) for group in groups)


def pieces(number: int, sign: str = "£") -> str:
    """50 pence, 1 penny, 5 cents."""
    return f"{number} {CURRENCIES[sign][1 if number == 1 else 2]}"


def _spelled(found: Match) -> str:
    return f"{spelled(found[1])}; {spelled(found[2])}"


def _digits(found: Match) -> str:
    return digits(found[0])


def _abroad(found: Match) -> str:
    return f"plus {digits(found[0].replace('(0)', ''))}"


def _money(found: Match) -> str:
    sign, whole, small = found.groups()
    if int(small or 0) and not int(whole.replace(",", "")):
        return pieces(int(small), sign)
    return f"{whole} {CURRENCIES[sign][0]}{'' if whole == '1' else 's'}" + (f" {int(small)}" if int(small or 0) else "")


def _large_money(found: Match) -> str:
    sign, number, scale = found.groups()
    return f"{number} {SCALES.get(scale.lower(), scale)} {CURRENCIES[sign][0]}s"


CODE_RULES = (
    rule(r"(?<![\w-])(?!\d{4}-\d{4})([A-Z\d]{4})-([A-Z\d]{4})(?![\w-])", _spelled),  # K7HM-4TWD
    rule(r"\b([A-Z]{1,2}\d[A-Z\d]?) (\d[A-Z]{2})\b", _spelled),  # LS1 4AP
    rule(r"(?<![\w£€$.,+-])(?:\(?0\d(?:[ ()-]{0,2}\d){8,9}|0800 1111)(?!\w|[.,-]\d)", _digits),
    rule(r"(?<!\w)\+\d\d(?: ?\(0\))?(?:[ -]?\d){8,10}(?!\w|[.,-]\d)", _abroad),
    rule(rf"{START}(?:\d{{3}} \d{{3}} \d{{4}}|\d{{7,}}){END}", _digits),
    rule(rf"{START}(?:999|112|111|116 ?123){END}{NOT_COUNTED}", _digits),
    rule(rf"\b(?i:(?<=ring )|(?<=call )|(?<=dial )|(?<=phone ))(?:101|105|119){END}", _digits),
)
AMOUNT_RULES = (
    rule(
        r"(?<![\w.,:/-])([£€$]?\d[\d.,:]{0,12}(?:\s?[ap]m)?)\s?[-–]\s?(?=[£€$]?\d[\d.,:]{0,12}(?![\d.,:/–-]))",
        r"\1 to ",
    ),
    rule(r"([£€$])(\d+(?:\.\d+)?)\s?(k|m|bn|thousand|million|billion)\b", _large_money),
    rule(r"([£€$])(\d+)(?= (?:coin|note|shop)s?\b)", lambda m: f"{m[2]} {CURRENCIES[m[1]][0]}"),
    rule(r"([£€$])(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d\d))?(?![\d]|[.,]\d)", _money),
    rule(rf"{START}(\d{{1,3}})p\b", lambda m: pieces(int(m[1]))),
)
