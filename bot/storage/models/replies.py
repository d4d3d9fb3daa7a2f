"""The way back: what a provider answers, and whether people find it better."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.models.base import Base


class AnswerRow(Base):
    """A provider's answer to a theme of a service. "Done" needs evidence."""

    __tablename__ = "answer_to_people"
    __table_args__ = (
        CheckConstraint("state IN ('heard', 'looking', 'planned', 'done', 'cannot')", name="state"),
        CheckConstraint("state <> 'done' OR (evidence IS NOT NULL AND evidence <> '')", name="evidence"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"), index=True)
    theme: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str | None] = mapped_column(Text)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ReRatingRow(Base):
    """Better, the same or worse, said by a person who had contributed."""

    __tablename__ = "re_rating"
    __table_args__ = (
        UniqueConstraint("answer_id", "participant_id", name="uq_re_rating_person"),
        CheckConstraint("rating IN ('better', 'same', 'worse')", name="rating"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer_to_people.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    rating: Mapped[str] = mapped_column(String(8))
    why: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]
