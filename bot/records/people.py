"""Events about the person: consents, needs, About-you answers, how the talk was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select, update

from bot.records.work import Work
from bot.storage.models import AboutYouRow, ConsentRow, ParticipantRow, TalkRatingRow
from dialogues.types import AboutYouAnswered, ConsentAnswered, NeedRecorded, TalkRated


async def consent_answered(work: Work, event: ConsentAnswered, at: datetime, witness: str | None) -> None:
    """Appends to the consent log; the latest answer of a scope is the one that counts."""
    await work.execute(
        insert(ConsentRow).values(
            conversation_id=work.conversation_id,
            participant_id=work.row.participant_id,
            scope=str(event.scope),
            answer=event.answer,
            wording=event.wording,
            wording_version=event.wording_version,
            witness=witness,
            at=at,
        )
    )
    work.changes[f"consent_{event.scope}"] = event.answer


async def need_recorded(work: Work, event: NeedRecorded) -> None:
    """Keeps an access need with the person, for the next conversation too."""
    person = ParticipantRow.id == work.row.participant_id
    needs = await work.scalar(select(ParticipantRow.access_needs).where(person)) or {}
    statement = update(ParticipantRow).where(person)
    await work.execute(statement.values(access_needs={**needs, event.need: event.value}))


async def about_you_answered(work: Work, event: AboutYouAnswered, at: datetime) -> None:
    """Keeps the answer; a later one to the same question replaces it."""
    where = (AboutYouRow.conversation_id == work.conversation_id, AboutYouRow.question == event.question)
    await work.execute(delete(AboutYouRow).where(*where))
    values = {"conversation_id": work.conversation_id, "question": event.question, "answer": event.answer, "at": at}
    await work.execute(insert(AboutYouRow).values(**values))


async def talk_rated(work: Work, event: TalkRated, at: datetime) -> None:
    """Keeps the words of the rating; the fact stays counted when the words go."""
    text = await work.turn_text(event.turn_number)
    values = {"conversation_id": work.conversation_id, "turn_number": event.turn_number, "text": text, "at": at}
    await work.insert_new(TalkRatingRow, values)
