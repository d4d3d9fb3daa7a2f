"""What is known of calls: what is planned, and what is decided about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

FIRST_TALK, RESUME, CALL_BACK, ANSWER = KINDS = ("first_talk", "resume", "call_back", "answer")
"""Why a call is planned."""
TALKS = (FIRST_TALK, RESUME)
"""Those that lead to a talk; none is made once the talk is over."""
STOP_REASONS = ("asked", "died", "hospital", "moved", "wrong_number")
"""Why a number is not rung any more."""


@dataclass(frozen=True, slots=True)
class CallPlan:
    """A call that a person agreed to.

    Attributes:
        service: Id of the service to talk about.
        number: Whom to ring, as written. Never logged.
        window_start: From when it may ring (UTC).
        window_end: Until when.
        preferred_name: The name the person likes.
        code_word: Said first, once the person is there; stands in the letter.
        kind: One of `KINDS`.
        conversation_id: The talk to take up again, or that it is about; "" for a first talk.
        may_leave_message: True where the person agreed to a message on their answering machine.
    """

    service: str
    number: str = field(repr=False)
    window_start: datetime
    window_end: datetime
    preferred_name: str = field(default="", repr=False)
    code_word: str = field(default="", repr=False)
    kind: str = FIRST_TALK
    conversation_id: str = ""
    may_leave_message: bool = False


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A planned call as it stands. Name, number and code word are "" once they are forgotten.

    Attributes:
        state: `planned`, `calling`, `done`, `given_up` or `cancelled`.
        tries: How often the number was dialled.
        next_at: When it is due (UTC).
        claimed_until: Until when a worker holds it; while calling, until it counts as lost.
        dialled_at: When it was dialled last.
        call_id: The transport's id of the latest try.
        last_outcome: How the latest try went; "" before.
    """

    planned_id: str
    service: str
    kind: str
    preferred_name: str = field(repr=False)
    number: str = field(repr=False)
    code_word: str = field(repr=False)
    conversation_id: str
    window_start: datetime
    window_end: datetime
    may_leave_message: bool
    state: str
    tries: int
    next_at: datetime
    claimed_until: datetime | None
    dialled_at: datetime | None
    call_id: str
    last_outcome: str


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a planned call.

    Attributes:
        state: `planned` (again at `at`), `done`, `given_up` or `cancelled`.
        at: When it is due again; None unless planned.
        window: A new slot, where the person agreed to one.
        counts: False gives the try back: nothing rang.
    """

    state: str
    at: datetime | None = None
    window: tuple[datetime, datetime] | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class UnfinishedTalk:
    """A talk that can be taken up again, found by the number that it was held on."""

    conversation_id: str
    service: str
    preferred_name: str = field(repr=False)
    resume_code: str = field(repr=False)
    updated_at: datetime
