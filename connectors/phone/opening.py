"""The opening of a call: who is there, and may the talk begin? Pure steps in `outgoing` and `incoming`.

Until a result is there, `Opening` answers the person; then the engine's talk takes over, or the call is over.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from connectors.phone import opening_words as say
from connectors.phone.incoming import Incoming
from connectors.phone.opening_steps import Heard, State, plausible
from connectors.phone.opening_values import Inbound, LeftEarly, Outbound, Result
from connectors.phone.outgoing import Outgoing
from connectors.phone.ports import Step, Utterance
from connectors.phone.signs import signs, without_relay
from dialogues.types import Act, Context, Parser, Prompt

_PACE = frozenset({Act.SLOWER, Act.FASTER, Act.LOUDER})


class Side(Protocol):
    """One side of the opening: what is said first, and what follows from what was heard. Pure."""

    name: str

    def first(self) -> State:
        """The first words."""

    def after(self, state: State, heard: Heard) -> State:
        """What follows."""


class Opening:
    """Implements `ports.Dialogue` until a call is open.

    Args:
        call: What is known of the call.
        parser: Understands yes, no, "say that again" and "a person, please".

    Attributes:
        result: What came of it; None while it goes on.
    """

    def __init__(self, call: Outbound | Inbound, parser: Parser) -> None:
        self._side: Side = Outgoing(call) if isinstance(call, Outbound) else Incoming(call)
        self._parser = parser
        self._state = self._before = State()

    @property
    def result(self) -> Result | None:
        """What came of it; None while it goes on."""
        return self._state.result

    async def begin(self) -> Step:
        """The first words. `result` may be there at once: one service, and nobody who talked before."""
        self._state = self._before = self._side.first()
        return self._step(None)

    async def take(self, heard: Utterance) -> Step:
        """Answers an utterance; one that `continues` the last one takes its place."""
        if heard.continues:
            self._state = self._before
        self._before = self._state
        said = without_relay(heard.text.strip())
        understood = await self._parser.parse(said, self._context())
        found = signs(said, self._side.name)
        act = plausible(understood.act, said, found)
        self._state = self._side.after(self._state, Heard(said, act, found, understood.value))
        return self._step(act if act in _PACE else None)

    async def simpler(self) -> tuple[Prompt, ...]:
        """The question that waits in simpler words."""
        question = self._state.question
        return (question.in_simpler_words,) if question and self.result is None else ()

    async def left(self, *, asked: bool) -> None:
        """The call is over; what was settled stays settled."""
        if self.result is None:
            self._state = replace(self._state, result=LeftEarly())

    async def machine(self) -> Step:
        """The transport is sure that an answering machine beeped."""
        if isinstance(self._side, Outgoing):
            self._state = self._side.leave_message(self._state)
        return self._step(None)

    async def code_refused(self) -> Step:
        """The code of the result fits no talk: it is asked for once more, then a new talk begins."""
        if isinstance(self._side, Incoming):
            self._state = self._side.code_refused(self._state)
        return self._step(None)

    def _context(self) -> Context:
        question = self._state.question
        if question is None:
            return Context()
        return Context(question.prompt.text, question.prompt.expects, question.prompt.options)

    def _step(self, act: Act | None) -> Step:
        state = self._state
        return Step(state.said, done=state.is_over, hand_over=state.is_handed_over, act=act)


PROMPTS = say.SAID
"""Every statement that may be said, for rendering ahead."""
