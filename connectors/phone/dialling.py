"""Ringing a person: what a dialler is asked for, and what it reports. Whether and when to ring is decided elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from dialogues.errors import SaysoError

RING_SECONDS = 45
"""How long it rings. Long enough for somebody who walks slowly to the telephone."""

_E164 = re.compile(r"\+[1-9]\d{6,14}")


def is_e164(number: str) -> bool:
    """Tells whether a number is in E.164 (`+441632960123`). Source: ITU-T E.164; the shortest in use have 7 digits."""
    return _E164.fullmatch(number) is not None


@dataclass(frozen=True, slots=True)
class DialOrder:
    """One call to make.

    Attributes:
        planned_id: The planned call that it carries out; an opaque id, which may stand in URLs and logs.
        number: Whom to ring, E.164. Never logged.
        leave_message: True when the person agreed to a short message on their answering machine: its beep is reported.
    """

    planned_id: str
    number: str = field(repr=False)
    leave_message: bool = False


class Outcome(StrEnum):
    """How far a call came. The last five are final."""

    DIALLING = "dialling"
    RINGING = "ringing"
    ANSWERED = "answered"
    """Picked up, by whom or what is not known: a person is there once somebody speaks or presses a key."""
    MACHINE = "machine"
    """An answering machine ended its greeting with a beep: a message can be left now."""
    NOT_HANDED_OVER = "not_handed_over"
    """The person asked for somebody, and nobody took the call: they have to be rung back."""
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


class CallReports(Protocol):
    """Takes reports. They may come twice and out of order; after a final one nothing new is learnt."""

    async def report(self, call_id: str, planned_id: str, outcome: Outcome) -> None:
        """Takes one report.

        Args:
            call_id: The transport's id, as `Call.id`.
            planned_id: As in the order; "" for a call that came in.
            outcome: How far it came.
        """


class Dialler(Protocol):
    """Makes calls over one transport."""

    async def dial(self, order: DialOrder) -> str:
        """Begins to ring, and returns the id of the call at once; the rest is reported.

        Raises:
            SaysoError: `dial_number` (the number cannot be rung), `dial_refused` (the settings or the account do not
                allow it), `dial_auth`, `dial_unreachable` (nothing was rung; temporary), `dial_unsure` (the connection
                broke, so that it may ring; temporary), or `DialLater`.
        """

    async def hang_up(self, call_id: str) -> None:
        """Ends a call, also one that still rings; nothing happens where it is over.

        Raises:
            SaysoError: as for `dial`.
        """


class DialLater(SaysoError):
    """Too many calls at once (`dial_busy`, temporary).

    Args:
        retry_after_seconds: How long to wait before trying again.
    """

    def __init__(self, retry_after_seconds: float) -> None:
        wait = f"Try again in {retry_after_seconds:.0f} seconds."
        super().__init__("dial_busy", f"The telephone service takes no more calls just now. {wait}", permanent=False)
        self.retry_after_seconds = retry_after_seconds


def unusable_number() -> SaysoError:
    """What is raised for a number that is not in E.164."""
    return SaysoError(
        "dial_number", "This is no telephone number that can be rung. Write it as + and digits, like +441632960123."
    )


def unreachable(service: str) -> SaysoError:
    """What is raised where nothing was sent.

    Args:
        service: Who was not reached, e.g. "Twilio".
    """
    return SaysoError(
        "dial_unreachable", f"{service} cannot be reached. Check the network and try again.", permanent=False
    )


def unsure(service: str) -> SaysoError:
    """What is raised where the connection broke after something was sent."""
    return SaysoError(
        "dial_unsure",
        f"The connection to {service} broke: the telephone may ring. Wait for the report before trying again.",
        permanent=False,
    )
