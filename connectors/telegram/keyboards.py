"""Buttons. `expects` decides: the answers to a question are big keys where the letters would be; see ADR 0013."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from connectors.telegram import words
from dialogues.types import Expects, Prompt

AMEND, VOICE_ON, VOICE_OFF = "amend:", "voice:on", "voice:off"
"""What buttons under a message send back; `amend:` is followed by Telegram's number of the voice note."""
_ROW = {Expects.SCALE: 4, Expects.BEANS: 4, Expects.CHOICE: 1}
_SHORT_CHARACTERS = 14

Keys = ReplyKeyboardMarkup | ReplyKeyboardRemove


def answer_keys(prompt: Prompt) -> Keys:
    """The keys under a question; none where an answer is free."""
    if not prompt.options:
        return ReplyKeyboardRemove()
    labels = [option.label for option in prompt.options]
    return _keys(labels, _row_of(prompt.expects, labels))


def choice_keys(labels: Sequence[str]) -> Keys:
    """One key a row."""
    return _keys(labels, 1)


def under_note(shown_id: int, *, by_voice: bool) -> InlineKeyboardMarkup:
    """Under what was heard: to put it right, and to have Sayso speak as well."""
    wrong = InlineKeyboardButton(words.NOT_QUITE, callback_data=f"{AMEND}{shown_id}")
    return InlineKeyboardMarkup([[wrong], [_voice_button(by_voice=by_voice)]])


def voice_choice(*, by_voice: bool) -> InlineKeyboardMarkup:
    """The one button that turns the voice on or off."""
    return InlineKeyboardMarkup([[_voice_button(by_voice=by_voice)]])


def _voice_button(*, by_voice: bool) -> InlineKeyboardButton:
    label, data = (words.TEXT_ONLY, VOICE_OFF) if by_voice else (words.READ_ALOUD, VOICE_ON)
    return InlineKeyboardButton(label, callback_data=data)


def _keys(labels: Sequence[str], row: int) -> ReplyKeyboardMarkup:
    buttons = [KeyboardButton(label) for label in labels]
    rows = [buttons[at : at + row] for at in range(0, len(buttons), row)]
    return ReplyKeyboardMarkup(rows, resize_keyboard=True, one_time_keyboard=True)


def _row_of(expects: Expects, labels: Sequence[str]) -> int:
    """How many keys stand side by side; long labels get a row of their own, so that they can be read."""
    if any(len(label) > _SHORT_CHARACTERS for label in labels):
        return 1
    return _ROW.get(expects, 2)
