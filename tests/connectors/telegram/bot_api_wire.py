"""What goes over the wire of the double: calls with their parameters, and errors as the Bot API words them."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients that speak plain HTTP on this machine: certificates take long to load."""

OTHER_POLL = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
POLL_CUT_BY_WEBHOOK = "Conflict: terminated by setWebhook request"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
BLOCKED = "Forbidden: bot was blocked by the user"
QUERY_TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
"""Source of these words: Client.cpp and ClientManager.cpp of Telegram's own telegram-bot-api server."""

_BY_STATUS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: BLOCKED,
    404: "Not Found",
    409: OTHER_POLL,
    413: "Request Entity Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    504: "Gateway Timeout",
}


class ApiError(Exception):
    """An answer with `ok` false.

    Args:
        status: The HTTP status, which is the `error_code` too.
        description: What is said; by default what Telegram says with this status.
        retry_after: Seconds to wait, with 429.
    """

    def __init__(self, status: int, description: str = "", retry_after: int | None = None) -> None:
        if status == 429 and retry_after is None:
            retry_after = 1
        if not description:
            waits = f"Too Many Requests: retry after {retry_after}"
            description = waits if status == 429 else _BY_STATUS.get(status, f"Error {status}")
        super().__init__(description)
        self.status, self.description, self.retry_after = status, description, retry_after

    @property
    def body(self) -> Json:
        """The answer, as documented under "Making requests" and ResponseParameters."""
        body: Json = {"ok": False, "error_code": self.status, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


@dataclass(frozen=True)
class Answer:
    """An answer with `ok` true."""

    result: Any
    description: str = ""

    @property
    def body(self) -> Json:
        """The answer, as documented under "Making requests"."""
        return {"ok": True, "result": self.result, **({"description": self.description} if self.description else {})}


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    filename: str
    mime: str
    content: bytes


@dataclass
class Call:
    """One request to the double.

    Attributes:
        method: As it was written by the caller; `download` for a file.
        parameters: As they came, each a string.
        uploads: The files, by parameter.
        at: When, in seconds since 1970.
        status: What it was answered with; 0 when it was not answered.
    """

    method: str
    parameters: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    at: float = 0.0
    status: int = 0

    @property
    def key(self) -> str:
        """The method's name for look-ups: methods are case-insensitive."""
        return self.method.lower()

    def text(self, name: str) -> str:
        """A parameter, "" where it is missing."""
        return self.parameters.get(name, "")

    def number(self, name: str, default: int = 0, low: int | None = None, high: int | None = None) -> int:
        """A whole number, brought within its limits, as Telegram does; `default` where it is none."""
        try:
            value = int(self.text(name))
        except ValueError:
            value = default
        value = value if low is None else max(low, value)
        return value if high is None else min(high, value)

    def flag(self, name: str) -> bool:
        """A Boolean."""
        return self.text(name).lower() in {"true", "1", "yes"}

    def json(self, name: str) -> Any:
        """A JSON-serialised parameter; None where it is missing.

        Raises:
            ValueError: Not JSON.
        """
        return json.loads(self.text(name)) if self.text(name) else None
