"""Telegram: text, buttons and voice notes, by long polling or webhook."""

import os

os.environ.setdefault("PTB_TIMEDELTA", "1")  # python-telegram-bot's durations as they will be

from connectors.telegram.connector import TelegramConnector
from connectors.telegram.ports import Arrival, Chat, Desk, Ears, Invitation, Mouth, ServiceChoice
from connectors.telegram.sender import TelegramSender

__all__ = [
    "Arrival",
    "Chat",
    "Desk",
    "Ears",
    "Invitation",
    "Mouth",
    "ServiceChoice",
    "TelegramConnector",
    "TelegramSender",
]
