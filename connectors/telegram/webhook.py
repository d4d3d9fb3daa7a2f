"""The address that Telegram brings updates to, where a webhook is used."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable

import structlog
from fastapi import APIRouter, Request, Response

from dialogues.errors import SaysoError

PATH = "/telegram"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST_BYTES = 1024 * 1024

log = structlog.get_logger(__name__)


def router(take: Callable[[dict[str, object]], Awaitable[None]], secret: str) -> APIRouter:
    """The route; an update is acknowledged only once it is stored.

    Args:
        take: Stores one update.
        secret: What Telegram sends in its header, as it was told when the webhook was registered.
    """
    routes = APIRouter()

    @routes.post(PATH, include_in_schema=False)
    async def arrive(request: Request) -> Response:
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return Response(status_code=403)
        body = await request.body()
        try:
            payload = json.loads(body) if len(body) <= LARGEST_BYTES else None
        except ValueError:
            payload = None
        if not isinstance(payload, dict):
            return Response(status_code=400)
        return await _taken(take, payload)

    return routes


async def _taken(take: Callable[[dict[str, object]], Awaitable[None]], payload: dict[str, object]) -> Response:
    try:
        await take(payload)
    except SaysoError as error:
        return Response(status_code=400 if error.permanent else 503)
    except Exception as error:  # not stored: Telegram tries again
        log.warning("telegram_store_failed", error=type(error).__name__)
        return Response(status_code=503)
    return Response(status_code=200)
