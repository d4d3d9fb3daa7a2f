"""What updates of the Bot API mean."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Bot, Update

from connectors.telegram.incoming import (
    Blocked,
    Command,
    Elsewhere,
    Incoming,
    Pressed,
    Said,
    Spoke,
    Unsupported,
    parsed,
    read,
)

BOT = Bot("1:x")
DORIS = {"id": 7, "is_bot": False, "first_name": "Doris"}
CHAT = {"id": 7, "type": "private", "first_name": "Doris"}
VOICE = {"file_id": "f", "file_unique_id": "u", "duration": 12, "file_size": 4000}


def update(kind: str = "message", **fields: Any) -> Update:
    message = {"message_id": 5, "date": 1_790_000_000, "chat": CHAT, "from": DORIS} | fields
    made = Update.de_json({"update_id": 1, kind: message}, BOT)
    assert made is not None
    return made


def meant(kind: str = "message", **fields: Any) -> Incoming | None:
    return read(update(kind, **fields))


def test_words_are_said() -> None:
    found = meant(text="they come late")
    assert isinstance(found, Said)
    assert (found.address, found.text, found.message_id, found.amends) == (7, "they come late", "telegram:7:5", "")
    assert found.at.tzinfo is not None


def test_an_edit_amends_its_message() -> None:
    found = meant("edited_message", text="they come early", edit_date=1_790_000_060)
    assert isinstance(found, Said)
    assert (found.amends, found.message_id) == ("telegram:7:5", "telegram:7:5:1790000060")


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [("/start", "start", ""), ("/start K7HM-4TWD", "start", "K7HM-4TWD"), ("/HELP@sayso_bot", "help", "")],
)
def test_commands(text: str, name: str, rest: str) -> None:
    found = meant(text=text)
    assert isinstance(found, Command)
    assert (found.name, found.rest) == (name, rest)


@pytest.mark.parametrize("text", ["/ they come late", "//", "/9am is best"])
def test_a_slash_in_an_answer_is_an_answer(text: str) -> None:
    assert isinstance(meant(text=text), Said)


@pytest.mark.parametrize("field", ["voice", "audio"])
def test_sound_is_spoken(field: str) -> None:
    found = meant(**{field: VOICE})
    assert isinstance(found, Spoke)
    assert (found.file_id, found.seconds, found.size, found.too_long) == ("f", 12.0, 4000, False)


@pytest.mark.parametrize(("seconds", "size", "too_long"), [(600, 1, False), (601, 1, True), (5, 21_000_000, True)])
def test_long_notes(seconds: int, size: int, too_long: bool) -> None:
    found = meant(voice=VOICE | {"duration": seconds, "file_size": size})
    assert isinstance(found, Spoke)
    assert found.too_long is too_long


@pytest.mark.parametrize(
    "fields",
    [
        {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]},
        {"location": {"latitude": 53.8, "longitude": -1.5}},
        {"contact": {"phone_number": "01632 960001", "first_name": "Ann"}},
    ],
)
def test_what_cannot_be_read(fields: dict[str, Any]) -> None:
    assert isinstance(meant(**fields), Unsupported)


def test_words_under_a_picture_count() -> None:
    picture = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    found = meant(photo=picture, caption="this is my dinner")
    assert isinstance(found, Said)


def test_groups_are_elsewhere() -> None:
    assert isinstance(meant(chat={"id": -9, "type": "group", "title": "Ward 4"}, text="hello"), Elsewhere)


def test_robots_and_service_notes_are_passed_over() -> None:
    assert meant(text="hello", **{"from": DORIS | {"is_bot": True}}) is None
    assert meant(message_auto_delete_timer_changed={"message_auto_delete_time": 60}) is None


@pytest.mark.parametrize(("status", "blocked"), [("kicked", True), ("member", False)])
def test_blocking(status: str, blocked: bool) -> None:
    bot = {"id": 1, "is_bot": True, "first_name": "Sayso"}
    member = {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})
    change = {"chat": CHAT, "from": DORIS, "date": 1_790_000_000, "new_chat_member": member}
    change["old_chat_member"] = {"user": bot, "status": "member"}
    made = Update.de_json({"update_id": 1, "my_chat_member": change}, BOT)
    assert made is not None
    found = read(made)
    assert isinstance(found, Blocked)
    assert found.blocked is blocked


def test_a_button() -> None:
    query = {"id": "q", "from": DORIS, "chat_instance": "c", "data": "amend:5"}
    query["message"] = {"message_id": 9, "date": 1_790_000_000, "chat": CHAT, "text": "I heard"}
    made = Update.de_json({"update_id": 1, "callback_query": query}, BOT)
    assert made is not None
    found = read(made)
    assert isinstance(found, Pressed)
    assert (found.data, found.query_id, found.address) == ("amend:5", "q", 7)


@pytest.mark.parametrize("payload", ["", "nonsense", "[]", "{}", "null", '{"message": 5}', '{"update_id": "x"}'])
def test_rubbish_is_no_update(payload: str) -> None:
    found = parsed(payload, BOT)
    assert found is None or read(found) is None
