"""Puts Sayso together: settings in, a running engine with its storage, understanding, outbox and pages out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from bot.answers import Answers
from bot.engine import Engine
from bot.exports import Exports
from bot.insights import Insights
from bot.outbox import Routes, Worker, routes_from_urls
from bot.purging import purge_by_the_clock
from bot.records import Records
from bot.records.reaching import AgreedHours
from bot.safeguarding import screen
from bot.services import DefaultService, closed_questions, default_services
from bot.settings import Settings, load_settings
from bot.staff import Accounts
from bot.storage.database import Database
from bot.storage.keys import Keys
from bot.understanding import Understander
from dialogues.errors import SaysoError
from dialogues.script import Script, default_script
from dialogues.types import Context, Parser, Understanding
from nlu.analysis.points import FRAME, HEADS, Analysis
from nlu.client import NluClient
from nlu.paths import NluPaths
from nlu.redaction import Redactor
from nlu.server import NluEndpoint, NluServer
from nlu.training import ensure_model

REDACTIONS_REMEMBERED = 64
"""Redactions kept at hand between the analysis of an answer and its storage."""

_log = structlog.get_logger()
Progress = Callable[[str], None]
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)


class Understood(Parser):
    """The parser in use: the built-in rules until the nlu server is ready, then its client."""

    def __init__(self) -> None:
        self._client = NluClient(None)
        self.endpoint: NluEndpoint | None = None

    async def attach(self, endpoint: NluEndpoint | None) -> None:
        """Goes over to another server."""
        old, self._client = self._client, NluClient(endpoint)
        self.endpoint = endpoint
        await old.close()

    async def parse(self, text: str, context: Context) -> Understanding:
        return await self._client.parse(text, context)

    async def close(self) -> None:
        await self._client.close()


@dataclass(frozen=True, slots=True)
class App:
    """Everything that runs. Made by `open_app`."""

    settings: Settings
    clock: Clock
    script: Script
    database: Database
    records: Records
    insights: Insights
    exports: Exports
    accounts: Accounts
    engine: Engine
    outbox: Worker
    parser: Understood
    analysis: Analysis
    redactor: Redactor
    services: tuple[DefaultService, ...]

    @property
    def outbox_has_route(self) -> bool:
        """False while alerts have nowhere to go."""
        return bool(self.settings.alerts.get_secret_value())

    async def nlu_state(self) -> str:
        """`ok`, or `degraded` while the built-in rules stand in."""
        heard = await self.parser.parse("yes", Context())
        return "degraded" if heard.degraded else "ok"


def routes(settings: Settings) -> Routes:
    """Where alerts go."""
    urls = {
        "alert": settings.alerts.get_secret_value(),
        "alert:around_provider": settings.alerts_around_provider.get_secret_value(),
    }
    listed = {kind: [url.strip() for url in each.split(",") if url.strip()] for kind, each in urls.items()}
    return routes_from_urls({k: v for k, v in listed.items() if v}, secret=settings.alert_secret.get_secret_value())


def hours(settings: Settings) -> AgreedHours:
    """When people may be written to."""
    return AgreedHours(settings.contact_from, settings.contact_until, ZoneInfo(settings.time_zone))


@lru_cache(maxsize=1)
def analysis() -> Analysis:
    """The analysis of answers, loaded once a process; with an organisation's own coding where it has one."""
    folder = load_settings().coding_folder
    frame, heads = (path if path.exists() else None for path in (folder / FRAME, folder / HEADS))
    return Analysis(frame, heads)


@lru_cache(maxsize=1)
def redactor() -> Redactor:
    """What hides identities, loaded once a process."""
    return Redactor()


def _load() -> tuple[Analysis, Redactor]:
    """Loads the heavy parts, and warms the screen."""
    screen("the dinner was warm")
    return analysis(), redactor()


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    progress: Progress = lambda line: None,
    clock: Clock = utc_now,
    wait_for_nlu: bool = True,
) -> AsyncIterator[App]:
    """Runs Sayso for as long as the context lasts.

    Args:
        settings: What differs between deployments.
        progress: Told in plain words what is going on.
        clock: The time now, UTC.
        wait_for_nlu: False serves at once, by the built-in rules, while the nlu server wakes up.

    Raises:
        SaysoError: Where a part cannot be had; the message says what to do.
    """
    script = default_script()
    keys = Keys.load(
        settings.data_folder, value=settings.encryption_keys.get_secret_value(), file=settings.encryption_key_file
    )
    database = await Database.open(settings.database)
    parser = Understood()
    analysing, hiding = await asyncio.to_thread(_load)
    redact = lru_cache(maxsize=REDACTIONS_REMEMBERED)(hiding.redact)
    outbox = Worker(database, keys, routes(settings), clock)
    records = Records(database, keys, redact, clock, wake=outbox.wake)
    services = tuple(default_services(script, settings.organisation))
    for service in services:
        await records.ensure_service(
            service.id, name=service.name, kind=service.kind, organisation=service.organisation
        )
    frame = tuple(analysing.frame.themes)
    app = App(
        settings=settings,
        clock=clock,
        script=script,
        database=database,
        records=records,
        insights=Insights(
            database, frame=frame, trust_redaction=settings.trust_redaction, questions=closed_questions(script)
        ),
        accounts=Accounts(database, keys, clock),
        exports=Exports(
            database,
            clock,
            names={theme: entry.plain for theme, entry in analysing.frame.themes.items()},
            wording=script.version,
            trust_redaction=settings.trust_redaction,
        ),
        engine=Engine(records, Understander(parser, screen, Answers(analysing)), script, clock, hours(settings)),
        outbox=outbox,
        parser=parser,
        analysis=analysing,
        redactor=hiding,
        services=services,
    )
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        stack.push_async_callback(parser.close)
        await start_nlu(settings, parser, stack, progress, wait=wait_for_nlu)
        await stack.enter_async_context(running(outbox.run()))
        await stack.enter_async_context(running(app.insights.warm()))
        await stack.enter_async_context(running(purge_by_the_clock(records.purge)))
        yield app


async def start_nlu(
    settings: Settings, parser: Understood, stack: contextlib.AsyncExitStack, progress: Progress, *, wait: bool = True
) -> None:
    """Goes over to an nlu server: the one in the settings, or one of our own that ends with the stack."""
    if settings.nlu_url:
        await parser.attach(NluEndpoint(settings.nlu_url.rstrip("/"), settings.nlu_token.get_secret_value()))
        return
    if not settings.nlu:
        return
    starting = _wake_nlu(parser, stack, progress)
    if wait:
        await starting
    else:
        await stack.enter_async_context(running(starting))


async def _wake_nlu(parser: Understood, stack: contextlib.AsyncExitStack, progress: Progress) -> None:
    """Trains where needed and starts the server; without one the built-in rules go on answering."""
    try:
        NluPaths().require_environment()
        server = NluServer(await asyncio.to_thread(ensure_model, progress))
        endpoint = await server.start(progress)
    except SaysoError as error:
        progress(f"{error.message} Until then the built-in rules answer.")
        _log.warning("nlu_absent", code=error.code)
        return
    stack.push_async_callback(server.stop)
    await parser.attach(endpoint)


@asynccontextmanager
async def running(work: Any) -> AsyncIterator[None]:
    """Runs a coroutine beside the rest, and ends it with the context."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
