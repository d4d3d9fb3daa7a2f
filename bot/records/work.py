"""What the appliers of events work on: the open transaction of one conversation."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Executable, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.keys import Keys
from bot.storage.models import Base, ContributionRow, ConversationRow, OutboxRow, TurnRow
from dialogues.errors import SaysoError

_SEALED = "sealed"
_SEALED_COLUMNS = ("state", "previous")


@dataclass(slots=True)
class Work:
    """One conversation's transaction.

    Attributes:
        connection: The write transaction.
        row: The conversation as it stood at the start (with `preferred_name`, encrypted).
        changes: Columns of the conversation to update at the end.
        texts: Turn texts known in this transaction, by number.
        just_ended: True when this transaction ended the conversation.
        all_withdrawn: True when the person withdrew from everything.
        enqueued: True when the outbox got something.
        pending: Rows to insert, by table; they go in together, before anything else is asked.
    """

    connection: AsyncConnection
    row: Row[Any]
    keys: Keys
    redact: Callable[[str], str]
    now: datetime
    changes: dict[str, Any] = field(default_factory=dict)
    texts: dict[int, str | None] = field(default_factory=dict)
    just_ended: bool = False
    all_withdrawn: bool = False
    enqueued: bool = False
    pending: dict[type[Base], list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def conversation_id(self) -> str:
        return str(self.row.id)

    def current(self, column: str) -> Any:
        """A column of the conversation, with this transaction's changes; the state is opened."""
        if column in self.changes:
            return self.changes[column]
        value = getattr(self.row, column)
        return open_state(self.keys, value) if column in _SEALED_COLUMNS else value

    def add(self, table: type[Base], values: dict[str, Any]) -> None:
        """Inserts a row with the next statement that is executed."""
        self.pending.setdefault(table, []).append(values)

    async def execute(self, statement: Executable, rows: list[dict[str, Any]] | None = None) -> CursorResult[Any]:
        """Runs a statement after everything that is pending."""
        await self.insert_pending()
        return cast("CursorResult[Any]", await self.connection.execute(statement, rows))

    async def scalar(self, statement: Executable) -> Any:
        """The first column of the first row; None when there is none."""
        return (await self.execute(statement)).scalar()

    async def insert_new(self, table: type[Base], values: Mapping[str, Any]) -> bool:
        """See `insert_new`."""
        await self.insert_pending()
        return await insert_new(self.connection, table, values)

    async def insert_pending(self) -> None:
        """Inserts what is pending; a turn waits for its reply as long as it can.

        Raises:
            SaysoError: `message_known` or `point_known` when a row is there already.
        """
        pending, self.pending = self.pending, {}
        for table, rows in pending.items():
            try:
                await self.connection.execute(insert(table), rows)
            except IntegrityError:
                raise _known(table) from None

    async def turn_text(self, number: int) -> str | None:
        """The text of a turn; None when there is no such turn, or its words are gone."""
        if number not in self.texts:
            query = select(TurnRow.text).where(
                TurnRow.conversation_id == self.conversation_id, TurnRow.number == number
            )
            self.texts[number] = await self.scalar(query)
        return self.texts[number]

    async def redacted(self, *texts: str | None) -> list[str | None]:
        """The texts with identities replaced, off the event loop."""

        def redact_all() -> list[str | None]:
            return [None if text is None else self.redact(text) for text in texts]

        return await asyncio.to_thread(redact_all)

    async def contribution(self, point_id: str) -> Row[Any]:
        """The row of a point.

        Raises:
            SaysoError: `point_unknown`.
        """
        query = select(ContributionRow.__table__).where(
            ContributionRow.conversation_id == self.conversation_id, ContributionRow.point_id == point_id
        )
        row = (await self.execute(query)).one_or_none()
        if row is None:
            raise SaysoError("point_unknown", "This conversation has no such point. Record it as heard first.")
        return row

    async def change_contribution(self, contribution_id: int, **values: Any) -> None:
        """Updates columns of one contribution."""
        statement = update(ContributionRow).where(ContributionRow.id == contribution_id)
        await self.execute(statement.values(**values, updated_at=self.now))

    async def enqueue(self, kind: str, payload: str, dedupe_key: str, *, not_before: datetime | None = None) -> None:
        """Puts an encrypted message into the outbox, once for each dedupe key; it leaves at once, or later."""
        values = {
            "kind": kind,
            "payload": self.keys.encrypt(payload),
            "dedupe_key": dedupe_key,
            "next_at": not_before or self.now,
            "created_at": self.now,
        }
        if await self.insert_new(OutboxRow, values):
            self.enqueued = True

    async def flush(self) -> None:
        """Writes the conversation's changes."""
        statement = update(ConversationRow).where(ConversationRow.id == self.conversation_id)
        values = {**self.changes, "updated_at": self.now}
        for column in _SEALED_COLUMNS:
            if column in values:
                values[column] = seal_state(self.keys, values[column])
        await self.execute(statement.values(**values))


async def insert_new(connection: AsyncConnection, table: type[Base], values: Mapping[str, Any]) -> bool:
    """Inserts a row unless a unique constraint has one already; True when it was new."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(table).values(**values).on_conflict_do_nothing()
    return bool((await connection.execute(statement)).rowcount)


def seal_state(keys: Keys, state: Mapping[str, Any]) -> dict[str, Any]:
    """A manager's state as it is stored: encrypted, for it holds the name, the code and the person's words."""
    return {_SEALED: keys.encrypt(json.dumps(state, ensure_ascii=False))} if state else {}


def open_state(keys: Keys, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The state as the manager gave it; `{}` when it is gone."""
    if _SEALED not in stored:
        return dict(stored)
    opened: dict[str, Any] = json.loads(keys.decrypt(stored[_SEALED]))
    return opened


def _known(table: type[Base]) -> SaysoError:
    if table is TurnRow:
        return SaysoError("message_known", "This message was handled before. Send its stored reply again.")
    return SaysoError("point_known", "This conversation has a point with this id. Give every point its own.")


def quote_hash(quote: str) -> str:
    """SHA-256 of a quote, 64 hexadecimal digits; stands for it when the transcript is gone."""
    return hashlib.sha256(quote.encode()).hexdigest()
