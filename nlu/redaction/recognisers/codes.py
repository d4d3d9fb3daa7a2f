"""Codes that open a door: key safes, entry and alarm codes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from presidio_analyzer.nlp_engine import NlpArtifacts

from nlu.redaction.recognisers.base import Recogniser, before
from nlu.redaction.spoken import runs

_CUE = re.compile(
    r"\b(key\s?safe|keysafe|(door|entry|gate|alarm|access|back door|front door)\s(code|number|keypad)|keypad|code (is|for the door|to get in)|the code'?s)\b"  # noqa: E501
)
_DIGITS = range(3, 7)
_REACH = 50
_NOT = re.compile(r"\b(for|since|after|at|about|post|dress|got|took) $")


class AccessCodeRecogniser(Recogniser):
    """Finds access codes."""

    entity = "ACCESS_CODE"

    def find(self, text: str, doc: NlpArtifacts | None) -> Iterable[tuple[int, int]]:
        """Places of access codes."""
        for run in runs(text, letters=True):
            digits = sum(char.isdigit() for char in run.chars)
            if digits in _DIGITS and len(run.chars) <= digits + 2 and before(text, run.start, _CUE, _REACH):  # noqa: SIM102
                if not before(text, run.start, _NOT, 8):
                    yield run.start, run.end
