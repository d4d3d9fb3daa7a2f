"""Puts the web application together: pages, API, probes, and what guards them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version

from fastapi import APIRouter, Depends, FastAPI, Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware

from bot.web import api, errors, health, provider, staff
from bot.web.access import Access
from bot.web.authority import Authority, Refused, on_refused, own_services
from bot.web.guard import Guard
from bot.web.limits import Buckets, Limits
from bot.web.ports import Parts, WebSettings
from bot.web.templates import STATIC_FOLDER, render
from bot.web.tokens import Tokens
from connectors import web as chat

DESCRIPTION = "Older people say what matters about their care; this API carries conversations, and what they add up to."


def create_app(parts: Parts) -> FastAPI:
    """Builds the application.

    Args:
        parts: The engine, the records and the settings it works with.

    Returns:
        An ASGI application. It opens nothing until its lifespan starts.
    """
    tokens, access = Tokens(parts.settings.api_tokens), Access(parts.settings)
    app = FastAPI(
        title="Sayso",
        version=_version(),
        description=DESCRIPTION,
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        middleware=_middleware(parts.settings, tokens),
        lifespan=_lifespan(parts),
        dependencies=[Depends(Authority(access, parts.accounts))],
    )
    errors.install(app)
    app.exception_handler(Refused)(on_refused)
    app.include_router(_front_router(parts.settings))
    app.include_router(health.router(parts.ready))
    app.include_router(api.router(parts, tokens))
    app.include_router(_chat_router(parts))
    heard = own_services(parts.services_heard or parts.services)
    app.include_router(provider.router(replace(parts, services_heard=heard), access))
    if parts.accounts is not None:
        app.include_router(staff.router(parts.accounts, parts.services, has_token=access.is_set_up))
    app.mount("/static/talk", StaticFiles(directory=chat.STATIC_FOLDER), name="static-talk")
    app.mount("/static", StaticFiles(directory=STATIC_FOLDER), name="static")
    return app


def _middleware(settings: WebSettings, tokens: Tokens) -> list[Middleware]:
    buckets = {
        "api": Buckets(settings.api_flood),
        "page": Buckets(settings.page_flood),
        "sign_in": Buckets(settings.sign_in_flood),
    }
    return [
        Middleware(Guard, https=settings.https),
        Middleware(Limits, buckets=buckets, token_name=tokens.name_of),
    ]


def _lifespan(parts: Parts) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def run(_app: FastAPI) -> AsyncIterator[None]:
        async with parts.lifespan():
            yield

    return run


def _chat_router(parts: Parts) -> APIRouter:
    return chat.router(
        parts.handler,
        services=parts.services,
        transcript=parts.transcript,
        resume_code=parts.resume_code,
        contact=parts.settings.contact,
    )


def _front_router(settings: WebSettings) -> APIRouter:
    async def front() -> Response:
        return render("front.html", {"contact": settings.contact})

    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/", front, methods=["GET"])
    return routes


def _version() -> str:
    try:
        return version("sayso")
    except PackageNotFoundError:
        return "0"
