"""Whole calls: a Twilio of our own rings the real application, over real HTTP and a real WebSocket."""

from __future__ import annotations

import asyncio
import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from twilio_app import Listener, Reports, frames, pitch, tone, twilio
from twilio_peer import SETTINGS
from twilio_peer_call import PeerCall
from twilio_peer_stream import Weather

from connectors.phone.dialling import Outcome
from connectors.phone.ports import Call, Direction, HungUp, Key, Line, Played
from connectors.phone.twilio import Calls, settings, twiml
from connectors.phone.twilio.settings import AFTER_PATH, HANDED_OVER_PATH, MEDIA_PATH, VOICE_PATH

CALLER = "+441632960123"


class Speaker(Listener):
    """Says one thing, waits until it was heard, and ends the call."""

    def __init__(self, *, hand_over: bool = False) -> None:
        super().__init__()
        self.hand_over = hand_over
        self.begun = asyncio.Event()

    async def __call__(self, line: Line) -> None:
        self.calls.append(line.call)
        for frame in frames(tone(1_000, 1.0)):
            await line.send(frame)
        await line.mark("said")
        self.begun.set()
        async for event in line.events():
            await self.take(line, event)
            if event == Played("said"):
                await line.end(hand_over=self.hand_over)


async def test_a_call_is_heard_both_ways() -> None:
    listener = Speaker()
    async with twilio(listener) as peer:
        call = await peer.rings(from_number=CALLER, says=tone(500, 0.6))
        await call.until_ended()
    assert call.faults == []
    assert listener.calls == [Call(call.sid, Direction.INBOUND, CALLER)]
    assert call.steps == ["voice", "stream", "action", "hangup"]
    assert listener.ends == [HungUp()]
    assert len(np.trim_zeros(np.where(np.abs(call.heard) > 500, call.heard, 0))) == pytest.approx(16_000, abs=100)
    assert pitch(call.heard) == pytest.approx(1_000, abs=20)
    assert pitch(listener.heard[:9_000]) == pytest.approx(500, abs=20)
    assert np.abs(listener.heard[1_000:9_000]).max() == pytest.approx(8_000, rel=0.1)


async def test_the_line_keeps_no_time_of_its_own_and_marks_come_after_playback() -> None:
    came: list[float] = []

    async def serve(line: Line) -> None:
        assert line.owns_clock
        for frame in frames(tone(700, 2.0)):
            await line.send(frame)
        await line.mark("end")
        begun = asyncio.get_running_loop().time()
        async for event in line.events():
            if event == Played("end"):
                came.append(asyncio.get_running_loop().time() - begun)
                return

    async with twilio(serve, speed=10.0) as peer:
        call = await peer.rings()
        await call.until_ended()
    assert came[0] >= 0.15
    assert call.heard_seconds >= 2.0
    assert call.stream is not None
    assert call.stream.marks == ["end"]


async def test_clear_stops_at_once_and_returns_the_marks() -> None:
    listener = Listener()

    async def serve(line: Line) -> None:
        for frame in frames(tone(700, 60.0)):
            await line.send(frame)
        await line.mark("never heard")
        async for event in line.events():
            await listener.take(line, event)
            if isinstance(event, Key):
                await line.clear()
            if isinstance(event, Played):
                for frame in frames(tone(2_000, 0.5)):
                    await line.send(frame)
                await line.mark("heard")
                if event.mark == "heard":
                    return

    async with twilio(serve, speed=5.0) as peer:
        call = await peer.rings()
        await call.until(lambda: call.heard_seconds > 1.0)
        await call.press("1")
        await call.until_ended()
    assert listener.played == ["never heard", "heard"]
    assert call.stream is not None
    assert call.stream.cleared == 1
    assert call.heard_seconds < 55.0
    assert call.faults == []


async def test_keys_come_in_order() -> None:
    listener = Listener()
    async with twilio(listener) as peer:
        call = await peer.rings()
        await call.press("0123456789*#A")
        await call.hang_up()
    assert listener.keys == "0123456789*#"
    assert listener.ends == [HungUp()]


