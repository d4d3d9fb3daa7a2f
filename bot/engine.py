"""The engine: the one way in. Reading this module top to bottom is reading the product.

connector → `handle_turn` → understanding (screen, act, points) → manager `advance` → events → one transaction →
prompts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.inbox import Inbox, joined
from bot.records import ConversationView, Records, SpokenTurn, Unit
from bot.records.reaching import AgreedHours
from bot.understanding import Understander, clean
from bot.wire import reply_from_json, reply_to_json
from dialogues import manager
from dialogues.errors import SaysoError
from dialogues.hearings import Verdict
from dialogues.manager import Outcome
from dialogues.script import Script
from dialogues.state import State, from_json, to_json
from dialogues.types import (
    Context,
    Ended,
    Event,
    Expects,
    Hearing,
    Paused,
    Prompt,
    Purpose,
    Reply,
    Resumed,
    Turn,
    Understanding,
    Voice,
)

MERGE_SECONDS: Mapping[str, float] = {"telegram": 1.2}
"""How long a channel waits for further pieces of one turn; pages and programs wait for each reply, so 0."""
SPOKEN_ALOUD = frozenset({"phone"})
"""Channels on which others in the room may hear both sides."""
MESSAGE_ID_CHARACTERS = 200
REMINDER_DAYS = 3
_TRIES = 3

_log = structlog.get_logger()


class Engine:
    """Handles turns. Any number of engines may share one database.

    Args:
        records: The door to storage.
        understander: Understands turns.
        script: Flows and wordings.
        clock: The time now, UTC.
        hours: When people may be written to.
    """

    def __init__(
        self,
        records: Records,
        understander: Understander,
        script: Script,
        clock: Callable[[], datetime],
        hours: AgreedHours = AgreedHours(),  # noqa: B008 - frozen
    ) -> None:
        self._records = records
        self._understander = understander
        self._script = script
        self._clock = clock
        self._hours = hours
        self._inbox = Inbox(self._handle, MERGE_SECONDS)

    # -- the ways in ------------------------------------------------------------------------------------------

    async def start(
        self,
        *,
        service: str,
        channel: str,
        preferred_name: str = "",
        resume_code: str = "",
        identity: str = "",
        greeted: bool = False,
    ) -> Reply:
        """Opens a conversation, or takes up an unfinished one by its code.

        Args:
            service: Id of the service to talk about.
            channel: Where.
            preferred_name: How the person likes to be called; "" when not known.
            resume_code: Takes up an earlier conversation instead.
            identity: What recognises the same person again; only a keyed hash of it is kept.
            greeted: Leaves out who is speaking and whether it is a good time.

        Raises:
            SaysoError: `service_unknown`, `guide_unknown`, `code_unknown`.
        """
        if resume_code:
            return await self._resume(resume_code, channel)
        about = await self._records.service(service)
        code = self._records.new_resume_code()
        name = clean(preferred_name)[:60]
        outcome = manager.begin(
            self._script,
            service_kind=about.kind,
            organisation=about.organisation,
            name=name,
            now=self._clock(),
            code=code,
            overheard=channel in SPOKEN_ALOUD,
            greeted=greeted,
        )
        opened = await self._records.open_conversation(
            service=service,
            channel=channel,
            preferred_name=name,
            dialogue_version=self._script.version,
            state=to_json(outcome.state),
            reply=reply_to_json(Reply("", outcome.prompts)),
            resume_code=code,
            identity=identity or None,
        )
        reply = Reply(opened.conversation_id, outcome.prompts)
        async with self._records.unit(opened.conversation_id) as unit:
            await self._keep(unit, outcome, reply, channel)
        return reply

    async def handle_turn(self, turn: Turn) -> Reply:
        """Stores and answers one turn; the same message id is handled once.

        Raises:
            SaysoError: `conversation_unknown`, `storage_busy`; nothing is lost, the message may be sent again.
        """
        return await self._inbox.put(turn)

    async def hear_again(self, conversation_id: str, message_id: str, text: str, hearing: Hearing) -> None:
        """Takes a second hearing of a spoken message; see `dialogues/hearings.py`.

        Raises:
            SaysoError: `conversation_unknown`, `conversation_busy`.
        """
        text = clean(text)
        for _ in range(_TRIES):
            seen = await self._records.conversation(conversation_id)
            spoken = await self._records.spoken(conversation_id, message_id[:MESSAGE_ID_CHARACTERS])
            if spoken is None or not seen.state or not text:
                return
            heard = await self._heard_again(spoken, text, from_json(dict(seen.state)))
            async with self._records.unit(conversation_id) as unit:
                if unit.turn_count == seen.turn_count:
                    await self._store_second(unit, spoken, hearing, text, heard)
                    return
        raise SaysoError("conversation_busy", "Others write in this conversation too. Send it again.", permanent=False)

    async def resume(self, conversation_id: str, channel: str) -> Reply:
        """Takes up an unfinished conversation of somebody who is known without a code.

        Raises:
            SaysoError: `conversation_unknown`.
        """
        async with self._records.unit(conversation_id) as unit:
            outcome = manager.resume(from_json(unit.state), self._script, self._clock())
            reply = Reply(conversation_id, outcome.prompts, outcome.done)
            await self._keep(unit, outcome, reply, channel, {})
        return reply

    async def leave(self, conversation_id: str, channel: str) -> None:
        """The person left without a word: the talk waits for them, and can be taken up as after a pause.

        Raises:
            SaysoError: `conversation_unknown`.
        """
        async with self._records.unit(conversation_id) as unit:
            if not unit.state:
                return
            outcome = manager.left(from_json(unit.state), self._script, self._clock())
            if outcome.events:
                last = reply_from_json(conversation_id, unit.last_reply)
                await self._keep(unit, outcome, last, channel)

    async def simpler(self, conversation_id: str) -> Prompt | None:
        """The question that waits in simpler words; None where there are none. Nothing is stored.

        Raises:
            SaysoError: `conversation_unknown`.
        """
        seen = await self._records.conversation(conversation_id)
        return manager.simpler(from_json(dict(seen.state)), self._script, self._clock()) if seen.state else None

    async def last_prompts(self, conversation_id: str) -> Reply:
        """What was said last.

        Raises:
            SaysoError: `conversation_unknown`.
        """
        seen = await self._records.conversation(conversation_id)
        return reply_from_json(conversation_id, seen.last_reply)

    # -- one turn ---------------------------------------------------------------------------------------------

    async def _handle(self, turns: tuple[Turn, ...]) -> Reply:
        conversation_id = turns[0].conversation_id
        for _ in range(_TRIES):
            seen = await self._records.conversation(conversation_id)
            if not seen.state:
                return await self._after_erasure(joined(turns))
            basis = basis_of(turns, seen)
            heard = await self._understand(basis.turn, basis.state)
            async with self._records.unit(conversation_id) as unit:
                known = await unit.replies_to([_message_id(turn) for turn in turns])
                fresh = tuple(turn for turn in turns if _message_id(turn) not in known)
                if not fresh:
                    return reply_from_json(conversation_id, known[_message_id(turns[-1])], duplicate=True)
                if unit.turn_count == seen.turn_count and fresh == turns:
                    return await self._store(unit, turns, basis, heard)
            turns = fresh  # a piece that was handled before does not take the new ones with it
        raise SaysoError("conversation_busy", "Others write in this conversation too. Send it again.", permanent=False)

    async def _after_erasure(self, turn: Turn) -> Reply:
        """The words of this conversation are erased for good. Nothing is stored but an alert, where there is cause."""
        heard = await self._understander.understand(clean(turn.text), Context(), None, voice=turn.voice, known=())
        prompts, events = manager.closed(heard, self._script)
        if events:
            async with self._records.unit(turn.conversation_id) as unit:
                if await unit.reply_to(_message_id(turn)) is None:
                    number = await unit.add_turn(speaker="person", text=heard.text, message_id=_message_id(turn))
                    for event in events:
                        await unit.record(replace(event, turn_number=number), at=self._clock())
        return Reply(turn.conversation_id, prompts, done=True, act=heard.act)

    async def _understand(self, turn: Turn, state: State) -> Understanding:
        return await self._understander.understand(
            clean(turn.text),
            manager.context_of(state),
            state.prompts[-1].purpose if state.prompts else None,
            voice=turn.voice,
            known=tuple(p.point for p in state.live_points),
        )

    async def _store(self, unit: Unit, turns: tuple[Turn, ...], basis: Basis, heard: Understanding) -> Reply:
        """The turn, its events, the new state and the reply: all of it, or nothing."""
        turn = basis.turn
        number = await self._add_turns(unit, turns, turn, heard)
        heard = replace(heard, turn_number=number)
        outcome = self._decide(basis, heard)
        reply = Reply(turn.conversation_id, outcome.prompts, outcome.done, heard.act, degraded=heard.degraded)
        for event in basis.events:
            await unit.record(event, at=self._clock())
        await self._keep(unit, outcome, reply, turn.channel, {} if outcome.done else basis.to_json())
        _log_turn(turn, heard, outcome)
        return reply

    def _decide(self, basis: Basis, heard: Understanding) -> Outcome:
        if basis.too_late:
            return manager.changed_earlier(basis.state, heard, self._script, self._clock())
        return manager.advance(basis.state, heard, self._script, self._clock(), amended=bool(basis.events))

    async def _keep(
        self, unit: Unit, outcome: Outcome, reply: Reply, channel: str, previous: Mapping[str, Any] | None = None
    ) -> None:
        """What the manager decided: events, words said, state and reply; and what a changed turn goes back to."""
        for event in outcome.events:
            await unit.record(event, at=self._clock())
        if outcome.prompts:
            last = outcome.prompts[-1]
            await unit.add_turn(
                speaker="bot",
                text=" ".join(p.text for p in outcome.prompts),
                prompt_id=last.id,
                expects=last.expects,
                purpose=last.purpose,
            )
        await unit.add_channel(channel)
        state = to_json(outcome.state)
        await unit.save(state=state, reply=reply_to_json(reply), status=_status(outcome), previous=previous)
        await self._remind(unit, outcome)

    async def _remind(self, unit: Unit, outcome: Outcome) -> None:
        """A paused talk is brought to mind once; one that goes on, or is over, is not."""
        if any(isinstance(event, Paused) for event in outcome.events):
            at = self._hours.next(self._clock() + timedelta(days=REMINDER_DAYS))
            await unit.remind(manager.reminder(outcome.state, self._script, self._clock()), at)
        elif any(isinstance(event, Resumed | Ended) for event in outcome.events):
            await unit.forget_reminders()

    @staticmethod
    async def _add_turns(unit: Unit, turns: tuple[Turn, ...], turn: Turn, heard: Understanding) -> int:
        number = await unit.add_turn(
            speaker="person",
            text=heard.text,
            message_id=_message_id(turn),
            voice=turn.voice,
            act=heard.act,
            confidence=turn.confidence,
            degraded=heard.degraded,
            hearing=turns[0].hearing,
        )
        for piece in turns[1:]:  # further pieces are part of the turn above; their ids are remembered
            await unit.add_turn(
                speaker="person", text="", message_id=_message_id(piece), voice=piece.voice, hearing=piece.hearing
            )
        return number

    # -- a second hearing -------------------------------------------------------------------------------------

    async def _heard_again(self, spoken: SpokenTurn, text: str, state: State) -> Understanding | None:
        """The second hearing, understood; None where it changes nothing."""
        if state.over or not spoken.alone or _bare_words(text) == _bare_words(spoken.text):
            return None
        heard = await self._understander.understand(
            text,
            Context(spoken.question, Expects(spoken.expects or Expects.OPEN)),
            Purpose(spoken.purpose) if spoken.purpose else None,
            voice=Voice(spoken.voice),
            known=tuple(p.point for p in state.live_points if p.turn_number != spoken.number),
        )
        return replace(heard, turn_number=spoken.number)

    async def _store_second(
        self, unit: Unit, spoken: SpokenTurn, hearing: Hearing, text: str, heard: Understanding | None
    ) -> None:
        if heard is None:
            await unit.add_hearing(spoken.number, text, hearing, Verdict.SAME)
            return
        verdict, outcome = manager.heard_again(from_json(unit.state), spoken.text, heard, self._script, self._clock())
        state = Verdict.SAME if verdict is Verdict.SAME else Verdict.PROPOSED
        if not await unit.add_hearing(spoken.number, text, hearing, state):
            return
        for event in outcome.events:
            await unit.record(event, at=self._clock())
        await unit.save(state=to_json(outcome.state), reply=unit.last_reply, status=unit.status)

    async def _resume(self, code: str, channel: str) -> Reply:
        conversation_id = await self._records.find_by_resume_code(code)
        if conversation_id is None:
            raise SaysoError("code_unknown", "This code does not fit. Check it, or start a new talk.")
        return await self.resume(conversation_id, channel)


@dataclass(frozen=True, slots=True)
class Basis:
    """What a turn is understood and answered on: the state now, or for a changed turn the state before it.

    Attributes:
        turn: The turn with all its words.
        pieces: `(message id, text)` of the messages that make it up.
        events: What has to be recorded first.
        too_late: True where the turn changes one that can no longer be taken back.
    """

    state: State
    turn: Turn
    pieces: tuple[tuple[str, str], ...]
    events: tuple[Event, ...] = ()
    too_late: bool = False

    def to_json(self) -> dict[str, Any]:
        """What a later change of this turn goes back to."""
        return {"state": to_json(self.state), "pieces": [list(piece) for piece in self.pieces]}


def basis_of(turns: tuple[Turn, ...], seen: ConversationView) -> Basis:
    """Where a turn stands. One that amends the last turn takes its place; see `docs/adr/0012`."""
    turn, state = joined(turns), from_json(dict(seen.state))
    if not turn.amends:
        return Basis(state, turn, tuple((_message_id(piece), clean(piece.text)) for piece in turns))
    pieces = [(str(i), str(text)) for i, text in seen.previous.get("pieces", [])]
    if state.over or turn.amends not in dict(pieces):
        return Basis(state, turn, ((_message_id(turn), clean(turn.text)),), too_late=True)
    changed = tuple((i, clean(turn.text) if i == turn.amends else text) for i, text in pieces)
    before, event = manager.rewound(from_json(dict(seen.previous["state"])), state)
    words = "\n".join(text for _, text in changed if text.strip())
    return Basis(before, replace(turn, text=words), changed, (event,))


def _bare_words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _message_id(turn: Turn) -> str:
    return turn.message_id[:MESSAGE_ID_CHARACTERS]


def _status(outcome: Outcome) -> str:
    if outcome.state.over:
        return "ended"
    return "paused" if outcome.state.paused_at is not None else "open"


def _log_turn(turn: Turn, heard: Understanding, outcome: Outcome) -> None:
    """One line a turn: never words, names or numbers of a person."""
    _log.info(
        "turn",
        conversation=turn.conversation_id[:8],
        channel=turn.channel,
        act=heard.act.value,
        level=heard.screening.level.value,
        points=len(heard.points),
        asked=outcome.prompts[-1].purpose.value if outcome.prompts else None,
        degraded=heard.degraded,
    )
