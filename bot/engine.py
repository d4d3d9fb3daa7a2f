"""The engine: the one way in. Reading this module top to bottom is reading the product.

connector → `handle_turn` → understanding (screen, act, points) → manager `advance` → events → one transaction →
prompts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import structlog

from bot.inbox import Inbox, joined
from bot.records import Records, Unit
from bot.understanding import Understander, clean
from bot.wire import reply_from_json, reply_to_json
from dialogues import manager
from dialogues.errors import SaysoError
from dialogues.manager import Outcome
from dialogues.script import Script
from dialogues.state import State, from_json, to_json
from dialogues.types import Context, Reply, Turn, Understanding

MERGE_SECONDS: Mapping[str, float] = {"telegram": 1.2}
"""How long a channel waits for further pieces of one turn; pages and programs wait for each reply, so 0."""
MESSAGE_ID_CHARACTERS = 200
_TRIES = 3

_log = structlog.get_logger()


class Engine:
    """Handles turns. Any number of engines may share one database.

    Args:
        records: The door to storage.
        understander: Understands turns.
        script: Flows and wordings.
        clock: The time now, UTC.
    """

    def __init__(
        self, records: Records, understander: Understander, script: Script, clock: Callable[[], datetime]
    ) -> None:
        self._records = records
        self._understander = understander
        self._script = script
        self._clock = clock
        self._inbox = Inbox(self._handle, MERGE_SECONDS)

    # -- the ways in ------------------------------------------------------------------------------------------

    async def start(self, *, service: str, channel: str, preferred_name: str = "", resume_code: str = "") -> Reply:
        """Opens a conversation, or takes up an unfinished one by its code.

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
        )
        opened = await self._records.open_conversation(
            service=service,
            channel=channel,
            preferred_name=name,
            dialogue_version=self._script.version,
            state=to_json(outcome.state),
            reply=reply_to_json(Reply("", outcome.prompts)),
            resume_code=code,
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

    async def last_prompts(self, conversation_id: str) -> Reply:
        """What was said last.

        Raises:
            SaysoError: `conversation_unknown`.
        """
        seen = await self._records.conversation(conversation_id)
        return reply_from_json(conversation_id, seen.last_reply)

    # -- one turn ---------------------------------------------------------------------------------------------

    async def _handle(self, turns: tuple[Turn, ...]) -> Reply:
        turn = joined(turns)
        for _ in range(_TRIES):
            seen = await self._records.conversation(turn.conversation_id)
            if not seen.state:
                return await self._after_erasure(turn)
            heard = await self._understand(turn, from_json(dict(seen.state)))
            async with self._records.unit(turn.conversation_id) as unit:
                known = await unit.reply_to(_message_id(turn))
                if known is not None:
                    return reply_from_json(turn.conversation_id, known, duplicate=True)
                if unit.turn_count == seen.turn_count:
                    return await self._store(unit, turns, turn, heard)
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

    async def _store(self, unit: Unit, turns: tuple[Turn, ...], turn: Turn, heard: Understanding) -> Reply:
        """The turn, its events, the new state and the reply: all of it, or nothing."""
        number = await self._add_turns(unit, turns, turn, heard)
        heard = replace(heard, turn_number=number)
        outcome = manager.advance(from_json(unit.state), heard, self._script, self._clock())
        reply = Reply(turn.conversation_id, outcome.prompts, outcome.done, heard.act, degraded=heard.degraded)
        await self._keep(unit, outcome, reply, turn.channel)
        _log_turn(turn, heard, outcome)
        return reply

    async def _keep(self, unit: Unit, outcome: Outcome, reply: Reply, channel: str) -> None:
        """What the manager decided: events, words said, state and reply."""
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
        await unit.save(state=to_json(outcome.state), reply=reply_to_json(reply), status=_status(outcome))

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
        )
        for piece in turns[1:]:  # further pieces are part of the turn above; their ids are remembered
            await unit.add_turn(speaker="person", text="", message_id=_message_id(piece), voice=piece.voice)
        return number

    async def _resume(self, code: str, channel: str) -> Reply:
        conversation_id = await self._records.find_by_resume_code(code)
        if conversation_id is None:
            raise SaysoError("code_unknown", "This code does not fit. Check it, or start a new talk.")
        async with self._records.unit(conversation_id) as unit:
            outcome = manager.resume(from_json(unit.state), self._script, self._clock())
            reply = Reply(conversation_id, outcome.prompts, outcome.done)
            await self._keep(unit, outcome, reply, channel)
        return reply


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