async def test_the_person_hangs_up() -> None:
    listener, reports = Listener(), Reports()
    async with twilio(listener, reports) as peer:
        call = await peer.rings()
        await call.hang_up()
        assert listener.ends == [HungUp(broken=False)]
        assert reports.kept == [(call.sid, "", Outcome.COMPLETED)]
        assert call.steps[-1] == "action"
        assert [each.tag for each in ET.fromstring(call.documents[-1])] == ["Hangup"]  # noqa: S314


async def test_the_stream_breaks_and_the_person_is_told() -> None:
    listener = Listener()
    async with twilio(listener) as peer:
        call = await peer.rings()
        await call.until(lambda: call.heard_seconds > 0.2)
        assert call.stream is not None
        await call.stream.cut()
        await call.until_ended()
    assert listener.ends == [HungUp(broken=True)]
    assert call.spoken == [twiml.LINE_FAILED]


async def test_a_talk_that_fails_lets_the_person_know() -> None:
    async def serve(line: Line) -> None:
        raise RuntimeError("she said something")

    async with twilio(serve) as peer:
        call = await peer.rings()
        await call.until_ended()
    assert call.spoken == [twiml.LINE_FAILED]


async def test_the_person_waits_until_they_were_spoken_to() -> None:
    async def serve(line: Line) -> None:
        async for event in line.events():
            if isinstance(event, Key):
                for frame in frames(tone(500 + 500 * int(event.key), 0.4)):
                    await line.send(frame)

    async with twilio(serve) as peer:
        call = await peer.rings()
        pitches = []
        for key in "13":
            await call.press(key)
            pitches.append(pitch(await call.until_spoken_to()))
        await call.hang_up()
        with pytest.raises(TimeoutError):
            await call.until(lambda: False, 0.05)
    assert pitches == [pytest.approx(1_000, abs=20), pytest.approx(2_000, abs=20)]


async def test_an_application_that_is_gone_is_a_fault_of_the_call() -> None:
    async with twilio(Listener()) as peer:
        peer.app_url = "http://127.0.0.1:1"
        call = await peer.rings()
    assert call.ended
    assert call.faults[0].startswith("11200 ConnectError")


# -- handing over -----------------------------------------------------------------------------------------------


async def test_a_call_is_handed_over() -> None:
    reports = Reports()
    async with twilio(Speaker(hand_over=True), reports) as peer:
        call = await peer.rings()
        await call.until_ended()
    assert call.transferred_to == SETTINGS.hand_over_number
    assert call.caller_id == SETTINGS.number
    assert call.steps == ["voice", "stream", "action", "dial", "action", "hangup"]
    assert (call.spoken, reports.outcomes) == ([], [Outcome.COMPLETED])


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
async def test_nobody_takes_the_call(status: str) -> None:
    reports = Reports()
    async with twilio(Speaker(hand_over=True), reports) as peer:
        peer.dial_status = status
        call = await peer.rings()
        await call.until_ended()
    assert call.spoken == [twiml.NOBODY_THERE]
    assert reports.kept[0] == (call.sid, "", Outcome.NOT_HANDED_OVER)


async def test_nobody_is_there_to_hand_over_to() -> None:
    reports = Reports()
    alone = settings.TwilioSettings(SETTINGS.account_sid, SETTINGS.auth_token, SETTINGS.number, SETTINGS.public_url)
    async with twilio(Speaker(hand_over=True), reports, settings=alone) as peer:
        call = await peer.rings()
        await call.until_ended()
    assert (call.transferred_to, call.spoken) == ("", [twiml.NOBODY_THERE])
    assert Outcome.NOT_HANDED_OVER in reports.outcomes


async def test_words_reach_the_person_also_when_the_report_cannot_be_stored() -> None:
    async with twilio(Speaker(hand_over=True), Reports(broken=True)) as peer:
        peer.dial_status = "busy"
        call = await peer.rings()
        await call.until_ended()
    assert call.spoken == [twiml.NOBODY_THERE]


# -- signatures, tokens, replays --------------------------------------------------------------------------------


