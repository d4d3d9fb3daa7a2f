"""No number and no word in any log, nor in an address: a whole day of calls, with everything logged."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
import structlog
from twilio_app import Listener, Reports, tone, twilio
from twilio_peer import SETTINGS, Callee
from twilio_peer_api import ApiFault

from connectors.phone.dialling import DialOrder
from connectors.phone.ports import Key, Line
from connectors.phone.twilio import TwilioDialler
from connectors.phone.twilio.settings import VOICE_PATH
from dialogues.errors import SaysoError

CALLER, CALLEE = "+441632960777", "+441632960888"
WORDS = "the carer took my purse"
PRIVATE = [CALLER, CALLEE, SETTINGS.hand_over_number, WORDS, SETTINGS.auth_token]


async def test_logs_tell_nothing_about_people(caplog: pytest.LogCaptureFixture) -> None:
    fail = False

    async def serve(line: Line) -> None:
        async for event in line.events():
            if isinstance(event, Key):
                if fail:
                    raise RuntimeError(WORDS)
                await line.end(hand_over=True)

    reports = Reports()
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as logs:
        async with twilio(serve, reports) as peer:
            for fails in (False, True):
                fail = fails
                call = await peer.rings(from_number=CALLER, says=tone(440, 0.2))
                await call.press("1")
                await call.until_ended()
            reports.broken = True
            peer.dial_status = "no-answer"
            fail = False
            dialler = TwilioDialler(replace(SETTINGS, api_url=peer.api_url))
            peer.callee = Callee(answered_by="machine_end_beep")
            await dialler.dial(DialOrder("plan-9", CALLEE, leave_message=True))
            call = await peer.placed()
            await call.until(lambda: call.answered)
            await call.press("0")
            await call.until_ended()
            await peer.post(SETTINGS.url(VOICE_PATH), {"From": CALLER, "Body": WORDS}, "wrong")
            peer.fault = ApiFault(400, 21211)
            with pytest.raises(SaysoError):
                await dialler.dial(DialOrder("plan-10", CALLEE))
    ours = [record for record in caplog.records if not record.name.startswith(("websockets.client", "asyncio"))]
    told = repr(logs) + "\n".join(record.getMessage() + repr(record.exc_info) for record in ours)
    events = {entry["event"] for entry in logs}
    assert {"twilio_call", "twilio_talk_failed", "twilio_report_failed", "twilio_signature_wrong"} <= events
    assert "/phone/twilio/voice" in told
    for secret in PRIVATE:
        for form in (secret, secret.replace("+", "%2B"), secret.lstrip("+")):
            assert form not in told


async def test_a_listener_sees_the_number_and_the_log_does_not() -> None:
    listener = Listener()
    with structlog.testing.capture_logs() as logs:
        async with twilio(listener) as peer:
            call = await peer.rings(from_number=CALLER)
            await call.hang_up()
    assert listener.calls[0].number == CALLER
    assert [entry["call"] for entry in logs if entry["event"] == "twilio_call"] == [call.sid]
