"""One call at our own Twilio: follows the TwiML, verb by verb, and tells how far it came."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit, urlunsplit
from xml.etree import ElementTree as ET

from twilio_peer_stream import SILENCE, TICK_BYTES, TICK_SECONDS, MediaStream, Playback

from connectors.phone.resampling import Doubler, Halver
from connectors.speech.ports import RATE_HZ, Samples
from connectors.speech.telephone import decode_mulaw, encode_mulaw

if TYPE_CHECKING:
    from twilio_peer import Callee, TwilioPeer

PLENTY_SECONDS = 30.0
LOOK_SECONDS = 0.01
ENDED = {"busy", "no-answer", "failed", "canceled", "completed"}


class PeerCall:
    """One call.

    Attributes:
        sid: Its id.
        status: As Twilio has it.
        answered: True once a stream is open or something was said.
        transferred_to: The number that the call was handed over to; "" for none.
        caller_id: What that number saw.
        steps: What was done, in order: "voice", "stream", "action", "say", "dial", "hangup".
        spoken: Texts of `<Say>`.
        documents: The TwiML that came.
        faults: Twilio's error codes, with what was wrong; empty for a call without a fault.
        stream: The media stream; None before.
        gone: Set once the person (or the API) has hung up.
    """

    def __init__(self, peer: TwilioPeer, sid: str, from_number: str, to_number: str, direction: str) -> None:
        self._peer = peer
        self.sid = sid
        self.from_number, self.to_number, self.direction = from_number, to_number, direction
        self.status = "ringing" if direction == "inbound" else "queued"
        self.status_url = ""
        self.transferred_to = self.caller_id = ""
        self.steps: list[str] = []
        self.spoken: list[str] = []
        self.documents: list[str] = []
        self.faults: list[str] = []
        self.stream: MediaStream | None = None
        self.gone = asyncio.Event()
        self._playback = Playback()
        self._speech: deque[bytes] = deque()
        self._to_line = Halver()

    # -- the person ---------------------------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        """Whether the call is over."""
        return self.status in ENDED

    @property
    def answered(self) -> bool:
        """Whether the application took the call."""
        return (self.stream is not None and self.stream.open) or bool(self.spoken or self.transferred_to)

    @property
    def heard(self) -> Samples:
        """All that the person heard of the stream, 16 kHz, with the silence in between."""
        return Doubler().feed(decode_mulaw(bytes(self._playback.heard)))

    @property
    def heard_seconds(self) -> float:
        """How much was heard, silence and all: the time of the stream."""
        return len(self._playback.heard) / TICK_BYTES * TICK_SECONDS

    def queue(self, samples: Samples) -> None:
        """Says something, after what is being said; does not wait."""
        sound = encode_mulaw(self._to_line.feed(samples))
        sound += SILENCE * (-len(sound) % TICK_BYTES)
        self._speech.extend(sound[at : at + TICK_BYTES] for at in range(0, len(sound), TICK_BYTES))

    async def say(self, samples: Samples) -> None:
        """Says something, 16 kHz; returns when it is said, or the call is over."""
        self.queue(samples)
        await self.until(lambda: not self._speech or self.ended, PLENTY_SECONDS + len(samples) / RATE_HZ)

    async def press(self, keys: str) -> None:
        """Presses keys, one after another."""
        for key in keys:
            if self.stream is not None and not self.ended:
                await self.stream.press(key)

    async def hang_up(self) -> None:
        """Puts the receiver down; returns when the call is over."""
        self.gone.set()
        await self.until_ended()

    # -- waiting ------------------------------------------------------------------------------------------------

    async def until(self, holds: Callable[[], bool], seconds: float = PLENTY_SECONDS) -> None:
        """Waits for a condition.

        Raises:
            TimeoutError: it does not come true.
        """
        async with asyncio.timeout(seconds):
            while not holds():
                await asyncio.sleep(LOOK_SECONDS)

    async def until_ended(self, seconds: float = PLENTY_SECONDS) -> None:
        """Waits until the call is over."""
        await self.until(lambda: self.ended, seconds)

    async def until_spoken_to(self, quiet_seconds: float = 0.8, seconds: float = PLENTY_SECONDS) -> Samples:
        """Waits until something was said, and then nothing for a while (both in time of the stream), or the call ended.

        Returns:
            What was heard since this was called, 16 kHz.
        """
        played = self._playback
        begin, sound_begin, quiet = played.ticks, len(played.heard), round(quiet_seconds / TICK_SECONDS)

        def is_over() -> bool:
            return self.ended or (played.last_audible > begin and played.ticks - played.last_audible >= quiet)

        await self.until(is_over, seconds)
        return Doubler().feed(decode_mulaw(bytes(played.heard[sound_begin:])))

    # -- Twilio -------------------------------------------------------------------------------------------------

    async def live(self, url: str) -> None:
        """Follows the TwiML from an address until the call is over."""
        if self.direction != "inbound":
            self.status = "in-progress"
        self.steps.append("voice")
        document = await self._ask(url)
        self.status = "in-progress"
        while document is not None and not self.gone.is_set():
            document = await self._carry_out(document, url)
        await self._tell("completed")

    async def ring(self, order: Mapping[str, list[str]], callee: Callee) -> None:
        """A call that the application makes: rings, and is picked up or not."""
        self.status_url = order.get("StatusCallback", [""])[0]
        wanted = order.get("StatusCallbackEvent", ["completed"])
        for event in ("initiated", "ringing"):
            if event in wanted and not self.gone.is_set():
                await self._tell(event)
        await self._wait(callee.rings_seconds)
        if self.gone.is_set() or callee.picks_up != "completed":
            await self._tell("canceled" if self.gone.is_set() else callee.picks_up)
            return
        if "answered" in wanted:
            await self._tell("in-progress")
        if callee.says is not None:
            self.queue(callee.says)
        detection = self._detects(order, callee)
        await asyncio.gather(self.live(order["Url"][0]), detection)

    async def _detects(self, order: Mapping[str, list[str]], callee: Callee) -> None:
        url = order.get("AsyncAmdStatusCallback", [""])[0]
        if "MachineDetection" not in order or not url:
            return
        await self._wait(callee.found_seconds)
        if self.gone.is_set():
            return
        found = {"AnsweredBy": callee.answered_by, "MachineDetectionDuration": f"{callee.found_seconds * 1000:.0f}"}
        fields = {"AccountSid": self._peer.settings.account_sid, "CallSid": self.sid, **found}
        await self._peer.post(url, fields)

    async def _carry_out(self, document: ET.Element, base: str) -> ET.Element | None:
        """Goes through the verbs; returns the document that takes over, None at the end."""
        for verb in document:
            if self.gone.is_set():
                return None
            match verb.tag:
                case "Say":
                    self.steps.append("say")
                    self.spoken.append(verb.text or "")
                case "Pause":
                    await self._wait(float(verb.get("length", "1")))
                case "Connect" | "Dial":
                    done = await (self._connect(verb, base) if verb.tag == "Connect" else self._dial(verb))
                    if action := verb.get("action"):
                        self.steps.append("action")
                        return await self._ask(urljoin(base, action), done)
                case "Redirect":
                    return await self._ask(urljoin(base, verb.text or ""))
                case "Hangup" | "Reject":
                    self.steps.append("hangup")
                    return None
                case _:
                    self.faults.append(f"12200 {verb.tag}")
        return None

    async def _connect(self, verb: ET.Element, base: str) -> dict[str, str]:
        self.steps.append("stream")
        noun = verb.find("Stream")
        if noun is None:
            self.faults.append("12200 nothing to connect")
            return {}
        parts = urlsplit(urljoin(base, noun.get("url", "")))
        if parts.scheme not in {"wss", "ws"}:
            self.faults.append(f"31922 {parts.scheme}")
            return {}
        url = urlunsplit(parts._replace(query="", fragment=""))  # Twilio does not pass a query on
        self.stream = MediaStream(
            account_sid=self._peer.settings.account_sid,
            call_sid=self.sid,
            stream_sid="MZ" + secrets.token_hex(16),
            parameters={each.get("name", ""): each.get("value", "") for each in noun.findall("Parameter")},
            playback=self._playback,
            speech=self._speech,
            speed=self._peer.speed,
            weather=self._peer.weather,
            faults=self.faults,
        )
        signature = self._peer.sign(url + "/" * self._peer.slash)
        await self.stream.run(self._peer.reached(url), {"x-twilio-signature": signature}, self.gone)
        return {}

    async def _dial(self, verb: ET.Element) -> dict[str, str]:
        self.steps.append("dial")
        number = verb.findtext("Number") or verb.text or ""
        self.caller_id = verb.get("callerId", self.from_number)
        self.transferred_to = number.strip()
        await self._wait(self._peer.dial_seconds)
        status = "canceled" if self.gone.is_set() and self._peer.dial_status != "completed" else self._peer.dial_status
        return {"DialCallStatus": status, "DialCallSid": "CA" + secrets.token_hex(16)}

    async def _wait(self, seconds: float) -> None:
        """Waits, but not longer than the person stays."""
        try:
            await asyncio.wait_for(self.gone.wait(), seconds / self._peer.speed)
        except TimeoutError:
            return

    def fields(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """What Twilio sends with every request about the call."""
        return {
            "AccountSid": self._peer.settings.account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": self.sid,
            "CallStatus": "completed" if self.gone.is_set() else self.status,
            "Called": self.to_number,
            "CalledCity": "",
            "Caller": self.from_number,
            "Direction": self.direction,
            "From": self.from_number,
            "FromCountry": "GB",
            "To": self.to_number,
            **(more or {}),
        }

    async def _ask(self, url: str, more: Mapping[str, str] | None = None) -> ET.Element | None:
        """Asks the application what to do; None where it gives no TwiML."""
        answer = await self._peer.post(url, self.fields(more))
        if answer.status_code >= 400:
            self.faults.append(f"11200 {answer.status_code}")
            return None
        if "xml" not in answer.headers.get("content-type", ""):
            self.faults.append("12300 content type")
            return None
        self.documents.append(answer.text)
        try:
            document = ET.fromstring(answer.text)  # noqa: S314
        except ET.ParseError:
            document = ET.Element("Broken")
        if document.tag != "Response":
            self.faults.append("12100 no TwiML")
            return None
        return document

    async def _tell(self, status: str) -> None:
        """The status changed; the application is told, where it asked for that."""
        if self.status_url:
            await self._peer.post(self.status_url, self.fields({"CallStatus": status}))
        self.status = "queued" if status == "initiated" else status
