"""What a person sees of the bot's messages: words, buttons, a voice."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot_api_wire import Json


@dataclass(frozen=True)
class Button:
    """A button that can be pressed.

    Attributes:
        text: What stands on it.
        data: Its callback data when it is under a message; None in the keyboard, where pressing sends the text.
        message_id: The message it is under.
        url: Where it leads, if it is a link.
    """

    text: str
    data: str | None = None
    message_id: int = 0
    url: str = ""


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class Heard:
    """One message of the bot, as it was when it was looked at.

    Attributes:
        message_id: Its number in the chat.
        text: Its words, or the caption of its voice.
        keyboard: The reply keyboard that came with it, by rows.
        inline: The buttons under it, by rows.
        voice: The bytes of a voice message; b"" where there is none.
        duration: Of the voice, in seconds.
        markup: The `reply_markup`, as it came.
        message: The message, as the API returned it.
    """

    message_id: int
    text: str = ""
    keyboard: Rows = ()
    inline: Rows = ()
    voice: bytes = b""
    duration: int = 0
    markup: Json = field(default_factory=dict)
    message: Json = field(default_factory=dict)

    @property
    def buttons(self) -> tuple[Button, ...]:
        """All buttons, in order."""
        return tuple(button for row in (*self.inline, *self.keyboard) for button in row)

    @property
    def labels(self) -> tuple[str, ...]:
        """What stands on all buttons, in order."""
        return tuple(button.text for button in self.buttons)

    @property
    def removes_keyboard(self) -> bool:
        """The reply keyboard goes away with it."""
        return bool(self.markup.get("remove_keyboard"))

    def button(self, text: str) -> Button:
        """The button with this text.

        Raises:
            AssertionError: There is none.
        """
        for button in self.buttons:
            if button.text == text:
                return button
        raise AssertionError(f"no button {text!r} among {self.labels}")


def keyboard_rows(markup: Json) -> Rows:
    """The reply keyboard in a `reply_markup`; its buttons may be plain strings."""
    return tuple(
        tuple(Button(button if isinstance(button, str) else button["text"]) for button in row)
        for row in markup.get("keyboard", ())
    )


def inline_rows(markup: Json, message_id: int) -> Rows:
    """The inline keyboard in a `reply_markup`."""
    return tuple(
        tuple(
            Button(button["text"], button.get("callback_data", ""), message_id, button.get("url", "")) for button in row
        )
        for row in markup.get("inline_keyboard", ())
    )


def heard(message: Json, markup: Json, voice: bytes = b"") -> Heard:
    """Looks at a message of the bot."""
    number = message["message_id"]
    return Heard(
        message_id=number,
        text=str(message.get("text", message.get("caption", ""))),
        keyboard=keyboard_rows(markup),
        inline=inline_rows(markup, number),
        voice=voice,
        duration=message.get("voice", {}).get("duration", 0),
        markup=markup,
        message=message,
    )
