"""A span of private words, and how overlapping ones are settled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

TYPES = ("EMAIL", "BANK", "NHS", "PHONE", "ACCESS_CODE", "DOB", "POSTCODE", "VEHICLE", "ADDRESS", "ORG", "NAME")
"""The most telling first: where two overlap, the earlier one stands."""


@dataclass(frozen=True, slots=True)
class Span:
    """Private words: `text[start:end]` (code points), of one of `TYPES`."""

    start: int
    end: int
    type: str


def settle(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Non-overlapping spans, sorted by place; the more telling type wins, then the longer span."""
    ranked = sorted(spans, key=lambda s: (TYPES.index(s.type), s.start - s.end, s.start))
    kept: list[Span] = []
    for span in ranked:
        if span.end > span.start and all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return tuple(sorted(kept, key=lambda span: span.start))
