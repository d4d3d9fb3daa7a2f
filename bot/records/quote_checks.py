"""A person looks at redacted quotes before providers see them: yes, yes with words taken out, never, or back again."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import access
from bot.records.door import Door
from bot.records.quote_words import fingerprint, only_takes_out, sentence_around
from bot.records.views import QuoteToCheck
from bot.storage.models import ContributionRow, TurnRow
from dialogues.errors import SaysoError
from dialogues.types import Status


class QuoteChecks(Door):
    """The part of `Records` for the queue of quotes."""

    async def quotes_to_check(
        self, *, asked_by: str, limit: int = 50, service: str | None = None
    ) -> list[QuoteToCheck]:
        """Redacted quotes that wait for a person's look, with the sentence around each; without who said them.

        Args:
            asked_by: Who looks.
            limit: How many at most, the oldest first.
            service: Only those of one service.
        """
        await self._note_access(asked_by, "read_quotes_to_check", service or "queue")
        async with self._database.read() as connection:
            rows = await access.quotes_to_check(connection, limit, service)
            around = [await _sentence(connection, row) for row in rows]
        contexts = await asyncio.to_thread(lambda: [self._redact(text) if text else None for text in around])
        return [
            QuoteToCheck(
                contribution_id=row.id,
                quote_redacted=row.quote_redacted,
                service=row.service_id,
                i_statement=row.i_statement,
                context=context,
                seen=fingerprint(row.quote_redacted, row.i_statement),
            )
            for row, context in zip(rows, contexts, strict=True)
        ]

    async def check_quote(
        self,
        contribution_id: int,
        *,
        redacted: str | None = None,
        context: str | None = None,
        keeps_statement: bool = True,
        reject: bool = False,
        seen: str | None = None,
        asked_by: str,
    ) -> None:
        """A person looked at a redacted quote: it may be shown, with further words taken out, or (`reject`) never.

        Args:
            contribution_id: Which quote.
            redacted: The quote with further words taken out; None leaves it.
            context: The sentence around it as it may be shown; None shows none.
            keeps_statement: False takes the I-statement out.
            reject: True never shows the quote.
            seen: `QuoteToCheck.seen` of what the person looked at; None does not ask.
            asked_by: Who looked.

        Raises:
            SaysoError: `quote_changed` where the quote was taken back, changed or checked since it was seen;
                `quote_added_to` where an edit says more than the person did.
        """
        async with self._database.write() as connection:
            query = select(ContributionRow.__table__).where(
                ContributionRow.id == contribution_id, ContributionRow.status != Status.WITHDRAWN
            )
            row = (await connection.execute(query.with_for_update())).one_or_none()
            if seen is not None and (row is None or row.redaction_checked or seen != _seen(row)):
                raise SaysoError(
                    "quote_changed", "These words have changed, or somebody else checked them. Look again."
                )
            if row is not None:
                values = _decision(row, redacted, context, keeps_statement, reject)
                if context is not None and not reject:
                    quote = values.get("quote_redacted", row.quote_redacted) or ""
                    allowed = await self._allowed_context(connection, row, context)
                    values["context_redacted"] = allowed if allowed and quote and quote in allowed else None
                here = update(ContributionRow).where(ContributionRow.id == contribution_id)
                await connection.execute(here.values(**values))
            await self._audit(connection, asked_by, "check_quote", str(contribution_id))

    async def uncheck_quote(self, contribution_id: int, *, asked_by: str) -> None:
        """Puts a quote back into the queue, redacted by the machine alone; nothing of it is shown until then."""
        here = ContributionRow.id == contribution_id
        async with self._database.write() as connection:
            live = (here, ContributionRow.status != Status.WITHDRAWN, ContributionRow.quote.is_not(None))
            quote = await connection.scalar(select(ContributionRow.quote).where(*live))
            if quote is not None:
                redacted = await asyncio.to_thread(self._redact, quote)
                values = {"quote_redacted": redacted, "context_redacted": None, "redaction_checked": False}
                await connection.execute(update(ContributionRow).where(here).values(**values))
            await self._audit(connection, asked_by, "uncheck_quote", str(contribution_id))

    async def _allowed_context(self, connection: AsyncConnection, row: Row[Any], context: str) -> str | None:
        """The sentence as the person checked it, where it says no more than the machine's redaction of it."""
        sentence = await _sentence(connection, row)
        if sentence is None or not context.strip():
            return None
        if not only_takes_out(await asyncio.to_thread(self._redact, sentence), context):
            raise _added_to()
        return context.strip()


def _decision(
    row: Row[Any], redacted: str | None, context: str | None, keeps_statement: bool, reject: bool
) -> dict[str, Any]:
    if reject:
        return {"redaction_checked": True, "quote_redacted": None, "context_redacted": None}
    if redacted is not None and not only_takes_out(row.quote_redacted or "", redacted):
        raise _added_to()
    values: dict[str, Any] = {"redaction_checked": True, "context_redacted": None}
    if redacted is not None:
        values["quote_redacted"] = redacted.strip() or None
    if not keeps_statement:
        values["i_statement"] = None
    return values


def _seen(row: Row[Any]) -> str:
    return fingerprint(row.quote_redacted, row.i_statement)


async def _sentence(connection: AsyncConnection, row: Row[Any]) -> str | None:
    """The sentence around a quote, as it was said; None once the transcript is gone."""
    here = (TurnRow.conversation_id == row.conversation_id, TurnRow.number == row.turn_number)
    text = await connection.scalar(select(TurnRow.text).where(*here))
    if not text or text[row.start : row.end] != row.quote:
        return None
    beside = select(ContributionRow.start, ContributionRow.end).where(
        ContributionRow.conversation_id == row.conversation_id,
        ContributionRow.turn_number == row.turn_number,
        ContributionRow.status == Status.WITHDRAWN,
    )
    taken_back = [(start, end) for start, end in await connection.execute(beside)]
    return sentence_around(text, row.start, row.end, taken_back)


def _added_to() -> SaysoError:
    return SaysoError("quote_added_to", "You can only take words out. Nothing was changed.")
