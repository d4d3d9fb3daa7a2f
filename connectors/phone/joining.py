"""Puts the pieces of one turn together: words, their times, and the sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from connectors.phone.ports import Utterance
from connectors.speech.ports import Clip, Recognised


def joined(pieces: Sequence[Utterance]) -> Utterance:
    """One utterance of several, in order. Words keep their place in the joined sound.

    Args:
        pieces: At least one.
    """
    first, *others = pieces
    for piece in others:
        first = _both(first, piece)
    return first


def _both(one: Utterance, two: Utterance) -> Utterance:
    if not two.text:
        return one
    if not one.text:
        return two
    confidences = [c for c in (one.confidence, two.confidence) if c is not None]
    clip = _sound(one.clip, two.clip)
    return Utterance(
        f"{one.text} {two.text}",
        one.keyed and two.keyed,
        min(confidences, default=None),
        one.continues,
        _words(one, two),
        clip,
    )


def _sound(one: Clip | None, two: Clip | None) -> Clip | None:
    if one is None or two is None:
        return one or two
    return Clip(np.concatenate([one.samples, two.samples]))


def _words(one: Utterance, two: Utterance) -> Recognised | None:
    if one.recognised is None or two.recognised is None:
        return one.recognised or two.recognised
    shift = one.clip.seconds if one.clip else 0.0
    moved = tuple(
        replace(word, start_seconds=word.start_seconds + shift, end_seconds=word.end_seconds + shift)
        for word in two.recognised.words
    )
    return replace(one.recognised, text=f"{one.text} {two.text}", words=(*one.recognised.words, *moved))
