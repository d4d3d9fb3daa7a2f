"""The screen as the rest of Sayso sees it."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safeguarding import screen
from bot.safeguarding import screen as _screen_function
from bot.safeguarding.text import normalise
from dialogues.types import Level, Screening

IMMEDIATE = [
    ("I'm on the floor and have been a while", "danger_fall"),
    ("the carers are lovely, ten out of ten. I can't breathe though", "danger_health"),
    ("ive fell in the hall me pendent is upstairs", "danger_fall"),
    ("there's smoke coming under the door", "danger_fire_gas"),
    ("I had a heart attack in 2009 and now I've got pain in my chest", "danger_health"),
    ("im going to end it tonight", "danger_suicide"),
]
CONCERN = [
    ("She keeps my purse for me", "financial_abuse"),
    ("they all would be better off without me", "suicidal_thoughts"),
    ("he wont let me have visitors", "coercion"),
    ("the night girl slapped me hand", "physical_abuse"),
]
NONE = [
    "No chest pain today, thank you.",
    "I died laughing when she told me.",
    "Over my dead body is he having that chair.",
    "My feet are killing me.",
    "We had a fire drill on Monday and I couldn't get down the steps fast enough.",
    "On EastEnders he hit her and locked her in.",
    "I had a fall years ago but I was right as rain.",
    "The bread is hard.",
    "yes please",
]


@pytest.mark.parametrize(("text", "kind"), IMMEDIATE)
def test_danger_now(text: str, kind: str) -> None:
    result = screen(text)
    assert (result.level, result.type) == (Level.IMMEDIATE, kind)


@pytest.mark.parametrize(("text", "kind"), CONCERN)
def test_concern(text: str, kind: str) -> None:
    result = screen(text)
    assert (result.level, result.type) == (Level.CONCERN, kind)


@pytest.mark.parametrize("text", NONE)
def test_nothing_to_worry_about(text: str) -> None:
    assert screen(text) == Screening()


def test_praise_beside_it_does_not_lower_the_level() -> None:
    plain = screen("I can't get up off the floor")
    kind = screen("They are marvellous, bless them. I can't get up off the floor. Ten out of ten.")
    assert plain.level is kind.level is Level.IMMEDIATE


def test_third_persons_count() -> None:
    assert screen("The lady next door is lying on the floor and she can't get up").level is Level.IMMEDIATE


def test_staff_named() -> None:
    assert screen("the carer slapped me").staff_named
    assert not screen("my son has took my bank card").staff_named
    assert not screen("I have fallen and the carer is not due till nine").staff_named


def test_evidence_points_at_the_words() -> None:
    text = "Lovely weather. She slapped me across the face."
    (start, end), *_ = screen(text).evidence
    assert "slapped me" in text[start:end]
    assert "Lovely" not in text[start:end]


@given(st.text(max_size=400))
@settings(max_examples=60, deadline=None)
def test_never_raises_and_evidence_lies_in_the_text(text: str) -> None:
    result = screen(text)
    assert (result.type is None) == (result.level is Level.NONE) == (not result.evidence)
    assert all(0 <= start < end <= len(text) for start, end in result.evidence)


def test_danger_at_the_end_of_a_very_long_text_is_seen() -> None:
    words = "the tea is nice and the garden is green today " * 2000
    text = f"{words}. help me I am lying on the floor and I cannot get up"
    assert screen(text).level is Level.IMMEDIATE


def test_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the screen reached for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert screen("she steals from my purse").level is Level.CONCERN


def test_threads_agree() -> None:
    texts = [text for text, _ in IMMEDIATE + CONCERN] + NONE
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(_screen_function, texts * 3)) == [screen(text) for text in texts] * 3


def test_without_the_scorer_the_rules_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise OSError

    monkeypatch.setitem(screen.__globals__, "scorer", missing)
    assert screen("she slapped me").level is Level.CONCERN
    assert screen("the tea is nice").level is Level.NONE


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("I can NOT get up", " i cant get up"),
        ("me pendent er er is is off", " me pendant is off"),
        ("Don’t stop. Now", " dont stop | now"),
        ("", ""),
    ],
)
def test_normal_form(text: str, normal: str) -> None:
    assert normalise(text).string == normal
