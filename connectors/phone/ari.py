"""Makes calls by Asterisk's REST interface. Source: Asterisk, ARI, Channels, `POST /channels`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx

from connectors.phone.dialling import RING_SECONDS, DialOrder, is_e164, unreachable, unsure, unusable_number
from dialogues.errors import SaysoError

TIMEOUT_SECONDS = 10.0
CALL_ID, PLANNED_ID, LEAVE_MESSAGE = "SAYSO_CALL_ID", "SAYSO_PLANNED_ID", "SAYSO_LEAVE_MESSAGE"
"""Variables of the channel, for the dialplan: `AudioSocket(${SAYSO_CALL_ID},…)` and what goes with it."""


@dataclass(frozen=True, slots=True)
class AriSettings:
    """Where Asterisk is, and how it dials.

    Attributes:
        url: Of the interface, e.g. `http://127.0.0.1:8088/ari`.
        user: Of `ari.conf`.
        password: Secret.
        endpoint: What is dialled: `{number}` stands for the number with its plus sign, `{digits}` for it without.
        context: Of the dialplan: where the call goes on once it is picked up.
        extension: In that context.
        caller_id: What the person sees, e.g. `"Sayso" <+441632960000>`.
    """

    url: str
    user: str
    password: str = field(repr=False)
    endpoint: str = "PJSIP/{number}@trunk"
    context: str = "sayso-outbound"
    extension: str = "s"
    caller_id: str = ""


class AriDialler:
    """Makes calls by Asterisk.

    Args:
        settings: Where it is.
        client: Sends the requests; made where it is not given, and then closed by `close`.
        ring_seconds: How long it rings.
    """

    def __init__(
        self, settings: AriSettings, client: httpx.AsyncClient | None = None, *, ring_seconds: int = RING_SECONDS
    ) -> None:
        self._settings = settings
        self._client = client or httpx.AsyncClient(timeout=TIMEOUT_SECONDS)
        self._own = client is None
        self._ring_seconds = ring_seconds

    async def dial(self, order: DialOrder) -> str:
        """Begins to ring; the id is ours, a UUID, as AudioSocket needs it. See `Dialler.dial`."""
        if not is_e164(order.number):
            raise unusable_number()
        call_id = str(uuid.uuid4())
        endpoint = self._settings.endpoint.replace("{number}", order.number).replace("{digits}", order.number[1:])
        wanted = {  # all of it in the body: addresses are logged
            "endpoint": endpoint,
            "context": self._settings.context,
            "extension": self._settings.extension,
            "priority": 1,
            "callerId": self._settings.caller_id,
            "timeout": self._ring_seconds,
            "channelId": call_id,
            "variables": {
                CALL_ID: call_id,
                PLANNED_ID: order.planned_id,
                LEAVE_MESSAGE: "1" if order.leave_message else "0",
            },
        }
        _raise_for(await self._send("POST", "/channels", wanted))
        return call_id

    async def hang_up(self, call_id: str) -> None:
        """Ends a call. See `Dialler.hang_up`."""
        answer = await self._send("DELETE", f"/channels/{quote(call_id, safe='')}")
        if answer.status_code != 404:
            _raise_for(answer)

    async def close(self) -> None:
        """Lets the connections go."""
        if self._own:
            await self._client.aclose()

    async def _send(self, method: str, path: str, body: dict[str, object] | None = None) -> httpx.Response:
        url, login = f"{self._settings.url.rstrip('/')}{path}", (self._settings.user, self._settings.password)
        try:
            return await self._client.request(method, url, json=body, auth=login)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise unreachable("Asterisk") from None
        except httpx.HTTPError:
            raise unsure("Asterisk") from None


def _raise_for(answer: httpx.Response) -> None:
    """Raises what is wrong with an answer; Asterisk's words are not passed on, they may hold the number."""
    status = answer.status_code
    if answer.is_success:
        return
    if status in {401, 403}:
        raise SaysoError("dial_auth", "Asterisk does not accept the login. Check SAYSO_ARI_USER and its password.")
    if status == 404:
        raise SaysoError("dial_refused", "Asterisk has no REST interface there. Check SAYSO_ARI_URL and ari.conf.")
    if status == 503:
        raise unreachable("Asterisk")
    if status >= 500:
        raise SaysoError(
            "dial_unreachable",
            "Asterisk cannot dial. Check that the trunk is registered, and SAYSO_ARI_ENDPOINT.",
            permanent=False,
        )
    raise SaysoError(
        "dial_refused",
        f"Asterisk refuses this with status {status}. Check endpoint, context and extension.",
    )
