"""What `ports.Line` promises holds on every transport of Asterisk's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
import pytest
from asterisk_peer import CONTINUES, PLENTY_SECONDS, TRANSPORTS, Exchange, Pcm, Peer, exchange, until

from connectors.phone.asterisk import Next
from connectors.phone.ports import FRAME_SAMPLES, Call, Direction, HungUp, Key, Line, LineEvent, Played, Sound
from connectors.phone.resampling import from_line, to_line

pytestmark = pytest.mark.parametrize("transport", TRANSPORTS)


def noise(samples: int, seed: int = 1) -> Pcm:
    return np.random.default_rng(seed).integers(-9_000, 9_000, samples).astype(np.int16)


def frames(count: int, rate_hz: int = 16_000, seed: int = 1) -> list[Pcm]:
    return np.split(noise(count * rate_hz // 50, seed), count)


def heard_of(events: list[LineEvent]) -> Pcm:
    return np.concatenate([np.zeros(0, np.int16), *(each.samples for each in events if isinstance(each, Sound))])


class Conversation:
    """A `Serve` that keeps what came, and does as it is told at the beginning."""

    def __init__(self, then: Callable[[Line], Awaitable[None]] | None = None) -> None:
        self.lines: list[Line] = []
        self.events: dict[str, list[LineEvent]] = {}
        self.done: list[str] = []
        self._then = then

    async def __call__(self, line: Line) -> None:
        self.lines.append(line)
        came = self.events.setdefault(line.call.id, [])
        if self._then is not None:
            await self._then(line)
        async for event in line.events():
            came.append(event)
        self.done.append(line.call.id)

    def of(self, peer: Peer) -> list[LineEvent]:
        return self.events.get(peer.id, [])

    def line(self, peer: Peer) -> Line:
        return next(each for each in self.lines if each.call.id == peer.id)


async def called(talk: Conversation, sayso: Exchange, transport: str) -> tuple[Peer, Line]:
    peer = await sayso.ring(transport)
    await until(lambda: peer.id in talk.events)
    return peer, talk.line(peer)


async def play(line: Line, peer: Peer, sound: list[Pcm]) -> None:
    """Sends no faster than it is heard, as a session does."""
    for frame in sound:
        before = peer.frames_heard
        await line.send(frame)
        await until(lambda before=before: peer.frames_heard > before)  # type: ignore[misc]


async def test_a_call_is_served_once_and_known_by_what_the_dialplan_told(transport: str) -> None:
    talk = Conversation()
    async with exchange(talk) as sayso:
        peer = sayso.peer(transport)
        told = Call(peer.id, Direction.OUTBOUND, "+441632960123", "planned-7")
        sayso.announced.announce(told)
        await sayso.connect(peer)
        await until(lambda: talk.lines)
        assert talk.lines[0].call == told
        await peer.hang_up()
        await until(lambda: talk.done)
        assert len(talk.lines) == 1
        other, line = await called(talk, sayso, transport)
        assert line.call == Call(other.id)


async def test_who_keeps_time(transport: str) -> None:
    talk = Conversation()
    async with exchange(talk) as sayso:
        _, line = await called(talk, sayso, transport)
        assert line.owns_clock is transport.startswith("chan_websocket")


async def test_what_the_caller_says_comes_in_whole_and_in_order(transport: str) -> None:
    talk = Conversation()
    async with exchange(talk) as sayso:
        peer, _ = await called(talk, sayso, transport)
        said = frames(60, peer.rate_hz)
        for piece in said:
            await peer.say(piece)
        await peer.hang_up()
        await until(lambda: talk.done)
        expected = from_line(peer.rate_hz).feed(np.concatenate(said))
        np.testing.assert_allclose(heard_of(talk.of(peer)), expected, atol=1)
        assert len(peer.heard) == 0


async def test_what_is_sent_is_heard_whole_and_in_order_though_the_caller_is_silent(transport: str) -> None:
    talk = Conversation()
    async with exchange(talk) as sayso:
        peer, line = await called(talk, sayso, transport)
        if transport == "audiosocket 16 kHz":
            await peer.say(noise(320))
            await until(lambda: talk.of(peer))
        sent = frames(60)
        await play(line, peer, sent)
        await until(lambda: len(peer.heard) == 60 * peer.rate_hz // 50)
        np.testing.assert_allclose(peer.heard, to_line(peer.rate_hz).feed(np.concatenate(sent)), atol=1)


async def test_keys_and_sound_keep_their_order(transport: str) -> None:
    talk = Conversation()
    async with exchange(talk) as sayso:
        peer, _ = await called(talk, sayso, transport)
        for key in "0123456789*#":
            await peer.say(noise(peer.rate_hz // 50))
            await peer.press(key)
        await peer.press("A")
        await peer.hang_up()
        await until(lambda: talk.done)
        events = talk.of(peer)
        assert [each.key for each in events if isinstance(each, Key)] == list("0123456789*#")
        assert [type(each) for each in events] == [Sound, Key] * 12 + [HungUp]


async def test_marks_come_back_in_order_after_what_was_sent(transport: str) -> None:
    talk = Conversation()
    async with exchange(talk) as sayso:
        peer, line = await called(talk, sayso, transport)
        for number in range(5):
            await line.send(noise(FRAME_SAMPLES))
            await line.mark(f"prompt {number} " + "x" * 200)
        await until(lambda: len(talk.of(peer)) == 5)
        assert talk.of(peer) == [Played(f"prompt {number} " + "x" * 200) for number in range(5)]
        await until(lambda: peer.frames_heard == 5)


async def test_after_clear_nothing_is_owed_and_sound_goes_on(transport: str) -> None:
    talk = Conversation()
    async with exchange(talk) as sayso:
        peer, line = await called(talk, sayso, transport)
        for _ in range(10):
            await line.send(noise(FRAME_SAMPLES))
        await line.mark("before")
        await line.clear()
        await until(lambda: talk.of(peer) == [Played("before")])
        last = frames(3, seed=9)
        before = peer.frames_heard
        for frame in last:
            await line.send(frame)
        await line.mark("after")
        await until(lambda: talk.of(peer) == [Played("before"), Played("after")])
        await until(lambda: peer.frames_heard >= before + 3)


async def test_hanging_up_is_the_last_that_comes(transport: str) -> None:
    talk = Conversation()
    async with exchange(talk) as sayso:
        peer, line = await called(talk, sayso, transport)
        await peer.press("5")
        await peer.hang_up()
        await until(lambda: talk.done)
        assert talk.of(peer) == [Key("5"), HungUp()]
        assert [event async for event in line.events()] == [HungUp()]
        assert sayso.ended.next(peer.id) is Next.UNKNOWN


async def test_a_caller_may_hang_up_at_once(transport: str) -> None:
    talk = Conversation()
    async with exchange(talk) as sayso:
        peer = await sayso.ring(transport)
        await peer.hang_up()
        await until(lambda: talk.done)
        assert talk.events == {peer.id: [HungUp()]}


async def test_a_line_that_breaks_ends_its_call(transport: str) -> None:
    talk = Conversation()
    async with exchange(talk) as sayso:
        peer, _ = await called(talk, sayso, transport)
        await peer.break_off()
        await until(lambda: talk.done)
        assert isinstance(talk.of(peer)[-1], HungUp)


@pytest.mark.parametrize("hand_over", [False, True])
async def test_the_dialplan_goes_on_and_is_told_with_what(transport: str, hand_over: bool) -> None:
    talk = Conversation()
    async with exchange(talk) as sayso:
        peer, line = await called(talk, sayso, transport)
        assert sayso.ended.next(peer.id) is Next.UNKNOWN
        await line.end(hand_over=hand_over)
        assert sayso.ended.next(peer.id) is (Next.HAND_OVER if hand_over else Next.HANG_UP)
        await until(lambda: talk.done and peer.outcome)
        assert (peer.outcome, talk.of(peer)) == (CONTINUES, [HungUp()])


async def test_the_dialplan_goes_on_while_the_caller_still_speaks(transport: str) -> None:
    talk = Conversation()
    async with exchange(talk) as sayso:
        peer, line = await called(talk, sayso, transport)

        async def babble() -> None:
            while not peer.outcome:
                await peer.say(noise(peer.rate_hz // 50))
                await asyncio.sleep(0)

        babbling = asyncio.create_task(babble())
        await until(lambda: len(talk.of(peer)) > 3)
        await line.end(hand_over=True)
        await until(lambda: peer.outcome)
        await asyncio.wait({babbling}, timeout=PLENTY_SECONDS)
        assert peer.outcome == CONTINUES


async def test_after_the_end_nothing_is_done_and_nothing_fails(transport: str) -> None:
    talk = Conversation()
    async with exchange(talk) as sayso:
        peer, line = await called(talk, sayso, transport)
        await line.end()
        for _ in range(3):
            await line.send(noise(FRAME_SAMPLES))
            await line.mark("late")
            await line.clear()
            await line.end(hand_over=True)
        await until(lambda: talk.done and peer.outcome)
        assert (len(peer.heard), talk.of(peer)) == (0, [HungUp()])
        assert sayso.ended.next(peer.id) is Next.HANG_UP


async def test_an_empty_frame_is_not_sent(transport: str) -> None:
    talk = Conversation()
    async with exchange(talk) as sayso:
        peer, line = await called(talk, sayso, transport)
        await line.send(noise(0))
        await play(line, peer, frames(1))
        assert (peer.frames_heard, peer.outcome) == (1, "")


async def test_a_conversation_that_returns_ends_the_call(transport: str) -> None:
    async def short(line: Line) -> None:
        return None

    async with exchange(short) as sayso:
        peer = await sayso.ring(transport)
        await until(lambda: peer.outcome)
        assert (peer.outcome, sayso.ended.next(peer.id)) == (CONTINUES, Next.HANG_UP)


async def test_a_conversation_that_fails_ends_its_own_call_only(transport: str) -> None:
    failing = set()

    async def fail(line: Line) -> None:
        if line.call.id in failing:
            raise RuntimeError("Doris said something")

    talk = Conversation(fail)
    async with exchange(talk) as sayso:
        well, _ = await called(talk, sayso, transport)
        ill = sayso.peer(transport)
        failing.add(ill.id)
        await sayso.connect(ill)
        await until(lambda: ill.outcome)
        assert sayso.ended.next(ill.id) is Next.UNKNOWN
        await well.press("7")
        await until(lambda: talk.of(well) == [Key("7")])
        await called(talk, sayso, transport)


async def test_a_stalled_asterisk_keeps_nobody_waiting(transport: str) -> None:
    talk = Conversation()
    async with exchange(talk) as sayso:
        peer = sayso.peer(transport)
        await sayso.connect(peer, **({"receive_bytes": 4_096} if "audiosocket" in transport else {}))
        await until(lambda: peer.id in talk.events)
        line = talk.line(peer)
        peer.stall()
        async with asyncio.timeout(PLENTY_SECONDS):
            for frame in frames(2_000):
                await line.send(frame)
        await peer.press("3")
        await until(lambda: Key("3") in talk.of(peer))
        await line.end()
        async with asyncio.timeout(PLENTY_SECONDS):
            await until(lambda: talk.done)


async def test_ten_calls_at_once_with_every_frame_accounted_for(transport: str) -> None:
    async def echo(line: Line) -> None:
        async for event in line.events():
            if isinstance(event, Sound):
                await line.send(event.samples)
            elif isinstance(event, Key):
                await line.end()

    async with exchange(echo) as sayso:
        peers = [await sayso.ring(transport) for _ in range(10)]
        said = {peer.id: frames(100, peer.rate_hz, seed) for seed, peer in enumerate(peers)}
        for number in range(100):
            for peer in peers:
                await peer.say(said[peer.id][number])
            await asyncio.sleep(0)
        for peer in peers:
            await until(lambda peer=peer: len(peer.heard) == 100 * peer.rate_hz // 50)  # type: ignore[misc]
            whole = np.concatenate(said[peer.id])
            expected = to_line(peer.rate_hz).feed(from_line(peer.rate_hz).feed(whole))
            np.testing.assert_allclose(peer.heard, expected, atol=2)
            await peer.press("#")
        for peer in peers:
            await until(lambda peer=peer: peer.outcome == CONTINUES)  # type: ignore[misc]
