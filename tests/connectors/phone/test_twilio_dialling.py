"""Calls that we make: the order goes to a real API of our own Twilio, which rings and reports."""

from __future__ import annotations

import socket
from dataclasses import replace

import httpx
import pytest
from twilio_app import Listener, Reports, tone, twilio
from twilio_peer import SETTINGS, Callee, TwilioPeer
from twilio_peer_api import ApiFault

from connectors.phone.dialling import DialLater, Dialler, DialOrder, Outcome
from connectors.phone.ports import Call, Direction, Key, Line
from connectors.phone.twilio import TwilioDialler, TwilioSettings
from dialogues.errors import SaysoError

NUMBER = "+441632960123"
ORDER = DialOrder("plan/7 & more", NUMBER)


def dialler_for(peer: TwilioPeer, **changed: str) -> TwilioDialler:
    return TwilioDialler(replace(SETTINGS, api_url=peer.api_url, **changed))


async def until_key(line: Line) -> None:
    async for event in line.events():
        if isinstance(event, Key):
            return


async def test_a_call_is_made_and_reported() -> None:
    listener, reports = Listener(), Reports()

    async def serve(line: Line) -> None:
        listener.calls.append(line.call)
        await until_key(line)

    async with twilio(serve, reports) as peer:
        dialler: Dialler = dialler_for(peer)
        call_id = await dialler.dial(ORDER)
        call = await peer.placed()
        await call.until(lambda: call.answered)
        await call.press("1")
        await call.until_ended()
    assert call.faults == []
    assert (call.sid, call.to_number, call.from_number) == (call_id, NUMBER, SETTINGS.number)
    assert listener.calls == [Call(call_id, Direction.OUTBOUND, NUMBER, ORDER.planned_id)]
    assert reports.kept == [
        (call_id, ORDER.planned_id, outcome)
        for outcome in (Outcome.DIALLING, Outcome.RINGING, Outcome.ANSWERED, Outcome.COMPLETED)
    ]
    order = peer.orders[0]
    assert order["Timeout"] == ["45"]
    assert "MachineDetection" not in order
    assert not any(NUMBER[1:] in value for name in ("Url", "StatusCallback") for value in order[name])


@pytest.mark.parametrize(
    ("picks_up", "outcome"),
    [
        ("busy", Outcome.BUSY),
        ("no-answer", Outcome.NO_ANSWER),
        ("failed", Outcome.FAILED),
        ("canceled", Outcome.CANCELLED),
    ],
)
async def test_nobody_picks_up(picks_up: str, outcome: Outcome) -> None:
    listener, reports = Listener(), Reports()
    async with twilio(listener, reports) as peer:
        peer.callee = Callee(picks_up=picks_up)
        await dialler_for(peer).dial(ORDER)
        await (await peer.placed()).until_ended()
    assert reports.outcomes == [Outcome.DIALLING, Outcome.RINGING, outcome]
    assert listener.calls == []


@pytest.mark.parametrize(
    ("answered_by", "told"),
    [
        ("machine_end_beep", True),
        ("machine_start", False),
        ("machine_end_silence", False),
        ("machine_end_other", False),
        ("human", False),
        ("fax", False),
        ("unknown", False),
    ],
)
async def test_only_a_beep_is_believed(answered_by: str, told: bool) -> None:
    reports = Reports()
    async with twilio(Listener(), reports) as peer:
        peer.callee = Callee(says=tone(400, 0.5), answered_by=answered_by)
        call_id = await dialler_for(peer).dial(replace(ORDER, leave_message=True))
        call = await peer.placed()
        await call.until(lambda: call.heard_seconds > 1.0)
        await call.hang_up()
    assert peer.orders[0]["MachineDetection"] == ["DetectMessageEnd"]
    assert peer.orders[0]["AsyncAmd"] == ["true"]
    assert ((call_id, ORDER.planned_id, Outcome.MACHINE) in reports.kept) is told
    assert reports.outcomes[-1] is Outcome.COMPLETED


async def test_a_call_is_ended_while_it_rings_and_once_more() -> None:
    reports = Reports()
    async with twilio(Listener(), reports) as peer:
        peer.callee = Callee(rings_seconds=3_000.0)
        dialler = dialler_for(peer)
        call_id = await dialler.dial(ORDER)
        await dialler.hang_up(call_id)
        await (await peer.placed()).until_ended()
        await dialler.hang_up(call_id)
        await dialler.hang_up("CA" + "0" * 32)
        await dialler.close()
    assert reports.outcomes[-1] is Outcome.CANCELLED


