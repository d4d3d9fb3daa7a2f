"""Looks whether the telephone is set up right, for `sayso phone check`. Never raises for what it finds."""

from __future__ import annotations

import asyncio

import httpx

from bot.phone.line import twilio_settings
from bot.settings import Settings
from connectors.phone.twilio import checking as twilio
from connectors.phone.twilio.checking import Finding
from connectors.speech import recognisers
from connectors.speech.voices.choose import VoiceFolders, choose_voice
from dialogues.errors import SaysoError

TIMEOUT_SECONDS = 5.0


async def check_phone(settings: Settings, *, calls: bool = True) -> list[Finding]:
    """Everything that can be looked at from here.

    Args:
        settings: As set.
        calls: Whether to look at what calls to people need too.
    """
    found = [_recogniser(settings), _voice(settings), _line(settings), _person(settings)]
    account = twilio_settings(settings)
    if account is not None:
        found += await twilio.check(account)
    if settings.phone_audiosocket:
        found += [_secret(settings), await _listening(settings)]
    if settings.phone_audiosocket and calls and account is None:
        found.append(await _ari(settings))
    return found


def _line(settings: Settings) -> Finding:
    if settings.phone:
        return Finding(True, "A line is chosen.")
    todo = (
        "For a number at Twilio set SAYSO_TWILIO_ACCOUNT_SID; for your own Asterisk set SAYSO_PHONE_AUDIOSOCKET. "
        "docs/phone.md leads through both."
    )
    return Finding(False, "No line is chosen.", todo)


def _recogniser(settings: Settings) -> Finding:
    try:
        name = recognisers.live(settings.recogniser, settings.models_folder).name
    except SaysoError as error:
        return Finding(False, "There is no recogniser, so callers can not be heard.", error.message)
    return Finding(True, f"Callers are heard by {name}.")


def _voice(settings: Settings) -> Finding:
    folders = VoiceFolders(hibari=settings.models_folder / "hibari", kokoro=settings.models_folder / "kokoro")
    try:
        name = choose_voice(settings.voice, folders).name
    except SaysoError as error:
        return Finding(False, "There is no voice.", error.message)
    return Finding(True, f"Sayso speaks with {name}.")


def _person(settings: Settings) -> Finding:
    hours = f"{settings.phone_person_from:%H:%M} to {settings.phone_person_until:%H:%M}"
    if settings.phone_person:
        return Finding(True, f"Who asks for a person is put through, {hours}; else a call-back is booked.")
    return Finding(
        False,
        "Nobody takes calls of people who ask for a person: only call-backs are booked.",
        "Set SAYSO_PHONE_PERSON to a number, and SAYSO_PHONE_PERSON_FROM and _UNTIL to when somebody is there.",
    )


def _secret(settings: Settings) -> Finding:
    if settings.phone_secret.get_secret_value():
        return Finding(True, "The dialplan's secret is set.")
    todo = "Set SAYSO_PHONE_SECRET here, and the same in deploy/asterisk/sayso/globals.conf."
    return Finding(False, "The dialplan's secret is not set.", todo)


async def _listening(settings: Settings) -> Finding:
    host, _, port = settings.phone_audiosocket.rpartition(":")
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except (OSError, TimeoutError):
        todo = "Start Sayso (sayso serve), then look again."
        return Finding(False, f"Nothing listens on {settings.phone_audiosocket}.", todo)
    writer.close()
    return Finding(True, f"Sayso listens on {settings.phone_audiosocket}.")


async def _ari(settings: Settings) -> Finding:
    if not settings.ari_password.get_secret_value():
        todo = "To ring people set SAYSO_ARI_PASSWORD as in deploy/asterisk/sayso/ari.conf. Taking calls needs none."
        return Finding(False, "Asterisk's REST interface is not set, so Sayso rings nobody.", todo)
    login = (settings.ari_user, settings.ari_password.get_secret_value())
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            answer = await client.get(f"{settings.ari_url.rstrip('/')}/asterisk/info", auth=login)
    except httpx.HTTPError:
        return Finding(False, "Asterisk does not answer.", "Start Asterisk, and see SAYSO_ARI_URL and http.conf.")
    if answer.status_code == 401:
        return Finding(False, "Asterisk refuses the login.", "Compare SAYSO_ARI_USER and _PASSWORD with ari.conf.")
    if not answer.is_success:
        return Finding(False, f"Asterisk answers with {answer.status_code}.", "See SAYSO_ARI_URL and ari.conf.")
    return Finding(True, "Asterisk answers, and takes orders to ring people.")
