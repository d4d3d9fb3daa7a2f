"""Conversations, their turns, and what was structured out of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.models.base import Base


class ConversationRow(Base):
    """One conversation, on one or more channels. The four `consent_*` columns mirror the latest consent rows."""

    __tablename__ = "conversation"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'paused', 'ended')", name="status"),
        Index("ix_conversation_status_updated", "status", "updated_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"), index=True)
    channels: Mapped[list[str]]
    status: Mapped[str] = mapped_column(String(8), default="open")
    end_reason: Mapped[str | None] = mapped_column(String(16))
    state: Mapped[dict[str, Any]]
    previous: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # one step back; encrypted
    last_reply: Mapped[dict[str, Any]]
    dialogue_version: Mapped[str] = mapped_column(String(64))
    resume_code: Mapped[str] = mapped_column(String(64), unique=True)  # keyed hash
    turn_count: Mapped[int] = mapped_column(default=0)
    consent_take_part: Mapped[bool | None]
    consent_keep: Mapped[bool | None]
    consent_quote: Mapped[bool | None]
    consent_contact: Mapped[bool | None]
    beans_abstained: Mapped[bool] = mapped_column(default=False)
    words_erased: Mapped[bool] = mapped_column(default=False)
    sample: Mapped[bool] = mapped_column(default=False)
    paused_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class TurnRow(Base):
    """One utterance, of the person or of Sayso. The text goes after 90 days or when asked for."""

    __tablename__ = "turn"
    __table_args__ = (
        UniqueConstraint("conversation_id", "number", name="uq_turn_number"),
        UniqueConstraint("conversation_id", "message_id", name="uq_turn_message"),
        CheckConstraint("speaker IN ('person', 'bot')", name="speaker"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    number: Mapped[int]
    message_id: Mapped[str | None] = mapped_column(String(200))
    speaker: Mapped[str] = mapped_column(String(8))
    voice: Mapped[str] = mapped_column(String(16))
    text: Mapped[str | None] = mapped_column(Text)
    act: Mapped[str | None] = mapped_column(String(32))
    confidence: Mapped[float | None]
    degraded: Mapped[bool] = mapped_column(default=False)
    expects: Mapped[str | None] = mapped_column(String(16))
    purpose: Mapped[str | None] = mapped_column(String(32))
    prompt_id: Mapped[str | None] = mapped_column(String(120))
    reply: Mapped[dict[str, Any] | None]  # what was answered to this message, so that it is handled once
    at: Mapped[datetime] = mapped_column(index=True)


class ContributionRow(Base):
    """One point with its exact quote. Words are NULL once withdrawn or erased; span and hash stand."""

    __tablename__ = "contribution"
    __table_args__ = (
        UniqueConstraint("conversation_id", "point_id", name="uq_contribution_point"),
        CheckConstraint("status IN ('heard', 'confirmed', 'corrected', 'withdrawn')", name="status"),
        CheckConstraint("beans IS NULL OR (beans >= 0 AND beans <= 10)", name="beans"),
        Index("ix_contribution_service_created", "service_id", "created_at"),
        Index("ix_contribution_to_check", "redaction_checked", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"))
    point_id: Mapped[str] = mapped_column(String(32))
    turn_number: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    quote: Mapped[str | None] = mapped_column(Text)
    quote_redacted: Mapped[str | None] = mapped_column(Text)
    context_redacted: Mapped[str | None] = mapped_column(Text)  # the sentence around it; only once checked
    quote_hash: Mapped[str] = mapped_column(String(64))
    label: Mapped[str | None] = mapped_column(Text)
    i_statement: Mapped[str | None] = mapped_column(Text)  # redacted
    read_back: Mapped[str | None] = mapped_column(Text)
    kinds: Mapped[list[str]]
    themes: Mapped[list[str]]
    sentiment: Mapped[str] = mapped_column(String(16))
    confidence: Mapped[float]
    sense: Mapped[str | None] = mapped_column(String(32))
    sense_turn: Mapped[int | None]
    sense_start: Mapped[int | None]
    sense_end: Mapped[int | None]
    sense_quote: Mapped[str | None] = mapped_column(Text)
    correction_turn: Mapped[int | None]
    correction_note: Mapped[str | None] = mapped_column(Text)
    beans: Mapped[int | None]
    status: Mapped[str] = mapped_column(String(16), default="heard")
    status_before: Mapped[str | None] = mapped_column(String(16))  # what an undo goes back to
    voice: Mapped[str] = mapped_column(String(16))
    redaction_checked: Mapped[bool] = mapped_column(default=False)
    sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class AboutYouRow(Base):
    """An optional answer about the person, as given; never inferred."""

    __tablename__ = "about_you"
    __table_args__ = (UniqueConstraint("conversation_id", "question", name="uq_about_you_question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    question: Mapped[str] = mapped_column(String(120))
    answer: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class TalkRatingRow(Base):
    """The reply to "how was this talk?"; the words go like other words, the fact stays counted."""

    __tablename__ = "talk_rating"
    __table_args__ = (UniqueConstraint("conversation_id", "turn_number", name="uq_talk_rating_turn"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    turn_number: Mapped[int]
    text: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]
