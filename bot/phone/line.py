"""Answers and makes calls for as long as Sayso runs: transports, recognition, voice, engine, planner put together."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import structlog
from fastapi import APIRouter, Form, Response

from bot.app import App, hours, running
from bot.calling.planner import CallPlanner
from bot.phone.desk import People, PhoneDesk
from bot.records.reaching import AgreedHours
from bot.settings import Settings
from bot.speech import Speech
from connectors.phone import audiosocket, chan_websocket
from connectors.phone.ari import AriDialler, AriSettings
from connectors.phone.asterisk import Announced, Ended, Next
from connectors.phone.call import CallInProgress, CallServices
from connectors.phone.conversation import PhoneConversation
from connectors.phone.dialling import Dialler, Outcome
from connectors.phone.hearing import LiveHearing
from connectors.phone.manners import Manners
from connectors.phone.opening import Opening
from connectors.phone.ports import Call, Direction, Line, Serve, Step, Utterance
from connectors.phone.retrying import retried
from connectors.phone.signals import LineSignals
from connectors.phone.talk import TalkServices
from connectors.phone.twilio.rest import TwilioDialler
from connectors.phone.twilio.settings import TwilioSettings
from connectors.phone.twilio.webhooks import router as twilio_router
from connectors.ports import ServiceChoice
from dialogues.errors import SaysoError
from dialogues.types import Prompt

ANNOUNCE_PATH, AFTER_PATH = "/phone/asterisk/announce", "/phone/asterisk/after"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class PhoneLine:
    """What runs.

    Attributes:
        routes: To be mounted by the web application.
        answers: In plain words, where calls come from.
        desk: Knows who rings.
        serve: Holds the conversation of a call; for tests and other transports.
        port: Where AudioSocket listens; 0 where it does not.
    """

    routes: tuple[APIRouter, ...]
    answers: tuple[str, ...]
    desk: PhoneDesk
    serve: Serve
    port: int = 0


class _CanNotTalk:
    """The dialogue of a call of which nothing can be looked up: whoever is there hears an apology, not silence."""

    async def begin(self) -> Step:
        raise SaysoError("call_not_begun", "The records do not answer. Look at the database.")

    async def take(self, heard: Utterance) -> Step:
        return await self.begin()

    async def simpler(self) -> tuple[Prompt, ...]:
        return ()

    async def left(self, *, asked: bool) -> None:
        """Nothing was begun."""


class Calls:
    """Holds calls.

    Args:
        app: The running Sayso.
        desk: Knows who rings.
        services: Voice, recognition and signals.
        talk: What every talk is given.
        planner: Takes the reports of calls; None where Sayso rings nobody.
    """

    def __init__(
        self, app: App, desk: PhoneDesk, services: CallServices, talk: TalkServices, planner: CallPlanner | None
    ) -> None:
        self._app, self._desk, self._services, self._talk = app, desk, services, talk
        self._planner = planner
        self._held: dict[str, tuple[CallInProgress, PhoneConversation]] = {}

    async def serve(self, line: Line) -> None:
        """One call, from the first hello until it is put away."""
        call = line.call
        try:
            await self._desk.began(call)
            opening = Opening(await self._desk.opening(call), self._app.parser)
        except Exception as error:
            log.error("call_not_begun", call=call.id, error=type(error).__name__)  # noqa: TRY400 - no numbers
            await CallInProgress(line, _CanNotTalk(), self._services).run()
            return
        conversation = PhoneConversation(call, opening, self._talk)
        held = CallInProgress(line, conversation, self._services)
        self._held[call.id] = (held, conversation)
        try:
            report = await held.run()
        finally:
            self._held.pop(call.id, None)
        await retried(partial(self._desk.ended, call, broken=report.broken, was_left=conversation.was_left))
        waits = sorted(report.response_seconds)
        log.info(
            "call",
            call=call.id,
            direction=call.direction.value,
            seconds=round(report.seconds),
            turns=report.turns,
            response_median_ms=round(1000 * waits[len(waits) // 2]) if waits else None,
            broken=report.broken,
        )

    async def report(self, call_id: str, planned_id: str, outcome: Outcome) -> None:
        """Takes a transport's report; a beep goes to the call itself. See `connectors.phone.dialling.CallReports`."""
        if outcome is Outcome.MACHINE and planned_id and call_id in self._held:
            held, conversation = self._held[call_id]
            step = await conversation.machine()
            if step is not None:
                await held.interject(step)
        elif self._planner:
            await self._planner.report(call_id, planned_id, outcome)


