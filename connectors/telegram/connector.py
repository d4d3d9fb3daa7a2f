"""Takes updates in, stores them before they are acknowledged, and serves each chat in order."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import structlog
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from connectors.telegram import incoming, words
from connectors.telegram.client import BotClient, retry_seconds
from connectors.telegram.incoming import Blocked, Elsewhere, Incoming
from connectors.telegram.ports import Arrival, ChatStore, NoteRecogniser, NoteSpeaker
from connectors.telegram.talk import ChatDependencies, ChatTalk
from dialogues.errors import SaysoError
from dialogues.types import TurnHandler

POLL_SECONDS = 30
GRACE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 30.0
QUIET_SECONDS = 5 * 24 * 3600.0
"""After a week without updates Telegram may count from anywhere. Source: Telegram Bot API, Update."""
AGAIN_EVERY_SECONDS = 20.0
"""How often what was stored but not answered is taken up again."""

log = structlog.get_logger(__name__)


class TelegramConnector:
    """Talks with people on Telegram.

    An update is stored before Telegram is told that it arrived, and kept until it is answered; so a restart loses
    nothing, and the ids make that nothing is handled twice.

    Args:
        bot: The bot, initialised.
        handler: Answers turns.
        store: Stores updates and chats.
        recogniser: Hears voice notes; None where there is no recogniser.
        speaker: Speaks; None where there is no voice.
        registered: Called once Telegram knows how updates are to come.
        wait: Sleeps; replaced in tests.
        grace_seconds: How long a stop waits for what is under way.
    """

    def __init__(
        self,
        bot: Bot,
        handler: TurnHandler,
        store: ChatStore,
        *,
        recogniser: NoteRecogniser | None = None,
        speaker: NoteSpeaker | None = None,
        registered: Callable[[], None] = lambda: None,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._bot = bot
        self._grace_seconds = grace_seconds
        self._store = store
        self._registered = registered
        self._wait = wait
        self._client = BotClient(bot, wait)
        self._given = ChatDependencies(handler, store, self._client, recogniser, speaker, self._beside)
        self._talks: dict[int, _ChatQueue] = {}
        self._under_way: set[int] = set()
        self._lately_done: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    # -- in ---------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Polls until cancelled; what had been stored before is answered first.

        Raises:
            SaysoError: `telegram_token` when Telegram does not know the token.
        """
        await self._prepared(self._bot.delete_webhook)
        await self._resume()
        again = asyncio.create_task(self._take_up_again())
        try:
            await self._poll()
        finally:
            again.cancel()
            await self.close()

    async def run_webhook(self, url: str, secret: str) -> None:
        """Registers the webhook, and answers what `take` is given, until cancelled."""
        await self._prepared(lambda: self._bot.set_webhook(url, secret_token=secret, allowed_updates=incoming.UPDATES))
        await self._resume()
        try:
            await self._take_up_again()
        finally:
            await self.close()

    async def take(self, payload: dict[str, object]) -> None:
        """Takes one update from the webhook; when this returns it is stored, and may be acknowledged.

        Raises:
            SaysoError: `update_unreadable`.
        """
        update_id = payload.get("update_id")
        if not isinstance(update_id, int):
            raise SaysoError("update_unreadable", "This is not an update of the Bot API.")
        await self._take_in([Arrival(update_id, json.dumps(payload))])

    async def close(self) -> None:
        """Lets what is under way end, for a moment; what was not answered is taken up at the next start."""
        if self._tasks and self._grace_seconds > 0:
            await asyncio.wait([*self._tasks], timeout=self._grace_seconds)
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _poll(self) -> None:
        """Begins without an offset: whatever Telegram still has is known by its id, or new."""
        offset, pause = None, 1.0
        last = asyncio.get_running_loop().time()
        while True:
            if asyncio.get_running_loop().time() - last > QUIET_SECONDS:
                offset = None
            try:
                updates = await self._bot.get_updates(offset, timeout=POLL_SECONDS, allowed_updates=incoming.UPDATES)
                if updates:
                    await self._take_in([Arrival(u.update_id, json.dumps(u.to_dict())) for u in updates])
                    offset, last = updates[-1].update_id + 1, asyncio.get_running_loop().time()
                pause = 1.0
            except InvalidToken:
                raise _bad_token() from None
            except RetryAfter as error:
                await self._wait(retry_seconds(error))
            except (TelegramError, SaysoError, OSError) as error:
                _log_fault("telegram_poll_failed", error)
                await self._wait(pause)
                pause = min(LONGEST_PAUSE_SECONDS, pause * 2)
            except Exception as error:  # the database is locked, the disk is full: Telegram keeps the updates
                _log_fault("telegram_store_failed", error)
                await self._wait(pause)
                pause = min(LONGEST_PAUSE_SECONDS, pause * 2)

    async def _prepared(self, register: Callable[[], Awaitable[object]]) -> None:
        """Registers how updates come, and the menu; waits through a network that is not there yet."""
        pause = 1.0
        while True:
            try:
                await register()
                await self._bot.set_my_commands(words.COMMANDS)
            except InvalidToken:
                raise _bad_token() from None
            except (NetworkError, Conflict, RetryAfter) as error:
                _log_fault("telegram_unreachable", error)
                await self._wait(pause)
                pause = min(LONGEST_PAUSE_SECONDS, pause * 2)
            else:
                self._registered()
                return

    async def _take_in(self, arrivals: Sequence[Arrival]) -> None:
        for arrival in await self._store.take_in(arrivals):
            self._hand_on(arrival)

    async def _resume(self) -> None:
        """Takes up what waits, but not what is done with while the store is being read."""
        self._lately_done.clear()
        for arrival in await self._store.waiting():
            if arrival.update_id not in self._lately_done:
                self._hand_on(arrival)

    async def _take_up_again(self) -> None:
        while True:
            await self._wait(AGAIN_EVERY_SECONDS)
            try:
                await self._resume()
            except Exception as error:  # the next round tries again
                _log_fault("telegram_resume_failed", error)

    # -- each chat in order -----------------------------------------------------------------------------------

    def _hand_on(self, arrival: Arrival) -> None:
        if arrival.update_id in self._under_way:
            return
        self._under_way.add(arrival.update_id)
        update = incoming.parsed(arrival.payload, self._bot)
        meant = None if update is None else _read(update)
        if meant is None:
            self._beside(self._finished(arrival.update_id))
            return
        line = self._talks.get(meant.address)
        if line is None:
            line = self._talks[meant.address] = _ChatQueue(ChatTalk(meant.address, self._given))
        line.waiting.append((arrival.update_id, meant))
        if not line.busy:
            line.busy = True
            self._beside(self._serve(meant.address, line))

    async def _serve(self, address: int, line: _ChatQueue) -> None:
        """Serves one chat until nothing waits. Pieces of one turn go in side by side, all else one by one."""
        turns: list[asyncio.Task[None]] = []
        try:
            while line.waiting:
                update_id, meant = line.waiting.popleft()
                if not isinstance(meant, incoming.Said):
                    await asyncio.gather(*turns)
                    turns.clear()
                rest = await self._guarded(line.talk, update_id, self._prepare(line.talk, meant))
                if rest is None:
                    continue
                turns.append(self._beside(self._rest(line.talk, update_id, rest)))
                if not isinstance(meant, incoming.Said):
                    await asyncio.gather(*turns)
                    turns.clear()
                elif not line.waiting:
                    await self._until_more(line, turns)
            await asyncio.gather(*turns)
        finally:
            line.busy = False
            if not line.waiting and self._talks.get(address) is line:
                del self._talks[address]

    @staticmethod
    async def _until_more(line: _ChatQueue, turns: list[asyncio.Task[None]]) -> None:
        """Waits for the turns to be answered, or for a further piece, whichever comes first."""
        while turns and not line.waiting:
            _, pending = await asyncio.wait(turns, timeout=0.05)
            turns[:] = [*pending]

    async def _prepare(self, talk: ChatTalk, meant: Incoming) -> Awaitable[None] | None:
        if isinstance(meant, Blocked):
            await self._store.block(meant.address, meant.blocked)
            return None
        if isinstance(meant, Elsewhere):
            with contextlib.suppress(TelegramError):
                await self._client.text(meant.address, words.GROUP)
            await self._client.leave(meant.address)
            return None
        return await talk.prepare(meant)

    async def _guarded(
        self, talk: ChatTalk, update_id: int, work: Awaitable[Awaitable[None] | None]
    ) -> Awaitable[None] | None:
        """Runs the ordered part; None when the update is done with, or has to be taken up again."""
        try:
            rest = await work
        except Exception as error:
            await self._failed(talk, update_id, error)
            return None
        if rest is None:
            await self._finished(update_id)
        return rest

    async def _rest(self, talk: ChatTalk, update_id: int, rest: Awaitable[None]) -> None:
        try:
            await rest
        except Exception as error:
            await self._failed(talk, update_id, error)
        else:
            await self._finished(update_id)

    async def _failed(self, talk: ChatTalk, update_id: int, error: Exception) -> None:
        """A fault that passes leaves the update waiting; one that never will is told, and done with."""
        _log_fault("telegram_update_failed", error)
        if isinstance(error, SaysoError) and error.permanent:
            await talk.went_wrong()
            await self._finished(update_id)
            return
        self._under_way.discard(update_id)

    async def _finished(self, update_id: int) -> None:
        try:
            await self._store.done(update_id)
        except Exception as error:  # it is answered twice at worst, never lost
            _log_fault("telegram_done_failed", error)
        else:
            self._lately_done.add(update_id)
        self._under_way.discard(update_id)

    def _beside(self, work: Awaitable[None]) -> asyncio.Task[None]:
        async def run() -> None:
            try:
                await work
            except Exception as error:
                _log_fault("telegram_background_failed", error)

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


class _ChatQueue:
    """The updates of one chat, in order of arrival."""

    def __init__(self, talk: ChatTalk) -> None:
        self.talk = talk
        self.waiting: deque[tuple[int, Incoming]] = deque()
        self.busy = False


def _read(update: Update) -> Incoming | None:
    try:
        return incoming.read(update)
    except (AttributeError, TypeError, ValueError) as error:
        _log_fault("telegram_update_odd", error)
        return None


def _bad_token() -> SaysoError:
    return SaysoError("telegram_token", "Telegram does not know this bot token. Check SAYSO_TELEGRAM_TOKEN.")


def _log_fault(event: str, error: Exception) -> None:
    """Logs what kind of fault it was; never its message, which may hold a person's words or the token."""
    log.warning(event, error=error.code if isinstance(error, SaysoError) else type(error).__name__)
