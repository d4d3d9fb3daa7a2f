"""Calls are made at the agreed time, once, and none is lost or made after "do not ring"."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from ringing import E164, HOURS, NUMBER, FakeDialler, agreed, plan, planner
from storing import Clock, opened, say

from bot.calling import CallPlanner, Ending
from bot.calling.planner import plan_call
from bot.records import Next, PlannedCall, Records
from bot.storage import Database, Keys
from bot.storage.keys import new_key
from connectors.phone.dialling import DialLater, Outcome, unreachable, unsure, unusable_number
from dialogues.errors import SaysoError
from dialogues.types import Ended, EndReason


async def state(records: Records, planned_id: str) -> tuple[str, int, str]:
    call = await records.planned_call(planned_id)
    return call.state, call.tries, call.last_outcome


def free(_call: PlannedCall) -> Next | None:
    return None


async def test_a_due_call_is_dialled_once(
    records: Records, calls: CallPlanner, dialler: FakeDialler, clock: Clock
) -> None:
    planned_id = await plan(records, clock, may_leave_message=True)
    assert await calls.look() == 1
    assert await calls.look() == 0
    [order] = dialler.orders
    assert (order.planned_id, order.number, order.leave_message) == (planned_id, E164, True)
    assert await state(records, planned_id) == ("calling", 1, "")


async def test_not_before_its_time(records: Records, calls: CallPlanner, dialler: FakeDialler, clock: Clock) -> None:
    clock.now = datetime(2026, 5, 4, 22, 0, tzinfo=UTC)
    await plan(records, clock)
    await calls.look()
    clock.now = datetime(2026, 5, 5, 7, 59, tzinfo=UTC)
    await calls.look()
    assert dialler.orders == []
    clock.now = datetime(2026, 5, 5, 8, 0, tzinfo=UTC)  # 09:00 in London
    await calls.look()
    assert len(dialler.orders) == 1


async def test_a_worker_that_comes_late_does_not_ring_late(
    records: Records, calls: CallPlanner, dialler: FakeDialler, clock: Clock
) -> None:
    planned_id = await plan(records, clock)
    clock.now = datetime(2026, 5, 4, 19, 30, tzinfo=UTC)  # half past eight in the evening
    await calls.look()
    assert dialler.orders == []
    assert (await records.planned_call(planned_id)).next_at == datetime(2026, 5, 5, 8, 0, tzinfo=UTC)
    clock.advance(days=9)
    await calls.look()
    assert (dialler.orders, await state(records, planned_id)) == ([], ("given_up", 0, ""))


async def test_two_workers_never_dial_the_same(records: Records, clock: Clock) -> None:
    for index in range(6):
        await plan(records, clock, number=f"0163296010{index}")
    diallers = [FakeDialler() for _ in range(3)]
    await asyncio.gather(*(planner(records, each, clock, at_once=10).look() for each in diallers))
    rung = [order.number for each in diallers for order in each.orders]
    assert len(rung) == len(set(rung)) == 6


async def test_so_many_at_once_and_no_more(
    records: Records, calls: CallPlanner, dialler: FakeDialler, clock: Clock
) -> None:
    for index in range(6):
        await plan(records, clock, number=f"0163296010{index}")
    assert [await calls.look(), await calls.look()] == [4, 0]
    await calls.settle("call-1", dialler.orders[0].planned_id, Ending.TALKED)
    assert await calls.look() == 1


async def test_a_crash_between_claim_and_dial_loses_nothing_and_is_no_try(
    records: Records, calls: CallPlanner, dialler: FakeDialler, clock: Clock
) -> None:
    planned_id = await plan(records, clock)
    [claimed] = await records.due_calls(clock.now, at_once=4)  # and here the worker dies
    assert await calls.look() == 0
    clock.advance(seconds=61)
    assert await calls.look() == 1
    assert await state(records, planned_id) == ("calling", 1, "")
    assert await records.begin_dialling(claimed, free) is None, "the dead worker comes back too late"


async def test_a_crash_after_the_dial_counts_as_a_try(
    records: Records, calls: CallPlanner, dialler: FakeDialler, clock: Clock
) -> None:
    planned_id = await plan(records, clock)
    [claimed] = await records.due_calls(clock.now, at_once=4)
    assert await records.begin_dialling(claimed, free) is not None  # it rings, and the worker dies
    clock.advance(seconds=601)
    await calls.look()
    assert await state(records, planned_id) == ("planned", 1, "lost")
    clock.advance(hours=4)
    await calls.look()
    assert await state(records, planned_id) == ("calling", 2, "lost")


async def test_at_most_three_tries(records: Records, calls: CallPlanner, dialler: FakeDialler, clock: Clock) -> None:
    planned_id = await plan(records, clock)
    for _ in range(200):
        await calls.look()
        for number, order in enumerate(dialler.orders, 1):
            await calls.report(f"call-{number}", order.planned_id, Outcome.NO_ANSWER)
        clock.advance(minutes=30)
    assert len(dialler.orders) == 3
    assert await state(records, planned_id) == ("given_up", 3, "no_answer")


async def test_a_report_counts_once_and_only_for_its_own_try(
    records: Records, calls: CallPlanner, dialler: FakeDialler, clock: Clock
) -> None:
    planned_id = await plan(records, clock)
    await calls.look()
    for outcome in (Outcome.RINGING, Outcome.BUSY, Outcome.BUSY, Outcome.RINGING):
        await calls.report("call-1", planned_id, outcome)
    assert await state(records, planned_id) == ("planned", 1, "busy")
    clock.advance(minutes=16)
    await calls.look()
    await calls.report("call-1", planned_id, Outcome.BUSY)  # late, and of the first try
    assert await state(records, planned_id) == ("calling", 2, "busy")


@pytest.mark.parametrize("over_first", [True, False])
async def test_what_was_said_decides_and_not_that_it_ended(
    records: Records, calls: CallPlanner, clock: Clock, over_first: bool
) -> None:
    planned_id = await plan(records, clock)
    await calls.look()
    if over_first:
        await calls.report("call-1", planned_id, Outcome.COMPLETED)
    await calls.settle("call-1", planned_id, Ending.TALKED)
    await calls.report("call-1", planned_id, Outcome.COMPLETED)
    assert await state(records, planned_id) == ("done", 1, "talked")


async def test_a_call_that_ended_and_told_nothing_is_tried_again(
    records: Records, calls: CallPlanner, clock: Clock
) -> None:
    planned_id = await plan(records, clock)
    await calls.look()
    await records.call_began("call-1", "outbound", planned_id=planned_id)
    clock.advance(hours=2)
    await calls.look()
    assert (await state(records, planned_id))[0] == "calling", "a long talk goes on"
    await calls.report("call-1", planned_id, Outcome.COMPLETED)
    clock.advance(seconds=61)
    await calls.look()
    assert await state(records, planned_id) == ("planned", 1, "lost")


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (unreachable("The exchange"), ("planned", 0, "not_dialled")),
        (DialLater(90), ("planned", 0, "not_dialled")),
        (unusable_number(), ("given_up", 1, "bad_number")),
        (unsure("The exchange"), ("calling", 1, "")),
        (RuntimeError("a defect"), ("calling", 1, "")),
    ],
)
async def test_what_a_dialler_cannot_do(
    records: Records,
    calls: CallPlanner,
    dialler: FakeDialler,
    clock: Clock,
    fault: Exception,
    expected: tuple[str, int, str],
) -> None:
    planned_id = await plan(records, clock)
    dialler.fault = fault
    await calls.look()
    assert await state(records, planned_id) == expected


class TestDoNotRing:
    async def test_it_holds_between_claim_and_dial(self, records: Records, clock: Clock) -> None:
        await plan(records, clock)
        [claimed] = await records.due_calls(clock.now, at_once=4)
        await records.stop_contact(NUMBER, "asked", asked_by="phone")
        assert await records.begin_dialling(claimed, free) is None

    async def test_it_hangs_up_what_rings_already(
        self, records: Records, calls: CallPlanner, dialler: FakeDialler, clock: Clock
    ) -> None:
        planned_id = await plan(records, clock)
        ring = dialler.dial

        async def rings_while_somebody_says_stop(order: object) -> str:
            await records.stop_contact(NUMBER, "died", asked_by="Alice")
            return await ring(order)  # type: ignore[arg-type]

        dialler.dial = rings_while_somebody_says_stop  # type: ignore[assignment, method-assign]
        await calls.look()
        assert dialler.hung_up == ["call-1"]
        assert await state(records, planned_id) == ("cancelled", 1, "stopped")

    async def test_nothing_more_can_be_planned(self, records: Records, clock: Clock) -> None:
        await records.stop_contact("+44 1632 960123", "moved", asked_by="phone")
        with pytest.raises(SaysoError, match="not rung") as caught:
            await plan(records, clock)
        assert "960" not in caught.value.message

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        steps=some.lists(
            some.sampled_from(["look", "claim", "begin", "busy", "cut", "hour", "day", "stop"]), max_size=14
        )
    )
    async def test_never_after_it_was_said_whatever_happens(self, steps: list[str]) -> None:
        clock, dialler = Clock(), FakeDialler()
        database = await Database.open("sqlite://")
        records = Records(database, Keys([new_key()]), str, clock)
        await records.ensure_service("home", name="Home Support", kind="home_care")
        planned_id = await plan(records, clock)
        calls, claimed, stopped_at, others = planner(records, dialler, clock), [], None, 0
        for step in steps:
            match step:
                case "look":
                    await calls.look()
                case "claim":
                    claimed += await records.due_calls(clock.now, at_once=4)
                case "begin" if claimed:
                    others += await records.begin_dialling(claimed.pop(), calls._check) is not None
                case "busy":
                    await calls.report("", planned_id, Outcome.BUSY)
                case "cut":
                    await calls.settle("", planned_id, Ending.BROKEN_OFF)
                case "hour" | "day":
                    clock.advance(**{f"{step}s": 1})
                case "stop":
                    await records.stop_contact(NUMBER, "asked", asked_by="phone")
                    stopped_at = stopped_at if stopped_at is not None else len(dialler.orders) + others
            rung = len(dialler.orders) + others
            assert rung <= 3
            assert stopped_at is None or rung == stopped_at
        await database.close()


async def test_a_talk_that_is_over_is_not_resumed(records: Records, clock: Clock) -> None:
    talk = await opened(records)
    planned_id = await plan(records, clock, kind="resume", talk=talk)
    await say(records, talk, "bye", Ended(EndReason.CLOSING), status="ended")
    dialler = FakeDialler()
    await planner(records, dialler, clock).look()
    assert (dialler.orders, (await state(records, planned_id))[0]) == ([], "cancelled")


async def test_nobody_took_the_call_so_a_call_back_is_booked(
    records: Records, calls: CallPlanner, clock: Clock
) -> None:
    talk = await opened(records)
    planned_id = await plan(records, clock)
    await calls.look()
    await records.call_began("call-1", "outbound", planned_id=planned_id)
    await records.call_talks("call-1", talk)
    await calls.settle("call-1", planned_id, Ending.HANDED_OVER)
    for _ in range(2):
        await calls.report("call-1", planned_id, Outcome.NOT_HANDED_OVER)
    [back] = await records.callbacks(asked_by="Alice")
    assert back.conversation_id == talk


async def test_it_runs_and_is_woken(records: Records, calls: CallPlanner, dialler: FakeDialler, clock: Clock) -> None:
    running = asyncio.create_task(calls.run())
    try:
        planned_id = await calls.plan(agreed(clock.now), asked_by="Alice")
        async with asyncio.timeout(30):
            await dialler.rang.wait()
        assert dialler.orders[0].planned_id == planned_id
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(("begins", "days"), [(0, -1), (0, 0), (0, 61), (-4, 2)])
async def test_slots_that_cannot_be(records: Records, clock: Clock, begins: int, days: int) -> None:
    slot = agreed(clock.now + timedelta(days=begins), days=days)
    with pytest.raises(SaysoError, match="slot"):
        await plan_call(records, slot, HOURS, clock.now, asked_by="Alice")