async def test_what_twilio_did_not_sign_is_refused_and_does_nothing() -> None:
    listener, reports = Listener(), Reports()
    async with twilio(listener, reports) as peer:
        fields = {"CallSid": "CA" + "0" * 32, "From": CALLER, "CallStatus": "completed", "Direction": "inbound"}
        for path in (VOICE_PATH, AFTER_PATH, HANDED_OVER_PATH, settings.STATUS_PATH, settings.MACHINE_PATH):
            url = SETTINGS.url(path)
            right = peer.sign(url, fields)
            for wrong in ("", "nonsense", "é", right[:-2] + "x=", peer.sign(url + "?", fields), peer.sign(url)):
                assert (await peer.post(url, fields, wrong)).status_code == 403
            assert (await peer.post(url + "?planned_id=other", fields, right)).status_code == 403
            assert (await peer.post(url, fields | {"From": "+441632960999"}, right)).status_code == 403
    assert listener.calls == []
    assert reports.kept == []


async def test_a_form_without_a_call_or_too_large_is_refused() -> None:
    async with twilio(Listener()) as peer:
        url = SETTINGS.url(VOICE_PATH)
        assert (await peer.post(url, {"From": CALLER})).status_code == 400
        assert (await peer.post(url, {"CallSid": "../../CA"})).status_code == 400
        assert (await peer.post(url, {"CallSid": "CA" + "0" * 32, "More": "x" * 70_000})).status_code == 413


async def test_the_webhook_comes_twice_and_there_is_one_talk() -> None:
    listener = Listener()
    async with twilio(listener) as peer:
        call = await peer.rings()
        again = await peer.post(SETTINGS.url(VOICE_PATH), call.fields())
        assert again.text == call.documents[0]
        replayed = PeerCall(peer, call.sid, CALLER, SETTINGS.number, "inbound")
        await asyncio.wait_for(replayed.live(SETTINGS.url(VOICE_PATH)), 60)
        await call.press("5")
        await call.hang_up()
    assert replayed.documents[0] == call.documents[0]
    assert replayed.faults == ["31924 broken"]
    assert len(listener.calls) == 1
    assert listener.keys == "5"


@pytest.mark.parametrize("slash", [False, True])
async def test_the_stream_is_signed_either_way(slash: bool) -> None:
    listener = Listener()
    async with twilio(listener) as peer:
        peer.slash = slash
        call = await peer.rings()
        await call.until(lambda: call.heard_seconds > 0.1)
        await call.hang_up()
    assert call.faults == []


async def test_an_unsigned_stream_is_refused_before_it_opens() -> None:
    listener = Listener()
    async with twilio(listener) as peer:
        peer.sign = lambda url, fields=None: "wrong" if url.startswith("ws") else type(peer).sign(peer, url, fields)  # type: ignore[method-assign]
        call = await peer.rings()
        await call.until_ended()
    assert call.faults == ["31920 handshake 403"]
    assert listener.calls == []
    assert call.spoken == [twiml.LINE_FAILED]


async def test_the_number_travels_only_in_the_signed_form() -> None:
    listener = Listener()
    async with twilio(listener) as peer:
        call = await peer.rings(from_number=CALLER)
        await call.hang_up()
        root = ET.fromstring(call.documents[0])  # noqa: S314
        stream = root.find("./Connect/Stream")
        assert stream is not None
        assert stream.get("url") == "wss://sayso.example.org" + MEDIA_PATH
        assert [each.get("name") for each in stream] == ["token"]
        assert len(stream[0].get("value", "")) >= 43
    assert CALLER not in "".join(call.documents)
    assert listener.calls[0].number == CALLER


@pytest.mark.parametrize("number", ["+266696687", "+7378742833", "anonymous", "", "sip:doris@example.org"])
async def test_a_number_that_is_withheld_is_none(number: str) -> None:
    listener = Listener()
    async with twilio(listener) as peer:
        call = await peer.rings(from_number=number)
        await call.until(lambda: bool(listener.calls))
        await call.hang_up()
    assert listener.calls[0].number == ""


def test_a_token_works_once_and_not_for_long() -> None:
    now = 1_000.0
    calls = Calls(lambda: now)
    one, two = Call("CA1"), Call("CA2")
    first, second = calls.expect(one), calls.expect(two)
    calls.expect(Call("CA5", number=CALLER))
    assert first != second
    assert calls.begin("CA1", second) is None
    assert calls.begin("CA1", "") is None
    assert calls.begin("CA1", "\ud800") is None
    assert calls.begin("CA1", first) == one
    assert calls.begin("CA1", first) is None
    now += 61
    assert calls.begin("CA2", second) is None
    calls.expect(Call("CA4"))
    assert calls._known["CA5"].call is None  # with its number
    now += 25 * 3600
    calls.expect(Call("CA3"))
    assert calls.part("CA1") is None
    assert [*calls._known] == ["CA3"]


