"""The webhook of the double: POSTs each update until it is taken."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
from bot_api_updates import Updates
from bot_api_wire import NO_CERTIFICATES, POLL_CUT_BY_WEBHOOK, Answer, ApiError, Call, Json

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
MOST_CONNECTIONS = 100
_SECRET = re.compile(r"[A-Za-z0-9_-]*")
_REQUEST_SECONDS = 10.0


class Webhook:
    """Delivers in order within a chat, and side by side for several chats, as Telegram does.

    Args:
        updates: Where they come from, and are forgotten once they are taken.
        now: Seconds since 1970.

    Attributes:
        url: "" when updates are polled.
        online: Cleared while the network is down.
        retry_seconds: The wait after the first failure; it doubles. Telegram's is one second.
    """

    def __init__(self, updates: Updates, now: Callable[[], float]) -> None:
        self._updates, self._now = updates, now
        self.url, self.secret, self.max_connections = "", "", 40
        self.online = asyncio.Event()
        self.retry_seconds = 0.05
        self._failure: Json = {}
        self._busy: set[int] = set()
        self._work: set[asyncio.Task[None]] = set()

    def register(self, call: Call) -> Answer:
        """Answers setWebhook.

        Raises:
            ApiError: 400 when the address or the secret is not fit.
        """
        url, secret = call.text("url"), call.text("secret_token")
        if call.flag("drop_pending_updates"):
            self._updates.forget_all()
        if not url:
            return self.remove(call)
        if len(secret) > 256:
            raise ApiError(400, "Bad Request: secret token is too long")
        if not _SECRET.fullmatch(secret):
            raise ApiError(400, "Bad Request: secret token contains unallowed characters")
        if not re.match(r"https?://[^/\s]+", url):
            raise ApiError(400, "Bad Request: invalid webhook URL specified")
        limit = call.number("max_connections", 40, 1, MOST_CONNECTIONS)
        same = (url, secret, limit) == (self.url, self.secret, self.max_connections)
        self._stop()
        self.url, self.secret, self.max_connections = url, secret, limit
        self._updates.interrupt(ApiError(409, POLL_CUT_BY_WEBHOOK))
        self._start(self._run())
        return Answer(True, "Webhook is already set" if same else "Webhook was set")

    def remove(self, call: Call) -> Answer:
        """Answers deleteWebhook."""
        if call.flag("drop_pending_updates"):
            self._updates.forget_all()
        was, self.url = self.url, ""
        self._stop()
        return Answer(True, "Webhook was deleted" if was else "Webhook is already deleted")

    def info(self) -> Json:
        """A WebhookInfo."""
        told: Json = {"url": self.url, "has_custom_certificate": False}
        told["pending_update_count"] = len(self._updates.waiting())
        if self._updates.allowed is not None:
            told["allowed_updates"] = sorted(self._updates.allowed)
        if self.url:
            told |= {"max_connections": self.max_connections, "ip_address": "127.0.0.1", **self._failure}
        return told

    async def close(self) -> None:
        """Ends all deliveries."""
        work = [*self._work]
        self._stop()
        await asyncio.gather(*work, return_exceptions=True)

    def _stop(self) -> None:
        for task in self._work:
            task.cancel()
        self._failure, self._busy = {}, set()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _run(self) -> None:
        async with httpx.AsyncClient(timeout=_REQUEST_SECONDS, trust_env=False, verify=NO_CERTIFICATES) as client:
            while True:
                self._updates.changed.clear()
                for update in self._updates.waiting():
                    chat = chat_of(update)
                    if chat not in self._busy and len(self._busy) < self.max_connections:
                        self._busy.add(chat)
                        self._start(self._deliver(client, update, chat, self._busy))
                await self._updates.changed.wait()

    async def _deliver(self, client: httpx.AsyncClient, update: Json, chat: int, busy: set[int]) -> None:
        wait = self.retry_seconds
        try:
            while not await self._post(client, update):
                await asyncio.sleep(wait)
                wait *= 2
            self._updates.delivered(update)
        finally:
            busy.discard(chat)
            self._updates.changed.set()

    async def _post(self, client: httpx.AsyncClient, update: Json) -> bool:
        await self.online.wait()
        headers = {SECRET_HEADER: self.secret} if self.secret else {}
        try:
            answer = await client.post(self.url, json=update, headers=headers)
        except httpx.TimeoutException:
            said = "Read timeout expired"
        except httpx.HTTPError as error:
            said = "Connection refused" if isinstance(error, httpx.ConnectError) else "Webhook connection closed"
        else:
            if answer.is_success:
                return True
            said = f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
        self._failure = {"last_error_date": int(self._now()), "last_error_message": said}
        return False


def chat_of(update: Json) -> int:
    """The chat that an update belongs to; 0 where there is none."""
    content: Json = next((value for key, value in update.items() if key != "update_id"), {})
    chat: Json = content.get("chat") or content.get("message", {}).get("chat", {})
    return int(chat.get("id", 0))
