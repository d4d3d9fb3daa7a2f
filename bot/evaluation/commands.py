"""One row in, one row out: what `sayso understand`, `sayso analyse` and `sayso screen` do with each line.

Labels of the input that the output would hide (`act`, `themes`, `level`, ...) are kept under `gold`, so that
`sayso evaluate` can compare the two.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from bot.evaluation.fields import Row, objects, one_of, row_id, texts, whole_text
from dialogues.types import Context, Expects, Option, Parser, Point, Screening, Value

_CONTEXT_KINDS = {kind.value: kind for kind in Expects}
DIGITS = 4
"""Decimal places of a confidence."""
_LABELS = ("act", "kind", "kinds", "themes", "sentiment", "points", "level", "type", "spans")


class PointFinder(Protocol):
    """The analysis of answers."""

    def points(self, text: str, question: str) -> tuple[Point, ...]: ...

    def summary(self, points: Sequence[Point]) -> Mapping[str, Any]: ...


class PrivateSpan(Protocol):
    """Words that identify somebody: `text[start:end]`."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...

    @property
    def type(self) -> str: ...


class Hider(Protocol):
    """Finds and hides what identifies somebody."""

    def redact(self, text: str) -> str: ...

    def spans(self, text: str) -> Iterable[PrivateSpan]: ...


async def understand_row(row: Row, parser: Parser) -> Row:
    """Adds `act`, `confidence` and `value` to `{id, text, context, context_kind}`.

    A missing `context` is no question, a missing `context_kind` an open one. `options` (`[{label, value, key}]`) and
    `labels` may say what can be chosen or named.

    Raises:
        RowError: For a missing or mistyped field.
    """
    text = _said(row)
    kind = one_of(row, "context_kind", _CONTEXT_KINDS, default=Expects.OPEN.value)
    context = Context(
        whole_text(row, "context", default=""),
        _CONTEXT_KINDS[kind],
        objects(row, "options", _option),
        texts(row, "labels"),
    )
    heard = await parser.parse(text, context)
    found = {"act": heard.act.value, "confidence": round(heard.confidence, DIGITS), "value": plain_value(heard.value)}
    return _output(row, ("text", "context", "context_kind", "options", "labels"), found)


async def analyse_row(row: Row, analysis: PointFinder) -> Row:
    """Adds `points`, `kinds`, `themes` and `sentiment` to `{id, text, question}`; `question` may be missing.

    Raises:
        RowError: For a missing or mistyped field.
    """
    text, question = _said(row), whole_text(row, "question", default="")
    points = await asyncio.to_thread(analysis.points, text, question)
    summary = analysis.summary(points)
    found = {
        "points": [point_row(point) for point in points],
        "kinds": list(summary["kinds"]),
        "themes": list(summary["themes"]),
        "sentiment": summary["sentiment"],
    }
    return _output(row, ("text", "question"), found)


async def screen_row(row: Row, screen: Callable[[str], Screening], hider: Hider) -> Row:
    """Adds `level`, `type`, `evidence`, `redacted` and `spans` to `{id, text}`; the text itself is left out.

    Raises:
        RowError: For a missing or mistyped field.
    """
    text = _said(row)
    screening = await asyncio.to_thread(screen, text)
    spans = await asyncio.to_thread(hider.spans, text)
    found = {
        "level": screening.level.value,
        "type": screening.type,
        "evidence": [{"start": start, "end": end} for start, end in screening.evidence],
        "redacted": await asyncio.to_thread(hider.redact, text),
        "spans": [{"start": span.start, "end": span.end, "type": span.type} for span in spans],
    }
    return _output(row, ("text",), found)


def point_row(point: Point) -> Row:
    """A point as it is written."""
    return {
        "start": point.start,
        "end": point.end,
        "quote": point.quote,
        "kinds": list(point.kinds),
        "themes": list(point.themes),
        "sentiment": point.sentiment,
        "sense": point.sense,
        "confidence": round(point.confidence, DIGITS),
    }


def plain_value(value: Value) -> float | int | str | list[list[str | float | int]] | None:
    """A value as JSON holds it; whole numbers without a point."""
    if isinstance(value, tuple):
        return [[label, _number(number)] for label, number in value]
    return _number(value) if isinstance(value, float) else value


def _number(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number


def _said(row: Row) -> str:
    row_id(row)
    return whole_text(row, "text")


def _option(item: Row) -> Option:
    label = whole_text(item, "label")
    return Option(label, whole_text(item, "value", default=label), whole_text(item, "key", default=""))


def _output(row: Row, known: tuple[str, ...], found: Row) -> Row:
    """The id, what was found, and every field that this command knows nothing of."""
    rest = {name: value for name, value in row.items() if name not in {"id", "gold", *known} and name not in found}
    hidden = {name: row[name] for name in _LABELS if name in row and name in found}
    gold = {**hidden, **row["gold"]} if isinstance(row.get("gold"), dict) else hidden
    out = {"id": row["id"], **found, **rest}
    return {**out, "gold": gold} if gold else out
