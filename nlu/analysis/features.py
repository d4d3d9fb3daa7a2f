"""Numbers that the linear models read: cues found, words used, the question asked, and the sentence embedding."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt

from nlu.analysis.cues import Hit, Word
from nlu.analysis.frame import KINDS, Frame

Vector = npt.NDArray[np.float32]

HASHED = 4096
"""Buckets for single words and pairs of words."""
MAX_CUE = 2.0

QUESTIONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("offer", r"\boffer\b|show others|could (?:you )?(?:give|show|teach)|like to (?:give|show|teach)"),
        ("better", r"\bbetter\b|improve|\bchange\b|different"),
        ("bothers", r"bother|worr|wrong|difficult|not so (?:good|well)|upset|annoy"),
        ("matters", r"\bmatters?\b|important"),
        ("good", r"\bgood\b|like (?:about|best)|works? well|enjoy"),
        ("mean", r"\bmean to you|let you do|why (?:is|does|would)"),
        ("time", r"\bone time\b|recent|a time|tell me about|last time|happened"),
        ("else", r"anything else|anything more"),
    )
)
SERVICES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("home_care", r"home care|carers?\b|help(?:ers)? at home|people who come"),
        ("care_home", r"care home|\bthe home\b|nursing home|residential"),
        ("day_centre", r"day cent|lunch club|\bclub\b"),
        ("meals", r"\bmeals?\b"),
        ("transport", r"transport|ambulance|\bbus\b"),
        ("health", r"surgery|hospital|doctor|\bgp\b|nurse"),
        ("equipment", r"equipment|adaptation|changes (?:to|in) your home|aids\b"),
        ("sheltered", r"shelter|\bflats?\b"),
        ("befriending", r"befriend|visits? from|volunteer"),
    )
)


def question_kind(question: str) -> str:
    """What a question asks for: one of the names in `QUESTIONS`, or `open`."""
    return next((name for name, pattern in QUESTIONS if pattern.search(question)), "open")


def service_of(question: str) -> str:
    """The service that a question names: one of the names in `SERVICES`, or an empty string."""
    return next((name for name, pattern in SERVICES if pattern.search(question)), "")


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each entry of the frame is cued in a stretch of text, negation taken into account.

    `feeling` is what the cues of the sentiments add: above zero pleased, below not.
    """

    themes: dict[str, float]
    kinds: dict[str, float]
    feeling: float = 0.0

    @property
    def polarity(self) -> float:
        """Positive where praise prevails, negative where problems do."""
        return self.kinds.get("praise", 0.0) - self.kinds.get("problem", 0.0) + self.feeling

    @property
    def strong(self) -> frozenset[str]:
        """Kinds other than praise and problem that are cued."""
        return frozenset(kind for kind in ("suggestion", "offer", "need", "preference") if self.kinds.get(kind))


_FLIP = {"praise": "problem", "problem": "praise"}
_FEELING = {"positive": 1.0, "negative": -1.0}


def count(hits: Iterable[Hit], start: int, end: int) -> Counts:
    """Counts the hits that lie between two offsets."""
    themes: dict[str, float] = {}
    kinds: dict[str, float] = {}
    feeling = 0.0
    for hit in hits:
        if hit.start < start or hit.end > end:
            continue
        if hit.section == "themes":
            themes[hit.id] = themes.get(hit.id, 0.0) + 1.0
        elif hit.supposed and (hit.id == "problem" or hit.section == "sentiments"):
            continue
        elif hit.section == "kinds":
            kind = _FLIP.get(hit.id, hit.id) if hit.negated else hit.id
            kinds[kind] = kinds.get(kind, 0.0) + 1.0
        elif hit.section == "sentiments":
            feeling += _FEELING.get(hit.id, 0.0) * (-1.0 if hit.negated else 1.0)
    return Counts(themes, kinds, feeling)


def cue_vector(counts: Counts, frame: Frame) -> Vector:
    """Cue counts (at most 2 each), themes first, then kinds, then polarity. Shape: (themes + kinds + 2,)."""
    themes = [min(MAX_CUE, counts.themes.get(theme, 0.0)) for theme in frame.themes]
    kinds = [min(MAX_CUE, counts.kinds.get(kind, 0.0)) for kind in KINDS]
    signs = [float(counts.polarity > 0), float(counts.polarity < 0)]
    return np.array([*themes, *kinds, *signs], dtype=np.float32)


def question_vector(question: str) -> Vector:
    """One-hot kind of question and service."""
    kind, service = question_kind(question), service_of(question)
    return np.array(
        [*(float(kind == name) for name, _ in QUESTIONS), *(float(service == name) for name, _ in SERVICES)],
        dtype=np.float32,
    )


def hashed_vector(words: Iterable[Word]) -> Vector:
    """Words and word pairs in `HASHED` buckets, of length 1. Every word counts once."""
    forms = [word.form for word in words]
    grams = {*forms, *(f"{a} {b}" for a, b in itertools.pairwise(forms))}
    vector = np.zeros(HASHED, dtype=np.float32)
    for gram in grams:
        vector[crc32(gram.encode("utf-8", "replace")) % HASHED] = 1.0
    norm = float(np.linalg.norm(vector))
    return vector / norm if norm else vector
