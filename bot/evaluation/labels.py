"""Reads labels and predictions side by side from a row, and finds out which kind of file it is from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.evaluation.fields import Row, RowError, objects, one_of, part, spans, texts
from dialogues.types import Act, Level

ACTS = {act.value: act for act in Act}
LEVELS = {level.value: level for level in Level}
SENTIMENTS = {"positive": "positive", "negative": "negative", "neutral": "neutral", "mixed": "neutral"}
"""Mixed and neutral count as one."""

Span = tuple[int, int, str]
"""Start, end, type."""
Marked = tuple[int, int, tuple[str, ...]]
"""A point: start, end, kinds."""


@dataclass(frozen=True, slots=True)
class ActPair:
    """The act a person set, the one predicted, and others that would do."""

    gold: str
    predicted: str
    also_ok: tuple[str, ...]
    style: str

    @property
    def lenient(self) -> str:
        """The prediction; the right act where the prediction is defensible."""
        return self.gold if self.predicted in self.also_ok else self.predicted


@dataclass(frozen=True, slots=True)
class FeedbackPair:
    """Themes, kinds and sentiment (three classes) as set and as predicted; the main theme comes first.

    `points` is empty where none are marked.
    """

    themes: tuple[str, ...]
    predicted_themes: tuple[str, ...]
    kinds: tuple[str, ...]
    predicted_kinds: tuple[str, ...]
    sentiment: str
    predicted_sentiment: str
    points: tuple[Marked, ...] = ()
    predicted_points: tuple[Marked, ...] = ()


@dataclass(frozen=True, slots=True)
class LevelPair:
    """The level set, the one predicted, and all that are acceptable."""

    gold: str
    predicted: str
    acceptable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpansPair:
    """Private words as marked and as found."""

    gold: tuple[Span, ...]
    predicted: tuple[Span, ...]


def gold_of(row: Row, name: str) -> Any:
    """A label as a person set it: under `gold` where the prediction took its name, else in the row."""
    return part(row, "gold").get(name, row.get(name))


def act_pair(row: Row) -> ActPair:
    """Raises: RowError for a missing or unknown act."""
    gold = one_of({"act": gold_of(row, "act")}, "act", ACTS)
    return ActPair(gold, one_of(row, "act", ACTS), texts(row, "also_ok"), str(row.get("style", "")))


def feedback_pair(row: Row) -> FeedbackPair:
    """Raises: RowError for a missing or mistyped label."""
    return FeedbackPair(
        themes=_listed({"themes": gold_of(row, "themes")}, "themes"),
        predicted_themes=_listed(row, "themes"),
        kinds=_listed({"kind": gold_of(row, "kind")}, "kind"),
        predicted_kinds=_listed(row, "kinds"),
        sentiment=SENTIMENTS[one_of({"sentiment": gold_of(row, "sentiment")}, "sentiment", SENTIMENTS)],
        predicted_sentiment=SENTIMENTS[one_of(row, "sentiment", SENTIMENTS)],
        points=_points({"points": part(row, "gold").get("points") or []}),
        predicted_points=_points(row) if row.get("points") else (),
    )


def _points(row: Row) -> tuple[Marked, ...]:
    kinds = objects(row, "points", lambda item: texts(item, "kinds"))
    return tuple((start, end, kind) for (start, end, _), kind in zip(spans(row, "points"), kinds, strict=True))


def level_pair(row: Row) -> LevelPair:
    """Raises: RowError for a missing or unknown level."""
    gold = one_of({"level": gold_of(row, "level")}, "level", LEVELS)
    return LevelPair(gold, one_of(row, "level", LEVELS), (gold, *texts(row, "acceptable_levels")))


def spans_pair(row: Row) -> SpansPair:
    """Raises: RowError for a span without a place."""
    return SpansPair(spans({"spans": gold_of(row, "spans")}, "spans"), spans(row, "spans"))


READERS: dict[str, Callable[[Row], Any]] = {
    "acts": act_pair,
    "feedback": feedback_pair,
    "safeguarding": level_pair,
    "privacy": spans_pair,
}
PREDICTED = {"acts": "act", "feedback": "themes", "safeguarding": "level", "privacy": "spans"}
"""The field by which a kind is known."""


def kind_of(row: Row) -> str:
    """Which kind of file a row is from, by its labels.

    Raises:
        RowError: Where no label tells.
    """
    labels = part(row, "gold") or row
    found = next((kind for kind, name in PREDICTED.items() if name in labels), None)
    if found is None:
        raise RowError("No labels: a row needs act, themes, level or spans. Or say which kind it is.")
    return found


def is_predicted(row: Row, kind: str) -> bool:
    """Whether a row holds a prediction beside its label."""
    return PREDICTED[kind] in part(row, "gold") and PREDICTED[kind] in row


def _listed(row: Row, name: str) -> tuple[str, ...]:
    if row.get(name) is None:
        raise RowError(f'The field "{name}" is missing. It must be a list of texts.')
    return texts(row, name)
