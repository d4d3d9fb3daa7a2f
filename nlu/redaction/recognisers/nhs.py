"""NHS numbers: ten digits with a valid check digit, or ten digits after "NHS".

Source: NHS Data Dictionary, NHS NUMBER (modulus 11).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from presidio_analyzer.nlp_engine import NlpArtifacts

from nlu.redaction.recognisers.base import Recogniser, before
from nlu.redaction.spoken import runs

DIGITS = 10
_CUE = re.compile(r"\bn\.?\s?h\.?\s?s\b")
_NOT = re.compile(r"\b(order|ref|reference|policy|claim|meter|serial|booking)\b")


def valid_nhs_number(digits: str) -> bool:
    """Whether ten digits carry a valid check digit.

    Args:
        digits: Digits only.
    """
    if len(digits) != DIGITS or not digits.isdigit() or len(set(digits)) == 1:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    check = (11 - total % 11) % 11
    return check == int(digits[-1])


class NhsRecogniser(Recogniser):
    """Finds NHS numbers, spaced, hyphenated or spoken."""

    entity = "NHS"

    def find(self, text: str, doc: NlpArtifacts | None) -> Iterable[tuple[int, int]]:
        """Places of NHS numbers."""
        for run in runs(text):
            if len(run.chars) != DIGITS:
                continue
            named = before(text, run.start, _CUE)
            if named or (valid_nhs_number(run.chars) and run.chars[0] != "0" and not before(text, run.start, _NOT, 25)):
                yield run.start, run.end
