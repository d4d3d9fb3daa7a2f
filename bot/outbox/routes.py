"""Which sender takes which message, from addresses in the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from bot.outbox.email import EmailSender
from bot.outbox.senders import OutgoingMessage, Sender
from bot.outbox.webhook import WebhookSender
from dialogues.errors import SaysoError

AROUND_PROVIDER = ":around_provider"
_TLS: dict[str, tuple[Literal["none", "starttls", "tls"], int]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}


@dataclass(frozen=True, slots=True)
class FanOut:
    """Sends to several; when one fails all are tried again, and receivers tell the repeat by its id."""

    senders: Sequence[Sender]

    async def send(self, message: OutgoingMessage) -> None:
        """Tries every sender; raises the first error afterwards."""
        errors = [error for sender in self.senders if (error := await _try(sender, message)) is not None]
        if errors:
            raise errors[0]


@dataclass(frozen=True, slots=True)
class Routes:
    """Senders by kind of message.

    A message about a provider's staff (`staff_named`) takes the route `{kind}:around_provider` where there is one.
    """

    by_kind: Mapping[str, Sender] = field(default_factory=dict)

    def sender_for(self, message: OutgoingMessage) -> Sender | None:
        """The sender; None when nothing is set up, and the message waits."""
        if message.payload.get("staff_named"):
            around = self.by_kind.get(message.kind + AROUND_PROVIDER)
            if around is not None:
                return around
        return self.by_kind.get(message.kind)


def routes_from_urls(urls: Mapping[str, Sequence[str]], *, secret: str = "") -> Routes:
    """Routes from addresses by kind; see `sender_from_url`. Kinds whose addresses are all `null:` have no sender."""
    made = {kind: [sender_from_url(url, secret=secret) for url in each] for kind, each in urls.items()}
    real = {kind: [sender for sender in senders if sender is not None] for kind, senders in made.items()}
    return Routes({kind: s[0] if len(s) == 1 else FanOut(s) for kind, s in real.items() if s})


def sender_from_url(url: str, *, secret: str = "") -> Sender | None:
    """A sender from its address.

    Args:
        url: `smtp+starttls://user:password@host:587/?from=sayso@example.org&to=lead@example.org` (or `smtps://`;
            `smtp://` without encryption, for a server on this machine), `https://...`, `http://...`, or `null:`.
        secret: Signs posts to web addresses.

    Raises:
        SaysoError: `route_invalid`.
    """
    parts = urlsplit(url)
    if parts.scheme == "null" or not url:
        return None
    if parts.scheme in ("http", "https") and parts.hostname:
        return WebhookSender(url, secret)
    query = parse_qs(parts.query)
    if parts.scheme not in _TLS or not parts.hostname or not query.get("to"):
        raise SaysoError(
            "route_invalid", "An address for messages is smtp..://host/?from=..&to=.., https://.. or null:"
        )
    tls, port = _TLS[parts.scheme]
    return EmailSender(
        host=parts.hostname,
        port=parts.port or port,
        sender=query.get("from", ["sayso@localhost"])[0],
        to=tuple(query["to"]),
        tls=tls,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


async def _try(sender: Sender, message: OutgoingMessage) -> SaysoError | None:
    try:
        await sender.send(message)
    except SaysoError as error:
        return error
    return None
