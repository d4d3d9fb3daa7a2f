"""Turns away floods and oversized bodies before anything else looks at them."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web import errors
from bot.web.ports import Flood

LARGEST_BODY_BYTES = 256 * 1024
MOST_CALLERS = 10_000
"""Callers remembered at once; the one not seen for longest is forgotten first."""

SIGN_IN_PATHS = frozenset(
    {"/talk/start", "/provider/sign-in", "/staff/sign-in", "/staff/code", "/staff/second-step", "/staff/password"}
)
UNLIMITED_PATHS = frozenset({"/healthz", "/readyz"})


class Buckets:
    """A token bucket for each caller, in memory.

    Args:
        flood: Size and refill of each bucket.
        clock: Seconds, from any starting point, never going back.
    """

    def __init__(self, flood: Flood, clock: Callable[[], float] = time.monotonic) -> None:
        self._flood = flood
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_seconds(self, caller: str) -> float:
        """Takes one token; gives 0 when there was one, else the seconds until there is."""
        now = self._clock()
        level, seen = self._levels.pop(caller, (float(self._flood.burst), now))
        level = min(float(self._flood.burst), level + (now - seen) * self._flood.per_second)
        allowed = level >= 1.0
        self._levels[caller] = (level - 1.0 if allowed else level, now)
        while len(self._levels) > MOST_CALLERS:
            self._levels.popitem(last=False)
        return 0.0 if allowed else (1.0 - level) / self._flood.per_second


class Limits:
    """ASGI middleware.

    Args:
        app: What it protects.
        buckets: Buckets for `api`, `page` and `sign_in`.
        token_name: Gives the name behind an `Authorization` header, None when it is not valid. Programs with a valid
            token are counted by it, everybody else by address.
    """

    def __init__(
        self, app: ASGIApp, *, buckets: Mapping[str, Buckets], token_name: Callable[[str], str | None]
    ) -> None:
        self._app = app
        self._buckets = buckets
        self._token_name = token_name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, headers = scope["path"], Headers(scope=scope)
        wait = self._wait_seconds(scope, headers)
        if wait:
            await errors.answer(path, 429, headers={"retry-after": str(math.ceil(wait))})(scope, receive, send)
            return
        body = await _whole_body(headers, receive) if scope["method"] not in {"GET", "HEAD"} else b""
        if body is None:
            await errors.answer(path, 413, headers={"connection": "close"})(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive) if scope["method"] not in {"GET", "HEAD"} else receive, send)

    def _wait_seconds(self, scope: Scope, headers: Headers) -> float:
        path: str = scope["path"]
        if path in UNLIMITED_PATHS or path.startswith("/static/"):
            return 0.0
        address = scope["client"][0] if scope.get("client") else "unknown"
        if path.startswith("/api/"):
            name = self._token_name(headers.get("authorization", ""))
            return self._buckets["api"].wait_seconds(f"token {name}" if name else address)
        is_sign_in = scope["method"] == "POST" and (path in SIGN_IN_PATHS or path.startswith("/staff/invitation/"))
        return self._buckets["sign_in" if is_sign_in else "page"].wait_seconds(address)


async def _whole_body(headers: Headers, receive: Receive) -> bytes | None:
    """The request's body; None when it is larger than allowed, whatever its header claims."""
    claimed = headers.get("content-length", "")
    if claimed.isdecimal() and int(claimed) > LARGEST_BODY_BYTES:
        return None
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read, then whatever else arrives."""
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again
