"""A Twilio of our own, faithful where it matters: signed requests, TwiML that is really followed, a media stream that
plays in its own time, the REST API and its callbacks. It checks what it gets as strictly as Twilio does.

    async with TwilioPeer(app_url, settings) as peer:
        call = await peer.rings(from_number="+441632960123", says=samples)
        await call.press("1")
        await call.until_ended()
        assert call.faults == []
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx
from serving import serving
from twilio_peer_api import ApiFault, api
from twilio_peer_call import PeerCall
from twilio_peer_stream import Weather

from connectors.phone.twilio import TwilioSettings
from connectors.phone.twilio.settings import STATUS_PATH, VOICE_PATH
from connectors.speech.ports import Samples

PLENTY_SECONDS = 30.0

ACCOUNT = "AC" + "a1" * 16
SETTINGS = TwilioSettings(
    account_sid=ACCOUNT,
    auth_token="a-secret-token",
    number="+441632960000",
    public_url="https://sayso.example.org",
    hand_over_number="+441632960001",
)
"""An account that nobody has; numbers are Ofcom's for drama."""


@dataclass(frozen=True, slots=True)
class Callee:
    """What happens where we ring.

    Attributes:
        picks_up: "completed" for somebody or something that answers; else "busy", "no-answer", "failed", "canceled".
        says: The first sound, 16 kHz; None for silence.
        rings_seconds: How long it rings.
        answered_by: What machine detection finds, where it was asked for: "human", "machine_end_beep", "fax", ...
        found_seconds: How long after the answer it is found.
    """

    picks_up: str = "completed"
    says: Samples | None = None
    rings_seconds: float = 0.05
    answered_by: str = "human"
    found_seconds: float = 0.1


class TwilioPeer:
    """Twilio, with one account and one number.

    Args:
        app_url: Where the application listens; may be set later, as `peer.app_url`.
        settings: As the application has them, but for `api_url`, which is the peer's own.
        speed: How many times faster than real time sound runs.
        weather: What the network does to the person's sound.

    Attributes:
        api_url: Where its API is, once it is entered.
        callee: What happens where we ring.
        dial_status: How a `<Dial>` ends: "completed", "busy", "no-answer", "failed", "canceled".
        dial_seconds: How long a `<Dial>` lasts.
        fault: What its API does wrong; None for nothing.
        account: Of the API.
        numbers: Numbers of the account, as the API has them.
        orders: The forms that came to the API.
        slash: True to sign the WebSocket's address with a "/" at its end.
    """

    def __init__(
        self, app_url: str, settings: TwilioSettings = SETTINGS, *, speed: float = 1.0, weather: Weather | None = None
    ) -> None:
        self.app_url = app_url
        self.settings = settings
        self.speed = speed
        self.weather = weather or Weather()
        self.api_url = ""
        self.callee = Callee()
        self.dial_status, self.dial_seconds = "completed", 0.0
        self.fault: ApiFault | None = None
        self.account: dict[str, str] = {"sid": settings.account_sid, "status": "active", "type": "Full"}
        self.numbers: list[dict[str, str]] = [
            {
                "phone_number": settings.number,
                "voice_url": settings.url(VOICE_PATH),
                "voice_method": "POST",
            }
        ]
        self.orders: list[dict[str, list[str]]] = []
        self.slash = False
        self.calls: dict[str, PeerCall] = {}
        self._placed: asyncio.Queue[PeerCall] = asyncio.Queue()
        self._stack = AsyncExitStack()
        self._tasks: set[asyncio.Task[None]] = set()
        self.client = httpx.AsyncClient(timeout=PLENTY_SECONDS)

    async def __aenter__(self) -> Self:
        self.api_url = await self._stack.enter_async_context(serving(api(self)))
        await self._stack.enter_async_context(self.client)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for call in self.calls.values():
            call.gone.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=PLENTY_SECONDS)
        await self._stack.aclose()

    # -- calls --------------------------------------------------------------------------------------------------

    async def rings(self, from_number: str = "+441632960123", says: Samples | None = None) -> PeerCall:
        """Somebody rings the number; returns once the call is answered by the application.

        Args:
            from_number: Theirs; "+266696687" where they withhold it.
            says: What they say at once, 16 kHz.
        """
        call = self._call(from_number, self.settings.number, "inbound")
        call.status_url = self.settings.url(STATUS_PATH)
        if says is not None:
            call.queue(says)
        self._beside(call, call.live(self.settings.url(VOICE_PATH)))
        await call.until(lambda: call.answered or call.ended)
        return call

    async def placed(self, seconds: float = PLENTY_SECONDS) -> PeerCall:
        """The next call that the application makes; it rings, and goes as `callee` says."""
        return await asyncio.wait_for(self._placed.get(), seconds)

    def place(self, order: Mapping[str, list[str]]) -> PeerCall:
        """A call is ordered by the API."""
        call = self._call(order["From"][0], order["To"][0], "outbound-api")
        self._beside(call, call.ring(order, self.callee))
        self._placed.put_nowait(call)
        return call

    def _call(self, from_number: str, to_number: str, direction: str) -> PeerCall:
        call = PeerCall(self, "CA" + secrets.token_hex(16), from_number, to_number, direction)
        self.calls[call.sid] = call
        return call

    def _beside(self, call: PeerCall, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_kept(call, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- requests -----------------------------------------------------------------------------------------------

    def sign(self, url: str, fields: Mapping[str, str] | None = None) -> str:
        """The signature, made as Twilio's documents say, and not by the code that is tested."""
        text = url
        for name in sorted(fields or {}):
            text += name + (fields or {})[name]
        digest = hmac.new(self.settings.auth_token.encode(), text.encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode()

    def reached(self, url: str) -> str:
        """Where a public address is on this machine."""
        public = self.settings.public_url
        for old, new in ((public, self.app_url), ("ws" + public[4:], "ws" + self.app_url[4:])):
            if url.startswith(old):
                return new + url[len(old) :]
        raise ValueError("This address is not the application's.")

    async def post(self, url: str, fields: Mapping[str, str], signature: str | None = None) -> httpx.Response:
        """Calls a webhook, signed (or with another signature)."""
        given = self.sign(url, fields) if signature is None else signature
        headers = {"X-Twilio-Signature": given.encode(), "user-agent": b"TwilioProxy/1.1"}
        return await self.client.post(self.reached(url), data={**fields}, headers=headers)


async def _kept(call: PeerCall, work: Coroutine[Any, Any, None]) -> None:
    """A call; what goes wrong with it is a fault of the call, and ends it."""
    try:
        await work
    except Exception as error:
        call.faults.append(f"11200 {type(error).__name__} {error}")
        call.status = "failed"
