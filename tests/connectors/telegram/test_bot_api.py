"""The double itself: messages, buttons, voice and groups, with python-telegram-bot's own client."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from bot_api import BotApi
from bot_api_listening import Said
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.error import BadRequest, Forbidden, InvalidToken

OGG = b"OggS" + bytes(range(200))
YES_NO = ReplyKeyboardMarkup([["Yes", "No"]], resize_keyboard=True, one_time_keyboard=True)
CHECK = InlineKeyboardMarkup([[InlineKeyboardButton("Right", callback_data="right")]])


def update_of(said: Said) -> Update:
    """What the bot gets, as python-telegram-bot reads it."""
    assert said.update is not None
    update = Update.de_json(said.update, None)
    assert update is not None
    return update


async def test_text_goes_both_ways(api: BotApi, client: Bot) -> None:
    doris = api.person("Doris", user_id=8_123_456_789, language_code="en")
    await doris.says("/start GARDEN")
    (update,) = await client.get_updates()
    assert update.message is not None
    assert update.message.from_user is not None
    assert (update.message.text, update.message.chat.id) == ("/start GARDEN", 8_123_456_789)
    assert update.message.from_user.language_code == "en"
    assert [(entity.type, entity.offset, entity.length) for entity in update.message.entities] == [
        ("bot_command", 0, 6)
    ]

    await client.send_message(doris.id, "  One.  ")
    sent = await client.send_message(doris.id, "Two.", reply_to_message_id=update.message.message_id)
    assert (await doris.hears()).text == "One."
    assert (await doris.hears()).message_id == sent.message_id
    assert sent.reply_to_message is not None
    assert sent.from_user == await client.get_me()
    await doris.hears_nothing(0.01)


@pytest.mark.parametrize(
    ("text", "said"), [("a" * 4097, "Message is too long"), (" ", "Text must be non-empty"), ("", "text is empty")]
)
async def test_texts_that_do_not_go(api: BotApi, client: Bot, text: str, said: str) -> None:
    doris = api.person()
    await doris.says("Hello")
    with pytest.raises(BadRequest, match=f"(?i){said}"):
        await client.send_message(doris.id, text)
    await client.send_message(doris.id, "a" * 4096)
    assert [call.status for call in api.called("sendMessage")] == [400, 200]


async def test_nobody_is_written_to_who_did_not_write_first(api: BotApi, client: Bot) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await client.send_message(api.person().id, "Hello")
    with pytest.raises(BadRequest, match="Chat not found"):
        await client.send_message(1, "Hello")


async def test_reply_keyboard(api: BotApi, client: Bot) -> None:
    doris = api.person()
    await doris.says("Hello")
    sent = await client.send_message(doris.id, "Would you like to take part?", reply_markup=YES_NO)
    assert sent.reply_markup is None, "only inline keyboards are told back"
    heard = await doris.hears()
    assert heard.labels == ("Yes", "No")
    assert heard.markup["resize_keyboard"] is True
    pressed = update_of(await doris.presses("Yes"))
    assert pressed.message is not None
    assert pressed.message.text == "Yes"
    assert doris.keyboard == (), "it was for one time"

    await client.send_message(doris.id, "Again?", reply_markup=YES_NO)
    await client.send_message(doris.id, "Never mind.", reply_markup=ReplyKeyboardRemove())
    assert [heard.removes_keyboard for heard in await doris.hears_all(0.01)] == [False, True]
    with pytest.raises(AssertionError, match="no button 'Yes'"):
        await doris.presses("Yes")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await client.edit_message_text("Really?", doris.id, sent.message_id)


async def test_inline_buttons(api: BotApi, client: Bot) -> None:
    doris = api.person()
    await doris.says("Hello")
    sent = await client.send_message(doris.id, "They come late. Is that right?", reply_markup=CHECK)
    assert sent.reply_markup == CHECK
    heard = await doris.hears()
    pressed = await doris.presses(heard.button("Right"))
    query = update_of(pressed).callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.message.message_id) == ("right", sent.message_id)
    await client.answer_callback_query(query.id, "Thank you")
    assert api.answers[pressed.query_id]["text"] == "Thank you"
    with pytest.raises(BadRequest, match="Query is too old"):
        await client.answer_callback_query(query.id)

    with pytest.raises(BadRequest, match="Message is not modified"):
        await client.edit_message_text(heard.text, doris.id, sent.message_id, reply_markup=CHECK)
    await client.edit_message_text("They come late.", doris.id, sent.message_id, reply_markup=CHECK)
    await client.edit_message_reply_markup(doris.id, sent.message_id)
    assert (doris.sees(sent.message_id).text, doris.sees(sent.message_id).labels) == ("They come late.", ())
    with pytest.raises(BadRequest, match="Message is not modified"):
        await client.edit_message_reply_markup(doris.id, sent.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await client.edit_message_reply_markup(doris.id, 999)


@pytest.mark.parametrize(
    ("button", "said"),
    [(InlineKeyboardButton("Right"), "unallowed"), (InlineKeyboardButton("A", callback_data="é" * 33), "(?i)invalid")],
)
async def test_inline_buttons_that_do_not_go(api: BotApi, client: Bot, button: InlineKeyboardButton, said: str) -> None:
    doris = api.person()
    await doris.says("Hello")
    with pytest.raises(BadRequest, match=said):
        await client.send_message(doris.id, "Right?", reply_markup=InlineKeyboardMarkup([[button]]))


async def test_voice_up_and_down(api: BotApi, client: Bot) -> None:
    doris = api.person()
    message = update_of(await doris.sends_voice(OGG, 7)).message
    assert message is not None
    assert message.voice is not None
    assert message.voice.duration == timedelta(seconds=7)
    file = await client.get_file(message.voice.file_id)
    assert file.file_size == len(OGG)
    assert await file.download_as_bytearray() == OGG

    await client.send_chat_action(doris.id, "record_voice")
    sent = await client.send_voice(doris.id, OGG, duration=4, caption="Hello")
    heard = await doris.hears()
    assert (heard.voice, heard.duration, heard.text) == (OGG, 4, "Hello")
    assert sent.voice is not None
    assert doris.chat.actions == ["record_voice"]
    await client.send_voice(doris.id, sent.voice.file_id)
    assert (await doris.hears()).voice == OGG
    wave = await client.send_voice(doris.id, b"RIFF....WAVE")
    assert (wave.voice, wave.document is not None) == (None, True)


async def test_a_file_can_be_too_big(api: BotApi, client: Bot) -> None:
    message = update_of(await api.person().sends_voice(OGG, 7, size=20 * 1024 * 1024 + 1)).message
    assert message is not None
    assert message.voice is not None
    with pytest.raises(BadRequest, match="File is too big"):
        await client.get_file(message.voice.file_id)
    with pytest.raises(BadRequest, match="Invalid file_id"):
        await client.get_file("nonsense")


async def test_everything_else_that_people_send_can_be_read(api: BotApi) -> None:
    doris = api.person()
    first = await doris.says("They come at nine")
    edited = update_of(await doris.edits(first.message_id, "They come at ten")).edited_message
    assert edited is not None
    assert (edited.message_id, edited.text) == (first.message_id, "They come at ten")
    assert edited.edit_date is not None
    kinds = [
        (await doris.sends_audio(b"ID3", 9), "audio"),
        (await doris.sends_photo(caption="My garden"), "photo"),
        (await doris.sends_sticker(), "sticker"),
        (await doris.sends_location(), "location"),
        (await doris.sends_contact(), "contact"),
    ]
    for said, kind in kinds:
        message = update_of(said).message
        assert message is not None
        assert getattr(message, kind), kind
        assert message.text is None


async def test_who_blocked_the_bot_gets_nothing(api: BotApi, client: Bot) -> None:
    doris = api.person()
    await doris.says("Hello")
    blocked = update_of(await doris.blocks_bot()).my_chat_member
    assert blocked is not None
    assert (blocked.old_chat_member.status, blocked.new_chat_member.status) == ("member", "kicked")
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await client.send_message(doris.id, "Hello?")
    await doris.unblocks()
    await client.send_message(doris.id, "Hello!")
    assert (await doris.hears()).text == "Hello!"


async def test_groups_and_privacy_mode(api: BotApi, client: Bot) -> None:
    anna, family = api.person("Anna"), api.group("Family")
    with pytest.raises(BadRequest, match="Chat not found"):
        await client.send_message(family.chat.id, "Hello")
    await family.adds_bot(by=anna)
    assert (await anna.says("How is mother?", group=family)).update is None
    assert (await anna.says("/start@somebody_else", group=family)).update is None
    command = await anna.says("/start", group=family)
    sent = await client.send_message(family.chat.id, "I talk with one person at a time.")
    assert (await family.hears()).message_id == sent.message_id
    assert (await anna.says("Why?", group=family, reply_to=sent.message_id)).update is not None
    assert await client.leave_chat(family.chat.id)
    with pytest.raises(Forbidden, match="bot is not a member of the group chat"):
        await client.send_message(family.chat.id, "Hello")
    added, service, start, reply, left = await client.get_updates()
    assert start.update_id == command.update_id
    assert service.message is not None
    assert service.message.new_chat_members
    assert reply.message is not None
    assert [one.my_chat_member.new_chat_member.status for one in (added, left) if one.my_chat_member] == [
        "member",
        "left",
    ]
    await anna.says("Hello")
    with pytest.raises(BadRequest, match="private chats"):
        await client.leave_chat(anna.id)


async def test_commands_of_the_menu(api: BotApi, client: Bot) -> None:
    await client.set_my_commands([BotCommand("start", "Begin a talk")])
    assert api.commands == [{"command": "start", "description": "Begin a talk"}]
    with pytest.raises(BadRequest, match="Bot_command_invalid"):
        await client.set_my_commands([BotCommand("Start", "Begin a talk")])


@pytest.mark.parametrize(("token", "status"), [("4242424242:other", 401), ("nonsense", 404), ("0:x", 404)])
async def test_wrong_tokens(api: BotApi, token: str, status: int) -> None:
    async with httpx.AsyncClient(trust_env=False) as browser:
        for path in ("getMe", "sendMessage"):
            answer = await browser.get(f"{api.base_url}{token}/{path}")
            words = {401: "Unauthorized", 404: "Not Found"}[status]
            assert answer.status_code == status
            assert answer.json() == {"ok": False, "error_code": status, "description": words}
    with pytest.raises(InvalidToken):
        await Bot(token, base_url=api.base_url).initialize()


async def test_all_four_ways_of_passing_parameters(api: BotApi) -> None:
    doris = api.person()
    await doris.says("Hello")
    given = {"chat_id": str(doris.id), "text": "Hello", "reply_markup": '{"keyboard": [["Yes"]]}'}
    plain = {**given, "chat_id": doris.id, "reply_markup": {"keyboard": [["Yes"]]}}
    address = f"{api.base_url}{api.token}/SENDMESSAGE"
    async with httpx.AsyncClient(trust_env=False) as browser:
        await browser.get(address, params=given)
        await browser.post(address, data=given)
        await browser.post(address, json=plain)
        await browser.post(address, data=given, files={"unused": b"-"})
    heard = await doris.hears_all(0.01)
    assert [(one.text, one.labels) for one in heard] == [("Hello", ("Yes",))] * 4
