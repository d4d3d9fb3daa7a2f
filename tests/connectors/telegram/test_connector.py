"""People talk with the real engine through the double of the Bot API, with all that goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from on_telegram import HOME, MEALS, QUIET, Talking, talking_in

from connectors.telegram import words
from dialogues.errors import SaysoError


@pytest_asyncio.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talking]:
    async with talking_in(tmp_path) as opened:
        yield opened


class TestTyping:
    async def test_a_start_and_an_answer_by_button(self, talk: Talking) -> None:
        doris = talk.api.person("Doris")
        async with talk.running():
            await doris.says("/start")
            how = await doris.hears()
            assert words.HOW_TO in how.text
            assert how.labels == (words.READ_ALOUD,)
            question = await doris.hears()
            assert question.labels == ("Yes", "No")
            await doris.presses("Yes")
            answer = await doris.hears()
        assert answer.labels == ("Yes", "No")
        assert await talk.said() == ["Yes"]

    async def test_the_keyboard_goes_where_an_answer_is_free(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running():
            question = await talk.asked(doris)
            assert question.removes_keyboard
            await doris.says("the tea call comes at four")
            await doris.hears()
        assert await talk.points() == ["the tea call comes at four"]

    async def test_several_messages_at_once_are_one_turn(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running():
            await talk.asked(doris)
            for piece in ("the tea call", "comes at four", "and i am not hungry"):
                await doris.says(piece)
            await doris.hears()
            await doris.hears_nothing(QUIET)
        assert (await talk.said())[-1] == "the tea call\ncomes at four\nand i am not hungry"

    async def test_a_piece_that_comes_a_little_later_still_joins(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running():
            await talk.asked(doris)
            await doris.says("the tea call")
            await asyncio.sleep(0.15)
            await doris.says("comes at four")
            await doris.hears()
            await doris.hears_nothing(QUIET)
        assert (await talk.said())[-1] == "the tea call\ncomes at four"

    async def test_an_edit_takes_the_place_of_its_turn(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running():
            await talk.asked(doris)
            said = await doris.says("the tea call comes at for")
            await doris.hears()
            await doris.edits(said.message_id, "the tea call comes at four")
            assert (await doris.hears()).text.startswith("I have changed that.")
        assert await talk.points() == ["the tea call comes at four"]

    async def test_an_edit_before_the_answer_changes_the_piece(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running():
            await talk.asked(doris)
            said = await doris.says("the tea call comes at for")
            await asyncio.sleep(0.1)
            await doris.edits(said.message_id, "the tea call comes at four")
            await doris.hears()
            await doris.hears_nothing(QUIET)
        assert await talk.points() == ["the tea call comes at four"]

    async def test_a_key_that_is_typed_is_its_label(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running():
            await talk.begins(doris)
            await doris.says("1")
            await doris.hears()
        assert await talk.said() == ["Yes"]

    @pytest.mark.parametrize("what", ["sends_photo", "sends_sticker", "sends_location", "sends_contact"])
    async def test_what_cannot_be_read_gets_a_kind_word_and_the_question(self, talk: Talking, what: str) -> None:
        doris = talk.api.person()
        async with talk.running():
            question = await talk.begins(doris)
            await getattr(doris, what)()
            assert (await doris.hears()).text == words.ONLY_WORDS
            again = await doris.hears()
        assert again.text in question.text
        assert again.labels == question.labels

    async def test_help_start_and_stop(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running():
            question = await talk.begins(doris)
            await doris.says("/help")
            assert (await doris.hears()).text == words.HELP
            await doris.says("/start")
            assert (await doris.hears()).text == question.text
            await doris.says("/stop")
            goodbye = await doris.hears()
            assert goodbye.removes_keyboard
            await doris.says("/start")
            await doris.hears()
            assert (await doris.hears()).labels == ("Yes", "No"), "a new talk"

    async def test_a_long_text_and_odd_signs_are_taken(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running():
            await talk.asked(doris)
            await doris.says("they come late 👵 " * 200)
            await doris.hears()
            await doris.says("\u202e\u0000 ☕")
            await doris.hears()


class TestBeginning:
    async def test_services_are_chosen_by_key(self, talk: Talking) -> None:
        talk.services = (HOME, MEALS)
        doris = talk.api.person()
        async with talk.running():
            await doris.says("/start")
            choice = await doris.hears()
            assert choice.labels == ("Home care", "Meals on wheels")
            await doris.says("eh?")
            assert (await doris.hears()).text == words.CHOOSE_AGAIN
            await doris.presses("Meals on wheels")
            await doris.hears()
            await doris.hears()
        async with talk.house.database.read() as connection:
            assert (await connection.exec_driver_sql("SELECT service_id FROM conversation")).scalar() == "meals"

    async def test_an_invitation_opens_its_service_by_name(self, talk: Talking) -> None:
        talk.services = ()
        doris = talk.api.person()
        code = await talk.house.records.invite("home_care", preferred_name="Winnie")
        async with talk.running():
            await doris.says("hello")
            assert (await doris.hears()).text == words.INVITED_ONLY
            await doris.says("/start ACDE-FHJK")
            assert (await doris.hears()).text == words.CODE_WRONG
            await doris.says(f"/start {code}")
            await doris.hears()
            assert "Winnie" in (await doris.hears()).text

    async def test_a_talk_from_elsewhere_goes_on_here(self, talk: Talking) -> None:
        opened = await talk.house.engine.start(service="home_care", channel="web")
        code = str((await talk.house.records.conversation(opened.conversation_id)).state["code"])
        await talk.house.say(opened.conversation_id, "yes")
        doris = talk.api.person()
        async with talk.running():
            await doris.says(f"/start {code}")
            await doris.hears()
            assert "Hello again" in (await doris.hears()).text

    async def test_the_first_words_without_a_start_begin_a_talk(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running():
            await doris.says("hello is anybody there")
            await doris.hears()
            assert (await doris.hears()).labels == ("Yes", "No")

    async def test_groups_are_left(self, talk: Talking) -> None:
        doris, group = talk.api.person(), talk.api.group("Ward 4")
        async with talk.running():
            await group.adds_bot(doris)
            assert (await group.hears()).text == words.GROUP
            await asyncio.sleep(0.3)
        assert talk.api.called("leaveChat")


class TestVoiceNotes:
    async def test_what_was_heard_is_shown_before_the_answer(self, talk: Talking) -> None:
        doris = talk.api.person()
        talk.recogniser.heard = {b"note": "the tea call comes at four"}
        async with talk.running():
            await talk.asked(doris)
            sent = await doris.sends_voice(b"note", 14)
            shown = await doris.hears()
            answer = await doris.hears()
        assert shown.text == words.HEARD.format(text="the tea call comes at four")
        assert shown.labels == (words.NOT_QUITE, words.READ_ALOUD)
        assert shown.message["reply_to_message"]["message_id"] == sent.message_id
        assert answer.text
        assert await talk.points() == ["the tea call comes at four"]
        assert talk.recogniser.contexts[0].question
        async with talk.house.database.read() as connection:
            assert (await connection.exec_driver_sql("SELECT count(*) FROM recording")).scalar() == 1

    async def test_not_quite_lets_it_be_said_again(self, talk: Talking) -> None:
        doris = talk.api.person()
        talk.recogniser.heard = {b"note": "the tea coal comes at fore"}
        async with talk.running():
            await talk.asked(doris)
            await doris.sends_voice(b"note", 14)
            shown = await doris.hears()
            await doris.hears()
            await doris.presses(shown.button(words.NOT_QUITE))
            assert (await doris.hears()).text == words.SAY_AGAIN
            await doris.says("the tea call comes at four")
            assert (await doris.hears()).text.startswith("I have changed that.")
            await doris.says("she is very kind")
            await doris.hears()
        assert await talk.points() == ["the tea call comes at four", "she is very kind"]

    async def test_a_second_pass_puts_right_what_is_not_confirmed(self, talk: Talking) -> None:
        doris = talk.api.person()
        talk.recogniser.heard = {b"note": "the tea coal comes at four"}
        talk.recogniser.second = {b"note": "The tea call comes at four."}
        async with talk.running():
            await talk.asked(doris)
            await doris.sends_voice(b"note", 14)
            await doris.hears()
            await doris.hears()
            await asyncio.sleep(0.5)
        assert await talk.points() == ["The tea call comes at four."]

    async def test_what_the_second_pass_heard_at_once_is_not_heard_a_third_time(self, talk: Talking) -> None:
        doris = talk.api.person()
        talk.recogniser.heard = {b"note": "", b"other": "they are kind"}
        talk.recogniser.second = {b"note": "the tea call comes at four"}
        async with talk.running():
            await talk.asked(doris)
            await doris.sends_voice(b"note", 14)
            assert (await doris.hears()).text == words.HEARD.format(text="the tea call comes at four")
            await doris.hears()
            assert talk.recogniser.again == 0
            await doris.sends_voice(b"other", 14)
            await doris.hears()
            await doris.hears()
        assert talk.recogniser.again == 1, "what the live one heard is heard again"

    async def test_a_text_after_a_note_is_handled_after_it(self, talk: Talking) -> None:
        doris = talk.api.person()
        talk.recogniser.heard = {b"note": "yes"}
        async with talk.running():
            await talk.begins(doris)
            await doris.sends_voice(b"note", 2)
            await doris.says("yes please")
            await doris.hears_all(QUIET)
        assert await talk.said() == ["yes", "yes please"]

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("audio_unreadable", words.NOT_A_SOUND),
            ("audio_empty", words.NO_WORDS),
            ("audio_too_long", words.TOO_LONG),
            ("speech_busy", words.TOO_BUSY),
            ("speech_missing", words.CANNOT_LISTEN),
            ("anything_else", words.NOT_A_SOUND),
        ],
    )
    async def test_bad_sound_gets_a_kind_word_and_a_way_on(self, talk: Talking, code: str, kind: str) -> None:
        doris = talk.api.person()
        talk.recogniser.fault = SaysoError(code, "bad")
        async with talk.running():
            question = await talk.begins(doris)
            await doris.sends_voice(b"note", 2)
            assert (await doris.hears()).text == kind
            assert (await doris.hears()).labels == question.labels
        assert await talk.said() == []

    async def test_silence_is_not_an_answer(self, talk: Talking) -> None:
        doris = talk.api.person()
        talk.recogniser.heard = {b"note": ""}
        async with talk.running():
            await talk.begins(doris)
            await doris.sends_voice(b"note", 2)
            assert (await doris.hears()).text == words.NO_WORDS
        assert await talk.said() == []

    async def test_what_nobody_could_make_out_is_no_answer_and_the_question_comes_again(self, talk: Talking) -> None:
        doris = talk.api.person()
        talk.recogniser.unclear = {b"note"}
        async with talk.running():
            question = await talk.begins(doris)
            await doris.sends_voice(b"note", 2)
            assert (await doris.hears()).text == words.NOT_MADE_OUT
            assert (await doris.hears()).labels == question.labels
        assert await talk.said() == []

    @pytest.mark.parametrize(("seconds", "size"), [(700, 5000), (300, 25_000_000)])
    async def test_too_long_is_told_before_it_is_fetched(self, talk: Talking, seconds: int, size: int) -> None:
        doris = talk.api.person()
        async with talk.running():
            await talk.begins(doris)
            await doris.sends_voice(b"note", seconds, size=size)
            assert (await doris.hears()).text == words.TOO_LONG
        assert not talk.api.called("getFile")

    async def test_a_long_wait_is_told(self, talk: Talking) -> None:
        doris = talk.api.person()
        talk.recogniser.heard, talk.recogniser.wait = {b"note": "yes"}, 20.0
        async with talk.running():
            await talk.begins(doris)
            await doris.sends_voice(b"note", 2)
            assert (await doris.hears()).text == words.LISTENING.format(seconds=20)

    @pytest.mark.parametrize(("seconds", "told"), [(30, ""), (600, words.LISTENING.format(seconds=90))])
    async def test_a_long_note_takes_long_and_that_is_told(self, talk: Talking, seconds: int, told: str) -> None:
        doris = talk.api.person()
        talk.recogniser.heard = {b"note": "yes"}
        async with talk.running():
            await talk.begins(doris)
            await doris.sends_voice(b"note", seconds)
            assert (await doris.hears()).text == (told or words.HEARD.format(text="yes"))

    async def test_without_a_recogniser_text_goes_on(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running(speech=False):
            await talk.begins(doris)
            await doris.sends_voice(b"note", 2)
            assert (await doris.hears()).text == words.CANNOT_LISTEN
            await doris.hears()
            await doris.says("/voice")
            assert (await doris.hears()).text == words.NO_VOICE


class TestVoice:
    async def test_who_likes_is_answered_by_voice_too_at_their_pace(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running():
            await talk.begins(doris)
            await doris.presses(words.READ_ALOUD)
            assert (await doris.hears()).text == words.SPEAKS_NOW
            assert (await doris.hears()).voice.startswith(b"OggS")
            await doris.says("slow down please")
            await doris.hears()
            assert (await doris.hears()).voice
            assert talk.speaker.said[-1][1] == 130
        async with talk.running():
            await doris.says("slow down please")
            await doris.hears()
            await doris.hears()
            assert talk.speaker.said[-1][1] == 110, "remembered over a restart"
            await doris.says("/voice")
            assert (await doris.hears()).text == words.TEXT_NOW
            await doris.says("yes")
            assert not (await doris.hears()).voice
            await doris.hears_nothing(0.4)


class TestFaults:
    async def test_a_voice_that_cannot_be_sent_does_not_repeat_the_words(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running():
            await talk.begins(doris)
            await doris.presses(words.READ_ALOUD)
            await doris.hears_all(QUIET)
            talk.api.fail("sendVoice", 20, status=500)
            await doris.says("yes")
            assert (await doris.hears()).labels
            await doris.hears_nothing(QUIET)
            await talk.settled()

    async def test_a_restart_loses_nothing_and_doubles_nothing(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running():
            await talk.asked(doris)
        await doris.says("the tea call comes at four")
        async with talk.running():
            await doris.hears()
            await doris.hears_nothing(QUIET)
        async with talk.running():
            await doris.hears_nothing(0.5)
        assert await talk.points() == ["the tea call comes at four"]

    async def test_stopped_between_taking_in_and_answering(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running(grace_seconds=0):
            await talk.asked(doris)
            await talk.settled()
            await doris.says("the tea call comes at four")
            for _ in range(100):
                await asyncio.sleep(0.01)
                if await talk.waiting():
                    break
        assert await talk.waiting() == 1
        async with talk.running():
            await doris.hears()
            await doris.hears_nothing(QUIET)
        assert await talk.points() == ["the tea call comes at four"]
        assert await talk.waiting() == 0

    async def test_the_same_update_twice_is_one(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running():
            await talk.begins(doris)
            said = await doris.says("yes")
            await doris.hears()
            talk.api.redeliver(said)
            await doris.hears_nothing(QUIET)
        assert await talk.said() == ["yes"]

    @pytest.mark.parametrize(("status", "retry_after"), [(500, None), (502, None), (429, 1), ("drop", None)], ids=str)
    async def test_faults_of_sending_pass(self, talk: Talking, status: int, retry_after: int | None) -> None:
        doris = talk.api.person()
        async with talk.running():
            await talk.begins(doris)
            talk.api.fail("sendMessage", 2, status=status, retry_after=retry_after)  # type: ignore[arg-type]
            await doris.says("yes")
            assert (await doris.hears(8)).labels
            await doris.hears_nothing(0.5)
        assert await talk.said() == ["yes"]

    async def test_faults_of_polling_pass(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running():
            await talk.begins(doris)
            talk.api.fail("getUpdates", 3, status=500)
            await doris.says("yes")
            assert (await doris.hears(8)).labels

    async def test_a_lost_network_comes_back(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running():
            await talk.begins(doris)
            await talk.api.stop()
            await doris.says("yes")
            await asyncio.sleep(0.5)
            await talk.api.resume()
            assert (await doris.hears(10)).labels
        assert await talk.said() == ["yes"]

    async def test_a_note_half_downloaded_is_fetched_again(self, talk: Talking) -> None:
        doris = talk.api.person()
        talk.recogniser.heard = {b"note" * 4000: "yes"}
        async with talk.running():
            await talk.begins(doris)
            talk.api.fail("download", 1, status="half")
            await doris.sends_voice(b"note" * 4000, 2)
            assert (await doris.hears(8)).text == words.HEARD.format(text="yes")

    async def test_who_blocks_is_left_alone_and_may_come_back(self, talk: Talking) -> None:
        doris, alan = talk.api.person("Doris"), talk.api.person("Alan")
        async with talk.running():
            await talk.begins(doris)
            await doris.says("yes")
            await doris.blocks_bot()
            await asyncio.sleep(QUIET)
            await talk.begins(alan)
            await doris.unblocks()
            await doris.says("yes")
            assert (await doris.hears()).text
            await talk.settled()

    async def test_a_full_disk_leaves_the_update_with_telegram(
        self, talk: Talking, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        doris = talk.api.person()
        async with talk.running():
            await talk.begins(doris)
            with monkeypatch.context() as broken:

                async def full(*_: object) -> list[str]:
                    raise OSError(28, "No space left on device")

                broken.setattr(talk.house.records, "take_in", full)
                await doris.says("yes")
                await asyncio.sleep(0.6)
                assert talk.api.pending()
            assert (await doris.hears(8)).labels
        assert await talk.said() == ["yes"]

    async def test_a_fault_of_the_engine_that_passes_is_tried_again(
        self, talk: Talking, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        doris = talk.api.person()
        async with talk.running():
            await talk.begins(doris)
            whole, failures = talk.house.engine.handle_turn, iter([SaysoError("storage_busy", "", permanent=False)])

            async def busy(turn: object) -> object:
                for error in failures:
                    raise error
                return await whole(turn)  # type: ignore[arg-type]

            monkeypatch.setattr(talk.house.engine, "handle_turn", busy)
            await doris.says("yes")
            assert (await doris.hears(10)).labels

    async def test_rubbish_does_not_stop_the_next(self, talk: Talking) -> None:
        doris = talk.api.person()
        async with talk.running() as connector:
            for number, rubbish in enumerate(({"message": {}}, {"message": {"chat": 5}}, {"poll": {}}, {"x": []})):
                await connector.take({"update_id": 900 + number, **rubbish})
            await talk.begins(doris)
            await talk.settled()

    async def test_a_flood_of_one_does_not_starve_another(self, talk: Talking) -> None:
        doris, alan = talk.api.person("Doris"), talk.api.person("Alan")
        async with talk.running():
            await talk.begins(doris)
            for number in range(60):
                await doris.says(f"message {number}")
            question = await asyncio.wait_for(talk.begins(alan), 10)
            assert question.labels
            await doris.hears(10)
        said = await talk.said()
        assert [line for text in said for line in text.split("\n")] == [f"message {n}" for n in range(60)]


async def test_what_is_done_while_the_store_is_read_is_not_taken_up_again(
    talk: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    doris, whole = talk.api.person(), talk.house.records.arrivals_waiting
    read = asyncio.Event()

    async def slow(channel: str) -> list[tuple[str, str]]:
        found = await whole(channel)
        if found:
            read.set()
            while await whole(channel):
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.1)
        return found

    async with talk.running():
        await talk.begins(doris)
        talk.recogniser.heard, talk.recogniser.pause = {b"note": "yes"}, 1.0
        monkeypatch.setattr(talk.house.records, "arrivals_waiting", slow)
        await doris.sends_voice(b"note", 2)
        await doris.hears()
        await doris.hears()
        await asyncio.wait_for(read.wait(), 10)
        await doris.hears_nothing(1.5)


async def test_fifty_people_at_once_lose_nothing(talk: Talking) -> None:
    people = [talk.api.person(f"Person {n}") for n in range(50)]

    async with talk.running():

        async def one(number: int) -> None:
            person = people[number]
            await person.says("/start")
            await person.hears(60)
            await person.hears(60)
            for turn in range(2):
                await person.says("yes")
                assert (await person.hears(60)).text, turn

        await asyncio.gather(*(one(number) for number in range(50)))
    words = [line for said in await talk.said() for line in said.split("\n")]
    assert words == ["yes"] * 100  # on a slow machine two that follow closely are one turn; neither is lost or doubled
    for person in people:
        await person.hears_nothing(0.01)


async def test_the_webhook_stores_before_it_acknowledges(talk: Talking) -> None:
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    from connectors.telegram import webhook

    taken: list[dict[str, object]] = []

    async def take(payload: dict[str, object]) -> None:
        if payload.get("update_id") == 2:
            raise OSError("full")
        if "update_id" not in payload:
            raise SaysoError("update_unreadable", "no")
        taken.append(payload)

    app = FastAPI()
    app.include_router(webhook.router(take, "s3cret"))
    client = TestClient(app)
    right = {webhook.HEADER: "s3cret"}
    assert client.post(webhook.PATH, json={"update_id": 1}, headers=right).status_code == 200
    assert client.post(webhook.PATH, json={"update_id": 1}).status_code == 403
    assert client.post(webhook.PATH, json={"update_id": 1}, headers={webhook.HEADER: "s3creu"}).status_code == 403
    assert client.post(webhook.PATH, json={"update_id": 2}, headers=right).status_code == 503
    assert client.post(webhook.PATH, json={"x": 2}, headers=right).status_code == 400
    assert client.post(webhook.PATH, content=b"\xff", headers=right).status_code == 400
    assert [payload["update_id"] for payload in taken] == [1]
