"""A double of the Telegram Bot API over real HTTP on this machine, for tests of the Telegram connector.

    api = await BotApi.start("4242:a-token")
    bot = telegram.Bot(api.token, base_url=api.base_url, base_file_url=api.base_file_url)
    doris = api.person(first_name="Doris")
    await doris.says("/start")
    heard = await doris.hears()
    await doris.presses(heard.button("Yes"))
    api.fail("sendMessage", times=2, status=429, retry_after=1)
    await api.close()

It knows the methods that Sayso uses; see `bot_api_methods`. It answers as documented at core.telegram.org/bots/api,
in the words of Telegram's own server. Where it is simpler:

- Formatting (`parse_mode`) is not parsed; of entities only `bot_command` is found.
- Telegram's own limits of pace are not kept; order 429 with `fail`.
- A webhook may be plain HTTP on any port, as with a local Bot API server, and is tried again sooner.
- A repeated getUpdates is not slowed down, and 409 is not held back for three seconds.
- Updates are kept for ever, not for 24 hours; links to files too.
- A call that is made in the answer to a webhook is not carried out.
- A method it does not have gets 404 with its name, as an unknown one does.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

from bot_api_chats import Chat
from bot_api_faults import Fault, Faults, Trouble
from bot_api_listening import Said
from bot_api_methods import Methods
from bot_api_people import Group, Person
from bot_api_server import Front
from bot_api_webhook import Webhook
from bot_api_wire import Call, Json
from bot_api_world import World

TOKEN = "4242424242:AAHsayso-double-of-the-Bot-API-00000"
BOT_USERNAME = "sayso_test_bot"


class BotApi:
    """The double, and the hands of tests on it.

    Attributes:
        token: The bot's token.
        calls: Every call so far, in order.
    """

    def __init__(self, token: str, reads_all_groups: bool, now: Callable[[], float]) -> None:
        me: Json = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": "Sayso", "username": BOT_USERNAME}
        me |= {"can_join_groups": True, "can_read_all_group_messages": reads_all_groups}
        me |= {"supports_inline_queries": False, "can_connect_to_business": False, "has_main_web_app": False}
        self.token = token
        self.calls: list[Call] = []
        self._world = World(token, me, now)
        self._faults = Faults()
        self._webhook = Webhook(self._world.updates, now)
        self._front = Front(self._world, Methods(self._world, self._webhook), self._faults, self.calls)
        self._numbers = itertools.count(1)

    @classmethod
    async def start(
        cls, token: str = TOKEN, *, reads_all_groups: bool = False, now: Callable[[], float] = time.time
    ) -> BotApi:
        """Listens on a free port.

        Args:
            token: The only token that is known.
            reads_all_groups: Privacy mode is off.
            now: The clock for dates, in seconds since 1970.
        """
        api = cls(token, reads_all_groups, now)
        await api.resume()
        return api

    async def close(self) -> None:
        """Ends everything."""
        await self._webhook.close()
        await self._front.line.cut()

    async def stop(self) -> None:
        """The network is lost: connections drop, nobody answers; people go on writing."""
        self._webhook.online.clear()
        await self._front.line.cut()

    async def resume(self) -> None:
        """The network is back, at the same address."""
        await self._front.line.open()
        self._webhook.online.set()

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._front.line.url

    @property
    def port(self) -> int:
        """The port of it."""
        return self._front.line.port

    @property
    def base_url(self) -> str:
        """For `telegram.Bot`."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """For `telegram.Bot`."""
        return f"{self.url}/file/bot"

    def person(self, first_name: str = "Doris", user_id: int = 0, **about: str) -> Person:
        """Somebody new; the bot may write to them once they wrote.

        Args:
            first_name: Shown to the bot.
            user_id: Chosen if 0; the id of the private chat too.
            about: `last_name`, `username`, `language_code`.
        """
        user_id = user_id or 7_000_000_000 + next(self._numbers)
        names = {"first_name": first_name, **about}
        chat = Chat(user_id, "private", {key: value for key, value in names.items() if key != "language_code"})
        self._world.chats[chat.id] = chat
        return Person(self._world, {"id": user_id, "is_bot": False, **names}, chat)

    def group(self, title: str = "Family", *, supergroup: bool = False) -> Group:
        """A group, which the bot is not in yet."""
        number = next(self._numbers)
        kind, number = ("supergroup", -1_001_000_000_000 - number) if supergroup else ("group", -4_000_000 - number)
        self._world.chats[number] = Chat(number, kind, {"title": title})
        return Group(self._world, self._world.chats[number])

    def fail(
        self,
        method: str,
        times: int = 1,
        *,
        status: Trouble = 500,
        retry_after: int | None = None,
        description: str = "",
        acted: bool | None = None,
    ) -> None:
        """Orders a fault for the next calls of a method.

        Args:
            method: Its name; `*` for any, `download` for a file.
            times: For how many calls.
            status: An HTTP status; or `timeout` (no answer until the caller hangs up), `drop` (the connection is lost
                before an answer), `half` (it is lost half way through the answer or the file).
            retry_after: Seconds, with 429.
            description: In the place of Telegram's usual words.
            acted: Whether the call is carried out all the same; by default only with `half`.
        """
        carried_out = status == "half" if acted is None else acted
        self._faults.order(Fault(method.lower(), times, status, retry_after, description, carried_out))

    def works(self) -> None:
        """Takes all faults back that were ordered and have not happened."""
        self._faults.clear()

    def redeliver(self, update: Said | Json) -> None:
        """Delivers an update once more, even one that was confirmed, with the same id."""
        told = update.update if isinstance(update, Said) else update
        assert told is not None, "the bot got no update of this"
        self._world.updates.add_again(told)

    def pending(self) -> list[Json]:
        """The updates that the bot has not confirmed."""
        return self._world.updates.waiting()

    def called(self, method: str) -> list[Call]:
        """The calls of one method, in order."""
        return [call for call in self.calls if call.key == method.lower()]

    @property
    def answers(self) -> dict[str, dict[str, str]]:
        """What callback queries were answered with, by `Said.query_id`."""
        return self._world.answers

    @property
    def commands(self) -> list[Json]:
        """The commands that are shown to people, as set by setMyCommands."""
        return self._world.commands.get(("default", ""), [])
