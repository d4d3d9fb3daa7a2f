"""Signatures: right ones are taken, in each way Twilio writes an address; any change breaks them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from connectors.phone.twilio.signature import is_signed, signature

unhurried = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TOKEN = "12345"
URL = "https://sayso.example.org/phone/twilio/voice?planned_id=7"
FIELDS = [("CallSid", "CA1"), ("From", "+441632960123"), ("CallerCity", "")]

names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
values = st.text(st.characters(codec="utf-8"), max_size=20)
forms = st.dictionaries(names, values, max_size=8)


def test_the_example_of_twilio() -> None:
    """Source: twilio-python, tests of `request_validator` (their documented example)."""
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
        "Caller": "+14158675309",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature(TOKEN, url, fields.items()) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert is_signed("RSOYDt4T1cUTdK1PDd93/VVr8B8=", TOKEN, url, fields.items())


def test_a_name_that_comes_twice_counts_once_for_each_value() -> None:
    """Source: the same tests, "with array and duplicates"."""
    fields = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature(TOKEN, url, fields) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="
    assert is_signed("IK+Dwps556ElfBT0I3Rgjkr1wJU=", TOKEN, url, fields)


@unhurried
@given(forms, st.randoms())
def test_the_order_of_fields_is_of_no_matter(form: dict[str, str], chance: object) -> None:
    fields = [*form.items()]
    given_ = signature(TOKEN, URL, fields)
    chance.shuffle(fields)  # type: ignore[attr-defined]
    assert is_signed(given_, TOKEN, URL, fields)


@unhurried
@given(forms, names, values)
def test_any_change_of_a_field_breaks_it(form: dict[str, str], name: str, value: str) -> None:
    given_ = signature(TOKEN, URL, form.items())
    changed = form | {name: value}
    assume("".join(sum(sorted(changed.items()), ())) != "".join(sum(sorted(form.items()), ())))
    assert not is_signed(given_, TOKEN, URL, changed.items())
    for gone in form:
        less = {key: kept for key, kept in form.items() if key != gone}
        assert not is_signed(given_, TOKEN, URL, less.items())


@unhurried
@given(st.integers(0, len(URL) - 1), st.characters(codec="ascii"))
def test_any_change_of_the_address_breaks_it(at: int, letter: str) -> None:
    changed = URL[:at] + letter + URL[at + 1 :]
    assume(changed != URL)
    assert not is_signed(signature(TOKEN, changed, FIELDS), TOKEN, URL, FIELDS)
    assert not is_signed(signature(TOKEN, URL[:at], FIELDS), TOKEN, URL, FIELDS)


@unhurried
@given(st.text(max_size=40))
def test_nothing_else_is_taken(text: str) -> None:
    assume(text != signature(TOKEN, URL, FIELDS))
    assert not is_signed(text, TOKEN, URL, FIELDS)
    assert not is_signed(signature(TOKEN, URL, FIELDS), TOKEN + "6", URL, FIELDS)


@pytest.mark.parametrize(
    ("ours", "twilios", "right"),
    [
        ("https://a.example/x", "https://a.example:443/x", True),
        ("https://a.example:443/x", "https://a.example/x", True),
        ("https://a.example:8443/x", "https://a.example/x", True),
        ("https://a.example/x", "https://a.example:8443/x", False),
        ("https://a.example/x", "http://a.example/x", False),
        ("https://a.example/x", "https://a.example/x/", False),
        ("wss://a.example/x", "wss://a.example/x/", True),
        ("wss://a.example/x", "wss://a.example:443/x", True),
        ("wss://a.example/x", "https://a.example/x", False),
        ("wss://a.example/x", "wss://b.example/x", False),
        ("no address", "no address", True),
    ],
)
def test_the_ways_of_writing_an_address(ours: str, twilios: str, right: bool) -> None:
    assert is_signed(signature(TOKEN, twilios, FIELDS), TOKEN, ours, FIELDS) is right


def test_without_a_secret_nothing_is_signed() -> None:
    assert not is_signed(signature("", URL, FIELDS), "", URL, FIELDS)
