"""Postcodes, typed in any case or spelled out.

Source: Royal Mail / BS 7666 postcode shapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from presidio_analyzer.nlp_engine import NlpArtifacts

from nlu.redaction.recognisers.base import Recogniser
from nlu.redaction.spoken import Run, runs

_OUTWARD = r"(?:GIR|[A-PR-UWYZ](?:[A-HK-Y]?\d[\dA-HJKPS-UW]?))"
_INWARD = r"\d[A-Z]{2}"  # wider than the rule (no C I K M O V): letters are misheard
_SPELLED = re.compile(_OUTWARD + _INWARD + "(?![A-Z])")


class PostcodeRecogniser(Recogniser):
    """Finds whole postcodes."""

    entity = "POSTCODE"

    def find(self, text: str, doc: NlpArtifacts | None) -> Iterable[tuple[int, int]]:
        """Places of postcodes."""
        for run in runs(text, letters=True):
            yield from _in_run(run)


def _in_run(run: Run) -> Iterable[tuple[int, int]]:
    at = 0
    while match := _SPELLED.search(run.chars, at):
        first, last = match.span()
        starts = first == 0 or run.places[first] != run.places[first - 1]
        ends = last == len(run.chars) or run.places[last] != run.places[last - 1]
        if starts and ends:
            yield run.span(first, last)
            at = last
        else:
            at = first + 1
