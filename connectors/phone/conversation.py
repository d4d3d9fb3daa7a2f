"""One call's conversation: the opening first, then the engine's talk. It implements `ports.Dialogue`."""

from __future__ import annotations

from dataclasses import replace

from connectors.phone import words
from connectors.phone.opening import Opening
from connectors.phone.opening_values import HandOver, StartTalk
from connectors.phone.ports import CHANNEL, Call, Direction, Step, Utterance
from connectors.phone.talk import PhoneTalk, TalkServices
from dialogues.types import Prompt, Reply


class PhoneConversation:
    """From the first hello to the goodbye.

    Args:
        call: Which call.
        opening: Who is there, and may the talk begin?
        services: What every talk by phone is given.

    Attributes:
        was_left: True once the call ended while a question of the talk waited.
    """

    def __init__(self, call: Call, opening: Opening, services: TalkServices) -> None:
        self._call, self._opening, self._services = call, opening, services
        self._talk: PhoneTalk | None = None
        self._taken: Utterance | None = None
        self._first: Reply | None = None
        self._opened = Step(())
        self._is_settled = False
        self.was_left = False

    async def begin(self) -> Step:
        """The first words."""
        self._opened = await self._opening.begin()
        return await self._follow()

    async def take(self, heard: Utterance) -> Step:
        """Answers an utterance. Tried again, it is not taken twice."""
        if self._talk is not None:
            return await self._talk.take(heard)
        if heard is not self._taken:
            self._opened = await self._opening.take(heard)
            self._taken = heard
        return await self._follow()

    async def simpler(self) -> tuple[Prompt, ...]:
        """The question that waits in simpler words."""
        return await (self._talk or self._opening).simpler()

    async def left(self, *, asked: bool) -> None:
        """The call is over while a question waits."""
        if self._talk is not None:
            self.was_left = True
            await self._talk.left(asked=asked)
            return
        await self._opening.left(asked=asked)
        await self._settle()

    async def machine(self) -> Step | None:
        """An answering machine beeped: what is said to it; None where a person talks already."""
        if self._talk is not None or self._is_settled:
            return None
        self._opened = await self._opening.machine()
        return await self._follow()

    async def _follow(self) -> Step:
        """What comes of the opening so far."""
        match self._opening.result:
            case None:
                return replace(self._opened, may_hold=False)
            case StartTalk() as result:
                return await self._start(result)
            case HandOver():
                await self._settle()
                if await self._services.desk.hand_over(self._call, ""):
                    return self._opened
                return Step((words.NOBODY_NOW,), done=True)
            case _:
                await self._settle()
                return self._opened

    async def _start(self, wanted: StartTalk) -> Step:
        """Begins the talk, once: what fails on the way is tried again without opening another one."""
        reply = self._first = self._first or await self._reply(wanted)
        if reply is None:
            self._opened = await self._opening.code_refused()
            return await self._follow()
        wishes = await self._services.desk.talk_begun(self._call, reply.conversation_id)
        about: tuple[Prompt, ...] = ()
        if self._call.direction is Direction.INBOUND and self._is_new(wanted):
            about = (words.about(*await self._services.desk.about(reply.conversation_id)),)
        self._talk = PhoneTalk(self._call, reply, self._services)
        first = await self._talk.begin()
        return replace(first, prompts=(*self._opened.prompts, *about, *first.prompts), wishes=wishes)

    @staticmethod
    def _is_new(wanted: StartTalk) -> bool:
        return not (wanted.conversation_id or wanted.resume_code or wanted.keyed_code)

    async def _reply(self, wanted: StartTalk) -> Reply | None:
        """The engine's first words; None where a code fits no talk."""
        handler, conversation_id = self._services.handler, wanted.conversation_id
        if wanted.resume_code or wanted.keyed_code:
            conversation_id = await self._services.desk.by_code(wanted.resume_code, wanted.keyed_code)
            if not conversation_id:
                return None
        if conversation_id:
            return await handler.resume(conversation_id, CHANNEL)
        name, number = wanted.preferred_name, self._call.number
        return await handler.start(
            service=wanted.service,
            channel=CHANNEL,
            preferred_name=name,
            identity=f"{CHANNEL}:{number}:{name.casefold()}" if name and number else "",
            greeted=wanted.is_good_time or self._call.direction is Direction.INBOUND,
        )

    async def _settle(self) -> None:
        if not self._is_settled and self._opening.result is not None:
            await self._services.desk.settled(self._call, self._opening.result)
            self._is_settled = True
