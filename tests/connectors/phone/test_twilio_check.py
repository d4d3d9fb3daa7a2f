"""`check` finds what is wrong before the first person rings."""

from __future__ import annotations

from dataclasses import replace

import pytest
from twilio_peer import SETTINGS, TwilioPeer
from twilio_peer_api import ApiFault

from connectors.phone.twilio import TwilioSettings, check


async def todos(peer: TwilioPeer, settings: TwilioSettings = SETTINGS) -> list[str]:
    findings = await check(replace(settings, api_url=peer.api_url))
    assert all(bool(finding.todo) is not finding.ok for finding in findings)
    assert all(finding.what.endswith(".") for finding in findings)
    assert SETTINGS.auth_token not in repr(findings)
    return [finding.todo for finding in findings if not finding.ok]


async def test_all_is_well() -> None:
    async with TwilioPeer("") as peer:
        assert await todos(peer) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://sayso.example.org",
        "https://localhost",
        "https://192.168.1.9",
        "https://127.0.0.1",
        "https://sayso",
        "https://sayso.local",
        "https://a:b@sayso.example.org",
        "https://sayso.example.org/?x=1",
        "https://sayso.example.org:8443",
        "https://sayso.example.org:http",
        "https://[::1",
    ],
)
async def test_an_address_that_twilio_cannot_reach(url: str) -> None:
    async with TwilioPeer("") as peer:
        peer.numbers[0]["voice_url"] = f"{url.rstrip('/')}/phone/twilio/voice"
        (todo,) = await todos(peer, replace(SETTINGS, public_url=url))
    assert "SAYSO_TWILIO_PUBLIC_URL" in todo


@pytest.mark.parametrize("number", ["", "01632960001", SETTINGS.number])
async def test_a_number_to_hand_over_to_that_cannot_work(number: str) -> None:
    async with TwilioPeer("") as peer:
        (todo,) = await todos(peer, replace(SETTINGS, hand_over_number=number))
    assert "SAYSO_PHONE_PERSON" in todo


async def test_a_login_that_is_wrong() -> None:
    async with TwilioPeer("") as peer:
        assert "SAYSO_TWILIO_AUTH_TOKEN" in (await todos(peer, replace(SETTINGS, auth_token="other")))[0]
        assert "Auth Token" in (await todos(peer, replace(SETTINGS, auth_token="")))[0]
        assert "Account SID" in (await todos(peer, replace(SETTINGS, account_sid="AC1")))[0]


async def test_the_token_that_signs_is_proven_also_where_a_key_opens_the_api() -> None:
    keyed = replace(SETTINGS, api_key="SK1", api_secret="key-secret")
    async with TwilioPeer("", keyed) as peer:
        assert await todos(peer, keyed) == []
        assert len(await todos(peer, replace(keyed, auth_token="old"))) == 1


async def test_an_account_that_is_a_trial_or_closed() -> None:
    async with TwilioPeer("") as peer:
        peer.account["type"] = "Trial"
        assert "Upgrade" in (await todos(peer))[0]
        peer.account["status"] = "suspended"
        assert "console" in (await todos(peer))[0]


async def test_a_number_that_is_not_ours_or_leads_elsewhere() -> None:
    async with TwilioPeer("") as peer:
        peer.numbers[0]["voice_url"] = "https://demo.twilio.com/welcome/voice/"
        assert SETTINGS.url("/phone/twilio/voice") in (await todos(peer))[0]
        peer.numbers[0] |= {"voice_url": SETTINGS.url("/phone/twilio/voice"), "voice_method": "GET"}
        assert "POST" in (await todos(peer))[0]
        peer.numbers.clear()
        assert "SAYSO_PHONE_NUMBER" in (await todos(peer))[0]


@pytest.mark.parametrize("fault", [ApiFault(500), ApiFault(429, 20429), ApiFault(200), ApiFault(404, 20404)])
async def test_an_api_that_fails_is_a_finding_and_no_fault(fault: ApiFault) -> None:
    async with TwilioPeer("") as peer:
        peer.fault = fault
        assert len(await todos(peer)) == 1


async def test_no_network_is_a_finding() -> None:
    async with TwilioPeer("") as peer:
        url = peer.api_url
    findings = await check(replace(SETTINGS, api_url=url))
    assert findings[-1].what == "Twilio cannot be reached."
