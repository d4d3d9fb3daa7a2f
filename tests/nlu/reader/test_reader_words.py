"""The second reading: what it keeps on disk, and that it never fails on a text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlu.analysis.frame import KINDS, NOTHING, SENTIMENTS, load_frame
from nlu.reader.reader import ReaderMissing
from nlu.reader.words import TASKS, load_words, plain, save_words, shared_words


def test_labels_are_those_of_the_rest_of_sayso() -> None:
    words = shared_words()
    assert set(words.heads) == set(TASKS)
    assert words.labels("theme") == tuple(theme for theme in load_frame().themes if theme != NOTHING)
    assert words.labels("kind") == KINDS
    assert words.labels("sentiment") == SENTIMENTS


def test_words_speak_for_a_theme() -> None:
    words = shared_words()
    chances = words.each("theme", words.count("the dinner was stone cold and the bread was hard"))
    assert words.labels("theme")[int(chances.argmax())] == "food_and_drink"


@pytest.mark.parametrize("text", ["", " ", "?!", "ééé", "a" * 3000, "\x00"])
def test_any_text_is_counted(text: str) -> None:
    words = shared_words()
    feelings = words.one_of("sentiment", words.count(text))
    assert feelings.sum() == pytest.approx(1)


def test_they_survive_the_disk(tmp_path: Path) -> None:
    words = shared_words()
    save_words(words, tmp_path / "w.npz")
    back = load_words(tmp_path / "w.npz")
    text = "they come late and nobody rings"
    assert np.allclose(words.each("kind", words.count(text)), back.each("kind", back.count(text)), atol=0.02)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReaderMissing, match="check out"):
        load_words(tmp_path / "none.npz")


def test_typed_and_recognised_words_are_alike() -> None:
    assert plain("Don’t they KNOCK?") == plain("dont they knock?")
