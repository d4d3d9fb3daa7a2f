"""Events about points: heard, confirmed, corrected, withdrawn, brought back, weighed with beans."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Row

from bot.records.masking import mask_in_bot_turns
from bot.records.work import Work, quote_hash
from bot.storage.models import ContributionRow
from dialogues.errors import SaysoError
from dialogues.types import (
    BeansPlaced,
    Point,
    PointConfirmed,
    PointCorrected,
    PointHeard,
    PointReheard,
    PointWithdrawn,
    Rewound,
    SenseGiven,
    Status,
)

BEANS = 10
NO_WORDS: dict[str, None] = dict.fromkeys(
    (
        "quote",
        "quote_redacted",
        "context_redacted",
        "label",
        "i_statement",
        "read_back",
        "sense_quote",
        "correction_note",
    )
)
"""Every column of a contribution that holds words, blank."""


async def heard(work: Work, event: PointHeard, at: datetime) -> None:
    """Inserts a contribution; its quote has to be exactly the span of its turn."""
    words = await _words(work, event.turn_number, event.point)
    work.add(
        ContributionRow,
        {
            "conversation_id": work.conversation_id,
            "service_id": work.row.service_id,
            "point_id": event.point_id,
            "turn_number": event.turn_number,
            **words,
            "voice": str(event.voice),
            "sample": work.row.sample,
            "created_at": at,
            "updated_at": at,
        },
    )


async def reheard(work: Work, event: PointReheard) -> None:
    """Gives a point the words and the coding of a second hearing; its turn has the new text already."""
    row = await work.contribution(event.point_id)
    words = await _words(work, row.turn_number, event.point)
    await work.change_contribution(row.id, **words, context_redacted=None, redaction_checked=False)


async def rewound(work: Work, event: Rewound) -> None:
    """Puts every point back to where it stood before the last turn; points that were not there yet go."""
    before = {point_id: (status, beans) for point_id, status, beans in event.points}
    query = select(ContributionRow.__table__).where(ContributionRow.conversation_id == work.conversation_id)
    for row in (await work.execute(query)).all():
        status, beans = before.get(row.point_id, (Status.WITHDRAWN, None))
        if row.status != Status.WITHDRAWN and status is Status.WITHDRAWN:
            await _withdraw(work, row)
        elif row.status == Status.WITHDRAWN and status is not Status.WITHDRAWN:
            await _bring_back(work, row)
        if status is not Status.WITHDRAWN and (row.status, row.beans) != (status, beans):
            await work.change_contribution(row.id, status=status, beans=beans)


async def _words(work: Work, turn_number: int, point: Point) -> dict[str, Any]:
    """What a contribution holds of a point.

    Raises:
        SaysoError: `quote_not_exact` where the quote is not exactly the span of its turn.
    """
    text = await work.turn_text(turn_number)
    if text is None or text[point.start : point.end] != point.quote:
        raise SaysoError(
            "quote_not_exact", "A quote differs from its turn. Add the turn first, and quote its exact span."
        )
    redacted, statement = await work.redacted(point.quote, point.i_statement)
    return {
        "start": point.start,
        "end": point.end,
        "quote": point.quote,
        "quote_redacted": redacted,
        "quote_hash": quote_hash(point.quote),
        "label": point.label or None,
        "i_statement": statement,
        "read_back": point.read_back,
        "kinds": list(point.kinds),
        "themes": list(point.themes),
        "sentiment": point.sentiment,
        "confidence": point.confidence,
        "sense": point.sense,
    }


async def confirmed(work: Work, event: PointConfirmed) -> None:
    """Marks a point as confirmed; a corrected one stays corrected, a withdrawn one withdrawn."""
    row = await work.contribution(event.point_id)
    if row.status == Status.HEARD:
        await work.change_contribution(row.id, status=Status.CONFIRMED)


async def corrected(work: Work, event: PointCorrected) -> None:
    """Keeps the person's own words for the change beside the quote."""
    row = await work.contribution(event.point_id)
    if row.status == Status.WITHDRAWN:
        return
    await work.change_contribution(
        row.id,
        status=Status.CORRECTED,
        correction_turn=event.turn_number,
        correction_note=event.note,
        read_back=event.read_back,
    )


async def withdrawn(work: Work, event: PointWithdrawn) -> None:
    """Takes a point back at once, or brings it back."""
    row = await work.contribution(event.point_id)
    if event.undone:
        await _bring_back(work, row)
    elif row.status != Status.WITHDRAWN:
        await _withdraw(work, row)


async def withdraw_all(work: Work) -> None:
    """Withdraws every point of the conversation."""
    query = select(ContributionRow.__table__).where(
        ContributionRow.conversation_id == work.conversation_id, ContributionRow.status != Status.WITHDRAWN
    )
    for row in (await work.execute(query)).all():
        await _withdraw(work, row)


async def sense_given(work: Work, event: SenseGiven) -> None:
    """Adds why a point matters, with the words that say so."""
    row = await work.contribution(event.point_id)
    if row.status == Status.WITHDRAWN:
        return
    await work.change_contribution(
        row.id,
        sense=event.sense or row.sense,
        sense_turn=event.turn_number,
        sense_start=event.start,
        sense_end=event.end,
        sense_quote=event.quote,
    )


async def beans_placed(work: Work, event: BeansPlaced) -> None:
    """Replaces the beans of the conversation: ten in all, or an abstention."""
    total = sum(beans for _, beans in event.beans)
    if any(beans < 0 for _, beans in event.beans) or total != (0 if event.abstained else BEANS):
        raise SaysoError("beans_not_ten", "Beans have to sum to ten, or be left out altogether. Ask again.")
    clear = update(ContributionRow).where(ContributionRow.conversation_id == work.conversation_id)
    await work.execute(clear.values(beans=None))
    for point_id, beans in event.beans:
        row = await work.contribution(point_id)
        if row.status == Status.WITHDRAWN:
            raise SaysoError("point_withdrawn", "Beans cannot lie on a point that was taken back. Ask again.")
        await work.change_contribution(row.id, beans=beans)
    work.changes["beans_abstained"] = event.abstained


async def _withdraw(work: Work, row: Row[Any]) -> None:
    await mask_in_bot_turns(work, [row.quote, row.quote_redacted, row.read_back, row.label])
    beside = update(ContributionRow).where(
        ContributionRow.conversation_id == work.conversation_id, ContributionRow.turn_number == row.turn_number
    )
    await work.execute(beside.values(context_redacted=None))  # a sentence may hold the words that go
    await work.change_contribution(row.id, **NO_WORDS, status=Status.WITHDRAWN, status_before=row.status)


async def _bring_back(work: Work, row: Row[Any]) -> None:
    """Recomputes the quote from its turn; a point whose turn is gone stays withdrawn."""
    if row.status != Status.WITHDRAWN:
        return
    text = await work.turn_text(row.turn_number)
    quote = (text or "")[row.start : row.end]
    if quote_hash(quote) != row.quote_hash:
        return
    (redacted,) = await work.redacted(quote)
    sense_text = await work.turn_text(row.sense_turn) if row.sense_turn is not None else None
    await work.change_contribution(
        row.id,
        quote=quote,
        quote_redacted=redacted,
        redaction_checked=False,
        sense_quote=sense_text[row.sense_start : row.sense_end] if sense_text else None,
        correction_note=await work.turn_text(row.correction_turn) if row.correction_turn is not None else None,
        status=row.status_before or Status.HEARD,
    )
