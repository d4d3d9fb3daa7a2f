"""The learned second opinion and its training rows."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.safeguarding.scorer import scorer
from nlu.reader.heads import Head

ROWS = [
    json.loads(line)
    for path in sorted((Path(__file__).parents[3] / "bot" / "safeguarding" / "training").glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]


def test_rows_are_varied_and_of_known_levels() -> None:
    counts = Counter(row["level"] for row in ROWS)
    assert counts["immediate"] >= 500
    assert counts["concern"] >= 800
    assert counts["none"] >= 1000
    assert len({row["text"].lower() for row in ROWS}) == len(ROWS)
    assert 0.4 < sum(row["style"] == "asr" for row in ROWS) / len(ROWS) < 0.6


def test_the_words_that_show_a_danger_are_in_the_text() -> None:
    assert all(row["evidence"] in row["text"] for row in ROWS if "evidence" in row)


def test_opinion_tells_danger_from_tea() -> None:
    danger, tea = scorer().opinion("hes collapsed on the floor and he isnt moving"), scorer().opinion("i like my tea")
    assert danger.immediate > 0.5 > tea.alert
    assert danger.type.startswith("danger_")
    assert 0 <= tea.alert <= 1


def test_a_concern_has_a_type_of_concern() -> None:
    assert not scorer().opinion("my nephew has took my bank card and wont give it back").type.startswith("danger_")


def test_the_most_telling_words_are_found_among_others() -> None:
    text = "Lovely morning we had, and the scones were good, but she smacked my hand when I spilt it."
    opinion = scorer().opinion(text)
    places = [(0, 21), (23, 49), (51, len(text))]
    assert scorer().most_telling(opinion, places) == places[2]


@pytest.mark.parametrize("name", ["level", "danger"])
def test_heads_are_there(name: str) -> None:
    head = scorer()._reader.heads[name]
    assert isinstance(head, Head)
    assert head.matrix.shape == (len(head.labels), 768)
