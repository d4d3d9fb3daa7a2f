"""Whole numbers in the words that people say."""

from __future__ import annotations

UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
).split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_YEARS = range(1100, 2000)


def in_words(number: int) -> str:
    """A number of 0 to 999,999 in words, British ("one hundred and five"); 1100 to 1999 as a year ("eighteen ten")."""
    if number in _YEARS:
        return _year(number)
    if number >= 1000:
        return f"{in_words(number // 1000)} thousand{_rest(number % 1000)}"
    if number >= 100:
        return f"{UNITS[number // 100]} hundred{_rest(number % 100)}"
    return _below_hundred(number)


def _year(number: int) -> str:
    century, rest = _below_hundred(number // 100), number % 100
    if rest == 0:
        return f"{century} hundred"
    return f"{century} oh {UNITS[rest]}" if rest < 10 else f"{century} {_below_hundred(rest)}"


def _rest(number: int) -> str:
    if number == 0:
        return ""
    return f" and {_below_hundred(number)}" if number < 100 else f" {in_words(number)}"


def _below_hundred(number: int) -> str:
    if number < len(UNITS):
        return UNITS[number]
    tens, unit = divmod(number, 10)
    return f"{TENS[tens]} {UNITS[unit]}" if unit else TENS[tens]
