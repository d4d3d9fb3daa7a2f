"""The telephone: calls that are planned, the log of calls, and numbers that are not to be rung."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.models.base import Base


class PlannedCallRow(Base):
    """A call that was agreed. Name, number and code word are encrypted, and gone when the person is forgotten."""

    __tablename__ = "planned_call"
    __table_args__ = (
        CheckConstraint("kind IN ('first_talk', 'resume', 'call_back', 'answer')", name="kind"),
        CheckConstraint("state IN ('planned', 'calling', 'done', 'given_up', 'cancelled')", name="state"),
        Index("ix_planned_call_due", "state", "next_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"))
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    preferred_name: Mapped[str | None] = mapped_column(Text)  # encrypted
    number: Mapped[str | None] = mapped_column(Text)  # encrypted
    number_hash: Mapped[str | None] = mapped_column(String(64), index=True)  # keyed hash
    code_word: Mapped[str | None] = mapped_column(Text)  # encrypted
    window_start: Mapped[datetime]
    window_end: Mapped[datetime]
    may_leave_message: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(16), default="planned")
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]  # while a worker holds it; while calling: until it counts as lost
    dialled_at: Mapped[datetime | None]  # the latest try
    call_id: Mapped[str | None] = mapped_column(String(200))  # the transport's, of the latest try
    last_outcome: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CallRow(Base):
    """One call, in or out. `call_id` is the transport's own id, never a number."""

    __tablename__ = "call"
    __table_args__ = (
        UniqueConstraint("call_id", name="uq_call_call_id"),
        CheckConstraint("direction IN ('inbound', 'outbound')", name="direction"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(String(200))
    direction: Mapped[str] = mapped_column(String(8))
    number: Mapped[str | None] = mapped_column(Text)  # encrypted; None where it is withheld, or forgotten
    number_hash: Mapped[str | None] = mapped_column(String(64), index=True)  # keyed hash
    planned_id: Mapped[str | None] = mapped_column(ForeignKey("planned_call.id", ondelete="SET NULL"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id", ondelete="SET NULL"), index=True)
    outcome: Mapped[str | None] = mapped_column(String(16))
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class DoNotCallRow(Base):
    """A number that is not to be rung, as a keyed hash. It stays when everything else about the person is gone."""

    __tablename__ = "do_not_call"
    __table_args__ = (
        UniqueConstraint("number_hash", name="uq_do_not_call_number_hash"),
        CheckConstraint("reason IN ('asked', 'died', 'hospital', 'moved', 'wrong_number')", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number_hash: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
