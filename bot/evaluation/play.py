"""Plays one persona through one real conversation."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from bot.evaluation.participant import DISCLOSURE, Participant, Said
from bot.evaluation.people import Persona
from bot.evaluation.played import SPEAKERS, Played, SimTurn, alert_of, contribution_of
from bot.records.views import AlertView, ContributionView, TurnView
from dialogues.errors import SaysoError
from dialogues.types import Expects, Level, Prompt, Reply, Turn, TurnHandler

MAX_TURNS = 120
"""Turns of both sides together, after which a conversation is given up."""
TRIES = 3
CHANNEL = "simulate"
_ASKED_FOR = {"stopped": {"stop_midway"}, "paused": {"pause"}, "safety": {DISCLOSURE}}
"""What the person must have said last for such an ending to be obedience."""

OnTurn = Callable[[str, str, str, Prompt | None], None]
"""Told of every turn: persona id, speaker, words, and the question where the bot speaks."""


class Reader(Protocol):
    """Looks up what a conversation left behind."""

    async def contributions(self, conversation_id: str) -> Sequence[ContributionView]: ...

    async def alerts(self, conversation_id: str) -> Sequence[AlertView]: ...

    async def transcript(self, conversation_id: str) -> Sequence[TurnView]: ...

    async def ending(self, conversation_id: str) -> str | None:
        """How it ended: a value of `EndReason`, `paused`, or None while it is open."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where personas are played.

    Attributes:
        handler: The engine.
        reader: Looks up the outcome.
        on_turn: Told of every turn, for a live view.
        next_day: Called between a pause and the taking up again, with the conversation's id; None lets no time pass.
    """

    handler: TurnHandler
    reader: Reader
    on_turn: OnTurn | None = None
    next_day: Callable[[str], Awaitable[None]] | None = None
    max_turns: int = MAX_TURNS
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(slots=True)
class _Conversation:
    stage: Stage
    person: Participant
    conversation_id: str = ""
    turns: list[SimTurn] = field(default_factory=list)
    reply: Reply = field(default_factory=lambda: Reply("", ()))

    async def open(self) -> None:
        persona = self.person.persona
        reply = await self.stage.handler.start(service=persona.service, channel=CHANNEL, preferred_name=persona.name)
        self.conversation_id = reply.conversation_id
        self._hear(reply)

    async def exchange(self, said: Said) -> None:
        """Says something and hears the reply."""
        speaker = SPEAKERS[said.voice]
        turn = Turn(
            conversation_id=self.conversation_id,
            message_id=f"{self.person.persona.persona_id}-{len(self.turns)}",
            text=said.text,
            at=self.stage.clock(),
            voice=said.voice,
            channel=CHANNEL,
        )
        self._tell(speaker, said.text, None)
        started = time.perf_counter()
        reply = await self._handled(turn)
        seconds = time.perf_counter() - started
        act = reply.act.value if reply.act else None
        number = len(self.turns)
        self.turns.append(
            SimTurn(
                number,
                speaker,
                said.text,
                act=act,
                voice=said.voice.value,
                what=said.what,
                answer_id=said.answer_id,
                seconds=seconds,
            )
        )
        self._hear(reply)

    async def _handled(self, turn: Turn) -> Reply:
        """The reply; a passing fault is tried again with the same message id."""
        for _ in range(TRIES - 1):
            try:
                return await self.stage.handler.handle_turn(turn)
            except SaysoError as error:
                if error.permanent:
                    raise
        return await self.stage.handler.handle_turn(turn)

    def _hear(self, reply: Reply) -> None:
        self.reply = reply
        if not reply.prompts:
            return
        last = reply.prompts[-1]
        text = " ".join(prompt.text for prompt in reply.prompts)
        self._tell("bot", text, last)
        self.turns.append(
            SimTurn(len(self.turns), "bot", text, last.expects.value, last.purpose.value, prompt_id=last.id)
        )

    def _tell(self, speaker: str, text: str, prompt: Prompt | None) -> None:
        if self.stage.on_turn:
            self.stage.on_turn(self.person.persona.persona_id, speaker, text, prompt)

    # -- the course -------------------------------------------------------------------------------------------

    async def run(self) -> str:
        """Talks until the end; returns how it ended."""
        await self.open()
        while not self.reply.done:
            if not self.reply.prompts or self.reply.prompts[-1].expects is Expects.NONE:
                return "dead_end"
            if len(self.turns) >= self.stage.max_turns:
                return "turn_limit"
            await self.exchange(self.person.reply(self.reply.prompts))
            if self.reply.done and self.person.said[-1].what == "pause":
                await self._come_back()
        return await self.stage.reader.ending(self.conversation_id) or "dead_end"

    async def _come_back(self) -> None:
        """The next day, in the same conversation."""
        if await self.stage.reader.ending(self.conversation_id) != "paused":
            return
        if self.stage.next_day:
            await self.stage.next_day(self.conversation_id)
        await self.exchange(self.person.say(Said(self.person.persona.yes, "pause")))


async def play(persona: Persona, stage: Stage) -> Played:
    """Plays one persona; a fault of the bot ends the conversation as not completed."""
    talk = _Conversation(stage, Participant(persona))
    try:
        reason = await talk.run()
    except SaysoError as error:
        return Played(persona, talk.conversation_id, False, f"failed: {error.code}", tuple(talk.turns))
    completed = reason == "closing" or _obeyed(reason, talk.person)
    if not completed and reason in _ASKED_FOR:
        reason = f"{reason}_unasked"
    return await _outcome(Played(persona, talk.conversation_id, completed, reason, tuple(talk.turns)), stage.reader)


def _obeyed(reason: str, person: Participant) -> bool:
    last = person.said[-1].what if person.said else ""
    immediate = person.persona.disclosure_level is Level.IMMEDIATE
    return last in _ASKED_FOR.get(reason, ()) and (reason != "safety" or immediate)


async def _outcome(played: Played, reader: Reader) -> Played:
    """Adds the contributions and alerts, counted by the turns of the transcript."""
    stored = [t for t in await reader.transcript(played.conversation_id) if t.speaker == "person"]
    spoken = [turn for turn in played.turns if turn.speaker != "bot"]
    numbers = {view.number: turn.n for view, turn in zip(stored, spoken, strict=False)}
    texts = {turn.n: view.text for view, turn in zip(stored, spoken, strict=False) if view.text is not None}
    turns = tuple(replace(turn, text=texts.get(turn.n, turn.text)) for turn in played.turns)
    found = await reader.contributions(played.conversation_id)
    alerts = await reader.alerts(played.conversation_id)
    return replace(
        played,
        turns=turns,
        contributions=tuple(contribution_of(view, numbers) for view in found),
        alerts=tuple(alert_of(view, numbers, turns) for view in alerts),
    )
