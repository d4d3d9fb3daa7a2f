from __future__ import annotations

import pytest

from nlu.gate import GateSettings, gate

SETTINGS = GateSettings(talk=0.6, talk_costly=0.8, asked=0.4)


@pytest.mark.parametrize(
    ("act", "confidence", "kind", "expected"),
    [
        ("repeat", 0.65, "open", "repeat"),
        ("repeat", 0.55, "open", "answer"),
        ("repeat", 0.65, "probe", "repeat"),
        ("repeat", 0.55, "none", "answer"),
        ("repeat", 0.55, "yes_no", "repeat"),
        ("repeat", 0.35, "yes_no", "answer"),
        ("stop", 0.75, "open", "answer"),
        ("stop", 0.75, "probe", "answer"),
        ("stop", 0.85, "open", "stop"),
        ("stop", 0.45, "beans", "stop"),
        ("take_back", 0.45, "read_back", "take_back"),
        ("skip", 0.35, "scale", "answer"),
    ],
)
def test_a_command_counts_only_when_sure(act: str, confidence: float, kind: str, expected: str) -> None:
    assert gate([(act, confidence), ("answer", 1 - confidence)], kind, SETTINGS)[0] == expected


def test_a_command_whose_kind_is_in_doubt_is_still_a_command() -> None:
    ranking = [("answer", 0.35), ("repeat", 0.3), ("explain", 0.25), ("louder", 0.1)]
    assert gate(ranking, "open", SETTINGS) == ("repeat", 0.3)


def test_a_doubtful_command_becomes_the_most_likely_reply() -> None:
    assert gate([("pause", 0.4), ("deny_but", 0.35), ("answer", 0.25)], "open", SETTINGS) == ("deny_but", 0.35)


@pytest.mark.parametrize("act", ["affirm", "deny_but", "dont_know", "partial", "answer"])
@pytest.mark.parametrize("kind", ["open", "yes_no"])
def test_replies_are_never_held_back(act: str, kind: str) -> None:
    assert gate([(act, 0.1)], kind, SETTINGS) == (act, 0.1)


def test_without_any_reply_in_the_ranking_it_is_an_answer() -> None:
    assert gate([("pause", 0.2)], "open", SETTINGS)[0] == "answer"


def test_what_loses_words_needs_more_by_default() -> None:
    settings = GateSettings()
    assert 0.5 <= settings.asked <= settings.talk < settings.talk_costly < 1


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Is there anything else about your home care?", "answer"),
        ("Is there something you would like to offer, or show others?", "answer"),
        ("May I keep your words?", "pause"),
        ("", "pause"),
    ],
)
def test_anything_else_is_answered_with_content(question: str, expected: str) -> None:
    ranking = [("pause", 0.6), ("answer", 0.4)]
    assert gate(ranking, "yes_no", SETTINGS, question=question)[0] == expected


def test_a_doubtful_ending_gives_way_to_another_command() -> None:
    assert gate([("stop", 0.3), ("skip", 0.25), ("dont_know", 0.25), ("repeat", 0.2)], "beans", SETTINGS)[0] == "skip"
    assert gate([("stop", 0.3), ("pause", 0.25), ("skip", 0.25), ("answer", 0.2)], "beans", SETTINGS)[0] == "stop"


def test_what_hardly_anybody_asks_for_must_be_likelier_than_all_else() -> None:
    assert gate([("faster", 0.4), ("slower", 0.35), ("answer", 0.25)], "yes_no", SETTINGS)[0] == "slower"
    assert gate([("faster", 0.6), ("slower", 0.4)], "yes_no", SETTINGS)[0] == "faster"
