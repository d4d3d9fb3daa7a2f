"""Asks the nlu server what an utterance does; falls back to the built-in rules when it does not answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import httpx
import structlog
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from dialogues.types import Act, Context, Parser, Understanding
from nlu.encoding import clean, encode, shorten
from nlu.rules import RuleParser
from nlu.server import NluEndpoint
from nlu.values import keypad_act, refine

log = structlog.get_logger(__name__)

CONNECT_TIMEOUT_SECONDS = 0.3
TOTAL_TIMEOUT_SECONDS = 2.0
KEPT_ALIVE_SECONDS = 3.0
"""Shorter than the server keeps an idle connection (Sanic: 5 s), so that none is used that is just being closed."""
FAILURES_TO_OPEN = 5
OPEN_SECONDS = 10.0
_BREAKER = "nlu"


class NluUnavailable(Exception):
    """The nlu server did not give a usable answer."""


class _NoTokens(logging.Filter):
    """Keeps out of the logs what carries a token: httpx logs every request's address."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "token=" not in record.getMessage()


def silence_tokens() -> None:
    """Puts the filter on httpx's logger, once."""
    logger = logging.getLogger("httpx")
    if not any(isinstance(item, _NoTokens) for item in logger.filters):
        logger.addFilter(_NoTokens())


class NluClient:
    """Understands acts by the nlu server; implements `dialogues.types.Parser`.

    Args:
        endpoint: Where the server listens; None for "always the rules".
        fallback: Answers while the server does not.
        transport: For tests.
        open_seconds: How long the circuit stays open after five failures.
    """

    def __init__(
        self,
        endpoint: NluEndpoint | None,
        fallback: Parser | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        open_seconds: float = OPEN_SECONDS,
    ) -> None:
        silence_tokens()
        self._endpoint = endpoint
        self._fallback = fallback or RuleParser()
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(TOTAL_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS),
            limits=httpx.Limits(keepalive_expiry=KEPT_ALIVE_SECONDS),
            transport=transport,
            trust_env=False,
        )
        self._breakers = AsyncCircuitBreakerFactory(default_threshold=FAILURES_TO_OPEN, default_ttl=open_seconds)

    async def parse(self, text: str, context: Context) -> Understanding:
        """Act, confidence and value of an utterance; degraded when the rules answered. Never raises for any text."""
        key = keypad_act(text, context)
        if key is not None:
            return Understanding(text=text, act=key)
        if self._endpoint is None or not text.strip():
            return await self._fallback.parse(text, context)
        try:
            act, confidence = await self._ask(self._endpoint, encode(text, context.question, str(context.kind)))
        except (NluUnavailable, OpenedState) as error:
            log.warning("nlu_degraded", reason=type(error).__name__)
            return await self._fallback.parse(text, context)
        act, value = refine(shorten(clean(text)), act, context)
        return Understanding(text=text, act=act, confidence=confidence, value=value)

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def _ask(self, endpoint: NluEndpoint, encoded: str) -> tuple[Act, float]:
        breaker = await self._breakers.get_breaker(_BREAKER)
        async with breaker:
            return _act_of(await self._post(endpoint, encoded))

    async def _post(self, endpoint: NluEndpoint, encoded: str) -> Any:
        try:
            async with asyncio.timeout(TOTAL_TIMEOUT_SECONDS):
                reply = await self._http.post(
                    f"{endpoint.url}/model/parse", params={"token": endpoint.token}, json={"text": encoded}
                )
        except (httpx.HTTPError, TimeoutError) as error:
            raise NluUnavailable(type(error).__name__) from None  # the original names the address, with the token
        if reply.status_code != httpx.codes.OK:
            raise NluUnavailable(f"status {reply.status_code}")
        try:
            return reply.json()
        except ValueError:
            raise NluUnavailable("no JSON") from None


def _act_of(answer: Any) -> tuple[Act, float]:
    """Act and confidence in the server's answer.

    Raises:
        NluUnavailable: The answer is not what the model of this version gives.
    """
    intent = answer.get("intent") if isinstance(answer, Mapping) else None
    if not isinstance(intent, Mapping):
        raise NluUnavailable("no intent")
    try:
        return Act(intent["name"]), min(1.0, max(0.0, float(intent["confidence"])))
    except (KeyError, TypeError, ValueError):
        raise NluUnavailable("unknown intent") from None
