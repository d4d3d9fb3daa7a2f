"""The methods of the double, by name; those that send and edit are in `bot_api_messages`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable

import bot_api_messages as messages
from bot_api_updates import LONGEST_POLL_SECONDS
from bot_api_webhook import Webhook
from bot_api_wire import WEBHOOK_ACTIVE, Answer, ApiError, Call
from bot_api_world import World

LARGEST_DOWNLOAD_BYTES = 20 * 1024 * 1024
"""Source: Telegram Bot API, getFile."""
MOST_COMMANDS = 100


class Methods:
    """Carries calls out.

    Args:
        world: What Telegram knows.
        webhook: Where updates are posted.
    """

    def __init__(self, world: World, webhook: Webhook) -> None:
        self._world, self._webhook = world, webhook
        self._by_key: dict[str, Callable[[Call], Answer | Awaitable[Answer]]] = {
            "getme": lambda call: Answer(world.me),
            "getupdates": self._get_updates,
            "setwebhook": self._set_webhook,
            "deletewebhook": webhook.remove,
            "getwebhookinfo": lambda call: Answer(webhook.info()),
            "getfile": self._get_file,
            "leavechat": self._leave_chat,
            "setmycommands": self._set_my_commands,
            "sendmessage": lambda call: messages.send_message(world, call),
            "sendvoice": lambda call: messages.send_voice(world, call),
            "sendchataction": lambda call: messages.send_chat_action(world, call),
            "editmessagetext": lambda call: messages.edit_message_text(world, call),
            "editmessagereplymarkup": lambda call: messages.edit_message_reply_markup(world, call),
            "answercallbackquery": lambda call: messages.answer_callback_query(world, call),
        }

    async def __call__(self, call: Call) -> Answer:
        """Carries one call out.

        Raises:
            ApiError: What Telegram would say.
        """
        method = self._by_key.get(call.key)
        if method is None:
            raise ApiError(404, f"Not Found: this double has no method {call.method}")
        answer = method(call)
        return await answer if inspect.isawaitable(answer) else answer

    async def _get_updates(self, call: Call) -> Answer:
        if self._webhook.url:
            raise ApiError(409, WEBHOOK_ACTIVE)
        self._allow(call)
        limit = call.number("limit", 100, 1, 100)
        seconds = call.number("timeout", 0, 0, LONGEST_POLL_SECONDS)
        return Answer(await self._world.updates.poll(call.number("offset"), limit, seconds))

    def _set_webhook(self, call: Call) -> Answer:
        answer = self._webhook.register(call)
        self._allow(call)
        return answer

    def _allow(self, call: Call) -> None:
        """Not given: as before; an empty list: the default."""
        try:
            kinds = call.json("allowed_updates")
        except ValueError:
            return
        if isinstance(kinds, list):
            self._world.updates.allowed = set(kinds) or None

    def _get_file(self, call: Call) -> Answer:
        file = self._world.files.get(call.text("file_id"))
        if file is None:
            raise ApiError(400, "Bad Request: invalid file_id")
        if file.size > LARGEST_DOWNLOAD_BYTES:
            raise ApiError(400, "Bad Request: file is too big")
        return Answer({**file.json, "file_path": file.path})

    def _leave_chat(self, call: Call) -> Answer:
        chat = self._world.writable(call)
        if chat.kind == "private":
            raise ApiError(400, "Bad Request: chat member status can't be changed in private chats")
        chat.gone = "left"
        self._world.membership(chat, self._world.bot, "member", "left")
        return Answer(True)

    def _set_my_commands(self, call: Call) -> Answer:
        try:
            commands = call.json("commands") or []
            scope = call.json("scope") or {"type": "default"}
        except ValueError:
            raise ApiError(400, "Bad Request: can't parse commands JSON object") from None
        if len(commands) > MOST_COMMANDS:
            raise ApiError(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not re.fullmatch(r"/?[a-z0-9_]{1,32}", command["command"]):
                raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise ApiError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self._world.commands[scope["type"], call.text("language_code")] = commands
        return Answer(True)