# -- bad weather ------------------------------------------------------------------------------------------------


async def test_messages_that_change_places_are_put_right() -> None:
    listener = Listener()
    steps = np.concatenate([tone(400 + 200 * step, 0.2) for step in range(10)])
    async with twilio(listener, weather=Weather(reorder=0.3, duplicate=0.2, jitter_seconds=0.05)) as peer:
        call = await peer.rings()
        await call.say(steps)
        await call.until(lambda: call.heard_seconds > 3.0)
        await call.hang_up()
    quiet = Listener()
    async with twilio(quiet) as peer:
        call = await peer.rings()
        await call.say(steps)
        await call.until(lambda: call.heard_seconds > 3.0)
        await call.hang_up()
    heard, wanted = (np.trim_zeros(np.where(np.abs(each.heard) > 100, each.heard, 0)) for each in (listener, quiet))
    assert len(heard) == len(wanted)
    assert (heard == wanted).all()


async def test_a_third_of_the_sound_is_lost_and_the_call_goes_on() -> None:
    listener = Listener()
    async with twilio(listener, weather=Weather(loss=0.33, reorder=0.1)) as peer:
        call = await peer.rings()
        await call.say(tone(600, 3.0))
        await call.press("7")
        await call.hang_up()
    assert listener.keys == "7"
    assert np.count_nonzero(np.abs(listener.heard) > 500) > 16_000
    assert call.faults == []


async def test_ten_calls_at_once_do_not_mix() -> None:
    heard: dict[str, str] = {}

    async def serve(line: Line) -> None:
        async for event in line.events():
            if isinstance(event, Key):
                heard[line.call.number] = heard.get(line.call.number, "") + event.key

    async with twilio(serve, speed=2.0) as peer:
        numbers = [f"+44163296010{each}" for each in range(10)]
        calls = await asyncio.gather(*(peer.rings(from_number=number) for number in numbers))
        await asyncio.gather(*(call.press(str(each) * 3) for each, call in enumerate(calls)))
        await asyncio.gather(*(call.hang_up() for call in calls))
    assert heard == {number: str(each) * 3 for each, number in enumerate(numbers)}


# -- junk on the stream -----------------------------------------------------------------------------------------


async def test_junk_on_the_stream_is_passed_over() -> None:
    listener = Listener()
    async with twilio(listener) as peer:
        call = await peer.rings()
        stream = call.stream
        assert stream is not None
        await call.until(lambda: call.heard_seconds > 0.1)
        for junk in (
            "",
            "[]",
            "null",
            "{",
            '{"event": 5}',
            b"\x00\xff",
            '{"event": "media"}',
            '{"event": "media", "media": {"payload": "???", "chunk": "1"}}',
            json.dumps({"event": "media", "media": {"track": "outbound", "chunk": "9", "payload": "AAAA"}}),
            json.dumps({"event": "dtmf", "dtmf": {"digit": "12"}}),
            json.dumps({"event": "mark", "mark": {"name": "never sent"}}),
            json.dumps({"event": "media", "media": {"payload": "A" * 200_000}}),
            json.dumps(stream._start() | {"sequenceNumber": "1"}),
            "[" * 60_000,
        ):
            await stream.send_raw(junk)
        await call.press("3")
        await call.hang_up()
    assert (listener.keys, listener.played, len(listener.calls)) == ("3", [], 1)
    assert listener.ends == [HungUp()]


async def test_a_stream_without_a_start_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.phone.twilio.webhooks.START_SECONDS", 0.2)
    monkeypatch.setattr("twilio_peer_stream.MediaStream._start", lambda _self: {"event": "connected"})
    listener = Listener()
    async with twilio(listener) as peer:
        call = await peer.rings()
        await call.until_ended()
    assert listener.calls == []
    assert call.faults == ["31924 broken"]
