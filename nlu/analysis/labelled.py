"""Labelled answers: what an organisation's own coding is trained and measured on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dialogues.errors import SaysoError
from nlu.analysis.frame import KINDS, NOTHING, SENTIMENTS, Frame

TRAINING_FOLDER = Path(__file__).with_name("training")


@dataclass(frozen=True, slots=True)
class Row:
    """A text with what is known about it.

    Attributes:
        text: The words.
        question: The question they answer; may be empty.
        themes: Theme id → True where it belongs, False where not; a theme that is absent is unknown.
        kinds: Kind → True or False likewise.
        main_first: Its themes, main one first.
        sentiment: Its sentiment; empty when unknown.
    """

    text: str
    question: str = ""
    themes: Mapping[str, bool] = field(default_factory=dict)
    kinds: Mapping[str, bool] = field(default_factory=dict)
    main_first: tuple[str, ...] = ()
    sentiment: str = ""


def labelled_rows(paths: Iterable[Path], frame: Frame) -> list[Row]:
    """Reads labelled answers, JSON Lines of `{text, question, kinds, themes, sentiment}`.

    A row without kinds and without themes is a stretch of telling in which there is no point.

    Raises:
        SaysoError: Saying file, line and remedy.
    """
    return [row for path in paths for row in _rows_of(path, frame)]


def _rows_of(path: Path, frame: Frame) -> Iterator[Row]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SaysoError("rows_unreadable", f"{path.name}: cannot be read as UTF-8.") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _row(json.loads(line), frame)
            except (ValueError, KeyError, TypeError) as error:
                remedy = "write {text, question, kinds, themes, sentiment} with ids of the coding frame"
                raise SaysoError("rows_invalid", f"{path.name}, line {number}: {remedy}.") from error


def _row(raw: Any, frame: Frame) -> Row:
    themes, kinds = tuple(raw["themes"]), tuple(raw.get("kinds", raw.get("kind", ())))
    sentiment = str(raw.get("sentiment", ""))
    if set(themes) - set(frame.themes) or set(kinds) - set(KINDS) or sentiment not in (*SENTIMENTS, ""):
        raise ValueError("unknown id")
    known = [theme for theme in frame.themes if theme != NOTHING]
    return Row(
        text=str(raw["text"]),
        question=str(raw.get("question", "")),
        themes={theme: theme in themes for theme in known} if kinds else {},
        kinds={kind: kind in kinds for kind in KINDS},
        main_first=themes,
        sentiment=sentiment,
    )


def frame_rows(frame: Frame) -> list[Row]:
    """The definitions, examples and counter-examples of the coding frame as rows: one label is known of each."""
    return [*_theme_rows(frame), *_kind_rows(frame)]


def _theme_rows(frame: Frame) -> Iterator[Row]:
    for theme, entry in frame.themes.items():
        if theme != NOTHING:
            yield from (Row(text, themes={theme: True}) for text in (entry.definition, *entry.examples))
            yield from (Row(text, themes={theme: False}) for text in entry.counter_examples)


def _kind_rows(frame: Frame) -> Iterator[Row]:
    for kind, entry in frame.kinds.items():
        yield from (Row(text, kinds={kind: True}) for text in entry.examples)
        yield from (Row(text, kinds={kind: False}) for text in entry.counter_examples)
