"""Commands that run Sayso: serve and chat."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from fastapi import APIRouter

from bot.app import App, open_app
from bot.cli.shared import noted, stderr, told
from bot.pages import Reads, app_of
from bot.phone import open_phone
from bot.settings import Settings, load_settings
from bot.speech import open_speech
from bot.telegram import on_telegram
from connectors import console as terminal


async def serve_pages(app: App, *further: APIRouter) -> None:
    """Serves pages and API until stopped; Ctrl-C ends kindly. `further` routes come beside the pages."""
    settings = app.settings
    pages = app_of(app)
    for routes in further:
        pages.include_router(routes)
    config = uvicorn.Config(
        pages, host=settings.host, port=settings.port, log_level="warning", access_log=False, server_header=False
    )
    await uvicorn.Server(config).serve()


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder for the database and the key.")] = None,
) -> None:
    """Run the web chat, the provider's page and the API; Telegram and the phone too, where they are set up.

    Settings come from the environment (SAYSO_...) or a .env file; docs/settings.md lists them.
    """
    given = {"host": host, "port": port, "data_folder": data}
    settings = load_settings(**{k: v for k, v in given.items() if v is not None})
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    async with open_app(settings, progress=told, wait_for_nlu=False) as app:
        stderr.print(f"Sayso is at http://{settings.host}:{settings.port} (Ctrl-C to stop).", highlight=False)
        if not app.outbox_has_route:
            stderr.print(
                "[yellow]Safeguarding alerts wait in the outbox: SAYSO_ALERTS is not set (docs/settings.md).[/]",
                highlight=False,
            )
        async with AsyncExitStack() as stack:
            await serve_pages(app, *await _further(app, stack))


async def _further(app: App, stack: AsyncExitStack) -> list[APIRouter]:
    """Telegram and the phone, where they are set; their routes."""
    settings, routes = app.settings, list[APIRouter]()
    on_chat = bool(settings.telegram_token.get_secret_value())
    if not on_chat and not settings.phone:
        return routes
    speech = await stack.enter_async_context(open_speech(settings, app.script))
    for lack in speech.missing:
        stderr.print(f"[yellow]{lack}[/]", highlight=False)
    if on_chat:
        talking = on_telegram(app, speech.note_recogniser, speech.note_speaker, noted)
        webhook = await stack.enter_async_context(talking)
        routes += [webhook] if webhook else []
    if settings.phone:
        line = await stack.enter_async_context(open_phone(app, speech))
        routes += line.routes
        for each in line.answers:
            noted(f"Sayso answers the phone: {each}.")
    return routes


def chat(
    service: Annotated[str, typer.Option(help="What to talk about, e.g. home_care, care_home, meals.")] = "home_care",
    name: Annotated[str, typer.Option(help="How you like to be called.")] = "",
    code: Annotated[str, typer.Option(help="The code of an earlier talk, to carry on.")] = "",
    rules: Annotated[bool, typer.Option("--rules", help="Built-in rules only; starts at once.")] = False,
) -> None:
    """Talk with Sayso in this terminal. Type /help there for more."""
    settings = load_settings(**({"nlu": False} if rules else {}))
    asyncio.run(_chat(settings, service, name, code))


async def _chat(settings: Settings, service: str, name: str, code: str) -> None:
    async with open_app(settings, progress=told) as app:
        await terminal.chat(
            app.engine,
            service=service,
            preferred_name=name,
            taking_up=code,
            resume_code=Reads(app).resume_code,
        )


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(serve)
    app.command()(chat)
