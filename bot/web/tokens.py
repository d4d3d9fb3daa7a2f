"""The API's bearer tokens: who is calling, and what they may do."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from fastapi import Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.web.errors import BY_STATUS, ApiError
from bot.web.ports import ApiToken

CONVERSE = "converse"
INSIGHTS = "insights"

bearer = HTTPBearer(
    auto_error=False, description="A token from the settings; its scopes are `converse` and `insights`."
)


class Tokens:
    """The tokens of the settings. A token without a secret never matches."""

    def __init__(self, tokens: Sequence[ApiToken]) -> None:
        self._tokens = [(_digest(token.secret), token) for token in tokens if token.secret]

    def find(self, secret: str) -> ApiToken | None:
        """The token of that secret; takes as long whether it is found first, last or not at all."""
        given, found = _digest(secret), None
        for digest, token in self._tokens:
            if hmac.compare_digest(digest, given):
                found = token
        return found

    def name_of(self, authorization: str) -> str | None:
        """The name behind an `Authorization` header; None when it is missing or wrong."""
        scheme, _, secret = authorization.partition(" ")
        token = self.find(secret.strip()) if scheme.lower() == "bearer" else None
        return token.name if token else None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def requires(tokens: Tokens, scope: str) -> Callable[..., Awaitable[None]]:
    """A dependency that lets only tokens of a scope through: 401 for no valid token, 403 for the wrong scope."""

    async def check(
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
    ) -> None:
        token = tokens.find(credentials.credentials) if credentials else None
        for status, refused in ((401, token is None), (403, token is not None and scope not in token.scopes)):
            if refused:
                raise ApiError(status, BY_STATUS[status].code, BY_STATUS[status].message)

    return check
