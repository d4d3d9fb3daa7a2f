"""Time-based one-time codes (TOTP) as authenticator apps make them.

Source: RFC 6238, RFC 4226 (truncation); the key URI as Google Authenticator's documentation has it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20  # the length of SHA-1, as RFC 4226 recommends
ISSUER = "Sayso"


def new_secret() -> str:
    """A fresh secret in base 32, 160 bits."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def code_at(secret: str, step: int, digits: int = DIGITS) -> str:
    """The code of a time step (seconds since the epoch, divided by 30)."""
    digest = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def matching_step(secret: str, code: str, now_seconds: float, *, after: int | None = None) -> int | None:
    """The time step that a code belongs to.

    Args:
        secret: Base 32.
        code: Six digits; blanks inside are taken out.
        now_seconds: Seconds since the epoch.
        after: The step whose code was used last; it and earlier ones no longer count. None: none was used yet.

    Returns:
        The step, one before to one after now; None where the code is wrong or was used.
    """
    given = "".join(code.split())
    now = int(now_seconds) // STEP_SECONDS
    found = None
    for step in (now - 1, now, now + 1):
        is_right = hmac.compare_digest(code_at(secret, step).encode(), given.encode())
        if is_right and (after is None or step > after):
            found = step
    return found


def key_uri(secret: str, account: str) -> str:
    """What the QR picture says to an authenticator app."""
    query = urlencode({"secret": secret, "issuer": ISSUER, "period": STEP_SECONDS, "digits": DIGITS})
    return f"otpauth://totp/{quote(f'{ISSUER}:{account}')}?{query}"


def grouped(secret: str) -> str:
    """The secret in groups of four, to be typed."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
