"""Dates and times of day as they are said in Britain: patterns and their words, in order.

What the calendar or the clock does not have (31.2.2026, 25.10) is left as it is written.
"""

from __future__ import annotations

from datetime import date

from connectors.speech.voices.spoken_numbers import END, START, Match, rule

MONTHS = "January February March April May June July August September October November December".split()
LEAP_YEAR = 2024
"""Stands for a year that is not said, so that 29 February may be."""


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, ..., 11th, ..., 21st: every voice can read them."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _month(name: str) -> int:
    return next(number for number, month in enumerate(MONTHS, 1) if month.startswith(name[:3]))


def _exists(day: str, month: int, year: str | None) -> bool:
    try:
        date(int(year or LEAP_YEAR), month, int(day))
    except ValueError:
        return False
    return True


def _date(found: Match, day: str, month: int, year: str | None, form: str = "the {day} of {month}") -> str:
    if not _exists(day, month, year):
        return found[0]
    words = form.format(day=ordinal(int(day)), month=MONTHS[month - 1])
    return f"{words} {year}" if year else words


def _day_first(found: Match) -> str:
    return _date(found, found[1], _month(found[2]), found[3])


def _month_first(found: Match) -> str:
    return _date(found, found[2], _month(found[1]), found[3], "{month} the {day}")


def _numeric(found: Match) -> str:
    year = found[4] if len(found[4]) == 4 else f"20{found[4]}"
    return _date(found, found[1], int(found[3]), year)


def _year_first(found: Match) -> str:
    return _date(found, found[3], int(found[2]), found[1])


def _clock(found: Match) -> str:
    hours, minutes, half = int(found[1]), int(found[2]), _half_day(found[3])
    if hours == 24 and minutes:
        return found[0]
    if hours % 24 == 0 and not half:
        return f"{minutes} minutes past midnight" if minutes else "midnight"
    if minutes:
        return f"{hours} {'oh ' if minutes < 10 else ''}{minutes}{half}"
    return f"{hours}{half}" if half else f"{hours} o'clock" if hours <= 12 else f"{hours} hundred hours"


def _hour(found: Match) -> str:
    return f"{found[1]}{_half_day(found[2])}"


def _half_day(letter: str | None) -> str:
    """Without a last full stop, which would end the sentence."""
    return f" {letter.upper()}.M" if letter else ""


_NAME = rf"({'|'.join(MONTHS)}|{'|'.join(month[:3] for month in MONTHS)}|Sept)\b"
_STOP = r"(?:(?<=\W\w\w\w)\.(?=,? (?:[a-z]|\d{4}\b)))?"
"""Of a short month's name, where it does not end the sentence too."""
_TH = r"(?:st|nd|rd|th)?"
_HALF = r"\s?(?i:([ap])\.?m\b)(?:\.(?=[\s,;:]*[a-z,;:]))?"
_MEASURE = r"\s?(?:%|per\b|k?m\b|cm\b|kg\b|miles?|metres?|lit|points?|times|degrees|°|hours|hrs|years|pounds?)"

DATE_RULES = (
    rule(rf"{START}(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}|\d\d){END}", _numeric),
    rule(rf"{START}(\d{{4}})-(\d\d)-(\d\d){END}", _year_first),
    rule(rf"(?:\b[Tt]he )?{START}(\d{{1,2}}){_TH} (?:of )?{_NAME}{_STOP}(?:,? (\d{{4}})\b)?", _day_first),
    rule(
        rf"(?<!of )\b{_NAME} (\d{{1,2}})(?:(?:st|nd|rd|th)\b|(?=[,;!?]|\.(?!\d)|,? \d{{4}}|$))(?:,? (\d{{4}})\b)?",
        _month_first,
    ),
)
CLOCK_RULES = (
    rule(rf"{START}([01]?\d|2[0-4])[.:]([0-5]\d)(?:{_HALF}|(?!\w|[.,:]\d|{_MEASURE}))", _clock),
    rule(rf"{START}(1[0-2]|[1-9]){_HALF}", _hour),
)
