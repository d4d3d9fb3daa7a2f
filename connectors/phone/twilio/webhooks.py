"""The addresses that Twilio calls: a call comes in or is picked up, its stream, what comes after, and reports."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import parse_qs, parse_qsl

import structlog
from fastapi import APIRouter, Request, Response, WebSocket
from starlette.requests import ClientDisconnect
from starlette.websockets import WebSocketDisconnect

from connectors.phone.dialling import CallReports, Outcome
from connectors.phone.ports import Serve
from connectors.phone.twilio import messages, outcomes, twiml
from connectors.phone.twilio.calls import Calls, Part
from connectors.phone.twilio.media import MediaLine
from connectors.phone.twilio.outcomes import Form
from connectors.phone.twilio.settings import (
    AFTER_PATH,
    HANDED_OVER_PATH,
    MACHINE_PATH,
    MEDIA_PATH,
    STATUS_PATH,
    VOICE_PATH,
    TwilioSettings,
)
from connectors.phone.twilio.signature import HEADER, is_signed

LARGEST_BYTES = 64 * 1024
START_SECONDS = 10.0
"""How long the `start` message is waited for. Twilio sends it at once."""
NOT_FOR_US = 1008
"""The code that closes a stream without a call. Source: RFC 6455, policy violation."""
PLANNED = "planned_id"

log = structlog.get_logger(__name__)

Answer = Callable[[Form, str], Awaitable[Response]]
"""Answers a signed form; the second argument is the planned call in the address, "" for none."""


def router(settings: TwilioSettings, serve: Serve, reports: CallReports, calls: Calls | None = None) -> APIRouter:
    """The routes.

    Args:
        settings: The account; whatever it did not sign is refused.
        serve: Holds the conversation of a call.
        reports: Takes what is learnt of calls.
        calls: The calls of this process; made where it is not given.
    """
    hooks = _Webhooks(settings, serve, reports, calls or Calls())
    routes = APIRouter()
    for path, answer in {
        VOICE_PATH: hooks.voice,
        AFTER_PATH: hooks.after,
        HANDED_OVER_PATH: hooks.handed_over,
        STATUS_PATH: hooks.status,
        MACHINE_PATH: hooks.machine,
    }.items():
        routes.add_api_route(path, hooks.signed(path, answer), methods=["POST"], include_in_schema=False)
    routes.add_api_websocket_route(MEDIA_PATH, hooks.media)
    return routes


class _Webhooks:
    def __init__(self, settings: TwilioSettings, serve: Serve, reports: CallReports, calls: Calls) -> None:
        self._settings, self._serve, self._reports, self._calls = settings, serve, reports, calls

    def signed(self, path: str, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """Lets only forms through that Twilio signed, and that are about a call."""

        async def arrive(request: Request) -> Response:
            query = request.scope["query_string"].decode("latin-1")
            body = await _body(request)
            if body is None:
                return Response(status_code=413)
            fields = _fields(body)
            if not self._is_signed(request.headers.get(HEADER, ""), self._settings.url(path, query), fields):
                log.warning("twilio_signature_wrong", path=path)
                return Response(status_code=403)
            form = dict(fields)
            if not outcomes.call_sid(form):
                return Response(status_code=400)
            return await answer(form, parse_qs(query).get(PLANNED, [""])[0])

        return arrive

    async def voice(self, form: Form, planned_id: str) -> Response:
        """A call came in, or was picked up: it is connected with us."""
        call = outcomes.call(form, planned_id)
        token = self._calls.expect(call)
        log.info("twilio_call", call=call.id, direction=call.direction)
        return _xml(twiml.stream(self._settings.media_url, token, self._settings.url(AFTER_PATH)))

    async def after(self, form: Form, _planned_id: str) -> Response:
        """The stream is over: the call is handed over, or ends."""
        call_sid = outcomes.call_sid(form)
        part = self._calls.part(call_sid)
        if part is Part.ENDED or outcomes.is_over(form):
            return _xml(twiml.hang_up())
        if part is not Part.HANDED_OVER:  # the stream never came, or broke
            log.warning("twilio_stream_failed", call=call_sid)
            return _xml(twiml.hang_up(twiml.LINE_FAILED))
        if not self._settings.hand_over_number:
            return await self._nobody(call_sid)
        number, caller_id = self._settings.hand_over_number, self._settings.number
        return _xml(twiml.hand_over(number, caller_id, self._settings.url(HANDED_OVER_PATH)))

    async def handed_over(self, form: Form, _planned_id: str) -> Response:
        """The call with a person is over, or nobody took it."""
        if outcomes.was_taken(form):
            return _xml(twiml.hang_up())
        return await self._nobody(outcomes.call_sid(form))

    async def status(self, form: Form, planned_id: str) -> Response:
        """A call came further."""
        outcome = outcomes.outcome(form)
        if outcome is None:
            return Response(status_code=204)
        return await self._reported(outcomes.call_sid(form), planned_id, outcome)

    async def machine(self, form: Form, planned_id: str) -> Response:
        """Twilio's guess at who picked up; only a beep is passed on."""
        if not outcomes.is_beep(form):
            return Response(status_code=204)
        return await self._reported(outcomes.call_sid(form), planned_id, Outcome.MACHINE)

    async def media(self, socket: WebSocket) -> None:
        """The stream of a call."""
        if not self._is_signed(socket.headers.get(HEADER, ""), self._settings.media_url, []):
            log.warning("twilio_signature_wrong", path=MEDIA_PATH)
            await socket.close()  # before it is accepted: 403
            return
        await socket.accept()
        wire = _SocketWire(socket)
        start = await _start(wire)
        call = self._calls.begin(start.call_sid, start.token) if start else None
        if start is None or call is None:
            log.warning("twilio_stream_refused", started=start is not None)
            await wire.close(NOT_FOR_US)
            return
        await self._talk(MediaLine(call, wire, start.stream_sid, self._ended(call.id)))

    async def _talk(self, line: MediaLine) -> None:
        carrying = asyncio.create_task(line.run())
        try:
            await self._serve(line)
            await line.end()
        except Exception as error:  # the person hears that the line has failed
            log.warning("twilio_talk_failed", call=line.call.id, error=type(error).__name__)
        finally:
            line.drop()
            await carrying

    def _ended(self, call_sid: str) -> Callable[[bool], None]:
        return lambda hand_over: self._calls.end(call_sid, hand_over=hand_over)

    def _is_signed(self, given: str, url: str, fields: list[tuple[str, str]]) -> bool:
        return is_signed(given, self._settings.auth_token, url, fields)

    async def _nobody(self, call_sid: str) -> Response:
        await self._reported(call_sid, self._calls.planned_id(call_sid), Outcome.NOT_HANDED_OVER)
        return _xml(twiml.hang_up(twiml.NOBODY_THERE))

    async def _reported(self, call_sid: str, planned_id: str, outcome: Outcome) -> Response:
        try:
            await self._reports.report(call_sid, planned_id, outcome)
        except Exception as error:
            log.warning("twilio_report_failed", call=call_sid, outcome=outcome, error=type(error).__name__)
            return Response(status_code=503)
        return Response(status_code=204)


