"""Commands about Telegram: who the bot is, and invitations."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console

from bot.app import utc_now
from bot.records import Records
from bot.services import default_services
from bot.settings import Settings, load_settings
from bot.storage.database import Database
from bot.storage.keys import Keys
from bot.telegram import name_of
from dialogues.errors import SaysoError
from dialogues.script import default_script


def invite(
    service: Annotated[str, typer.Option(help="What to talk about, e.g. home_care, care_home, meals.")] = "home_care",
    name: Annotated[str, typer.Option(help="How the person likes to be called.")] = "",
    many: Annotated[bool, typer.Option("--many", help="For a poster or a letter: any number of people.")] = False,
    days: Annotated[int, typer.Option(help="How long it holds.", min=1, max=730)] = 90,
) -> None:
    """Make a code (and, with a bot token, a link) that opens a talk about one service.

    A code for one person opens one talk. Print it large: the letters are chosen so that none looks like another.
    """
    asyncio.run(_invite(load_settings(), service, name, None if many else 1, timedelta(days=days)))


def telegram() -> None:
    """Check the bot token: shows the bot's name and its address."""
    settings = load_settings()
    token = settings.telegram_token.get_secret_value()
    if not token:
        raise SaysoError("telegram_token", "SAYSO_TELEGRAM_TOKEN is not set. docs/telegram.md shows how to get one.")
    bot = asyncio.run(name_of(token, api=settings.telegram_api))
    Console().print(f"The token is right. People find the bot at [bold]https://t.me/{bot}[/]", highlight=False)


async def _invite(settings: Settings, service: str, name: str, uses: int | None, valid_for: timedelta) -> None:
    services = tuple(default_services(default_script(), settings.organisation))
    if service not in {each.id for each in services}:
        there_are = ", ".join(each.id for each in services)
        raise SaysoError("service_unknown", f"There is no service {service!r}. Choose one of: {there_are}.")
    keys = Keys.load(
        settings.data_folder, value=settings.encryption_keys.get_secret_value(), file=settings.encryption_key_file
    )
    database = await Database.open(settings.database)
    try:
        records = Records(database, keys, lambda text: text, utc_now)
        for each in services:
            await records.ensure_service(each.id, name=each.name, kind=each.kind, organisation=each.organisation)
        code = await records.invite(service, preferred_name=name, uses=uses, valid_for=valid_for)
    finally:
        await database.close()
    console = Console()
    console.print(f"The code is [bold]{code}[/]", highlight=False)
    console.print(await _link(settings, code), highlight=False)


async def _link(settings: Settings, code: str) -> str:
    """Where to tap, or what to type."""
    token = settings.telegram_token.get_secret_value()
    typed = f"On Telegram they send: /start {code}"
    if not token:
        return typed
    try:
        return f"The link is https://t.me/{await name_of(token, api=settings.telegram_api)}?start={code}"
    except SaysoError:
        return typed


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(invite)
    app.command()(telegram)
