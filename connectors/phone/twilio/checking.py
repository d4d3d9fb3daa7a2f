"""Looks whether the line by Twilio is set up, for `sayso phone check`."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from connectors.phone.dialling import is_e164
from connectors.phone.twilio.rest import TIMEOUT_SECONDS, raise_for
from connectors.phone.twilio.settings import VOICE_PATH, TwilioSettings
from dialogues.errors import SaysoError

_ACCOUNT_SID = re.compile(r"AC[0-9a-f]{32}")
_HERE = {"localhost", "localhost.localdomain"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        ok: Whether it is as it has to be.
        what: What was found, in plain words.
        todo: What to do; "" where it is right.
    """

    ok: bool
    what: str
    todo: str = ""


async def check(settings: TwilioSettings, client: httpx.AsyncClient | None = None) -> list[Finding]:
    """Looks at the settings, then asks Twilio about the account and the number. Never raises.

    Args:
        settings: The account.
        client: Sends the requests; made and closed where it is not given.
    """
    found = [_public_url(settings.public_url), _number(settings.number), _hand_over(settings)]
    if not _ACCOUNT_SID.fullmatch(settings.account_sid) or not settings.auth_token:
        todo = "Copy the Account SID (AC...) and the Auth Token from Twilio's console into the settings."
        return [*found, Finding(False, "The account SID or the auth token is missing or not complete.", todo)]
    own = client or httpx.AsyncClient(timeout=TIMEOUT_SECONDS)
    try:
        return found + await _account(settings, own)
    finally:
        if client is None:
            await own.aclose()


def _public_url(url: str) -> Finding:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    plain = not (parts.query or parts.fragment or parts.username)
    if parts.scheme == "https" and plain and port in {None, 443} and _is_public(host):
        return Finding(True, f"Twilio is told to come to {url}.")
    todo = "Set SAYSO_TWILIO_PUBLIC_URL to the address that the world sees, like https://sayso.example.org."
    return Finding(False, "The public address is not an https address on port 443 that Twilio can reach.", todo)


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and host not in _HERE and not host.endswith((".local", ".internal", ".test"))


def _number(number: str) -> Finding:
    if is_e164(number):
        return Finding(True, "The service's own number is a full number.")
    return Finding(
        False, "The service's own number is not a full number.", "Write SAYSO_PHONE_NUMBER like +441632960000."
    )


def _hand_over(settings: TwilioSettings) -> Finding:
    if not settings.hand_over_number:
        todo = "Set SAYSO_PHONE_PERSON to a telephone that somebody answers."
        return Finding(False, "Nobody is set to take calls from people who ask for a person.", todo)
    if not is_e164(settings.hand_over_number):
        todo = "Write SAYSO_PHONE_PERSON like +441632960001."
        return Finding(False, "The number for people who ask for a person is not a full number.", todo)
    if settings.hand_over_number == settings.number:
        todo = "Set SAYSO_PHONE_PERSON to another telephone, that somebody answers."
        return Finding(False, "Calls would be handed over to the service itself.", todo)
    return Finding(True, "Calls can be handed over to a person.")


async def _account(settings: TwilioSettings, client: httpx.AsyncClient) -> list[Finding]:
    try:
        account = await _get(client, settings, ".json")
        if account.get("status") != "active":
            return [Finding(False, "The Twilio account is not active.", "Look at it in Twilio's console.")]
        found = [Finding(True, "Twilio accepts the login.")]
        if account.get("type") == "Trial":
            todo = "Upgrade the account before people are rung: until then Twilio rings only verified numbers."
            found.append(Finding(False, "The Twilio account is a trial.", todo))
        numbers = (await _get(client, settings, "/IncomingPhoneNumbers.json", settings.number)).get(
            "incoming_phone_numbers"
        )
    except SaysoError as error:
        what, _, todo = error.message.partition(". ")
        return [Finding(False, f"{what}.", todo)]
    except (httpx.HTTPError, ValueError):
        return [Finding(False, "Twilio cannot be reached.", "Check the network and try again.")]
    owned = [each for each in numbers if isinstance(each, dict)] if isinstance(numbers, list) else []
    return found + _owned(settings, owned)


def _owned(settings: TwilioSettings, numbers: list[dict[str, object]]) -> list[Finding]:
    mine = next((each for each in numbers if each.get("phone_number") == settings.number), None)
    if mine is None:
        todo = "Set SAYSO_PHONE_NUMBER to a number of this account, or buy one in Twilio's console."
        return [Finding(False, "The number does not belong to the account.", todo)]
    found = [Finding(True, "The number belongs to the account.")]
    wanted = settings.url(VOICE_PATH)
    if mine.get("voice_url") == wanted and mine.get("voice_method", "POST") == "POST":
        found.append(Finding(True, "Calls to the number come to Sayso."))
    else:
        todo = f'In Twilio\'s console, under the number, set "A call comes in" to Webhook, {wanted}, HTTP POST.'
        found.append(Finding(False, "Calls to the number do not come to Sayso.", todo))
    return found


async def _get(client: httpx.AsyncClient, settings: TwilioSettings, path: str, number: str = "") -> dict[str, object]:
    """Asks with the auth token, not the key, so that the token that signs is proven too."""
    answer = await client.get(
        f"{settings.account_url}{path}",
        params={"PhoneNumber": number} if number else None,
        auth=(settings.account_sid, settings.auth_token),
    )
    raise_for(answer)
    found = answer.json()
    return found if isinstance(found, dict) else {}
