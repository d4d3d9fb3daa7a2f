"""Probes for whatever keeps Sayso running: is the process up, and can it take turns?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from bot.web.ports import Readiness

PROBE_TIMEOUT_SECONDS = 3.0

log = structlog.get_logger(__name__)


def router(ready: Callable[[], Awaitable[Readiness]]) -> APIRouter:
    """Builds `/healthz` and `/readyz`. Without its nlu server Sayso is ready still, and says `degraded`."""

    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def readyz() -> JSONResponse:
        state = await _ask(ready)
        body = {"status": "ok" if state.database else "unavailable", "database": state.database, "nlu": state.nlu}
        return JSONResponse(body, status_code=200 if state.database else 503)

    routes = APIRouter(tags=["health"])
    routes.add_api_route("/healthz", healthz, methods=["GET"], summary="Is the process up?")
    routes.add_api_route("/readyz", readyz, methods=["GET"], summary="Can it take turns?")
    return routes


async def _ask(ready: Callable[[], Awaitable[Readiness]]) -> Readiness:
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_SECONDS):
            return await ready()
    except Exception as error:  # a probe that fails is an answer: not ready
        log.warning("web.not_ready", error=type(error).__name__)
        return Readiness(database=False, nlu="unknown")
