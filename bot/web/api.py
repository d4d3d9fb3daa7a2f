"""The HTTP API, version 1: conversations for programs, and insights."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Depends

from bot.web import export_api, tokens
from bot.web.api_types import (
    ContributionsOut,
    ErrorOut,
    OverviewOut,
    ReplyOut,
    StartIn,
    StartOut,
    ThemeDetailOut,
    TurnIn,
)
from bot.web.errors import ApiError
from bot.web.period import LONGEST_ID_CHARACTERS, End, Service, Start, filters_of
from bot.web.ports import Parts
from bot.web.tokens import Tokens
from connectors.web.words import LONGEST_NAME_CHARACTERS, LONGEST_TEXT_CHARACTERS, clean, clean_line
from dialogues.types import Turn

TURN_TIMEOUT_SECONDS = 30.0

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorOut} for status in (400, 401, 403, 404, 409, 413, 422, 429, 500, 503)
}


def router(parts: Parts, known: Tokens) -> APIRouter:
    """Builds `/api/v1`."""
    api = APIRouter(prefix="/api/v1", responses=ERRORS)
    api.include_router(_converse_router(parts, known))
    api.include_router(_insights_router(parts, known))
    if parts.exports is not None:
        api.include_router(export_api.router(parts.exports, known))
    return api


def _converse_router(parts: Parts, known: Tokens) -> APIRouter:
    calls = _Converse(parts)
    routes = APIRouter(tags=["conversations"], dependencies=[Depends(tokens.requires(known, tokens.CONVERSE))])
    routes.add_api_route("/conversations", calls.start, methods=["POST"], status_code=201, response_model=StartOut)
    one = "/conversations/{conversation_id}"
    routes.add_api_route(f"{one}/turns", calls.take_turn, methods=["POST"], response_model=ReplyOut)
    routes.add_api_route(
        f"{one}/contributions", calls.list_contributions, methods=["GET"], response_model=ContributionsOut
    )
    return routes


def _insights_router(parts: Parts, known: Tokens) -> APIRouter:
    calls = _Insights(parts)
    routes = APIRouter(tags=["insights"], dependencies=[Depends(tokens.requires(known, tokens.INSIGHTS))])
    routes.add_api_route("/insights", calls.overview, methods=["GET"], response_model=OverviewOut)
    routes.add_api_route("/insights/themes/{theme}", calls.theme, methods=["GET"], response_model=ThemeDetailOut)
    return routes


class _Converse:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def start(self, body: StartIn) -> StartOut:
        """Opens a conversation and gives the first prompts."""
        if not body.service and not body.resume_code:
            raise ApiError(422, "service_missing", "Send the id of a service, or a resume_code.")
        async with _turn_time():
            reply = await self._parts.handler.start(
                service=clean_line(body.service, LONGEST_ID_CHARACTERS),
                channel=body.channel,
                preferred_name=clean_line(body.preferred_name, LONGEST_NAME_CHARACTERS),
                resume_code=clean_line(body.resume_code, LONGEST_ID_CHARACTERS),
            )
            code = await self._parts.resume_code(reply.conversation_id)
        return StartOut(**ReplyOut.fields_of(reply), resume_code=code)

    async def take_turn(self, conversation_id: str, body: TurnIn) -> ReplyOut:
        """Takes what the person said and gives Sayso's answer."""
        _check_id(conversation_id)
        if len(body.text) > LONGEST_TEXT_CHARACTERS:
            raise ApiError(
                413, "text_too_long", "That is more than 20,000 characters. Please send it in smaller parts."
            )
        turn = Turn(
            conversation_id=conversation_id,
            message_id=clean_line(body.message_id or "", LONGEST_ID_CHARACTERS) or str(uuid.uuid4()),
            text=clean(body.text),
            at=datetime.now(UTC),
            voice=body.voice,
            channel=body.channel,
            confidence=body.confidence,
        )
        async with _turn_time():
            return ReplyOut.of(await self._parts.handler.handle_turn(turn))

    async def list_contributions(self, conversation_id: str) -> ContributionsOut:
        """Gives what the conversation contributed so far."""
        _check_id(conversation_id)
        found = await self._parts.contributions(conversation_id)
        return ContributionsOut(conversation_id=conversation_id, contributions=[dict(row) for row in found])


class _Insights:
    def __init__(self, parts: Parts) -> None:
        self._insights = parts.insights

    async def overview(self, service: Service = None, start: Start = None, end: End = None) -> OverviewOut:
        """Counts people by theme, kind and sentiment."""
        return OverviewOut.of(await self._insights.overview(filters_of(service, start, end)))

    async def theme(self, theme: str, service: Service = None, start: Start = None, end: End = None) -> ThemeDetailOut:
        """Gives one theme with the quotes that may be shown."""
        filters = filters_of(service, start, end)
        overview = await self._insights.overview(filters)
        found = next((one for one in overview.themes if one.theme == theme), None)
        if found is None:
            raise ApiError(404, "theme_unknown", "Nothing was heard on that theme. Check its id.")
        return ThemeDetailOut.of(found, await self._insights.quotes(theme, filters), overview.sample)


def _check_id(conversation_id: str) -> None:
    if len(conversation_id) > LONGEST_ID_CHARACTERS or not conversation_id.isprintable():
        raise ApiError(404, "conversation_unknown", "There is no such conversation. Check the id.")


def _turn_time() -> asyncio.Timeout:
    return asyncio.timeout(TURN_TIMEOUT_SECONDS)