async def test_reports_that_cannot_be_stored_are_not_acknowledged() -> None:
    async with twilio(Listener(), Reports(broken=True)) as peer:
        fields = {"CallSid": "CA" + "0" * 32, "CallStatus": "ringing"}
        assert (await peer.post(SETTINGS.url("/phone/twilio/status"), fields)).status_code == 503
        assert (await peer.post(SETTINGS.url("/phone/twilio/status"), fields | {"CallStatus": "?"})).status_code == 204


async def test_an_api_key_opens_the_api_too() -> None:
    keyed = replace(SETTINGS, api_key="SK1", api_secret="key-secret")
    async with twilio(Listener(), settings=keyed) as peer:
        dialler = TwilioDialler(replace(keyed, api_url=peer.api_url))
        assert await dialler.dial(ORDER)
        with pytest.raises(SaysoError) as raised:
            await TwilioDialler(replace(keyed, api_url=peer.api_url, api_secret="no")).dial(ORDER)
    assert raised.value.code == "dial_auth"


# -- what goes wrong --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "code", "permanent"),
    [
        (ApiFault(401, 20003), "dial_auth", True),
        (ApiFault(403, 20003), "dial_auth", True),
        (ApiFault(400, 21211), "dial_number", True),
        (ApiFault(400, 21217), "dial_number", True),
        (ApiFault(400, 21219), "dial_refused", True),
        (ApiFault(400, 21210), "dial_refused", True),
        (ApiFault(403, 21215), "dial_refused", True),
        (ApiFault(400, 99999), "dial_refused", True),
        (ApiFault(404), "dial_refused", True),
        (ApiFault(429, 20429), "dial_busy", False),
        (ApiFault(503, 20503, {"Retry-After": "9"}), "dial_busy", False),
        (ApiFault(500), "dial_unsure", False),
        (ApiFault(503), "dial_unsure", False),
        (ApiFault(200), "dial_unsure", False),
    ],
)
async def test_refusals_become_plain_advice(fault: ApiFault, code: str, permanent: bool) -> None:
    async with TwilioPeer("") as peer:
        peer.fault = fault
        with pytest.raises(SaysoError) as raised:
            await dialler_for(peer).dial(ORDER)
    assert (raised.value.code, raised.value.permanent) == (code, permanent)
    assert NUMBER not in raised.value.message
    assert raised.value.message.endswith(".")


@pytest.mark.parametrize(
    ("given", "seconds"), [({"Retry-After": "7"}, 7), ({"Retry-After": "soon"}, 5), ({}, 5), ({"Retry-After": "0"}, 1)]
)
async def test_too_many_calls_say_how_long_to_wait(given: dict[str, str], seconds: float) -> None:
    async with TwilioPeer("") as peer:
        peer.fault = ApiFault(429, 20429, given)
        with pytest.raises(DialLater, match=f"{seconds} seconds") as raised:
            await dialler_for(peer).dial(ORDER)
    assert raised.value.retry_after_seconds == seconds


async def test_a_network_that_is_gone_is_temporary() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
    with pytest.raises(SaysoError) as raised:
        await TwilioDialler(replace(SETTINGS, api_url=url)).dial(ORDER)
    assert (raised.value.code, raised.value.permanent) == ("dial_unreachable", False)


async def test_a_connection_that_breaks_leaves_it_open_whether_it_rings() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:  # takes the connection, and never answers
        settings = replace(SETTINGS, api_url=f"http://127.0.0.1:{mute.getsockname()[1]}")
        async with httpx.AsyncClient(timeout=httpx.Timeout(30.0, read=0.2)) as client:
            with pytest.raises(SaysoError) as raised:
                await TwilioDialler(settings, client).dial(ORDER)
    assert (raised.value.code, raised.value.permanent) == ("dial_unsure", False)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("number", ["", "01632960123", "+44 1632 960123", "+0", "999", "+441632960123\n", "sip:a@b"])
async def test_what_is_no_number_is_not_sent(number: str) -> None:
    async with TwilioPeer("") as peer:
        with pytest.raises(SaysoError) as raised:
            await dialler_for(peer).dial(DialOrder("1", number))
        assert raised.value.code == "dial_number"
        assert peer.orders == []


def test_secrets_and_numbers_stay_out_of_what_is_printed() -> None:
    settings = TwilioSettings("AC1", "the-token", "+441632960000", "https://a.example", api_secret="the-key")
    assert "the-token" not in repr(settings)
    assert "the-key" not in repr(settings)
    assert NUMBER not in repr(ORDER)
