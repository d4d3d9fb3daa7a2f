"""Calls by Asterisk: a small REST interface of our own takes them over real HTTP."""

from __future__ import annotations

import base64
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from serving import serving

from connectors.phone.ari import AriDialler, AriSettings
from connectors.phone.dialling import Dialler, DialOrder
from dialogues.errors import SaysoError

ORDER = DialOrder("plan-7", "+441632960123", leave_message=True)
LOGIN = f"Basic {base64.b64encode(b'sayso:secret').decode()}"


@dataclass(slots=True)
class Asterisk:
    """As documented: 400 for what cannot be dialled, 409 for an id that is there, 404 for one that is not."""

    settings: AriSettings
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    status: int = 0

    def refused(self, request: Request) -> Response | None:
        self.paths.append(str(request.url))
        if request.headers.get("authorization") != LOGIN:
            return JSONResponse({"error": "Authentication required"}, 401)
        return JSONResponse({"message": "+441632960123"}, self.status) if self.status else None

    async def originate(self, request: Request) -> Response:
        if answer := self.refused(request):
            return answer
        order = await request.json()
        if not order["endpoint"].startswith("PJSIP/") or ("app" in order) == ("extension" in order):
            return JSONResponse({"message": "Invalid endpoint specified"}, 400)
        if order["channelId"] in self.channels:
            return JSONResponse({"message": "Channel with given unique ID already exists"}, 409)
        self.channels[order["channelId"]] = order
        return JSONResponse({"id": order["channelId"], "state": "Down"})

    async def hang_up(self, request: Request, channel: str) -> Response:
        if answer := self.refused(request):
            return answer
        return Response(status_code=204 if self.channels.pop(channel, None) else 404)


@pytest.fixture
async def asterisk() -> AsyncIterator[Asterisk]:
    app = FastAPI()
    double = Asterisk(AriSettings("", "sayso", "secret", caller_id='"Sayso" <+441632960000>'))
    app.add_api_route("/ari/channels", double.originate, methods=["POST"])
    app.add_api_route("/ari/channels/{channel}", double.hang_up, methods=["DELETE"])
    async with serving(app) as url:
        double.settings = replace(double.settings, url=f"{url}/ari")
        yield double


async def test_a_call_is_made_and_ended(asterisk: Asterisk) -> None:
    dialler: Dialler = AriDialler(asterisk.settings, ring_seconds=30)
    call_id = await dialler.dial(ORDER)
    assert str(uuid.UUID(call_id)) == call_id
    assert asterisk.channels[call_id] == {
        "endpoint": "PJSIP/+441632960123@trunk",
        "context": "sayso-outbound",
        "extension": "s",
        "priority": 1,
        "callerId": '"Sayso" <+441632960000>',
        "timeout": 30,
        "channelId": call_id,
        "variables": {"SAYSO_CALL_ID": call_id, "SAYSO_PLANNED_ID": "plan-7", "SAYSO_LEAVE_MESSAGE": "1"},
    }
    await dialler.hang_up(call_id)
    await dialler.hang_up(call_id)
    assert asterisk.channels == {}
    assert not any("1632" in path for path in asterisk.paths)


async def test_the_way_a_trunk_wants_it(asterisk: Asterisk) -> None:
    call_id = await AriDialler(replace(asterisk.settings, endpoint="PJSIP/00{digits}@t")).dial(ORDER)
    assert asterisk.channels[call_id]["endpoint"] == "PJSIP/00441632960123@t"


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (400, "dial_refused", True),
        (401, "dial_auth", True),
        (404, "dial_refused", True),
        (409, "dial_refused", True),
        (500, "dial_unreachable", False),
        (503, "dial_unreachable", False),
    ],
)
async def test_refusals_become_plain_advice(asterisk: Asterisk, status: int, code: str, permanent: bool) -> None:
    asterisk.status = status
    with pytest.raises(SaysoError) as raised:
        await AriDialler(asterisk.settings).dial(ORDER)
    assert (raised.value.code, raised.value.permanent) == (code, permanent)
    assert "1632" not in raised.value.message


async def test_a_wrong_login_a_wrong_endpoint_and_a_wrong_number(asterisk: Asterisk) -> None:
    with pytest.raises(SaysoError, match="login"):
        await AriDialler(replace(asterisk.settings, password="no")).dial(ORDER)
    with pytest.raises(SaysoError, match="endpoint"):
        await AriDialler(replace(asterisk.settings, endpoint="{number}")).dial(ORDER)
    asterisk.paths.clear()
    with pytest.raises(SaysoError, match="no telephone number"):
        await AriDialler(asterisk.settings).dial(replace(ORDER, number="+44@evil/Local"))
    assert asterisk.paths == []
    assert "secret" not in repr(asterisk.settings)


async def test_asterisk_is_not_there(asterisk: Asterisk) -> None:
    with pytest.raises(SaysoError) as raised:
        await AriDialler(replace(asterisk.settings, url="http://127.0.0.1:1/ari")).dial(ORDER)
    assert (raised.value.code, raised.value.permanent) == ("dial_unreachable", False)
