"""One transaction of one conversation: a turn is stored wholly, or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from bot.records import hearings, reaching
from bot.records.ending import finish
from bot.records.events import apply
from bot.records.requests import preferred_name
from bot.records.work import Work
from bot.storage.models import TurnRow
from dialogues.errors import SaysoError
from dialogues.types import Event, Hearing

STATUSES = ("open", "paused", "ended")


class Unit:
    """The open transaction, as the engine sees it. Add the person's turn before recording events about it.

    Attributes:
        conversation_id: Which conversation.
        service: Id of its service.
        preferred_name: The name the person likes; "" when unknown.
        dialogue_version: Version of the dialogue files it was opened with.
        created_at: When it was opened, UTC.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._handled: list[dict[str, Any]] = []  # this transaction's turns that wait for the reply to their message
        self._reply: dict[str, Any] | None = None
        self.conversation_id = work.conversation_id
        self.service: str = work.row.service_id
        self.preferred_name = preferred_name(work)
        self.dialogue_version: str = work.row.dialogue_version
        self.created_at: datetime = work.row.created_at

    @property
    def state(self) -> dict[str, Any]:
        """The manager's state; `{}` once the person's words are erased."""
        return dict(self._work.current("state"))

    @property
    def previous(self) -> dict[str, Any]:
        """What `save` kept for one step back; `{}` where there is none."""
        return dict(self._work.current("previous"))

    @property
    def status(self) -> str:
        """`open`, `paused` or `ended`."""
        return str(self._work.current("status"))

    @property
    def end_reason(self) -> str | None:
        """Why it ended; None before."""
        reason = self._work.current("end_reason")
        return None if reason is None else str(reason)

    @property
    def last_reply(self) -> dict[str, Any]:
        """What was said last."""
        return dict(self._work.current("last_reply"))

    @property
    def turn_count(self) -> int:
        """How many turns there are, which is also the number of the next one."""
        return int(self._work.current("turn_count"))

    @property
    def paused_until(self) -> datetime | None:
        """When a paused conversation expires; None when it is not paused."""
        moment: datetime | None = self._work.current("paused_until")
        return moment

    @property
    def words_erased(self) -> bool:
        """True when the person's words are gone for good."""
        return bool(self._work.row.words_erased)

    async def reply_to(self, message_id: str) -> dict[str, Any] | None:
        """The stored reply when this message was handled before (`{}` if nothing is left of it); else None."""
        return (await self.replies_to([message_id])).get(message_id)

    async def replies_to(self, message_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The stored replies of those of these messages that were handled before, by message."""
        query = select(TurnRow.message_id, TurnRow.reply).where(
            TurnRow.conversation_id == self.conversation_id, TurnRow.message_id.in_(message_ids)
        )
        rows = (await self._work.execute(query)).all()
        return {str(row.message_id): dict(row.reply) if row.reply else self.last_reply for row in rows}

    async def add_turn(
        self,
        *,
        speaker: str,
        text: str,
        message_id: str | None = None,
        voice: str = "own",
        act: str | None = None,
        confidence: float | None = None,
        degraded: bool = False,
        prompt_id: str | None = None,
        expects: str | None = None,
        purpose: str | None = None,
        reply: Mapping[str, Any] | None = None,
        hearing: Hearing | None = None,
    ) -> int:
        """Adds an utterance of the `person` or the `bot`.

        Args:
            speaker: `person` or `bot`.
            text: The words that quotes of this turn point into.
            message_id: The connector's id; a second turn with it is refused.
            voice: Whose words.
            act: What was understood.
            confidence: Of the recogniser or the understanding, 0 to 1.
            degraded: True when the built-in rules understood it.
            prompt_id: Id of the wording, for the bot's turns.
            expects: What the prompt waits for.
            purpose: Why the prompt is said.
            reply: What was answered; when left out, the reply given to `save` is stored.
            hearing: How it was heard, for a spoken turn.

        Returns:
            The number of the turn, from 0.

        Raises:
            SaysoError: `message_known` when the message was handled before (at the latest on leaving the unit).
        """
        number = self.turn_count
        values = {
            "conversation_id": self.conversation_id,
            "number": number,
            "message_id": message_id,
            "speaker": speaker,
            "voice": str(voice),
            "text": text,
            "act": None if act is None else str(act),
            "confidence": confidence,
            "degraded": degraded,
            "expects": None if expects is None else str(expects),
            "purpose": None if purpose is None else str(purpose),
            "prompt_id": prompt_id,
            "reply": None if reply is None else dict(reply),
            "at": self._work.now,
        }
        self._work.add(TurnRow, values)
        if message_id is not None and reply is None:
            self._handled.append(values)
        if hearing is not None:
            hearings.heard(self._work, number, text, hearing)
        self._work.texts[number] = text
        self._work.changes["turn_count"] = number + 1
        return number

    async def record(self, event: Event, *, at: datetime, witness: str | None = None) -> None:
        """Applies one event. `witness` is the staff id of a volunteer who was there when a consent was given."""
        await apply(self._work, event, at, witness)

    async def add_hearing(self, number: int, text: str, hearing: Hearing, state: str) -> bool:
        """Keeps what a further recogniser made of a turn (`proposed` or `same`); False when it is kept already."""
        return await hearings.add_new(self._work, number, text, hearing, state)

    async def save(
        self,
        *,
        state: Mapping[str, Any],
        reply: Mapping[str, Any],
        status: str,
        previous: Mapping[str, Any] | None = None,
    ) -> None:
        """Keeps the manager's state and the reply. A conversation that ended stays ended, whatever `status` says.

        `previous` is what a changed last turn goes back to; None leaves what is kept.
        """
        if status not in STATUSES:
            raise SaysoError("status_unknown", f"A conversation is one of: {', '.join(STATUSES)}.")
        self._reply = dict(reply)
        self._work.changes |= {"state": dict(state), "last_reply": self._reply}
        if previous is not None:
            self._work.changes["previous"] = dict(previous)
        if self.status != "ended":
            self._work.changes["status"] = status

    async def add_channel(self, channel: str) -> None:
        """Notes that the conversation was taken up on this channel."""
        channels = list(self._work.current("channels"))
        if channel not in channels:
            self._work.changes["channels"] = [*channels, channel]

    async def enqueue(self, *, kind: str, payload: Mapping[str, Any], dedupe_key: str) -> None:
        """Queues an outgoing message in this very transaction; the same `dedupe_key` is queued once."""
        await self._work.enqueue(kind, json.dumps(dict(payload)), dedupe_key)

    async def remind(self, text: str, at: datetime) -> None:
        """Queues a reminder for a paused talk, where the person may and can be written to."""
        await reaching.remind(self._work, text, at)

    async def forget_reminders(self) -> None:
        """Takes back what has not left: the talk goes on, or is over."""
        await self._work.insert_pending()
        await reaching.forget_reminders(self._work.connection, [self.conversation_id])

    async def close(self) -> bool:
        """Writes what is pending. Called by `Records.unit` before the commit.

        Returns:
            True when the outbox got something.
        """
        await self._store_reply()
        await self._work.flush()
        await finish(self._work)
        return self._work.enqueued

    async def _store_reply(self) -> None:
        """Gives this transaction's messages their reply: before they are inserted, or else by an update."""
        if self._reply is None:
            return
        waiting = self._work.pending.get(TurnRow, [])
        for values in self._handled:
            values["reply"] = self._reply
        late = [values["number"] for values in self._handled if values not in waiting]
        if late:
            here = (TurnRow.conversation_id == self.conversation_id, TurnRow.number.in_(late))
            await self._work.execute(update(TurnRow).where(*here).values(reply=self._reply))
