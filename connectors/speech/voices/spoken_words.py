"""Short forms and signs as they are said in Britain: patterns and their words, in order."""

from __future__ import annotations

import re

from connectors.speech.voices.spoken_numbers import Match, Rule, rule

TITLES = {
    "Dr": "Doctor",
    "Mr": "Mister",
    "Mrs": "Mrs",  # as it is, without a full stop: every voice knows it
    "Ms": "Miz",
    "Prof": "Professor",
    "Rev": "Reverend",
    "Cllr": "Councillor",
}
WEEKDAYS = {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Tues": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Thurs": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}
SHORT_FORMS = {
    "e.g": "for example",
    "eg": "for example",
    "i.e": "that is",
    "ie": "that is",
    "etc": "and so on",
    "approx": "about",
    "vs": "against",
    "asap": "as soon as possible",
    "hrs": "hours",
    "mins": "minutes",
    "secs": "seconds",
    "yrs": "years",
    "wks": "weeks",
    "tel": "telephone",
    "appt": "appointment",
    "dept": "department",
}
WITH_SLASH = {"w/c": "week commencing", "c/o": "care of", "n/a": "not applicable", "24/7": "24 7", "and/or": "and or"}
PARTS = {
    "½": "a half",
    "¼": "a quarter",
    "¾": "three quarters",
    "1/2": "a half",
    "1/4": "a quarter",
    "3/4": "three quarters",
}
SIGNS = {
    "&": "and",
    "%": "per cent",
    "°C": "degrees",
    "°": "degrees",
    "+": "plus",
    "=": "equals",
    "@": "at",
    "×": "times",
}
UNITS = {
    "kg": "kilos",
    "km": "kilometres",
    "cm": "centimetres",
    "mg": "milligrams",
    "ml": "millilitres",
    "mph": "miles an hour",
}
QUOTES = '“”„«»"`'


def _any(words: dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _short_form(found: Match) -> str:
    """Its full stop goes, unless it ends the sentence too."""
    return SHORT_FORMS[found[1].lower()] + ("." if found[2] and not found[3] else "")


WORD_RULES: tuple[Rule, ...] = (
    rule(rf"\b({_any(TITLES)})\b\.?(?=\s)", lambda m: TITLES[m[1]]),
    rule(r"\bSt\.?(?= [A-Z])", "Saint"),
    rule(r"(?<=[a-z] )St\b\.?", "Street"),
    rule(r"(?<=[a-z] )Rd\b\.?", "Road"),
    rule(rf"\b({_any(WEEKDAYS)})\b\.?(?= the \d)", lambda m: WEEKDAYS[m[1]]),
    rule(rf"(?<![\w.])(?i:({_any(SHORT_FORMS)}))(?!\w)(\.)?(?=(\s*[a-z\d,;:)])?)", _short_form),
    rule(r"\b((?i:flat|room|ward|bed|bus|house)) No\.? ?(?=\d)", r"\1 number "),  # elsewhere it is the answer "no"
    rule(r"#(?=\d)", "number "),
    rule(rf"(?i)(?<![\w/])({_any(WITH_SLASH)})(?![\w/])", lambda m: WITH_SLASH[m[1].lower()]),
    rule(rf"(?<=\d)\s?({_any({k: v for k, v in PARTS.items() if len(k) == 1})})", lambda m: f" and {PARTS[m[1]]}"),
    rule(rf"(?<![\w/])({_any(PARTS)})(?![\w/])", lambda m: PARTS[m[1]]),
    rule(r"(?<![\w/])(\d{2,3})/(\d{2,3})(?![\w/])", r"\1 over \2"),  # blood pressure
    rule(r"(?<![\w/])(\d+)/(5|10|100)(?![\w/])", r"\1 out of \2"),
    rule(r"(?<=\d)/(?=\d)", " stroke "),
    rule(r"(?<=\w)\s?/\s?(?=\w)", " or "),
    rule(rf"(?<=\d)\s?({_any(UNITS)})\b", lambda m: f" {UNITS[m[1]]}"),
    rule(rf"\s?({_any(SIGNS)})", lambda m: f" {SIGNS[m[1]]} "),
)
