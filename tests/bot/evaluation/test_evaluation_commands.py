"""What each command makes of a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from bot.evaluation.commands import analyse_row, plain_value, screen_row, understand_row
from bot.evaluation.fields import RowError
from dialogues.types import Act, Context, Expects, Level, Option, Point, Screening, Understanding

SECRET = "my niece Prudence took it"


class FakeParser:
    def __init__(self) -> None:
        self.seen: list[tuple[str, Context]] = []

    async def parse(self, text: str, context: Context) -> Understanding:
        self.seen.append((text, context))
        return Understanding(text, Act.ANSWER, 0.912345, value=7.0)


class FakeAnalysis:
    def points(self, text: str, question: str) -> tuple[Point, ...]:
        if text == "nothing":
            return ()
        return (Point(3, 8, text[3:8], ("problem",), ("food_and_drink",), "negative", confidence=0.5, label="x"),)

    def summary(self, points: Sequence[Point]) -> dict[str, Any]:
        if not points:
            return {"kinds": (), "themes": ("nothing_to_say",), "sentiment": "neutral"}
        return {"kinds": ["problem"], "themes": ["food_and_drink"], "sentiment": "negative"}


@dataclass(frozen=True)
class Span:
    start: int
    end: int
    type: str


class FakeHider:
    def redact(self, text: str) -> str:
        return "my niece [name] took it"

    def spans(self, text: str) -> tuple[Span, ...]:
        return (Span(9, 17, "NAME"),)


def alarmed(text: str) -> Screening:
    return Screening(Level.CONCERN, "financial_abuse", ((18, 25),))


async def test_understanding_sees_the_question_and_keeps_unknown_fields() -> None:
    parser = FakeParser()
    row = {"id": 4, "text": "seven", "context": "How many?", "context_kind": "beans", "note": "n", "labels": ["tea"]}
    out = await understand_row(row, parser)
    assert out == {"id": 4, "act": "answer", "confidence": 0.9123, "value": 7, "note": "n"}
    assert parser.seen == [("seven", Context("How many?", Expects.BEANS, (), ("tea",)))]


async def test_the_options_of_a_choice_may_be_given() -> None:
    parser = FakeParser()
    options = [{"label": "Meals", "value": "meals", "key": "1"}, {"label": "Times"}]
    await understand_row({"id": 1, "text": "meals", "context_kind": "choice", "options": options}, parser)
    assert parser.seen[0][1].options == (Option("Meals", "meals", "1"), Option("Times", "Times", ""))


async def test_labels_that_a_prediction_hides_are_kept_under_gold() -> None:
    out = await understand_row({"id": 1, "text": "aye", "act": "affirm", "also_ok": ["thanks"]}, FakeParser())
    assert (out["act"], out["gold"], out["also_ok"]) == ("answer", {"act": "affirm"}, ["thanks"])


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (7.0, 7),
        (6.5, 6.5),
        ("meals", "meals"),
        (None, None),
        ((("tea", 3.0), ("visits", 2.5)), [["tea", 3], ["visits", 2.5]]),
    ],
)
def test_values_are_plain_json(value: Any, plain: Any) -> None:
    assert plain_value(value) == plain


async def test_analysis_writes_points_and_the_union() -> None:
    out = await analyse_row({"id": "x", "text": "oh cold tea", "question": "And?", "style": "asr"}, FakeAnalysis())
    assert out == {
        "id": "x",
        "points": [
            {
                "start": 3,
                "end": 8,
                "quote": "cold ",
                "kinds": ["problem"],
                "themes": ["food_and_drink"],
                "sentiment": "negative",
                "sense": None,
                "confidence": 0.5,
            }
        ],
        "kinds": ["problem"],
        "themes": ["food_and_drink"],
        "sentiment": "negative",
        "style": "asr",
    }


async def test_nothing_said_is_coded_as_such() -> None:
    out = await analyse_row({"id": "x", "text": "nothing"}, FakeAnalysis())
    assert (out["points"], out["kinds"], out["themes"], out["sentiment"]) == ([], [], ["nothing_to_say"], "neutral")


async def test_screening_leaves_the_text_out() -> None:
    out = await screen_row(
        {"id": 9, "text": SECRET, "spans": [{"start": 0, "end": 2, "type": "ORG"}]}, alarmed, FakeHider()
    )
    assert out == {
        "id": 9,
        "level": "concern",
        "type": "financial_abuse",
        "evidence": [{"start": 18, "end": 25}],
        "redacted": "my niece [name] took it",
        "spans": [{"start": 9, "end": 17, "type": "NAME"}],
        "gold": {"spans": [{"start": 0, "end": 2, "type": "ORG"}]},
    }


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"text": SECRET}, '"id"'),
        ({"id": True, "text": SECRET}, '"id"'),
        ({"id": [1], "text": SECRET}, '"id"'),
        ({"id": 1}, '"text"'),
        ({"id": 1, "text": [SECRET]}, '"text"'),
        ({"id": 1, "text": f"{SECRET}\ud83d"}, '"text"'),
        ({"id": 1, "text": SECRET, "context": 3}, '"context"'),
        ({"id": 1, "text": SECRET, "context_kind": SECRET}, '"context_kind"'),
        ({"id": 1, "text": SECRET, "options": [SECRET]}, '"options"'),
        ({"id": 1, "text": SECRET, "options": [{"value": "a"}]}, '"label"'),
        ({"id": 1, "text": SECRET, "labels": SECRET}, '"labels"'),
    ],
)
async def test_bad_rows_name_the_field_and_never_the_words(row: dict[str, Any], field: str) -> None:
    with pytest.raises(RowError) as raised:
        await understand_row(row, FakeParser())
    assert field in raised.value.message
    assert "Prudence" not in raised.value.message


async def test_a_mistyped_question_is_a_bad_row() -> None:
    with pytest.raises(RowError, match='"question"'):
        await analyse_row({"id": 1, "text": "a", "question": {}}, FakeAnalysis())
