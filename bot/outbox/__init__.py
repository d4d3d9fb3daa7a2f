"""The outbox: messages that have to leave, at least once, each with an id that tells a repeat."""

from bot.outbox.email import EmailSender
from bot.outbox.routes import Routes, routes_from_urls, sender_from_url
from bot.outbox.senders import OutgoingMessage, Sender
from bot.outbox.webhook import WebhookSender
from bot.outbox.worker import Undeliverable, Worker

__all__ = [
    "EmailSender",
    "OutgoingMessage",
    "Routes",
    "Sender",
    "Undeliverable",
    "WebhookSender",
    "Worker",
    "routes_from_urls",
    "sender_from_url",
]
