"""Scores of simulated conversations, by tables."""

from __future__ import annotations

from typing import Any

import pytest
from faking import behaviour, contribution, persona, persona_row, played

from bot.evaluation.played import SimAlert, SimTurn
from bot.evaluation.scoring import finds, is_true, loops, score, summary, wanted_points, words_in_topics

QUOTE = "the bins are never put out"
POINT = persona().brief[0]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, True),
        ({"quote": "The  BINS are never put out, love"}, True),
        ({"quote": "the bins"}, False),
        ({"quote": None}, False),
        ({"kinds": ("praise",)}, False),
        ({"kinds": ("praise", "problem")}, True),
        ({"status": "withdrawn"}, False),
        ({"status": "heard"}, True),
        ({"quote": f"{QUOTE} {'and so on ' * 9}yes yes"}, True),  # 35 words
        ({"quote": f"{QUOTE} {'and so on ' * 9}yes yes yes"}, False),  # 36 words
    ],
)
def test_a_point_is_found_by_a_live_short_quote_of_its_kind(changes: dict[str, Any], found: bool) -> None:
    assert finds(contribution(QUOTE, **changes), POINT) is found


def test_one_contribution_finds_one_point_and_as_many_as_possible_are_found() -> None:
    brief = [{**persona_row()["brief"][0], "point_id": f"P{n}"} for n in (1, 2)]
    brief[0]["must_quote_substring"], brief[1]["must_quote_substring"] = "the bins", "put out"
    person = persona(brief=brief, answers=[{"answer_id": "A1", "text": QUOTE, "points": ["P1", "P2"]}])
    one = played(person, contributions=(contribution(QUOTE),))
    assert len(score(one).found) == 1
    assert [miss.reason for miss in score(one).misses] == ["one contribution for two points"]
    both = played(person, contributions=(contribution(QUOTE), contribution("the bins")))
    assert set(score(both).found) == {"P1", "P2"}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"contributions": (contribution("of a tuesday"),)}, "no such quote"),
        ({"contributions": (contribution(f"{QUOTE} {'and so on ' * 20}"),)}, "quote too long"),
        ({"contributions": (contribution(QUOTE, kinds=("praise",)),)}, "kind differs"),
        ({"said": ()}, "not said"),
    ],
)
def test_misses_say_why(given: dict[str, Any], reason: str) -> None:
    misses = {miss.point_id: miss.reason for miss in score(played(**given)).misses}
    assert misses["P1"] == reason
    assert misses["P2"] == "not probed"


@pytest.mark.parametrize(
    ("reason", "completed", "wanted"),
    [
        ("closing", True, {"P1", "P2", "P3"}),
        ("stopped", True, {"P1"}),
        ("paused", True, {"P1"}),
        ("safety", True, {"P1"}),
        ("stopped_unasked", False, {"P1", "P2", "P3"}),
        ("turn_limit", False, {"P1", "P2", "P3"}),
    ],
)
def test_only_obedience_and_safety_excuse_what_was_not_said(reason: str, completed: bool, wanted: set[str]) -> None:
    assert {p.point_id for p in wanted_points(played(reason=reason, completed=completed))} == wanted


def test_what_was_taken_back_is_not_wanted() -> None:
    brief = persona_row()["brief"]
    brief[0]["retracted"] = True
    assert {p.point_id for p in wanted_points(played(persona(brief=brief)))} == {"P2", "P3"}


@pytest.mark.parametrize(
    ("made", "true"),
    [
        (contribution(QUOTE), True),
        (contribution("of a tuesday"), True),  # other substantive words of an answer
        (contribution("..."), False),
        (contribution("parrot", turn=3), False),  # a digression
        (contribution("mustnt grumble", turn=5), False),  # an answer with nothing to record
        (contribution("words from nowhere", turn=None), False),
    ],
)
def test_precision_counts_words_of_answers_that_carry_points(made: Any, true: bool) -> None:
    answers = [*persona_row()["answers"], {"answer_id": "A9", "text": "mustnt grumble", "points": []}]
    extra = (
        SimTurn(2, "bot", "And?"),
        SimTurn(3, "participant", "parrot", what="digress"),
        SimTurn(4, "bot", "And?"),
        SimTurn(5, "participant", "mustnt grumble", what="answer", answer_id="A9"),
    )
    assert is_true(made, played(persona(answers=answers), turns=played().turns + extra)) is true


