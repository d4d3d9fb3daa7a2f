"""What the insights follow: whose facts changed, and in which order."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.models.base import Base


class PersonChangeRow(Base):
    """The latest change to anything that is counted of a person. Triggers write it, in the transaction of the change.

    `seq` rises with every change on SQLite, where writers queue; on PostgreSQL it is the id of the transaction. It has
    no foreign key: what was removed has changed too.
    """

    __tablename__ = "person_change"

    participant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, index=True)
