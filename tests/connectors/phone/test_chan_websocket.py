"""chan_websocket: who is let in, what is said, and that Asterisk's own queue is neither overrun nor left full."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from asterisk_peer import CONTINUES, SECRET, WebSocketPeer, until, web_app
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from websockets.exceptions import InvalidStatus

from connectors.phone import chan_websocket_line
from connectors.phone.asterisk import Ended, Next
from connectors.phone.chan_websocket import router
from connectors.phone.chan_websocket_wire import MAX_COMMAND_BYTES, Event, command, event
from connectors.phone.ports import FRAME_SAMPLES, Call, HungUp, Key, Line, LineEvent, Played, Sound

FRAME = np.full(FRAME_SAMPLES, 1_000, np.int16)


class Taken:
    """A `Serve` that keeps what comes."""

    def __init__(self) -> None:
        self.calls: list[tuple[Line, list[LineEvent]]] = []
        self.done = 0

    async def __call__(self, line: Line) -> None:
        events: list[LineEvent] = []
        self.calls.append((line, events))
        async for found in line.events():
            events.append(found)
        self.done += 1


@pytest.fixture
def taken() -> Taken:
    return Taken()


@pytest.fixture
async def port(taken: Taken) -> AsyncIterator[int]:
    async with web_app(taken, patience_seconds=0.3, max_calls=2) as found:
        yield found


async def rung(port: int, taken: Taken, **more: Any) -> tuple[WebSocketPeer, Line, list[LineEvent]]:
    peer = WebSocketPeer(**more)
    before = len(taken.calls)
    await peer.ring(port)
    await until(lambda: len(taken.calls) > before)
    return peer, *taken.calls[-1]


# -- the words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '{"event":"DTMF_END","channel_id":"1.2","digit":"#"}',
            Event("DTMF_END", {"channel_id": "1.2", "digit": "#"}, True),
        ),
        ("DTMF_END digit:# channel_id:1.2", Event("DTMF_END", {"digit": "#", "channel_id": "1.2"})),
        (
            "MEDIA_START connection_id:a:b format:slin16 ptime:20",
            Event("MEDIA_START", {"connection_id": "a:b", "format": "slin16", "ptime": "20"}),
        ),
        ("MEDIA_MARK_PROCESSED 12", Event("MEDIA_MARK_PROCESSED", {"correlation_id": "12"})),
        ("MEDIA_XOFF", Event("MEDIA_XOFF")),
        ('{"event":"MEDIA_START","channel_variables":{},"ptime":20}', Event("MEDIA_START", {"ptime": "20"}, True)),
        ("{", Event("", {}, True)),
        ('{"event":7}', Event("7", {}, True)),
        ("", Event("")),
        ("[]", Event("[]")),
    ],
)
def test_events_are_read_in_both_forms(text: str, expected: Event) -> None:
    assert event(text) == expected


@given(st.text(max_size=300) | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_no_text_makes_reading_fail(text: str) -> None:
    for each in (text, "{" + text, '{"event":' + text + "}"):
        assert isinstance(event(each).name, str)


def test_json_deeper_than_any_stack_is_no_event() -> None:
    assert event('{"event":' * 100_000).name == ""


@pytest.mark.parametrize("name", ["HANGUP", "FLUSH_MEDIA", "MARK_MEDIA"])
def test_commands_are_short_enough_for_asterisk(name: str) -> None:
    assert command(name, is_json=False) == name
    assert json.loads(command(name, is_json=True)) == {"command": name}
    assert command(name, "7", is_json=False) == f"{name} 7"
    assert json.loads(command(name, "7", is_json=True)) == {"command": name, "correlation_id": "7"}
    assert len(command(name, "9" * 20, is_json=True)) <= MAX_COMMAND_BYTES


# -- who is let in -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("secret", "query"),
    [("", ""), ("wrong", ""), ("", "secret=wrong"), ("wrong", f"secret={SECRET}"), (SECRET, "call=../etc"), ("é", "")],
)
async def test_who_does_not_know_the_secret_is_refused(secret: str, query: str, port: int, taken: Taken) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await WebSocketPeer().ring(port, secret=secret, query=query)
    assert caught.value.response.status_code == 403
    assert taken.calls == []


@pytest.mark.parametrize("coded", ["Basic", "Basic !!!", "Basic /w==", "Bearer x", "Basic c2F5c28="])
async def test_what_is_no_password_is_refused(coded: str, port: int, taken: Taken) -> None:
    from websockets.asyncio.client import connect

    with pytest.raises(InvalidStatus):
        await connect(f"ws://127.0.0.1:{port}/phone/asterisk/media", additional_headers={"Authorization": coded})
    assert taken.calls == []


async def test_the_secret_may_be_in_the_address(port: int, taken: Taken) -> None:
    peer = WebSocketPeer()
    await peer.ring(port, secret="", query=f"secret={SECRET}")
    await until(lambda: taken.calls)
    assert taken.calls[0][0].call == Call("1732500000.1")


def test_an_empty_secret_lets_nobody_set_it_up(taken: Taken) -> None:
    with pytest.raises(ValueError, match="secret"):
        router(taken, "")


async def test_one_call_too_many_is_refused(port: int, taken: Taken) -> None:
    peers = [await rung(port, taken) for _ in range(2)]
    with pytest.raises(InvalidStatus):
        await WebSocketPeer().ring(port)
    await peers[0][0].hang_up()
    await until(lambda: taken.done)
    await until(lambda: taken.done == 1)
    third = WebSocketPeer()
    for _ in range(100):  # the first one's place is free when its socket is closed
        try:
            await third.ring(port)
            break
        except InvalidStatus:
            continue
    await until(lambda: len(taken.calls) == 3)


async def test_an_end_is_noted_under_asterisks_id_where_the_dialplan_gave_none() -> None:
    ended = Ended()

    async def short(line: Line) -> None:
        await line.end(hand_over=True)

    async with web_app(short, ended=ended, lookup=lambda _: Call("mine")) as found:
        peer = WebSocketPeer()
        await peer.ring(found, query="")
        await until(lambda: peer.outcome)
        assert (peer.outcome, ended.next("1732500000.1")) == (CONTINUES, Next.HAND_OVER)


# -- beginnings --------------------------------------------------------------------------------------------------


async def test_who_never_begins_is_sent_away(port: int, taken: Taken) -> None:
    peer = WebSocketPeer()
    await peer.ring(port, start=False)
    await until(lambda: peer.outcome)
    assert taken.calls == []


@pytest.mark.parametrize("name", ["ulaw", "opus", "slin48", ""])
async def test_sound_of_another_form_is_refused(name: str, port: int, taken: Taken) -> None:
    with capture_logs() as logs:
        peer = WebSocketPeer()
        await peer.ring(port, start=False)
        await peer.tell("MEDIA_START", format=name)
        await until(lambda: peer.outcome)
    assert taken.calls == []
    assert any("slin16" in str(entry.get("remedy")) for entry in logs)


async def test_sound_that_overtakes_the_beginning_is_passed_over(port: int, taken: Taken) -> None:
    peer = WebSocketPeer()
    await peer.ring(port, start=False)
    await peer.say(FRAME)
    await peer.start()
    await peer.say(FRAME)
    await peer.press("1")
    await until(lambda: taken.calls and len(taken.calls[0][1]) == 2)
    assert isinstance(taken.calls[0][1][0], Sound)


async def test_what_means_nothing_is_passed_over(port: int, taken: Taken) -> None:
    peer, _, events = await rung(port, taken)
    for message in ("STATUS x", "{", "{}", "[]", b"", b"x", "DTMF_END", '{"event":"DTMF_END","digit":"12"}', "é"):
        await peer.send_raw(message)
    await peer.start("slin")  # a second beginning changes nothing
    await peer.tell("MEDIA_MARK_PROCESSED", correlation_id="77")
    await peer.send_raw(FRAME.tobytes() + b"x")
    await peer.press("*")
    await until(lambda: len(events) == 2)
    assert isinstance(events[0], Sound)
    assert (len(events[0].samples), events[1]) == (FRAME_SAMPLES, Key("*"))


async def test_a_connection_that_breaks_is_told_from_a_hang_up(port: int, taken: Taken) -> None:
    for action, broken in (("hang_up", False), ("break_off", True)):
        peer, _, events = await rung(port, taken)
        await getattr(peer, action)()
        await until(lambda events=events: events)  # type: ignore[misc]
        assert events == [HungUp(broken)]


async def test_a_flood_of_keys_ends_the_call(port: int, taken: Taken) -> None:
    async def deaf(line: Line) -> None:
        await until(lambda: line._arrivals.over)  # type: ignore[attr-defined]
        await taken(line)

    async with web_app(deaf) as found:
        peer = WebSocketPeer()
        await peer.ring(found)
        for _ in range(1_500):
            await peer.press("1")
        await until(lambda: taken.done)
        assert taken.calls[0][1] == [Key("1")] * 1_000 + [HungUp(broken=True)]


# -- Asterisk's clock --------------------------------------------------------------------------------------------


async def test_a_mark_comes_back_when_it_is_heard_and_not_before(port: int, taken: Taken) -> None:
    peer, line, events = await rung(port, taken)
    peer.paused = True
    for _ in range(3):
        await line.send(FRAME)
    await line.mark("said")
    await until(lambda: any("MARK_MEDIA" in each for each in peer.commands))
    assert (events, peer.frames_heard) == ([], 0)
    peer.paused = False
    await until(lambda: events)
    assert (events, peer.frames_heard) == ([Played("said")], 3)


async def test_what_is_cleared_is_not_heard(port: int, taken: Taken) -> None:
    peer, line, events = await rung(port, taken)
    peer.paused = True
    for _ in range(100):
        await line.send(FRAME)
    await line.mark("one")
    await line.mark("two")
    await until(lambda: len(peer.commands) == 2)
    await line.clear()
    await line.send(FRAME // 2)
    await line.mark("three")
    await until(lambda: len(peer.commands) == 4)
    assert (events, peer.flushed) == ([Played("one"), Played("two")], 100)
    peer.paused = False
    await until(lambda: len(events) == 3)
    assert (events[2], peer.heard.tolist()) == (Played("three"), (FRAME // 2).tolist())


async def test_a_mark_that_comes_back_late_counts_once(port: int, taken: Taken) -> None:
    peer, line, events = await rung(port, taken)
    peer.paused = True
    await line.mark("one")
    await until(lambda: peer.commands)
    await line.clear()
    await peer.tell("MEDIA_MARK_PROCESSED", correlation_id="1")
    await peer.press("1")
    await until(lambda: len(events) == 2)
    assert events == [Played("one"), Key("1")]


async def test_asterisk_is_not_sent_more_than_it_can_hold(port: int, taken: Taken) -> None:
    peer, line, _ = await rung(port, taken)
    peer.paused = True
    for _ in range(1_500):
        await line.send(FRAME)
    ahead = round(chan_websocket_line.AHEAD_SECONDS * 50)
    await until(lambda: peer.most_queued >= ahead)
    await line.clear()
    await until(lambda: any("FLUSH" in each for each in peer.commands))
    assert peer.most_queued < 900


async def test_asterisk_says_stop_and_go_on(port: int, taken: Taken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chan_websocket_line, "AHEAD_SECONDS", 1_000.0)
    peer, line, events = await rung(port, taken)
    await peer.tell("MEDIA_XOFF")
    await peer.press("1")
    await until(lambda: events == [Key("1")])
    for _ in range(200):
        await line.send(FRAME)
    await line.mark("last")
    await peer.press("2")
    await until(lambda: len(events) == 2)
    assert (peer.most_queued, events[1]) == (0, Key("2"))
    await peer.tell("MEDIA_XON")
    await until(lambda: Played("last") in events)
    assert peer.frames_heard == 200


async def test_while_asterisk_is_full_clearing_and_ending_still_work(port: int, taken: Taken) -> None:
    peer, line, events = await rung(port, taken)
    await peer.tell("MEDIA_XOFF")
    await peer.press("1")
    await until(lambda: events)
    await line.send(FRAME)
    await line.clear()
    await until(lambda: any("FLUSH" in each for each in peer.commands))
    await line.send(FRAME)
    await line.end()
    await until(lambda: peer.outcome)
    assert peer.outcome == CONTINUES


async def test_beyond_a_minute_ahead_sound_is_dropped_and_counted(port: int, taken: Taken) -> None:
    with capture_logs() as logs:
        peer, line, _ = await rung(port, taken)
        peer.paused = True
        for _ in range(chan_websocket_line.MAX_WAITING + 500):
            await line.send(FRAME)
        await line.end()
        await until(lambda: any(entry["event"] == "chan_websocket_call_over" for entry in logs))
    (over,) = [entry for entry in logs if entry["event"] == "chan_websocket_call_over"]
    assert over["frames_dropped"] == 500
    assert peer.id not in str(logs)


async def test_a_conversation_that_fails_hangs_up_at_once() -> None:
    async def fail(line: Line) -> None:
        raise RuntimeError("Doris said something")

    with capture_logs() as logs:
        async with web_app(fail) as found:
            peer = WebSocketPeer()
            await peer.ring(found)
            await until(lambda: peer.outcome)
            assert peer.commands == [command("HANGUP", is_json=True)]
    assert "Doris" not in str(logs)
