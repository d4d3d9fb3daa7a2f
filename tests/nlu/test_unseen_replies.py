"""Replies in words that no training example has: `unseen_replies.txt`, written before the examples like them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dialogues.types import Act, Context, Expects
from nlu.client import NluClient
from nlu.examples import read_examples
from nlu.gate import COSTLY
from nlu.server import NluEndpoint

if TYPE_CHECKING:
    from tests.conftest import SharedNluServer

FILE = Path(__file__).with_name("unseen_replies.txt")
LEAST_RIGHT = 0.85
MOST_LOST = 0.03
"""Share of answers that may be taken for a command which loses them."""


def rows() -> list[tuple[Act, Context, str]]:
    lines = [line.split("|", 3) for line in FILE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return [(Act(act), Context(question, Expects(kind)), text) for act, kind, question, text in lines]


def plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))


def test_no_training_example_has_these_words() -> None:
    trained = {plain(example[0]) for example, _ in read_examples()}
    assert [text for _, _, text in rows() if plain(text) in trained] == []


@pytest.mark.real
async def test_most_are_understood_and_hardly_an_answer_is_lost(nlu_server: SharedNluServer) -> None:
    parser = NluClient(NluEndpoint(nlu_server.url, nlu_server.token))
    found = [(act, (await parser.parse(text, context)).act) for act, context, text in rows()]
    await parser.close()
    answers = [understood for act, understood in found if act is Act.ANSWER]
    assert sum(act is understood for act, understood in found) >= LEAST_RIGHT * len(found)
    assert sum(act in COSTLY for act in answers) <= MOST_LOST * len(answers)
