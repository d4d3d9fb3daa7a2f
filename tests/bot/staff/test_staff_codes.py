"""One-time codes, against the vectors of RFC 6238; and passwords that are refused."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlsplit

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from bot.staff import passwords, totp
from bot.staff.passwords import Passwords

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
AN_HOUR_STEPS = 120


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_of_the_rfc(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, SHA-1; and its last six digits, as apps show them."""
    assert totp.code_at(RFC_SECRET, seconds // 30, digits=8) == code
    assert totp.code_at(RFC_SECRET, seconds // 30) == code[2:]
    assert totp.matching_step(RFC_SECRET, code[2:], seconds) == seconds // 30


@given(st.integers(0, 10**10), st.integers(-AN_HOUR_STEPS, AN_HOUR_STEPS))
def test_a_code_counts_one_step_before_and_after(seconds: int, steps: int) -> None:
    step = max(0, seconds // 30 + steps)
    found = totp.matching_step(RFC_SECRET, totp.code_at(RFC_SECRET, step), 30 + seconds)
    near = {totp.code_at(RFC_SECRET, seconds // 30 + each) for each in (0, 1, 2)}
    assert (found is not None) is (totp.code_at(RFC_SECRET, step) in near)


def test_a_code_counts_once() -> None:
    code = totp.code_at(RFC_SECRET, 1000)
    used = totp.matching_step(RFC_SECRET, code, 30_000)
    assert used == 1000
    assert totp.matching_step(RFC_SECRET, code, 30_000, after=used) is None
    assert totp.matching_step(RFC_SECRET, totp.code_at(RFC_SECRET, 999), 30_000, after=used) is None
    assert totp.matching_step(RFC_SECRET, totp.code_at(RFC_SECRET, 1001), 30_000, after=used) == 1001


@pytest.mark.parametrize("code", ["", "0", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "é", "-00001"])
def test_what_is_no_code(code: str) -> None:
    assert totp.matching_step(RFC_SECRET, code, 59) is None


def test_blanks_in_a_code_do_not_matter() -> None:
    assert totp.matching_step(RFC_SECRET, " 287 082 ", 59) == 1


def test_secrets_are_long_and_differ() -> None:
    one, other = totp.new_secret(), totp.new_secret()
    assert one != other
    assert len(base64.b32decode(one)) == 20
    assert totp.grouped(one).replace(" ", "") == one


def test_the_key_uri_is_read_by_apps() -> None:
    uri = urlsplit(totp.key_uri(RFC_SECRET, "anna+1@example.org"))
    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/Sayso%3Aanna%2B1%40example.org")
    assert parse_qs(uri.query) == {"secret": [RFC_SECRET], "issuer": ["Sayso"], "period": ["30"], "digits": ["6"]}


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "elevenchars",
        "x" * 201,
        "aaaaaaaaaaaa",
        "abababababab",
        "123456789012",
        "098765432109",
        "qwertyuiopas",
        "passwordpassword",
        "Password12345",
        "PASSWORD-2026!",
        "1234password1234",
        "letmeinletmein",
        "abcdefghijklmnop",
        "Ｐassword12345",
    ],
)
def test_what_everybody_uses_is_refused(password: str) -> None:
    assert passwords.problem(password)


@pytest.mark.parametrize(
    "password",
    [
        "four calm herons nest",
        "aaaa bbbb cccc!",
        "thirty-two teapots",
        "ïch träume davon",
        "correct horse",
        "x" * 6 + "y" * 6,
    ],
)
def test_length_is_all_that_is_asked_for(password: str) -> None:
    assert passwords.problem(password) is None


async def test_hashes_are_argon2id_and_salted() -> None:
    kept = Passwords()
    one, other = await kept.hash("four calm herons nest"), await kept.hash("four calm herons nest")
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert one != other
    assert await kept.is_right(one, "four calm herons nest")
    assert not await kept.is_right(one, "four calm herons nest ")


async def test_an_unknown_account_costs_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    kept, verified = Passwords(hasher), []
    real = PasswordHasher.verify

    def counted(self: PasswordHasher, kept: str, password: str) -> bool:
        verified.append(kept.split("$")[3])
        return real(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    there = await kept.hash("four calm herons nest")
    assert not await kept.is_right(there, "wrong wrong wrong")
    assert not await kept.is_right(None, "wrong wrong wrong")
    assert not await kept.is_right(None, "nobody has this password")
    assert verified == ["m=8,t=1,p=1"] * 3


async def test_a_broken_hash_opens_nothing() -> None:
    assert not await Passwords().is_right("not a hash", "four calm herons nest")


async def test_the_form_of_letters_does_not_matter() -> None:
    kept = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    assert await kept.is_right(await kept.hash("caf\u00e9 in the morning"), "cafe\u0301 in the morning")
