"""Vehicle registrations, typed or spelled out.

Source: DVLA INF104, current and earlier number plate formats.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from presidio_analyzer.nlp_engine import NlpArtifacts

from nlu.redaction.recognisers.base import Recogniser
from nlu.redaction.spoken import Run, runs

_CURRENT = re.compile(r"[A-HJ-PR-Y][A-HJ-PR-Y]\d{2}[A-HJ-PR-Z]{3}")
_EARLIER = re.compile(r"[A-HJ-NPR-TV-Y]\d{1,3}[A-Z]{3}|[A-Z]{3}\d{1,3}[A-HJ-NPR-TV-Y]")
_TYPED = re.compile(r"\b[A-HJ-PR-Y]{2}\d{2}\s?[A-HJ-PR-Z]{3}\b", re.IGNORECASE)
_TYPED_EARLIER = re.compile(r"\b(?:[A-HJ-NPR-TV-Y]\d{1,3}\s?[A-Z]{3}|[A-Z]{3}\s?\d{1,3}[A-HJ-NPR-TV-Y])\b")
_CUE = re.compile(r"\b(reg|registration|number plate|plate|car|van|vehicle|motor|scooter|taxi|lorry)\b", re.IGNORECASE)


class VehicleRecogniser(Recogniser):
    """Finds registrations; the earlier shapes only where a car is spoken of."""

    entity = "VEHICLE"

    def find(self, text: str, doc: NlpArtifacts | None) -> Iterable[tuple[int, int]]:
        """Places of registrations."""
        shapes = (_CURRENT, _EARLIER) if _CUE.search(text) else (_CURRENT,)
        typed = (_TYPED, _TYPED_EARLIER) if _CUE.search(text) else (_TYPED,)
        yield from (match.span() for shape in typed for match in shape.finditer(text))
        for run in runs(text, letters=True):
            yield from _first(run, shapes)


def _first(run: Run, shapes: Iterable[re.Pattern[str]]) -> Iterable[tuple[int, int]]:
    for shape in shapes:
        for match in shape.finditer(run.chars):
            first, last = match.span()
            whole = last == len(run.chars) or run.places[last] != run.places[last - 1]
            if whole and (first == 0 or run.places[first] != run.places[first - 1]):
                yield run.span(first, last)
                return
