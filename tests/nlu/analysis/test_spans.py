"""Spans: the likeliest course of marks, and what always holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.analysis.spans import MAX_POINT_WORDS, Marked, content, decoded, most_likely

OUT, BEGIN, IN = (0.98, 0.01, 0.01), (0.1, 0.8, 0.1), (0.1, 0.1, 0.8)


def words(*marks: tuple[float, float, float]) -> list[Marked]:
    return [Marked(5 * n, 5 * n + 4, np.array(each, dtype=np.float32)) for n, each in enumerate(marks)]


@pytest.mark.parametrize(
    ("marks", "places"),
    [
        ([], []),
        ([OUT, OUT, OUT], []),
        ([OUT, BEGIN, IN, IN, *[OUT] * 6], [(5, 19)]),
        ([OUT, BEGIN, IN, IN, OUT], [(5, 24)]),
        ([BEGIN, IN, IN, BEGIN, IN, IN], [(0, 14), (15, 29)]),
        ([BEGIN, IN, BEGIN, IN], [(0, 19)]),
        ([OUT, IN, IN, IN], [(5, 19)]),
        ([BEGIN, IN, IN, BEGIN], [(0, 19)]),
        ([OUT, OUT, BEGIN], [(10, 14)]),
    ],
)
def test_places(marks: list[tuple[float, float, float]], places: list[tuple[int, int]]) -> None:
    assert decoded(words(*marks)) == places


def test_a_long_stretch_is_cut_where_a_point_may_begin() -> None:
    marks = [BEGIN, *[IN] * 59]
    marks[31] = (0.1, 0.4, 0.5)
    assert decoded(words(*marks)) == [(0, 154), (155, 299)]


def test_the_likeliest_place_of_a_text_without_sure_points() -> None:
    assert most_likely([]) == []
    assert most_likely(words(OUT, OUT)) == [(0, 9)]
    long = words(*[OUT] * 40, *[(0.6, 0.2, 0.2)] * MAX_POINT_WORDS)
    assert most_likely(long) == [(200, 5 * 75 - 1)]


def said(text: str, inside: str) -> list[Marked]:
    at = text.index(inside)
    found, start = [], 0
    for word in text.split():
        start = text.index(word, start)
        marks = OUT if not at <= start < at + len(inside) else BEGIN if start == at else IN
        found.append(Marked(start, start + len(word), np.array(marks, np.float32), word.strip(".").lower(), word[-1]))
        start += len(word)
    return found


@pytest.mark.parametrize(
    ("text", "inside", "quote"),
    [
        (
            "well the dinners are not hot enough for me you see now then",
            "dinners are not hot",
            "dinners are not hot enough for me",
        ),
        ("well they do not come on a sunday any more you see", "come on a", "they do not come on a sunday any more"),
        ("it is warm. they come late and that is all i know of", "come late and", "they come late and"),
        ("he comes. Late it is", "Late it", "Late it is"),
        ("twelve minutes i was a quantity surveyor and i can count", "i was a quantity", "i was a quantity surveyor"),
    ],
)
def test_a_stretch_keeps_what_it_cannot_do_without(text: str, inside: str, quote: str) -> None:
    assert [text[start:end] for start, end in decoded(said(text, inside))] == [quote]


def test_content_is_the_surest_word() -> None:
    assert content([]) == 0.0
    assert content(words(OUT, IN)) == pytest.approx(0.9)


@given(
    st.lists(
        st.tuples(*[st.floats(0.001, 1) for _ in range(3)]).map(lambda each: tuple(x / sum(each) for x in each)),
        max_size=120,
    )
)
def test_places_are_in_order_apart_and_short(marks: list[tuple[float, float, float]]) -> None:
    said = words(*marks)
    last = 0
    for start, end in decoded(said):
        assert last <= start < end
        last = end
        assert sum(start <= word.start < end for word in said) <= MAX_POINT_WORDS
