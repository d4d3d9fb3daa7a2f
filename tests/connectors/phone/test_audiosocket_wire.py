"""AudioSocket's bytes: well-formed messages come out whole in any split; anything else is refused in one way."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.phone.arrivals import Arrivals
from connectors.phone.asterisk import Ended
from connectors.phone.audiosocket_line import AudioSocketLine
from connectors.phone.audiosocket_wire import MAX_PAYLOAD_BYTES, Kind, Message, Parser, encoded
from connectors.phone.ports import HungUp, Key, Sound
from dialogues.errors import SaysoError

MESSAGES = st.lists(
    st.builds(Message, st.integers(0, 255), st.binary(max_size=400) | st.sampled_from([b"", bytes(MAX_PAYLOAD_BYTES)])),
    max_size=12,
)
GARBAGE = st.lists(
    st.binary(max_size=600)
    | st.builds(encoded, st.builds(Message, st.sampled_from([0, 1, 3, 16, 17, 18, 255]), st.binary(max_size=40))),
    max_size=12,
)


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    at = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(at)]


@given(MESSAGES, st.lists(st.integers(0, 5_000), max_size=30))
def test_messages_come_out_whole_in_any_split(messages: list[Message], cuts: list[int]) -> None:
    parser = Parser()
    data = b"".join(map(encoded, messages))
    assert [found for piece in split(data, cuts) for found in parser.feed(piece)] == messages


@given(MESSAGES)
def test_a_message_is_given_with_its_last_byte_and_not_before(messages: list[Message]) -> None:
    for message in messages:
        parser = Parser()
        data = encoded(message)
        assert list(parser.feed(data[:-1])) == []
        assert list(parser.feed(data[-1:])) == [message]


@given(st.lists(st.binary(max_size=3_000), max_size=12))
def test_any_bytes_give_messages_or_the_one_error(pieces: list[bytes]) -> None:
    parser, given_bytes = Parser(), 0
    with suppress(SaysoError):
        for piece in pieces:
            for message in parser.feed(piece):
                assert len(message.payload) <= MAX_PAYLOAD_BYTES
                given_bytes += 3 + len(message.payload)
    assert given_bytes <= sum(map(len, pieces))


@given(MESSAGES, st.integers(MAX_PAYLOAD_BYTES + 1, 65_535))
def test_what_came_before_a_length_beyond_reason_is_still_given(messages: list[Message], length: int) -> None:
    found = []
    with pytest.raises(SaysoError) as caught:
        found.extend(Parser().feed(b"".join(map(encoded, messages)) + b"\x10" + length.to_bytes(2, "big")))
    assert caught.value.code == "audiosocket_too_long"
    parser = Parser()
    assert list(parser.feed(b"".join(map(encoded, messages)))) == messages


def test_the_largest_message_of_the_wire_can_be_written_and_no_larger() -> None:
    assert encoded(Message(Kind.SOUND, b"ab")) == b"\x10\x00\x02ab"
    assert len(encoded(Message(Kind.SOUND, bytes(65_535)))) == 65_538
    with pytest.raises(Exception, match="format requires"):
        encoded(Message(Kind.SOUND, bytes(65_536)))


class _Transport(asyncio.Transport):
    """Takes all, keeps what was written."""

    def __init__(self) -> None:
        super().__init__({"socket": self})
        self.written: list[bytes] = []
        self.closed = False

    def setsockopt(self, *values: int) -> None: ...

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        assert high == 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        self.written.append(bytes(data))

    def write_eof(self) -> None:
        self.closed = True

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


async def _taken(pieces: list[bytes]) -> tuple[list[object], _Transport, int]:
    came: list[AudioSocketLine] = []
    line = AudioSocketLine(came.append, lambda _: None, Ended(), patience_seconds=60)
    transport = _Transport()
    line.connection_made(transport)
    for piece in pieces:
        line.data_received(piece)
    line.eof_received()
    line.connection_lost(None)
    return [event async for event in line.events()], transport, len(came)


@given(GARBAGE, st.booleans())
def test_a_connection_survives_any_bytes(pieces: list[bytes], greeted: bool) -> None:
    hello = [encoded(Message(Kind.ID, bytes(16)))] if greeted else []
    events, _, came = asyncio.run(_taken(hello + pieces))
    assert isinstance(events[-1], HungUp)
    assert not any(isinstance(event, HungUp) for event in events[:-1])
    assert came <= 1


@given(st.lists(st.sampled_from(["sound", "key", "unknown", "odd", "empty"]), max_size=30), st.data())
def test_a_connection_takes_what_it_knows_and_passes_over_the_rest(kinds: list[str], data: st.DataObject) -> None:
    messages = {
        "sound": Message(Kind.SOUND, bytes(320)),
        "odd": Message(Kind.SOUND, bytes(321)),
        "empty": Message(Kind.SOUND),
        "key": Message(Kind.KEY, b"7"),
        "unknown": Message(0x55, b"hello"),
    }
    whole = encoded(Message(Kind.ID, bytes(16))) + b"".join(encoded(messages[kind]) for kind in kinds)
    cuts = data.draw(st.lists(st.integers(0, len(whole)), max_size=20))
    events, _, came = asyncio.run(_taken(split(whole, cuts)))
    shapes = [len(event.samples) if isinstance(event, Sound) else event for event in events]
    expected = [320 if kind in ("sound", "odd") else Key("7") for kind in kinds if kind not in ("unknown", "empty")]
    assert shapes == [*expected, HungUp()]
    assert came == 1


async def test_a_frame_is_written_in_one_piece() -> None:
    for kind, size in ((Kind.SOUND_16, 640), (Kind.SOUND, 320)):
        line = AudioSocketLine(lambda _: None, lambda _: None, Ended(), patience_seconds=60)
        line.connection_made(transport := _Transport())
        line.data_received(encoded(Message(Kind.ID, bytes(16))) + encoded(Message(kind, bytes(size))))
        await line.send(np.zeros(320, np.int16))
        assert transport.written == [encoded(Message(kind, bytes(size)))]
        line.connection_lost(None)


@pytest.mark.parametrize("pieces", [[1] * 20_000, [16_384] * 40, [100_000], [160] * 1_000])
async def test_what_waits_has_bounds(pieces: list[int]) -> None:
    arrivals = Arrivals()
    arrivals.at(8_000)
    arrivals.key("1")
    for number, length in enumerate(pieces):
        arrivals.sound(np.full(length, number, np.int16))
        arrivals.played(str(number))
    arrivals.hang_up()
    events = [event async for event in arrivals.events()]
    sound = [event for event in events if isinstance(event, Sound)]
    assert sum(len(event.samples) for event in sound) <= 160_000
    assert len(sound) <= 2_000
    assert arrivals.dropped_pieces == len(pieces) - len(sound)
    assert events[0] == Key("1")
    assert len(events) == len(sound) + len(pieces) + 2
