"""Answers in conversation, held out: never trained or tuned on. The floors lie below what is measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlu.analysis.cues import words_of
from nlu.analysis.labelled import TRAINING_FOLDER
from nlu.analysis.orders import is_order
from nlu.analysis.points import Analysis
from nlu.analysis.spans import MAX_POINT_WORDS
from nlu.analysis.wording import read_back, trimmed

ROWS = [json.loads(line) for line in Path(__file__).with_name("heldout.jsonl").read_text("utf-8").splitlines()]
LEAST_FOUND, LEAST_QUOTED = 0.70, 0.95


def test_held_out_points_are_found(analysis: Analysis) -> None:
    wanted = quoted = found = 0
    for row in ROWS:
        points = analysis.points(row["text"], row["question"])
        for gold in row["points"]:
            holding = [
                point
                for point in points
                if gold["quote"].lower() in point.quote.lower() and len(point.quote.split()) <= MAX_POINT_WORDS
            ]
            wanted += 1
            quoted += bool(holding)
            found += any(gold["kind"] in point.kinds for point in holding)
    assert quoted / wanted >= LEAST_QUOTED
    assert found / wanted >= LEAST_FOUND


def test_held_out_answers_are_not_trained_on() -> None:
    seen = {json.loads(line)["text"] for path in TRAINING_FOLDER.glob("*.jsonl") for line in path.open("rb")}
    assert not seen & {row["text"] for row in ROWS}


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("put a lid on it", True),
        ("text me the name in the morning thats all it wants", True),
        ("well just let him wait", True),
        ("They rush me. Send two.", True),
        ("dont leave me stood there", True),
        ("i sit and wait", False),
        ("have i told you", False),
        ("they put a lid on it", False),
        ("", False),
    ],
)
def test_orders(text: str, order: bool) -> None:
    assert is_order(words_of(text)) is order


@pytest.mark.parametrize("text", ["no salt in it", "right hand side is stiff", "its too dear", "well cooked meat"])
def test_edges_that_carry_meaning_stay(text: str) -> None:
    assert trimmed(text, 0, len(text)) == (0, len(text))


def test_orders_about_the_speaker_are_quoted() -> None:
    assert read_back("text me the name in the morning", ("suggestion",)) is None
