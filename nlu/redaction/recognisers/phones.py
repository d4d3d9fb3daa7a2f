"""Phone numbers: whole ones, and local ones without the code, typed or spoken.

Source: Ofcom National Telephone Numbering Plan (0 and nine or ten digits; local numbers of five to eight).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from presidio_analyzer.nlp_engine import NlpArtifacts

from nlu.redaction.recognisers.base import Recogniser, before
from nlu.redaction.spoken import Run, runs

_CUE = re.compile(
    r"\b(ring|rings|rang|phone|phones|tel|telephone|mobile|mob|number|numbers|call|calls|landline|whatsapp|text|fax|dial|reach|get (me|him|her|them)|its|it's|on)\b"  # noqa: E501
)
_OTHER = re.compile(
    r"\b(order|ref|reference|policy|claim|room|page|sort code|account|acc|card|code|pin|bus|meter|serial|booking|invoice|model|part|ticket|case|nhs|pounds?|£)\b[^.]{0,25}$|£\s*$"  # noqa: E501
)
_MONEY_OR_TIME = re.compile(
    r"\s*(pound|pounds|quid|p\b|pence|percent|%|milligrams|mg|years?|hours?|minutes?|miles?|grams|ml|of|o'?clock|am\b|pm\b|days?|weeks?|people|degrees|steps|stone|[a-z]*s\b)",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"(?:0\d{8,10}|(?:00)?44\d{9,10})")
_MIN_LOCAL, _MAX_LOCAL = 5, 8
_SPOKEN_LOCAL = 6


class PhoneRecogniser(Recogniser):
    """Finds phone numbers."""

    entity = "PHONE"

    def find(self, text: str, doc: NlpArtifacts | None) -> Iterable[tuple[int, int]]:
        """Places of phone numbers."""
        for run in runs(text):
            if _is_phone(text, run):
                start = run.start - (text[max(0, run.start - 1) : run.start] == "(")
                yield start, run.end


def _is_phone(text: str, run: Run) -> bool:
    if before(text, run.start, _OTHER):
        return False
    if _WHOLE.fullmatch(run.chars):
        return not _looks_like_date(text, run)
    if not _MIN_LOCAL <= len(run.chars) <= _MAX_LOCAL or _looks_like_date(text, run):
        return False
    if re.search(r"£|[.,/]", text[run.start - 1 : run.end]) or _MONEY_OR_TIME.match(text[run.end :]):
        return False
    spelled = run.words >= _SPOKEN_LOCAL - 1 and not set("hundred thousand".split()) & {t.text for t in run.tokens[-1:]}
    return (spelled and len(run.chars) >= _SPOKEN_LOCAL) or before(text, run.start, _CUE, 30)


def _looks_like_date(text: str, run: Run) -> bool:
    return re.search(r"\d[/.]\d{1,2}[/.]\d", text[run.start : run.end]) is not None
