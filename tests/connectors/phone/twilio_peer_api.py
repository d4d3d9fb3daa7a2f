"""The REST API of our own Twilio: the account, its numbers, and calls. Source: Twilio, REST API 2010-04-01."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from connectors.phone.dialling import is_e164

if TYPE_CHECKING:
    from twilio_peer import TwilioPeer

ROOT = "/2010-04-01/Accounts/{account}"


@dataclass(frozen=True, slots=True)
class ApiFault:
    """What the API does wrong.

    Attributes:
        status: HTTP status.
        code: Twilio's code; 0 for a body that is no JSON.
        headers: E.g. `Retry-After`.
    """

    status: int
    code: int = 0
    headers: dict[str, str] = field(default_factory=dict)


def api(peer: TwilioPeer) -> FastAPI:
    """The application."""
    app = FastAPI()

    def refused(request: Request, account: str) -> Response | None:
        fault = peer.fault
        if fault is not None:
            body = {"code": fault.code, "message": f"+441632960123 {fault.code}", "status": fault.status}
            if fault.code:
                return JSONResponse(body, fault.status, fault.headers)
            return Response("<html>not JSON</html>", fault.status, fault.headers)
        logins = {(peer.settings.account_sid, peer.settings.auth_token)}
        if peer.settings.api_key:
            logins.add((peer.settings.api_key, peer.settings.api_secret))
        given = request.headers.get("authorization", "")
        if given not in {f"Basic {base64.b64encode(':'.join(login).encode()).decode()}" for login in logins}:
            return _error(401, 20003)
        return None if account == peer.settings.account_sid else _error(404, 20404)

    @app.get(ROOT + ".json")
    async def account(request: Request, account: str) -> Response:
        return refused(request, account) or JSONResponse(peer.account)

    @app.get(ROOT + "/IncomingPhoneNumbers.json")
    async def numbers(request: Request, account: str) -> Response:
        wanted = request.query_params.get("PhoneNumber")
        found = [each for each in peer.numbers if wanted in {None, each["phone_number"]}]
        return refused(request, account) or JSONResponse({"incoming_phone_numbers": found, "page": 0})

    @app.post(ROOT + "/Calls.json")
    async def create(request: Request, account: str) -> Response:
        if answer := refused(request, account):
            return answer
        order = parse_qs((await request.body()).decode(), keep_blank_values=True)
        peer.orders.append(order)
        if not is_e164(order["To"][0]):
            return _error(400, 21211)
        if order["From"][0] not in {each["phone_number"] for each in peer.numbers}:
            return _error(400, 21210)
        call = peer.place(order)
        return JSONResponse({"sid": call.sid, "status": "queued", "account_sid": account}, 201)

    @app.post(ROOT + "/Calls/{sid}.json")
    async def change(request: Request, account: str, sid: str) -> Response:
        if answer := refused(request, account):
            return answer
        call = peer.calls.get(sid)
        if call is None:
            return _error(404, 20404)
        form = parse_qs((await request.body()).decode())
        if form.get("Status") == ["completed"]:
            call.gone.set()
        return JSONResponse({"sid": sid, "status": call.status})

    return app


def _error(status: int, code: int) -> Response:
    body = {"code": code, "message": f"Error {secrets.token_hex(2)}", "status": status}
    return JSONResponse(body, status)