@dataclass(slots=True)
class _Beside:
    """Work that goes on beside calls, and after them."""

    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __call__(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(self._quiet(work))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    @staticmethod
    async def _quiet(work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:
            log.warning("second_pass_failed", error=type(error).__name__)

    async def close(self) -> None:
        for task in tuple(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@asynccontextmanager
async def open_phone(app: App, speech: Speech, manners: Manners | None = None) -> AsyncIterator[PhoneLine]:
    """Takes and makes calls for as long as the context lasts.

    Args:
        app: The running Sayso.
        speech: Its recognisers and voice.
        manners: Pauses and limits.

    Raises:
        SaysoError: `phone_speech` where there is no voice or recogniser; `phone_port`, `setting_invalid`.
    """
    settings = app.settings
    if speech.speaker is None or speech.recogniser is None:
        raise SaysoError("phone_speech", f"The phone needs a voice and a recogniser. {' '.join(speech.missing)}")
    async with AsyncExitStack() as stack:
        hearing = LiveHearing(speech.recogniser)
        stack.push_async_callback(hearing.close)
        await stack.enter_async_context(running(hearing.warm()))
        beside = _Beside()
        stack.push_async_callback(beside.close)
        dialler = _dialler(settings, stack)
        planner = CallPlanner(app.records, dialler, hours(settings), app.clock) if dialler else None
        desk = _desk(app, planner)
        talk = TalkServices(app.engine, desk, app.clock, speech.again, beside)
        services = CallServices(speech.speaker, hearing, LineSignals, manners or Manners())
        calls = Calls(app, desk, services, talk, planner)
        line = PhoneLine((), (), desk, calls.serve)
        await _asterisk(settings, line, stack)
        _twilio(settings, line, calls)
        if planner:
            await stack.enter_async_context(running(planner.run()))
        yield line


def _desk(app: App, planner: CallPlanner | None) -> PhoneDesk:
    settings = app.settings
    there = AgreedHours(settings.phone_person_from, settings.phone_person_until, hours(settings).zone)

    async def services() -> list[ServiceChoice]:
        return [ServiceChoice(s.id, s.name) for s in app.services if s.listed]

    people = People(settings.phone_person, there)
    return PhoneDesk(app.records, app.script, services, settings.organisation, people, planner, app.clock)


def _dialler(settings: Settings, stack: AsyncExitStack) -> Dialler | None:
    twilio = twilio_settings(settings)
    dialler: TwilioDialler | AriDialler
    if twilio:
        dialler = TwilioDialler(twilio)
    elif settings.ari_password.get_secret_value():
        dialler = AriDialler(ari_settings(settings))
    else:
        return None
    stack.push_async_callback(dialler.close)
    return dialler


def ari_settings(settings: Settings) -> AriSettings:
    """How Asterisk makes calls."""
    return AriSettings(
        url=settings.ari_url,
        user=settings.ari_user,
        password=settings.ari_password.get_secret_value(),
        endpoint=settings.ari_endpoint,
        caller_id=settings.phone_number,
    )


def twilio_settings(settings: Settings) -> TwilioSettings | None:
    """The account at Twilio; None where there is none."""
    if not settings.twilio_account_sid:
        return None
    return TwilioSettings(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value(),
        number=settings.phone_number,
        public_url=settings.twilio_public_url,
        hand_over_number=settings.phone_person,
        api_url=settings.twilio_api,
    )


async def _asterisk(settings: Settings, line: PhoneLine, stack: AsyncExitStack) -> None:
    secret = settings.phone_secret.get_secret_value()
    if not settings.phone_audiosocket and not secret:
        return
    if not secret:
        raise SaysoError("setting_invalid", "SAYSO_PHONE_AUDIOSOCKET needs SAYSO_PHONE_SECRET, the dialplan's secret.")
    announced, ended = Announced(), Ended()
    most = settings.phone_calls
    server: audiosocket.AudioSocketServer | None = None
    if settings.phone_audiosocket:
        host, _, port = settings.phone_audiosocket.rpartition(":")
        taking = audiosocket.serving(
            line.serve, host.strip("[]"), int(port), lookup=announced, ended=ended, max_calls=most
        )
        server = await stack.enter_async_context(taking)
        line.port = server.port
        line.answers += (f"Asterisk, by AudioSocket on {host}:{server.port}",)

    def is_full() -> bool:
        return server is not None and server.calls >= most

    line.routes += (asterisk_routes(secret, settings.phone_person, announced, ended, is_full),)
    line.routes += (chan_websocket.router(line.serve, secret, lookup=announced, ended=ended, max_calls=most),)


def asterisk_routes(
    secret: str, person: str, announced: Announced, ended: Ended, is_full: Callable[[], bool]
) -> APIRouter:
    """What the dialplan tells before a call and asks after it; see `deploy/asterisk/extensions.conf`.

    Args:
        secret: What the dialplan shows.
        person: Who takes calls that are handed over; "" for nobody.
        announced: Where calls are told of.
        ended: How they ended.
        is_full: True while no more calls are taken: the dialplan then does not answer.
    """
    routes = APIRouter()

    @routes.post(ANNOUNCE_PATH, include_in_schema=False)
    async def announce(
        id: str = Form(max_length=64),
        direction: str = Form("inbound", max_length=16),
        number: str = Form("", max_length=32),
        planned_id: str = Form("", max_length=64),
        given: str = Form(alias="secret", max_length=200),
    ) -> Response:
        if not secrets.compare_digest(given.encode(), secret.encode()):
            return Response(status_code=403)
        if is_full():
            log.warning("phone_full")
            return Response(status_code=503)
        side = Direction.OUTBOUND if direction == Direction.OUTBOUND and planned_id else Direction.INBOUND
        announced.announce(Call(id, side, number, planned_id))
        return Response(status_code=204)

    @routes.post(AFTER_PATH, include_in_schema=False)
    async def after(id: str = Form(max_length=64), given: str = Form(alias="secret", max_length=200)) -> Response:
        if not secrets.compare_digest(given.encode(), secret.encode()):
            return Response(status_code=403)
        goes_on = person and ended.next(id) is not Next.HANG_UP
        return Response(f"dial {person}" if goes_on else "hangup", media_type="text/plain")

    return routes


def _twilio(settings: Settings, line: PhoneLine, calls: Calls) -> None:
    twilio = twilio_settings(settings)
    if twilio is not None:
        line.routes += (twilio_router(twilio, line.serve, calls),)
        line.answers += ("Twilio, by Media Streams",)
