"""How spoken turns were heard: recordings, and what each recogniser made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.work import Work
from bot.storage.models import ContributionRow, HearingRow, RecordingRow, TurnRow
from dialogues.types import Hearing, HearingSettled, Status

LIVE, PROPOSED = "live", "proposed"
_TAKEN_UP = {"used", "accepted"}


def heard(work: Work, number: int, text: str, hearing: Hearing) -> None:
    """Keeps the recording of a new turn, and what drove the dialogue."""
    work.add(HearingRow, _row(work, number, text, hearing, LIVE))
    if hearing.recording:
        values = {"audio": work.keys.encrypt_bytes(hearing.recording), "created_at": work.now}
        work.add(RecordingRow, {"conversation_id": work.conversation_id, "turn_number": number, **values})


async def add_new(work: Work, number: int, text: str, hearing: Hearing, state: str) -> bool:
    """Keeps what a later recogniser made of a turn; False when its hearing of the turn is kept already."""
    return await work.insert_new(HearingRow, _row(work, number, text, hearing, state))


async def settled(work: Work, event: HearingSettled) -> None:
    """Marks a proposed hearing; where it is taken up, its text becomes the turn's."""
    here = (
        HearingRow.conversation_id == work.conversation_id,
        HearingRow.turn_number == event.turn_number,
        HearingRow.state == PROPOSED,
    )
    text = await work.scalar(select(HearingRow.text).where(*here))
    await work.execute(update(HearingRow).where(*here).values(state=event.settled))
    if event.settled not in _TAKEN_UP or text is None:
        return
    turn = (TurnRow.conversation_id == work.conversation_id, TurnRow.number == event.turn_number)
    await work.execute(update(TurnRow).where(*turn).values(text=text))
    work.texts[event.turn_number] = text


async def erase(connection: AsyncConnection, conversation_ids: Sequence[str]) -> None:
    """Deletes recordings and hearings."""
    for table in (RecordingRow, HearingRow):
        await connection.execute(delete(table).where(table.conversation_id.in_(conversation_ids)))


async def drop_recordings_if_confirmed(work: Work) -> None:
    """At the end of a conversation: the recordings go where every point that lives was confirmed or corrected."""
    unsure = select(ContributionRow.id).where(
        ContributionRow.conversation_id == work.conversation_id, ContributionRow.status == Status.HEARD
    )
    if await work.scalar(unsure.limit(1)) is None:
        await work.execute(delete(RecordingRow).where(RecordingRow.conversation_id == work.conversation_id))


def _row(work: Work, number: int, text: str, hearing: Hearing, state: str) -> dict[str, Any]:
    words = [[w.text, w.start_seconds, w.end_seconds, w.confidence] for w in hearing.words]
    values = {"recogniser": hearing.recogniser, "text": text, "words": words, "state": state, "created_at": work.now}
    return {"conversation_id": work.conversation_id, "turn_number": number, **values}
