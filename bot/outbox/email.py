"""Sends a message by e-mail."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

import aiosmtplib

from bot.outbox.senders import OutgoingMessage, body, subject
from dialogues.errors import SaysoError

TIMEOUT_SECONDS = 15.0
_REJECTED = 500  # SMTP replies from here on are permanent. Source: RFC 5321, 4.2.1


@dataclass(frozen=True, slots=True)
class EmailSender:
    """Sends through one SMTP server.

    Attributes:
        tls: `none` (loopback only), `starttls`, or `tls` from the first byte.
    """

    host: str
    port: int
    sender: str
    to: Sequence[str]
    tls: Literal["none", "starttls", "tls"] = "starttls"
    username: str | None = None
    password: str | None = None
    timeout_seconds: float = TIMEOUT_SECONDS

    async def send(self, message: OutgoingMessage) -> None:
        """Sends it to every address.

        Raises:
            SaysoError: `smtp_refused` (permanent) or `smtp_failed`.
        """
        try:
            await aiosmtplib.send(
                self._email(message),
                hostname=self.host,
                port=self.port,
                use_tls=self.tls == "tls",
                start_tls=self.tls == "starttls",
                username=self.username,
                password=self.password,
                timeout=self.timeout_seconds,
            )
        except aiosmtplib.SMTPResponseException as error:
            raise _error(error.code) from None
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _error(max(refused.code for refused in error.recipients)) from None
        except (aiosmtplib.SMTPException, OSError):
            raise _error(0) from None

    def _email(self, message: OutgoingMessage) -> EmailMessage:
        email = EmailMessage()
        email["From"] = self.sender
        email["To"] = ", ".join(self.to)
        email["Subject"] = subject(message)
        email["Date"] = message.created_at
        email["Message-ID"] = f"<{hashlib.sha256(message.message_id.encode()).hexdigest()[:40]}@sayso>"
        email["X-Sayso-Message-Id"] = message.message_id
        email.set_content(body(message))
        return email


def _error(code: int) -> SaysoError:
    if code >= _REJECTED:
        return SaysoError("smtp_refused", f"The mail server refused the message (reply {code}). Check the settings.")
    return SaysoError("smtp_failed", "The mail server could not be reached or is busy.", permanent=False)
