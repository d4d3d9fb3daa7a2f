"""Gives the pages and the API what they need of the running app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI

from bot import insights
from bot.app import App
from bot.records.door import SELF
from bot.settings import Settings
from bot.web.app import create_app
from bot.web.ports import ApiToken, Filters, Overview, Parts, QuoteView, Readiness, ThemeInsight, WebSettings
from connectors.web import ServiceChoice
from dialogues.errors import SaysoError
from nlu.analysis.frame import Frame


class ProviderInsights:
    """The insights with the frame's plain names, as the pages show them."""

    def __init__(self, source: insights.Insights, frame: Frame) -> None:
        self._source = source
        self._frame = frame

    async def overview(self, filters: Filters) -> Overview:
        """Counts of people, suppressed."""
        found = await self._source.overview(_filters(filters))
        return Overview(
            people_heard=found.people_heard,
            themes=[self._theme(theme) for theme in found.themes],
            kinds=found.kinds,
            sentiments=found.sentiments,
            offers=found.offers,
            sample=found.sample,
            empty_reason=found.empty_reason,
            senses=found.senses,
            proxies=found.proxies,
        )

    async def quotes(self, theme: str, filters: Filters) -> Sequence[QuoteView]:
        """Quotes that may be shown."""
        return [
            QuoteView(q.quote, q.kinds, q.sentiment, q.sense, q.i_statement, q.voice)
            for q in await self._source.quotes(theme, _filters(filters))
        ]

    def _theme(self, theme: insights.ThemeInsight) -> ThemeInsight:
        return ThemeInsight(
            theme.theme,
            theme_name(self._frame, theme.theme),
            theme.people,
            theme.beans,
            theme.sentiments,
            theme.kinds,
            theme.senses,
        )


def theme_name(frame: Frame, theme: str) -> str:
    """A theme in plain words, as a heading."""
    entry = frame.themes.get(theme)
    name = entry.plain if entry else theme.replace("_", " ")
    return name[:1].upper() + name[1:]


def _filters(filters: Filters) -> insights.Filters:
    return insights.Filters(filters.service, filters.start, filters.end)


class Reads:
    """What pages read of conversations, for the person whose conversation it is."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def services(self) -> Sequence[ServiceChoice]:
        return [ServiceChoice(s.id, s.name) for s in self._app.services if s.listed]

    async def services_heard(self) -> Sequence[ServiceChoice]:
        return [ServiceChoice(s.id, s.name) for s in await self._app.records.services_heard()]

    async def transcript(self, conversation_id: str) -> Sequence[tuple[str, str]]:
        turns = await self._app.records.transcript(conversation_id, asked_by=SELF)
        return [("sayso" if t.speaker == "bot" else "you", t.text) for t in turns if t.text]

    async def resume_code(self, conversation_id: str) -> str | None:
        code = (await self._app.records.conversation(conversation_id)).state.get("code")
        return str(code) if code else None

    async def contributions(self, conversation_id: str) -> Sequence[Mapping[str, Any]]:
        await self._app.records.conversation(conversation_id)  # an unknown one is an error, not an empty list
        found = await self._app.records.contributions(conversation_id, asked_by=SELF)
        return [asdict(c) | {"created_at": c.created_at.isoformat()} for c in found]

    async def ready(self) -> Readiness:
        try:
            await self._app.records.service(self._app.services[0].id)
        except (SaysoError, OSError):
            return Readiness(database=False)
        return Readiness(database=True, nlu=await self._app.nlu_state())


def api_token(text: str) -> ApiToken:
    """A program's token from the settings: `name:scope+scope:secret`.

    Raises:
        SaysoError: `setting_invalid`.
    """
    name, _, rest = text.partition(":")
    scopes, _, secret = rest.partition(":")
    if not (name and secret) or not set(scopes.split("+")) <= {"converse", "insights"}:
        raise SaysoError("setting_invalid", "SAYSO_API_TOKENS is a list of name:scope+scope:secret, by comma.")
    return ApiToken(name, secret, frozenset(scopes.split("+")))


def web_settings(settings: Settings) -> WebSettings:
    """The part of the settings that the pages need."""
    return WebSettings(
        https=settings.https,
        demo=settings.demo,
        provider_token=settings.provider_token.get_secret_value(),
        contact=settings.contact,
        api_tokens=tuple(api_token(text) for text in settings.api_tokens),
    )


def app_of(app: App) -> FastAPI:
    """The web application of a running Sayso."""
    reads = Reads(app)
    return create_app(
        Parts(
            handler=app.engine,
            services=reads.services,
            services_heard=reads.services_heard,
            transcript=reads.transcript,
            resume_code=reads.resume_code,
            contributions=reads.contributions,
            insights=ProviderInsights(app.insights, app.analysis.frame),
            exports=app.exports,
            accounts=app.accounts,
            study=app.insights,
            theme_names={theme: theme_name(app.analysis.frame, theme) for theme in app.analysis.frame.themes},
            checks=app.records,
            ready=reads.ready,
            settings=web_settings(app.settings),
        )
    )
