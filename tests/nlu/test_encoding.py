from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.encoding import EDGE_WORDS, KINDS, MARK, clean, decode, encode, shorten, utterance_start


def test_the_three_parts_travel_in_one_line() -> None:
    text = encode("aye, go on", "Would you like to take part?", "yes_no")
    assert text == "yes_no ¦ Would you like to take part? ¦ aye, go on"
    assert decode(text) == ("aye, go on", "Would you like to take part?", "yes_no")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no separators here", ("no separators here", "", "open")),
        ("shouting ¦ What? ¦ hello", ("shouting What? hello", "", "open")),  # no such kind: it is all utterance
        ("open ¦ only two", ("open only two", "", "open")),
        ("", ("", "", "open")),
        ("/restart", ("restart", "", "open")),
        ("yes_no ¦  ¦ ", ("", "", "yes_no")),
    ],
)
def test_anything_decodes(text: str, expected: tuple[str, str, str]) -> None:
    assert decode(text) == expected


@pytest.mark.parametrize("utterance", ["/stop", " //stop", "/ stop", "\n/stop"])
def test_a_leading_slash_never_reaches_rasa(utterance: str) -> None:
    assert decode(encode(utterance, "", "open"))[0] == "stop"


def test_an_unknown_kind_counts_as_open() -> None:
    assert encode("hello", "What?", "shouting").startswith("open ¦")


def test_a_long_utterance_keeps_both_ends() -> None:
    words = [f"w{number}" for number in range(500)]
    kept = shorten(" ".join(words)).split()
    assert kept == words[:EDGE_WORDS] + words[-EDGE_WORDS:]
    assert shorten("short enough") == "short enough"


@given(st.text(), st.text(), st.sampled_from(KINDS))
def test_every_text_comes_back_clean(utterance: str, question: str, kind: str) -> None:
    text = encode(utterance, question, kind)
    said, asked, known = decode(text)
    assert text.count(MARK) == 2
    assert "\n" not in text
    assert not text.startswith("/")
    assert (asked, known) == (clean(question), kind)
    assert said == shorten(clean(utterance).lstrip("/ "))
    assert text[utterance_start(text) :] == said
    text.encode("utf-8")


@given(st.text())
def test_decoding_and_measuring_never_fail(text: str) -> None:
    decode(text)
    assert 0 <= utterance_start(text) <= len(text)


def test_endless_letters_are_cut_too() -> None:
    assert len(encode("x" * 100_000)) < 1300
