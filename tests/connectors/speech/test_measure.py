"""Word error rate: the right counts, and no error where speech has none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.speech.measure import Errors, comparable, total, word_errors
from connectors.speech.number_words import in_words

WORDS = st.lists(st.sampled_from("a b c d e".split()), max_size=8).map(" ".join)


@pytest.mark.parametrize(
    ("reference", "heard", "errors"),
    [
        ("a b c d", "a b c d", Errors(4, 0, 0, 0)),
        ("a b c d", "a x c d", Errors(4, 1, 0, 0)),
        ("a b c d", "a c d", Errors(4, 0, 1, 0)),
        ("a b c d", "a b c d e", Errors(4, 0, 0, 1)),
        ("a b c d", "", Errors(4, 0, 4, 0)),
        ("", "a b", Errors(0, 0, 0, 2)),
        ("", "", Errors()),
    ],
)
def test_counts(reference: str, heard: str, errors: Errors) -> None:
    assert word_errors(reference, heard) == errors


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("It's 10 o'clock, Mr. Jones!", "it's ten o'clock mister jones"),
        ("1,813 beans", "eighteen thirteen beans"),
        ("In 1813", "in eighteen thirteen"),
        ("the 1st and the 20th", "the first and the twentieth"),
        ("He counseled them", "he counselled 'em"),
        ("I realize that's OK", "i realise that's okay"),
        ("my favorite color", "my favourite colour"),
        ("etc.", "et cetera"),
        ("I'm sure they'll say we've won't and can't", "i am sure they will say we have will not and can not"),
        ("That’s 5%", "that's five percent"),
    ],
)
def test_what_is_no_difference_in_speech(written: str, said: str) -> None:
    assert word_errors(said, written).count == 0


def test_what_is_a_difference() -> None:
    assert word_errors("for", "four").count == 1
    assert word_errors("i don't", "i do").count == 1
    assert comparable("prize size seven") == ("prize", "size", "seven")


def test_long_texts_weigh_more() -> None:
    sums = total([Errors(10, 1, 0, 0), Errors(90, 0, 3, 1)])
    assert sums == Errors(100, 1, 3, 1)
    assert sums.rate == 0.05
    assert Errors(0, 0, 0, 1).rate == 1.0
    assert Errors().rate == 0.0


@given(WORDS, WORDS)
def test_errors_are_a_distance(one: str, other: str) -> None:
    there, back = word_errors(one, other), word_errors(other, one)
    assert there.count == back.count
    assert abs(len(one.split()) - len(other.split())) <= there.count <= max(len(one.split()), len(other.split()))
    assert (there.count == 0) == (one == other)
    assert len(other.split()) == there.words - there.left_out + there.put_in


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (10, "ten"),
        (21, "twenty one"),
        (100, "one hundred"),
        (105, "one hundred and five"),
        (1005, "one thousand and five"),
        (1100, "eleven hundred"),
        (1805, "eighteen oh five"),
        (1945, "nineteen forty five"),
        (2026, "two thousand and twenty six"),
        (12_300, "twelve thousand three hundred"),
        (999_999, "nine hundred and ninety nine thousand nine hundred and ninety nine"),
    ],
)
def test_numbers_in_words(number: int, words: str) -> None:
    assert in_words(number) == words
