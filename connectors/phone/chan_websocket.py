"""Asterisk's `chan_websocket` (22.10 and later): a WebSocket that Asterisk opens for each call.

In Asterisk: `websocket_client.conf` with `connection_type = per_call_config`, `protocols = media`, `uri` naming `PATH`,
`username = sayso`, `password` the secret; in the dialplan `Dial(WebSocket/sayso/c(slin16)f(json)v(call=${ID}),,g)`,
between the two questions to Sayso that `asterisk` shows. Plain text instead of `f(json)` does as well.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import re
from contextlib import suppress

import structlog
from fastapi import APIRouter
from starlette.websockets import WebSocket

from connectors.phone.asterisk import Ended, Lookup, looked_up
from connectors.phone.chan_websocket_line import WebSocketLine
from connectors.phone.ports import Call, Serve

PATH = "/phone/asterisk/media"
MAX_CALLS = 20
PATIENCE_SECONDS = 5.0
LINGER_SECONDS = 2.0
_ID = re.compile(r"[0-9A-Za-z.-]{1,64}")
_REFUSED, _FULL = 1008, 1013

log = structlog.get_logger(__name__)


def router(
    serve: Serve,
    secret: str,
    *,
    lookup: Lookup = Call,
    ended: Ended | None = None,
    max_calls: int = MAX_CALLS,
    patience_seconds: float = PATIENCE_SECONDS,
) -> APIRouter:
    """The WebSocket that Asterisk opens.

    Args:
        serve: Holds each conversation. Where it raises, its own call ends and the dialplan is told `Next.UNKNOWN`.
        secret: What Asterisk shows: the password of HTTP's Basic, or the parameter `secret` of the address, which
            servers on the way may write down.
        lookup: Whose call it is, by the parameter `call`, or else by Asterisk's id of its channel.
        ended: Where ends are noted for the dialplan.
        max_calls: At a time; one more is refused.
        patience_seconds: How long Asterisk may take to say what it sends.

    Raises:
        ValueError: where the secret is empty.
    """
    if not secret:
        raise ValueError("chan_websocket needs a secret")
    routes, noted, calls = APIRouter(), ended or Ended(), set[WebSocketLine]()

    @routes.websocket(PATH)
    async def take(websocket: WebSocket) -> None:
        call_id = websocket.query_params.get("call", "")
        if not _shown(websocket, secret) or (call_id and not _ID.fullmatch(call_id)):
            log.warning("chan_websocket_refused")
            await websocket.close(_REFUSED)
        elif len(calls) >= max_calls:
            log.warning("chan_websocket_full", calls=len(calls))
            await websocket.close(_FULL)
        else:
            line = WebSocketLine(websocket, call_id, noted)
            calls.add(line)
            try:
                await websocket.accept("media" if "media" in websocket.scope["subprotocols"] else None)
                await _hold(line, serve, lookup, patience_seconds)
                with suppress(Exception):  # Asterisk has closed it, mostly
                    async with asyncio.timeout(1):
                        await websocket.close()
            finally:
                calls.discard(line)

    return routes


async def _hold(line: WebSocketLine, serve: Serve, lookup: Lookup, patience_seconds: float) -> None:
    reading, writing = asyncio.create_task(line.read()), asyncio.create_task(line.write())
    try:
        async with asyncio.timeout(patience_seconds):
            await line.started.wait()
        if line.known:
            line.call = await looked_up(lookup, line.id)
            await serve(line)
            await line.end()
    except Exception as error:
        log.warning("chan_websocket_call_failed", error=type(error).__name__)
    finally:
        await line.close()
        await asyncio.wait({reading}, timeout=LINGER_SECONDS)
        for task in (reading, writing):
            task.cancel()
        await asyncio.gather(reading, writing, return_exceptions=True)
        line.report()


def _shown(websocket: WebSocket, secret: str) -> bool:
    given = websocket.query_params.get("secret", "")
    kind, _, coded = websocket.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            given = base64.b64decode(coded).decode().partition(":")[2]
        except ValueError:
            given = ""
    return hmac.compare_digest(given.encode(), secret.encode())
