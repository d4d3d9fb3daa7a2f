"""Bank details: sort codes, account and card numbers, security numbers, IBANs."""

from __future__ import annotations

import re
from collections.abc import Iterable

from presidio_analyzer.nlp_engine import NlpArtifacts

from nlu.redaction.recognisers.base import Recogniser, before
from nlu.redaction.spoken import Run, runs

_SORT = re.compile(r"\bsort[\s-]?code\b")
_ACCOUNT = re.compile(r"\b(account|acc|a/c|accounts?\s+(number|no))\b")
_CARD = re.compile(r"\b(card|visa|mastercard|debit|credit|long number)\b")
_SECURITY = re.compile(
    r"\b(security (number|code)|cvv|cvc|three (on|off) the back|on the back|pin( number)?)\b[^.]{0,25}$"
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,3})?\b", re.IGNORECASE)
_SORT_SHAPE = re.compile(r"\d{2}-\d{2}-\d{2}")
_CARD_DIGITS = range(13, 20)
_ACCOUNT_DIGITS = range(6, 11)
_SECURITY_DIGITS = (3, 4)
_SORT_DIGITS = 6
_LUHN_MAX = 9


def luhn(digits: str) -> bool:
    """Whether a card number's check digit is right (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - _LUHN_MAX if value > _LUHN_MAX else value
    return total % 10 == 0


class BankRecogniser(Recogniser):
    """Finds bank details."""

    entity = "BANK"

    def find(self, text: str, doc: NlpArtifacts | None) -> Iterable[tuple[int, int]]:
        """Places of bank details, each separately."""
        yield from (match.span() for match in _IBAN.finditer(text) if any(c.isalpha() for c in match.group()[4:8]))
        for run in runs(text):
            yield from _in_run(text, run)


def _in_run(text: str, run: Run) -> Iterable[tuple[int, int]]:
    size = len(run.chars)
    shaped = _SORT_SHAPE.fullmatch(text[run.start : run.end])
    if size == _SORT_DIGITS and (
        before(text, run.start, _SORT, 40) or (shaped and re.search(r"bank|account|sort", text, re.I))
    ):
        yield run.start, run.end
    elif size == _SORT_DIGITS + 8 and before(text, run.start, _SORT, 40):
        yield run.span(0, _SORT_DIGITS)
        yield run.span(_SORT_DIGITS, size)
    elif (
        (
            size in _CARD_DIGITS
            and (luhn(run.chars) or before(text, run.start, _CARD) or before(text, run.start, _ACCOUNT))
        )
        or (size in _ACCOUNT_DIGITS and before(text, run.start, _ACCOUNT, 45))
        or (size in _SECURITY_DIGITS and before(text, run.start, _SECURITY))
    ):
        yield run.start, run.end
