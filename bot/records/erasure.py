"""The shredder: what goes when a person says so, and when a conversation ends without leave to keep it.

Safeguarding alerts stay, with their encrypted words: secrecy is never promised about danger. The consent log stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import call_data, hearings, reaching
from bot.records.points import NO_WORDS
from bot.storage.models import (
    AboutYouRow,
    CallbackRow,
    ChatRow,
    ContactRow,
    ContributionRow,
    ConversationRow,
    ParticipantRow,
    TalkRatingRow,
    TurnRow,
)
from dialogues.types import Status

_NO_STATE: dict[str, Any] = {"state": {}, "previous": {}, "last_reply": {}}


async def erase_words(connection: AsyncConnection, conversation_ids: Sequence[str]) -> None:
    """Deletes every word of the conversations; spans, codes, beans and the fact of a rating stay."""
    for table, values in (
        (TurnRow, {"text": None, "reply": None}),
        (ContributionRow, NO_WORDS),
        (TalkRatingRow, {"text": None}),
    ):
        where = table.conversation_id.in_(conversation_ids)
        await connection.execute(update(table).where(where).values(**values))
    await connection.execute(delete(AboutYouRow).where(AboutYouRow.conversation_id.in_(conversation_ids)))
    await hearings.erase(connection, conversation_ids)
    await reaching.forget_reminders(connection, conversation_ids)
    marked = update(ConversationRow).where(ConversationRow.id.in_(conversation_ids))
    await connection.execute(marked.values(**_NO_STATE, words_erased=True))


async def erase_all_but_consent(connection: AsyncConnection, conversation_ids: Sequence[str]) -> None:
    """After a no to taking part: keeps the no (and any alert), and an empty husk of the conversation."""
    for table in (TurnRow, ContributionRow, TalkRatingRow):
        where = table.conversation_id.in_(conversation_ids)
        await connection.execute(delete(table).where(where))
    await erase_words(connection, conversation_ids)


async def withdraw_everything(connection: AsyncConnection, participant_id: int) -> list[str]:
    """A person withdraws: every point, every word, the name and the contact, in all their conversations.

    Returns:
        The ids of their conversations.
    """
    query = select(ConversationRow.id).where(ConversationRow.participant_id == participant_id)
    ids = list((await connection.scalars(query)).all())
    await connection.execute(
        update(ContributionRow)
        .where(ContributionRow.conversation_id.in_(ids))
        .values(status=Status.WITHDRAWN, beans=None)
    )
    await erase_words(connection, ids)
    calls = update(CallbackRow).where(CallbackRow.conversation_id.in_(ids))
    await connection.execute(calls.values(reason=""))
    await connection.execute(calls.where(CallbackRow.state == "open").values(state="cancelled"))
    await forget_person(connection, participant_id)
    return ids


async def forget_person(connection: AsyncConnection, participant_id: int) -> None:
    """Deletes the name, the needs, contacts, addresses and numbers; the bare pseudonym stays: nobody is asked again."""
    person = update(ParticipantRow).where(ParticipantRow.id == participant_id)
    await connection.execute(person.values(preferred_name=None, access_needs={}))
    await connection.execute(delete(ContactRow).where(ContactRow.participant_id == participant_id))
    chats = update(ChatRow).where(ChatRow.participant_id == participant_id)
    await connection.execute(chats.values(address=None))
    await call_data.forget(connection, participant_id)


async def forget_if_unneeded(connection: AsyncConnection, participant_id: int) -> None:
    """Forgets a person to whom nothing more is owed: no live conversation, no call, no answer to carry."""
    mine = ConversationRow.participant_id == participant_id
    owed = (ConversationRow.status != "ended") | ConversationRow.consent_contact.is_(True)
    call = select(CallbackRow.id).join(ConversationRow).where(mine, CallbackRow.state == "open")
    if await connection.scalar(select(ConversationRow.id).where(mine, owed).limit(1)):
        return
    if await connection.scalar(call.limit(1)) or await call_data.is_owed(connection, participant_id):
        return
    await forget_person(connection, participant_id)
