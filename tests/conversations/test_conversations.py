"""Conversations are tests: what is said and how it is understood, what Sayso says, and what is recorded.

After a change of wordings or flows: `python -m pytest tests/conversations --update`, then read the diff.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dialogues.manager import Outcome, advance, begin
from dialogues.script import default_script
from dialogues.search import faults_of
from dialogues.state import from_json, to_json
from dialogues.types import Act, Event, Level, Point, Screening, Understanding, Voice

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.yml"))
_yaml = YAML()
_yaml.width = 118
_yaml.indent(mapping=2, sequence=4, offset=2)
_SHOWN = {"wording", "wording_version", "turn_number", "evidence", "start", "end"}


def _point(text: str, given: dict[str, Any]) -> Point:
    quote = given["quote"]
    start = text.index(quote)
    return Point(
        start, start + len(quote), quote, (given.get("kind", "problem"),), (given.get("theme", "food_and_drink"),),
        given.get("sentiment", "negative"), sense=given.get("sense"), read_back=given.get("read_back"),
        label=given.get("label", ""),
    )  # fmt: skip


def _understanding(turn: dict[str, Any], number: int) -> Understanding:
    value = turn.get("value")
    if isinstance(value, dict):
        value = tuple((str(k), float(v)) for k, v in value.items())
    screening = turn.get("screening", {})
    return Understanding(
        turn["says"],
        Act(turn["act"]),
        value=float(value) if isinstance(value, int) else value,
        voice=Voice(turn.get("voice", "own")),
        points=tuple(_point(turn["says"], p) for p in turn.get("points", [])),
        screening=Screening(Level(screening.get("level", "none")), screening.get("type")),
        cannot_wait=turn.get("cannot_wait", False),
        turn_number=number,
    )


def _told(event: Event) -> str:
    parts = []
    for field in fields(event):
        value = getattr(event, field.name)
        if (field.name not in _SHOWN and value not in (None, (), "", False)) or field.name == "answer":
            parts.append(f"{field.name}={value.quote if isinstance(value, Point) else value}")
    return " ".join([type(event).__name__, *parts])


def _answer(outcome: Outcome) -> dict[str, Any]:
    """What is expected of a turn: what Sayso says, by id and words, and what is recorded."""
    answer: dict[str, Any] = {"sayso": [f"{p.id}: {p.text}" for p in outcome.prompts]}
    if outcome.events:
        answer["recorded"] = [_told(e) for e in outcome.events]
    if outcome.done:
        answer["done"] = True
    return answer


def _play(conversation: dict[str, Any]) -> list[dict[str, Any]]:
    now = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    outcome = begin(
        default_script(), service_kind=conversation["service"], organisation="Keighley Home Support",
        name=conversation.get("name", ""), now=now, code="ABCD-EFGH",
    )  # fmt: skip
    answers = [_answer(outcome)]
    for number, turn in enumerate(conversation["turns"], 1):
        now += timedelta(days=turn.get("days", 0), minutes=turn.get("minutes", 0), seconds=10)
        before = from_json(to_json(outcome.state))
        heard = _understanding(turn, number)
        outcome = advance(before, heard, default_script(), now)
        if not before.over:
            assert list(faults_of(before, heard, outcome)) == []
        answers.append(_answer(outcome))
    return answers


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_conversation(file: Path, update: bool) -> None:
    conversation = _yaml.load(file.read_text(encoding="utf-8"))
    opening, *answers = _play(conversation)
    if update:
        conversation["opening"] = opening
        for turn, answer in zip(conversation["turns"], answers, strict=True):
            turn["expect"] = answer
        with file.open("w", encoding="utf-8") as out:
            _yaml.dump(conversation, out)
        return
    assert conversation["opening"] == opening
    for turn, answer in zip(conversation["turns"], answers, strict=True):
        assert turn["expect"] == answer, turn["says"]


def test_there_are_enough_conversations() -> None:
    assert len(FILES) >= 12
