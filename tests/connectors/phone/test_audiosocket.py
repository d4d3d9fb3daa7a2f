"""The AudioSocket server takes what comes, and serves the next call whatever it was; and what the dialplan asks."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import numpy as np
import pytest
from asterisk_peer import CONTINUES, HANGS_UP, PLENTY_SECONDS, AudioSocketPeer, until
from structlog.testing import capture_logs

from connectors.phone import asterisk, audiosocket
from connectors.phone.asterisk import Announced, Ended, Next
from connectors.phone.audiosocket import AudioSocketServer, serving
from connectors.phone.ports import FRAME_SAMPLES, Call, HungUp, Key, Line, LineEvent, Sound
from dialogues.errors import SaysoError

FRAME = np.zeros(160, np.int16)
ANYWHERE = "0.0.0.0"  # noqa: S104 - this is what is tested


class Taken:
    """A `Serve` that keeps what comes."""

    def __init__(self) -> None:
        self.calls: list[tuple[Line, list[LineEvent]]] = []
        self.done = 0

    async def __call__(self, line: Line) -> None:
        events: list[LineEvent] = []
        self.calls.append((line, events))
        async for event in line.events():
            events.append(event)
        self.done += 1


@pytest.fixture
def taken() -> Taken:
    return Taken()


@pytest.fixture
async def server(taken: Taken) -> AsyncIterator[AudioSocketServer]:
    async with serving(taken, port=0, patience_seconds=0.3, max_calls=5) as running:
        yield running


async def rung(port: int, **more: int | bool) -> AudioSocketPeer:
    peer = AudioSocketPeer()
    await peer.ring(port, **more)  # type: ignore[arg-type]
    return peer


async def serves_the_next(server: AudioSocketServer, taken: Taken) -> None:
    await until(lambda: server.calls == 0)
    before = len(taken.calls)
    peer = await rung(server.port)
    await peer.say(FRAME)
    await peer.press("1")
    await until(lambda: len(taken.calls) == before + 1 and len(taken.calls[-1][1]) == 2)
    assert server.calls == 1
    await peer.hang_up()
    await until(lambda: server.calls == 0)


# -- where it listens --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", [ANYWHERE, "::", "", "8.8.8.8", "100.64.0.1", "169.254.1.1", "no.such.host.invalid"])
async def test_an_address_that_others_reach_is_refused(host: str, taken: Taken) -> None:
    with pytest.raises(SaysoError) as caught:
        async with serving(taken, host, 0):
            pytest.fail("it listened")
    assert caught.value.code == "audiosocket_exposed"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
async def test_this_machine_is_listened_on(host: str, taken: Taken) -> None:
    async with serving(taken, host, 0) as running:
        assert running.port > 0


@pytest.mark.parametrize(
    ("host", "private"),
    [("10.1.2.3", True), ("172.16.0.9", True), ("172.32.0.9", False), ("192.168.1.1", True), ("fd00::1", True)],
)
async def test_private_networks_are_told_from_others(host: str, private: bool, taken: Taken) -> None:
    with pytest.raises(SaysoError) as caught:  # a private address that this machine has not
        async with serving(taken, host, 0):
            pytest.fail("it listened")
    assert caught.value.code == ("audiosocket_port" if private else "audiosocket_exposed")


async def test_it_listens_anywhere_when_told_so(taken: Taken) -> None:
    async with serving(taken, ANYWHERE, 0, exposed=True, max_calls=1) as running:
        await serves_the_next(running, taken)


async def test_a_port_in_use_is_said_so(server: AudioSocketServer, taken: Taken) -> None:
    with pytest.raises(SaysoError) as caught:
        async with serving(taken, port=server.port):
            pytest.fail("it listened")
    assert caught.value.code == "audiosocket_port"
    assert str(server.port) in caught.value.message


# -- what comes that should not ----------------------------------------------------------------------------------


async def test_who_does_not_say_who_they_are_is_sent_away(server: AudioSocketServer, taken: Taken) -> None:
    peer = await rung(server.port, greet=False)
    await until(lambda: peer.outcome)
    assert taken.calls == []
    await serves_the_next(server, taken)


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: sayso\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x01\x00\x0f" + bytes(15),
        b"\x01\xff\xff",
        b"\x10\x00\x02ab",
        b"\x03\x00\x015",
        b"\x00\x00\x00",
        bytes(range(256)) * 40,
    ],
)
async def test_garbage_instead_of_an_id_is_closed(data: bytes, server: AudioSocketServer, taken: Taken) -> None:
    peer = await rung(server.port, greet=False)
    await peer.write_raw(data)
    await until(lambda: peer.outcome)
    assert taken.calls == []
    await serves_the_next(server, taken)


@pytest.mark.parametrize(
    ("data", "broken"),
    [
        (b"\x10\xff\xff" + bytes(3_000), True),
        (b"\x13\x00\x02ab", True),
        (b"\x10\x00\x02ab\x12\x00\x02ab", True),
        (b"\xff\x00\x01\x02", True),
        (b"\xff\x00\x00", True),
        (b"\xff\x00\x01\x01", False),
        (b"\x00\x00\x00", False),
        (b"\x00\x00\x00\x03\x00\x015", False),
        (b"\x03\x00\x015" * 3_000, True),
    ],
)
async def test_what_ends_a_call(data: bytes, broken: bool, server: AudioSocketServer, taken: Taken) -> None:
    peer = await rung(server.port)
    await peer.write_raw(data)
    await until(lambda: taken.done)
    assert taken.calls[0][1][-1] == HungUp(broken)
    await serves_the_next(server, taken)


async def test_what_means_nothing_is_passed_over(server: AudioSocketServer, taken: Taken) -> None:
    peer = await rung(server.port)
    for kind, payload in ((0x02, b"x" * 9), (0x77, b""), (0x10, b""), (0x10, b"x"), (0x01, bytes(16)), (0x03, b"\xc3")):
        await peer.write(kind, payload)
    await peer.write(0x10, FRAME.tobytes() + b"x")
    await peer.press("9")
    await until(lambda: taken.calls and len(taken.calls[0][1]) == 2)
    sound, key = taken.calls[0][1]
    assert isinstance(sound, Sound)
    assert (len(sound.samples), key) == (FRAME_SAMPLES, Key("9"))
    assert len(taken.calls) == 1


@pytest.mark.parametrize("cut", [1, 2, 3, 100, 322])
async def test_half_a_frame_and_then_nothing(cut: int, server: AudioSocketServer, taken: Taken) -> None:
    peer = await rung(server.port)
    await peer.say(FRAME)
    await peer.write_raw((b"\x10\x01\x40" + FRAME.tobytes())[:cut])
    await peer.half_close()
    await until(lambda: taken.done)
    assert [type(event) for event in taken.calls[0][1]] == [Sound, HungUp]
    await serves_the_next(server, taken)


async def test_a_frame_may_come_byte_by_byte(server: AudioSocketServer, taken: Taken) -> None:
    peer = await rung(server.port)
    for byte in b"\x03\x00\x014" + b"\x10\x00\x04abcd":
        await peer.write_raw(bytes([byte]))
        await asyncio.sleep(0)
    await until(lambda: taken.calls and len(taken.calls[0][1]) == 2)


async def test_a_flood_costs_the_oldest_sound_and_no_key(taken: Taken) -> None:
    begin = asyncio.Event()

    async def late(line: Line) -> None:
        await begin.wait()
        await taken(line)

    async with serving(late, port=0) as running:
        peer = await rung(running.port)
        for number in range(3_000):
            await peer.say(np.full(160, number, np.int16))
            if number % 100 == 0:
                await peer.press("4")
        await peer.hang_up()
        await until(lambda: not running._lines)
        begin.set()
        await until(lambda: taken.done)
        events = taken.calls[0][1]
        assert [event for event in events if isinstance(event, Key)] == [Key("4")] * 30
        sound = [event for event in events if isinstance(event, Sound)]
        assert len(sound) == 500
        assert abs(int(sound[-1].samples[-1]) - 2_999) < 150
        assert events[-1] == HungUp()


# -- many calls --------------------------------------------------------------------------------------------------


async def test_one_call_too_many_is_closed_at_once_and_the_others_go_on(
    server: AudioSocketServer, taken: Taken
) -> None:
    peers = [await rung(server.port) for _ in range(5)]
    await until(lambda: server.calls == 5)
    sixth = await rung(server.port)
    await until(lambda: sixth.outcome)
    assert (sixth.outcome, server.calls, len(taken.calls)) == (CONTINUES, 5, 5)
    await peers[0].hang_up()
    await until(lambda: server.calls == 4)
    again = await rung(server.port)
    await until(lambda: server.calls == 5)
    for peer in (*peers[1:], again):
        assert peer.outcome == ""
        await peer.press("2")
    await until(lambda: sum(events == [Key("2")] for _, events in taken.calls) == 5)


async def test_thousands_of_connections_leave_it_serving(server: AudioSocketServer, taken: Taken) -> None:
    async def knock(number: int) -> None:
        peer = AudioSocketPeer()
        try:
            async with asyncio.timeout(PLENTY_SECONDS):
                await peer.ring(server.port, greet=number % 2 == 0)
        except OSError:
            return
        await (peer.break_off() if number % 3 else peer.hang_up())

    for _ in range(20):
        await asyncio.gather(*(knock(number) for number in range(100)), return_exceptions=True)
    await until(lambda: server.calls == 0)
    await serves_the_next(server, taken)


async def test_strangers_do_not_take_the_place_of_callers(taken: Taken) -> None:
    async with serving(taken, port=0, max_calls=5, patience_seconds=PLENTY_SECONDS) as running:
        strangers = [await rung(running.port, greet=False) for _ in range(200)]
        await until(lambda: sum(bool(stranger.outcome) for stranger in strangers) == 200 - 69)
        for stranger in strangers:
            await stranger.hang_up()
        await serves_the_next(running, taken)


# -- slow and late -----------------------------------------------------------------------------------------------


async def test_a_stalled_asterisk_hears_what_is_newest_when_it_goes_on(server: AudioSocketServer, taken: Taken) -> None:
    with capture_logs() as logs:
        peer = await rung(server.port, receive_bytes=4_096)
        await until(lambda: taken.calls)
        peer.stall()
        line = taken.calls[0][0]
        for number in range(1_000):
            await line.send(np.full(FRAME_SAMPLES, number * 10, np.int16))
        peer.go_on()
        await until(lambda: len(peer.heard) and abs(int(peer.heard[-1]) - 9_990) < 50)
        heard = peer.frames_heard
        assert heard < 300
        await peer.hang_up()
        await until(lambda: server.calls == 0)
    (over,) = [entry for entry in logs if entry["event"] == "audiosocket_call_over"]
    assert (over["frames_sent"], over["frames_dropped"]) == (heard, 1_000 - heard)
    assert peer.id not in str(logs)


async def test_clear_drops_what_was_not_taken(server: AudioSocketServer, taken: Taken) -> None:
    peer = await rung(server.port, receive_bytes=4_096)
    await until(lambda: taken.calls)
    peer.stall()
    line = taken.calls[0][0]
    for _ in range(1_000):
        await line.send(np.full(FRAME_SAMPLES, 5_000, np.int16))
    taken_by_the_kernel = line._sent  # type: ignore[attr-defined]
    await line.clear()
    await line.send(np.zeros(FRAME_SAMPLES, np.int16))
    await line.send(np.zeros(FRAME_SAMPLES, np.int16))
    peer.go_on()
    await until(lambda: len(peer.heard) and not peer.heard[-160:].any())
    assert peer.frames_heard == taken_by_the_kernel + 2


async def test_a_caller_who_hangs_up_with_our_sound_unread_is_no_broken_line(
    server: AudioSocketServer, taken: Taken
) -> None:
    peer = await rung(server.port)
    await until(lambda: taken.calls)
    peer.stall()
    for _ in range(20):
        await taken.calls[0][0].send(np.zeros(FRAME_SAMPLES, np.int16))
    await peer.break_off()
    await until(lambda: taken.done)
    assert taken.calls[0][1] == [HungUp(broken=False)]


async def test_no_reset_overtakes_the_hang_up_though_the_caller_speaks_on(
    server: AudioSocketServer, taken: Taken
) -> None:
    loop = asyncio.get_running_loop()
    with socket.socket() as connection:
        connection.setblocking(False)
        await loop.sock_connect(connection, ("127.0.0.1", server.port))
        await loop.sock_sendall(connection, b"\x01\x00\x10" + bytes(16))
        await until(lambda: taken.calls)
        await taken.calls[0][0].end(hand_over=True)
        for _ in range(20):
            await loop.sock_sendall(connection, b"\x10\x01\x40" + bytes(320))
            await asyncio.sleep(0.01)
        assert await loop.sock_recv(connection, 100) == b"\x00\x00\x00"
        assert await loop.sock_recv(connection, 100) == b""
        await loop.sock_sendall(connection, b"\x10\x01\x40" + bytes(320))


async def test_an_asterisk_that_never_closes_is_cut_off(server: AudioSocketServer, taken: Taken) -> None:
    peer = await rung(server.port)
    await until(lambda: taken.calls)
    peer.stall()
    await taken.calls[0][0].end()
    await until(lambda: server.calls == 0)

    async def write_on() -> None:
        while True:
            await peer.write(0x10, bytes(320))
            await asyncio.sleep(0.01)

    async with asyncio.timeout(PLENTY_SECONDS):
        with pytest.raises(OSError):  # noqa: PT011
            await write_on()


async def test_stopping_tells_the_calls_and_waits_for_them(taken: Taken) -> None:
    ended = Ended()
    put_away = []

    async def careful(line: Line) -> None:
        await taken(line)
        await asyncio.sleep(0.1)
        put_away.append(line)

    async with serving(careful, port=0, ended=ended) as running:
        peers = [await rung(running.port) for _ in range(3)]
        await until(lambda: running.calls == 3)
    assert (len(put_away), running.calls) == (3, 0)
    assert all(events == [HungUp()] for _, events in taken.calls)
    for peer in peers:
        await until(lambda peer=peer: peer.outcome)  # type: ignore[misc]
        assert (peer.outcome, ended.next(peer.id)) == (CONTINUES, Next.UNKNOWN)
    with pytest.raises(OSError):  # noqa: PT011
        await rung(running.port)


async def test_stopping_does_not_wait_for_ever() -> None:
    async def deaf(line: Line) -> None:
        await asyncio.sleep(10 * PLENTY_SECONDS)

    async with asyncio.timeout(PLENTY_SECONDS):
        async with serving(deaf, port=0, grace_seconds=0.05) as running:
            await rung(running.port)
            await until(lambda: running.calls == 1)
    assert running.calls == 0


# -- who it is, and what follows ---------------------------------------------------------------------------------


@pytest.mark.parametrize("slow", [False, True])
async def test_a_lookup_that_fails_costs_the_number_only(
    slow: bool, taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asterisk, "LOOKUP_SECONDS", 0.1)

    async def lookup(call_id: str) -> Call:
        if slow:
            await asyncio.sleep(10 * PLENTY_SECONDS)
        raise KeyError(call_id)

    with capture_logs() as logs:
        async with serving(taken, port=0, lookup=lookup) as running:
            peer = await rung(running.port)
            await peer.press("6")
            await until(lambda: taken.calls and taken.calls[0][1] == [Key("6")])
            assert taken.calls[0][0].call == Call(peer.id)
    assert peer.id not in str(logs)


async def test_an_end_is_noted_under_the_dialplans_id() -> None:
    ended = Ended()

    async def hands_over(line: Line) -> None:
        assert line.call.id == "mine"
        await line.end(hand_over=True)

    async with serving(hands_over, port=0, ended=ended, lookup=lambda _: Call("mine")) as running:
        peer = await rung(running.port)
        await until(lambda: peer.outcome)
        assert ended.next(peer.id.upper()) is Next.HAND_OVER


async def test_after_the_caller_hung_up_nothing_is_noted(server: AudioSocketServer, taken: Taken) -> None:
    peer = await rung(server.port)
    await until(lambda: taken.calls)
    await peer.hang_up()
    assert peer.outcome == HANGS_UP
    await until(lambda: taken.done)
    await taken.calls[0][0].end(hand_over=True)
    assert server._ended.next(peer.id) is Next.UNKNOWN


def test_what_was_announced_is_known_for_two_minutes() -> None:
    now = [0.0]
    announced = Announced(lambda: now[0])
    call = Call("0191-AB", number="+441632960123")
    announced.announce(call)
    now[0] = 119.0
    assert announced("0191-ab") == call
    assert announced("other") == Call("other")
    now[0] = 120.0
    assert announced("0191-ab") == Call("0191-ab")
    assert len(announced) == 0


def test_announcing_again_corrects_and_lasts_anew() -> None:
    now = [0.0]
    announced = Announced(lambda: now[0])
    announced.announce(Call("a"))
    announced.announce(Call("b"))
    now[0] = 100.0
    announced.announce(Call("a", number="+441632960123"))
    now[0] = 150.0
    assert announced("a").number
    assert len(announced) == 1


def test_too_many_announcements_cost_the_oldest() -> None:
    announced = Announced(lambda: 0.0)
    for number in range(asterisk.MAX_ENTRIES + 5):
        announced.announce(Call(str(number), number="+441632960123"))
    assert len(announced) == asterisk.MAX_ENTRIES
    assert not announced("4").number
    assert announced("5").number


def test_defaults_are_those_of_the_settings() -> None:
    assert (audiosocket.PORT, audiosocket.MAX_CALLS, audiosocket.PATIENCE_SECONDS) == (9092, 20, 5.0)
