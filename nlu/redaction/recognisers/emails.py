"""E-mail addresses, typed or spoken ("d dot patel at example mail dot com")."""

from __future__ import annotations

import re
from collections.abc import Iterable

from presidio_analyzer.nlp_engine import NlpArtifacts

from nlu.redaction.recognisers.base import Recogniser
from nlu.redaction.spoken import Token, tokenise

_TYPED = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
_ENDS = r"(?:com|net|org|co|uk|info|me|ac|gov|nhs|biz|eu|ie|wales|scot|london)"
_DOMAIN = re.compile(rf"(?:[a-z0-9]+ )(?:[a-z0-9]+ )?dot {_ENDS}(?: dot {_ENDS})?\b")
_JOINS = frozenset({"dot", "underscore", "dash", "hyphen", "stop", "point"})
_NUMBERS = frozenset(
    "zero oh one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety double hundred".split()  # noqa: E501
)
_MAX_LOCAL = 9


class EmailRecogniser(Recogniser):
    """Finds e-mail addresses."""

    entity = "EMAIL"

    def find(self, text: str, doc: NlpArtifacts | None) -> Iterable[tuple[int, int]]:
        """Places of e-mail addresses."""
        yield from (match.span() for match in _TYPED.finditer(text))
        tokens = tokenise(text)
        for index, token in enumerate(tokens):
            if token.text == "at" and index:
                end = _domain_end(tokens, index + 1)
                if end:
                    yield tokens[_local_start(tokens, index)].start, end


def _domain_end(tokens: list[Token], first: int) -> int:
    window = tokens[first : first + 6]
    joined = " ".join(token.text for token in window)
    match = _DOMAIN.match(joined)
    return window[joined[: match.end()].count(" ")].end if match else 0


def _local_start(tokens: list[Token], at: int) -> int:
    """Goes back over what belongs to the part before "at": numbers, letters, words joined by "dot"."""
    start = at - 1
    while start > max(0, at - _MAX_LOCAL):
        current, previous = tokens[start].text, tokens[start - 1].text
        joined = current in _JOINS or previous in _JOINS
        spelled = len(current) == 1 and len(previous) == 1
        numbered = current in _NUMBERS or current.isdigit()
        if not (joined or spelled or numbered):
            break
        start -= 1
    return start
