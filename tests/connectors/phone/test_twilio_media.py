"""The line over a stream: whatever comes, it goes on; chunks are put into order; nobody waits for a slow other side."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from twilio_app import frames, tone

from connectors.phone.ports import FRAME_SAMPLES, KEYS, Call, HungUp, Key, LineEvent, Played, Sound
from connectors.phone.twilio import messages
from connectors.phone.twilio.media import MediaLine
from connectors.phone.twilio.messages import LARGEST_BYTES, LATEST_CHUNKS, Media, Order, Start
from connectors.speech.telephone import encode_mulaw

unhurried = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
STREAM = "MZ" + "0" * 32


class FakeWire:
    """A WebSocket with texts to be received; blocks for ever where it is stuck."""

    def __init__(self, texts: Sequence[str] = (), *, stuck: bool = False) -> None:
        self._texts = asyncio.Queue[str | None]()
        for text in texts:
            self._texts.put_nowait(text)
        self._stuck = stuck
        self.sent: list[dict[str, object]] = []
        self.closed = False

    def come(self, text: str | None) -> None:
        self._texts.put_nowait(text)

    async def receive(self) -> str | None:
        return await self._texts.get()

    async def send(self, text: str) -> None:
        if self._stuck:
            await asyncio.Event().wait()
        self.sent.append(json.loads(text))

    async def close(self) -> None:
        self.closed = True
        if self._stuck:
            await asyncio.Event().wait()


def line_on(wire: FakeWire, ends: list[bool] | None = None) -> MediaLine:
    return MediaLine(Call("CA1"), wire, STREAM, (ends if ends is not None else []).append)


async def all_events(line: MediaLine) -> list[LineEvent]:
    carrying = asyncio.create_task(line.run())
    events = [event async for event in line.events()]
    await carrying
    return events


def media(chunk: object, sound: bytes = b"\x00" * 160, **more: object) -> str:
    content = {"track": "inbound", "chunk": chunk, "timestamp": "0", "payload": base64.b64encode(sound).decode()}
    return json.dumps({"event": "media", "sequenceNumber": "2", "media": content | more, "streamSid": STREAM})


def start(**more: object) -> str:
    content = {
        "accountSid": "AC1",
        "callSid": "CA1",
        "streamSid": STREAM,
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"token": "t"},
    }
    return json.dumps({"event": "start", "sequenceNumber": "1", "start": content | more, "streamSid": STREAM})


STOP = json.dumps({"event": "stop", "sequenceNumber": "9", "stop": {"callSid": "CA1"}, "streamSid": STREAM})

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
near_misses = st.builds(
    lambda event, part, sid: json.dumps({"event": event, event: part, "streamSid": sid}),
    st.sampled_from(["connected", "start", "media", "dtmf", "mark"]),
    st.fixed_dictionaries(
        {},
        optional={
            "track": st.sampled_from(["inbound", "outbound", "x"]) | anything,
            "chunk": st.integers().map(str) | anything,
            "payload": st.binary(max_size=40).map(lambda sound: base64.b64encode(sound).decode()) | anything,
            "digit": st.sampled_from([*KEYS, "A", "12", ""]) | anything,
            "name": anything,
            "customParameters": anything,
            "mediaFormat": anything,
            "streamSid": anything,
        },
    )
    | anything,
    anything,
)
junk = st.one_of(st.text(max_size=80), anything.map(json.dumps), near_misses)


# -- reading ----------------------------------------------------------------------------------------------------


def test_the_documented_messages_are_read() -> None:
    assert messages.read('{"event": "connected", "protocol": "Call", "version": "1.0.0"}') is None
    assert messages.read(start()) == Start(STREAM, "CA1", "t")
    assert messages.read(media("7", b"\xff\x00")) == Media(7, b"\xff\x00")
    dtmf = {
        "event": "dtmf",
        "streamSid": STREAM,
        "sequenceNumber": "5",
        "dtmf": {"track": "inbound_track", "digit": "1"},
    }
    assert messages.read(json.dumps(dtmf)) == messages.Digit("1")
    mark = {"event": "mark", "streamSid": STREAM, "sequenceNumber": "4", "mark": {"name": "my label"}}
    assert messages.read(json.dumps(mark)) == messages.Mark("my label")
    assert messages.read(STOP) == messages.Stop()


def test_what_is_written_is_as_documented() -> None:
    assert json.loads(messages.media("MZ1", b"\xff\x7f")) == {
        "event": "media",
        "streamSid": "MZ1",
        "media": {"payload": "/38="},
    }
    assert json.loads(messages.mark("MZ1", "m")) == {"event": "mark", "streamSid": "MZ1", "mark": {"name": "m"}}
    assert json.loads(messages.clear("MZ1")) == {"event": "clear", "streamSid": "MZ1"}


@unhurried
@given(junk)
def test_no_message_is_too_strange_to_be_read(text: str) -> None:
    message = messages.read(text)
    if isinstance(message, Media):
        assert message.sound
    if isinstance(message, messages.Digit):
        assert message.key in KEYS


def test_large_deep_and_foreign_messages_are_passed_over() -> None:
    assert messages.read(media("1", b"\x00" * LARGEST_BYTES)) is None
    assert messages.read("[" * (LARGEST_BYTES - 1)) is None
    assert messages.read('{"event": ' + "9" * 5_000 + "}") is None
    assert messages.read(media("1", track="outbound")) is None
    assert messages.read(media("1", payload="a###")) is None
    assert messages.read(media("1" * 19)) == Media(None, b"\x00" * 160)
    assert messages.read(start(mediaFormat={"encoding": "audio/x-l16", "sampleRate": 16000, "channels": 1})) is None


# -- order ------------------------------------------------------------------------------------------------------


@st.composite
def shuffled(draw: st.DrawFn) -> list[int]:
    """Chunks 1 to n, none of which comes more than the depth late."""
    count = draw(st.integers(1, 60))
    places = [
        number + draw(st.integers(0, LATEST_CHUNKS)) + 0.5 * draw(st.booleans()) for number in range(1, count + 1)
    ]
    return sorted(range(1, count + 1), key=lambda number: (places[number - 1], number))


@unhurried
@given(shuffled(), st.data())
def test_order_is_restored_and_doubles_fall_away(numbers: list[int], data: st.DataObject) -> None:
    order, heard = Order(), b""
    for number in numbers:
        for _ in range(data.draw(st.integers(1, 2))):
            heard += order.take(Media(number, bytes([number])))
    heard += order.rest()
    assert heard == bytes(range(1, len(numbers) + 1))


@unhurried
@given(st.lists(st.integers(0, 10**18) | st.integers(0, 50), max_size=40), st.integers(1, 10**9))
def test_after_any_nonsense_the_person_is_heard_again(nonsense: list[int], begin: int) -> None:
    order = Order()
    for number in nonsense:
        order.take(Media(number, b"\xff"))
    heard = b"".join(order.take(Media(begin + index, bytes([index]))) for index in range(60))
    kept = [sound for sound in heard + order.rest() if sound < 60]
    assert kept == sorted(kept)
    assert len(kept) >= 60 - 3 * LATEST_CHUNKS - 2  # deaf for 200 ms at most


def test_one_missing_chunk_holds_the_sound_back_for_60_ms_and_no_longer() -> None:
    order = Order()
    assert order.take(Media(1, b"a")) == b"a"
    assert [order.take(Media(number, b"x")) for number in (3, 4, 5)] == [b"", b"", b""]
    assert order.take(Media(6, b"y")) == b"xxxy"
    assert order.take(Media(2, b"late")) == b""


# -- the line ---------------------------------------------------------------------------------------------------


@unhurried
@given(st.lists(junk | st.builds(media, st.integers(1, 30).map(str)), max_size=25), st.booleans())
def test_events_end_with_one_hang_up_whatever_comes(texts: list[str], stops: bool) -> None:
    async def run() -> None:
        wire = FakeWire([*texts, *([STOP] if stops else [])])
        wire.come(None)
        events = await all_events(line_on(wire))
        assert [event for event in events if isinstance(event, HungUp)] == [events[-1]] == [HungUp(broken=not stops)]
        assert all(each.samples.dtype == np.int16 for each in events if isinstance(each, Sound))
        assert not any(isinstance(each, Played) for each in events)
        assert wire.closed

    texts = [text for text in texts if messages.read(text) != messages.Stop()]
    asyncio.run(run())


async def test_sound_is_doubled_and_keys_stand_where_they_were_pressed() -> None:
    dtmf = json.dumps({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": "#"}})
    sound = encode_mulaw(tone(440, 0.02)[::2])
    wire = FakeWire([media("1", sound), dtmf, media("2", sound), start(), STOP])
    first, key, second, last = await all_events(line_on(wire))
    assert isinstance(first, Sound)
    assert isinstance(second, Sound)
    assert (len(first.samples), len(second.samples)) == (FRAME_SAMPLES, FRAME_SAMPLES)
    assert (key, last) == (Key("#"), HungUp())


async def test_send_never_waits_and_drops_what_is_too_much() -> None:
    wire = FakeWire(stuck=True)
    line = line_on(wire)
    carrying = asyncio.create_task(line.run())
    frame = frames(tone(440, 0.02))[0]
    for _ in range(20_000):
        await line.send(frame)
        await asyncio.sleep(0) if _ % 1_000 == 0 else None
    assert len(line._waiting) <= 6_001
    await line.mark("m")
    await line.clear()
    await line.end()
    assert [event async for event in line.events()] == [Played("m"), HungUp()]
    await asyncio.wait_for(carrying, 30)


async def test_clear_overtakes_what_waits() -> None:
    wire = FakeWire()
    line = line_on(wire)
    for frame in frames(tone(440, 1.0)):
        await line.send(frame)
    await line.mark("one")
    await line.clear()
    await line.send(frames(tone(440, 0.02))[0])
    carrying = asyncio.create_task(line.run())
    async with asyncio.timeout(30):
        while len(wire.sent) < 2:
            await asyncio.sleep(0.01)
    await line.end()
    await carrying
    assert [each["event"] for each in wire.sent] == ["clear", "media"]
    assert [event async for event in line.events()] == [Played("one"), HungUp()]


@pytest.mark.parametrize("hand_over", [False, True])
async def test_the_first_end_holds(hand_over: bool) -> None:
    ends: list[bool] = []
    wire = FakeWire()
    line = line_on(wire, ends)
    carrying = asyncio.create_task(line.run())
    await line.end(hand_over=hand_over)
    await line.end(hand_over=not hand_over)
    for act in (line.clear(), line.mark("late"), line.send(tone(440, 0.02))):
        await act
    await asyncio.wait_for(carrying, 30)
    assert ends == [hand_over]
    assert [event async for event in line.events()] == [HungUp()]
    assert (wire.sent, wire.closed) == ([], True)


async def test_a_hang_up_before_the_end_leaves_nothing_to_hand_over() -> None:
    ends: list[bool] = []
    wire = FakeWire([STOP])
    line = line_on(wire, ends)
    assert await all_events(line) == [HungUp()]
    await line.end(hand_over=True)
    assert ends == []


async def test_the_last_words_are_heard_although_a_chunk_before_them_never_came() -> None:
    first, last, over = await all_events(line_on(FakeWire([media("1"), media("3"), STOP])))
    assert (type(first), type(last), over) == (Sound, Sound, HungUp())
