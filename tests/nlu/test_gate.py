from __future__ import annotations

import pytest

from nlu.gate import GateSettings, gate

SETTINGS = GateSettings(short=0.4, long=0.6, costly_extra=0.1, short_words=8)


@pytest.mark.parametrize(
    ("act", "confidence", "words", "expected"),
    [
        ("repeat", 0.45, 3, "repeat"),
        ("repeat", 0.35, 3, "answer"),
        ("repeat", 0.45, 20, "answer"),
        ("repeat", 0.65, 20, "repeat"),
        ("stop", 0.45, 3, "answer"),
        ("stop", 0.55, 3, "stop"),
    ],
)
def test_a_command_counts_only_when_sure(act: str, confidence: float, words: int, expected: str) -> None:
    assert gate([(act, confidence), ("answer", 1 - confidence)], words, SETTINGS)[0] == expected


def test_a_command_whose_kind_is_in_doubt_is_still_a_command() -> None:
    assert gate([("answer", 0.35), ("repeat", 0.3), ("explain", 0.25), ("louder", 0.1)], 3, SETTINGS) == ("repeat", 0.3)


def test_a_doubtful_command_becomes_the_most_likely_reply() -> None:
    assert gate([("pause", 0.4), ("deny_but", 0.35), ("answer", 0.25)], 20, SETTINGS) == ("deny_but", 0.35)


@pytest.mark.parametrize("act", ["affirm", "deny_but", "dont_know", "partial", "answer"])
def test_replies_are_never_held_back(act: str) -> None:
    assert gate([(act, 0.1)], 30, SETTINGS) == (act, 0.1)


def test_without_any_reply_in_the_ranking_it_is_an_answer() -> None:
    assert gate([("pause", 0.2)], 20, SETTINGS)[0] == "answer"
