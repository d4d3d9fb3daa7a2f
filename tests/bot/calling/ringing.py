"""A dialler that tests can foresee, and a planner over a database of its own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storing import Clock

from bot.calling import CallPlanner
from bot.calling.planner import plan_call
from bot.records import CallPlan, Records
from bot.records.reaching import AgreedHours
from connectors.phone.dialling import DialOrder

HOURS = AgreedHours()
NUMBER, E164 = "01632 960123", "+441632960123"


@dataclass
class FakeDialler:
    """Rings nobody; notes the orders."""

    orders: list[DialOrder] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)
    fault: Exception | None = None
    rang: asyncio.Event = field(default_factory=asyncio.Event)

    async def dial(self, order: DialOrder) -> str:
        if self.fault is not None:
            raise self.fault
        self.orders.append(order)
        self.rang.set()
        return f"call-{len(self.orders)}"

    async def hang_up(self, call_id: str) -> None:
        self.hung_up.append(call_id)


def planner(records: Records, dialler: FakeDialler, clock: Clock, at_once: int = 4) -> CallPlanner:
    return CallPlanner(records, dialler, HOURS, clock, at_once=at_once)


def agreed(
    start: datetime, *, days: float = 3, number: str = NUMBER, kind: str = "first_talk", talk: str = "", **more: object
) -> CallPlan:
    known: dict[str, object] = {"preferred_name": "Winifredina", "code_word": "marigold"}
    return CallPlan(
        "home",
        number,
        start,
        start + timedelta(days=days),
        kind=kind,
        conversation_id=talk,
        **(known | more),  # type: ignore[arg-type]
    )


async def plan(records: Records, clock: Clock, **more: object) -> str:
    return await plan_call(records, agreed(clock.now, **more), HOURS, clock.now, asked_by="Alice")  # type: ignore[arg-type]
