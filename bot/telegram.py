"""Puts the Telegram connector together with the records, and with speech where it is to be had."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter
from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.app import App, running
from bot.records import Records
from bot.records.chats import ChatView
from connectors.telegram import (
    Arrival,
    Chat,
    Invitation,
    NoteRecogniser,
    NoteSpeaker,
    ServiceChoice,
    TelegramConnector,
    TelegramSender,
    webhook,
)
from connectors.telegram.ports import CHANNEL
from dialogues.errors import SaysoError

TELEGRAM = "https://api.telegram.org"
POOL = 64
"""Connections at once; each chat that is written to holds one for a moment."""
READ_SECONDS = 20.0
POLL_READ_SECONDS = 45.0  # longer than a long poll lasts


class RecordsChatStore:
    """The store of the connector, kept by the records.

    Args:
        records: Where.
        services: The services to choose from without an invitation.
    """

    def __init__(self, records: Records, services: Sequence[ServiceChoice]) -> None:
        self._records = records
        self._services = services

    async def take_in(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Stores updates; see `connectors.telegram.ports.ChatStore`."""
        new = set(await self._records.take_in(CHANNEL, [(str(a.update_id), a.payload) for a in arrivals]))
        return [arrival for arrival in arrivals if str(arrival.update_id) in new]

    async def waiting(self) -> list[Arrival]:
        """Updates that are not done with."""
        return [
            Arrival(int(update_id), payload) for update_id, payload in await self._records.arrivals_waiting(CHANNEL)
        ]

    async def done(self, update_id: int) -> None:
        """The update was answered."""
        await self._records.arrival_done(CHANNEL, str(update_id))

    async def chat(self, address: int) -> Chat:
        """The chat at an address."""
        view = await self._records.chat(CHANNEL, str(address))
        return Chat(view.conversation_id, view.by_voice, view.words_a_minute, view.amends)

    async def keep(self, address: int, chat: Chat) -> None:
        """Remembers a chat, and that the person can be reached here."""
        view = ChatView(chat.conversation_id, chat.by_voice, chat.words_a_minute, chat.amends)
        await self._records.keep_chat(CHANNEL, str(address), view)

    async def block(self, address: int, blocked: bool) -> None:
        """The person blocked the bot, or took that back."""
        await self._records.block_chat(CHANNEL, str(address), blocked=blocked)

    async def invitation(self, code: str) -> Invitation | None:
        """What a code opens: a talk that waits, or a new one."""
        if await self._records.find_by_resume_code(code) is not None:
            return Invitation("", resume_code=code)
        found = await self._records.use_invitation(code)
        return None if found is None else Invitation(found.service, found.preferred_name)

    async def services(self) -> Sequence[ServiceChoice]:
        """The services to choose from."""
        return self._services


def make_bot(token: str, *, api: str = "") -> Bot:
    """A bot that keeps to Telegram's rate limits.

    Args:
        token: From @BotFather.
        api: Address of another Bot API server; empty for Telegram's own.

    Raises:
        SaysoError: `telegram_token` for something that cannot be a token.
    """
    number, _, secret = token.partition(":")
    if not number.isdecimal() or not secret:
        raise SaysoError("telegram_token", "A bot token looks like 123456:ABC. Copy it whole from @BotFather.")
    server = api.rstrip("/") or TELEGRAM
    return ExtBot(
        token,
        base_url=f"{server}/bot",
        base_file_url=f"{server}/file/bot",
        request=HTTPXRequest(connection_pool_size=POOL, read_timeout=READ_SECONDS, pool_timeout=READ_SECONDS),
        get_updates_request=HTTPXRequest(read_timeout=POLL_READ_SECONDS),
        rate_limiter=AIORateLimiter(),
    )


@asynccontextmanager
async def on_telegram(
    app: App,
    recogniser: NoteRecogniser | None,
    speaker: NoteSpeaker | None,
    tell: Callable[[str], None] = lambda line: None,
) -> AsyncIterator[APIRouter | None]:
    """Talks on Telegram for as long as the context lasts; nothing happens where no token is set.

    Args:
        app: The running Sayso.
        recogniser: Hears voice notes; None where there is no recogniser.
        speaker: Speaks; None where there is no voice.
        tell: Told in plain words what is going on.

    Yields:
        The webhook's route, where a webhook is used.

    Raises:
        SaysoError: `telegram_token`.
    """
    token = app.settings.telegram_token.get_secret_value()
    if not token:
        yield None
        return
    bot = make_bot(token, api=app.settings.telegram_api)
    offered = () if app.settings.telegram_invited_only else tuple(s for s in app.services if s.listed)
    store = RecordsChatStore(app.records, [ServiceChoice(s.id, s.name) for s in offered])
    app.outbox.add_route(CHANNEL, TelegramSender(bot, lambda address: store.block(address, True)))
    secret = app.records.secret_for("telegram webhook")
    url = app.settings.telegram_webhook.rstrip("/")
    how = f"Telegram brings messages to {url}{webhook.PATH}" if url else "it asks Telegram for messages itself"
    connector = TelegramConnector(
        bot,
        app.engine,
        store,
        recogniser=recogniser,
        speaker=speaker,
        registered=lambda: tell(f"Sayso talks on Telegram: {how}. `sayso telegram` shows the bot's address."),
    )
    working = connector.run_webhook(f"{url}{webhook.PATH}", secret) if url else connector.run()
    async with connected(bot), running(_told(working, tell)):
        yield webhook.router(connector.take, secret) if url else None


async def name_of(token: str, *, api: str = "") -> str:
    """The user name of the bot that a token belongs to.

    Raises:
        SaysoError: `telegram_token`, `telegram_failed`.
    """
    bot = make_bot(token, api=api)
    try:
        async with bot:
            return str(bot.username)
    except InvalidToken:
        raise SaysoError(
            "telegram_token", "Telegram does not know this token. Copy it again from @BotFather."
        ) from None
    except TelegramError:
        raise SaysoError(
            "telegram_failed", "Telegram could not be reached. Check the network.", permanent=False
        ) from None


@asynccontextmanager
async def connected(bot: Bot) -> AsyncIterator[None]:
    """Opens the connections without asking Telegram anything, so that the app starts while the network is away."""
    await bot.request.initialize()
    await bot._request[0].initialize()
    try:
        yield
    finally:
        await bot.request.shutdown()
        await bot._request[0].shutdown()


async def _told(work: Awaitable[None], tell: Callable[[str], None]) -> None:
    try:
        await work
    except SaysoError as error:
        tell(error.message)
