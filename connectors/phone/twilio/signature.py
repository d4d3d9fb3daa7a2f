"""Tells what Twilio sent from what somebody else sent. Source: Twilio, Security, "Validating requests"."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

HEADER = "X-Twilio-Signature"

_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}

Fields = Iterable[tuple[str, str]]
"""Names and values of a form, decoded, in any order."""


def signature(auth_token: str, url: str, fields: Fields = ()) -> str:
    """What Twilio puts into its header: HMAC-SHA1 of the URL and the sorted fields, as base64.

    Args:
        auth_token: The account's secret.
        url: The whole public URL, with its query, as Twilio calls it.
        fields: The form that was sent; none for a GET and for the opening of a WebSocket.
    """
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    made = hmac.new(auth_token.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha1).digest()
    return base64.b64encode(made).decode()


def is_signed(given: str, auth_token: str, url: str, fields: Fields = ()) -> bool:
    """Tells whether a signature is right; takes the same time wherever it is wrong.

    Twilio writes the same address in more than one way: with and without the port, and, opening a WebSocket, with a
    "/" at the end. Source: twilio-python, `request_validator.py` ("inconsistent"). All of them name this address.

    Args:
        given: The header; "" where there was none.
        auth_token: The account's secret. With none, nothing is signed.
        url: The whole public URL.
        fields: The form that was sent.
    """
    known = set(fields)
    rights = [
        hmac.compare_digest(signature(auth_token, form, known).encode(), given.encode("utf-8", "surrogatepass"))
        for form in _forms(url)
    ]
    return bool(auth_token) and any(rights)


def _forms(url: str) -> list[str]:
    """The ways in which Twilio may have written an address."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        return [url]
    host = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
    hosts = [parts.netloc, host, parts.netloc if parts.port else f"{host}:{_PORTS[parts.scheme]}"]
    paths = [parts.path, f"{parts.path}/"] if parts.scheme in {"ws", "wss"} else [parts.path]
    forms = [urlunsplit(parts._replace(netloc=host, path=path)) for host in hosts for path in paths]
    return [*dict.fromkeys([url, *forms])]
