"""The wording linter: tables of good and bad wordings, one rule a row."""

from __future__ import annotations

import pytest

from dialogues.lint import Finding, filled, lint, slots_of
from dialogues.readability import grade, sentences, syllables, words


def rules(text: str, *, question: bool = True, serious: bool = False) -> set[str]:
    return {f.rule for f in lint(text, question_allowed=question, serious=serious)}


@pytest.mark.parametrize(
    "text",
    [
        "Would you like to take part?",
        "For yes, press 1.",
        "To take part, say yes or press 1. If you would rather not, say no or press 2.",
        "Hello{name}. This is Sayso, a talking machine. I work for {organisation}.",
        "Your favourite colour is grey.",
        "Thank you!",
        "Come at 8.30 or 9.15, if you like.",
    ],
)
def test_good_wordings_pass(text: str) -> None:
    assert lint(text, question_allowed=True, serious=False) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("I would like to know what you think of all the people who come to your house to help.", "long_sentence"),
        (
            "Many organisations communicate complicated information about medication to every individual.",
            "hard_to_read",
        ),
        ("Your contextualisation helps.", "hard_word"),
        ("Is it late? Is it cold?", "one_question"),
        ("Press 1 for yes.", "option_first"),
        ("Please press 2 if you do not.", "option_first"),
        ("1 for yes, say it now.", "option_first"),
        ("For a, press 1. For b, press 2. For c, press 3. For d, press 4.", "options"),
        ("What is your favorite color?", "spelling"),
        ("It was canceled.", "spelling"),
        ("We apologize for that.", "spelling"),
        ("What do the elderly need?", "ageism"),
        ("Thank you, dear.", "ageism"),
        ("Can you still walk?", "ageism"),
        ("That is good at your age.", "ageism"),
        ("How are we today?", "ageism"),
        ("We help frail people.", "ageism"),
        ("Well done, young man.", "ageism"),
        ("Don't you think it is late?", "leading"),
        ("Wouldn’t you agree?", "leading"),
        ("How good is the food?", "leading"),
        ("You get a lovely service.", "leading"),
        ("Surely it was late.", "leading"),
        ("Thank you for your feedback.", "jargon"),
        ("This is regarding your care.", "jargon"),
        ("We utilise your words.", "jargon"),
        ("I understand how you feel.", "false_feeling"),
    ],
)
def test_each_rule_finds_its_fault(text: str, rule: str) -> None:
    found = [f for f in lint(text, question_allowed=True, serious=False) if f.rule == rule]
    assert found
    assert all(f.message and f.remedy for f in found)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Your staircase is steep.", "ageism"),  # "still" only as a word
        ("The stillness is good.", "ageism"),
        ("Is the heating dearer now?", "ageism"),
        ("The greater part of it.", "leading"),
        ("The surgery is shut.", "leading"),
        ("For two, press 2.", "option_first"),
    ],
)
def test_rules_leave_the_innocent_alone(text: str, rule: str) -> None:
    assert rule not in rules(text)


def test_a_question_is_found_where_no_reply_is_waited_for() -> None:
    assert "question_unheard" in rules("Is that right?", question=False)
    assert "question_unheard" not in rules("Is that right?", question=True)


def test_cheer_only_where_it_is_not_serious() -> None:
    assert "cheer" in rules("Thank you!", serious=True)
    assert "cheer" not in rules("Thank you!", serious=False)


def test_quoted_words_are_exempt() -> None:
    theirs = "the elderly lady and me, dear, we have said it again and again to that office and nobody ever listens"
    text = f"You said: {theirs}. Is that right?"
    assert lint(text, question_allowed=True, serious=False)
    assert lint(text, question_allowed=True, serious=False, quoted=(theirs,)) == []


def test_slots_are_filled_before_measuring() -> None:
    assert slots_of("a {left} of {label}") == ("left", "label")
    assert "{" not in filled("{left} left. How many for {label}?")
    assert filled("{unknown}") == "{unknown}"


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("tea", 1),
        ("late", 1),
        ("happen", 2),
        ("carer", 2),
        ("people", 2),
        ("organisation", 5),
        ("didn't", 2),
        ("85", 2),
        ("lasses", 2),
        ("picked", 1),
        ("wanted", 2),
    ],
)
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_grade_is_the_published_formula() -> None:
    text = "The cat sat on the mat. It was a big cat."
    assert len(words(text)) == 11
    assert len(sentences(text)) == 2
    assert grade(text) == pytest.approx(0.39 * 5.5 + 11.8 * 1.0 - 15.59)
    assert grade("") == 0.0


def test_findings_are_plain_values() -> None:
    assert Finding("a", "b", "c") == Finding("a", "b", "c")
