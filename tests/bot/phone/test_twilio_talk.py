"""Whole talks by Twilio: a Twilio of our own rings a whole Sayso, over real HTTP and a real WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import FastAPI
from phone_house import CALLER, OnThePhone, PhoneHouse, key_for, phone_house
from serving import serving
from twilio_peer import SETTINGS, Callee, TwilioPeer
from twilio_peer_call import PeerCall

from bot.app import hours
from bot.calling.planner import plan_call
from bot.records import CallPlan
from connectors.phone import opening_words, words
from connectors.phone.session import Phase
from connectors.phone.twilio import twiml
from dialogues.types import Expects, Prompt, Purpose

CALLEE = "+441632960456"
STORY = "the carers come late in the evening and my tea is cold by then"


@asynccontextmanager
async def at_twilio(folder: Path, **changes: Any) -> AsyncIterator[tuple[PhoneHouse, TwilioPeer]]:
    """A whole Sayso with a number at Twilio."""
    async with TwilioPeer("") as peer:
        known: dict[str, Any] = {
            "twilio_account_sid": SETTINGS.account_sid,
            "twilio_auth_token": SETTINGS.auth_token,
            "twilio_public_url": SETTINGS.public_url,
            "twilio_api": peer.api_url,
            "phone_number": SETTINGS.number,
            "phone_person": SETTINGS.hand_over_number,
            "phone_secret": "",
            "ari_password": "",
        }
        async with phone_house(folder, by_orders=False, **(known | changes)) as house:
            app = FastAPI()
            for routes in house.line.routes:
                app.include_router(routes)
            async with serving(app) as peer.app_url:
                yield house, peer


async def rings(house: PhoneHouse, peer: TwilioPeer, number: str = CALLER) -> tuple[PeerCall, OnThePhone]:
    """Somebody rings; once Sayso holds the call."""
    before = len(house.held)
    call = await peer.rings(from_number=number)
    return call, await on_the_phone(house, call, before)


async def on_the_phone(house: PhoneHouse, call: PeerCall, before: int) -> OnThePhone:
    await call.until(lambda: len(house.held) > before)
    return OnThePhone(house, house.held[before], None, call.press, call.say)


async def put_away(house: PhoneHouse, call: PeerCall, status: str) -> Any:
    """The conversation of a call, once it stands so."""
    records = house.app.records
    for _ in range(600):
        view = await records.conversation(await records.conversation_of_call(call.sid))
        if view.status == status:
            return view
        await asyncio.sleep(0.05)
    raise AssertionError(status)


async def test_keys_only_to_the_end(tmp_path: Path) -> None:
    async with at_twilio(tmp_path) as (house, peer):
        call, on = await rings(house, peer)
        while not on.is_over:
            asked = await on.asked_or_over()
            if asked is not None:
                await on.presses(key_for(asked))
        await call.until_ended()
        view = await put_away(house, call, "ended")
    assert view.end_reason == "closing"
    assert call.faults == []
    assert call.steps == ["voice", "stream", "action", "hangup"]
    assert call.stream is not None
    assert call.stream.marks, "Sayso waits until its words were heard"
    assert house.voice.ids[-1] == "closing.goodbye"
    assert np.abs(call.heard[-8_000:]).max() > 300, "the goodbye was heard before the line was cut"


async def test_by_voice_to_the_end(tmp_path: Path) -> None:
    async with at_twilio(tmp_path) as (house, peer):
        call, on = await rings(house, peer)
        answer = answers()
        while not on.is_over:
            asked = await on.asked_or_over()
            if asked is not None:
                await on.says(answer(asked))
        await call.until_ended()
        view = await put_away(house, call, "ended")
        records = house.app.records
        kept = await records.contributions(await records.conversation_of_call(call.sid), asked_by="test")
    assert view.end_reason == "closing"
    assert call.faults == []
    assert kept
    assert all(each.quote in STORY for each in kept)
    assert {each.status for each in kept} == {"confirmed"}


def answers() -> Callable[[Prompt], str]:
    """Says yes, tells one story, and has nothing to add."""
    told: list[str] = []

    def answer(asked: Prompt) -> str:
        if asked.purpose in {Purpose.ANYTHING_ELSE, Purpose.OFFER} or "helper" in asked.id:
            return "no"
        if asked.expects in {Expects.YES_NO, Expects.READ_BACK}:
            return "yes"
        if asked.expects in {Expects.SCALE, Expects.BEANS}:
            return "five"
        if asked.expects is Expects.CHOICE:
            return asked.options[0].label
        if asked.purpose in {Purpose.TOPIC_OPEN, Purpose.PROBE, Purpose.LADDER} and not told:
            told.append(STORY)
            return STORY
        return "skip that one"

    return answer


async def test_speech_stops_sayso(tmp_path: Path) -> None:
    async with at_twilio(tmp_path) as (house, peer):
        house.voice.word_seconds = 1.0
        call, on = await rings(house, peer)
        await call.until(lambda: call.heard_seconds > 1.0 and on.held.session.phase is Phase.SPEAKING)
        await on.says("home care")
        assert call.stream is not None
        assert call.stream.cleared >= 1
        assert call.stream.playback.waiting < 8_000, "at most a second waits to be played"
        house.voice.word_seconds = 0.01
        await on.asked("consent")
        await call.hang_up()
    assert call.faults == []


async def test_a_person_takes_over(tmp_path: Path) -> None:
    async with at_twilio(tmp_path) as (house, peer):
        call, on = await rings(house, peer)
        await on.by_keys_until("warm_up")
        await on.presses("0")
        await call.until_ended()
        view = await put_away(house, call, "paused")
        [booked] = await house.app.records.callbacks(asked_by="test")
    assert call.transferred_to == SETTINGS.hand_over_number
    assert call.caller_id == SETTINGS.number
    assert call.steps == ["voice", "stream", "action", "dial", "action", "hangup"]
    assert (call.faults, call.spoken) == ([], [])
    assert house.voice.said[-1] == words.PUTTING_THROUGH
    assert booked.conversation_id
    assert view.state["code"]


async def test_nobody_takes_the_call_and_a_call_back_is_booked(tmp_path: Path) -> None:
    async with at_twilio(tmp_path) as (house, peer):
        peer.dial_status = "no-answer"
        call, on = await rings(house, peer)
        await on.by_keys_until("warm_up")
        await on.presses("0")
        await call.until_ended()
        booked = await house.app.records.callbacks(asked_by="test")
    assert call.spoken == [twiml.NOBODY_THERE]
    assert "asked for a person" in {each.reason for each in booked}


async def test_a_call_that_breaks_off_goes_on_where_it_was(tmp_path: Path) -> None:
    async with at_twilio(tmp_path) as (house, peer):
        call, on = await rings(house, peer)
        await on.by_keys_until("warm_up")
        await call.hang_up()
        await put_away(house, call, "paused")
        again, on = await rings(house, peer)
        await on.asked("call.talked_before")
        await on.presses("1")
        await on.asked("call.what_name")
        await on.says("doris")
        await on.asked("call.go_on")
        await on.presses("1")
        assert (await on.asked()).id == "warm_up.week"
        records = house.app.records
        assert await records.conversation_of_call(again.sid) == await records.conversation_of_call(call.sid)
        await again.hang_up()
    assert again.faults == []


# -- calls to people -------------------------------------------------------------------------------------------------


async def is_planned(house: PhoneHouse, *, may_leave_message: bool = True) -> str:
    now = house.clock()
    agreed = CallPlan(
        "home_care", CALLEE, now - timedelta(minutes=1), now + timedelta(days=3), "Doris", "marigold",
        may_leave_message=may_leave_message,
    )  # fmt: skip
    planned_id = await plan_call(house.app.records, agreed, hours(house.app.settings), now, asked_by="test")
    assert house.line.desk._planner is not None
    house.line.desk._planner.wake()
    return planned_id


async def settled(house: PhoneHouse, call: PeerCall, planned_id: str) -> tuple[str, str]:
    for _ in range(600):
        found = await house.app.records.planned_call(planned_id)
        if found.state != "calling":
            return found.state, found.last_outcome
        await asyncio.sleep(0.05)
    raise AssertionError(found.state)


async def test_somebody_picks_up(tmp_path: Path) -> None:
    async with at_twilio(tmp_path) as (house, peer):
        peer.callee = Callee(says=house.ears.sound("hello"))
        planned_id = await is_planned(house)
        call = await peer.placed()
        on = await on_the_phone(house, call, 0)
        await on.asked("call.may_i_speak")
        assert "marigold" not in " ".join(prompt.text for prompt in house.voice.said)
        await on.says("yes this is doris speaking")
        await on.asked("call.good_time")
        await on.presses("1")
        assert (await on.asked()).id == "consent.take_part"
        await call.hang_up()
        assert await settled(house, call, planned_id) == ("planned", "broken_off")
    assert call.faults == []
    assert [order["To"] for order in peer.orders] == [[CALLEE]]
    assert CALLEE not in str(peer.orders[0]["Url"]) + str(peer.orders[0]["StatusCallback"])


async def test_a_machine_beeps_and_is_left_a_message(tmp_path: Path) -> None:
    async with at_twilio(tmp_path) as (house, peer):
        peer.callee = Callee(answered_by="machine_end_beep", found_seconds=0.3)
        planned_id = await is_planned(house)
        call = await peer.placed()
        await call.until_ended()
        assert await settled(house, call, planned_id) == ("planned", "machine")
    assert house.voice.ids == [opening_words.MESSAGE.id]
    assert call.faults == []
    assert np.abs(call.heard).max() > 300, "the message was heard"


async def test_without_leave_a_machine_is_left_no_message(tmp_path: Path) -> None:
    async with at_twilio(tmp_path) as (house, peer):
        peer.callee = Callee(says=house.ears.sound("hello"), answered_by="machine_end_beep")
        planned_id = await is_planned(house, may_leave_message=False)
        call = await peer.placed()
        on = await on_the_phone(house, call, 0)
        await on.asked("call.may_i_speak")
        await on.says("please leave a message after the tone")
        await call.until_ended()
        assert await settled(house, call, planned_id) == ("planned", "machine")
    assert "MachineDetection" not in peer.orders[0], "nobody listens for a beep"
    assert house.voice.ids == ["call.may_i_speak"]


async def test_nobody_picks_up(tmp_path: Path) -> None:
    async with at_twilio(tmp_path) as (house, peer):
        peer.callee = Callee(picks_up="no-answer")
        planned_id = await is_planned(house)
        call = await peer.placed()
        await call.until_ended()
        assert await settled(house, call, planned_id) == ("planned", "no_answer")
    assert house.held == []
