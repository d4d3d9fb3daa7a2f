"""Ten calls at once, and networks that are not good."""

from __future__ import annotations

import asyncio

import pytest
from real_asterisk import RealAsterisk
from sip_caller import Network, Refused, SipCaller
from sipp import ring_many
from stand_ins import SaysoStandIn, tone
from waiting import seconds_of, until

from connectors.speech.ports import RATE_HZ

pytestmark = pytest.mark.phone


async def test_one_call_too_many_hears_the_busy_tone(asterisk: RealAsterisk, sayso: SaysoStandIn) -> None:
    callers = [SipCaller(f"+4416329601{number:02}") for number in range(10)]
    for caller in callers:
        await caller.dial()
    with pytest.raises(Refused, match="486"):
        await SipCaller("+441632960123").dial()
    await callers[0].hang_up()
    after = SipCaller("+441632960123")
    await after.dial()
    for caller in (*callers[1:], after):
        await caller.hang_up()


async def test_ten_calls_by_sipp_at_once(asterisk: RealAsterisk, sayso: SaysoStandIn) -> None:
    load = asyncio.create_task(ring_many(asterisk, calls=10, seconds=6))
    await until(lambda: len(sayso.talks) == 10)
    await asyncio.gather(*(talk.play(tone(1000, 3.0)) for talk in sayso.talks))
    together = [talk for talk in sayso.talks if not talk.ended]
    assert await load == ""

    assert len(together) == 10
    await until(lambda: all(talk.over.is_set() for talk in sayso.talks))
    assert len({talk.id for talk in sayso.talks}) == 10
    assert all(seconds_of(talk.heard(), 700, 8_000) >= 2 for talk in sayso.talks)
    print(f"memory with ten calls behind it: {asterisk.memory_mb():.0f} MB")


async def test_ten_callers_on_a_bad_network_are_heard(asterisk: RealAsterisk, sayso: SaysoStandIn) -> None:
    network = Network(loss=0.05, swapped=0.02, jitter=0.03)
    callers = [SipCaller(f"+4416329601{number:02}", network=network) for number in range(10)]
    await asyncio.gather(*(caller.dial() for caller in callers))
    await until(lambda: len(sayso.talks) == 10)
    for caller in callers:
        caller.say(tone(700, 2.0, rate_hz=RATE_HZ))
        caller.keys("7")
    playing = [talk.play(tone(1000, 2.0)) for talk in sayso.talks]
    await asyncio.gather(*playing, *(caller.said() for caller in callers))
    await until(lambda: all(talk.digits for talk in sayso.talks))

    assert all(caller.lost for caller in callers)
    assert all(seconds_of(talk.heard(), 700, 8_000) >= 1.4 for talk in sayso.talks)
    assert all([key for _, key in talk.digits] == ["7"] for talk in sayso.talks)
    assert all(seconds_of(caller.heard(), 1000, RATE_HZ) >= 1.8 for caller in callers)
    for caller in callers:
        await caller.hang_up()
