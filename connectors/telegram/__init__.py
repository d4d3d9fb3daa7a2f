"""Telegram: text, buttons and voice notes, by long polling or webhook."""

import os

os.environ.setdefault("PTB_TIMEDELTA", "1")  # python-telegram-bot's durations as they will be

from connectors.ports import ServiceChoice
from connectors.telegram.connector import TelegramConnector
from connectors.telegram.ports import Arrival, Chat, ChatStore, Invitation, NoteRecogniser, NoteSpeaker
from connectors.telegram.sender import TelegramSender

__all__ = [
    "Arrival",
    "Chat",
    "ChatStore",
    "Invitation",
    "NoteRecogniser",
    "NoteSpeaker",
    "ServiceChoice",
    "TelegramConnector",
    "TelegramSender",
]
