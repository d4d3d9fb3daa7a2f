"""A small telephone of our own for what baresip cannot do: many callers at once, exact times, and a bad network.

SIP over UDP and G.711 mu-law, as far as a caller needs them: INVITE, ACK, BYE, and answers to OPTIONS, UPDATE and BYE.
Sources: RFC 3261 (SIP), RFC 3550 (RTP), RFC 4733 (keys).
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
import struct
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import soxr

from connectors.speech.ports import RATE_HZ, Samples
from connectors.speech.telephone import LINE_RATE_HZ, decode_mulaw, encode_mulaw

FRAME_SECONDS = 0.02
_FRAME = round(LINE_RATE_HZ * FRAME_SECONDS)
_MULAW, _KEYS, _QUIET = 0, 101, b"\xff"
_KEY_SECONDS, _KEY_GAP_SECONDS = 0.12, 0.08
_T1 = 0.5
"""Seconds to the first repetition of a request. Source: RFC 3261, 17.1.1.1."""


@dataclass(frozen=True, slots=True)
class Network:
    """What the network does to the packets of sound that the caller sends; the same every time.

    Attributes:
        loss: Part of the packets that are lost, 0 to 1.
        swapped: Part of the packets that arrive after their successor.
        jitter: Seconds that a packet may be late, evenly spread.
    """

    loss: float = 0.0
    swapped: float = 0.0
    jitter: float = 0.0


class Refused(Exception):
    """The call was not put through; the first argument is the SIP status."""


@dataclass(slots=True)
class Packet:
    """A packet of sound that was heard: when (monotonic clock), its timestamp in samples, its sound at 8 kHz."""

    at: float
    timestamp: int
    marked: bool
    samples: Samples


@dataclass(slots=True)
class _Answer:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


class SipCaller:
    """One caller; makes one call.

    Args:
        number: The caller's own; "" withholds it.
        address: The caller's own, on loopback.
        server: Where it rings.
        network: What happens to the packets on the way.

    Attributes:
        answered_at: When the call was put through, on the monotonic clock.
        packets: What was heard, as it came.
        sent, lost: Packets of sound.
    """

    def __init__(
        self,
        number: str = "",
        *,
        address: str = "127.0.0.20",
        server: tuple[str, int] = ("127.0.0.1", 5060),
        network: Network | None = None,
    ) -> None:
        self._number, self._address, self._server = number, address, server
        self._network = network or Network()
        self._chance = random.Random(7)
        self._call_id, self._tag = secrets.token_hex(8), secrets.token_hex(4)
        self._to, self._contact, self._sequence = "", "", 1
        self._answers: asyncio.Queue[tuple[int, str, _Answer]] = asyncio.Queue()
        self._over, self._idle = asyncio.Event(), asyncio.Event()
        self._words: deque[bytes] = deque()
        self._pressed: deque[str] = deque()
        self.answered_at = 0.0
        self.packets: list[Packet] = []
        self.sent = self.lost = 0

    async def dial(self, number: str = "+441632960000", *, seconds: float = 20) -> None:
        """Rings, and waits until the call is put through.

        Raises:
            Refused: It was not.
            TimeoutError: Nobody answered in time.
        """
        loop = asyncio.get_running_loop()
        self._sip, _ = await loop.create_datagram_endpoint(lambda: _Ear(self._signal), (self._address, 0))
        self._rtp, _ = await loop.create_datagram_endpoint(lambda: _Ear(self._sound), (self._address, 0))
        self._uri = f"sip:{number}@{self._server[0]}:{self._server[1]}"
        self._to = f"<{self._uri}>"
        async with asyncio.timeout(seconds):
            answer = await self._request("INVITE", self._uri, self._offer())
        self._to = answer.headers["to"]
        if answer.status >= 300:
            self._send("ACK", self._uri, branch=self._branch)
            self._close()
            raise Refused(answer.status)
        self.answered_at = time.monotonic()
        self._contact = answer.headers["contact"].partition("<")[2].partition(">")[0]
        self._send("ACK", self._contact)
        self._target = _media(answer.body)
        self._speaking = asyncio.create_task(self._speak())

    def say(self, samples: Samples, *, rate_hz: int = RATE_HZ) -> None:
        """Speaks, after what is still being said; silence goes out otherwise."""
        narrow = encode_mulaw(soxr.resample(samples, rate_hz, LINE_RATE_HZ))
        self._words.extend(narrow[at : at + _FRAME].ljust(_FRAME, _QUIET) for at in range(0, len(narrow), _FRAME))

    async def said(self) -> float:
        """Waits until all words and keys are out; when that was, on the monotonic clock."""
        self._idle.clear()
        await self._idle.wait()
        return time.monotonic()

    def keys(self, keys: str) -> None:
        """Presses keys, each for 120 ms."""
        self._pressed.extend(keys)

    async def hang_up(self) -> None:
        """Ends the call."""
        if not self._over.is_set():
            self._over.set()
            self._sequence += 1
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(32 * _T1):
                    await self._request("BYE", self._contact)
        await self._speaking
        self._close()

    async def ended(self, seconds: float = 20) -> None:
        """Waits until the other side has ended the call."""
        async with asyncio.timeout(seconds):
            await self._over.wait()

    def heard(self) -> Samples:
        """What was heard, 16 kHz; sample 0 is `answered_at`. A packet stands where its timestamp says, a run of them
        (since a mark) where its first one came."""
        placed: list[tuple[int, Samples]] = []
        base = 0
        for number, packet in enumerate(self.packets):
            if not number or packet.marked:
                base = round((packet.at - self.answered_at) * LINE_RATE_HZ) - packet.timestamp
            placed.append((max(0, base + packet.timestamp), packet.samples))
        whole = np.zeros(max((at + len(samples) for at, samples in placed), default=0), np.int16)
        for at, samples in placed:
            whole[at : at + len(samples)] = samples
        return soxr.resample(whole, LINE_RATE_HZ, RATE_HZ) if len(whole) else whole

    # -- sound ------------------------------------------------------------------------------------------------------

    async def _speak(self) -> None:
        sequence, stamp, source = self._chance.randrange(1000), 0, secrets.randbits(32)
        held = b""
        due = time.monotonic()
        events: deque[bytes] = deque()
        pressed_at = 0
        while not self._over.is_set():
            if not (events or self._pressed or self._words):
                self._idle.set()
            if not events and self._pressed:
                events, pressed_at = _key(self._pressed.popleft()), stamp
            if events and (event := events.popleft()):
                kind, stands, body = _KEYS, pressed_at, event
            else:
                kind, stands, body = _MULAW, stamp, self._words.popleft() if self._words else _QUIET * _FRAME
            first = 0x80 if kind == _KEYS and stands == stamp else 0
            sequence = (sequence + 1) & 0xFFFF
            packet = struct.pack("!BBHII", 0x80, first | kind, sequence, stands & 0xFFFFFFFF, source) + body
            held = self._carry(packet, held, sound=kind == _MULAW)
            stamp += _FRAME
            due += FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        self._idle.set()

    def _carry(self, packet: bytes, held: bytes, *, sound: bool) -> bytes:
        self.sent += 1
        if sound and self._chance.random() < self._network.loss:
            self.lost += 1
            return held
        if sound and not held and self._chance.random() < self._network.swapped:
            return packet
        for one in (packet, held):
            if one:
                late = self._chance.random() * self._network.jitter
                asyncio.get_running_loop().call_later(late, self._deliver, one)
        return b""

    def _deliver(self, packet: bytes) -> None:
        if not self._rtp.is_closing():
            self._rtp.sendto(packet, self._target)

    def _sound(self, data: bytes) -> None:
        if len(data) > 12 and data[1] & 0x7F == _MULAW:
            (timestamp,) = struct.unpack_from("!I", data, 4)
            self.packets.append(Packet(time.monotonic(), timestamp, bool(data[1] & 0x80), decode_mulaw(data[12:])))

    # -- signalling -------------------------------------------------------------------------------------------------

    async def _request(self, method: str, uri: str, body: str = "") -> _Answer:
        wait = _T1
        self._branch = "z9hG4bK" + secrets.token_hex(8)
        self._send(method, uri, body, branch=self._branch)
        while True:
            try:
                number, about, answer = await asyncio.wait_for(self._answers.get(), wait)
            except TimeoutError:
                self._send(method, uri, body, branch=self._branch)
                wait *= 2
                continue
            if (number, about) == (self._sequence, method):
                if answer.status >= 200:
                    return answer
                wait = 3600.0

    def _send(self, method: str, uri: str, body: str = "", *, branch: str = "") -> None:
        own = "{}:{}".format(*self._sip.get_extra_info("sockname"))
        who = f"<sip:{self._number}@{own}>" if self._number else '"Anonymous" <sip:anonymous@anonymous.invalid>'
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {own};branch={branch or 'z9hG4bK' + secrets.token_hex(8)};rport",
            f"From: {who};tag={self._tag}",
            f"To: {self._to}",
            f"Call-ID: {self._call_id}",
            f"CSeq: {self._sequence} {method}",
            f"Contact: <sip:caller@{own}>",
            "Max-Forwards: 70",
            *([] if self._number else ["Privacy: id"]),
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._sip.sendto("\r\n".join([*lines, "", body]).encode(), self._server)

    def _signal(self, data: bytes) -> None:
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        first, *rest = head.split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        if first.startswith("SIP/2.0"):
            number, _, about = headers["cseq"].partition(" ")
            if headers["call-id"] == self._call_id:
                self._answers.put_nowait((int(number), about, _Answer(int(first.split()[1]), headers, body)))
                if about == "INVITE" and self.answered_at and int(first.split()[1]) == 200:
                    self._send("ACK", self._contact)
            return
        method = first.split()[0]
        if method == "ACK":
            return
        kept = [line for line in rest if line.split(":")[0].lower() in {"via", "from", "to", "call-id", "cseq"}]
        status = "200 OK" if method in {"BYE", "OPTIONS", "UPDATE"} else "488 Not Acceptable Here"
        self._sip.sendto("\r\n".join([f"SIP/2.0 {status}", *kept, "Content-Length: 0", "", ""]).encode(), self._server)
        if method == "BYE":
            self._over.set()

    def _offer(self) -> str:
        port = self._rtp.get_extra_info("sockname")[1]
        return (
            f"v=0\r\no=- 1 1 IN IP4 {self._address}\r\ns=-\r\nc=IN IP4 {self._address}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP {_MULAW} {_KEYS}\r\na=rtpmap:{_MULAW} PCMU/8000\r\n"
            f"a=rtpmap:{_KEYS} telephone-event/8000\r\na=fmtp:{_KEYS} 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
        )

    def _close(self) -> None:
        self._sip.close()
        self._rtp.close()


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, hear: Callable[[bytes], None]) -> None:
        self._hear = hear

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._hear(data)


def _media(sdp: str) -> tuple[str, int]:
    lines = sdp.splitlines()
    address = next(line.split()[-1] for line in lines if line.startswith("c="))
    port = next(int(line.split()[1]) for line in lines if line.startswith("m=audio"))
    return address, port


def _key(key: str) -> deque[bytes]:
    """The events of one key, one a frame (its end three times), then frames that are free for sound."""
    event = "0123456789*#".index(key)
    frames = round(_KEY_SECONDS / FRAME_SECONDS)
    events = [struct.pack("!BBH", event, 10, number * _FRAME) for number in range(1, frames)]
    events += [struct.pack("!BBH", event, 0x80 | 10, frames * _FRAME)] * 3
    return deque(events + [b""] * round(_KEY_GAP_SECONDS / FRAME_SECONDS))
