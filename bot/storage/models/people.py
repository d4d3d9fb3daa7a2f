"""People: who takes part, how to reach them (apart, encrypted), and what they agreed to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.models.base import Base


class ParticipantRow(Base):
    """A person under a keyed pseudonym; the name they like is encrypted."""

    __tablename__ = "participant"

    id: Mapped[int] = mapped_column(primary_key=True)
    pseudonym: Mapped[str] = mapped_column(String(64), unique=True)
    preferred_name: Mapped[str | None] = mapped_column(Text)  # encrypted
    access_needs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class ContactRow(Base):
    """A way to reach a person. Kept apart from content; the value is encrypted."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("participant_id", "kind", name="uq_contact_participant_kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))  # phone, telegram, post
    value: Mapped[str] = mapped_column(Text)  # encrypted
    created_at: Mapped[datetime]


class ConsentRow(Base):
    """One answer to one consent question. Only ever appended; it outlives what it was about, so it has no keys."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_conversation_scope", "conversation_id", "scope"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(36))
    participant_id: Mapped[int]
    scope: Mapped[str] = mapped_column(String(16))
    answer: Mapped[bool]
    wording: Mapped[str] = mapped_column(String(120))
    wording_version: Mapped[str] = mapped_column(String(64))
    witness: Mapped[str | None] = mapped_column(String(64))  # staff id of a volunteer who was there
    at: Mapped[datetime] = mapped_column(index=True)
