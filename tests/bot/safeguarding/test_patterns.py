"""The pattern files are tested with the sentences that stand in them."""

from __future__ import annotations

import pytest

from bot.safeguarding.language import PatternError, compile_pattern
from bot.safeguarding.library import library
from bot.safeguarding.rules import find_hits
from bot.safeguarding.text import normalise
from dialogues.types import Level

EXAMPLES = [(c.name, sentence) for c in library().categories for sentence in c.examples]
COUNTER_EXAMPLES = [(c.name, sentence) for c in library().categories for sentence in c.counter_examples]
TYPES = {
    *("danger_health", "danger_fall", "danger_fire_gas", "danger_attack", "danger_suicide", "danger_other"),
    *("physical_abuse", "sexual_abuse", "emotional_abuse", "financial_abuse", "neglect", "self_neglect", "coercion"),
    *("discriminatory_abuse", "domestic_abuse", "modern_slavery", "unsafe_discharge", "medication_harm"),
    *("suicidal_thoughts", "despair", "other"),
}


@pytest.mark.parametrize(("category", "sentence"), EXAMPLES)
def test_example_is_found(category: str, sentence: str) -> None:
    assert category in {hit.pattern.category for hit in find_hits(normalise(sentence))}


@pytest.mark.parametrize(("category", "sentence"), COUNTER_EXAMPLES)
def test_counter_example_is_not_strongly_found(category: str, sentence: str) -> None:
    assert category not in {hit.pattern.category for hit in find_hits(normalise(sentence)) if hit.strong}


def test_every_type_has_a_file_with_both_kinds_of_sentences() -> None:
    assert {category.name for category in library().categories} == TYPES
    assert all(category.examples and category.counter_examples for category in library().categories)
    assert all((c.level is Level.IMMEDIATE) == c.name.startswith("danger_") for c in library().categories)


def test_every_pattern_has_an_anchor() -> None:
    """A pattern without one would be searched for in every text."""
    assert [p.name for c in library().categories for p in c.patterns if not p.compiled.anchors] == []


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("cant get up", "i cant get up", True),
        ("cant get up", "i cant get upstairs", False),
        ("cant [even] get up", "cant even get up", True),
        ("(hit|slap*) me", "she slapped me", True),
        ("(hit|slap*) me", "she slapped him", False),
        ("hit ... door", "hit me with the door", True),
        ("hit ... door", "hit me. the door", False),
        ("<who> left", "they left", True),
    ],
)
def test_language(source: str, text: str, found: bool) -> None:
    compiled = compile_pattern(source, {"who": ["she", "they"]})
    assert (compiled.regex.search(normalise(text).string) is not None) is found


@pytest.mark.parametrize("source", ["(a", "a)", "<nobody> a", "a || b", "don't", "", "[a"])
def test_unreadable_pattern_is_named(source: str) -> None:
    with pytest.raises(PatternError) as caught:
        compile_pattern(source, {})
    assert source in str(caught.value)
