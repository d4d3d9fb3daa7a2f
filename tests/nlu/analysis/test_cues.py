"""Cue phrases: what is found, what is not, and where."""

from __future__ import annotations

import pytest

from nlu.analysis.cues import CueBook, words_of
from nlu.analysis.frame import load_frame

BOOK = CueBook(load_frame())


def hits(text: str) -> set[tuple[str, str, bool]]:
    return {(hit.section, hit.id, hit.negated) for hit in BOOK.hits(words_of(text))}


@pytest.mark.parametrize(
    ("text", "section", "id_"),
    [
        ("Could they not ring first?", "kinds", "suggestion"),
        ("why don\u2019t they ask", "kinds", "suggestion"),
        ("Put a bench there", "kinds", "suggestion"),
        ("i could teach them to sew", "kinds", "offer"),
        ("I can't reach it", "kinds", "need"),
        ("i'd rather be early", "kinds", "preference"),
        ("the lunches are good", "themes", "food_and_drink"),
        ("she's never late", "kinds", "praise"),
        ("I'd feel like a person again", "senses", "significance"),
    ],
)
def test_cues_are_found(text: str, section: str, id_: str) -> None:
    assert (section, id_, False) in hits(text)


@pytest.mark.parametrize(
    ("text", "section", "id_"),
    [
        ("they put a bench there", "kinds", "suggestion"),
        ("she's never late", "kinds", "problem"),
        ("the latest news", "kinds", "suggestion"),
        ("", "kinds", "praise"),
    ],
)
def test_cues_are_not_found(text: str, section: str, id_: str) -> None:
    assert not any(found[:2] == (section, id_) for found in hits(text))


def test_negation_stops_at_a_comma() -> None:
    assert ("kinds", "praise", False) in hits("no, they are lovely")


def test_negation_stops_at_a_new_subject_and_spares_cues_that_negate_themselves() -> None:
    assert ("kinds", "praise", False) in hits("if its not raining she is lovely")
    assert ("kinds", "problem", False) in hits("and not once, they dont listen")


def test_words_keep_their_places() -> None:
    text = "Mustn't grumble \u2013 I\u2019m   fine"
    assert [(w.form, text[w.start : w.end]) for w in words_of(text)] == [
        ("mustnt", "Mustn't"),
        ("grumble", "grumble"),
        ("im", "I\u2019m"),
        ("fine", "fine"),
    ]
