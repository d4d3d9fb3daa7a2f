"""Texts in windows: every piece counts once, places reproduce, capitals are told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.reader.pieces import MAX_PIECES, MAX_QUESTION_PIECES, Pieces, kept
from nlu.reader.reader import WEIGHTS

PIECES = Pieces(WEIGHTS / "tokenizer.json")
TEXTS = st.one_of(
    st.text(max_size=400), st.lists(st.sampled_from("the dinner Winifred 07700 ¦ é 😀 .".split())).map(" ".join)
)


@settings(max_examples=80, deadline=None)
@given(text=TEXTS, question=st.text(max_size=200))
def test_every_piece_counts_once_and_windows_are_bounded(text: str, question: str) -> None:
    windows = list(PIECES.windows(text, question))
    counted = [place for window, (a, b) in zip(windows, kept(windows), strict=True) for place in window.places[a:b]]
    assert all(len(window.ids) <= MAX_PIECES for window in windows)
    assert all(len(window.ids) == len(window.capitals) for window in windows)
    assert counted == sorted(counted)
    assert all(0 <= start <= end <= len(text) for start, end in counted)


def test_a_long_text_is_read_in_windows_without_a_gap() -> None:
    text = " ".join(f"word{n}" for n in range(900))
    windows = list(PIECES.windows(text, "What matters most?"))
    places = [place for window, (a, b) in zip(windows, kept(windows), strict=True) for place in window.places[a:b]]
    assert len(windows) > 3
    assert "".join(text[a:b] for a, b in places) == text.replace(" ", "")


def test_the_end_of_a_long_question_is_kept() -> None:
    window = next(PIECES.windows("yes", "Well now. " * 100 + "Is that right?"))
    assert window.begin == MAX_QUESTION_PIECES + 2


@pytest.mark.parametrize(
    ("text", "capitals", "flags"),
    [
        ("Grace came", True, [1, 0]),
        ("grace came", True, [0, 0]),
        ("Grace came", False, [0, 0]),
    ],
)
def test_capitals_are_told_where_they_count(text: str, capitals: bool, flags: list[int]) -> None:
    window = next(PIECES.windows(text, capitals=capitals))
    assert list(window.capitals[window.begin : -1]) == flags


def test_an_unknown_word_is_read_in_smaller_pieces() -> None:
    window = next(PIECES.windows("oluwaseun zxqj"))
    assert len(window.places) > 4
    assert 1 not in window.ids  # the number of [UNK]
