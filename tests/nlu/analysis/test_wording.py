"""Wordings made of a quote: read-back, I-statement, label."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.analysis.wording import MAX_READ_BACK_WORDS, i_statement, label, read_back, trimmed


@pytest.mark.parametrize(
    ("quote", "said"),
    [
        (
            "They come at four and I'm not hungry while six, so it goes in the bin.",
            "they come at four and you are not hungry while six, so it goes in the bin",
        ),
        ("I was left on my own", "you were left on your own"),
        ("i wasnt asked", "you weren't asked"),
        ("it was cold and I was hungry", "it was cold and you were hungry"),
        ("me hands is bad", "your hands is bad"),
        ("she washes me", "she washes you"),
        ("I've told them myself", "you have told them yourself"),
        ("well er the lift is broken", "the lift is broken"),
        ("I don't like the bingo.", "you don't like the bingo"),
        ("the blame is mine", "the blame is yours"),
        ("I ain't got one", "you ain't got one"),
        ("what i would like is a bit more say", "what you would like is a bit more say"),
        ("you wait an hour for the toilet", "you wait an hour for the toilet"),
        ("they lost me own teeth", "they lost your own teeth"),
        ("they rush me out the door", "they rush you out the door"),
        ("now they come late every day", "now they come late every day"),
        ("Polish bread is what I miss", "Polish bread is what you miss"),
        ("I, I never see anybody", "you never see anybody"),
    ],
)
def test_the_person_is_shifted(quote: str, said: str) -> None:
    assert read_back(quote, ("problem",)) == said


@pytest.mark.parametrize(
    "quote",
    [
        "",
        "  ",
        'she said "I am busy"',
        "he said I was a nuisance",
        "give me my tablets",
        "what i wanted was a rail",
        "our Susan does it",
        "they told us nothing",
        "they made me tea",
        "could you ring my daughter",
        "I told you that already",
        "bring my pills with the paper",
        "she said trust me with it",
        "i said hen i have the copd",
        "who do i ring of a sunday",
        "do i pay for that now",
        "I should like a bath on Fridays",
        "I say stole, because that is what it was",
        "she does me care lovely",
        "they forgot me sunday dinner",
        "if my letter helps you print it",
        "i love your volunteer she is grand",
        "the stairs",
        " ".join(["I walk"] * MAX_READ_BACK_WORDS),
    ],
)
def test_in_doubt_the_quote_stands(quote: str) -> None:
    assert read_back(quote, ("problem",)) is None


NEGATIONS = ("not", "n't", "never", "no", "nothing", "nobody")


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from("I I'm never not my was it the dinner cold nobody me hands they come and no don't".split()),
        min_size=1,
        max_size=15,
    )
)
def test_read_backs_keep_every_negation(words: list[str]) -> None:
    said = read_back(" ".join(words), ())
    if said is not None:
        trim = trimmed(" ".join(words), 0, len(" ".join(words)))
        kept = " ".join(words)[trim[0] : trim[1]].split()
        for negation in NEGATIONS:
            assert sum(negation in word.lower() for word in said.split()) == sum(
                negation in word.lower() for word in kept
            )


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_wordings_never_raise(text: str) -> None:
    read_back(text, ())
    found = i_statement(text)
    assert found is None or found in text
    assert label(text, ("food_and_drink",))


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("well, I'd feel like it were my house, you know", "I'd feel like it were my house"),
        ("and i just want it hot", "i just want it hot"),
        ("the dinners are cold", None),
        ("", None),
    ],
)
def test_i_statements_are_the_persons_own_words(quote: str, found: str | None) -> None:
    assert i_statement(quote) == found


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("well er the food and", "the food"),
        ("but no choice at all", "no choice at all"),
        ("the window which i love", "the window which i love"),
        ("no one came", "no one came"),
        ("well", "well"),
    ],
)
def test_fillers_are_trimmed_at_the_edges_only(text: str, kept: str) -> None:
    start, end = trimmed(text, 0, len(text))
    assert text[start:end] == kept


@pytest.mark.parametrize(
    ("quote", "themes", "name"),
    [
        ("The only thing is the tea call.", ("punctuality_and_missed_visits",), "the tea call"),
        ("the front door sticks", ("home_environment_and_cleanliness",), "the front door"),
        ("my wheelchair is too heavy", ("equipment_and_adaptations",), "your wheelchair"),
        ("i just want it hot", ("food_and_drink",), "the food"),
        ("alan is nice", ("staff_manner_and_respect",), "how staff treat you"),
    ],
)
def test_labels_are_plain_noun_phrases(quote: str, themes: tuple[str, ...], name: str) -> None:
    assert label(quote, themes) == name