def test_a_retracted_point_still_live_counts_against_precision() -> None:
    brief = persona_row()["brief"]
    brief[0]["retracted"] = True
    person = persona(brief=brief, behaviours=[behaviour("take_back")])
    assert not is_true(contribution(QUOTE), played(person))
    assert not is_true(contribution("of a tuesday"), played(person))
    scored = score(played(person, contributions=(contribution(QUOTE, status="withdrawn"),)))
    assert scored.false == ()


def test_quotes_that_do_not_reproduce_are_counted() -> None:
    right = contribution("bins", start=4, end=8)
    wrong = contribution("bins", start=5, end=9)
    nowhere = contribution("bins", turn=None)
    gone = contribution("", quote=None, status="withdrawn")
    assert score(played(contributions=(right, wrong, nowhere, gone))).unfaithful == 2


def asked(*turns: str) -> list[SimTurn]:
    """`?x` is a question with id x, `!` an answer, anything else a phrase."""
    made = []
    for n, turn in enumerate(turns):
        if turn.startswith("?"):
            made.append(SimTurn(n, "bot", "And?", prompt_id=turn[1:]))
        else:
            made.append(SimTurn(n, "participant", turn, answer_id="A1" if turn == "!" else ""))
    return made


@pytest.mark.parametrize(
    ("turns", "count"),
    [
        (("?a", "x", "?a", "x"), 0),
        (("?a", "x", "?a", "x", "?a"), 1),
        (("?a", "x", "?a", "x", "?a", "x", "?a"), 1),
        (("?a", "x", "?a", "!", "?a", "x", "?a"), 0),
        (("?a", "x", "?a", "x", "?b", "x", "?a"), 0),
        (("?a", "x", "?a", "x", "?a", "x", "?b", "x", "?b", "x", "?b"), 2),
        (("?", "x", "?", "x", "?"), 0),
    ],
)
def test_a_loop_is_the_same_question_three_times_without_progress(turns: tuple[str, ...], count: int) -> None:
    assert loops(asked(*turns)) == count


def test_words_are_shared_over_open_questions_and_probes() -> None:
    turns = [
        SimTurn(0, "bot", "Hello there friend", purpose="greeting"),
        SimTurn(1, "participant", "yes yes"),
        SimTurn(2, "bot", "What matters most", purpose="topic_open"),
        SimTurn(3, "participant", "my tea is always cold"),
        SimTurn(4, "bot", "Go on", purpose="probe"),
        SimTurn(5, "participant", "well"),
        SimTurn(6, "bot", "Ten beans now", purpose="beans"),
    ]
    assert words_in_topics(turns) == (5, 6)


def test_the_summary_adds_up() -> None:
    first = played(
        contributions=(contribution(QUOTE, themes=("food_and_drink", "cost_and_money")), contribution("bins", kinds=()))
    )
    person = persona(safeguarding={"level": "concern", "text": "he shouts"})
    turns = (
        SimTurn(0, "bot", "And?"),
        SimTurn(1, "participant", "he shouts", what="safeguarding_disclosure", seconds=0.3),
    )
    second = played(
        person, (), turns=turns, completed=False, reason="turn_limit", alerts=(SimAlert(1, "concern", "x", "y"),)
    )
    figures = summary([first, second])
    assert figures["completion"] == 0.5
    assert figures["brief_recall"] == round(1 / 6, 4)
    assert figures["precision"] == 1.0
    assert (figures["theme_agreement"], figures["kind_agreement"], figures["sentiment_agreement"]) == (1.0, 1.0, 1.0)
    assert figures["turns_per_confirmed_point"] == 2.0
    assert (figures["seconds_per_turn_p50"], figures["seconds_per_turn_p95"]) == (0.2, 0.29)
    assert (figures["disclosures"], figures["disclosures_alerted"], figures["other_alerts"]) == (1, 1, 0)
    assert figures["endings"] == {"closing": 1, "turn_limit": 1}
    assert len(figures["misses"]) == 5
    assert figures["loops"] == figures["unfaithful_quotes"] - 1 == 0


def test_a_summary_of_nothing_is_empty_and_not_an_error() -> None:
    figures = summary([])
    assert figures["conversations"] == 0
    assert figures["brief_recall"] is None
    assert figures["seconds_per_turn_p50"] is None
