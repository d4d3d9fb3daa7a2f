"""What staff work on: alerts, call-backs, the audit, and messages on their way out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.models.base import Base


class AlertRow(Base):
    """A safeguarding alert. The person's own words are encrypted, and stay when other words go."""

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("conversation_id", "turn_number", "type", name="uq_alert_turn_type"),
        CheckConstraint("state IN ('new', 'acknowledged', 'closed')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    turn_number: Mapped[int]
    level: Mapped[str] = mapped_column(String(16))
    type: Mapped[str] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(Text)  # encrypted
    evidence: Mapped[list[list[int]]]
    staff_named: Mapped[bool] = mapped_column(default=False)
    wish: Mapped[str | None] = mapped_column(Text)  # encrypted
    state: Mapped[str] = mapped_column(String(16), default="new")
    raised_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class CallbackRow(Base):
    """A person asks for a person (or for a copy of what is held: reason `copy`)."""

    __tablename__ = "callback"
    __table_args__ = (CheckConstraint("state IN ('open', 'done', 'cancelled')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(16), default="open")
    requested_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class AuditRow(Base):
    """Who did what. Append-only (triggers refuse the rest) and hash-chained."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(120))
    detail: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class OutboxRow(Base):
    """A message that has to leave. The payload is encrypted, and blank once sent."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sent')", name="state"),
        Index("ix_outbox_due", "state", "next_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    payload: Mapped[str] = mapped_column(Text)  # encrypted JSON
    dedupe_key: Mapped[str] = mapped_column(String(200), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="queued")
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
