"""What a call needs of the records; implements `connectors.phone.talk.CallDesk`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.calling.planner import CallPlanner
from bot.calling.rules import Ending
from bot.records import Records
from bot.records.reaching import AgreedHours
from connectors.phone.opening_values import (
    CallLater,
    Declined,
    HandOver,
    Inbound,
    LeftEarly,
    Machine,
    NotIn,
    Outbound,
    Result,
    SaidGoodbye,
    StopContact,
    Waiting,
    When,
)
from connectors.phone.ports import Call, Direction
from connectors.ports import ServiceChoice
from dialogues.errors import SaysoError
from dialogues.script import Script
from dialogues.types import Act, Scope

BY_PHONE = "phone"
NAMELESS = timedelta(minutes=30)
"""So long a talk of somebody whose name is not known can be taken up by the telephone it was held on: its call broke
off, and they ring again. Later it takes the code: two people may share a telephone."""
WISHES = (("pace", "slower", Act.SLOWER), ("pace", "faster", Act.FASTER), ("volume", "louder", Act.LOUDER))
"""Access needs that a call follows: need, value, wish."""
PUT_THROUGH, NOBODY_THERE = "put through by phone", "asked for a person"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class People:
    """Who takes calls that are handed over.

    Attributes:
        number: E.164; "" for nobody.
        hours: When somebody is there.
    """

    number: str
    hours: AgreedHours

    def are_there(self, now: datetime) -> bool:
        """True where a call can be handed over now."""
        return bool(self.number) and self.hours.next(now) == now


class PhoneDesk:
    """Knows who rings, keeps the log of calls, and books people.

    Args:
        records: The door to storage.
        script: Its guides name services in plain words.
        services: The services to choose from.
        organisation: Who runs them.
        people: Who takes calls that are handed over.
        planner: Where planned calls are settled; None where Sayso rings nobody.
        clock: The time now, UTC.
    """

    def __init__(
        self,
        records: Records,
        script: Script,
        services: Callable[[], Awaitable[Sequence[ServiceChoice]]],
        organisation: str,
        people: People,
        planner: CallPlanner | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._records, self._script, self._services = records, script, services
        self._organisation, self._people = organisation, people
        self._planner, self._clock = planner, clock

    # -- how a call opens -------------------------------------------------------------------------------------

    async def opening(self, call: Call) -> Inbound | Outbound:
        """What is known of a call.

        Raises:
            SaysoError: `planned_call_unknown`, for an outbound call of which nothing is known.
        """
        number = call.number
        if call.direction is Direction.OUTBOUND:
            planned = await self._records.planned_call(call.planned_id)
            about = await self._records.service(planned.service)
            return Outbound(
                service=planned.service,
                preferred_name=planned.preferred_name,
                organisation=about.organisation or self._organisation,
                about=self._script.guide_for(about.kind).name,
                code_word=planned.code_word,
                may_leave_message=planned.may_leave_message,
                conversation_id=planned.conversation_id,
            )
        waiting = await self._records.unfinished_talks(number) if number else []
        return Inbound(
            services=tuple(await self._services()),
            waiting=tuple(
                Waiting(w.conversation_id, w.service, w.preferred_name)
                for w in waiting
                if w.preferred_name or self._clock() - w.updated_at <= NAMELESS
            ),
            takes_codes=await self._records.talks_wait(),
        )

    async def began(self, call: Call) -> None:
        """The call is up."""
        await self._records.call_began(call.id, call.direction.value, number=call.number, planned_id=call.planned_id)

    async def ended(self, call: Call, *, broken: bool, was_left: bool) -> None:
        """The call is over. Of a planned one it is noted how the talk went.

        Args:
            broken: The connection failed.
            was_left: The person left while a question waited.
        """
        await self._records.call_ended(call.id, "broken" if broken else "over")
        conversation_id = await self._records.conversation_of_call(call.id)
        if not conversation_id:
            return
        view = await self._records.conversation(conversation_id)
        if call.number and view.state.get("consents", {}).get(Scope.CONTACT):
            await self._records.save_contact(conversation_id, kind="phone", value=call.number)
        if self._planner and call.planned_id:
            await self._planner.settle(call.id, call.planned_id, _how_it_went(view.status, was_left=was_left))

    # -- CallDesk ---------------------------------------------------------------------------------------------

    async def by_code(self, spoken: str, keyed: str) -> str:
        """The conversation that a code takes up; "" where it fits none."""
        code = spoken or await self._records.code_of_keys(keyed)
        return await self._records.find_by_resume_code(code) or ""

    async def about(self, conversation_id: str) -> tuple[str, str]:
        """Who asks, and about what."""
        view = await self._records.conversation(conversation_id)
        service = await self._records.service(view.service)
        return service.organisation or self._organisation, self._script.guide_for(service.kind).name

    async def talk_begun(self, call: Call, conversation_id: str) -> tuple[Act, ...]:
        """This conversation goes on in the call; returns how the person likes to be spoken to."""
        await self._records.call_talks(call.id, conversation_id)
        needs = await self._records.access_needs(conversation_id)
        return tuple(act for need, value, act in WISHES if needs.get(need) == value)

    async def settled(self, call: Call, result: Result) -> None:
        """The opening led to no talk."""
        if isinstance(result, StopContact):
            await self._stop(call, result)
        ending = _ending(result)
        if self._planner and call.planned_id and ending is not None:
            await self._planner.settle(call.id, call.planned_id, ending)

    async def hand_over(self, call: Call, conversation_id: str) -> bool:
        """True where the call can go on with a person now."""
        there = self._people.are_there(self._clock())
        if there and conversation_id:
            await self._records.book_call_back(conversation_id, PUT_THROUGH)
        return there

    async def call_back(self, call: Call, conversation_id: str, reason: str) -> None:
        """A person has to ring this person back."""
        await self._records.book_call_back(conversation_id, reason)

    async def _stop(self, call: Call, result: StopContact) -> None:
        try:
            if call.planned_id:
                await self._records.stop_contact_of(call.planned_id, result.reason.value, asked_by=BY_PHONE)
            elif call.number:
                await self._records.stop_contact(call.number, result.reason.value, asked_by=BY_PHONE)
        except SaysoError as error:
            log.error("contact_not_stopped", error=error.code)  # noqa: TRY400 - no words of anybody
            raise


def _how_it_went(status: str, *, was_left: bool) -> Ending:
    if was_left:
        return Ending.BROKEN_OFF
    return Ending.ANOTHER_DAY if status == "paused" else Ending.TALKED


def _ending(result: Result) -> Ending | None:
    match result:
        case CallLater(when=When.LATER_TODAY):
            return Ending.LATER_TODAY
        case CallLater():
            return Ending.ANOTHER_DAY
        case StopContact():
            return Ending.STOPPED
        case NotIn():
            return Ending.NOT_IN
        case Machine():
            return Ending.MACHINE
        case Declined():
            return Ending.DECLINED
        case HandOver():
            return Ending.HANDED_OVER
        case LeftEarly() | SaidGoodbye():
            return Ending.HUNG_UP
        case _:
            return None
