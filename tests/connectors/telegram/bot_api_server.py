"""The double's front: reads calls from HTTP, lets faults strike, answers."""

from __future__ import annotations

import asyncio
import json
import re

from bot_api_faults import Fault, Faults
from bot_api_line import Line
from bot_api_methods import Methods
from bot_api_wire import ApiError, Call, Json, Upload
from bot_api_world import World
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_METHOD = re.compile(r"/bot([^/]+)/([^/]+)")
_FILE = re.compile(r"/file/bot([^/]+)/(.+)")
_TOKEN = re.compile(r"[1-9]\d{0,15}:[\w-]{1,70}")


class Front:
    """The ASGI application, and the line it is on."""

    def __init__(self, world: World, methods: Methods, faults: Faults, calls: list[Call]) -> None:
        self._world, self._methods, self._faults, self._calls = world, methods, faults, calls
        self.line = Line(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        request = Request(scope, receive)
        found = _FILE.fullmatch(scope["path"])
        file = found is not None
        found = found or _METHOD.fullmatch(scope["path"])
        token, name = found.groups() if found else ("", "")
        try:
            call = await _read("download" if file else name, request)
        except ClientDisconnect:
            return
        call.at = self._world.now()
        if file:
            call.parameters["path"] = name
        self._calls.append(call)
        fault = self._faults.take(call.method)
        answer = Response()
        if fault is None or fault.acted:
            answer = await self._answer(token, call, receive)
        if fault is not None:
            await self._strike(fault, answer, call, scope, receive, send)
        else:
            call.status = answer.status_code
            await answer(scope, receive, send)

    async def _answer(self, token: str, call: Call, receive: Receive) -> Response:
        try:
            self._check(token)
            if call.method == "download":
                return self._file(call.text("path"))
            return _json(200, (await self._unless_gone(call, receive)))
        except ApiError as error:
            return _json(error.status, error.body)
        except json.JSONDecodeError:
            return _json(400, ApiError(400, "Bad Request: can't parse a parameter as JSON").body)

    def _check(self, token: str) -> None:
        """A token that cannot be one gets 404, an unknown one 401."""
        if token != self._world.token:
            raise ApiError(401 if _TOKEN.fullmatch(token) else 404)

    def _file(self, path: str) -> Response:
        for file in self._world.files.values():
            if file.path == path:
                return Response(file.content, media_type="application/octet-stream")
        raise ApiError(404)

    async def _unless_gone(self, call: Call, receive: Receive) -> Json:
        """A long poll ends when its caller hangs up; every other call is carried out."""
        if call.key != "getupdates":
            return (await self._methods(call)).body
        work = asyncio.ensure_future(self._methods(call))
        gone = asyncio.ensure_future(_hung_up(receive))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            return work.result().body if work.done() else {}
        finally:
            work.cancel()
            gone.cancel()

    async def _strike(
        self, fault: Fault, answer: Response, call: Call, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if isinstance(fault.trouble, int):
            call.status = fault.trouble
            await _json(fault.trouble, fault.error.body)(scope, receive, send)
            return
        if fault.trouble == "half":
            body = bytes(answer.body)
            await send({"type": "http.response.start", "status": answer.status_code, "headers": answer.raw_headers})
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        if fault.trouble != "timeout":
            self.line.drop(scope, at_once=fault.trouble == "drop")
        await _hung_up(receive)


async def _read(method: str, request: Request) -> Call:
    """Takes parameters in all four ways that are documented under "Making requests"."""
    parameters, uploads = dict(request.query_params), {}
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind == "application/json":
        try:
            given: Json = json.loads(await request.body() or b"{}")
        except ValueError:
            given = {}
        parameters |= {key: value if isinstance(value, str) else json.dumps(value) for key, value in given.items()}
    elif kind:
        async with request.form() as form:
            for key, value in form.items():
                if isinstance(value, UploadFile):
                    uploads[key] = Upload(value.filename or "", value.content_type or "", await value.read())
                else:
                    parameters[key] = value
    else:
        await request.body()
    return Call(method, parameters, uploads)


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _json(status: int, body: Json) -> Response:
    return Response(json.dumps(body), status, media_type="application/json")
