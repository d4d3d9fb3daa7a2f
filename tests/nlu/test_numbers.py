from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.number_words import final_number, find_numbers, is_mostly_number, labelled_numbers, parse_numbers, remaining_in

LABELS = ("the time of the tea call", "the office writing things down", "having Angela again")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("seven", 7),
        ("7", 7),
        ("7.5", 7.5),
        ("six, no, seven", 7),
        ("six no seven", 7),
        ("Six. No, seven.", 7),
        ("eight... sorry, I mean nine", 9),
        ("four, make it five", 5),
        ("not a six, a seven", 7),
        ("I wouldn't give it ten, I'd give it four", 4),
        ("seven and a half", 7.5),
        ("ten out of ten", 10),
        ("7/10", 7),
        ("four out of five", 8),
        ("eighty per cent is what I gave, so 80%", None),
        ("80%", 8),
        ("all ten", 10),
        ("all of them", 10),
        ("half of them", 5),
        ("none", 0),
        ("nowt", 0),
        ("nought", 0),
        ("a couple", 2),
        ("oh, about a seven I should think", 7),
        ("two for the bread and five for the rest", 2),
        ("full marks", 10),
    ],
)
def test_the_number_that_is_settled_on(text: str, expected: float | None) -> None:
    assert final_number(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "six or seven",
        "between five and six",
        "eleven",
        "-3",
        "no one comes",
        "that one",
        "one of the girls is lovely",
        "half past six",
        "they come at six o'clock",
        "three times a week",
        "two more",
        "I can't put a figure on it",
        "²",
        "99999999999999999999999",
    ],
)
def test_no_number_is_made_up(text: str) -> None:
    assert final_number(text) is None


def test_range_can_be_set() -> None:
    assert final_number("five", 1, 5) == 5
    assert final_number("five out of five", 1, 5) == 5
    assert final_number("six", 1, 5) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two for the office and eight for the tea", {LABELS[1]: 2, LABELS[0]: 8}),
        ("tea call seven, office two, Angela one", {LABELS[0]: 7, LABELS[1]: 2, LABELS[2]: 1}),
        ("six for the tea call and the rest on Angela", {LABELS[0]: 6, LABELS[2]: 4}),
        ("all ten on the tea call", {LABELS[0]: 10}),
        ("three each", dict.fromkeys(LABELS, 3)),
        ("two on the tea, no, three on the tea", {LABELS[0]: 3}),
        ("five for the writing", {LABELS[1]: 5}),
        ("five on the bus", {}),
        ("seven", {}),
        ("the rest", {}),
        ("", {}),
    ],
)
def test_numbers_go_to_their_labels(text: str, expected: dict[str, float]) -> None:
    assert dict(labelled_numbers(text, LABELS)) == expected


def test_a_label_shared_by_two_things_is_not_guessed() -> None:
    assert labelled_numbers("five on the carers", ("carers being late", "carers being kind")) == ()


def test_what_is_left_is_read_from_the_question() -> None:
    assert remaining_in("Seven for the tea call. Three are left. How many for the office?") == 3
    assert remaining_in("How many for the office?") == 10


def test_offsets_point_at_the_words() -> None:
    text = "maybe seven and a half, or 8"
    assert [text[n.start : n.end] for n in find_numbers(text)] == ["seven and a half", "8"]
    assert parse_numbers(text) == [("seven and a half", 7.5), ("8", 8.0)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("oh I'd say about a seven", True),
        ("six no seven", True),
        ("no", False),
        ("they leave me two hours in the chair every single morning", False),
    ],
)
def test_mostly_a_number(text: str, expected: bool) -> None:
    assert is_mostly_number(text) is expected


@given(st.text(), st.lists(st.text(), max_size=4))
def test_no_text_fails(text: str, labels: list[str]) -> None:
    value = final_number(text)
    assert value is None or 0 <= value <= 10
    for label, number in labelled_numbers(text, labels):
        assert label in labels
        assert 0 <= number <= 10
