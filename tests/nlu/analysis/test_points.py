"""Points: which stretches stand, how they are coded, and what always holds."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlu.analysis.frame import KINDS, SENSES, SENTIMENTS, load_frame
from nlu.analysis.points import MAX_CHARACTERS, Analysis, _with_carriers

OPEN = "How do you find your home care?"
BETTER = "What would make it better?"

SAID = st.lists(
    st.sampled_from(
        "the girls are lovely but dinner was cold and i don't like it . could they not ring first ? well er I'm "
        "\U0001f600 \u00a0 \n "
        "nobody came , my daughter you know if it rains - \u2019 \" mustn't grumble Angela 4 o'clock \u0300 \ud800 "
        "<b>".split(" ")
    ),
    max_size=60,
).map(" ".join)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.one_of(SAID, st.text(max_size=300), st.text(alphabet="ab' .,\n\u2019I", max_size=200)),
    question=st.text(max_size=40),
)
def test_quotes_reproduce_and_spans_never_overlap(analysis: Analysis, text: str, question: str) -> None:
    points = analysis.points(text, question)
    last = 0
    for point in points:
        assert point.quote == text[point.start : point.end]
        assert last <= point.start < point.end <= len(text)
        last = point.end
        assert set(point.kinds) <= set(KINDS)
        assert point.kinds
        assert set(point.themes) <= set(load_frame().themes)
        assert point.themes
        assert point.sentiment in SENTIMENTS
        assert point.sense is None or point.sense in SENSES
        assert 0.0 <= point.confidence <= 1.0
        assert point.label
        assert point.i_statement is None or point.i_statement in point.quote


@pytest.mark.parametrize("length", [0, 1, MAX_CHARACTERS, 100_000])
def test_any_length_is_taken(analysis: Analysis, length: int) -> None:
    text = ("the dinner was cold and nobody came " * (length // 36 + 1))[:length]
    for point in analysis.points(text, OPEN):
        assert point.quote == text[point.start : point.end]
        assert point.end <= MAX_CHARACTERS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "?!",
        "can't complain, I suppose",
        "Not so bad, thank you.",
        "nothing really",
        "its ok",
        "no complaints love",
        "dunno",
        "same as ever",
    ],
)
def test_politeness_is_no_point(analysis: Analysis, text: str) -> None:
    assert analysis.points(text, OPEN) == ()
    assert analysis.summary(()) == {"kinds": [], "themes": ["nothing_to_say"], "sentiment": "neutral"}


@pytest.mark.parametrize(
    ("question", "text", "kind", "theme", "sentiment"),
    [
        (OPEN, "mustn't grumble but the soup is always stone cold", "problem", "food_and_drink", "negative"),
        (
            BETTER,
            "could they not ring us when they are running late",
            "suggestion",
            "communication_and_information",
            "neutral",
        ),
        ("What matters most to you about the home?", "the food", "preference", "food_and_drink", "neutral"),
        (OPEN, "the lasses are champion so kind and always a smile", "praise", "staff_manner_and_respect", "positive"),
        (
            "Is there something you would like to offer?",
            "I could teach them to knit",
            "offer",
            "activities_and_occupation",
            "positive",
        ),
        (
            OPEN,
            "fat lot of good ringing them is, nobody answers the phone",
            "problem",
            "digital_and_telephone_access",
            "negative",
        ),
        (OPEN, "i need a rail by the bath i cant get out without one", "need", "equipment_and_adaptations", "neutral"),
    ],
)
def test_short_answers_are_coded(
    analysis: Analysis, question: str, text: str, kind: str, theme: str, sentiment: str
) -> None:
    summary = analysis.summary(analysis.points(text, question))
    assert kind in summary["kinds"]
    assert theme in summary["themes"]
    assert summary["sentiment"] == sentiment


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        (
            "they are champion the lasses but the tea comes stone cold every day",
            ("they are champion the lasses", "the tea comes stone cold"),
        ),
        ("i love the quiz i dont like the singing", ("i love the quiz", "i dont like the singing")),
        (
            "Oh they're champion, the lasses, I've no complaints. The only thing is the tea call. They come at four "
            "and I'm not "
            "hungry while six, so it goes in the bin.",
            ("they're champion, the lasses", "They come at four and I'm not hungry while six, so it goes in the bin"),
        ),
        ("I'd run the quiz if they gave me the questions", ("I'd run the quiz if they gave me the questions",)),
        (
            "i like it here because i can see the sea but what i would like is a say about the telly",
            ("i like it here because i can see the sea", "what i would like is a say about the telly"),
        ),
        ("when it is wet they are always late", ("when it is wet they are always late",)),
    ],
)
def test_clauses_are_kept_whole_and_points_apart(analysis: Analysis, text: str, quotes: tuple[str, ...]) -> None:
    points = analysis.points(text, OPEN)
    assert len(points) == len(quotes)
    for point, quote in zip(points, quotes, strict=True):
        assert quote in point.quote


def test_rambling_stays_outside(analysis: Analysis) -> None:
    text = (
        "well my mother kept hens and we lived all over when i was small and then my sister she married a farmer from "
        "lincolnshire way "
        "and we went there on the train but the thing is the lift has been broken a month and i cant get down to my "
        "dinner"
    )
    quotes = " | ".join(point.quote for point in analysis.points(text, OPEN))
    assert "the lift has been broken a month" in quotes
    assert "kept hens" not in quotes


def test_the_same_answer_is_coded_the_same_way_twice(analysis: Analysis) -> None:
    text = "the bread is hard and the girls are kind"
    assert analysis.points(text, OPEN) == analysis.points(text, OPEN)


def test_points_that_disagree_are_mixed(analysis: Analysis) -> None:
    points = analysis.points("they are champion the lasses but the tea comes stone cold every day", OPEN)
    assert analysis.summary(points)["sentiment"] == "mixed"


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("I'd feel like it were my house.", "significance"),
        ("then I could sleep at night and not worry", "security"),
        ("it gives me a reason to get up", "purpose"),
        ("I'd feel part of things again", "belonging"),
        ("the soup is cold", None),
        ("", None),
        ("it costs four pounds", None),
    ],
)
def test_senses(analysis: Analysis, text: str, sense: str | None) -> None:
    assert analysis.sense_of(text) == sense


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("the lad says i painted it all", "i painted", "the lad says i painted it all"),
        ("he came in and she asked would i take a biscuit", "i take", "she asked would i take a biscuit"),
        ("not if they come at four", "they come", "not if they come at four"),
        ("the dinner, when it comes, is cold", "is cold", "is cold"),
        ("well i like the singing", "i like", "i like the singing"),
        ("they never come", "come", "they never come"),
    ],
)
def test_words_that_govern_a_quote_stay_in_it(text: str, start: str, expected: str) -> None:
    place = (text.index(start), len(text))
    [(begin, end)] = _with_carriers(text, [place])
    assert text[begin:end] == expected


def test_carriers_never_run_into_the_point_before() -> None:
    text = "the bus is late when i go"
    assert _with_carriers(text, [(0, 15), (21, 25)]) == [(0, 15), (16, 25)]
