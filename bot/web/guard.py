"""Stands around the whole application: security headers on every answer, and no fault that leaks."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web import errors

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with `no-referrer`, browsers send `Origin: null` with our own forms
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
ONE_YEAR_SECONDS = 31_536_000
HSTS = f"max-age={ONE_YEAR_SECONDS}"


class Guard:
    """ASGI middleware; outermost.

    Args:
        app: What it stands around.
        https: True when people come by https, even where a proxy in front ends it: browsers are told never to come
            by http, and cookies are marked secure.
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._https = https
        self._headers = HEADERS | ({"strict-transport-security": HSTS} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._https:
            scope["scheme"] = "https"
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._add_headers(scope["path"], message)
            await send(message)

        try:
            await self._app(scope, receive, send_guarded)
        except Exception as error:  # the one place where unexpected faults end; they are not raised again
            errors.log_failure(error, scope["path"])
            if not started:
                await errors.answer(scope["path"], 500)(scope, receive, send_guarded)

    def _add_headers(self, path: str, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in self._headers.items():
            headers[name] = value
        if not path.startswith("/static/"):
            headers.setdefault("cache-control", "no-store")
