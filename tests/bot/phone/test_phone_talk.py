"""Calls from the first hello until they are put away: desk, engine, planner and routes, within the process."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import structlog
from fastapi import FastAPI
from phone_house import CALLER, EVENING, PERSON, SECRET, PhoneHouse, phone_house

from bot.app import hours
from bot.calling.planner import plan_call
from bot.pages import app_of
from bot.phone.checking import check_phone
from bot.phone.line import AFTER_PATH, ANNOUNCE_PATH, asterisk_routes
from bot.records import CallPlan
from bot.settings import load_settings
from connectors.phone import opening_words, words
from connectors.phone.asterisk import Announced, Ended
from connectors.phone.dialling import Outcome
from connectors.phone.ports import Call, Direction
from dialogues.types import Turn

DANGER = "i've fallen in the kitchen and i can't get up"
STORY = "the carers come late in the evening and my tea is cold by then"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[PhoneHouse]:
    async with phone_house(tmp_path) as opened:
        yield opened


def inbound(number: str = CALLER) -> Call:
    return Call(str(uuid4()), Direction.INBOUND, number)


async def conversation(house: PhoneHouse, call: Call) -> Any:
    return await house.app.records.conversation(await house.app.records.conversation_of_call(call.id))


async def planned(house: PhoneHouse, **more: Any) -> Call:
    """A call that Sayso has just made, picked up."""
    now = house.clock()
    window = (now - timedelta(minutes=1), now + timedelta(days=3))
    agreed = CallPlan("home_care", PERSON, *window, "Doris", "marigold", **more)
    planned_id = await plan_call(house.app.records, agreed, hours(house.app.settings), now, asked_by="test")
    assert house.line.desk._planner is not None
    await house.line.desk._planner.look()
    call = await house.app.records.planned_call(planned_id)
    assert call.state == "calling"
    assert house.orders.orders[-1].planned_id == planned_id
    return Call(call.call_id, Direction.OUTBOUND, PERSON, planned_id)


async def state_of(house: PhoneHouse, call: Call) -> tuple[str, str]:
    found = await house.app.records.planned_call(call.planned_id)
    return found.state, found.last_outcome


# -- whoever rings ---------------------------------------------------------------------------------------------------


async def test_keys_only_to_the_end(house: PhoneHouse) -> None:
    call = inbound()
    async with house.ringing(call) as on:
        await on.by_keys_until("closing")
        await on.presses("#")
        await on.over()
        assert on.line is not None
        assert on.line.ended is False
    view = await conversation(house, call)
    assert (view.status, view.end_reason) == ("ended", "closing")
    assert house.voice.ids[0] == "call.hello"
    assert house.voice.ids[-1].startswith("closing")


async def test_a_story_is_kept_in_its_words(house: PhoneHouse) -> None:
    call = inbound()
    async with house.ringing(call) as on:
        await on.by_keys_until("topic")
        while (await on.asked()).expects.value != "open":
            await on.presses("1")
        await on.says(STORY)
        await on.asked()
        conversation_id = await house.app.records.conversation_of_call(call.id)
    kept = await house.app.records.contributions(conversation_id, asked_by="test")
    turns = await house.app.records.transcript(conversation_id, asked_by="test")
    assert any(turn.text == STORY for turn in turns)
    assert kept
    assert all(each.quote in STORY for each in kept)
    assert (await house.app.records.conversation(conversation_id)).status == "paused"


async def test_a_call_breaks_off_and_whoever_rings_again_says_a_name(house: PhoneHouse) -> None:
    first, second = inbound(), inbound()
    async with house.ringing(first) as on:
        await on.by_keys_until("warm_up")
        await on.hangs_up()
    begun = await house.app.records.conversation_of_call(first.id)
    async with house.ringing(second) as on:
        assert (await on.asked()).id == opening_words.TALKED_BEFORE.prompt.id
        await on.presses("1")
        assert (await on.asked()).id == opening_words.WHAT_NAME.prompt.id
        await on.says("doris")
        assert (await on.asked()).id == opening_words.GO_ON.prompt.id
        await on.presses("1")
        assert (await on.asked()).id == "warm_up.week", "it goes on where it was"
    assert await house.app.records.conversation_of_call(second.id) == begun


async def test_a_name_that_fits_nobody_begins_a_new_talk(house: PhoneHouse) -> None:
    """Two people share a telephone: the one whose talk waits gave a name, and it is another."""
    reply = await house.app.engine.start(service="home_care", channel="phone", preferred_name="Walter")
    before, call = inbound(), inbound()
    await house.app.records.call_began(before.id, "inbound", number=CALLER)
    await house.app.records.call_talks(before.id, reply.conversation_id)
    async with house.ringing(call) as on:
        await on.asked("call.talked_before")
        await on.presses("1")
        await on.asked("call.what_name")
        await on.says("doris")
        assert (await on.asked()).id != opening_words.GO_ON.prompt.id
    assert "Walter" not in " ".join(prompt.text for prompt in house.voice.said)


async def test_a_broken_call_goes_on_in_writing(house: PhoneHouse) -> None:
    call = inbound()
    async with house.ringing(call) as on:
        await on.by_keys_until("warm_up")
    view = await conversation(house, call)
    assert view.status == "paused"
    reply = await house.app.engine.start(service="home_care", channel="telegram", resume_code=str(view.state["code"]))
    assert reply.prompts[-1].id == "warm_up.week"


@pytest.mark.parametrize("how", ["spoken", "keyed"])
async def test_a_talk_from_telegram_goes_on_by_its_code(house: PhoneHouse, how: str) -> None:
    code = await paused_on_telegram(house)
    call = inbound("")
    async with house.ringing(call) as on:
        assert (await on.asked()).id == "call.talked_before", "everybody is asked, for codes are out"
        await on.presses("1")
        await on.asked("call.got_a_code")
        await on.presses("1")
        await on.asked("call.say_code")
        if how == "spoken":
            await on.says(" ".join(code.replace("-", "").lower()))
        else:
            await on.press("".join(key_of(letter) for letter in code if letter != "-"))
        asked = await on.asked("consent")
    assert asked.id == "consent.take_part"
    view = await conversation(house, call)
    assert view.state["code"] == code
    assert code not in " ".join(prompt.text for prompt in house.voice.said)


async def paused_on_telegram(house: PhoneHouse) -> str:
    reply = await house.app.engine.start(service="home_care", channel="telegram", preferred_name="Doris")
    turn = Turn(reply.conversation_id, "m1", "yes", house.clock(), channel="telegram")
    await house.app.engine.handle_turn(turn)
    await house.app.engine.leave(reply.conversation_id, "telegram")
    view = await house.app.records.conversation(reply.conversation_id)
    return str(view.state["code"])


def key_of(letter: str) -> str:
    if letter.isdigit():
        return letter
    return next(
        key
        for key, letters in zip("23456789", "ABC DEF GHI JKL MNO PQRS TUV WXYZ".split(), strict=True)
        if letter in letters
    )


async def test_danger_stays_on_the_line_and_tells_somebody(house: PhoneHouse) -> None:
    call = inbound()
    async with house.ringing(call) as on:
        await on.by_keys_until("warm_up")
        await on.says(DANGER)
        await on.until(lambda: on.held.session._is_staying and on.held.session.phase.value == "listening")
        assert any("999" in prompt.text for prompt in house.voice.said)
        assert on.line is not None
        assert on.line.ended is None, "nobody in danger is hung up on"
        [alert] = await house.app.records.alerts(asked_by="test")
        assert alert.level == "immediate"
        said = len(house.voice.said)
        await on.says("hello are you there")
        await on.until(lambda: len(house.voice.said) > said)
        assert house.voice.said[-1].id == words.STAYING.id
        assert on.line.ended is None
    view = await conversation(house, call)
    assert (view.status, view.end_reason) == ("ended", "safety")
    [waiting] = await house.app.outbox.pending_undeliverable()
    assert waiting.kind == "alert"


async def test_our_voice_stops_when_the_caller_is_gone(house: PhoneHouse) -> None:
    house.voice.word_seconds = 5.0
    call = inbound()
    async with house.ringing(call) as on:
        await on.until(lambda: house.voice.said)
        await on.hangs_up()
        said = len(house.voice.said)
    await asyncio.sleep(0.2)
    assert len(house.voice.said) == said
    names = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]  # type: ignore[union-attr]
    assert not [name for name in names if "CallInProgress" in name], "nothing of the call goes on"


# -- a person takes over ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["opening", "talk"])
async def test_a_person_takes_over_in_hours(house: PhoneHouse, where: str) -> None:
    call = inbound()
    async with house.ringing(call) as on:
        await (on.asked() if where == "opening" else on.by_keys_until("warm_up"))
        await on.presses("0")
        await on.over()
        assert on.line is not None
        assert on.line.ended is True, "the call is handed over"
    assert house.voice.said[-1] == words.PUTTING_THROUGH
    booked = await house.app.records.callbacks(asked_by="test")
    if where == "talk":
        assert (await conversation(house, call)).status == "paused"
        assert [each.conversation_id for each in booked] == [await house.app.records.conversation_of_call(call.id)]


async def test_out_of_hours_a_call_back_is_booked_and_the_talk_goes_on(tmp_path: Path) -> None:
    async with phone_house(tmp_path, now=EVENING) as house:
        call = inbound()
        async with house.ringing(call) as on:
            await on.by_keys_until("warm_up")
            await on.presses("0")
            assert (await on.asked()).id.startswith("human."), "a call-back is offered"
            assert on.line is not None
            assert on.line.ended is None
            await on.presses("1")
            assert (await on.asked("warm_up")).id == "warm_up.week", "the talk goes on"
            assert "human.booked" in house.voice.ids
            [booked] = await house.app.records.callbacks(asked_by="test")
            assert booked.conversation_id == await house.app.records.conversation_of_call(call.id)


async def test_out_of_hours_before_a_talk_somebody_says_when(tmp_path: Path) -> None:
    async with phone_house(tmp_path, now=EVENING) as house, house.ringing(inbound()) as on:
        await on.asked()
        await on.presses("0")
        await on.over()
        assert on.line is not None
        assert on.line.ended is False
        assert house.voice.said[-1] == words.NOBODY_NOW


# -- calls to people -------------------------------------------------------------------------------------------------


async def test_a_planned_call_leads_to_a_talk(house: PhoneHouse) -> None:
    call = await planned(house)
    async with house.ringing(call) as on:
        await asyncio.sleep(0.3)
        assert house.voice.said == [], "whoever picks up speaks first"
        await on.speak(house.ears.sound("hello"))
        await on.asked("call.may_i_speak")
        assert not any("marigold" in prompt.text or "care" in prompt.text.lower() for prompt in house.voice.said)
        await on.says("yes this is doris speaking")
        await on.asked("call.good_time")
        assert any("marigold" in prompt.text for prompt in house.voice.said)
        await on.presses("1")
        assert (await on.asked()).id == "consent.take_part"
        view = await conversation(house, call)
        assert view.state["name"] == "Doris"
    assert await state_of(house, call) == ("planned", "broken_off"), "they hung up in the middle: it is tried again"


@pytest.mark.parametrize(
    ("answer", "state", "outcome", "said"),
    [
        ("i am afraid she died last month", "cancelled", "stopped", opening_words.DIED.id),
        ("you have got the wrong number", "cancelled", "stopped", opening_words.WRONG_NUMBER.id),
        ("do not ring here again", "cancelled", "stopped", opening_words.ASKED.id),
        ("she is in hospital", "cancelled", "stopped", opening_words.HOSPITAL.id),
        ("no she is not in", "planned", "not_in", opening_words.NOT_IN.id),
    ],
)
async def test_how_it_went_settles_a_planned_call(
    house: PhoneHouse, answer: str, state: str, outcome: str, said: str
) -> None:
    call = await planned(house)
    async with house.ringing(call) as on:
        await on.speak(house.ears.sound("hello"))
        await on.asked("call.may_i_speak")
        await on.says(answer)
        await on.over()
    assert await state_of(house, call) == (state, outcome)
    assert await house.app.records.is_stopped(PERSON) is (outcome == "stopped")
    assert house.voice.ids[-1] == said


async def test_another_day_is_agreed(house: PhoneHouse) -> None:
    call = await planned(house)
    async with house.ringing(call) as on:
        await on.speak(house.ears.sound("hello"))
        await on.asked("call.may_i_speak")
        await on.says("yes this is doris speaking")
        await on.asked("call.good_time")
        await on.presses("2")
        await on.asked("call.when")
        await on.presses("2")
        await on.over()
    assert await state_of(house, call) == ("planned", "another_day")
    again = await house.app.records.planned_call(call.planned_id)
    assert again.next_at.date() > house.clock().date()


@pytest.mark.parametrize("may", [True, False])
async def test_a_machine_is_left_a_message_with_consent_only(house: PhoneHouse, may: bool) -> None:
    call = await planned(house, may_leave_message=may)
    async with house.ringing(call) as on:
        await house.reports(call.id, call.planned_id, Outcome.MACHINE)
        await on.over()
    assert house.voice.ids == ([opening_words.MESSAGE.id] if may else [])
    assert not any("care" in prompt.text.lower() for prompt in house.voice.said)
    assert await state_of(house, call) == ("planned", "machine")


async def test_a_beep_does_not_end_a_talk_with_somebody(house: PhoneHouse) -> None:
    call = await planned(house, may_leave_message=True)
    async with house.ringing(call) as on:
        await on.speak(house.ears.sound("hello"))
        await on.asked("call.may_i_speak")
        await on.says("yes this is doris speaking")
        await on.asked("call.good_time")
        await on.presses("1")
        await on.asked("consent")
        await house.reports(call.id, call.planned_id, Outcome.MACHINE)
        await on.presses("1")
        assert (await on.asked()).id == "consent.keep"
    assert opening_words.MESSAGE.id not in house.voice.ids


async def test_whoever_is_rung_by_mistake_hears_an_apology(house: PhoneHouse) -> None:
    call = Call("call-x", Direction.OUTBOUND, PERSON, "nobody-planned-this")
    async with house.ringing(call) as on:
        await on.speak(house.ears.sound("hello"))
        await on.over()
        assert on.line is not None
        assert on.line.ended is False
    assert house.voice.ids == [words.SORRY_GOODBYE.id]
    async with house.ringing(inbound()) as on:
        assert (await on.asked()).id.startswith("call.")


# -- what the dialplan asks ------------------------------------------------------------------------------------------


class Dialplan:
    """Asks as the shipped dialplan does."""

    def __init__(self, person: str = PERSON) -> None:
        self.announced, self.ended, self.full = Announced(), Ended(), False
        app = FastAPI()
        app.include_router(asterisk_routes(SECRET, person, self.announced, self.ended, lambda: self.full))
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sayso")

    async def asks(self, path: str, **fields: str) -> httpx.Response:
        return await self._client.post(path, data=fields)


async def test_the_dialplan_tells_who_rings() -> None:
    dialplan = Dialplan()
    told = await dialplan.asks(ANNOUNCE_PATH, id="U1", direction="inbound", number=CALLER, planned_id="", secret=SECRET)
    assert told.status_code == 204
    assert dialplan.announced("u1") == Call("U1", Direction.INBOUND, CALLER)
    await dialplan.asks(ANNOUNCE_PATH, id="U2", direction="outbound", planned_id="p", secret=SECRET)
    assert dialplan.announced("u2") == Call("U2", Direction.OUTBOUND, "", "p")


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET[:-1], "é"])
async def test_without_the_secret_nothing_is_told_or_learnt(secret: str) -> None:
    dialplan = Dialplan()
    dialplan.ended.note("u1", hand_over=True)
    for path in (ANNOUNCE_PATH, AFTER_PATH):
        answer = await dialplan.asks(path, id="u1", number=CALLER, secret=secret)
        assert answer.status_code in {403, 422}
        assert PERSON not in answer.text
    assert len(dialplan.announced) == 0


async def test_the_dialplan_is_told_what_follows() -> None:
    dialplan, nobody = Dialplan(), Dialplan(person="")
    for each in (dialplan, nobody):
        each.ended.note("through", hand_over=True)
        each.ended.note("over", hand_over=False)
    followed = {
        id_: (await dialplan.asks(AFTER_PATH, id=id_, secret=SECRET)).text for id_ in ("through", "over", "cut")
    }
    assert followed == {"through": f"dial {PERSON}", "over": "hangup", "cut": f"dial {PERSON}"}
    assert (await nobody.asks(AFTER_PATH, id="through", secret=SECRET)).text == "hangup"


async def test_while_all_lines_are_busy_no_call_is_announced() -> None:
    dialplan = Dialplan()
    dialplan.full = True
    answer = await dialplan.asks(ANNOUNCE_PATH, id="u1", number=CALLER, secret=SECRET)
    assert answer.status_code == 503
    assert len(dialplan.announced) == 0


async def test_the_whole_application_lets_the_dialplan_through(house: PhoneHouse) -> None:
    pages = app_of(house.app)
    for routes in house.line.routes:
        pages.include_router(routes)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(pages), base_url="http://127.0.0.1:8642") as client:
        told = await client.post(ANNOUNCE_PATH, data={"id": "u1", "number": CALLER, "secret": SECRET})
        follows = await client.post(AFTER_PATH, data={"id": "u1", "secret": SECRET})
        wrong = await client.post(ANNOUNCE_PATH, data={"id": "u1", "number": CALLER, "secret": "wrong"})
    assert told.status_code == 204
    assert follows.text == f"dial {PERSON}"
    assert wrong.status_code == 403


# -- what is said of it ----------------------------------------------------------------------------------------------


async def test_nothing_of_anybody_is_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with structlog.testing.capture_logs() as logged:
        async with phone_house(tmp_path) as house:
            async with house.ringing(inbound()) as on:
                await on.by_keys_until("warm_up")
                await on.says(DANGER)
                await on.until(lambda: on.held.session._is_staying)
            async with house.ringing(await planned(house, may_leave_message=True)) as on:
                await on.speak(house.ears.sound("hello"))
                await on.asked("call.may_i_speak")
                await on.says("i am afraid she died last month")
                await on.over()
        dialplan = Dialplan()
        await dialplan.asks(ANNOUNCE_PATH, id="u1", number=CALLER, secret=SECRET)
        await dialplan.asks(ANNOUNCE_PATH, id="u1", number=CALLER, secret="wrong")
    everything = " ".join([*(repr(each) for each in logged), caplog.text]).lower()
    assert any(each["event"] == "call" for each in logged), "calls are logged"
    for never in (CALLER, PERSON, "01632", "doris", "marigold", "fallen", "died last", "kitchen", SECRET):
        assert never.lower() not in everything, never
    assert not re.search(r"\+?44\d{6,}", everything)


# -- sayso phone check -----------------------------------------------------------------------------------------------


async def findings(folder: Path, **changes: Any) -> dict[bool, str]:
    known: dict[str, Any] = {
        "data_folder": folder, "models": folder, "voice": "nobody", "phone_audiosocket": "", "phone_secret": "",
        "phone_person": "", "ari_password": "", "twilio_account_sid": "",
    }  # fmt: skip
    found = await check_phone(load_settings(**(known | changes)))
    return {ok: " ".join(f"{each.what} {each.todo}" for each in found if each.ok is ok) for ok in (True, False)}


async def test_check_finds_what_is_missing_and_says_what_to_do(tmp_path: Path) -> None:
    wrong = (await findings(tmp_path))[False]
    for each in ("recogniser", "no voice", "No line is chosen", "SAYSO_PHONE_PERSON"):
        assert each in wrong, each


async def test_check_finds_a_line_on_which_nobody_listens(tmp_path: Path) -> None:
    wrong = (await findings(tmp_path, phone_audiosocket="127.0.0.1:1", ari_password="a", ari_url="http://127.0.0.1:1"))[
        False
    ]
    for each in ("secret is not set", "Nothing listens on 127.0.0.1:1", "Asterisk does not answer"):
        assert each in wrong, each


async def test_check_finds_all_well(tmp_path: Path) -> None:
    async with phone_house(tmp_path, phone_audiosocket="127.0.0.1:0") as house:
        found = await findings(
            tmp_path, phone_audiosocket=f"127.0.0.1:{house.line.port}", phone_secret=SECRET, phone_person=PERSON,
            phone_person_from=time(8), phone_person_until=time(18),
        )  # fmt: skip
    for each in ("A line is chosen", "08:00 to 18:00", "secret is set", "Sayso listens"):
        assert each in found[True], each
    assert PERSON not in found[True] + found[False]
    assert SECRET not in found[True] + found[False]
