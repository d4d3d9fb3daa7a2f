"""Posts a message to a web address, signed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from bot.outbox.senders import OutgoingMessage
from dialogues.errors import SaysoError

TIMEOUT_SECONDS = 10.0
ID_HEADER = "X-Sayso-Message-Id"
TIME_HEADER = "X-Sayso-Timestamp"
SIGNATURE_HEADER = "X-Sayso-Signature"
_BUSY = (408, 425, 429)  # client errors that may pass. Source: RFC 9110, RFC 8470, RFC 6585


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Posts JSON. With a secret, `X-Sayso-Signature` is `sha256=` + HMAC of `timestamp.body`."""

    url: str
    secret: str = ""
    timeout_seconds: float = TIMEOUT_SECONDS
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def send(self, message: OutgoingMessage) -> None:
        """Posts it once.

        Raises:
            SaysoError: `webhook_refused` (permanent) or `webhook_failed`.
        """
        body = json.dumps({"kind": message.kind, "id": message.message_id, **message.payload}).encode()
        try:
            async with httpx.AsyncClient(timeout=self.timeout_seconds, trust_env=False) as client:
                response = await client.post(self.url, content=body, headers=self._headers(message, body))
        except httpx.HTTPError:
            raise SaysoError("webhook_failed", "The web address could not be reached.", permanent=False) from None
        if not response.is_success:
            raise _error(response.status_code)

    def _headers(self, message: OutgoingMessage, body: bytes) -> dict[str, str]:
        timestamp = str(int(self.clock().timestamp()))
        headers = {"Content-Type": "application/json", ID_HEADER: message.message_id, TIME_HEADER: timestamp}
        if self.secret:
            headers[SIGNATURE_HEADER] = signature(self.secret, timestamp, body)
        return headers


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What a receiver computes to know that a post comes from Sayso."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def _error(status: int) -> SaysoError:
    permanent = 400 <= status < 500 and status not in _BUSY
    code = "webhook_refused" if permanent else "webhook_failed"
    return SaysoError(code, f"The web address answered {status}. Check it.", permanent=permanent)
