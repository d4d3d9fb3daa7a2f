"""The cookie of staff: a random token, known to the accounts by its hash alone."""

from __future__ import annotations

from fastapi import Response
from starlette.requests import HTTPConnection

COOKIE = "sayso_session"
PATH = "/"
LONGEST_TOKEN_CHARACTERS = 100


def token_of(connection: HTTPConnection) -> str:
    """The token that a browser shows; "" for none."""
    token = connection.cookies.get(COOKIE, "")
    return token if len(token) <= LONGEST_TOKEN_CHARACTERS and token.isprintable() else ""


def remember(connection: HTTPConnection, response: Response, token: str) -> None:
    """Sets the cookie until the browser closes; the session may end sooner."""
    response.set_cookie(COOKIE, token, path=PATH, httponly=True, samesite="lax", secure=_is_https(connection))


def forget(connection: HTTPConnection, response: Response) -> None:
    """Removes the cookie."""
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax", secure=_is_https(connection))


def _is_https(connection: HTTPConnection) -> bool:
    return connection.url.scheme in {"https", "wss"}
