"""Makes what a browser sends safe to hand on, without changing what the person said."""

from __future__ import annotations

import unicodedata
import uuid

LONGEST_TEXT_CHARACTERS = 20_000
"""One answer. About half an hour of speech; longer texts are asked for in parts."""

LONGEST_NAME_CHARACTERS = 60
LONGEST_CODE_CHARACTERS = 40


def clean(text: str) -> str:
    """Removes control characters and broken code points; keeps line breaks, every script, emoji and direction marks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"}).strip()


def clean_line(text: str, longest: int) -> str:
    """One line of at most `longest` characters, for names and codes."""
    return " ".join(clean(text).split())[:longest].strip()


def message_id(given: str) -> str:
    """The form's own id when it is a UUID, else a new one."""
    try:
        return str(uuid.UUID(given))
    except ValueError:
        return new_message_id()


def new_message_id() -> str:
    """An id for the next form, so that a double post is handled once."""
    return str(uuid.uuid4())
