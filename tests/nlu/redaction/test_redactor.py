"""Redaction: tables of what must be hidden and of what must stay."""

from __future__ import annotations

import itertools
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.redaction import TYPES, Redactor
from nlu.redaction.recognisers.bank import luhn
from nlu.redaction.recognisers.nhs import valid_nhs_number
from nlu.redaction.spans import Span, settle
from nlu.redaction.spoken import runs

HIDDEN = [
    ("NAME", "my carer julie comes at eight", "julie"),
    ("NAME", "julie does weekdays and rose does the weekend", "rose"),
    ("NAME", "Sister Mulcahy was kind", "Mulcahy"),
    ("NAME", "its mr cartwright upstairs", "cartwright"),
    ("NAME", "the girl called shanaya is good", "shanaya"),
    ("NAME", "I told Kwame and he laughed.", "Kwame"),
    ("NAME", "Nadia's mother knows", "Nadia"),
    ("NAME", "ask rose about it", "rose"),
    ("NAME", "my name is winifred ashworth", "winifred ashworth"),
    ("PHONE", "Ring me on 01632 960123.", "01632 960123"),
    (
        "PHONE",
        "oh seven seven double oh nine hundred one two three it is",
        "oh seven seven double oh nine hundred one two three",
    ),
    ("PHONE", "my number is nine six oh one double two", "nine six oh one double two"),
    ("EMAIL", "write to m.jones@example.org please", "m.jones@example.org"),
    ("EMAIL", "it is m dot jones at example dot com", "m dot jones at example dot com"),
    ("POSTCODE", "we are ls21 3ab", "ls21 3ab"),
    ("POSTCODE", "its l s two one three a b", "l s two one three a b"),
    (
        "NHS",
        "my nhs number is nine four three four seven six five nine one nine",
        "nine four three four seven six five nine one nine",
    ),
    ("NHS", "It says 943-476-5919 on it.", "943-476-5919"),
    ("VEHICLE", "his van was BD51 SMR", "BD51 SMR"),
    ("VEHICLE", "it was b d five one s m r", "b d five one s m r"),
    ("BANK", "sort code 12-34-56", "12-34-56"),
    ("BANK", "account number one two three four five six seven eight", "one two three four five six seven eight"),
    ("BANK", "card 4111 1111 1111 1111", "4111 1111 1111 1111"),
    ("ADDRESS", "I'm at 12 Mill Lane, Otley", "12 Mill Lane"),
    ("ADDRESS", "we live at forty two acacia avenue", "forty two acacia avenue"),
    ("DOB", "I was born 14/02/1931", "14/02/1931"),
    ("DOB", "born third of april nineteen thirty eight", "third of april nineteen thirty eight"),
    ("ACCESS_CODE", "the key safe code is four two seven one", "four two seven one"),
    ("ORG", "Dr Patel at Meadow View Surgery", "Meadow View Surgery"),
]
STAYS = [
    "they will come in may and grace was said before dinner",
    "I do like a Victoria sponge and a Jack Russell.",
    "she is a proper florence nightingale",
    "Doctor Who is on and then Marks and Spencer's advert.",
    "bob's your uncle and every tom, dick or harry",
    "the rose by the door is out",
    "We married on 3 June 1956.",
    "its five minutes down the road",
    "i have been in room twelve for three years",
    "order number 1234567 for the stool",
    "i rang nine nine nine and then one one one",
    "i paid two hundred and fifty pounds",
    "we went to Otley and to Leeds",
    "I will mark it out of ten.",
    "i take forty milligrams twice a day",
]


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


@pytest.mark.parametrize(("kind", "text", "surface"), HIDDEN)
def test_found(redactor: Redactor, kind: str, text: str, surface: str) -> None:
    assert (kind, surface) in [(span.type, text[span.start : span.end]) for span in redactor.spans(text)]


@pytest.mark.parametrize("text", STAYS)
def test_stays(redactor: Redactor, text: str) -> None:
    assert redactor.redact(text) == text


def test_reads_naturally(redactor: Redactor) -> None:
    assert redactor.redact("Sister Mulcahy rang 01632 960123.") == "Sister [name] rang [phone]."


def test_organisations_are_hidden_only_on_request(redactor: Redactor) -> None:
    text = "They know me at Meadow View Surgery."
    assert redactor.redact(text) == text
    assert Redactor(hide_organisations=True).redact(text) == "They know me at [organisation]."


def test_neighbouring_labels_become_one_in_a_quote(redactor: Redactor) -> None:
    assert "[name], [name]" not in redactor.redact_quote("Julie, Agnieszka are good")


@pytest.mark.parametrize(
    ("digits", "valid"), [("9434765919", True), ("9434765918", False), ("0000000000", False), ("123", False)]
)
def test_nhs_check_digit(digits: str, valid: bool) -> None:
    assert valid_nhs_number(digits) is valid


@pytest.mark.parametrize(("digits", "valid"), [("4111111111111111", True), ("4111111111111112", False)])
def test_card_check_digit(digits: str, valid: bool) -> None:
    assert luhn(digits) is valid


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("oh seven double nine", ["0799"]),
        ("forty five then er nothing", ["45"]),
        ("nine hundred", ["900"]),
        ("hundred of them", []),
        ("one er two", ["12"]),
        ("no numbers", []),
    ],
)
def test_spoken_digits(text: str, digits: list[str]) -> None:
    assert [run.chars for run in runs(text)] == digits


def test_settle_keeps_the_more_telling() -> None:
    assert settle([Span(0, 5, "NAME"), Span(3, 9, "PHONE"), Span(10, 12, "NAME")]) == (
        Span(3, 9, "PHONE"),
        Span(10, 12, "NAME"),
    )


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_never_raises_and_spans_are_in_order(text: str) -> None:
    spans = Redactor().spans(text)
    assert all(0 <= span.start < span.end <= len(text) and span.type in TYPES for span in spans)
    assert all(left.end <= right.start for left, right in itertools.pairwise(spans))


def test_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("redaction reached for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert Redactor().redact("write to m.jones@example.org") == "write to [e-mail]"


def test_fails_closed(redactor: Redactor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Redactor, __: str) -> tuple[Span, ...]:
        raise ValueError

    monkeypatch.setattr(Redactor, "_find", broken)
    assert redactor.redact("Julie") == "[words withheld]"
    assert redactor.spans("Julie") == ()


def test_threads_agree(redactor: Redactor) -> None:
    texts = [text for _, text, _ in HIDDEN]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(redactor.spans, texts)) == [redactor.spans(text) for text in texts]
