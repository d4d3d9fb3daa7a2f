"""`Redactor`: the one way in."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache

from presidio_analyzer import AnalyzerEngine, RecognizerResult

from nlu.redaction.engine import build_analyser
from nlu.redaction.recognisers.base import SURE
from nlu.redaction.spans import TYPES, Span, settle

LABELS = {
    "NAME": "[name]",
    "PHONE": "[phone]",
    "EMAIL": "[e-mail]",
    "POSTCODE": "[postcode]",
    "NHS": "[NHS number]",
    "VEHICLE": "[registration]",
    "BANK": "[bank details]",
    "ADDRESS": "[address]",
    "DOB": "[date of birth]",
    "ACCESS_CODE": "[code]",
    "ORG": "[organisation]",
}
FAILED = "[words withheld]"
_log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _analyser() -> AnalyzerEngine:
    return build_analyser()


class Redactor:
    """Finds private words and replaces them. Thread-safe; the model is loaded once in a process.

    Args:
        hide_organisations: Whether `redact` hides organisations too; `spans` always tags them.
    """

    def __init__(self, hide_organisations: bool = False) -> None:
        self._hide_organisations = hide_organisations
        self._analyser = _analyser()

    def spans(self, text: str) -> tuple[Span, ...]:
        """The private words of a text: not overlapping, in order. Never raises; () when looking failed (logged)."""
        try:
            return self._find(text)
        except Exception as error:  # one odd text must not end a conversation
            _log.error("redaction failed: %s", type(error).__name__)
            return ()

    def redact(self, text: str) -> str:
        """The text with private words replaced by `[name]`, `[phone]`, ... Never raises.

        Should looking fail, nothing is given away: the words are withheld altogether.
        """
        try:
            return self._replace(text, self._find(text))
        except Exception as error:  # fail closed
            _log.error("redaction failed: %s", type(error).__name__)
            return FAILED

    def redact_quote(self, quote: str) -> str:
        """As `redact`, for a quote in a report: repeated labels side by side ("[name] [name]") become one."""
        redacted = self.redact(quote)
        for label in LABELS.values():
            for joint in (" ", ", "):
                while f"{label}{joint}{label}" in redacted:
                    redacted = redacted.replace(f"{label}{joint}{label}", label)
        return redacted

    def _find(self, text: str) -> tuple[Span, ...]:
        if not text.strip():
            return ()
        results = self._analyser.analyze(text=text, language="en", entities=list(TYPES))
        patterned = [result for result in results if result.score >= SURE]
        read = [r for r in results if r.score < SURE and (r.entity_type == "NAME" or not _touched(r, patterned))]
        return settle(Span(result.start, result.end, result.entity_type) for result in (*patterned, *read))

    def _replace(self, text: str, spans: tuple[Span, ...]) -> str:
        for span in reversed(spans):
            if span.type != "ORG" or self._hide_organisations:
                text = text[: span.start] + LABELS[span.type] + text[span.end :]
        return text


def _touched(result: RecognizerResult, others: Sequence[RecognizerResult]) -> bool:
    """Whether patterns have settled already what these words are."""
    return any(result.start < other.end and other.start < result.end for other in others)
