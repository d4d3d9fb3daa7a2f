"""What records hand out: frozen copies, never rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class OpenedConversation:
    """A new conversation. `resume_code` (like `K7HM-4TWD`) is shown once; only its keyed hash is stored."""

    conversation_id: str
    resume_code: str


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service: its id, its name in plain words, its kind (which guide), and who runs it."""

    id: str
    name: str
    kind: str
    organisation: str


@dataclass(frozen=True, slots=True)
class ConversationView:
    """Where a conversation stands, without any lock. Once words are erased, state, previous and last reply are `{}`."""

    conversation_id: str
    service: str
    status: str
    end_reason: str | None
    dialogue_version: str
    state: Mapping[str, Any]
    previous: Mapping[str, Any]
    last_reply: Mapping[str, Any]
    turn_count: int
    paused_until: datetime | None
    sample: bool


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """A spoken turn of the person, with the question before it.

    Attributes:
        alone: False where several messages made one turn, so that its text is not what was heard of this one.
    """

    number: int
    text: str
    voice: str
    question: str
    expects: str | None
    purpose: str | None
    alone: bool


@dataclass(frozen=True, slots=True)
class ContributionView:
    """A point as the person (or a volunteer beside them) may see it. Words are None once withdrawn or erased."""

    conversation_id: str
    point_id: str
    turn_number: int
    start: int
    end: int
    quote: str | None
    quote_redacted: str | None
    quote_hash: str
    label: str | None
    kinds: tuple[str, ...]
    themes: tuple[str, ...]
    sentiment: str
    sense: str | None
    sense_quote: str | None
    i_statement: str | None
    read_back: str | None
    correction_note: str | None
    beans: int | None
    status: str
    voice: str
    service: str
    redaction_checked: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TurnView:
    """One utterance; `text` is None once deleted."""

    number: int
    speaker: str
    voice: str
    text: str | None
    act: str | None
    confidence: float | None
    degraded: bool
    expects: str | None
    purpose: str | None
    prompt_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class AlertView:
    """A safeguarding alert with the person's own words, for those who act on it."""

    alert_id: int
    conversation_id: str
    service: str
    turn_number: int
    level: str
    type: str
    words: str
    evidence: tuple[tuple[int, int], ...]
    staff_named: bool
    wish: str | None
    state: str
    raised_at: datetime
    acknowledged_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CallbackView:
    """A person who asked for a person. `preferred_name` is "" when none was given."""

    callback_id: int
    conversation_id: str
    service: str
    preferred_name: str
    reason: str
    urgent: bool
    state: str
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class QuoteToCheck:
    """A redacted quote that waits for a person's look before providers may see it.

    Attributes:
        i_statement: The person's own "I ..." words, redacted; None where there are none.
        context: The sentence around the quote, redacted; None where there is no more to it, or it is gone.
        seen: Stands for the words that are looked at; `check_quote` refuses when they have changed.
    """

    contribution_id: int
    quote_redacted: str
    service: str
    i_statement: str | None = None
    context: str | None = None
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Purged:
    """How much retention removed: transcripts and contributions by row, conversations that expired, old consents."""

    transcripts: int = 0
    contributions: int = 0
    expired: int = 0
    consents: int = 0
