"""What Telegram knows in the double: chats, messages, files, and the updates that follow from them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from bot_api_chats import Chat, StoredFile, commands_in
from bot_api_heard import Heard, heard
from bot_api_updates import Updates
from bot_api_wire import BLOCKED, ApiError, Call, Json


class World:
    """All that the double keeps.

    Attributes:
        me: The bot, as a User.
        queries: The callback queries that can be answered, by id.
        answers: What they were answered with, by id.
        commands: As set by setMyCommands, by scope and language.
    """

    def __init__(self, token: str, me: Json, now: Callable[[], float]) -> None:
        self.token, self.me, self.now = token, me, now
        self.updates = Updates()
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.queries: dict[str, Json] = {}
        self.answers: dict[str, dict[str, str]] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self._numbers = 0

    def number(self) -> int:
        """The next number: of a message, a file, a query."""
        self._numbers += 1
        return self._numbers

    def keep(self, content: bytes, folder: str, ending: str, mime: str, size: int | None = None) -> StoredFile:
        """Stores a file."""
        number = self.number()
        mark = hashlib.sha256(content).hexdigest()
        path = f"{folder}/file_{number}.{ending}"
        size = len(content) if size is None else size
        file = StoredFile(f"AwACAgQAAxkBAAI{number:06d}{mark[:40]}", f"AgAD{mark[:12]}", path, content, mime, size)
        self.files[file.id] = file
        return file

    def receive(self, chat: Chat, sender: Json, content: Json) -> tuple[Json, Json | None]:
        """A person's message, and the update that the bot gets of it, if any."""
        chat.known = True
        message = self._message(chat, sender, content)
        if content.get("text", "") and (commands := commands_in(content["text"])):
            message.setdefault("entities", commands)
        chat.messages[message["message_id"]] = message
        return message, self.updates.add("message", message) if self._reaches(chat, message) else None

    def change(self, chat: Chat, message_id: int, text: str) -> Json | None:
        """A person's change of a message, and the update that the bot gets of it, if any."""
        before = chat.messages[message_id]
        name = "text" if "text" in before else "caption"
        message = {**before, name: text, "edit_date": int(self.now())}
        chat.messages[message_id] = message
        return self.updates.add("edited_message", message) if self._reaches(chat, message) else None

    def post(self, chat: Chat, content: Json, markup: Json) -> Json:
        """A message of the bot; only inline keyboards are told back in it, as with Telegram."""
        message = self._message(chat, self.bot, content)
        if "inline_keyboard" in markup:
            message["reply_markup"] = markup
        if "keyboard" in markup or markup.get("remove_keyboard"):
            chat.keyboard = markup if "keyboard" in markup else {}
        chat.messages[message["message_id"]] = message
        chat.markups[message["message_id"]] = markup
        chat.sent.put_nowait(self.look(chat, message["message_id"]))
        return message

    def look(self, chat: Chat, message_id: int) -> Heard:
        """A message as it is now."""
        message = chat.messages[message_id]
        file = self.files.get(message.get("voice", {}).get("file_id", ""))
        return heard(message, chat.markups.get(message_id, {}), file.content if file else b"")

    @property
    def bot(self) -> Json:
        """The bot, as the sender of a message."""
        return {key: self.me[key] for key in ("id", "is_bot", "first_name", "username")}

    def writable(self, call: Call) -> Chat:
        """The chat of a call, where the bot may write.

        Raises:
            ApiError: 400 or 403, as Telegram says it.
        """
        if not call.text("chat_id"):
            raise ApiError(400, "Bad Request: chat_id is empty")
        chat = self.chats.get(call.number("chat_id"))
        if chat is None or not chat.known:
            raise ApiError(400, "Bad Request: chat not found")
        if chat.blocked:
            raise ApiError(403, BLOCKED)
        if chat.gone:
            was = "was kicked from" if chat.gone == "kicked" else "is not a member of"
            raise ApiError(403, f"Forbidden: bot {was} the {chat.kind} chat")
        return chat

    def membership(self, chat: Chat, who: Json, old: str, new: str) -> Json | None:
        """The update that says that the bot's place in a chat changed."""
        content = {"chat": chat.json, "from": who, "date": int(self.now())}
        for name, status in (("old_chat_member", old), ("new_chat_member", new)):
            until: Json = {"until_date": 0} if status == "kicked" else {}
            content[name] = {"user": self.bot, "status": status, **until}
        return self.updates.add("my_chat_member", content)

    def _message(self, chat: Chat, sender: Json, content: Json) -> Json:
        head = {"message_id": self.number(), "from": sender, "chat": chat.json, "date": int(self.now())}
        return {**head, **content}

    def _reaches(self, chat: Chat, message: Json) -> bool:
        """Privacy mode. Source: "Telegram Bot Features", Privacy mode."""
        if chat.gone:
            return False
        if chat.kind == "private" or self.me["can_read_all_group_messages"] or "new_chat_members" in message:
            return True
        if message.get("reply_to_message", {}).get("from", {}).get("id") == self.me["id"]:
            return True
        words = re.findall(r"^/\w+(@\w+)?", message.get("text", ""))
        return bool(words) and words[0].lower() in {"", f"@{self.me['username'].lower()}"}
