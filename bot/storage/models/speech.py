"""How spoken turns were heard: the recordings, for some days, and what each recogniser made of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.models.base import Base


class RecordingRow(Base):
    """The audio of one turn, encrypted. Goes once what was heard is confirmed, at the latest after seven days."""

    __tablename__ = "recording"
    __table_args__ = (UniqueConstraint("conversation_id", "turn_number", name="uq_recording_turn"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    turn_number: Mapped[int]
    audio: Mapped[bytes] = mapped_column(LargeBinary)  # encrypted
    created_at: Mapped[datetime] = mapped_column(index=True)


class HearingRow(Base):
    """What one recogniser made of one spoken turn; `live` drove the dialogue, the others came later."""

    __tablename__ = "hearing"
    __table_args__ = (
        UniqueConstraint("conversation_id", "turn_number", "recogniser", name="uq_hearing_turn"),
        CheckConstraint("state IN ('live', 'used', 'same', 'proposed', 'accepted', 'refused')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    turn_number: Mapped[int]
    recogniser: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    words: Mapped[list[Any]]  # [word, start_seconds, end_seconds, confidence]
    state: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(index=True)
