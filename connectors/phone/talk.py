"""The talk itself, as a call sees it: utterances become turns of the engine, whole and once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from connectors.phone import words
from connectors.phone.opening_values import Result
from connectors.phone.ports import CHANNEL, Call, Step, Utterance
from connectors.speech.ports import Clip, Recognised
from connectors.speech.telephone import as_wav
from dialogues.types import Act, CallHandler, Hearing, Prompt, Reply, Turn

CHANGED = "repair.changed"
"""What the engine says of a changed message. Whoever just went on speaking has changed nothing."""
SPOKEN_SECOND_PASS_SECONDS = 1.0
"""Shorter answers are not heard again: grammars hear them better."""


class CallDesk(Protocol):
    """What a call needs of the records."""

    async def by_code(self, spoken: str, keyed: str) -> str:
        """The conversation that a code takes up; "" where it fits none.

        Args:
            spoken: The code as spoken; "" for none.
            keyed: The code as keys; each may stand for several characters; "" for none.
        """

    async def about(self, conversation_id: str) -> tuple[str, str]:
        """Who asks, and about what, in plain words: ("Dales Care", "your home care")."""

    async def talk_begun(self, call: Call, conversation_id: str) -> tuple[Act, ...]:
        """This conversation goes on in the call; returns how the person likes to be spoken to, known from before."""

    async def settled(self, call: Call, result: Result) -> None:
        """The opening led to no talk: what it led to."""

    async def hand_over(self, call: Call, conversation_id: str) -> bool:
        """True where the call can go on with a person now; noted in their queue with the reason.

        Where nobody is there now, a call-back is booked if the conversation offers none itself ("" for none).
        """

    async def call_back(self, call: Call, conversation_id: str, reason: str) -> None:
        """A person has to ring this person back."""


@dataclass(frozen=True, slots=True)
class TalkServices:
    """What every talk by phone is given.

    Attributes:
        handler: Answers turns.
        desk: Keeps calls and call-backs.
        clock: The time now, UTC.
        again: Hears an utterance again, better and slower; None where there is no such recogniser.
        background: Runs work beside the call, and holds on to it after the call.
    """

    handler: CallHandler
    desk: CallDesk
    clock: Callable[[], datetime]
    again: Callable[[Clip], Awaitable[Recognised | None]] | None
    background: Callable[[Awaitable[None]], object]


class PhoneTalk:
    """Implements `ports.Dialogue` with a conversation of the engine.

    Args:
        call: Which call.
        first: The engine's first words.
        services: What every talk is given.
    """

    def __init__(self, call: Call, first: Reply, services: TalkServices) -> None:
        self._call, self._first, self._services = call, first, services
        self._conversation_id = first.conversation_id
        self._taken: Utterance | None = None
        self._number = self._begun = 0

    async def begin(self) -> Step:
        """The first words."""
        return _step(self._first)

    async def take(self, heard: Utterance) -> Step:
        """Hands in a turn. Tried again, the same utterance keeps its message id, so that it is stored once."""
        if heard is not self._taken:
            self._taken = heard
            self._number += 1
            if not heard.continues:
                self._begun = self._number
        reply = await self._services.handler.handle_turn(self._turn(heard))
        self._hear_again(heard)
        if heard.continues:
            reply = replace(reply, prompts=tuple(p for p in reply.prompts if p.id != CHANGED))
        if reply.act is Act.HUMAN and await self._services.desk.hand_over(self._call, self._conversation_id):
            await self._services.handler.leave(self._conversation_id, CHANNEL)
            return Step((words.PUTTING_THROUGH,), hand_over=True, act=reply.act)
        return _step(reply)

    async def simpler(self) -> tuple[Prompt, ...]:
        """The question in simpler words."""
        prompt = await self._services.handler.simpler(self._conversation_id)
        return (prompt,) if prompt else ()

    async def left(self, *, asked: bool) -> None:
        """The talk waits; after a silence that nobody broke, a person is asked to ring back."""
        await self._services.handler.leave(self._conversation_id, CHANNEL)
        if asked:
            await self._services.desk.call_back(self._call, self._conversation_id, "fell silent on the phone")

    def _turn(self, heard: Utterance) -> Turn:
        hearing = None
        if heard.recognised is not None and heard.clip is not None:
            hearing = Hearing(heard.recognised.recogniser, heard.recognised.words, as_wav(heard.clip))
        return Turn(
            self._conversation_id,
            self._message_id(self._number),
            heard.text,
            self._services.clock(),
            channel=CHANNEL,
            confidence=heard.confidence,
            hearing=hearing,
            amends=self._message_id(self._begun) if heard.continues else "",
        )

    def _message_id(self, number: int) -> str:
        return f"{self._call.id}:{number}"

    def _hear_again(self, heard: Utterance) -> None:
        if self._services.again and heard.clip and heard.clip.seconds >= SPOKEN_SECOND_PASS_SECONDS and heard.text:
            self._services.background(self._second_hearing(heard.clip, self._message_id(self._number)))

    async def _second_hearing(self, clip: Clip, message_id: str) -> None:
        again = await self._services.again(clip) if self._services.again else None
        if again is not None and again.text:
            hearing = Hearing(again.recogniser, again.words)
            await self._services.handler.hear_again(self._conversation_id, message_id, again.text, hearing)


def _step(reply: Reply) -> Step:
    return Step(reply.prompts, done=reply.done, act=reply.act)
