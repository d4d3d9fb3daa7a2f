"""Makes calls by Twilio's REST API. Source: Twilio, Call resource, and its error dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import httpx

from connectors.phone.dialling import (
    RING_SECONDS,
    DialLater,
    DialOrder,
    is_e164,
    unreachable,
    unsure,
    unusable_number,
)
from connectors.phone.twilio.settings import MACHINE_PATH, STATUS_PATH, VOICE_PATH, TwilioSettings
from dialogues.errors import SaysoError

TIMEOUT_SECONDS = 15.0
RETRY_AFTER_SECONDS = 5.0
"""Where Twilio does not say how long."""
LONGEST_RETRY_SECONDS = 3600.0
EVENTS = ("initiated", "ringing", "answered", "completed")

WRONG_LOGIN = 20003

_ADVICE = {
    20005: ("dial_refused", "The Twilio account is not active. Look at its console."),
    21203: ("dial_refused", "Twilio does not ring this number in this account. Look at the account's permissions."),
    21210: (
        "dial_refused",
        "Twilio does not know the service's own number. Set SAYSO_PHONE_NUMBER to yours.",
    ),
    21211: ("dial_number", "Twilio says that this number cannot be rung. Check it with the person."),
    21212: (
        "dial_refused",
        "The service's own number is not right. Set SAYSO_PHONE_NUMBER to yours.",
    ),
    21213: ("dial_refused", "The service's own number is missing. Set SAYSO_PHONE_NUMBER."),
    21214: ("dial_number", "Twilio says that this number cannot be reached. Check it with the person."),
    21215: ("dial_refused", "The Twilio account may not ring this country. Allow it under Voice, Geo Permissions."),
    21216: ("dial_number", "Twilio does not ring this number: it is blocked there."),
    21217: ("dial_number", "Twilio says that this number is no telephone number. Check it with the person."),
    21219: (
        "dial_refused",
        "A Twilio trial account rings only numbers that it verified. Verify this one there, or upgrade the account.",
    ),
}
_AUTH = "Twilio does not accept the login. Check SAYSO_TWILIO_ACCOUNT_SID and SAYSO_TWILIO_AUTH_TOKEN."


class TwilioDialler:
    """Makes calls from the service's number.

    Args:
        settings: The account.
        client: Sends the requests; made where it is not given, and then closed by `close`.
        ring_seconds: How long it rings.
    """

    def __init__(
        self, settings: TwilioSettings, client: httpx.AsyncClient | None = None, *, ring_seconds: int = RING_SECONDS
    ) -> None:
        self._settings = settings
        self._client = client or httpx.AsyncClient(timeout=TIMEOUT_SECONDS)
        self._own = client is None
        self._ring_seconds = ring_seconds

    async def dial(self, order: DialOrder) -> str:
        """Begins to ring; the number goes in the body, never in an address. See `Dialler.dial`."""
        if not is_e164(order.number):
            raise unusable_number()
        answer = await self._post("/Calls.json", self._call(order))
        raise_for(answer)
        sid = _json(answer).get("sid")
        if not isinstance(sid, str) or not sid:
            raise unsure("Twilio")
        return sid

    async def hang_up(self, call_id: str) -> None:
        """Ends a call. See `Dialler.hang_up`."""
        answer = await self._post(f"/Calls/{quote(call_id, safe='')}.json", {"Status": "completed"})
        if answer.status_code != 404:
            raise_for(answer)

    async def close(self) -> None:
        """Lets the connections go."""
        if self._own:
            await self._client.aclose()

    def _call(self, order: DialOrder) -> dict[str, str | list[str]]:
        planned = f"planned_id={quote(order.planned_id, safe='')}"
        wanted: dict[str, str | list[str]] = {
            "To": order.number,
            "From": self._settings.number,
            "Url": self._settings.url(VOICE_PATH, planned),
            "Method": "POST",
            "StatusCallback": self._settings.url(STATUS_PATH, planned),
            "StatusCallbackMethod": "POST",
            "StatusCallbackEvent": [*EVENTS],
            "Timeout": str(self._ring_seconds),
        }
        if order.leave_message:
            wanted |= {
                "MachineDetection": "DetectMessageEnd",
                "AsyncAmd": "true",
                "AsyncAmdStatusCallback": self._settings.url(MACHINE_PATH, planned),
                "AsyncAmdStatusCallbackMethod": "POST",
            }
        return wanted

    async def _post(self, path: str, data: Mapping[str, str | list[str]]) -> httpx.Response:
        try:
            return await self._client.post(f"{self._settings.account_url}{path}", data=data, auth=self._settings.login)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise unreachable("Twilio") from None
        except httpx.HTTPError:
            raise unsure("Twilio") from None


def raise_for(answer: httpx.Response) -> None:
    """Raises what is wrong with an answer. Twilio's own words are not passed on: they hold the number.

    Raises:
        SaysoError: see `Dialler.dial`.
    """
    status = answer.status_code
    if answer.is_success:
        return
    code = _json(answer).get("code")
    if status == 401 or code == WRONG_LOGIN:
        raise SaysoError("dial_auth", _AUTH)
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        raise DialLater(_retry_after(answer))
    if status >= 500:
        raise unsure("Twilio")
    known = _ADVICE.get(code) if isinstance(code, int) else None
    if known is None:
        number = code if isinstance(code, int) else status
        known = ("dial_refused", f"Twilio refuses this with error {number}. Its console says why.")
    raise SaysoError(*known)


def _retry_after(answer: httpx.Response) -> float:
    given = answer.headers.get("retry-after", "")
    seconds = float(given) if given.isascii() and given.isdigit() else RETRY_AFTER_SECONDS
    return min(LONGEST_RETRY_SECONDS, max(1.0, seconds))


def _json(answer: httpx.Response) -> dict[str, object]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
