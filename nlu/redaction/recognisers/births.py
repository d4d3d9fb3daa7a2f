"""Dates of birth: day, month and year where birth is spoken of. Other dates stay."""

from __future__ import annotations

import re
from collections.abc import Iterable

from presidio_analyzer.nlp_engine import NlpArtifacts

from nlu.redaction.recognisers.base import Recogniser

_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"  # noqa: E501
_UNIT = r"(?:one|two|three|four|five|six|seven|eight|nine)"
_TENS = r"(?:twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety)"
_ORDINAL = r"(?:(?:twenty|thirty)[ -])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|eigth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"  # noqa: E501
_CARDINAL = rf"(?:{_TENS} {_UNIT}|{_TENS}|{_UNIT}|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"  # noqa: E501
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|{_ORDINAL}|{_CARDINAL})"
_YEAR = rf"(?:(?:19|20)\d\d|['’]?\d\d\b|(?:nineteen|twenty) (?:oh {_UNIT}|{_CARDINAL})|two thousand(?: and {_CARDINAL})?|{_TENS}(?: {_UNIT})?)"  # noqa: E501
_WRITTEN = re.compile(rf"\b{_DAY}(?: of)?(?: the)?[ ,]+{_MONTH}[ ,]+(?:in )?{_YEAR}\b", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b{_MONTH}[ ,]+(?:the )?{_DAY}[ ,]+{_YEAR}\b", re.IGNORECASE)
_NUMERIC = re.compile(r"\b\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?(?:\d{4}|\d{2})\b")
_SPOKEN = re.compile(rf"\b{_CARDINAL} {_CARDINAL} (?:nineteen {_CARDINAL}|{_TENS}(?: {_UNIT})?)\b", re.IGNORECASE)
_ISO = re.compile(r"\b(?:18|19|20)\d\d-\d\d-\d\d\b")
_SHAPES = (_WRITTEN, _MONTH_FIRST, _NUMERIC, _ISO, _SPOKEN)
_CUE = re.compile(r"\b(born|birth|birthday|birthdate|d\.?o\.?b\.?|came into (the|this) world|date of b)", re.IGNORECASE)
_EVENT = re.compile(
    r"\b(married|wed|wedding|died|passed|moved|started|joined|buried|funeral|since|operation|admitted|retired|crowned|demob)",
    re.IGNORECASE,
)
_REACH_BEFORE, _REACH_AFTER = 70, 40


class BirthRecogniser(Recogniser):
    """Finds dates of birth."""

    entity = "DOB"

    def find(self, text: str, doc: NlpArtifacts | None) -> Iterable[tuple[int, int]]:
        """Places of dates of birth."""
        for shape in _SHAPES:
            yield from (m.span() for m in shape.finditer(text) if _of_birth(text, *m.span()))


def _of_birth(text: str, start: int, end: int) -> bool:
    lead = text[max(0, start - _REACH_BEFORE) : start]
    births = [match.end() for match in _CUE.finditer(lead)]
    events = [match.end() for match in _EVENT.finditer(lead)]
    if births:
        return not events or max(events) < max(births)
    return not events and _CUE.search(text[end : end + _REACH_AFTER]) is not None
