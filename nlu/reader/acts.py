"""The reader's opinion on the act of an utterance. Importable in both environments."""

from __future__ import annotations

from collections.abc import Sequence

from nlu.encoding import shorten
from nlu.reader.reader import Reader

Ranking = list[tuple[str, float]]
READER_SHARE = 0.6
"""How much the reader's opinion counts beside the classifier's, 0 to 1. Source: development texts."""
EDGE_WORDS = 40
"""Words read from each end of a long utterance: an act is announced at its start or its end."""


def ranking(reader: Reader, utterance: str, question: str, kind: str) -> Ranking:
    """(act, probability) of an utterance, most likely first.

    Args:
        reader: Who reads.
        utterance: The person's words.
        question: The question just asked; may be empty.
        kind: What the question expected, one of `encoding.KINDS`.
    """
    head = reader.heads["act"]
    reading = reader.read(shorten(utterance, EDGE_WORDS), f"{kind}: {question}")
    found = head.one_of(reading.whole())
    return sorted(zip(head.labels, (float(p) for p in found), strict=True), key=lambda pair: -pair[1])


def mixed(first: Sequence[tuple[str, float]], second: Sequence[tuple[str, float]], share: float) -> Ranking:
    """The mean of two rankings, most likely first; the second counts for `share`. An empty one leaves the other."""
    if not first or not second:
        return list(first or second)
    one, other = dict(first), dict(second)
    acts = dict.fromkeys([*one, *other])
    both = [(act, (1 - share) * one.get(act, 0.0) + share * other.get(act, 0.0)) for act in acts]
    return sorted(both, key=lambda pair: -pair[1])
