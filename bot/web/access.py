"""What opens the provider page beside accounts of staff: one shared token, and in a demo this very machine."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import time
from collections.abc import Callable

from fastapi import Request, Response
from starlette.requests import HTTPConnection

from bot.web.ports import WebSettings

COOKIE = "sayso_staff"
PATH = "/provider"
SESSION_SECONDS = 8 * 60 * 60
"""One working day."""

LONGEST_EXPIRY_DIGITS = 12
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


class Access:
    """Decides, signs in and signs out.

    Args:
        settings: Holds the staff token, and whether this is a demo.
        clock: Seconds since the epoch.
    """

    def __init__(self, settings: WebSettings, clock: Callable[[], float] = time.time) -> None:
        self._token = settings.provider_token
        self._demo = settings.demo
        self._clock = clock

    @property
    def is_set_up(self) -> bool:
        """True when there is a token to sign in with."""
        return bool(self._token)

    def may_see(self, request: HTTPConnection) -> bool:
        """True for staff who are signed in, by account or token, and in a demo for the machine itself."""
        return "sayso.sign_in" in request.scope or self.opens(request)

    def opens(self, request: HTTPConnection) -> bool:
        """True with the shared token, and in a demo for the machine itself."""
        return self.is_open_demo(request) or self.is_signed_in(request)

    def is_open_demo(self, request: HTTPConnection) -> bool:
        """True in a demo, when the request comes from this very machine, through no proxy and under a local name."""
        if not self._demo or request.client is None:
            return False
        if any(header in request.headers for header in PROXY_HEADERS):
            return False
        return _is_loopback(request.client.host) and request.url.hostname in LOOPBACK_HOSTS

    def is_signed_in(self, request: HTTPConnection) -> bool:
        """True while the cookie is ours and not too old."""
        expires, _, signature = request.cookies.get(COOKIE, "").partition(".")
        if not self._token or not expires.isdecimal() or len(expires) > LONGEST_EXPIRY_DIGITS:
            return False
        is_ours = hmac.compare_digest(signature.encode(), self._sign(expires).encode())
        return is_ours and int(expires) > self._clock()

    def sign_in(self, request: Request, response: Response, token: str) -> bool:
        """Sets the cookie when the token is right; tells whether it was."""
        if not self._token or not hmac.compare_digest(_digest(token), _digest(self._token)):
            return False
        expires = str(int(self._clock()) + SESSION_SECONDS)
        response.set_cookie(
            COOKIE,
            f"{expires}.{self._sign(expires)}",
            max_age=SESSION_SECONDS,
            path=PATH,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return True

    def sign_out(self, request: Request, response: Response) -> None:
        """Removes the cookie."""
        is_https = request.url.scheme == "https"
        response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict", secure=is_https)

    def _sign(self, expires: str) -> str:
        key = hashlib.sha256(b"sayso provider session " + self._token.encode()).digest()
        return hmac.new(key, expires.encode(), hashlib.sha256).hexdigest()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
