"""Cuts text into the pieces that are said in one breath."""

from __future__ import annotations

import re
import textwrap

LONGEST = 240
"""Characters said in one piece. Source: 236 take hibari 129 ms of processor time, well under the 400 ms in which a new
sentence has to be heard on an idle core; Kokoro takes at most 510 phonemes."""
LONGEST_WORD = 40
LONGEST_NUMBER = 20
"""Characters. Longer ones are typed noise, not words; and hibari fails on a number past 10^30."""

_END = re.compile(r"(?<=[.!?])(?<![a-z]\s[A-HJ-Z]\.)\s+(?![a-z])|\s*\n\s*")
_CLAUSE = re.compile(r"(?<=[,;:])\s+")
_UNWIELDY = re.compile(rf"[\d,]{{{LONGEST_NUMBER}}}(?=[\d,])|\S{{{LONGEST_WORD}}}(?=\S)")


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, long ones cut at clauses or, failing that, between words; none for mere punctuation."""
    wieldy = _UNWIELDY.sub(r"\g<0> ", text.strip())
    pieces = (piece for sentence in _END.split(wieldy) for piece in _cut(sentence))
    return tuple(piece for piece in pieces if any(map(str.isalnum, piece)))


def _cut(sentence: str) -> list[str]:
    if len(sentence) <= LONGEST:
        return [sentence]
    pieces = [""]
    for clause in _CLAUSE.split(sentence):
        longer = f"{pieces[-1]} {clause}".strip()
        if len(longer) <= LONGEST:
            pieces[-1] = longer
        else:
            pieces.append(clause)
    return [part for piece in pieces for part in textwrap.wrap(piece, LONGEST)]
