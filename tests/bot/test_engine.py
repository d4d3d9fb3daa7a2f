"""The engine with real storage: a turn is stored wholly or not at all, and once; nobody is left without words."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from house import NOW, Finder, House, screen

from bot.engine import Engine
from bot.records import Unit
from bot.understanding import MAX_CHARACTERS, Understander, clean
from dialogues.errors import SaysoError
from dialogues.script import default_script
from dialogues.types import Act, Context, Level, Turn, Understanding, Voice
from nlu.rules import RuleParser


async def test_a_turn_is_stored_with_its_reply_and_events(house: House) -> None:
    conversation = (await house.open()).conversation_id
    await house.until(conversation, "topic_open")
    await house.say(conversation, "the tea call comes at four")
    [point] = await house.records.contributions(conversation, asked_by="test")
    turns = {t.number: t for t in await house.records.transcript(conversation, asked_by="test")}
    text = turns[point.turn_number].text
    assert text is not None
    assert text[point.start : point.end] == point.quote == "the tea call comes at four"


async def test_the_same_message_is_handled_once(house: House) -> None:
    conversation = (await house.open()).conversation_id
    first = await house.say(conversation, "yes", "same")
    again = await house.say(conversation, "yes", "same")
    assert again.duplicate
    assert again.prompts == first.prompts
    turns = await house.records.transcript(conversation, asked_by="test")
    assert [t.text for t in turns if t.speaker == "person"] == ["yes"]


async def test_a_fault_while_storing_leaves_nothing_and_the_next_try_succeeds(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = (await house.open()).conversation_id
    before = await house.engine.last_prompts(conversation)
    with monkeypatch.context() as broken:

        async def fail(*_: Any, **__: Any) -> None:
            raise OSError(28, "No space left on device")

        broken.setattr(Unit, "save", fail)
        with pytest.raises(OSError, match="No space"):
            await house.say(conversation, "yes", "m")
    assert (await house.engine.last_prompts(conversation)).prompts == before.prompts
    turns = await house.records.transcript(conversation, asked_by="test")
    assert not [t for t in turns if t.speaker == "person"]
    reply = await house.say(conversation, "yes", "m")
    assert not reply.duplicate
    assert reply.prompts[-1].id == "consent.take_part"


async def test_two_engines_on_one_conversation_do_not_lose_or_double(house: House) -> None:
    other = Engine(house.records, Understander(RuleParser(), screen, Finder()), default_script(), house.clock)
    conversation = (await house.open()).conversation_id
    turns = [Turn(conversation, f"r{n}", "yes", NOW, channel="api") for n in range(6)]
    await asyncio.gather(*((house.engine if n % 2 else other).handle_turn(t) for n, t in enumerate(turns)))
    stored = await house.records.transcript(conversation, asked_by="test")
    said = [t for t in stored if t.speaker == "person"]
    assert sum(len((t.text or "").split()) for t in said) == 6
    assert [t.number for t in stored] == list(range(len(stored)))


async def test_danger_says_999_raises_the_alert_and_ends(house: House) -> None:
    conversation = (await house.open()).conversation_id
    reply = await house.say(conversation, "yes but i'm on the floor")
    assert "999" in reply.prompts[0].text
    assert reply.done
    [alert] = await house.records.alerts(asked_by="test")
    assert alert.level == "immediate"
    assert "on the floor" in alert.words


async def test_a_concern_raises_an_alert_and_asks_what_the_person_wants(house: House) -> None:
    conversation = (await house.open()).conversation_id
    await house.until(conversation, "topic_open")
    reply = await house.say(conversation, "my nephew takes my money")
    assert reply.prompts[-1].purpose.value == "safety"
    assert not reply.done
    assert [a.level for a in await house.records.alerts(asked_by="test")] == ["concern"]
    reply = await house.say(conversation, "yes")  # it is safe to talk
    reply = await house.say(conversation, "i want him to stop asking")
    reply = await house.say(conversation, "yes")
    assert reply.prompts[-1].purpose.value == "ladder"  # nobody is asked for an example of a concern


async def test_a_mere_hint_raises_an_alert_and_does_not_interrupt(house: House) -> None:
    conversation = (await house.open()).conversation_id
    await house.until(conversation, "topic_open")
    reply = await house.say(conversation, "i sit here waiting like a dog")
    assert [a.level for a in await house.records.alerts(asked_by="test")] == ["concern"]
    assert all(prompt.purpose.value != "safety" for prompt in reply.prompts)
    assert reply.prompts[-1].purpose.value == "probe"


async def test_a_request_that_cannot_wait_is_passed_on_only_with_a_yes(house: House) -> None:
    conversation = (await house.open()).conversation_id
    await house.until(conversation, "topic_open")
    reply = await house.say(conversation, "nobody has come this morning")
    assert reply.prompts[-1].id == "urgent.pass_on"
    assert not await house.records.callbacks(asked_by="test")
    await house.say(conversation, "yes")
    [callback] = await house.records.callbacks(asked_by="test")
    assert callback.urgent


BAD = [
    "",
    "   ",
    "x" * 100_000,
    "\x00\x01\x02\x1b[31m",
    "مرحبا بكم",
    "🙂🙂🙂",
    "<script>alert(1)</script>",
    "'; DROP TABLE turn; --",
    "/start",
    "/restart",
    "\u202eevil\u202c",
    "\ud800",
    "a\n\n\n\nb",
]


@pytest.mark.parametrize("text", BAD)
async def test_bad_input_gets_words_and_the_next_turn_is_served(house: House, text: str) -> None:
    conversation = (await house.open()).conversation_id
    reply = await house.say(conversation, text)
    assert reply.prompts
    assert reply.prompts[-1].text
    reply = await house.say(conversation, "yes")
    assert reply.prompts[-1].id == "consent.take_part"


async def test_an_unknown_conversation_is_a_clear_error(house: House) -> None:
    with pytest.raises(SaysoError, match="no such conversation") as caught:
        await house.say("nope", "hello")
    assert caught.value.code == "conversation_unknown"


async def test_no_to_taking_part_keeps_nothing_but_the_no(house: House) -> None:
    conversation = (await house.open()).conversation_id
    await house.until(conversation, "consent_take_part")
    reply = await house.say(conversation, "no")
    assert reply.done
    turns = await house.records.transcript(conversation, asked_by="test")
    assert not [t.text for t in turns if t.text]
    again = await house.say(conversation, "hello?")
    assert again.done
    assert again.prompts


async def test_danger_is_heard_even_where_the_words_are_erased(house: House) -> None:
    conversation = (await house.open()).conversation_id
    await house.until(conversation, "consent_take_part")
    await house.say(conversation, "no")
    reply = await house.say(conversation, "i'm on the floor and i can't get up")
    assert "999" in reply.prompts[0].text
    [alert] = await house.records.alerts(asked_by="test")
    assert alert.level == "immediate"
    turns = await house.records.transcript(conversation, asked_by="test")
    assert not [t.text for t in turns if t.text]


async def test_pause_then_resume_by_the_code_asks_the_same_question(house: House) -> None:
    conversation = (await house.open()).conversation_id
    asked = await house.until(conversation, "topic_open")
    paused = await house.say(conversation, "another time")
    assert paused.done
    code = (await house.records.conversation(conversation)).state["code"]
    house.clock.now += timedelta(days=3)
    back = await house.engine.start(service="", channel="console", resume_code=str(code).lower().replace("-", " "))
    assert back.conversation_id == conversation
    assert back.prompts[-1].id == asked.prompts[-1].id
    with pytest.raises(SaysoError, match="code"):
        await house.engine.start(service="", channel="console", resume_code="AAAA-AAAA")


async def test_a_proxy_is_recorded_as_a_proxy(house: House) -> None:
    conversation = (await house.open()).conversation_id
    await house.until(conversation, "topic_open")
    await house.say(conversation, "mum thinks it is wonderful", voice=Voice.PROXY)
    [point] = await house.records.contributions(conversation, asked_by="test")
    assert point.voice == "proxy"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\x00b", "a b"),
        ("  hi  ", "hi"),
        ("e\u0301", "é"),
        ("x" * (MAX_CHARACTERS + 5), "x" * MAX_CHARACTERS),
        ("", ""),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


async def test_the_screen_comes_first_even_where_the_parser_fails_to_see_danger() -> None:
    class Deaf:
        async def parse(self, text: str, context: Context) -> Understanding:
            return Understanding(text, Act.THANKS)

    understander = Understander(Deaf(), screen, Finder())
    heard = await understander.understand("thanks, on the floor", Context(), None, voice=Voice.OWN, known=())
    assert heard.screening.level is Level.IMMEDIATE


async def test_a_piece_that_was_handled_before_does_not_take_a_new_one_with_it(house: House) -> None:
    conversation = (await house.open()).conversation_id
    await house.say(conversation, "yes", "first")
    again = Turn(conversation, "first", "yes", NOW, channel="telegram")
    new = Turn(conversation, "second", "yes please", NOW, channel="telegram")
    for pieces in ((again, new), (new, replace(new, message_id="third", text="go on"))):
        await asyncio.gather(*(house.engine.handle_turn(piece) for piece in pieces))
    turns = await house.records.transcript(conversation, asked_by="test")
    assert [t.text for t in turns if t.speaker == "person" and t.text] == ["yes", "yes please", "go on"]
