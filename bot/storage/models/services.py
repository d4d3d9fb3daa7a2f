"""Services that people talk about, and the versions of their topic guides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.models.base import Base


class ServiceRow(Base):
    """A service: a home care round, a care home, a day centre. `id` is a slug."""

    __tablename__ = "service"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(64))  # which guide: home_care, care_home, day_centre, ...
    organisation: Mapped[str] = mapped_column(String(200), default="")
    sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class GuideRow(Base):
    """One version of a topic guide, as it stood when conversations used it."""

    __tablename__ = "guide"
    __table_args__ = (UniqueConstraint("kind", "version", name="uq_guide_kind_version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(64))
    topics: Mapped[dict[str, Any]]
    service_id: Mapped[str | None] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
