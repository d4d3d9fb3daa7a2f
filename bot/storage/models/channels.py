"""What comes in through a messenger, and who may come: chats, arrivals, invitations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.models.base import Base


class ChatRow(Base):
    """A private chat on a messenger and the conversation that goes on in it. Known by a keyed hash of its address."""

    __tablename__ = "chat"
    __table_args__ = (UniqueConstraint("address_hash", name="uq_chat_address_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))  # telegram
    address_hash: Mapped[str] = mapped_column(String(64))
    address: Mapped[str | None] = mapped_column(Text)  # encrypted; gone when the person is forgotten
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id", ondelete="SET NULL"))
    by_voice: Mapped[bool] = mapped_column(default=False)
    words_a_minute: Mapped[int] = mapped_column(default=150)
    amends: Mapped[str | None] = mapped_column(String(200))  # the message that the next one takes the place of
    blocked: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ArrivalRow(Base):
    """One update of a messenger, stored before it is acknowledged. The payload is encrypted, and blank once done."""

    __tablename__ = "arrival"
    __table_args__ = (
        UniqueConstraint("channel", "update_id", name="uq_arrival_update"),
        CheckConstraint("state IN ('new', 'done')", name="state"),
        Index("ix_arrival_state", "channel", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    update_id: Mapped[str] = mapped_column(String(64))
    payload: Mapped[str] = mapped_column(Text)  # encrypted JSON
    state: Mapped[str] = mapped_column(String(8), default="new")
    arrived_at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]


class InvitationRow(Base):
    """A code that opens a talk about one service."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("code", name="uq_invitation_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64))  # keyed hash
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"))
    preferred_name: Mapped[str | None] = mapped_column(Text)  # encrypted
    uses_left: Mapped[int | None]  # None: any number
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