class _SocketWire:
    """A WebSocket that is closed rather than raising."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def receive(self) -> str | None:
        while True:
            try:
                message = await self._socket.receive()
            except (RuntimeError, WebSocketDisconnect):
                return None
            if message["type"] == "websocket.disconnect":
                return None
            text = message.get("text")
            if isinstance(text, str):
                return text

    async def send(self, text: str) -> None:
        with suppress(RuntimeError, WebSocketDisconnect):
            await self._socket.send_text(text)

    async def close(self, code: int = 1000) -> None:
        with suppress(RuntimeError, WebSocketDisconnect):
            await self._socket.close(code)


async def _start(wire: _SocketWire) -> messages.Start | None:
    """The `start` message; None where it does not come in time. Junk before it is passed over."""
    with suppress(TimeoutError):
        async with asyncio.timeout(START_SECONDS):
            while (text := await wire.receive()) is not None:
                if isinstance(message := messages.read(text), messages.Start):
                    return message
    return None


async def _body(request: Request) -> bytes | None:
    """The body; None where it is larger than any of Twilio's, or broke off."""
    body = b""
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST_BYTES:
                return None
    except ClientDisconnect:
        return None
    return body


def _fields(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True)
    except ValueError:
        return []


def _xml(document: str) -> Response:
    return Response(document, media_type="application/xml")
