"""Rings people at the agreed time, through a dialler; and takes its reports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.calling import rules
from bot.calling.rules import Ending, Slot
from bot.records import CallPlan, Next, PlannedCall, Records
from bot.records.reaching import AgreedHours
from connectors.phone.dialling import DialLater, Dialler, DialOrder, Outcome
from dialogues.errors import SaysoError

AT_ONCE = 4
"""Calls at once, unless set otherwise."""
LONGEST_SLEEP_SECONDS = 30.0
SHORTEST_SLEEP_SECONDS = 0.5
TELL_SECONDS = 60.0
"""How long after its end a call may take to tell what was said in it."""
_MEANS = {
    Outcome.BUSY: Ending.BUSY,
    Outcome.NO_ANSWER: Ending.NO_ANSWER,
    Outcome.FAILED: Ending.FAILED,
    Outcome.CANCELLED: Ending.NO_ANSWER,
    Outcome.NOT_HANDED_OVER: Ending.NOT_HANDED_OVER,
}
_ASKED = "asked for a person"

log = structlog.get_logger(__name__)


class CallPlanner:
    """Plans calls, and makes them. Several may run; on PostgreSQL they share the list by row locks.

    Args:
        records: Where calls are planned.
        dialler: Rings.
        hours: When people may be rung.
        clock: The time now, UTC.
        at_once: How many calls there may be at once.
    """

    def __init__(
        self,
        records: Records,
        dialler: Dialler,
        hours: AgreedHours,
        clock: Callable[[], datetime],
        *,
        at_once: int = AT_ONCE,
    ) -> None:
        self._records = records
        self._dialler = dialler
        self._hours = hours
        self._clock = clock
        self._at_once = at_once
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Something was planned, or a call ended: look now."""
        self._awake.set()

    async def plan(self, agreed: CallPlan, *, asked_by: str) -> str:
        """See `plan_call`."""
        planned_id = await plan_call(self._records, agreed, self._hours, self._clock(), asked_by=asked_by)
        self.wake()
        return planned_id

    async def run(self) -> None:
        """Rings for ever; cancel the task to stop. A call cut off by that counts as a try once it was dialled."""
        while True:
            self._awake.clear()
            try:
                await self.look()
                pause = await self._pause_seconds()
            except SQLAlchemyError as error:
                log.warning("calls_database_failed", error=type(error).__name__)
                pause = LONGEST_SLEEP_SECONDS
            await self._sleep(pause)

    async def look(self) -> int:
        """Gives up on calls that nobody told about, and dials what is due; returns how many calls it took on."""
        for lost in await self._records.overdue_calls(self._clock()):
            await self.settle(lost.call_id, lost.planned_id, Ending.LOST)
        claimed = await self._records.due_calls(self._clock(), at_once=self._at_once)
        await asyncio.gather(*(self._ring(each) for each in claimed))
        return len(claimed)

    async def report(self, call_id: str, planned_id: str, outcome: Outcome) -> None:
        """Takes a transport's report; see `connectors.phone.dialling.CallReports`."""
        if outcome is Outcome.NOT_HANDED_OVER:
            await self._book_call_back(call_id)
        if not planned_id:
            return
        if outcome is Outcome.COMPLETED:
            until = self._clock() + timedelta(seconds=TELL_SECONDS)
            await self._records.call_is_over(planned_id, call_id, until)
        elif outcome in _MEANS:
            await self.settle(call_id, planned_id, _MEANS[outcome])

    async def settle(self, call_id: str, planned_id: str, ending: Ending, wait: timedelta | None = None) -> Next | None:
        """Notes how a try went, once; a report of an earlier try changes nothing.

        Args:
            call_id: The transport's id; "" for the latest try.
            planned_id: Which planned call.
            ending: How it went.
            wait: How long to wait where nothing rang.

        Returns:
            What becomes of the call; None where that is known already.
        """

        def decide(planned: PlannedCall) -> Next:
            return rules.after(ending, planned, self._hours, self._clock(), wait or rules.NOT_DIALLED_WAIT)

        after = await self._records.note_outcome(planned_id, ending, decide, call_id=call_id)
        if after is not None:
            log.info("call_settled", planned=planned_id, ending=ending.value, state=after.state)
        self.wake()
        return after

    async def _ring(self, claimed: PlannedCall) -> None:
        planned = await self._records.begin_dialling(claimed, self._check)
        if planned is None:
            return
        order = DialOrder(planned.planned_id, planned.number, planned.may_leave_message)
        try:
            call_id = await self._dialler.dial(order)
        except SaysoError as error:
            await self._not_dialled(planned, error)
        except Exception as error:  # a defect never stops the other calls; it may ring, so it counts
            log.warning("dialler_failed", planned=planned.planned_id, error=type(error).__name__)
        else:
            if not await self._records.dialled(planned, call_id):
                await self._hang_up(call_id)  # contact was stopped meanwhile, or it is over

    def _check(self, planned: PlannedCall) -> Next | None:
        return rules.before(planned, self._hours, self._clock())

    async def _not_dialled(self, planned: PlannedCall, error: SaysoError) -> None:
        log.warning("call_not_dialled", planned=planned.planned_id, error=error.code)
        if error.code == "dial_unsure":
            return  # it may ring: it counts, and its report is waited for
        if isinstance(error, DialLater):
            wait = timedelta(seconds=error.retry_after_seconds)
            await self.settle("", planned.planned_id, Ending.NOT_DIALLED, wait)
        else:
            ending = Ending.BAD_NUMBER if error.code == "dial_number" else Ending.NOT_DIALLED
            await self.settle("", planned.planned_id, ending)

    async def _hang_up(self, call_id: str) -> None:
        try:
            await self._dialler.hang_up(call_id)
        except SaysoError as error:
            log.warning("call_not_hung_up", error=error.code)

    async def _book_call_back(self, call_id: str) -> None:
        conversation_id = await self._records.conversation_of_call(call_id)
        if conversation_id:
            await self._records.book_call_back(conversation_id, _ASKED)
        else:
            log.warning("call_back_without_talk", call=call_id)

    async def _pause_seconds(self) -> float:
        moment = await self._records.next_call_at()
        if moment is None:
            return LONGEST_SLEEP_SECONDS
        return min(LONGEST_SLEEP_SECONDS, max(SHORTEST_SLEEP_SECONDS, (moment - self._clock()).total_seconds()))

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._awake.wait()
        except TimeoutError:
            return


async def plan_call(records: Records, agreed: CallPlan, hours: AgreedHours, now: datetime, *, asked_by: str) -> str:
    """Plans a call within its slot and the agreed hours; returns its id.

    Raises:
        SaysoError: `slot_invalid`, or as for `Records.plan_call`.
    """
    slot = Slot(agreed.window_start, agreed.window_end)
    if not slot.start < slot.end <= slot.start + rules.LONGEST_SLOT:
        raise SaysoError("slot_invalid", f"A slot has a start and a later end, at most {rules.LONGEST_SLOT.days} days.")
    at = slot.first(hours, now)
    if at is None:
        wanted = f"{hours.start:%H:%M} to {hours.end:%H:%M}"
        raise SaysoError("slot_invalid", f"This slot is over, or has no time within {wanted}. Choose another.")
    return await records.plan_call(agreed, at, asked_by=asked_by)
