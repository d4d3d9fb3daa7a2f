"""Messages leave at least once, at once, and never get lost."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import pytest
from sinks import HttpSink, SmtpSink, running
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql
from storing import NOW, Clock, opened, say

from bot.outbox import (
    EmailSender,
    OutgoingMessage,
    Routes,
    WebhookSender,
    Worker,
    routes_from_urls,
    sender_from_url,
)
from bot.outbox.queue import LEASE_SECONDS, due, wait_seconds
from bot.outbox.webhook import signature
from bot.records import Records
from bot.storage import Database, Keys
from bot.storage.models import OutboxRow
from dialogues.errors import SaysoError
from dialogues.types import AlertRaised, Level

WORDS = "I am Winnie and he said no dinner £5"


class Recorder:
    """A sender that keeps what it got, and fails as often as it is told."""

    def __init__(self, failures: int = 0, error: Exception | None = None) -> None:
        self.got: list[OutgoingMessage] = []
        self.failures = failures
        self.error = error or SaysoError("down", "Down.", permanent=False)

    async def send(self, message: OutgoingMessage) -> None:
        self.got.append(message)
        if self.failures:
            self.failures -= 1
            raise self.error


async def alert(records: Records, *, staff_named: bool = False) -> str:
    conversation_id = await opened(records)
    raised = AlertRaised(0, Level.CONCERN, "neglect", ((17, 29),), staff_named)
    await say(records, conversation_id, WORDS, raised)
    return conversation_id


async def queued(database: Database) -> int:
    async with database.read() as connection:
        query = select(func.count()).select_from(OutboxRow).where(OutboxRow.state == "queued")
        return int(await connection.scalar(query) or 0)


def worker(database: Database, keys: Keys, clock: Clock, **senders: Recorder | EmailSender | WebhookSender) -> Worker:
    return Worker(database, keys, Routes({name.replace("__", ":"): one for name, one in senders.items()}), clock)


async def test_a_message_is_sent_once_and_its_payload_goes(
    records: Records, database: Database, keys: Keys, clock: Clock
) -> None:
    conversation_id = await alert(records)
    recorder = Recorder()
    out = worker(database, keys, clock, alert=recorder)
    assert await out.deliver_due() == 1
    assert await out.deliver_due() == 0
    (message,) = recorder.got
    assert message.payload["words"] == WORDS.replace("Winnie", "[name]")
    assert (message.payload["conversation_id"], message.payload["level"]) == (conversation_id, "concern")
    async with database.read() as connection:
        assert (await connection.execute(select(OutboxRow.state, OutboxRow.payload))).one() == ("sent", "")


@pytest.mark.parametrize("error", [None, ValueError("a defect")])
async def test_failures_are_tried_again_later_with_the_same_id(
    records: Records, database: Database, keys: Keys, clock: Clock, error: Exception | None
) -> None:
    await alert(records)
    recorder = Recorder(failures=2, error=error)
    out = worker(database, keys, clock, alert=recorder)
    for seconds, tried in ((0, 1), (0.5, 0), (0.6, 1), (1.5, 0), (0.6, 1), (600, 0)):
        clock.advance(seconds=seconds)
        assert await out.deliver_due() == tried
    assert len({message.message_id for message in recorder.got}) == 1
    assert await queued(database) == 0


def test_waits_double_up_to_five_minutes() -> None:
    assert [wait_seconds(tries) for tries in (0, 1, 2, 8, 9, 1000)] == [1, 2, 4, 256, 300, 300]


async def test_without_a_sender_messages_wait_and_it_shows(
    records: Records, database: Database, keys: Keys, clock: Clock
) -> None:
    await alert(records)
    out = worker(database, keys, clock)
    (before,) = await out.pending_undeliverable()
    await out.deliver_due()
    (after,) = await out.pending_undeliverable()
    assert (before.kind, before.count, after.last_error) == ("alert", 1, "no_sender")
    recorder = Recorder()
    clock.advance(seconds=301)
    assert await worker(database, keys, clock, alert=recorder).deliver_due() == 1
    assert len(recorder.got) == 1


async def test_messages_that_keep_failing_show_too(
    records: Records, database: Database, keys: Keys, clock: Clock
) -> None:
    await alert(records)
    out = worker(database, keys, clock, alert=Recorder(failures=99))
    await out.deliver_due()
    assert await out.pending_undeliverable() == []
    clock.advance(seconds=61)
    assert [(stuck.kind, stuck.last_error) for stuck in await out.pending_undeliverable()] == [("alert", "down")]


async def test_a_message_held_by_a_dead_worker_is_free_after_its_lease(
    records: Records, database: Database, keys: Keys, clock: Clock
) -> None:
    class Dies:
        async def send(self, message: OutgoingMessage) -> None:
            raise asyncio.CancelledError

    await alert(records)
    with suppress(asyncio.CancelledError):
        await Worker(database, keys, Routes({"alert": Dies()}), clock).deliver_due()
    recorder = Recorder()
    out = worker(database, keys, clock, alert=recorder)
    assert await out.deliver_due() == 0
    clock.advance(seconds=LEASE_SECONDS + 1)
    assert await out.deliver_due() == 1


async def test_an_accused_provider_is_gone_around(
    records: Records, database: Database, keys: Keys, clock: Clock
) -> None:
    await alert(records, staff_named=True)
    await alert(records)
    usual, around = Recorder(), Recorder()
    await worker(database, keys, clock, alert=usual, alert__around_provider=around).deliver_due()
    assert [message.payload["staff_named"] for message in usual.got] == [False]
    assert [message.payload["staff_named"] for message in around.got] == [True]


async def test_a_queued_alert_leaves_at_once_over_http(database: Database, keys: Keys, clock: Clock) -> None:
    sink = HttpSink()
    async with running(sink):
        routes = routes_from_urls({"alert": [f"http://127.0.0.1:{sink.port}/hook"]}, secret="s3cret")
        out = Worker(database, keys, routes, clock)
        records = Records(database, keys, str, clock, out.wake)
        await records.ensure_service("home", name="Home", kind="home_care")
        task = asyncio.create_task(out.run())
        await asyncio.sleep(0)  # the worker looks, finds nothing, and sleeps
        await alert(records)
        async with asyncio.timeout(10):  # its longest sleep is 30 s: only being woken gets it here
            await sink.arrived.wait()
        task.cancel()
    headers, body = sink.posts[0]
    assert json.loads(body)["type"] == "neglect"
    assert headers["x-sayso-message-id"] == json.loads(body)["id"]
    assert headers["x-sayso-signature"] == signature("s3cret", headers["x-sayso-timestamp"], body)
    assert b"Winnie" not in body


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [(404, "webhook_refused", True), (429, "webhook_failed", False), (503, "webhook_failed", False)],
)
async def test_a_web_address_that_does_not_take_it(status: int, code: str, permanent: bool) -> None:
    sink = HttpSink(status=status)
    async with running(sink):
        with pytest.raises(SaysoError) as caught:
            await WebhookSender(f"http://127.0.0.1:{sink.port}/").send(OutgoingMessage("a", "alert", {}, NOW))
    assert (caught.value.code, caught.value.permanent) == (code, permanent)


async def test_an_email_arrives(records: Records, database: Database, keys: Keys, clock: Clock) -> None:
    sink = SmtpSink()
    await alert(records)
    async with running(sink):
        url = f"smtp://127.0.0.1:{sink.port}/?from=sayso@example.org&to=lead@example.org&to=deputy@example.org"
        await Worker(database, keys, routes_from_urls({"alert": [url, "null:"]}), clock).deliver_due()
    (email,) = sink.messages
    assert email["Subject"] == "Sayso alert: concern (neglect)"
    assert email["X-Sayso-Message-Id"].startswith("alert:")
    text = email.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert "no dinner £5" in text.decode()
    assert "Winnie" not in text.decode()
    assert len(sink.recipients) == 2
    assert await queued(database) == 0


@pytest.mark.parametrize(
    ("reply", "code", "permanent"),
    [("550 no", "smtp_refused", True), ("451 later", "smtp_failed", False)],
)
async def test_a_mail_server_that_does_not_take_it(reply: str, code: str, permanent: bool) -> None:
    sink = SmtpSink(reply=reply)
    async with running(sink):
        sender = EmailSender("127.0.0.1", sink.port, "a@example.org", ["b@example.org"], tls="none")
        with pytest.raises(SaysoError) as caught:
            await sender.send(OutgoingMessage("a", "alert", {}, NOW))
    assert (caught.value.code, caught.value.permanent) == (code, permanent)


async def test_servers_that_are_not_there_are_an_error_that_passes() -> None:
    sink = HttpSink()
    async with running(sink):
        port = sink.port
    email = EmailSender("127.0.0.1", port, "a@example.org", ["b@example.org"], tls="none")
    for sender in (email, WebhookSender(f"http://127.0.0.1:{port}/")):
        with pytest.raises(SaysoError) as caught:
            await sender.send(OutgoingMessage("a", "alert", {}, NOW))
        assert not caught.value.permanent


@pytest.mark.parametrize(
    "url", ["ftp://host/?to=a@b", "smtp://host/", "smtp:///?to=a@b", "https://", "lead@example.org"]
)
def test_bad_addresses_are_refused(url: str) -> None:
    with pytest.raises(SaysoError) as caught:
        sender_from_url(url)
    assert caught.value.code == "route_invalid"


@pytest.mark.parametrize(
    ("url", "tls", "port"),
    [
        ("smtps://u:p%40@host/?to=a@b", "tls", 465),
        ("smtp+starttls://host/?to=a@b", "starttls", 587),
        ("smtp://host:2525/?to=a@b", "none", 2525),
    ],
)
def test_mail_addresses(url: str, tls: str, port: int) -> None:
    sender = sender_from_url(url)
    assert isinstance(sender, EmailSender)
    assert (sender.tls, sender.port) == (tls, port)
    assert sender.password in (None, "p@")


def test_null_is_no_sender() -> None:
    assert sender_from_url("null:") is None
    assert routes_from_urls({"alert": ["null:"]}).by_kind == {}


def test_on_postgresql_workers_skip_what_others_lock() -> None:
    compiled = str(due(NOW, 5).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert "FOR UPDATE SKIP LOCKED" in compiled
