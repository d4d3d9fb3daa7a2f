"""Remembers, while a call lasts, whose it is and how our part of it ended. Numbers stay here only until the stream
begins, or its token is too old; nothing is kept over a restart, after which Twilio is told that the line has failed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from connectors.phone.ports import Call

TOKEN_SECONDS = 60.0
"""How long the token of a stream holds. Twilio opens the stream at once."""
KEPT_SECONDS = 24 * 3600.0
"""No call lasts longer. Source: Twilio, Call resource, TimeLimit: four hours, at most 24."""


class Part(Enum):
    """How far our part of a call has come."""

    EXPECTED = auto()
    TALKING = auto()
    ENDED = auto()
    HANDED_OVER = auto()


@dataclass(slots=True)
class _Known:
    token: str = field(repr=False)
    since: float
    call: Call | None = field(repr=False)
    planned_id: str
    part: Part = Part.EXPECTED


class Calls:
    """The calls of this process.

    Args:
        clock: Seconds; replaced in tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, _Known] = {}

    def expect(self, call: Call) -> str:
        """A call begins; returns the token that its stream has to bring. Asked again, it is the same token."""
        now = self._clock()
        self._forget(now)
        known = self._known.setdefault(call.id, _Known(secrets.token_urlsafe(32), now, call, call.planned_id))
        return known.token

    def begin(self, call_sid: str, token: str) -> Call | None:
        """A stream began: which call it is; None where the token is wrong, too old, or was used."""
        known = self._known.get(call_sid)
        if known is None or not secrets.compare_digest(known.token.encode(), token.encode("utf-8", "surrogatepass")):
            return None
        call, known.call = known.call, None
        if call is None or self._clock() - known.since > TOKEN_SECONDS:
            return None
        known.part = Part.TALKING
        return call

    def end(self, call_sid: str, *, hand_over: bool) -> None:
        """Our part is over; the first word holds."""
        known = self._known.get(call_sid)
        if known is not None and known.part is Part.TALKING:
            known.part = Part.HANDED_OVER if hand_over else Part.ENDED

    def part(self, call_sid: str) -> Part | None:
        """How far our part came; None for a call that is not known."""
        known = self._known.get(call_sid)
        return known.part if known else None

    def planned_id(self, call_sid: str) -> str:
        """The planned call that a call carries out; "" for none."""
        known = self._known.get(call_sid)
        return known.planned_id if known else ""

    def _forget(self, now: float) -> None:
        for call_sid, known in [*self._known.items()]:
            if now - known.since > TOKEN_SECONDS:
                known.call = None
            if now - known.since > KEPT_SECONDS:
                del self._known[call_sid]
