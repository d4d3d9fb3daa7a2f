"""Accounts of people who work with Sayso: who they are, what they may see, and how they sign in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.models.base import Base


class StaffRow(Base):
    """An account. Name, e-mail and the secret of the second step are encrypted, and gone when somebody has left."""

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("email_hash", name="uq_staff_email_hash"),
        CheckConstraint("state IN ('invited', 'active', 'locked', 'left')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(Text)  # encrypted
    email: Mapped[str | None] = mapped_column(Text)  # encrypted
    email_hash: Mapped[str | None] = mapped_column(String(64))  # keyed hash
    roles: Mapped[list[str]]
    state: Mapped[str] = mapped_column(String(8))
    password_hash: Mapped[str | None] = mapped_column(Text)  # argon2id
    totp_secret: Mapped[str | None] = mapped_column(Text)  # encrypted
    totp_step: Mapped[int | None]  # of the code that was used last: it and earlier ones no longer count
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class StaffServiceRow(Base):
    """A service that a provider or volunteer may see."""

    __tablename__ = "staff_service"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"), primary_key=True)


class StaffPersonRow(Base):
    """A participant whom a volunteer sits with."""

    __tablename__ = "staff_person"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime]


class StaffInvitationRow(Base):
    """A link that opens an account, once."""

    __tablename__ = "staff_invitation"
    __table_args__ = (UniqueConstraint("code_hash", name="uq_staff_invitation_code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))  # keyed hash
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StaffSessionRow(Base):
    """A sign-in. The token is kept as a keyed hash only; `stage` says how far the sign-in has come."""

    __tablename__ = "staff_session"
    __table_args__ = (
        UniqueConstraint("token_hash", name="uq_staff_session_token_hash"),
        CheckConstraint("stage IN ('code', 'enrol', 'open')", name="stage"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    stage: Mapped[str] = mapped_column(String(8))
    totp_offered: Mapped[str | None] = mapped_column(Text)  # encrypted; a secret that is shown and not yet confirmed
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]


class StaffRecoveryRow(Base):
    """A one-time code for somebody whose telephone is not at hand."""

    __tablename__ = "staff_recovery"
    __table_args__ = (Index("ix_staff_recovery_code", "staff_id", "code_hash", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(String(64))  # keyed hash
    used_at: Mapped[datetime | None]


class SignInTryRow(Base):
    """Failed sign-ins in a row, by a keyed hash of an e-mail or of a network address, whether or not it is known."""

    __tablename__ = "sign_in_try"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]
