"""People and groups of the double: what they say, send and press."""

from __future__ import annotations

from bot_api_chats import Chat
from bot_api_heard import Button, inline_rows
from bot_api_listening import Listener, Said
from bot_api_wire import Json
from bot_api_world import World


class Group(Listener):
    """A group; people speak in it with `person.says(..., group=group)`."""

    async def adds_bot(self, by: Person) -> Said:
        """Somebody adds the bot; the service message follows the update about it."""
        self.chat.known, self.chat.gone = True, ""
        self._world.membership(self.chat, by.user, "left", "member")
        message, update = self._world.receive(self.chat, by.user, {"new_chat_members": [self._world.bot]})
        return Said(update, message["message_id"])

    async def removes_bot(self, by: Person) -> Said:
        """Somebody throws the bot out."""
        self.chat.gone = "kicked"
        return Said(self._world.membership(self.chat, by.user, "member", "kicked"))


class Person(Listener):
    """Somebody with a private chat with the bot; `id` is the chat's id too."""

    def __init__(self, world: World, user: Json, chat: Chat) -> None:
        super().__init__(world, chat)
        self.user: Json = user
        self.id: int = user["id"]

    async def says(self, text: str, *, group: Group | None = None, reply_to: int = 0, **more: object) -> Said:
        """Types; `more` is put into the Message as it is (`forward_origin`, `quote`)."""
        return self._send({"text": text, **more}, group, reply_to)

    async def edits(self, message_id: int, text: str, *, group: Group | None = None) -> Said:
        """Changes what was typed, or the words under a voice or picture."""
        return Said(self._world.change(group.chat if group else self.chat, message_id, text), message_id)

    async def presses(self, button: Button | str) -> Said:
        """Presses a button: one under a message, or one of the keyboard, which sends its text.

        Args:
            button: From `Heard`; or a text, which is looked for on the screen, the newest message first.

        Raises:
            AssertionError: There is no such button.
        """
        button = self._on_screen(button) if isinstance(button, str) else button
        if button.data is None:
            if self.chat.keyboard.get("one_time_keyboard"):
                self.chat.keyboard = {}
            return await self.says(button.text)
        self._must_reach_bot()
        query_id = f"{self.id * 10_000 + self._world.number()}"
        query = {"id": query_id, "from": self.user, "chat_instance": f"-{self.id}", "data": button.data}
        query["message"] = self.chat.messages[button.message_id]
        self._world.queries[query_id] = query
        return Said(self._world.updates.add("callback_query", query), button.message_id, query_id)

    async def sends_voice(self, ogg: bytes, duration: int = 3, *, size: int | None = None, **more: object) -> Said:
        """Records a voice note; `size` tells Telegram's word for the size, where it shall differ from the truth."""
        file = self._world.keep(ogg, "voice", "oga", "audio/ogg", size)
        return self._send({"voice": {**file.json, "duration": duration, "mime_type": file.mime}, **more})

    async def sends_audio(
        self,
        content: bytes,
        duration: int = 3,
        *,
        mime: str = "audio/mpeg",
        filename: str = "talk.mp3",
        size: int | None = None,
    ) -> Said:
        """Sends a sound file."""
        file = self._world.keep(content, "music", filename.rpartition(".")[2], mime, size)
        return self._send({"audio": {**file.json, "duration": duration, "mime_type": mime, "file_name": filename}})

    async def sends_photo(self, content: bytes = b"\xff\xd8\xff a picture", caption: str = "") -> Said:
        """Sends a picture, which the API tells in several sizes."""
        sizes = [(90, 67), (320, 240), (800, 600)]
        kept = [self._world.keep(content, "photos", "jpg", "image/jpeg") for _ in sizes]
        photo = [{**file.json, "width": w, "height": h} for file, (w, h) in zip(kept, sizes, strict=True)]
        return self._send({"photo": photo, **({"caption": caption} if caption else {})})

    async def sends_sticker(self, emoji: str = "👍") -> Said:
        """Sends a sticker."""
        file = self._world.keep(b"RIFF a sticker", "stickers", "webp", "image/webp")
        looks = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._send({"sticker": {**file.json, **looks, "emoji": emoji, "set_name": "Thumbs"}})

    async def sends_location(self, latitude: float = 53.868, longitude: float = -1.907) -> Said:
        """Sends where somebody is."""
        return self._send({"location": {"latitude": latitude, "longitude": longitude}})

    async def sends_contact(self, phone_number: str = "+441632960123", first_name: str = "Anna") -> Said:
        """Sends a card from the address book."""
        return self._send({"contact": {"phone_number": phone_number, "first_name": first_name}})

    async def blocks_bot(self) -> Said:
        """Blocks the bot: from now on it gets 403 here."""
        self.chat.known = self.chat.blocked = True
        return Said(self._world.membership(self.chat, self.user, "member", "kicked"))

    async def unblocks(self) -> Said:
        """Takes the block back."""
        self.chat.blocked = False
        return Said(self._world.membership(self.chat, self.user, "kicked", "member"))

    def _send(self, content: Json, group: Group | None = None, reply_to: int = 0) -> Said:
        chat = group.chat if group else self.chat
        if group is None:
            self._must_reach_bot()
        if reply_to:
            content["reply_to_message"] = chat.messages[reply_to]
        message, update = self._world.receive(chat, self.user, content)
        return Said(update, message["message_id"])

    def _must_reach_bot(self) -> None:
        assert not self.chat.blocked, "who blocked the bot cannot write to it; call unblocks() first"

    def _on_screen(self, text: str) -> Button:
        for number in sorted(self.chat.messages, reverse=True):
            rows = inline_rows(self.chat.messages[number].get("reply_markup", {}), number)
            for button in (button for row in rows for button in row):
                if button.text == text:
                    return button
        for row in self.keyboard:
            for button in row:
                if button.text == text:
                    return button
        raise AssertionError(f"no button {text!r} on the screen")
