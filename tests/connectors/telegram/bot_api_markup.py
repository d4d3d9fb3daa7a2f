"""Reads `reply_markup` and refuses what Telegram refuses."""

from __future__ import annotations

from typing import Any

from bot_api_wire import ApiError, Call, Json

LONGEST_DATA_BYTES = 64
"""Source: Telegram Bot API, InlineKeyboardButton, callback_data."""
_ACTIONS = (
    "url callback_data web_app login_url switch_inline_query switch_inline_query_current_chat "
    "switch_inline_query_chosen_chat copy_text callback_game pay"
).split()


def read_markup(call: Call) -> Json:
    """The `reply_markup` of a call; empty where there is none.

    Raises:
        ApiError: 400 when Telegram would not take it.
    """
    try:
        markup = call.json("reply_markup")
    except ValueError:
        raise ApiError(400, "Bad Request: can't parse reply keyboard markup JSON object") from None
    if markup is None:
        return {}
    if not isinstance(markup, dict):
        raise ApiError(400, "Bad Request: object expected as reply markup")
    for button in _buttons(markup.get("inline_keyboard", [])):
        _check_inline(button)
    for button in _buttons(markup.get("keyboard", [])):
        if not _label(button):
            raise ApiError(400, "Bad Request: keyboard button text must be non-empty")
    return markup


def _buttons(rows: Any) -> list[Any]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise ApiError(400, "Bad Request: can't parse keyboard: expected an Array of Arrays")
    return [button for row in rows for button in row]


def _check_inline(button: Any) -> None:
    said = "Bad Request: can't parse inline keyboard button"
    if not isinstance(button, dict):
        raise ApiError(400, f"{said}: InlineKeyboardButton must be an Object")
    if not _label(button):
        raise ApiError(400, f'{said}: Field "text" must be of type String')
    if not any(button.get(action) not in (None, "") for action in _ACTIONS):
        raise ApiError(400, f"{said}: Text buttons are unallowed in the inline keyboard")
    if len(str(button.get("callback_data", "")).encode()) > LONGEST_DATA_BYTES:
        raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")


def _label(button: Any) -> str:
    text = button.get("text", "") if isinstance(button, dict) else button
    return text.strip() if isinstance(text, str) else ""
