"""When a person may be rung, and what follows from how it went. Pure.

Source: the product's plan: agreed slots only, 09:00 to 20:00 local, at most three tries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from bot.records.call_views import Next, PlannedCall
from bot.records.reaching import AgreedHours

MAX_TRIES = 3
BUSY_WAIT = timedelta(minutes=15)
NO_ANSWER_WAIT = timedelta(hours=3)
BROKEN_OFF_WAIT = timedelta(minutes=5)
NOT_DIALLED_WAIT = timedelta(minutes=5)
LATER_SLOT = timedelta(hours=2)
"""How long the slot is that a person agrees to by "later today" or "another day"."""
LONGEST_SLOT = timedelta(days=60)
_PARTS = (time(12), time(17))
"""Where the afternoon and the evening begin."""
_LOOKS = 400


class Ending(StrEnum):
    """How a try went."""

    TALKED = "talked"
    DECLINED = "declined"
    HANDED_OVER = "handed_over"
    NOT_HANDED_OVER = "not_handed_over"
    STOPPED = "stopped"
    LATER_TODAY = "later_today"
    ANOTHER_DAY = "another_day"
    BROKEN_OFF = "broken_off"  # in the middle of a talk
    HUNG_UP = "hung_up"  # before the person was there
    NOT_IN = "not_in"
    MACHINE = "machine"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    LOST = "lost"  # nobody reported how it went
    NOT_DIALLED = "not_dialled"
    BAD_NUMBER = "bad_number"


_CLOSES = {
    Ending.TALKED: "done",
    Ending.DECLINED: "done",
    Ending.HANDED_OVER: "done",
    Ending.NOT_HANDED_OVER: "given_up",
    Ending.STOPPED: "cancelled",
    Ending.BAD_NUMBER: "given_up",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """When a person agreed to be rung (UTC). Each day's agreed hours cut it further."""

    start: datetime
    end: datetime

    def first(self, hours: AgreedHours, not_before: datetime) -> datetime | None:
        """The first moment of the slot within the hours, from `not_before` on; None where there is none."""
        moment = max(self.start, not_before)
        for _ in range(_LOOKS):
            if moment >= self.end:
                return None
            following = hours.next(moment)
            if following <= moment:
                return moment
            moment = following
        return None


def slot_of(planned: PlannedCall) -> Slot:
    """The slot of a planned call."""
    return Slot(planned.window_start, planned.window_end)


def before(planned: PlannedCall, hours: AgreedHours, now: datetime) -> Next | None:
    """What becomes of a call that must not be dialled now; None where it may be."""
    if planned.tries >= MAX_TRIES:
        return Next("given_up")
    at = slot_of(planned).first(hours, now)
    return None if at == now else _again(at)


def after(
    ending: Ending, planned: PlannedCall, hours: AgreedHours, now: datetime, wait: timedelta = NOT_DIALLED_WAIT
) -> Next:
    """What follows from how a try went.

    Args:
        ending: How it went.
        planned: The call, this try counted.
        hours: When people may be rung.
        now: When it went so.
        wait: How long to wait where nothing rang.
    """
    if ending in _CLOSES:
        return Next(_CLOSES[ending])
    slot = slot_of(planned)
    if ending is Ending.NOT_DIALLED:
        return _again(slot.first(hours, now + wait), counts=False)
    if planned.tries >= MAX_TRIES:
        return Next("given_up")
    match ending:
        case Ending.LATER_TODAY | Ending.ANOTHER_DAY:
            return _as_agreed(ending, slot, hours, now)
        case Ending.BUSY | Ending.FAILED:
            return _again(slot.first(hours, now + BUSY_WAIT))
        case Ending.BROKEN_OFF if planned.last_outcome != Ending.BROKEN_OFF:
            return _again(slot.first(hours, now + BROKEN_OFF_WAIT))
        case Ending.BROKEN_OFF:
            return _again(_another_day(slot, hours, now))
        case Ending.MACHINE:
            return _again(_other_part(slot, hours, now, _midnight(hours, now, days=1)))
        case _:
            return _again(_other_part(slot, hours, now, now + NO_ANSWER_WAIT))


def _again(at: datetime | None, *, counts: bool = True) -> Next:
    return Next("given_up", counts=counts) if at is None else Next("planned", at, counts=counts)


def _as_agreed(ending: Ending, slot: Slot, hours: AgreedHours, now: datetime) -> Next:
    """The person asked for another time: that is a new slot."""
    later = Slot(now, now + LONGEST_SLOT)
    at = None
    if ending is Ending.LATER_TODAY:
        waits = (NO_ANSWER_WAIT, NO_ANSWER_WAIT / 3)
        found = (later.first(hours, now + wait) for wait in waits)
        at = next((moment for moment in found if moment and _days(hours, now, moment) == 0), None)
    at = at or _another_day(later, hours, now)
    return Next("given_up") if at is None else Next("planned", at, (at, max(slot.end, at + LATER_SLOT)))


def _other_part(slot: Slot, hours: AgreedHours, tried: datetime, not_before: datetime) -> datetime | None:
    """A moment in another part of the day than the one that was tried; where there is none, any."""
    return _first_that(slot, hours, not_before, lambda moment: _part(hours, moment) != _part(hours, tried)) or (
        slot.first(hours, not_before)
    )


def _another_day(slot: Slot, hours: AgreedHours, tried: datetime) -> datetime | None:
    """The same time on the next day that has it; where there is none, any time on a later day."""
    for days in range(1, LONGEST_SLOT.days + 1):
        local = tried.astimezone(hours.zone)
        same = datetime.combine(local.date() + timedelta(days=days), local.time(), hours.zone).astimezone(tried.tzinfo)
        if same >= slot.end:
            break
        if slot.first(hours, same) == same:
            return same
    return slot.first(hours, _midnight(hours, tried, days=1))


def _first_that(
    slot: Slot, hours: AgreedHours, not_before: datetime, fits: Callable[[datetime], bool]
) -> datetime | None:
    """The first moment that fits, looking at the beginning of each part of each day."""
    moment = slot.first(hours, not_before)
    for _ in range(_LOOKS):
        if moment is None or fits(moment):
            return moment
        moment = slot.first(hours, _next_part(hours, moment))
    return None


def _part(hours: AgreedHours, moment: datetime) -> int:
    """Morning 0, afternoon 1, evening 2."""
    return sum(moment.astimezone(hours.zone).time() >= start for start in _PARTS)


def _next_part(hours: AgreedHours, moment: datetime) -> datetime:
    local = moment.astimezone(hours.zone)
    start = next((start for start in _PARTS if start > local.time()), None)
    if start is None:
        return _midnight(hours, moment, days=1)
    return datetime.combine(local.date(), start, hours.zone).astimezone(moment.tzinfo)


def _midnight(hours: AgreedHours, moment: datetime, *, days: int) -> datetime:
    day = moment.astimezone(hours.zone).date() + timedelta(days=days)
    return datetime.combine(day, time(), hours.zone).astimezone(moment.tzinfo)


def _days(hours: AgreedHours, moment: datetime, later: datetime) -> int:
    return (later.astimezone(hours.zone).date() - moment.astimezone(hours.zone).date()).days
