"""When people are rung again: never outside hours or slot, never more than three times."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.calling.rules import MAX_TRIES, Ending, Slot, after, before, slot_of
from bot.records.call_views import PlannedCall
from bot.records.reaching import AgreedHours

LONDON = ZoneInfo("Europe/London")
HOURS = AgreedHours()
WEEK = ("2026-06-01T09:00", "2026-06-07T20:00")  # British Summer Time
RINGS_AGAIN = [each for each in Ending if each not in {Ending.LATER_TODAY, Ending.ANOTHER_DAY}]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def planned(slot: tuple[str, str] = WEEK, *, tries: int = 1, last: str = "") -> PlannedCall:
    start, end = map(local, slot)
    return PlannedCall(
        "p", "home", "first_talk", "", "", "", "", start, end, False, "calling", tries, start, None, start, "", last
    )


@pytest.mark.parametrize(
    ("ending", "tried", "again"),
    [
        ("busy", "2026-06-01T10:00", "2026-06-01T10:15"),
        ("busy", "2026-06-01T19:50", "2026-06-02T09:00"),
        ("failed", "2026-06-01T10:00", "2026-06-01T10:15"),
        ("no_answer", "2026-06-01T10:00", "2026-06-01T13:00"),
        ("no_answer", "2026-06-01T09:00", "2026-06-01T12:00"),
        ("no_answer", "2026-06-01T13:00", "2026-06-01T17:00"),  # 16:00 is the same part of the day
        ("no_answer", "2026-06-01T18:00", "2026-06-02T09:00"),
        ("not_in", "2026-06-01T10:30", "2026-06-01T13:30"),
        ("hung_up", "2026-06-01T10:30", "2026-06-01T13:30"),
        ("lost", "2026-06-01T10:30", "2026-06-01T13:30"),
        ("machine", "2026-06-01T10:00", "2026-06-02T12:00"),
        ("machine", "2026-06-01T14:00", "2026-06-02T09:00"),
        ("broken_off", "2026-06-01T10:00", "2026-06-01T10:05"),
        ("broken_off", "2026-06-01T19:58", "2026-06-02T09:00"),
        ("later_today", "2026-06-01T10:00", "2026-06-01T13:00"),
        ("later_today", "2026-06-01T18:00", "2026-06-01T19:00"),
        ("later_today", "2026-06-01T19:30", "2026-06-02T19:30"),
        ("another_day", "2026-06-01T10:00", "2026-06-02T10:00"),
    ],
)
def test_when_it_rings_again(ending: str, tried: str, again: str) -> None:
    found = after(Ending(ending), planned(), HOURS, local(tried))
    assert (found.state, found.at) == ("planned", local(again))


def test_a_talk_that_breaks_off_twice_goes_on_another_day() -> None:
    found = after(Ending.BROKEN_OFF, planned(tries=2, last="broken_off"), HOURS, local("2026-06-01T10:10"))
    assert found.at == local("2026-06-02T10:10")


@pytest.mark.parametrize(
    ("ending", "state"),
    [
        ("talked", "done"),
        ("declined", "done"),
        ("handed_over", "done"),
        ("stopped", "cancelled"),
        ("bad_number", "given_up"),
        ("not_handed_over", "given_up"),
    ],
)
def test_what_closes_a_call(ending: str, state: str) -> None:
    assert after(Ending(ending), planned(), HOURS, local("2026-06-01T10:00")).state == state


def test_a_slot_of_two_hours_has_no_other_part_of_the_day() -> None:
    short = planned(("2026-06-01T10:00", "2026-06-01T12:00"))
    assert after(Ending.NO_ANSWER, short, HOURS, local("2026-06-01T10:00")).state == "given_up"
    assert after(Ending.BUSY, short, HOURS, local("2026-06-01T10:00")).at == local("2026-06-01T10:15")


def test_what_the_person_asks_for_is_a_new_slot() -> None:
    short = planned(("2026-06-01T10:00", "2026-06-01T12:00"))
    found = after(Ending.ANOTHER_DAY, short, HOURS, local("2026-06-01T11:00"))
    assert found.window == (local("2026-06-02T11:00"), local("2026-06-02T13:00"))


def test_what_never_rang_gives_the_try_back() -> None:
    found = after(Ending.NOT_DIALLED, planned(tries=3), HOURS, local("2026-06-01T10:00"), timedelta(seconds=90))
    assert (found.state, found.counts) == ("planned", False)
    assert found.at == local("2026-06-01T10:01:30")


def test_the_clocks_go_forward_and_back() -> None:
    spring = planned(("2026-03-28T09:00", "2026-03-30T20:00"))
    assert after(Ending.MACHINE, spring, HOURS, local("2026-03-28T14:00")).at == datetime(2026, 3, 29, 8, tzinfo=UTC)
    autumn = planned(("2026-10-24T09:00", "2026-10-26T20:00"))
    assert after(Ending.ANOTHER_DAY, autumn, HOURS, local("2026-10-24T10:00")).at == datetime(
        2026, 10, 25, 10, tzinfo=UTC
    )


START = datetime(2026, 1, 1, tzinfo=UTC)
moments = some.integers(0, 365 * 24 * 60 * 2).map(lambda minutes: START + timedelta(minutes=minutes))
lengths = some.integers(1, 14 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
all_hours = some.tuples(some.integers(0, 22), some.integers(0, 59), some.integers(1, 23)).map(
    lambda h: AgreedHours(time(h[0], h[1]), time(min(23, h[0] + h[2]), 59))
)


def is_fine(at: datetime, call: PlannedCall, hours: AgreedHours) -> bool:
    within = hours.start <= at.astimezone(hours.zone).time() < hours.end
    return within and call.window_start <= at < call.window_end


@settings(max_examples=500)
@given(moments, lengths, some.integers(0, 100), all_hours, some.lists(some.sampled_from(RINGS_AGAIN), max_size=12))
def test_never_outside_hours_or_slot_and_never_more_than_three_times(
    start: datetime, length: timedelta, wait: int, hours: AgreedHours, endings: list[Ending]
) -> None:
    """Plays a whole planned call, however the tries end."""
    call = replace(planned(tries=0), window_start=start, window_end=start + length, state="planned")
    at = slot_of(call).first(hours, start)
    rung: list[datetime] = []
    for ending in endings:
        if at is None:
            break
        now = at + timedelta(seconds=wait * 7)  # the worker comes late
        other = before(call, hours, now)
        if other is not None:
            assert other.state == "given_up" or (other.at is not None and other.at > now)
            if other.at is None:
                break
            now = other.at
            if before(call, hours, now) is not None:
                break
        assert is_fine(now, call, hours)
        call = replace(call, tries=call.tries + 1)
        if ending is not Ending.NOT_DIALLED:
            rung.append(now)
        follows = after(ending, call, hours, now + timedelta(seconds=wait))
        tries = call.tries if follows.counts else call.tries - 1
        call = replace(call, tries=tries, last_outcome=ending.value, state=follows.state)
        at = follows.at
        assert (at is None) == (follows.state != "planned")
        if at is not None:
            assert is_fine(at, call, hours)
            assert at > now
    assert len(rung) <= MAX_TRIES


@settings(max_examples=300)
@given(moments, lengths, all_hours, some.sampled_from([Ending.LATER_TODAY, Ending.ANOTHER_DAY]))
def test_another_time_lies_in_the_hours_and_in_its_new_slot(
    start: datetime, length: timedelta, hours: AgreedHours, ending: Ending
) -> None:
    call = replace(planned(), window_start=start, window_end=start + length)
    now = slot_of(call).first(hours, start)
    if now is None:
        return
    found = after(ending, call, hours, now)
    assert found.at is not None
    assert found.window is not None
    assert found.at > now
    assert is_fine(found.at, replace(call, window_start=found.window[0], window_end=found.window[1]), hours)


@given(moments, lengths, all_hours, moments)
def test_the_first_moment_of_a_slot(start: datetime, length: timedelta, hours: AgreedHours, asked: datetime) -> None:
    slot = Slot(start, start + length)
    found = slot.first(hours, asked)
    if found is not None:
        assert found >= asked
        assert is_fine(found, replace(planned(), window_start=start, window_end=start + length), hours)
