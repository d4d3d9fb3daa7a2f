"""Calls through a real Asterisk with the configuration that Sayso ships; the callers are real telephones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import pytest
from real_asterisk import (
    ARI_PASSWORD,
    OUR_NUMBER,
    PERSON_ADDRESS,
    PERSON_NUMBER,
    SECRET,
    RealAsterisk,
)
from real_phone import Phone
from sip_caller import Refused, SipCaller
from stand_ins import SaysoStandIn, tone
from waiting import seconds_of, until

from connectors.speech.ports import RATE_HZ

pytestmark = pytest.mark.phone
MakePhone = Callable[..., Awaitable[Phone]]
CALLER_NUMBER = "+441632960123"


async def test_a_call_over_tls_and_srtp_is_heard_both_ways(sayso: SaysoStandIn, make_phone: MakePhone) -> None:
    phone = await make_phone(number=CALLER_NUMBER)
    await phone.dial()
    await phone.answered()
    talk = await sayso.talk()
    await talk.play(tone(1000, 1.0))
    await phone.say(tone(700, 1.0, rate_hz=RATE_HZ))
    await until(lambda: seconds_of(talk.heard(), 700, 8_000) >= 0.8)
    await until(lambda: seconds_of(phone.heard(), 1000, RATE_HZ) >= 0.8)

    assert seconds_of(talk.heard(), 1000, 8_000) == 0, "the caller's own line does not echo"
    assert seconds_of(phone.heard(), 700, RATE_HZ) == 0
    assert any(event["type"] == "CALL_MENC" and "AES" in event["param"] for _, event in phone.events), "SRTP"


async def test_the_caller_is_announced_in_the_body_before_the_call_arrives(
    sayso: SaysoStandIn, make_phone: MakePhone
) -> None:
    phone = await make_phone(number=CALLER_NUMBER)
    await phone.dial()
    talk = await sayso.talk()

    assert sayso.announced == [
        {"id": talk.id, "direction": "inbound", "number": CALLER_NUMBER, "planned_id": "", "secret": SECRET}
    ]
    assert sayso.requests == ["POST /phone/asterisk/announce HTTP/1.1"]


async def test_numbers_are_announced_as_e164(asterisk: RealAsterisk, sayso: SaysoStandIn) -> None:
    for given, announced in {
        "+441632960123": "+441632960123",
        "01632960123": "+441632960123",
        "441632960123": "+441632960123",
        "00441632960123": "+441632960123",
        "00353201234567": "+353201234567",
        "5000": "",
        "": "",
    }.items():
        caller = SipCaller(given)
        await caller.dial()
        await sayso.talk()
        assert sayso.announced[-1]["number"] == announced, given
        await caller.hang_up()


async def test_keys_arrive_in_order(sayso: SaysoStandIn, make_phone: MakePhone) -> None:
    phone = await make_phone(number=CALLER_NUMBER)
    await phone.dial()
    talk = await sayso.talk()
    await phone.keys("1590*#")
    await until(lambda: len(talk.digits) == 6)
    assert [key for _, key in talk.digits] == list("1590*#")


async def test_a_caller_who_speaks_after_the_prompt_is_heard_after_it(
    sayso: SaysoStandIn, make_phone: MakePhone
) -> None:
    phone = await make_phone(number=CALLER_NUMBER)
    await phone.dial()
    talk = await sayso.talk()
    for turn in (1, 2, 3):
        await talk.play(tone(1000, 0.6))
        await until(lambda turn=turn: seconds_of(phone.heard(), 1000, RATE_HZ) >= 0.5 * turn)  # type: ignore[misc]
        await phone.say(tone(700, 0.6, rate_hz=RATE_HZ))
        await until(lambda turn=turn: seconds_of(talk.heard(), 700, 8_000) >= 0.4 * turn)  # type: ignore[misc]


@pytest.mark.parametrize("how", ["terminate", "close"])
async def test_when_sayso_ends_it_the_dialplan_asks_and_hangs_up(
    how: str, sayso: SaysoStandIn, make_phone: MakePhone
) -> None:
    phone = await make_phone(number=CALLER_NUMBER)
    await phone.dial()
    await phone.answered()
    talk = await sayso.talk()
    await getattr(talk, how)()
    await phone.ended()
    assert sayso.asked_after == [{"id": talk.id, "secret": SECRET}]


async def test_when_the_connection_is_reset_the_call_is_over(sayso: SaysoStandIn, make_phone: MakePhone) -> None:
    phone = await make_phone(number=CALLER_NUMBER)
    await phone.dial()
    await phone.answered()
    talk = await sayso.talk()
    talk.reset()
    await phone.ended()
    assert sayso.asked_after == [], "after a reset Asterisk hangs up by itself: nothing can be handed over"


@pytest.mark.parametrize("how", ["terminate", "close"])
async def test_a_call_is_handed_over_to_a_person(how: str, sayso: SaysoStandIn, make_phone: MakePhone) -> None:
    person = await make_phone(address=PERSON_ADDRESS, number=PERSON_NUMBER, answers=True)
    caller = await make_phone(number=CALLER_NUMBER)
    sayso.after = lambda _: f"dial {PERSON_NUMBER}"
    await caller.dial()
    talk = await sayso.talk()
    await talk.play(tone(1000, 0.5))
    await getattr(talk, how)()
    await person.answered()
    await caller.say(tone(700, 2.0, rate_hz=RATE_HZ))
    await until(lambda: seconds_of(person.heard(), 700, RATE_HZ) >= 1)
    await person.say(tone(500, 2.0, rate_hz=RATE_HZ))
    await until(lambda: seconds_of(caller.heard(), 500, RATE_HZ) >= 1)

    assert any(OUR_NUMBER in str(event.get("peeruri")) for _, event in person.events), "our number is shown"
    assert not any(CALLER_NUMBER in str(event) for _, event in person.events)
    await person.hang_up()
    await caller.ended()
    assert len(sayso.talks) == 1


async def test_nobody_outside_the_list_is_rung(
    asterisk: RealAsterisk, sayso: SaysoStandIn, make_phone: MakePhone
) -> None:
    person = await make_phone(address=PERSON_ADDRESS, number=PERSON_NUMBER, answers=True)
    answers = [
        "dial +15550100",
        "dial +449012345678",
        "dial +447000000000",
        "dial",
        "dial abc",
        "hangup",
        "",
        "x" * 5000,
    ]
    for answer in answers:
        sayso.after = lambda _, answer=answer: answer  # type: ignore[misc]
        await a_call_that_sayso_ends(sayso)
    assert len(sayso.asked_after) == len(answers)
    assert person.events == []


async def test_people_are_rung_within_the_hours_only(
    asterisk: RealAsterisk, sayso: SaysoStandIn, make_phone: MakePhone
) -> None:
    person = await make_phone(address=PERSON_ADDRESS, number=PERSON_NUMBER, answers=True)
    sayso.after = lambda _: f"dial {PERSON_NUMBER}"
    await asterisk.cli("dialplan set global SAYSO_HOURS *,*,30,feb")
    await a_call_that_sayso_ends(sayso)
    assert person.events == []

    await asterisk.cli("dialplan set global SAYSO_HOURS 00:00-23:59,mon-sun,*,*,Europe/London")
    caller = SipCaller(CALLER_NUMBER)
    await caller.dial()
    await (await sayso.talk()).terminate()
    await person.answered()
    await caller.hang_up()


async def a_call_that_sayso_ends(sayso: SaysoStandIn) -> None:
    caller = SipCaller(CALLER_NUMBER)
    await caller.dial()
    await (await sayso.talk()).terminate()
    await caller.ended()
    await caller.hang_up()


async def test_when_the_caller_hangs_up_the_connection_ends(sayso: SaysoStandIn, make_phone: MakePhone) -> None:
    phone = await make_phone(number=CALLER_NUMBER)
    await phone.dial()
    await phone.answered()
    talk = await sayso.talk()
    await phone.hang_up()
    await until(talk.over.is_set)
    assert talk.ended in {"eof", "reset"}
    assert not talk.other
    assert sayso.asked_after == []


async def test_a_planned_call_reaches_sayso_with_its_id(sayso: SaysoStandIn, make_phone: MakePhone) -> None:
    person = await make_phone(address=PERSON_ADDRESS, number=PERSON_NUMBER, answers=True)
    call_id = str(uuid4())
    call = {
        "endpoint": f"PJSIP/{PERSON_NUMBER}@trunk",
        "context": "sayso-outbound",
        "extension": "s",
        "priority": 1,
        "timeout": 30,
        "callerId": OUR_NUMBER,
        "channelId": call_id,
        "variables": {"SAYSO_CALL_ID": call_id, "SAYSO_PLANNED_ID": "planned-17", "SAYSO_CALLED": PERSON_NUMBER},
    }
    async with httpx.AsyncClient(auth=("sayso", ARI_PASSWORD)) as client:
        answer = await client.post("http://127.0.0.1:8088/ari/channels", json=call)
    assert answer.status_code == 200
    talk = await sayso.talk()
    await talk.play(tone(1000, 1.0))
    await until(lambda: seconds_of(person.heard(), 1000, RATE_HZ) >= 0.8)

    assert sayso.announced == [
        {
            "id": call_id,
            "direction": "outbound",
            "number": PERSON_NUMBER,
            "planned_id": "planned-17",
            "secret": SECRET,
        }
    ]
    assert any(OUR_NUMBER in str(event.get("peeruri")) for _, event in person.events), "our number is shown"
    assert talk.id == call_id
    await talk.terminate()
    await person.ended()


async def test_when_sayso_is_not_there_the_call_is_not_answered(asterisk: RealAsterisk) -> None:
    with pytest.raises(Refused, match="503"):
        await SipCaller(CALLER_NUMBER).dial()


async def test_when_sayso_refuses_the_announcement_the_call_is_not_answered(
    asterisk: RealAsterisk, sayso: SaysoStandIn
) -> None:
    sayso.status = 403
    with pytest.raises(Refused, match="503"):
        await SipCaller(CALLER_NUMBER).dial()
    assert sayso.talks == []


async def test_sound_reaches_the_caller_and_stops_when_it_is_cleared(
    asterisk: RealAsterisk, sayso: SaysoStandIn
) -> None:
    caller = SipCaller(CALLER_NUMBER)
    await caller.dial()
    talk = await sayso.talk()
    playing = asyncio.create_task(talk.play(tone(1000, 10.0)))
    await until(lambda: seconds_of(caller.heard(), 1000, RATE_HZ) >= 1)
    talk.clear()
    cleared = time.monotonic() - caller.answered_at
    await playing
    await until(lambda: len(caller.heard()) / RATE_HZ > cleared + 1)
    after = caller.heard()[round((cleared + 0.3) * RATE_HZ) :]
    assert seconds_of(after, 1000, RATE_HZ) == 0
    await caller.hang_up()


async def test_after_a_crash_in_a_call_asterisk_takes_calls_again(
    asterisk: RealAsterisk, sayso: SaysoStandIn, make_phone: MakePhone
) -> None:
    phone = await make_phone(number=CALLER_NUMBER)
    await phone.dial()
    await phone.answered()
    cut = await sayso.talk()
    await asterisk.kill()
    await until(cut.over.is_set)
    assert cut.ended in {"eof", "reset"}

    await asterisk.start()
    caller = SipCaller(CALLER_NUMBER)
    await caller.dial()
    talk = await sayso.talk()
    await talk.play(tone(1000, 0.5))
    assert talk.id != cut.id
    assert not talk.ended
    await caller.hang_up()


async def test_a_restart_in_order_hangs_up_and_takes_calls_again(
    asterisk: RealAsterisk, sayso: SaysoStandIn, make_phone: MakePhone
) -> None:
    phone = await make_phone(number=CALLER_NUMBER)
    await phone.dial()
    await phone.answered()
    cut = await sayso.talk()
    await asterisk.stop()
    await phone.ended()
    await until(cut.over.is_set)
    await asterisk.start()
    caller = SipCaller(CALLER_NUMBER)
    await caller.dial()
    assert (await sayso.talk()).id != cut.id
    await caller.hang_up()
