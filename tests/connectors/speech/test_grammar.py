"""Grammars: what is likely to be said, only words that the model knows, and what the words mean."""

from __future__ import annotations

import pytest

from connectors.speech.grammar import grammar_for, normalised
from connectors.speech.ports import Hint
from dialogues.types import Expects, Option

AGES = (Option("Under 75", "under_75", "1"), Option("75 to 84", "75_to_84", "2"), Option("85 and over", "85", "3"))
EVERY_HINT = [
    Hint(Expects.YES_NO),
    Hint(Expects.READ_BACK),
    Hint(Expects.SCALE),
    Hint(Expects.BEANS),
    Hint(Expects.CHOICE, AGES),
]


def everything(word: str) -> bool:
    return True


@pytest.mark.parametrize("expects", [Expects.OPEN, Expects.PROBE, Expects.NONE])
def test_open_questions_have_none(expects: Expects) -> None:
    assert grammar_for(Hint(expects), everything) is None


def test_a_choice_without_options_has_none() -> None:
    assert grammar_for(Hint(Expects.CHOICE), everything) is None


@pytest.mark.parametrize(
    ("hint", "text", "meaning"),
    [
        (Hint(Expects.YES_NO), "aye", "yes"),
        (Hint(Expects.YES_NO), "go on then", "yes"),
        (Hint(Expects.YES_NO), "yes yes please yeah", "yes"),
        (Hint(Expects.YES_NO), "nope", "no"),
        (Hint(Expects.YES_NO), "not really", "no"),
        (Hint(Expects.YES_NO), "no thank you", "no"),
        (Hint(Expects.READ_BACK), "take it out", "take_out"),
        (Hint(Expects.READ_BACK), "no that's wrong", "no"),
        (Hint(Expects.SCALE), "nought", "0"),
        (Hint(Expects.BEANS), "a couple", "2"),
        (Hint(Expects.BEANS), "all of them", "all"),
        (Hint(Expects.BEANS), "half", "half"),
        (Hint(Expects.CHOICE, AGES), "seventy five to eighty four", "75_to_84"),
        (Hint(Expects.CHOICE, AGES), "the second one", "75_to_84"),
        (Hint(Expects.CHOICE, AGES), "number three", "85"),
        (Hint(Expects.CHOICE, AGES), "the last one", "85"),
    ],
)
def test_replies_mean_something(hint: Hint, text: str, meaning: str) -> None:
    grammar = grammar_for(hint, everything)
    assert grammar is not None
    assert grammar.meaning(text) == meaning


@pytest.mark.parametrize("hint", EVERY_HINT, ids=lambda hint: hint.expects)
@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("say that again", "repeat"),
        ("slower", "slower"),
        ("louder please", "louder"),
        ("skip", "skip"),
        ("stop", "stop"),
        ("go back", "go_back"),
        ("a person please", "human"),
        ("why do you ask", "explain"),
        ("help me", "help"),
    ],
)
def test_commands_are_understood_at_every_closed_question(hint: Hint, text: str, meaning: str) -> None:
    grammar = grammar_for(hint, everything)
    assert grammar is not None
    assert grammar.meaning(text) == meaning


@pytest.mark.parametrize("text", ["", "do you", "yes no", "you", "please", "no go on then", "seven", "yes but"])
def test_pieces_of_phrases_and_contradictions_mean_nothing(text: str) -> None:
    grammar = grammar_for(Hint(Expects.YES_NO), everything)
    assert grammar is not None
    assert grammar.meaning(text) is None


def test_only_words_that_the_model_knows() -> None:
    known = {"yes", "no", "thank", "stop"}
    grammar = grammar_for(Hint(Expects.YES_NO), known.__contains__)
    assert grammar is not None
    assert {word for phrase in grammar.weighted() for word in phrase.split()} == {"yes", "no", "stop"}
    assert grammar_for(Hint(Expects.YES_NO), {"stop"}.__contains__) is None


@pytest.mark.parametrize("hint", EVERY_HINT, ids=lambda hint: hint.expects)
def test_short_replies_are_named_most_often(hint: Hint) -> None:
    grammar = grammar_for(hint, everything)
    assert grammar is not None
    phrases = grammar.weighted()
    singles = [phrase for _, phrase in grammar.answers if " " not in phrase]
    commands = [phrase for _, phrase in grammar.commands if " " not in phrase]
    assert min(map(phrases.count, singles)) > max(phrases.count(phrase) for _, phrase in grammar.commands)
    assert set(grammar.only_words().meanings) == {*singles, *commands}


@pytest.mark.parametrize(
    ("text", "tidy"),
    [("no no", "no"), ("[unk] yes", "yes"), ("<laugh> aye [noise]", "aye"), ("", ""), ("all of them", "all of them")],
)
def test_what_was_recognised_is_tidied(text: str, tidy: str) -> None:
    assert normalised(text) == tidy
