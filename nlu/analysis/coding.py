"""Coding one quote: kinds, themes, sentiment and sense."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlu.analysis.cues import Hit, Word
from nlu.analysis.features import Counts, Vector, count, cue_vector, hashed_vector, question_vector
from nlu.analysis.forms import asked_vector, form_vector
from nlu.analysis.frame import GENERAL, KINDS, Frame
from nlu.analysis.model import Weights, kind_features, light_features, probabilities, theme_features
from nlu.analysis.outside import outside_vector

MAX_THEMES = 3
MAX_KINDS = 2
SURE_KIND = 0.7
"""From this probability a second kind colours the sentiment too."""
LEAST_KIND = 0.4
"""Below this probability of every kind, words are telling, not a point. Source: our own background rows."""
RULE_BOOST = 0.1
CONTRAST_BOOST = 0.25
_RULED = ("suggestion", "offer", "need", "preference")
_DISLIKES = (
    "i dont like",
    "i dont want",
    "i miss",
    "i do miss",
    "i hate",
    "i dont care for",
    "i dont hold with",
    "i cant abide",
)


@dataclass(frozen=True, slots=True)
class Coding:
    """How a quote is coded. `kinds` is empty where the words are telling and no point."""

    kinds: tuple[str, ...]
    themes: tuple[str, ...]
    sentiment: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the answer that is to be coded: its place, its words and the cues in it."""

    start: int
    end: int
    words: tuple[Word, ...]
    hits: tuple[Hit, ...]

    @property
    def counts(self) -> Counts:
        """Cue counts of the stretch."""
        return count(self.hits, self.start, self.end)


def coded(
    stretch: Stretch,
    embedding: Vector,
    question: str,
    frame: Frame,
    weights: Weights,
    *,
    lean: str = "",
    surely: bool = False,
) -> Coding:
    """Codes a stretch of an answer.

    Args:
        stretch: Where it lies and what cues it holds.
        embedding: Its sentence embedding, shape (384,).
        question: The question it answers; may be empty.
        frame: The coding frame.
        weights: The trained models.
        lean: A kind that the words before it announce ("but ..." announces a problem); may be empty.
        surely: True where it is known to be a point, as in a short answer: the likeliest kind is then taken.
    """
    counts, words = stretch.counts, stretch.words
    cues, hashed, forms = cue_vector(counts, frame), hashed_vector(words), form_vector(words)
    outside = outside_vector(weights.outside_matrix, weights.outside_bias, embedding)
    features = kind_features(embedding, cues, hashed, forms, asked_vector(question, forms), outside)
    kind_scores = _kind_scores(probabilities(weights.kind_matrix, weights.kind_bias, features), counts)
    if lean and not counts.strong:
        kind_scores[lean] += CONTRAST_BOOST
    least = 0.0 if surely else LEAST_KIND
    kinds = _kinds(kind_scores, weights.second_kind, least)
    if "preference" in kinds and _dislike(words):
        kinds = tuple(kind for kind in kinds if kind != "praise")
    features = theme_features(embedding, cues, hashed, question_vector(question))
    theme_scores = probabilities(weights.theme_matrix, weights.theme_bias, features)
    themes = _themes(theme_scores, kinds, weights)
    confidence = float(np.clip(np.sqrt(max(kind_scores.values()) * float(theme_scores.max())), 0.0, 1.0))
    surest = tuple(kind for kind in _kinds(kind_scores, SURE_KIND, least) if kind in kinds)
    feeling = sentiment_of(surest or kinds, words)
    return Coding(kinds, themes, feeling, round(confidence, 3))


def content_probability(stretch: Stretch, frame: Frame, weights: Weights) -> float:
    """How likely it is that the words hold a point, 0 to 1, judged without the embedding."""
    return float(probabilities(weights.content_matrix, weights.content_bias, _light(stretch, frame))[0])


def clause_kinds(stretch: Stretch, frame: Frame, weights: Weights) -> Vector:
    """How likely each kind is, judged without the embedding. Shape: (6,)."""
    return probabilities(weights.light_matrix, weights.light_bias, _light(stretch, frame))


def _light(stretch: Stretch, frame: Frame) -> Vector:
    words = stretch.words
    return light_features(cue_vector(stretch.counts, frame), hashed_vector(words), form_vector(words))


def sentiment_of(kinds: Sequence[str], words: Sequence[Word] = ()) -> str:
    """The sentiment about the service that follows from the kinds; a wish, a need or an idea alone is neutral."""
    found = set(kinds)
    if {"praise", "problem"} <= found:
        return "mixed"
    if "problem" in found or ("preference" in found and _dislike(words)):
        return "negative"
    return "positive" if found & {"praise", "offer"} else "neutral"


def _dislike(words: Sequence[Word]) -> bool:
    said = " ".join(word.form for word in words)
    return any(phrase in said for phrase in _DISLIKES)


def _kind_scores(learned: Vector, counts: Counts) -> dict[str, float]:
    """Learned probabilities, raised where a rule fires: rules for wishes carry over to new texts, models less so."""
    scores = {kind: float(learned[n]) for n, kind in enumerate(KINDS)}
    for kind in _RULED:
        if counts.kinds.get(kind):
            scores[kind] += RULE_BOOST
    return scores


def _kinds(scores: dict[str, float], second: float, least: float) -> tuple[str, ...]:
    ranked = sorted(scores, key=lambda kind: -scores[kind])
    if scores[ranked[0]] < least:
        return ()
    return (ranked[0], *(kind for kind in ranked[1:MAX_KINDS] if scores[kind] >= second))


def _themes(scores: Vector, kinds: Sequence[str], weights: Weights) -> tuple[str, ...]:
    order = [int(k) for k in np.argsort(-scores, kind="stable")]
    ids = weights.theme_ids
    chosen = [ids[k] for n, k in enumerate(order[:MAX_THEMES]) if n == 0 or scores[k] >= weights.theme_least[k]]
    if GENERAL in chosen:
        specific = [theme for theme in chosen if theme != GENERAL]
        if specific or "praise" not in kinds:
            chosen = specific or [ids[order[1]]]
    return tuple(chosen)
